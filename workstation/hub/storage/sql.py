"""Small conversions between the rules' values and what columns hold, and the statements' common ground."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")

Params = Mapping[str, Any]


def micros(at: datetime) -> int:
    """Return microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def maybe_micros(at: datetime | None) -> int | None:
    """Return microseconds since 1970, or None."""
    return None if at is None else micros(at)


def moment(value: int) -> datetime:
    """Return the aware UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_moment(value: int | None) -> datetime | None:
    """Return the aware UTC time, or None."""
    return None if value is None else moment(value)


@lru_cache(maxsize=4096)
def _pyformat(sql: str) -> str:
    """Return a statement with ``%(name)s`` for ``:name``, as PostgreSQL's driver wants it."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


def placeholders(prefix: str, count: int) -> str:
    """Return ``:prefix0, :prefix1, ...``."""
    return ", ".join(f":{prefix}{index}" for index in range(count))


def numbered(prefix: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return the parameters for :func:`placeholders`."""
    return {f"{prefix}{index}": value for index, value in enumerate(values)}


class LostUpdate(Exception):
    """Somebody else changed the same row in between: the transaction has to run again."""


class _Waiting(NamedTuple):
    """A statement that has not been sent yet; ``expected`` is how many rows it must touch, if that counts."""

    sql: str
    params: Params
    expected: int | None


class Session:
    """One open transaction.

    Statements go straight to the driver; the connection, its transaction and its pool are SQLAlchemy's.
    On PostgreSQL, writes whose outcome nobody needs wait for the next question and travel with it in one
    go, because most of a transaction's time is spent on the way.
    """

    def __init__(self, connection: Connection, *, is_postgresql: bool) -> None:
        self.connection = connection
        self.is_postgresql = is_postgresql
        self._driver: Any = connection.connection.driver_connection
        self._error: type[Exception] = connection.dialect.loaded_dbapi.Error
        self._waiting: list[_Waiting] = []

    def rows(self, sql: str, **params: Any) -> Sequence[Any]:
        """Run a statement and return all its rows as tuples."""
        return self.batch([(sql, params)])[0]

    def row(self, sql: str, **params: Any) -> Any:
        """Run a statement and return its first row."""
        rows = self.rows(sql, **params)
        return rows[0] if rows else None

    def value(self, sql: str, **params: Any) -> Any:
        """Run a statement and return the first column of its first row."""
        row = self.row(sql, **params)
        return None if row is None else row[0]

    def do(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it touched."""
        self.flush()
        return self._guarded(lambda: self._touched(sql, params))

    def later(self, sql: str, params: Sequence[Params], *, expected: int | None = None) -> None:
        """Run a statement for each set of parameters, at the latest before the commit.

        ``expected``: how many rows each run must touch; another number raises :class:`LostUpdate`.
        """
        self._waiting += [_Waiting(sql, one, expected) for one in params]
        if not self.is_postgresql:
            self.flush()

    def forget(self) -> None:
        """Drop what was put off: it belongs to a part that is taken back."""
        self._waiting = []

    def flush(self) -> None:
        """Run what was put off."""
        if self._waiting:
            self.batch([])

    def batch(self, asked: Sequence[tuple[str, Params]]) -> list[Sequence[Any]]:
        """Run what was put off and then each statement; returns the rows of each of ``asked``."""
        waiting, self._waiting = self._waiting, []
        if self.is_postgresql:
            return self._guarded(lambda: self._pipelined(waiting, asked))
        return self._guarded(lambda: self._one_by_one(waiting, asked))

    def _touched(self, sql: str, params: Params) -> int:
        cursor = self._driver.cursor()
        try:
            cursor.execute(_pyformat(sql) if self.is_postgresql else sql, params)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _pipelined(
        self, waiting: Sequence[_Waiting], asked: Sequence[tuple[str, Params]]
    ) -> list[Sequence[Any]]:
        if not waiting and len(asked) == 1:
            with self._driver.cursor() as cursor:
                cursor.execute(_pyformat(asked[0][0]), asked[0][1])
                return [cursor.fetchall() if cursor.description else []]
        cursors = [self._driver.cursor() for _ in range(len(waiting) + len(asked))]
        statements = [*((one.sql, one.params) for one in waiting), *asked]
        with self._driver.pipeline():
            for cursor, (sql, params) in zip(cursors, statements, strict=True):
                cursor.execute(_pyformat(sql), params)
        for cursor, one in zip(cursors, waiting, strict=False):
            if one.expected is not None and cursor.rowcount != one.expected:
                raise LostUpdate
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors[len(waiting) :]]

    def _one_by_one(
        self, waiting: Sequence[_Waiting], asked: Sequence[tuple[str, Params]]
    ) -> list[Sequence[Any]]:
        for one in waiting:
            touched = self._touched(one.sql, one.params)
            if one.expected is not None and touched != one.expected:
                raise LostUpdate
        found: list[Sequence[Any]] = []
        for sql, params in asked:
            cursor = self._driver.cursor()
            try:
                found.append(cursor.execute(sql, params).fetchall())
            finally:
                cursor.close()
        return found

    def _guarded(self, work: Callable[[], T]) -> T:
        """Do ``work``; the driver's errors come out as SQLAlchemy's, without what was to be written."""
        try:
            return work()
        except self._error as error:
            error.args = tuple(str(part).partition("\n")[0] for part in error.args)
            raise DBAPIError.instance(
                None,
                None,
                error,
                self._error,
                hide_parameters=True,
                dialect=self.connection.dialect,
            ) from error

    @property
    def for_update(self) -> str:
        """The words that lock selected rows; SQLite has the whole file locked already."""
        return " FOR UPDATE" if self.is_postgresql else ""
