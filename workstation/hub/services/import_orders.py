"""Orders gathered from rows: a row a line, heads with lines in another file, JSON with lines inside."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.hub.ports_books import folded_number
from workstation.hub.services.import_kinds import Cells, House, LineRow, OrderRow, line_row, order_row
from workstation.hub.services.import_rows import Problem, Row
from workstation.hub.services.import_values import CellProblem

_LINE_CELLS = ("name", "quantity", "unit_price", "sku", "line", "tax_rate")
_HEAD_CELLS = ("customer", "placed_at", "shipping", "currency", "status")

Placed = tuple[str, int, OrderRow]
"""File, row and the order that begins there."""


class Orders:
    """Orders by number: an order is taken with all of its lines or not at all."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._heads: dict[str, tuple[str, Row]] = {}
        self._lines: dict[str, list[tuple[str, Row, str]]] = {}
        self._broken: set[str] = set()
        self._nested: dict[str, tuple[Row, ...]] = {}
        self.problems: list[Problem] = []

    def add_heads(self, file: str, rows: Sequence[Row]) -> None:
        """Take rows of a file of orders; a row may also be a line of its order."""
        for row in rows:
            number = _key(row, "number")
            if not number:
                self._say(file, row, CellProblem("import.value_missing", "number"), "")
                continue
            known = self._heads.get(number)
            has_line = any(cell in row.cells for cell in _LINE_CELLS)
            if known is None:
                self._heads[number] = (file, row)
                self._nested[number] = row.children
            elif not has_line:
                self._say(file, row, CellProblem("import.repeated", "number", first=known[1].number), number)
                continue
            else:
                self._same_head(file, row, known[1], number)
            if has_line:
                self._lines.setdefault(number, []).append((file, row, ""))

    def add_lines(self, file: str, rows: Sequence[Row]) -> None:
        """Take rows of a file of order lines."""
        for row in rows:
            number = _key(row, "order")
            if not number:
                self._say(file, row, CellProblem("import.value_missing", "order"), "")
                continue
            self._lines.setdefault(number, []).append((file, row, ""))

    def gathered(self) -> list[Placed]:
        """Return the orders without a fault in any of their rows; faults are in ``problems``."""
        found: list[Placed] = []
        for number, (file, row) in self._heads.items():
            lines = self._lines_of(number, file)
            try:
                order = order_row(Cells(row, self._house), lines)
            except CellProblem as problem:
                self._say(file, row, problem, number)
                continue
            if number not in self._broken:
                found.append((file, row.number, order))
        for number, lines_without in self._lines.items():
            if number not in self._heads:
                file, row, _ = lines_without[0]
                self._say(file, row, CellProblem("import.order_not_in_file", "order", number=number), number)
        return found

    def _lines_of(self, number: str, file: str) -> tuple[LineRow, ...] | None:
        rows = [
            *self._lines.get(number, ()),
            *((file, child, f"lines[{child.number}].") for child in self._nested.get(number, ())),
        ]
        lines: list[LineRow] = []
        keys: set[str] = set()
        for position, (where, row, place) in enumerate(rows, start=1):
            try:
                line = line_row(Cells(row, self._house, place), position)
                if line.key in keys:
                    raise CellProblem("import.repeated_line", f"{place}line", line=line.key)
            except CellProblem as problem:
                head = self._heads[number][1]
                self._say(where, head if place else row, problem, number)
                continue
            keys.add(line.key)
            lines.append(line)
        return tuple(lines) or None

    def _same_head(self, file: str, row: Row, first: Row, number: str) -> None:
        for cell in _HEAD_CELLS:
            if cell in row.cells and row.cells[cell] != first.cells.get(cell, row.cells[cell]):
                problem = CellProblem("import.order_contradicts", cell, first=first.number)
                self._say(file, row, problem, number)

    def _say(self, file: str, row: Row, problem: CellProblem, number: str) -> None:
        self._broken.add(number)
        self.problems.append(Problem(file, row.number, problem.column, problem.code, problem.params))


def _key(row: Row, column: str) -> str:
    return folded_number(row.cells.get(column, ""))
