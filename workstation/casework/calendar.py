"""Opening hours: spans by weekday, breaks, public holidays and exceptions, all given as data; DST-correct."""

from __future__ import annotations

from datetime import date

import msgspec

from workstation.casework.records import OpeningSpan


class Holiday(msgspec.Struct, frozen=True):
    """A public holiday: closed all day on ``on``."""

    on: date
    name: str


class DatedSpan(msgspec.Struct, frozen=True):
    """Open on one day from ``opens`` to ``closes`` (``HH:MM``, local), whatever the week says."""

    on: date
    opens: str
    closes: str


class Closing(msgspec.Struct, frozen=True):
    """Closed from ``first`` to ``last`` (both inclusive), such as a works outing."""

    first: date
    last: date
    reason: str = ""


class Calendar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``calendar``; ``HH:MM`` are local times of ``time_zone``, ``24:00`` ends the day."""

    calendar_id: str
    name: str
    rev: int = 0
    time_zone: str = "Europe/Berlin"
    spans: tuple[OpeningSpan, ...] = ()
    breaks: tuple[OpeningSpan, ...] = ()
    """Closed times within the spans."""
    holidays: tuple[Holiday, ...] = ()
    extra_openings: tuple[DatedSpan, ...] = ()
    """Stronger than weekly spans, breaks, holidays and closings of the same day."""
    closings: tuple[Closing, ...] = ()
