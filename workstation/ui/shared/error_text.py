"""Sentences for codes: what a rule, the hub or a store said, as a person reads it (German, English)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

from workstation.casework.money import Money
from workstation.casework.params import parsed_money
from workstation.system.resources import resource_path
from workstation.ui.shared.formats import Formats, Language

UNKNOWN = "unknown"
"""The code whose sentence is shown for a code without one; it gets the parameter ``code``."""


def flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Return nested tables as dotted codes: ``{"money": {"mixed": "..."}}`` gives ``{"money.mixed": "..."}``.

    Raises:
        ValueError: a value is neither a table nor a text.
    """
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        elif isinstance(value, str):
            flat[prefix + name] = value
        else:
            raise ValueError(f"{prefix}{name} is not a text")
    return flat


def read(path: Path) -> dict[str, str]:
    """Return the sentences of one file by code.

    Raises:
        ValueError: the file is not TOML or holds something else than texts; the message names it.
    """
    try:
        return flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error


DUE = "due_at"
"""The parameter that says by when something is promised."""


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"  # a sentence with a gap helps more than none


class ErrorText:
    """The sentences in one language; the file is read at the first question.

    With ``now`` a time something is due by is written as near as it is: «heute 14:30», «Mo 09:00».
    """

    def __init__(
        self,
        language: Language,
        formats: Formats,
        folder: Path | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._path = (folder or resource_path("texts")) / f"codes.{language}.toml"
        self._formats, self._now = formats, now
        self._sentences: dict[str, str] | None = None

    def has(self, code: str) -> bool:
        """Return whether ``code`` has a sentence of its own."""
        return code in self._all()

    def sentence(self, code: str, params: Mapping[str, object] | None = None) -> str:
        """Return the sentence of ``code`` with its blanks filled; money and times are written out.

        A code without a sentence gives the general one with the code in it, never an exception.
        """
        sentences = self._all()
        given = dict(params or {})
        text = sentences.get(code)
        if text is None:
            text, given = sentences.get(UNKNOWN, "{code}"), {"code": code}
        return text.format_map(_Filled({name: self.param(name, value) for name, value in given.items()}))

    def param(self, name: str, value: object) -> str:
        """Return a parameter as it is written into a sentence."""
        if name == DUE and self._now is not None:
            try:
                return self._formats.moment(datetime.fromisoformat(str(value)), self._now())
            except ValueError:
                pass  # it is no moment
        return self._shown(value)

    def _all(self) -> dict[str, str]:
        if self._sentences is None:
            self._sentences = read(self._path)
        return self._sentences

    def _shown(self, value: object) -> str:
        if isinstance(value, Money):
            return self._formats.money(value)
        if isinstance(value, datetime):
            return self._formats.time(value)
        return self._written(str(value))

    def _written(self, text: str) -> str:
        """Codes carry money as ``24.90 EUR`` and moments in ISO form: written out, other text as it is."""
        money = parsed_money(text)
        if money is not None:
            return self._formats.money(money)
        if text[4:5] != "-" or text[7:8] != "-":
            return text
        try:
            day = date.fromisoformat(text[:10])
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        if len(text) == 10 or moment.tzinfo is None:
            return self._formats.full_day(day)
        local = self._formats.local(moment)
        return f"{self._formats.full_day(local.date())} {local:%H:%M}"
