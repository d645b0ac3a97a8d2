"""Counts for the doctor, and consistent copies of the database."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from workstation.hub.ports_values import Effect
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.effect_rows import COLUMNS, effect_of
from workstation.system import sqlite


class CannotCopy(Exception):
    """The copy could not be made; ``code`` and ``params`` have a sentence. Nothing is left of it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def effect_counts(database: SqlDatabase, tenant_id: str) -> dict[str, int]:
    """Return how many effects are in which state."""
    rows = database.look(
        lambda session: session.rows(
            "SELECT state, count(*) FROM effect WHERE tenant_id = :tenant_id GROUP BY state",
            tenant_id=tenant_id,
        )
    )
    return {str(row[0]): int(row[1]) for row in rows}


def effects_in(
    database: SqlDatabase, tenant_id: str, state: str = "", limit: int = 500, skip: int = 0
) -> tuple[Effect, ...]:
    """Return effects in one state (empty: in any), the newest first, the first ``skip`` of them left out."""
    where = " AND state = :state" if state else ""
    params = {"state": state} if state else {}
    rows = database.look(
        lambda session: session.rows(
            f"SELECT {COLUMNS} FROM effect WHERE tenant_id = :tenant_id{where}"
            " ORDER BY created_at DESC, effect_id LIMIT :most OFFSET :skip",
            tenant_id=tenant_id,
            most=limit,
            skip=skip,
            **params,
        )
    )
    return tuple(effect_of(row) for row in rows)


def quarantined(database: SqlDatabase, tenant_id: str) -> int:
    """Return how many commands are kept in quarantine."""
    found = database.look(
        lambda session: session.value(
            "SELECT count(*) FROM quarantine WHERE tenant_id = :tenant_id", tenant_id=tenant_id
        )
    )
    return int(found)


def copy_sqlite(source: Path, key: bytes | None, target: Path) -> int:
    """Write a consistent copy of a database in use to ``target`` and check it; returns its size in bytes.

    Raises:
        CannotCopy: ``backup.target_exists``, ``backup.check_failed``. StoreUnusable, OSError
    """
    if target.exists():
        raise CannotCopy("backup.target_exists", path=str(target))
    waiting = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        origin = sqlite.open_connection(source, key, "read")
        try:
            copy = sqlite.open_connection(waiting, key, "full")
            try:
                origin.backup(copy)
                copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite.module().Error as error:
                raise sqlite.unusable(error, target, key) from error
            finally:
                copy.close()
        finally:
            origin.close()
        if sqlite.check(waiting, key) != "ok":
            raise CannotCopy("backup.check_failed", path=str(target))
        waiting.chmod(0o600)
        waiting.replace(target)
    finally:
        for ending in ("", "-wal", "-shm"):
            waiting.with_name(waiting.name + ending).unlink(missing_ok=True)
    return target.stat().st_size


def dump_postgresql(url: str, target: Path) -> int:
    """Write a consistent dump by ``pg_dump``; returns its size in bytes.

    Raises:
        CannotCopy: ``backup.target_exists``, ``backup.no_pg_dump``, ``backup.pg_dump_failed``.
    """
    if target.exists():
        raise CannotCopy("backup.target_exists", path=str(target))
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotCopy("backup.no_pg_dump")
    waiting = target.with_name(f".{target.name}.{os.getpid()}")
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        done = subprocess.run(
            [program, "--format=custom", f"--file={waiting}", f"--dbname={plain}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotCopy("backup.pg_dump_failed", what=done.stderr.strip()[:300])
        waiting.chmod(0o600)
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
    return target.stat().st_size
