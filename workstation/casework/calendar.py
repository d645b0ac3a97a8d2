"""Opening hours: spans by weekday, breaks, public holidays and exceptions, all given as data; DST-correct."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.records import OpeningSpan

_DAY = timedelta(days=1)
_FULL_DAY = 24 * 60
_HORIZON = timedelta(days=731)


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
    """Weekly hours; none at all means around the clock. ``closes`` before ``opens``: over midnight."""
    breaks: tuple[OpeningSpan, ...] = ()
    """Closed times within the spans."""
    holidays: tuple[Holiday, ...] = ()
    extra_openings: tuple[DatedSpan, ...] = ()
    """Stronger than weekly spans, breaks, holidays and closings of the same day."""
    closings: tuple[Closing, ...] = ()


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether ``at`` (aware) lies in opening hours."""
    day = _local(calendar, at).date()
    return any(start <= at < end for start, end in _intervals(calendar, day - _DAY, day))


def open_time_between(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """Return how much open time lies between ``a`` and ``b``; nothing when ``b`` is not after ``a``."""
    a, b = a.astimezone(UTC), b.astimezone(UTC)  # times of one zone compare by the wall clock
    if b <= a:
        return timedelta(0)
    first, last = _local(calendar, a).date() - _DAY, _local(calendar, b).date()
    parts = (
        min(end, b) - max(start, a)
        for start, end in _intervals(calendar, first, last)
        if end > a and start < b
    )
    return sum(parts, timedelta(0))


def add_open_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Return the earliest moment (UTC) by which ``amount`` of open time has passed since ``start``.

    Raises:
        ValueError: ``amount`` is negative.
        RuleViolation: ``calendar.never_open`` when two years of opening hours do not suffice.
    """
    if amount < timedelta(0):
        raise ValueError("open time only runs forward")
    begin = start.astimezone(UTC)
    if not amount:
        return begin
    day, rest = _local(calendar, begin).date(), amount
    for opens, closes in _intervals(calendar, day - _DAY, day + _HORIZON):
        usable = closes - max(opens, begin)
        if usable <= timedelta(0):
            continue
        if rest <= usable:
            return max(opens, begin) + rest
        rest -= usable
    raise RuleViolation("calendar.never_open", calendar=calendar.name)


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return ``at`` (UTC) when it is open, else the next moment of opening.

    Raises:
        RuleViolation: ``calendar.never_open``.
    """
    moment = at.astimezone(UTC)
    day = _local(calendar, moment).date()
    for opens, closes in _intervals(calendar, day - _DAY, day + _HORIZON):
        if closes > moment:
            return max(opens, moment)
    raise RuleViolation("calendar.never_open", calendar=calendar.name)


def same_time_next_working_day(calendar: Calendar, at: datetime) -> datetime:
    """Return the same time of day (UTC) on the next local day on which it opens at all.

    Raises:
        RuleViolation: ``calendar.never_open`` when it does not within two years.
    """
    local = _local(calendar, at)
    for days in range(1, _HORIZON.days):
        day = local.date() + days * _DAY
        if _day_spans(calendar, _zone(calendar), day):
            minutes = local.hour * 60 + local.minute
            return _moment(_zone(calendar), day, minutes, False) + timedelta(seconds=local.second)
    raise RuleViolation("calendar.never_open", calendar=calendar.name)


def holiday_on(calendar: Calendar, day: date) -> Holiday | None:
    """Return the public holiday on ``day``, if it is one."""
    return next((holiday for holiday in calendar.holidays if holiday.on == day), None)


def hours_on(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Return the open intervals (UTC) that begin on the local day ``day``."""
    return tuple(_intervals(calendar, day, day))


def checked_calendar(calendar: Calendar) -> Calendar:
    """Return ``calendar`` when every time, day and zone in it can be read.

    Raises:
        RuleViolation: ``calendar.malformed_time``, ``calendar.malformed_day``, ``calendar.unknown_zone``,
            ``calendar.closing_backwards``.
    """
    _zone(calendar)
    for span in (*calendar.spans, *calendar.breaks):
        if not span.days or any(not 1 <= day <= 7 for day in span.days):
            raise RuleViolation("calendar.malformed_day", days=",".join(map(str, span.days)))
    times = [(span.opens, span.closes) for span in (*calendar.spans, *calendar.breaks)]
    times += [(extra.opens, extra.closes) for extra in calendar.extra_openings]
    for opens, closes in times:
        if _minutes(opens) == _minutes(closes):
            raise RuleViolation("calendar.malformed_time", value=f"{opens}-{closes}")
    for closing in calendar.closings:
        if closing.last < closing.first:
            raise RuleViolation(
                "calendar.closing_backwards", first=closing.first.isoformat(), last=closing.last.isoformat()
            )
    return calendar


def _zone(calendar: Calendar) -> ZoneInfo:
    try:
        return ZoneInfo(calendar.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RuleViolation("calendar.unknown_zone", zone=calendar.time_zone) from error


def _local(calendar: Calendar, at: datetime) -> datetime:
    return at.astimezone(_zone(calendar))


def _minutes(text: str) -> int:
    """Return minutes since midnight of ``HH:MM``; ``24:00`` is 1440."""
    hours, colon, minutes = text.partition(":")
    if colon and len(hours) == 2 and len(minutes) == 2 and (hours + minutes).isdecimal():
        value = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and value <= _FULL_DAY:
            return value
    raise RuleViolation("calendar.malformed_time", value=text[:20])


def _moment(zone: ZoneInfo, day: date, minutes: int, is_end: bool) -> datetime:
    """Return the UTC moment of a local time; one that occurs twice counts from the first to the second."""
    naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
    moment = naive.replace(tzinfo=zone, fold=1 if is_end else 0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == naive:
        return moment
    return _end_of_gap(zone, naive)


def _end_of_gap(zone: ZoneInfo, naive: datetime) -> datetime:
    """Return the moment the clocks are put forward: ``naive`` lies in the hour that is left out."""
    low = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _span(zone: ZoneInfo, day: date, opens: str, closes: str) -> tuple[datetime, datetime]:
    first, last = _minutes(opens), _minutes(closes)
    if last <= first:  # over midnight
        last += _FULL_DAY
    return _moment(zone, day, first, False), _moment(zone, day, last, True)


def _spans_of(zone: ZoneInfo, spans: tuple[OpeningSpan, ...], day: date) -> list[tuple[datetime, datetime]]:
    weekday = day.isoweekday()
    return [_span(zone, day, span.opens, span.closes) for span in spans if weekday in span.days]


def _without(
    spans: list[tuple[datetime, datetime]], breaks: list[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    for pause_start, pause_end in breaks:
        cut: list[tuple[datetime, datetime]] = []
        for start, end in spans:
            if pause_end <= start or pause_start >= end:
                cut.append((start, end))
                continue
            cut.append((start, pause_start))
            cut.append((pause_end, end))
        spans = [(start, end) for start, end in cut if start < end]
    return spans


def _day_spans(calendar: Calendar, zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime]]:
    extra = [item for item in calendar.extra_openings if item.on == day]
    if extra:
        return sorted(_span(zone, day, item.opens, item.closes) for item in extra)
    if holiday_on(calendar, day) or any(item.first <= day <= item.last for item in calendar.closings):
        return []
    if calendar.spans:
        spans = _spans_of(zone, calendar.spans, day)
    else:  # no hours settled: somebody is always there
        spans = [_span(zone, day, "00:00", "24:00")]
    if not spans or not calendar.breaks:
        return sorted(spans)
    breaks = [
        pause for near in (day - _DAY, day, day + _DAY) for pause in _spans_of(zone, calendar.breaks, near)
    ]
    return sorted(_without(spans, breaks))


def _intervals(calendar: Calendar, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield open intervals of the local days, in order and without overlap."""
    zone = _zone(calendar)
    upto = datetime.min.replace(tzinfo=UTC)
    day = first
    while day <= last:
        for start, end in _day_spans(calendar, zone, day):
            begin = max(start, upto)
            if begin < end:
                yield begin, end
                upto = end
        day += _DAY
