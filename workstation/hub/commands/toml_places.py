"""Where a key stands in a TOML file: line numbers by key path, for errors found after the file was read."""

from __future__ import annotations

from collections.abc import Sequence

Key = str | int
Path = tuple[Key, ...]


class TomlPlaces:
    """Lines (from 1) of all keys and array elements of a text that is known to be valid TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self._read_document()

    def line_of(self, path: Sequence[Key]) -> int:
        """Return the line of ``path``, or of the nearest part above it that stands in the file."""
        known = tuple(path)
        while known not in self._lines:
            known = known[:-1]
        return self._lines[known]

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _peek(self, length: int = 1) -> str:
        return self._text[self._at : self._at + length]

    def _skip_blank(self, with_newlines: bool) -> None:
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif character in " \t\r" or (with_newlines and character == "\n"):
                self._at += 1
            else:
                return

    def _read_document(self) -> None:
        table: Path = ()
        while True:
            self._skip_blank(with_newlines=True)
            if self._at >= len(self._text):
                return
            if self._peek() == "[":
                table = self._read_header()
            else:
                self._read_pair(table)

    def _read_header(self) -> Path:
        line = self._line()
        is_array = self._peek(2) == "[["
        self._at += 2 if is_array else 1
        keys = self._read_keys("]")
        self._at += 2 if is_array else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._latest((*path, key))
        last: Path = (*path, keys[-1])
        self._note(last, line)
        if is_array:
            number = self._counts.get(last, 0)
            self._counts[last] = number + 1
            last = (*last, number)
        else:
            last = self._latest(last)
        self._note(last, line)
        return last

    def _latest(self, path: Path) -> Path:
        """Return the newest element when ``path`` is an array of tables, else ``path``."""
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _read_keys(self, end: str) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip_blank(with_newlines=False)
            keys.append(self._read_key(end))
            self._skip_blank(with_newlines=False)
            if self._peek() != ".":
                return keys
            self._at += 1

    def _read_key(self, end: str) -> str:
        if self._peek() in ('"', "'"):
            return self._read_string()
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in f" \t\r\n.={end}":
            self._at += 1
        return self._text[start : self._at]

    def _read_pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._read_keys("="))
        self._note(path, line)
        self._at += 1
        self._read_value(path)

    def _read_value(self, path: Path) -> None:
        self._skip_blank(with_newlines=True)
        opening = self._peek()
        if opening == "[":
            self._read_array(path)
        elif opening == "{":
            self._read_inline_table(path)
        elif opening in ('"', "'"):
            self._read_string()
        else:
            while self._at < len(self._text) and self._text[self._at] not in ",]}#\n":
                self._at += 1

    def _read_array(self, path: Path) -> None:
        self._at += 1
        number = 0
        while True:
            self._skip_blank(with_newlines=True)
            if self._peek() in ("]", ""):
                self._at += 1
                return
            self._note((*path, number), self._line())
            self._read_value((*path, number))
            number += 1
            self._skip_blank(with_newlines=True)
            if self._peek() == ",":
                self._at += 1

    def _read_inline_table(self, path: Path) -> None:
        self._at += 1
        while True:
            self._skip_blank(with_newlines=True)
            if self._peek() in ("}", ""):
                self._at += 1
                return
            self._read_pair(path)
            self._skip_blank(with_newlines=True)
            if self._peek() == ",":
                self._at += 1

    def _read_string(self) -> str:
        quote = self._peek()
        mark = quote * 3 if self._peek(3) == quote * 3 else quote
        self._at += len(mark)
        start = self._at
        while self._at < len(self._text):
            if quote == '"' and self._peek() == "\\":
                self._at += 2
            elif self._peek(len(mark)) == mark:
                break
            else:
                self._at += 1
        value = self._text[start : self._at]
        self._at += len(mark)
        # Up to two more quotes may belong to the end of a long string.
        while len(mark) == 3 and self._peek() == quote:
            self._at += 1
        return value
