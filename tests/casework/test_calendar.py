"""Opening hours: additive, monotone, right over clock changes, breaks, holidays and exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.casework.builders import OFFICE
from workstation.casework.calendar import (
    Calendar,
    Closing,
    DatedSpan,
    Holiday,
    add_open_time,
    checked_calendar,
    holiday_on,
    hours_on,
    is_open,
    next_opening,
    open_time_between,
    same_time_next_working_day,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.records import OpeningSpan

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 500 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])


@st.composite
def spans(draw: st.DrawFn) -> OpeningSpan:
    days = draw(st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(sorted))
    opens = draw(st.integers(0, 23 * 60 + 59))
    closes = draw(st.integers(0, 24 * 60).filter(lambda value: value != opens))
    return OpeningSpan(tuple(days), _clock(opens), _clock(closes))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = st.integers(0, 500).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
    return Calendar(
        calendar_id="x",
        name="x",
        time_zone=draw(ZONES),
        spans=tuple(draw(st.lists(spans(), max_size=3))),
        breaks=tuple(draw(st.lists(spans(), max_size=1))),
        holidays=tuple(Holiday(day, "frei") for day in draw(st.lists(days, max_size=3))),
        extra_openings=tuple(DatedSpan(day, "10:00", "11:30") for day in draw(st.lists(days, max_size=2))),
        closings=tuple(Closing(day, day + timedelta(days=2)) for day in draw(st.lists(days, max_size=1))),
    )


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_open_time_is_additive_and_never_negative(
    calendar: Calendar, one: datetime, two: datetime, three: datetime
) -> None:
    a, b, c = sorted((one, min(two, one + timedelta(days=20)), min(three, one + timedelta(days=20))))
    first, second = open_time_between(calendar, a, b), open_time_between(calendar, b, c)
    assert first >= timedelta(0)
    assert first + second == open_time_between(calendar, a, c)
    assert open_time_between(calendar, a, c) <= c - a
    assert open_time_between(calendar, c, a) == timedelta(0) or a == c


@given(calendars(), MOMENTS, st.integers(1, 6 * 3600), st.integers(0, 3600))
def test_adding_open_time_is_undone_by_measuring_it_and_grows(
    calendar: Calendar, start: datetime, seconds: int, more: int
) -> None:
    amount = timedelta(seconds=seconds)
    try:
        end = add_open_time(calendar, start, amount)
    except RuleViolation as violation:
        assert violation.code == "calendar.never_open"
        return
    assert open_time_between(calendar, start, end) == amount
    # the earliest such moment: just before it was still open and not yet enough
    assert is_open(calendar, end - timedelta(microseconds=1))
    for later, longer in ((0, more), (more, 0)):
        moved, wanted = start + timedelta(seconds=later), amount + timedelta(seconds=longer)
        try:
            assert add_open_time(calendar, moved, wanted) >= end
        except RuleViolation as violation:  # the little that is open at all was nearly used up
            assert violation.code == "calendar.never_open"


@given(calendars(), MOMENTS)
def test_next_opening_is_open_and_nothing_is_open_before(calendar: Calendar, at: datetime) -> None:
    try:
        opens = next_opening(calendar, at)
    except RuleViolation as violation:
        assert violation.code == "calendar.never_open"
        return
    assert opens >= at and is_open(calendar, opens)
    assert open_time_between(calendar, at, opens) == timedelta(0)


def _berlin(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), BERLIN)


def test_the_working_day_with_its_break() -> None:
    monday = date(2026, 11, 23)
    assert add_open_time(OFFICE, _berlin(monday, "10:11"), timedelta(hours=1)) == _berlin(monday, "11:11")
    assert add_open_time(OFFICE, _berlin(monday, "11:45"), timedelta(hours=1)) == _berlin(monday, "13:15")
    assert not is_open(OFFICE, _berlin(monday, "12:15"))
    night = add_open_time(OFFICE, _berlin(monday, "22:00"), timedelta(hours=1))
    assert night == _berlin(date(2026, 11, 24), "09:00")


def test_saturday_noon_goes_on_monday_and_over_a_holiday() -> None:
    saturday = _berlin(date(2026, 11, 28), "12:30")
    assert add_open_time(OFFICE, saturday, timedelta(hours=1)) == _berlin(date(2026, 11, 30), "08:30")
    eve = _berlin(date(2026, 12, 24), "17:30")  # Thursday; Friday is Christmas Day, Saturday opens at nine
    assert add_open_time(OFFICE, eve, timedelta(hours=1)) == _berlin(date(2026, 12, 26), "09:30")
    assert holiday_on(OFFICE, date(2026, 12, 25)) == Holiday(date(2026, 12, 25), "1. Weihnachtstag")
    assert holiday_on(OFFICE, date(2026, 12, 24)) is None
    assert hours_on(OFFICE, date(2026, 12, 25)) == ()


def test_extra_openings_are_stronger_than_holidays() -> None:
    calendar = msgspec.structs.replace(
        OFFICE, extra_openings=(DatedSpan(date(2026, 12, 25), "10:00", "12:15"),)
    )
    day = date(2026, 12, 25)
    assert hours_on(calendar, day) == ((_berlin(day, "10:00"), _berlin(day, "12:15")),)


def test_clock_changes_lengthen_and_shorten_the_night() -> None:
    calendar = Calendar(calendar_id="n", name="n", spans=(OpeningSpan((7,), "00:00", "24:00"),))
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25), (date(2026, 6, 7), 24)):
        ((opens, closes),) = hours_on(calendar, day)
        assert closes - opens == timedelta(hours=hours)


def test_a_time_that_is_left_out_begins_when_the_clocks_are_put_forward() -> None:
    calendar = Calendar(calendar_id="n", name="n", spans=(OpeningSpan((7,), "02:30", "06:00"),))
    ((opens, closes),) = hours_on(calendar, date(2026, 3, 29))
    assert opens == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert closes - opens == timedelta(hours=3)


def test_over_midnight_and_around_the_clock() -> None:
    night = Calendar(calendar_id="n", name="n", spans=(OpeningSpan((1,), "22:00", "04:00"),))
    assert is_open(night, _berlin(date(2026, 11, 24), "03:59"))
    assert not is_open(night, _berlin(date(2026, 11, 24), "04:00"))
    always = Calendar(calendar_id="a", name="a")
    start = _berlin(date(2026, 10, 24), "12:00").astimezone(UTC)
    assert open_time_between(always, start, start + timedelta(days=3)) == timedelta(days=3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"time_zone": "Europe/Nirgends"}, "calendar.unknown_zone"),
        ({"time_zone": "../etc/passwd"}, "calendar.unknown_zone"),
        ({"spans": (OpeningSpan((0,), "08:00", "09:00"),)}, "calendar.malformed_day"),
        ({"spans": (OpeningSpan((), "08:00", "09:00"),)}, "calendar.malformed_day"),
        ({"spans": (OpeningSpan((1,), "8:00", "09:00"),)}, "calendar.malformed_time"),
        ({"spans": (OpeningSpan((1,), "24:01", "09:00"),)}, "calendar.malformed_time"),
        ({"spans": (OpeningSpan((1,), "09:00", "09:00"),)}, "calendar.malformed_time"),
        ({"breaks": (OpeningSpan((1,), "noon", "13:00"),)}, "calendar.malformed_time"),
        ({"extra_openings": (DatedSpan(date(2026, 1, 1), "", "13:00"),)}, "calendar.malformed_time"),
        ({"closings": (Closing(date(2026, 1, 2), date(2026, 1, 1)),)}, "calendar.closing_backwards"),
    ],
)
def test_a_calendar_that_cannot_be_read_says_why(change: dict[str, object], code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        checked_calendar(msgspec.structs.replace(OFFICE, **change))
    assert caught.value.code == code


def test_a_calendar_that_never_opens_says_so() -> None:
    shut = msgspec.structs.replace(OFFICE, closings=(Closing(date(2020, 1, 1), date(2040, 1, 1)),))
    with pytest.raises(RuleViolation, match="never_open"):
        add_open_time(shut, START, timedelta(minutes=1))
    assert checked_calendar(OFFICE) is OFFICE
    with pytest.raises(ValueError, match="forward"):
        add_open_time(OFFICE, START, timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 20, 9, 11, tzinfo=UTC), datetime(2026, 11, 23, 9, 11, tzinfo=UTC)),
        (datetime(2026, 11, 21, 22, 0, tzinfo=UTC), datetime(2026, 11, 23, 22, 0, tzinfo=UTC)),
        (datetime(2026, 3, 27, 9, 0, 30, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, 30, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), datetime(2026, 11, 25, 8, 0, tzinfo=UTC)),
    ],
)
def test_the_same_time_on_the_next_working_day(at: datetime, expected: datetime) -> None:
    weekdays = Calendar(
        calendar_id="c",
        name="c",
        spans=(OpeningSpan((1, 2, 3, 4, 5), "09:00", "17:00"),),
        holidays=(Holiday(date(2026, 11, 24), "Feiertag"),),
    )
    assert same_time_next_working_day(weekdays, at) == expected
