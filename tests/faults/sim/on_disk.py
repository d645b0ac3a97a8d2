"""The simulated firm over real files, so that its process can be killed and started again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, SupportsIndex

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from tests.faults.sim.memory import Memory, MemoryJournal
from workstation.storage.journal import Journal
from workstation.system import sqlite


class OnDisk(Memory):
    """One SQLite file with the product's own settings, behind one connection."""

    def __init__(self, path: Path, template: Memory | None = None) -> None:
        is_new = not path.exists()
        if is_new and template is not None:
            self._lay_down(path, template)
        self.path = path
        self.connection = sqlite.open_connection(path, None, "full")
        self.engine = create_engine(
            "sqlite://",
            module=sqlite.module(),
            creator=lambda: self.connection,
            poolclass=StaticPool,
            hide_parameters=True,
        )
        event.listen(self.engine, "begin", _begin)

    @staticmethod
    def _lay_down(path: Path, template: Memory) -> None:
        """Make the file whole or not at all."""
        waiting = path.with_name(f"{path.name}.new")
        waiting.unlink(missing_ok=True)
        made = sqlite.module().connect(str(waiting), isolation_level=None)
        template.connection.backup(made)
        made.close()
        waiting.replace(path)


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class KeptList(list[Any]):
    """A list whose additions are in a file at once: what people have seen and what has left the house."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        super().__init__(json.loads(line) for line in lines if line.endswith(("]", '"', "}")))

    def append(self, item: Any) -> None:
        """Add one, in the file first: it counts only once it could be read again."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, (json.dumps(item) + "\n").encode())
        os.close(descriptor)
        super().append(item)

    def extend(self, items: Iterable[Any]) -> None:
        """Add several."""
        for item in items:
            self.append(item)

    def __iadd__(self, items: Iterable[Any]) -> KeptList:  # type: ignore[misc]
        self.extend(items)
        return self

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Nothing here is ever taken back."""
        raise TypeError("what was told cannot be untold")


class KeptSet(set[str]):
    """A set kept the same way."""

    def __init__(self, path: Path) -> None:
        self._kept = KeptList(path)
        super().__init__(self._kept)

    def add(self, item: str) -> None:
        """Add one."""
        self._kept.append(item)
        super().add(item)


def journal_at(path: Path) -> MemoryJournal:
    """The real journal of an outbox; it looks like the one in memory to the simulation."""
    return Journal(path, b"j" * 32)  # type: ignore[return-value]
