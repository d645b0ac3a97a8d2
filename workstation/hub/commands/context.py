"""What each command is given: its arguments, the words, standard input and output, the hub it is about."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.core import HubCore, open_core
from workstation.hub.embedded import key_from
from workstation.hub.settings import HubSettings, default_folder, read_settings

DONE = 0
FAILED = 1
FOUND_SOMETHING = 3
"""A check ran and found what somebody has to look at."""


def _nobody_knows(_folder: Path) -> str:
    return ""


@dataclass(frozen=True)
class Context:
    """One run of a command."""

    arguments: Namespace
    words: Words
    key_at: Callable[[Path], str] = _nobody_knows
    """Folder of a hub -> its key in hex as the window of this computer keeps it; empty when it has none."""

    @property
    def folder(self) -> Path:
        """The folder of the hub."""
        given = self.arguments.folder
        return Path(given).absolute() if given else default_folder().absolute()

    def say(self, key: str, **params: object) -> None:
        """Print one line."""
        print(self.words.line(key, **params))

    def settings(self) -> HubSettings:
        """Return the hub's settings.

        Raises:
            SettingsBroken
        """
        return read_settings(self.folder)

    def handed_over_key(self, settings: HubSettings) -> bytes | None:
        """Return the key of the database; one that is handed over comes from the window or standard input.

        Programs hand it over in a line, as ever; whoever sits at a terminal has no key to type.
        """
        if settings.file.encryption != "handed_over" or settings.is_postgresql:
            return settings.key()
        is_at_terminal = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
        kept = self.key_at(self.folder) if is_at_terminal else ""
        return settings.key(kept or key_from())

    @contextmanager
    def hub(self) -> Iterator[HubCore]:
        """Open the hub's data for one command.

        Raises:
            SettingsBroken, StoreUnusable
        """
        settings = self.settings()
        with self.opened(settings, self.handed_over_key(settings)) as core:
            yield core

    @contextmanager
    def opened(self, settings: HubSettings, key: bytes | None) -> Iterator[HubCore]:
        """Open the hub's data with a key that is at hand.

        Raises:
            SettingsBroken, StoreUnusable
        """
        core = open_core(settings, key)
        try:
            yield core
        finally:
            core.close()

    def secret(self, prompt: str, *, twice: bool = False) -> str:
        """Return a secret: asked for at a terminal, else the next line of standard input; never an argument.

        Raises:
            CommandFailed: ``cli.no_secret``, ``cli.secrets_differ``.
        """
        if sys.stdin is None or sys.stdin.closed:
            raise failed("cli.no_secret", what=self.words.line(prompt))
        if not sys.stdin.isatty():
            line = sys.stdin.readline(4096)
            if not line.strip("\r\n"):
                raise failed("cli.no_secret", what=self.words.line(prompt))
            return line.rstrip("\r\n")
        first = getpass.getpass(self.words.line(prompt) + ": ")
        if twice and getpass.getpass(self.words.line("prompt.again") + ": ") != first:
            raise failed("cli.secrets_differ")
        return first


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows in columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
