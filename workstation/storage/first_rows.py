"""The first page of the queue straight from the file, before any larger library is loaded."""

from __future__ import annotations

from pathlib import Path

from workstation.ports.queue_values import InboxFilter, QueueItem
from workstation.storage.queue import item_of, page_sql
from workstation.system import sqlite
from workstation.system.sqlite import StoreUnusable


def first_rows(
    replica: Path, key: bytes, filter: InboxFilter | None = None, limit: int = 100
) -> tuple[QueueItem, ...]:
    """Return the first ``limit`` queue rows; empty when there is no replica yet or it needs a migration.

    Raises:
        StoreUnusable: the file is there and cannot be read.
    """
    if not replica.exists():
        return ()
    connection = sqlite.open_connection(replica, key, "read")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            return ()
        sql, params = page_sql(filter or InboxFilter(), None, limit)
        return tuple(item_of(row) for row in connection.execute(sql, params))
    except sqlite.module().OperationalError as error:
        if "no such" in str(error):
            return ()
        raise StoreUnusable("store.unreadable", replica, str(error)) from error
    finally:
        connection.close()
