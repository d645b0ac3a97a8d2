"""The only door to SQLite: connections and engines with the settings every database file of ours has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

Profile = Literal["full", "normal", "read"]
CheckResult = Literal["ok", "corrupt", "could_not_run"]

OLDEST = (3, 51, 3)
"""Older versions can lose commits when the write-ahead log is reset."""
_JOURNAL_LIMIT = 64 * 1024 * 1024
_BUSY_MS = 5000
_LEAST_ROOM = 64 * 1024
"""With less on the disk nothing can be opened any more."""


class StoreUnusable(Exception):
    """A database file cannot be used.

    ``reason``: ``store.corrupt``, ``store.wrong_key``, ``store.locked``, ``store.full``, ``store.too_old``,
    ``store.synced_folder``, ``store.network_folder`` or ``store.unreadable``.
    """

    def __init__(self, reason: str, path: Path | str, detail: str = "") -> None:
        super().__init__(f"{reason}: {path} {detail}".rstrip())
        self.reason = reason
        self.path = Path(path)
        self.detail = detail


def module() -> Any:
    """Return the database module (PEP 249) after its version was checked.

    Raises:
        StoreUnusable: ``store.too_old``.
    """
    from sqlcipher3 import dbapi2

    version = tuple(int(part) for part in dbapi2.sqlite_version.split("."))
    if version < OLDEST:
        raise StoreUnusable("store.too_old", "sqlcipher3", dbapi2.sqlite_version)
    return dbapi2


def open_connection(path: Path, key: bytes | None, profile: Profile = "full") -> Any:
    """Open (and make, unless ``profile`` is "read") a database file in autocommit mode.

    ``key``: 32 raw bytes, or None for a file without encryption. ``full``: a commit is on the disk when it
    returns; ``normal``: it may be lost at a power cut, never torn; ``read``: nothing can be written.

    Raises:
        StoreUnusable: wrong key, not a database, corrupt, or no write-ahead log possible there.
    """
    dbapi = module()
    if key is not None and len(key) != 32:
        raise ValueError("the key of a database is 32 bytes")
    mode = "rw" if profile == "read" else "rwc"
    try:
        connection = dbapi.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=_BUSY_MS / 1000,
        )
    except dbapi.Error as error:
        raise unusable(error, path, key) from error
    try:
        _prepare(connection, path, key, profile)
    except dbapi.Error as error:
        connection.close()
        raise unusable(error, path, key) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Any, path: Path, key: bytes | None, profile: Profile) -> None:
    cursor = connection.cursor()
    if key is not None:
        # The library would write each failed page to standard error; the exception says it once.
        cursor.execute("PRAGMA cipher_log_level=NONE")
        cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    cursor.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.execute("PRAGMA cell_size_check=ON")
    if profile == "read":
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()
        return
    journal = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if str(journal).lower() != "wal":
        raise StoreUnusable("store.network_folder", path, f"journal mode {journal}")
    cursor.execute(f"PRAGMA synchronous={'FULL' if profile == 'full' else 'NORMAL'}")
    cursor.execute("PRAGMA fullfsync=ON")
    cursor.execute("PRAGMA checkpoint_fullfsync=ON")
    cursor.execute(f"PRAGMA journal_size_limit={_JOURNAL_LIMIT}")
    cursor.close()


def unusable(error: Exception, path: Path, key: bytes | None) -> StoreUnusable:
    """Return an error of the database module about the file at ``path`` with its reason."""
    reason = _reason(error, key)
    if reason == "store.unreadable" and _is_disk_full(path):
        # A file beside the database that finds no room is called a broken disk, or one that cannot be opened.
        reason = "store.full"
    return StoreUnusable(reason, path, str(error))


def _is_disk_full(path: Path) -> bool:
    import shutil

    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False


def _reason(error: Exception, key: bytes | None) -> str:
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return "store.locked"
    if "full" in text:
        return "store.full"
    if "not a database" in text:
        return "store.wrong_key" if key is not None else "store.unreadable"
    if "malformed" in text or "corrupt" in text:
        return "store.corrupt"
    return "store.unreadable"


def engine(
    path: Path, key: bytes | None, profile: Profile = "full", *, connections: int = 1, wait_s: float = 30
) -> Engine:
    """Return a SQLAlchemy engine over ``connections`` connections made by :func:`open_connection`.

    A transaction begins with BEGIN IMMEDIATE, so that a writer never fails half-way for a lock; on a "read"
    engine with BEGIN, so that all its statements see one state.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import QueuePool

    made = create_engine(
        "sqlite://",
        module=module(),
        creator=_creator(path, key, profile),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait_s,
        pool_reset_on_return="rollback",
        # Errors end in logs, and parameters hold what customers wrote.
        hide_parameters=True,
    )
    begin = "BEGIN" if profile == "read" else "BEGIN IMMEDIATE"

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(made, "begin", on_begin)
    return made


def _creator(path: Path, key: bytes | None, profile: Profile) -> Callable[[], Any]:
    def create() -> Any:
        return open_connection(path, key, profile)

    return create


def check(path: Path, key: bytes | None) -> CheckResult:
    """Look the file over; only ``corrupt`` is a finding, a check that could not run says nothing."""
    if not path.exists():
        return "could_not_run"
    try:
        connection = open_connection(path, key, "read")
    except StoreUnusable as error:
        return "corrupt" if error.reason == "store.corrupt" else "could_not_run"
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
        if rows != [("ok",)]:
            return "corrupt"
        if key is not None and connection.execute("PRAGMA cipher_integrity_check").fetchall():
            return "corrupt"
    except module().DatabaseError as error:
        return "corrupt" if _reason(error, key) == "store.corrupt" else "could_not_run"
    finally:
        connection.close()
    return "ok"


def set_aside(path: Path, suffix: str) -> Path:
    """Rename a database together with its log files and return its new name; nothing is deleted."""
    target = path.with_name(f"{path.name}.{suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target
