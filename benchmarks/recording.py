"""Writes down the statements the product sends to PostgreSQL, with their parameters and pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import event

from workstation.hub.storage.engines import Engines


@dataclass
class Recorded:
    """One statement in the driver's own form, ``%(name)s`` for parameters."""

    sql: str
    params: Mapping[str, Any]


@dataclass
class Journal:
    """Statements in groups: those of a group travel together."""

    groups: list[list[Recorded]] = field(default_factory=list)
    is_open: bool = False
    is_on: bool = False

    def note(self, sql: str, params: Mapping[str, Any]) -> None:
        """Write one statement down."""
        if not self.is_on:
            return
        if self.is_open:
            self.groups[-1].append(Recorded(sql, params))
        else:
            self.groups.append([Recorded(sql, params)])


def record(engines: Engines) -> Journal:
    """Let every new connection of ``engines`` write its statements down."""
    journal = Journal()

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            journal.note(str(query), params or {})
            return super().execute(query, params, **more)

    def on_connect(connection: Any, _record: Any) -> None:
        connection.cursor_factory = Cursor
        pipeline = connection.pipeline

        @contextmanager
        def noted() -> Iterator[Any]:
            if journal.is_on:
                journal.groups.append([])
            journal.is_open = True
            try:
                with pipeline() as opened:
                    yield opened
            finally:
                journal.is_open = False

        connection.pipeline = noted

    event.listen(engines.write, "connect", on_connect)
    if engines.read is not engines.write:
        event.listen(engines.read, "connect", on_connect)
    return journal
