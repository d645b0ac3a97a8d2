"""The command line ``workstation-hub``: says what is wrong, where, and what helps; never a traceback."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from workstation.casework.errors import RuleViolation
from workstation.hub.commands import COMMANDS
from workstation.hub.commands.context import FAILED, Context
from workstation.hub.commands.trouble import CommandFailed, Finding
from workstation.hub.commands.words import Words, language_of
from workstation.hub.settings import SettingsBroken
from workstation.system.keys import NoKeyring
from workstation.system.lock import AlreadyRunning
from workstation.system.sqlite import StoreUnusable

USAGE = 2
BUG = 70
INTERRUPTED = 130

_log = logging.getLogger(__name__)


class _Parser(argparse.ArgumentParser):
    """Errors of usage on standard error with the words of the language asked for; exit code 2."""

    words = Words("en")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **{**more, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.stderr.write(f"{self.prog}: {self.words.line('usage.wrong', what=message)}\n")
        raise SystemExit(USAGE)


def parser_for(words: Words) -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    _Parser.words = words
    parser = _Parser(prog="workstation-hub", description=words.line("help.hub"))
    parser.add_argument("--folder", default="", metavar="DIR", help=words.line("help.folder"))
    parser.add_argument("--language", choices=("de", "en"), help=words.line("help.language"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for module in COMMANDS:
        module.add_to(commands, words)
    return parser


def main(arguments: Sequence[str] | None = None, key_at: Callable[[Path], str] | None = None) -> int:
    """Run one command and return the exit code; ``key_at`` knows keys of hubs that the window made.

    0 done; 1 not done, nothing changed; 2 wrong usage; 3 a check found something; 70 a bug; 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = Words(language_of(given))
    try:
        parsed = parser_for(words).parse_args(given)
        code: int = parsed.run(Context(parsed, words, key_at) if key_at else Context(parsed, words))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        findings = _findings(error)
        if not findings:
            _log.exception("command failed")
            _complain(words, Finding("hub.bug", {"what": f"{type(error).__name__}: {error}"[:300]}))
            return BUG
        for finding in findings:
            _complain(words, finding)
        return FAILED


def _findings(error: Exception) -> tuple[Finding, ...]:
    """Return what a person can do something about; nothing for a bug of ours."""
    match error:
        case CommandFailed():
            return error.findings
        case RuleViolation():
            return (Finding(error.code, {name: str(value) for name, value in error.params.items()}),)
        case SettingsBroken():
            return (Finding(error.code, error.params, str(error.path)),)
        case StoreUnusable():
            return (
                Finding(error.reason, {"path": str(error.path), "detail": error.detail}, str(error.path)),
            )
        case AlreadyRunning():
            return (Finding("hub.already_running", {"pid": str(error.pid or "?")}, str(error.path)),)
        case NoKeyring():
            return (Finding("hub.no_keyring", {"what": str(error)}),)
        case OSError():
            return (
                Finding("file.unusable", {"why": error.strerror or str(error)}, str(error.filename or "")),
            )
        case _:
            return ()


def _complain(words: Words, finding: Finding) -> None:
    place = finding.file
    if place and finding.line:
        place += f":{finding.line}"
    sentence = words.of_code(finding.code, finding.params)
    sys.stderr.write(f"{place + ': ' if place else ''}{sentence} [{finding.code}]\n")


if __name__ == "__main__":
    sys.exit(main())
