"""Imports of files into the books: good rows in, bad ones named by file, row and column, nothing half."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_books import OpenBooks, folded_number
from workstation.hub.services.import_columns import COLUMNS, FILE_NAMES, KINDS, Kind
from workstation.hub.services.import_kinds import (
    SINGLE,
    Cells,
    CustomerRow,
    House,
    ImportRow,
    InvoicePaymentRow,
    InvoiceRow,
    NoticeRow,
    OrderRow,
    PaymentRow,
    PointRow,
    StockRow,
)
from workstation.hub.services.import_orders import Orders
from workstation.hub.services.import_records import Outcome, keep
from workstation.hub.services.import_rows import Problem, ReadFile, read_csv, read_json
from workstation.hub.services.import_values import CellProblem

_BATCH = 200
Placed = tuple[str, int, ImportRow]


@dataclass(slots=True)
class ImportReport:
    """What an import did: counts by kind and outcome, problems in order, columns nobody knows by file."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """True when every row was taken."""
        return not self.problems

    def count(self, kind: str, outcome: Outcome, by: int = 1) -> None:
        """Add to the counts."""
        found = self.counts.setdefault(kind, {"made": 0, "changed": 0, "same": 0})
        found[outcome] += by

    def as_json(self, sentences: Mapping[str, str] | None = None) -> bytes:
        """Return the report as JSON; with ``sentences`` (code -> words) each problem says what to do."""
        problems = [
            {
                "file": one.file,
                "row": one.row,
                "column": one.column,
                "code": one.code,
                "params": one.params,
                **({"text": sentence(one, sentences)} if sentences is not None else {}),
            }
            for one in self.problems
        ]
        told = {"counts": self.counts, "problems": problems, "unknown_columns": self.unknown_columns}
        return msgspec.json.format(msgspec.json.encode(told), indent=2)

    def as_text(self, sentences: Mapping[str, str]) -> str:
        """Return the report as lines to read."""
        lines = [
            f"{kind}: +{found['made']} ~{found['changed']} ={found['same']}"
            for kind, found in self.counts.items()
        ]
        for name, columns in self.unknown_columns.items():
            problem = Problem(name, 1, "", "import.columns_not_used", {"columns": ", ".join(columns)})
            lines.append(f"{name}:1: {sentence(problem, sentences)}")
        for one in self.problems:
            place = ":".join(
                [one.file, *([str(one.row)] if one.row else []), *([one.column] if one.column else [])]
            )
            lines.append(f"{place}: {sentence(one, sentences)} [{one.code}]")
        return "\n".join(lines)


def sentence(problem: Problem, sentences: Mapping[str, str]) -> str:
    """Return the words of a problem; a code without words is shown as it is."""
    words = sentences.get(problem.code, problem.code)
    return re.sub(r"\{(\w+)\}", lambda slot: problem.params.get(slot[1], slot[0]), words)


class Imports:
    """Imports files of one tenant; the same files again change nothing."""

    def __init__(self, database: Database, open_books: OpenBooks, tenant_id: str) -> None:
        self._database = database
        self._open_books = open_books
        self._tenant_id = tenant_id

    def import_paths(self, paths: Sequence[Path], kind: Kind | None = None) -> ImportReport:
        """Import files, and those with known names of folders; ``kind`` says what they are, else the name."""
        report = ImportReport()
        files: list[tuple[Kind, str, bytes]] = []
        for path in paths:
            for file in _files_of(path):
                self._load(file, kind, files, report)
        return self.import_files(files, report)

    def _load(
        self, file: Path, kind: Kind | None, files: list[tuple[Kind, str, bytes]], report: ImportReport
    ) -> None:
        name = str(file)
        try:
            raw = file.read_bytes()
        except OSError as error:
            params = {"why": error.strerror or str(error)}
            report.problems.append(Problem(name, 0, "", "import.file_unreadable", params))
            return
        found = kind or FILE_NAMES.get(file.stem.casefold().replace("-", "_").replace(" ", "_"))
        if file.suffix.casefold() not in (".csv", ".json", ".tsv", ".txt"):
            report.problems.append(Problem(name, 0, "", "import.not_csv_or_json", {"suffix": file.suffix}))
        elif found is not None:
            files.append((found, name, raw))
        elif file.suffix.casefold() == ".json":
            # One JSON file may hold several kinds under their names.
            files += [(one, name, raw) for one in KINDS if f'"{one}"'.encode() in raw]
            if not files or files[-1][1] != name:
                report.problems.append(
                    Problem(name, 0, "", "import.kind_unknown", {"kinds": ", ".join(KINDS)})
                )
        else:
            report.problems.append(Problem(name, 0, "", "import.kind_unknown", {"kinds": ", ".join(KINDS)}))

    def import_files(
        self, files: Sequence[tuple[Kind, str, bytes]], report: ImportReport | None = None
    ) -> ImportReport:
        """Import (kind, name, bytes) in the order in which kinds depend on one another."""
        report = report or ImportReport()
        house = self._database.read(self._tenant_id, _house)
        orders = Orders(house)
        for kind in KINDS:
            if kind == "order_lines":
                continue
            mine = [(name, _read(kind, name, raw, report)) for one, name, raw in files if one == kind]
            if kind == "orders":
                lines = [
                    (name, _read("order_lines", name, raw, report))
                    for one, name, raw in files
                    if one == "order_lines"
                ]
                placed = self._orders(orders, mine, lines, report)
            else:
                placed = [one for name, read in mine for one in _records(kind, name, read, house, report)]
            self._keep(kind, placed, report)
        report.problems.sort(key=lambda one: (one.file, one.row))
        return report

    def _orders(
        self,
        orders: Orders,
        heads: Sequence[tuple[str, ReadFile]],
        lines: Sequence[tuple[str, ReadFile]],
        report: ImportReport,
    ) -> list[Placed]:
        for name, read in heads:
            orders.add_heads(name, read.rows)
        for name, read in lines:
            orders.add_lines(name, read.rows)
        placed: list[Placed] = list(orders.gathered())
        report.problems += orders.problems
        return placed

    def _keep(self, kind: Kind, placed: Sequence[Placed], report: ImportReport) -> None:
        for start in range(0, len(placed), _BATCH):
            batch = placed[start : start + _BATCH]

            def work(tx: Tx, batch: Sequence[Placed] = batch) -> list[Outcome | Problem]:
                return [self._keep_one(tx, one) for one in batch]

            for outcome in self._database.run(self._tenant_id, work):
                if isinstance(outcome, Problem):
                    report.problems.append(outcome)
                else:
                    report.count(kind, outcome)

    def _keep_one(self, tx: Tx, placed: Placed) -> Outcome | Problem:
        """Store one record, whole or not at all: a bad one takes none of its batch with it."""
        file, row, record = placed
        try:
            return tx.savepoint(lambda: keep(tx, self._open_books(tx), record))
        except CellProblem as problem:
            return Problem(file, row, problem.column, problem.code, problem.params)
        except RuleViolation as error:
            params = {name: str(value) for name, value in error.params.items()}
            return Problem(file, row, "", error.code, params)


def _house(tx: Tx) -> House:
    tenant = tx.reference().tenant
    return House(tenant.currency, ZoneInfo(tenant.time_zone))


def _unknown_kind(name: str) -> Problem:
    return Problem(name, 0, "", "import.kind_unknown", {"kinds": ", ".join(KINDS)})


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    known = [
        file
        for file in path.iterdir()
        if file.is_file()
        and file.suffix.casefold() in (".csv", ".json", ".tsv")
        and file.stem.casefold().replace("-", "_").replace(" ", "_") in FILE_NAMES
    ]
    return sorted(known)


def _read(kind: Kind, name: str, raw: bytes, report: ImportReport) -> ReadFile:
    if name.casefold().endswith(".json"):
        spellings = [kind, *(german for german, one in FILE_NAMES.items() if one == kind)]
        read = read_json(name, raw, COLUMNS[kind], spellings)
    else:
        read = read_csv(name, raw, COLUMNS[kind])
    report.problems += read.problems
    if read.unknown_columns:
        report.unknown_columns[name] = read.unknown_columns
    return read


def _records(kind: Kind, name: str, read: ReadFile, house: House, report: ImportReport) -> list[Placed]:
    reader: Callable[[Cells], ImportRow] = SINGLE[kind]
    seen: dict[str, int] = {}
    placed: list[Placed] = []
    for row in read.rows:
        try:
            record = reader(Cells(row, house))
            key, column = _number_of(record)
            if key and key in seen:
                raise CellProblem("import.repeated", column, first=seen[key])
        except CellProblem as problem:
            report.problems.append(Problem(name, row.number, problem.column, problem.code, problem.params))
            continue
        seen[key] = row.number
        placed.append((name, row.number, record))
    return placed


def _number_of(record: ImportRow) -> tuple[str, str]:
    match record:
        case CustomerRow() | PaymentRow() | InvoiceRow() | InvoicePaymentRow() | OrderRow():
            return folded_number(record.number), "number"
        case NoticeRow():
            return f"{folded_number(record.invoice)}\n{record.level}", "level"
        case PointRow():
            return f"{record.name}\n{record.address}".casefold(), "name"
        case StockRow():
            return folded_number(record.sku), "sku"
        case _:
            # Scans of one parcel come in many rows; a parcel has an order beside its number.
            return (folded_number(record.tracking_number), "tracking_number") if record.order else ("", "")
