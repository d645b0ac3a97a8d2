"""A hub's clock that is set forgets nothing, and the harness sees when something is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from tests.faults.hub_clocks import ShiftedClock, play_all
from tests.faults.wrong_desks import set_hubs
from tests.hub.small_firm import NOW
from workstation.hub.services.clock_watch import BACK_FACT, SEEN_FACT, ClockWatch
from workstation.hub.services.nightly_check import NightlyCheck
from workstation.hub.services.working_set import WorkingSet
from workstation.hub.storage.database import SqlDatabase

YEARS = timedelta(days=3653)


def test_nothing_due_is_lost() -> None:
    assert play_all(("1 h ahead", "25 h behind", "10 years ahead", "the end of summer time")) == (4, [])


def test_a_hub_that_does_not_watch_its_clock_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClockWatch, "was_set", lambda self: False)
    _, broken = play_all(("10 years ahead",))
    assert "i21" in {one[:3] for one in broken}


def test_whoever_is_signed_in_stays_so() -> None:
    assert set_hubs(("10 years ahead",)) == (1, [])


def test_night_work_noted_by_a_clock_that_was_ahead_is_done(firm: SqlDatabase) -> None:
    clock = ShiftedClock(NOW)
    nightly, shelf = NightlyCheck(firm, clock), WorkingSet(firm, "t", clock)
    clock.offset = YEARS
    nightly.look()
    shelf.tidy()
    assert not nightly.is_due() and not shelf.is_due()
    clock.offset = timedelta()
    assert nightly.is_due() and shelf.is_due()


def test_a_clock_that_went_back_while_the_hub_was_off_is_noticed(firm: SqlDatabase) -> None:
    clock = ShiftedClock(NOW)
    assert not ClockWatch(firm, clock).was_set()
    clock.pass_by(timedelta(minutes=5))
    assert not ClockWatch(firm, clock).was_set()
    clock.offset = timedelta(hours=-1)
    assert ClockWatch(firm, clock).was_set() and not ClockWatch(firm, clock).was_set()


def test_data_written_after_the_last_look_tells_what_the_clock_said(firm: SqlDatabase) -> None:
    clock = ShiftedClock(NOW)
    firm.set_fact(SEEN_FACT, NOW.isoformat())
    # The clock was set ahead and something written; nobody looked at it before the data was copied.
    at_the_hub = SqlDatabase(firm._engines, ShiftedClock(NOW + YEARS))
    at_the_hub.run(firm.tenants()[0], lambda tx: tx.audit("note", actor="", subject=""))
    assert at_the_hub.written_at() == NOW + YEARS
    at_the_hub.seal_audit(NOW)
    assert firm.written_at() == NOW + YEARS
    assert ClockWatch(firm, clock).was_set()
    told = firm.fact(BACK_FACT)
    assert told is not None
    ((begin, end),) = msgspec.json.decode(told, type=list[tuple[datetime, datetime]])
    assert begin < NOW and end > NOW + YEARS


def test_a_clock_that_jumps_ahead_is_told_from_time_that_passes(firm: SqlDatabase) -> None:
    clock = ShiftedClock(NOW)
    watch = ClockWatch(firm, clock)
    assert not watch.was_set()
    clock.pass_by(timedelta(hours=3))
    assert not watch.was_set()
    clock.offset = timedelta(hours=1)
    assert watch.was_set() and not watch.was_set()
