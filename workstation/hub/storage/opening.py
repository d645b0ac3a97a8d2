"""Opening the hub's database: engine, migration, and errors that say which database is out of reach."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError

from workstation.casework.clock import Clock
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.engines import Engines, engines_for
from workstation.hub.storage.migrate import upgrade
from workstation.system.sqlite import StoreUnusable

_PASSWORD = re.compile(r"//([^:@/]*):[^@/]*@")


def _engines(url: str, key: bytes | None) -> Engines:
    try:
        return engines_for(url, key)
    except ValueError as error:
        raise ArgumentError(str(error)) from error


def open_database(url: str, key: bytes | None, clock: Clock) -> SqlDatabase:
    """Open the database at ``url`` (``postgresql://...`` or a path) and bring it up to date.

    Raises:
        StoreUnusable: ``store.unreachable`` when a server does not answer or refuses; the reasons of
            :func:`workstation.system.sqlite.open_connection` for a file.
    """
    shown = Path(_PASSWORD.sub(r"//\1:***@", url))
    try:
        engines = _engines(url, key)
        try:
            upgrade(engines)
            return SqlDatabase(engines, clock)
        except BaseException:
            engines.dispose()
            raise
    except (DBAPIError, ArgumentError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        why = _PASSWORD.sub(r"//\1:***@", str(cause)).strip().splitlines()
        raise StoreUnusable("store.unreachable", shown, why[0] if why else "") from error
