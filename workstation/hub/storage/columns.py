"""Kinds of columns the hub's tables are made of, the same on PostgreSQL and SQLite."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Text, text


def text_column(name: str, default: str | None = None) -> Column[str]:
    """Return a text that is always there; ``default`` is what the database puts into older rows."""
    return Column(
        name, Text, nullable=False, server_default=None if default is None else text(f"'{default}'")
    )


def maybe_text_column(name: str) -> Column[str]:
    """Return a text that may be missing."""
    return Column(name, Text, nullable=True)


def number_column(name: str, default: int | None = None) -> Column[int]:
    """Return a whole number (an amount in minor units, a moment in microseconds) that is always there."""
    return Column(
        name, BigInteger, nullable=False, server_default=None if default is None else text(str(default))
    )


def maybe_number_column(name: str) -> Column[int]:
    """Return a whole number that may be missing."""
    return Column(name, BigInteger, nullable=True)


def flag_column(name: str) -> Column[int]:
    """Return a truth value, 0 or 1."""
    return Column(name, Integer, nullable=False)
