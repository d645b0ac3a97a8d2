"""Engines for the hub's two databases, set up so that a commit that returned is on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from workstation.system import sqlite

_READERS = 4
_POOL = 16


@dataclass(frozen=True)
class Engines:
    """One engine to write through and one to read through (the same one for PostgreSQL)."""

    write: Engine
    read: Engine
    is_postgresql: bool

    def dispose(self) -> None:
        """Close all connections."""
        self.read.dispose()
        self.write.dispose()


def sqlite_engines(path: Path, key: bytes | None) -> Engines:
    """Return engines for a file: one writer (whoever wants it waits in line), some readers beside it."""
    write = sqlite.engine(path, key, "full")
    with write.connect():
        pass  # makes the file, so that readers find one
    return Engines(write, sqlite.engine(path, key, "read", connections=_READERS), is_postgresql=False)


def postgresql_engines(url: str, *, pool: int = _POOL) -> Engines:
    """Return the engine for PostgreSQL 15 or newer; ``url`` is ``postgresql+psycopg://...``."""
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=False,
        # Errors end in logs, and parameters hold what customers wrote.
        hide_parameters=True,
        connect_args={"options": "-c idle_in_transaction_session_timeout=10000 -c timezone=UTC"},
    )

    def on_connect(connection: Any, _record: Any) -> None:
        # Every statement of ours has few forms: keep them prepared from the second time on.
        connection.prepare_threshold = 2
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            if cursor.fetchone()[0] == "off" and not _may_be_careless(connection):
                cursor.execute("SET synchronous_commit = on")
        connection.commit()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "handle_error", _without_detail)
    return Engines(engine, engine, is_postgresql=True)


def _without_detail(context: Any) -> None:
    """PostgreSQL quotes the failing row in its message; keep the first line, which names the rule broken."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            said = str(error.args[0])
            first, _, rest = said.partition("\n")
            _, mark, statement = rest.partition("[SQL:")
            error.args = (first + (f"\n{mark}{statement}" if mark else ""), *error.args[1:])


def _may_be_careless(connection: Any) -> bool:
    """A server that does not even flush its own files is a throw-away one."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        return bool(cursor.fetchone()[0] == "off")


def engines_for(url: str, key: bytes | None = None) -> Engines:
    """Return the engines for ``postgresql://...`` or a path or ``sqlite:///path``."""
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return postgresql_engines(url.replace("postgresql://", "postgresql+psycopg://", 1))
    return sqlite_engines(Path(url.removeprefix("sqlite:///")), key)
