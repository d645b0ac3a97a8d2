"""When a profile has to be helped from outside: the replica set aside, the outbox copied, never lost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workstation.casework.errors import RuleViolation
from workstation.ports import StoreUnusable
from workstation.storage.opening import JOURNAL_FILE, OUTBOX_FILE, REPLICA_FILE
from workstation.system import sqlite
from workstation.system.lock import AlreadyRunning, ProcessLock
from workstation.system.paths import write_private

_WAITING = "SELECT count(*) FROM outbox WHERE verdict IS NULL"


def unsettled(profile: Path, key: bytes | None) -> int:
    """Return how many rows of the outbox the hub has not answered.

    Raises:
        StoreUnusable: it cannot be read, so nobody knows.
    """
    path = profile / OUTBOX_FILE
    if not path.exists():
        return 0
    connection = sqlite.open_connection(path, key, "read")
    try:
        return int(connection.execute(_WAITING).fetchone()[0])
    except sqlite.module().OperationalError as error:
        raise StoreUnusable("store.unreadable", path, str(error)) from error
    finally:
        connection.close()


def export_outbox(profile: Path, key: bytes | None, target: Path) -> int:
    """Write a checked copy of the outbox to ``target``, sealed under the same key; returns its bytes.

    The journal, its second copy, goes beside it.

    Raises:
        RuleViolation: ``outbox.export_exists``. StoreUnusable
    """
    if target.exists():
        raise RuleViolation("outbox.export_exists", path=str(target))
    origin = sqlite.open_connection(profile / OUTBOX_FILE, key, "read")
    try:
        copy = sqlite.open_connection(target, key, "full")
        try:
            origin.backup(copy)
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            copy.close()
    finally:
        origin.close()
    target.chmod(0o600)
    if sqlite.check(target, key) != "ok":
        target.unlink()
        raise StoreUnusable("store.unreadable", target)
    journal = profile / JOURNAL_FILE
    if journal.exists():
        write_private(target.with_name(f"{target.name}.journal"), journal.read_bytes())
    return target.stat().st_size


def reset_replica(
    profile: Path, key: bytes | None, at: datetime, export_to: Path | None = None
) -> Path | None:
    """Set the replica aside, so that the next start fetches it anew; drafts and the outbox stay.

    Returns where it has gone, None when there was none. While acts wait for the hub, the outbox is copied to
    ``export_to`` first.

    Raises:
        RuleViolation: ``session.unsettled`` without a place for the copy. StoreUnusable: ``store.locked``.
    """
    try:
        lock = ProcessLock(profile / "desk.lock").acquire()
    except AlreadyRunning as error:
        raise StoreUnusable("store.locked", profile, f"process {error.pid}") from error
    try:
        waiting = unsettled(profile, key)
        if waiting and export_to is None:
            raise RuleViolation("session.unsettled", waiting=waiting)
        if export_to is not None:
            export_outbox(profile, key, export_to)
        path = profile / REPLICA_FILE
        return sqlite.set_aside(path, f"reset-{at:%Y%m%d%H%M%S}") if path.exists() else None
    finally:
        lock.release()
