"""Putting a copy of the database back in its place; it gets a new generation before anybody can see it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from workstation.casework.clock import Clock
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.overview import CannotCopy, make_private_file, reached_by
from workstation.system import sqlite
from workstation.system.crashpoint import crashpoint

_ENDINGS = ("", "-wal", "-shm")


def restore_sqlite(source: Path, key: bytes | None, target: Path, tenant_id: str, clock: Clock) -> Path:
    """Put the copy ``source`` in the place of ``target`` and return where that has gone; nothing is deleted.

    All is done beside it and moved at the end: a kill leaves either the old database or the restored one.

    Raises:
        CannotCopy: ``restore.no_file``, ``restore.not_whole``, ``restore.other_firm``. StoreUnusable
    """
    if not source.is_file():
        raise CannotCopy("restore.no_file", path=str(source))
    waiting = target.with_name(f".{target.name}.restored")
    _remove(waiting)
    try:
        make_private_file(waiting)
        origin = sqlite.open_connection(source, key, "read")
        try:
            if sqlite.check(source, key) != "ok":
                raise CannotCopy("restore.not_whole", path=str(source))
            copy = sqlite.open_connection(waiting, key, "full")
            try:
                origin.backup(copy)
            except sqlite.module().Error as error:
                raise sqlite.unusable(error, target, key) from error
            finally:
                copy.close()
        finally:
            origin.close()
        database = open_database(str(waiting), key, clock)
        try:
            _renew(database, tenant_id, source)
        finally:
            database.close()
        _close_log(waiting, key)
        crashpoint("hub.restore_before_move")
        aside = sqlite.set_aside(target, f"before-restore-{clock.now():%Y%m%d%H%M%S}")
        waiting.replace(target)
    finally:
        _remove(waiting)
    return aside


def restore_postgresql(source: Path, url: str, tenant_id: str, clock: Clock) -> None:
    """Put the dump ``source`` in the place of what the database at ``url`` holds, in one transaction.

    Raises:
        CannotCopy: ``restore.no_file``, ``restore.no_pg_restore``, ``restore.pg_restore_failed``,
            ``restore.other_firm``. StoreUnusable
    """
    if not source.is_file():
        raise CannotCopy("restore.no_file", path=str(source))
    program = shutil.which("pg_restore")
    if program is None:
        raise CannotCopy("restore.no_pg_restore")
    where, environment = reached_by(url)
    done = subprocess.run(
        [
            *(program, "--clean", "--if-exists", "--no-owner", "--single-transaction"),
            *(f"--dbname={where}", str(source)),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotCopy("restore.pg_restore_failed", what=done.stderr.strip()[:300])
    database = open_database(url, None, clock)
    try:
        _renew(database, tenant_id, source)
    finally:
        database.close()


def _renew(database: SqlDatabase, tenant_id: str, source: Path) -> None:
    if tenant_id not in database.tenants():
        raise CannotCopy("restore.other_firm", path=str(source))
    database.bump_generation()


def _close_log(path: Path, key: bytes | None) -> None:
    connection = sqlite.open_connection(path, key, "full")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _remove(path: Path) -> None:
    for ending in _ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
