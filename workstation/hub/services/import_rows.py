"""Files of an import to rows of named cells: encodings, separators, quotes, JSON; rows keep their place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workstation.hub.services.import_values import CellProblem

MAX_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where: ``row`` is a line of a CSV file or the number of a JSON item, 0 = the file."""

    file: str
    row: int
    column: str
    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column name, empty ones left out; ``children`` are the lines or events inside a JSON item."""

    number: int
    cells: dict[str, str]
    children: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a kind has: name -> other spellings; ``nested`` is the key of a JSON item's list."""

    names: dict[str, tuple[str, ...]]
    required: frozenset[str]
    nested: tuple[str, ...] = ()
    nested_columns: Columns | None = None

    def known(self) -> dict[str, str]:
        """Return every spelling with its name."""
        return {_plain(spelling): name for name, others in self.names.items() for spelling in (name, *others)}


@dataclass(slots=True)
class ReadFile:
    """What reading a file gave: rows, problems, and columns nobody knows."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)


def decode(raw: bytes) -> str:
    """Return the text of a file: UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252.

    Raises:
        CellProblem: ``import.too_large``, ``import.not_text``.
    """
    if len(raw) > MAX_BYTES:
        raise CellProblem("import.too_large", most=MAX_BYTES // (1024 * 1024))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise CellProblem("import.not_text")


def read_csv(name: str, raw: bytes, columns: Columns) -> ReadFile:
    """Read a CSV file with a header line; ``;``, ``,`` or tab, as the header shows."""
    read = ReadFile()
    try:
        text = decode(raw)
    except CellProblem as problem:
        read.problems.append(Problem(name, 0, "", problem.code, problem.params))
        return read
    records = _records(name, text, read)
    head = next(records, None)
    if head is None:
        if not read.problems:
            read.problems.append(Problem(name, 0, "", "import.empty"))
        return read
    header = _header(name, head[1], columns, read)
    if header is None:
        return read
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            code = "import.too_many_cells" if len(cells) > len(header) else "import.too_few_cells"
            params = {"found": str(len(cells)), "expected": str(len(header))}
            read.problems.append(Problem(name, number, "", code, params))
            continue
        named = {
            column: cell.strip()
            for column, cell in zip(header, cells, strict=True)
            if column and cell.strip()
        }
        read.rows.append(Row(number, named))
    return read


def _records(name: str, text: str, read: ReadFile) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    starts = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # From here on nobody can say where a row begins.
            read.problems.append(Problem(name, starts, "", "import.broken_quotes", {"why": str(error)[:120]}))
            return
        number, starts = starts, reader.line_num + 1
        if cells:
            yield number, cells


def _header(name: str, cells: list[str], columns: Columns, read: ReadFile) -> list[str] | None:
    known = columns.known()
    header = [known.get(_plain(cell), "") for cell in cells]
    read.unknown_columns = [
        cell.strip() for cell, column in zip(cells, header, strict=True) if cell.strip() and not column
    ]
    twice = {column for column in header if column and header.count(column) > 1}
    for column in sorted(twice):
        read.problems.append(Problem(name, 1, column, "import.column_twice", {"column": column}))
    for column in sorted(columns.required - set(header)):
        others = ", ".join((column, *columns.names[column]))
        read.problems.append(
            Problem(name, 1, column, "import.column_missing", {"column": column, "names": others})
        )
    return None if twice or columns.required - set(header) else header


def read_json(name: str, raw: bytes, columns: Columns, key: Sequence[str] = ()) -> ReadFile:
    """Read a JSON file: a list of objects, or an object with such a list under one of ``key``."""
    read = ReadFile()
    try:
        loaded = json.loads(
            decode(raw), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except CellProblem as problem:
        read.problems.append(Problem(name, 0, "", problem.code, problem.params))
        return read
    except RecursionError:
        read.problems.append(Problem(name, 0, "", "import.json_too_deep"))
        return read
    except json.JSONDecodeError as error:
        params = {"line": str(error.lineno), "column": str(error.colno), "why": error.msg}
        read.problems.append(Problem(name, error.lineno, "", "import.json_broken", params))
        return read
    if isinstance(loaded, dict):
        loaded = next((loaded[one] for one in key if one in loaded), None)
    if not isinstance(loaded, list):
        read.problems.append(Problem(name, 0, "", "import.json_no_list", {"names": ", ".join(key)}))
        return read
    for number, item in enumerate(loaded, start=1):
        try:
            read.rows.append(_json_row(number, item, columns, read))
        except CellProblem as problem:
            read.problems.append(Problem(name, number, problem.column, problem.code, problem.params))
    return read


def _json_row(number: int, item: Any, columns: Columns, read: ReadFile) -> Row:
    if not isinstance(item, dict):
        raise CellProblem("import.json_no_object", found=type(item).__name__)
    known = columns.known()
    cells: dict[str, str] = {}
    children: tuple[Row, ...] = ()
    for key, value in item.items():
        if columns.nested_columns is not None and key in columns.nested:
            if not isinstance(value, list):
                raise CellProblem("import.json_no_list", key, names=key)
            children = tuple(
                _json_row(place, child, columns.nested_columns, read)
                for place, child in enumerate(value, start=1)
            )
            continue
        column = known.get(_plain(key), "")
        if not column:
            if key not in read.unknown_columns:
                read.unknown_columns.append(key)
            continue
        text = _json_cell(column, value)
        if text:
            cells[column] = text
    return Row(number, cells, children)


def _json_cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "|".join(value)
    if isinstance(value, bool) or not isinstance(value, str | Decimal):
        raise CellProblem("import.json_wrong_type", column, found=type(value).__name__)
    if isinstance(value, str):
        return value.strip()
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > 30 or value.adjusted() > 30:
        raise CellProblem("import.not_a_number", column, value=str(value)[:40])
    return format(value.normalize(), "f")


def _refuse_constant(name: str) -> Any:
    raise CellProblem("import.not_a_number", value=name)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
