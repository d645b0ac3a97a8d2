"""Small conversions between the rules' values and what columns hold, and the statements' common ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

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


@lru_cache(maxsize=1024)
def statement(sql: str) -> TextClause:
    """Return the prepared form of a statement; the same words give the same object."""
    return text(sql)


def placeholders(prefix: str, count: int) -> str:
    """Return ``:prefix0, :prefix1, ...``."""
    return ", ".join(f":{prefix}{index}" for index in range(count))


def numbered(prefix: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return the parameters for :func:`placeholders`."""
    return {f"{prefix}{index}": value for index, value in enumerate(values)}


class Session:
    """One open transaction: a connection, whether it is PostgreSQL, and shorthands to run statements."""

    def __init__(self, connection: Connection, *, is_postgresql: bool) -> None:
        self.connection = connection
        self.is_postgresql = is_postgresql

    def rows(self, sql: str, **params: Any) -> Sequence[Any]:
        """Run a statement and return all its rows."""
        return self.connection.execute(statement(sql), params).all()

    def row(self, sql: str, **params: Any) -> Any:
        """Run a statement and return its first row."""
        return self.connection.execute(statement(sql), params).first()

    def value(self, sql: str, **params: Any) -> Any:
        """Run a statement and return the first column of its first row."""
        return self.connection.execute(statement(sql), params).scalar()

    def do(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it touched."""
        return self.connection.execute(statement(sql), params).rowcount

    def many(self, sql: str, params: Sequence[Params]) -> int:
        """Run a statement once for each set of parameters; returns how many rows it touched in all."""
        if not params:
            return 0
        if len(params) == 1:
            return self.connection.execute(statement(sql), params[0]).rowcount
        return self.connection.execute(statement(sql), list(params)).rowcount

    @property
    def for_update(self) -> str:
        """The words that lock selected rows; SQLite has the whole file locked already."""
        return " FOR UPDATE" if self.is_postgresql else ""
