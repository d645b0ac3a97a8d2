"""Imports over a small firm."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hub.small_firm import TENANT, small_firm
from workstation.hub.services.import_columns import Kind
from workstation.hub.services.imports import ImportReport, Imports
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase


@dataclass
class Office:
    """The imports with shorthands."""

    database: SqlDatabase
    imports: Imports

    def bring(self, kind: Kind, content: str | bytes, name: str = "") -> ImportReport:
        raw = content.encode() if isinstance(content, str) else content
        suffix = "json" if raw.lstrip()[:1] in (b"[", b"{") else "csv"
        return self.imports.import_files([(kind, name or f"{kind}.{suffix}", raw)])

    def bring_all(self, **files: str) -> ImportReport:
        named: list[tuple[Kind, str, bytes]] = [
            (kind, f"{kind}.csv", content.encode())  # type: ignore[misc]
            for kind, content in files.items()
        ]
        return self.imports.import_files(named)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with small_firm(tmp_path) as (database, _):
        yield Office(database, Imports(database, open_books, TENANT))
