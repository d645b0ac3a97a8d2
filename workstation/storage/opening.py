"""Opens the two files of a profile: checks, migrations, and what happens when one of them is broken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from workstation.casework.clock import Clock
from workstation.ports import Signer, StoreUnusable
from workstation.storage.journal import Journal
from workstation.storage.outbox import SqlOutbox
from workstation.storage.replica import SqlReplica
from workstation.storage.room import Room
from workstation.storage.steps import OUTBOX_STEPS, REPLICA_STEPS, migrate
from workstation.system import sqlite
from workstation.system.clock import new_id

_log = logging.getLogger(__name__)
OUTBOX_FILE = "outbox.db"
REPLICA_FILE = "replica.db"
JOURNAL_FILE = "outbox.journal"
WRITER_CACHE_KB = 64 * 1024
READER_CACHE_KB = 16 * 1024


def open_outbox(
    folder: Path,
    key: bytes,
    clock: Clock,
    sign: Signer,
    *,
    defer: Callable[[Callable[[], None]], None] | None = None,
    room: Room | None = None,
) -> tuple[SqlOutbox, int]:
    """Open (or make) the outbox; returns it and how many rows had to be salvaged from the journal.

    A corrupt file is renamed together with its logs, never deleted; the new one begins a new epoch and is
    filled from the journal. A check that could not run is no finding.

    Raises:
        StoreUnusable: wrong key, locked, newer program, unsafe folder.
    """
    path = folder / OUTBOX_FILE
    is_broken = path.exists() and _is_corrupt(path, key)
    if is_broken:
        aside = sqlite.set_aside(path, f"corrupt-{clock.now():%Y%m%d%H%M%S}")
        _log.error("the outbox is corrupt and was set aside as %s", aside.name)
    is_new = not path.exists()
    engine = sqlite.engine(path, key, "full")
    migrate(engine, OUTBOX_STEPS, path)
    journal = Journal(folder / JOURNAL_FILE, key)
    records, torn = journal.read() if is_new and journal.path.exists() else ([], 0)
    if defer is None:
        outbox = SqlOutbox(engine, journal, room or Room(folder), clock)
    else:
        outbox = SqlOutbox(engine, journal, room or Room(folder), clock, defer)
    if not outbox.note("outbox_epoch"):
        outbox.set_note("outbox_epoch", new_id(clock))
    salvaged = 0
    if records:
        _restore_device(outbox, records)
        salvaged = outbox.take_back_journal(records, sign)
        _log.error("salvaged %d rows of the journal, %d lines were torn", salvaged, torn)
    return outbox, salvaged


def _restore_device(outbox: SqlOutbox, records: list[dict[str, object]]) -> None:
    """The device keeps its id: it is in every row."""
    for record in reversed(records):
        row = record.get("row")
        if isinstance(row, dict) and row.get("device_id"):
            outbox.set_note("device_id", str(row["device_id"]))
            return


def open_replica(folder: Path, key: bytes, clock: Clock) -> SqlReplica:
    """Open (or make) the replica; a corrupt one is renamed and fetched anew from the hub.

    Raises:
        StoreUnusable: wrong key, locked, newer program.
    """
    path = folder / REPLICA_FILE
    if path.exists() and _is_corrupt(path, key):
        aside = sqlite.set_aside(path, f"corrupt-{clock.now():%Y%m%d%H%M%S}")
        _log.error("the replica is corrupt and was set aside as %s; it is fetched anew", aside.name)
    writer = with_cache(sqlite.engine(path, key, "normal"), WRITER_CACHE_KB)
    migrate(writer, REPLICA_STEPS, path)
    reader = with_cache(sqlite.engine(path, key, "read", connections=3), READER_CACHE_KB)
    return SqlReplica(writer, reader)


def with_cache(engine: Engine, kilobytes: int) -> Engine:
    """Let an engine keep more pages in memory: each one read anew is decrypted anew."""

    def on_connect(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA cache_size=-{kilobytes}")

    event.listen(engine, "connect", on_connect)
    return engine


def _is_corrupt(path: Path, key: bytes) -> bool:
    result = sqlite.check(path, key)
    if result == "could_not_run":
        # Locked, a wrong key, no rights: opening will say which. Nothing is renamed for that.
        _log.warning("%s could not be checked", path.name)
    return result == "corrupt"


__all__ = ["JOURNAL_FILE", "OUTBOX_FILE", "REPLICA_FILE", "StoreUnusable", "open_outbox", "open_replica"]
