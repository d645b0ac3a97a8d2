"""Databases in memory with the product's own settings, and copies of them: what a disk holds at a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from workstation.hub.storage.engines import Engines
from workstation.storage.room import Room
from workstation.system import sqlite
from workstation.system.crashpoint import crashpoint


class Memory:
    """One SQLite database in memory; what was not committed is lost at a crash, as on a disk."""

    def __init__(self, template: Memory | None = None) -> None:
        self.connection: Any = sqlite.module().connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.execute("PRAGMA trusted_schema=OFF")
        if template is not None:
            template.connection.backup(self.connection)
        self.engine: Engine = create_engine(
            "sqlite://",
            module=sqlite.module(),
            creator=lambda: self.connection,
            poolclass=StaticPool,
            hide_parameters=True,
        )
        event.listen(self.engine, "begin", _begin)

    @property
    def engines(self) -> Engines:
        """For the hub: writing and reading go through the same connection."""
        return Engines(self.engine, self.engine, is_postgresql=False)

    def copy(self) -> Memory:
        """Return what the disk holds now."""
        return Memory(self)

    def put_back(self, copy: Memory) -> None:
        """Let the disk hold what it held then."""
        copy.connection.backup(self.connection)

    def close(self) -> None:
        """Throw it away."""
        self.engine.dispose()
        self.connection.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def from_file(path: Path) -> Memory:
    """Return what a database file without encryption holds."""
    memory = Memory()
    origin = sqlite.open_connection(path, None, "read")
    origin.backup(memory.connection)
    origin.close()
    return memory


class MemoryJournal:
    """The journal of an outbox as a list of records."""

    path = Path("outbox.journal")

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def write(self, record: dict[str, Any]) -> None:
        """Append one record."""
        self.records.append(record)
        crashpoint("desk.journal.written")

    def rotate(self) -> None:
        """Begin anew."""
        self.records = []


class WideRoom(Room):
    """A disk that never fills."""

    def __init__(self) -> None:
        super().__init__(Path())

    def state(self) -> Any:
        """Plenty."""
        from workstation.ports import DiskState

        return DiskState(free=1 << 40)
