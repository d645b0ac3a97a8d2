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


def _begin_copy(waiting: Path) -> None:
    try:
        make_private_file(waiting)
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise CannotCopy("backup.no_place", path=str(waiting.parent)) from error


def copy_sqlite(source: Path, key: bytes | None, target: Path) -> int:
    """Write a consistent copy of a database in use to ``target`` and check it; returns its size in bytes.

    Raises:
        CannotCopy: ``backup.no_place``, ``backup.target_exists``, ``backup.check_failed``.
        StoreUnusable, OSError
    """
    if target.exists():
        raise CannotCopy("backup.target_exists", path=str(target))
    waiting = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _begin_copy(waiting)
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
        waiting.replace(target)
    finally:
        for ending in ("", "-wal", "-shm"):
            waiting.with_name(waiting.name + ending).unlink(missing_ok=True)
    return target.stat().st_size


def dump_postgresql(url: str, target: Path) -> int:
    """Write a consistent dump by ``pg_dump``; returns its size in bytes.

    Raises:
        CannotCopy: ``backup.no_place``, ``backup.target_exists``, ``backup.no_pg_dump``,
            ``backup.pg_dump_failed``.
    """
    if target.exists():
        raise CannotCopy("backup.target_exists", path=str(target))
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotCopy("backup.no_pg_dump")
    waiting = target.with_name(f".{target.name}.{os.getpid()}")
    where, environment = reached_by(url)
    try:
        _begin_copy(waiting)
        done = subprocess.run(
            [program, "--format=custom", f"--file={waiting}", f"--dbname={where}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotCopy("backup.pg_dump_failed", what=done.stderr.strip()[:300])
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
    return target.stat().st_size


def make_private_file(path: Path) -> None:
    """Make an empty file only its owner may read: what is copied into it is private from the first byte on.

    One that a killed copy has left is replaced.
    """
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def reached_by(url: str) -> tuple[str, dict[str, str]]:
    """Return the address of a database without its password, and an environment that holds it.

    Everybody on a computer may read the arguments of its programs, their environment only who runs them.
    """
    from sqlalchemy import make_url

    parts = make_url(url)
    given = parts.query.get("password", parts.password or "")
    password = given if isinstance(given, str) else given[-1]
    bare = parts.set(drivername="postgresql").difference_update_query(["password"])
    bare = bare._replace(password=None)
    environment = {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)
    return bare.render_as_string(hide_password=False), environment
