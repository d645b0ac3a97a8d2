"""Reading TOML files of settings: every error names file and line; writing them so that people can edit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from workstation.hub.commands.toml_places import Key, TomlPlaces
from workstation.hub.commands.trouble import CommandFailed, Finding

T = TypeVar("T")

LARGEST_FILE = 2 * 1024 * 1024
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.+)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_UNKNOWN_FIELD = re.compile(r"unknown field `(.+)`")


@dataclass(frozen=True)
class Wrong:
    """A semantic error at a key path."""

    path: tuple[Key, ...]
    code: str
    params: dict[str, str]


class Loaded(Generic[T]):
    """A file that has been read; ``value`` is its content, lines are known."""

    def __init__(self, file: Path, text: str, value: T) -> None:
        self.value = value
        self._file = file
        self._places = TomlPlaces(text)

    def refuse(self, wrong: Iterable[Wrong]) -> None:
        """Raise when there is anything wrong.

        Raises:
            CommandFailed: with all of it, by line.
        """
        findings = [
            Finding(item.code, item.params, str(self._file), self._places.line_of(item.path))
            for item in wrong
        ]
        if findings:
            raise CommandFailed(*sorted(findings, key=lambda finding: finding.line))


def load(file: Path, kind: type[T]) -> Loaded[T]:
    """Read ``file`` as ``kind`` (msgspec structs that forbid unknown fields; decimals stay exact).

    Raises:
        CommandFailed: unreadable, too large, not UTF-8, not TOML, unknown or wrong fields.
    """
    text = _text_of(file)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CommandFailed(_syntax(file, text, str(error))) from error
    except RecursionError as error:
        raise CommandFailed(Finding("file.too_deep", {}, str(file))) from error
    try:
        value = msgspec.convert(content, kind, builtin_types=(date, datetime, time))
    except msgspec.ValidationError as error:
        raise CommandFailed(_shape(file, text, str(error))) from error
    return Loaded(file, text, value)


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise CommandFailed(Finding("file.too_large", {"most": str(LARGEST_FILE)}, str(file)))
        raw = file.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CommandFailed(Finding("file.unreadable", {"why": why}, str(file))) from error
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CommandFailed(Finding("file.not_utf8", {}, str(file), line)) from error


def _syntax(file: Path, text: str, said: str) -> Finding:
    match = _AT_LINE.search(said)
    line = int(match[1]) if match else text.count("\n") + 1
    what = said[: match.start()] if match else said
    return Finding("file.not_toml", {"what": what}, str(file), line)


def _shape(file: Path, text: str, said: str) -> Finding:
    match = _PLACE.match(said)
    what = match["what"] if match else said
    shown = (match["path"] if match else None) or "$"
    path: list[Key] = []
    for name, number in _STEP.findall(shown.removeprefix("$")):
        if name or number:
            path.append(int(number) if number else name)
    unknown = _UNKNOWN_FIELD.search(what)
    if unknown:
        path.append(unknown[1])
    line = TomlPlaces(text).line_of(path)
    key = shown.removeprefix("$").removeprefix(".") or "-"
    return Finding("file.field_wrong", {"key": key, "what": what}, str(file), line)


def dump(head: str, tables: Sequence[tuple[str, dict[str, Any] | Sequence[dict[str, Any]]]]) -> str:
    """Return TOML: ``head`` as a comment, then each table, or array of tables, by name; None is left out."""
    import tomlkit

    document = tomlkit.document()
    for line in head.splitlines():
        document.add(tomlkit.comment(line))
    for name, content in tables:
        if isinstance(content, dict):
            document.add(name, _table(content))
            continue
        array = tomlkit.aot()
        for entry in content:
            array.append(_table(entry))
        if content:
            document.add(name, array)
    return tomlkit.dumps(document)


def _table(content: dict[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.table()
    for key, value in content.items():
        if value is not None:
            table.add(key, _item(value))
    return table


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for element in value:
            array.append(_item(element))
        if any(isinstance(element, dict) for element in value):
            array.multiline(True)
        return array
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        for key, inner in value.items():
            if inner is not None:
                inline.append(key, _item(inner))
        return inline
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    return value
