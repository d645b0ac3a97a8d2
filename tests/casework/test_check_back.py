"""The check-back: planned at solving, due once, ended by an answer, a new word or solving again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.acting import ANSWER, HOUR, answer, at, refused
from tests.casework.builders import CASE_ID, NOW, OFFICE, POLICY, given, inbound, new_case, new_id
from workstation.casework.calendar import Calendar
from workstation.casework.case import Due
from workstation.casework.case_state import CaseState
from workstation.casework.check_back import planned_check_back, working_days_later
from workstation.casework.ids import uuid7
from workstation.casework.projection import apply, delivered, received, woke
from workstation.casework.sla import due_after, target_of
from workstation.casework.wire import commands as c

DAY = timedelta(days=1)
LATER = NOW + 3 * DAY


def solved(follow_up_at: datetime | None = LATER) -> CaseState:
    """The broken bowl, answered and solved."""
    sent = delivered(apply(new_case(), answer(), at(3)), ANSWER, at(4))
    return apply(sent, c.SolveCase(case_id=CASE_ID, follow_up_at=follow_up_at), at(5))


def codes(state: CaseState) -> list[str]:
    return [message.code for message in state.messages if message.kind == "system"]


def test_a_solved_case_wakes_once_when_its_check_back_is_due() -> None:
    state = solved()
    assert woke(state, given(LATER - timedelta(seconds=1))) == state
    due = woke(state, given(LATER))
    assert (due.the_case.status, due.the_case.solved_at) == ("open", None)
    answer_by = due_after(OFFICE, LATER, target_of(POLICY, "mail", is_first=False))
    assert due.the_case.due == Due(answer_by, "follow_up"), "there is as long for it as for an answer"
    assert codes(due)[-1] == "case.check_back"
    assert woke(due, given(LATER + DAY)) == due


def test_without_a_check_back_a_solved_case_sleeps_for_ever() -> None:
    state = solved(None)
    assert woke(state, given(NOW + 1000 * DAY)) == state


def test_a_new_word_of_the_customer_comes_first() -> None:
    state = received(solved(), inbound("Noch etwas", NOW + HOUR, "in2"), at(60))
    assert (state.the_case.status, state.the_case.follow_up_at) == ("open", None)
    assert woke(state, given(LATER)) == state


def test_a_case_that_went_into_another_one_is_not_asked_back_about() -> None:
    state = solved()
    merged = msgspec.structs.replace(
        state, case=msgspec.structs.replace(state.the_case, merged_into=new_id("other"))
    )
    assert woke(merged, given(LATER)) == merged


def test_solving_again_ends_it() -> None:
    due = woke(solved(), given(LATER))
    over = apply(due, c.SolveCase(case_id=CASE_ID), given(LATER + HOUR))
    assert (over.the_case.status, over.the_case.due) == ("solved", None)
    assert woke(over, given(LATER + 9 * DAY)) == over


def test_an_answer_written_for_it_ends_it_and_one_that_left_before_does_not() -> None:
    due = woke(solved(), given(LATER))
    asked = apply(due, answer(message_id=new_id("asked"), text="Ist alles gut?"), given(LATER + HOUR))
    sent = delivered(asked, new_id("asked"), given(LATER + HOUR))
    assert (sent.the_case.status, sent.the_case.due) == ("waiting", None)
    early = apply(new_case(), answer(solves=True, follow_up_at=LATER), at(3))
    late = delivered(early, ANSWER, given(LATER + HOUR))
    assert late.the_case.follow_up_at == LATER
    assert woke(late, given(LATER + HOUR)).the_case.status == "open"


def test_another_day_or_none_is_one_more_act_on_a_solved_case() -> None:
    state = solved()
    moved = apply(state, c.SolveCase(case_id=CASE_ID, follow_up_at=LATER + 4 * DAY), at(6))
    assert moved.the_case.follow_up_at == LATER + 4 * DAY
    assert codes(moved)[-2:] == ["case.solved_with_check_back", "case.check_back_planned"]
    none = apply(moved, c.SolveCase(case_id=CASE_ID), at(7))
    assert (none.the_case.status, none.the_case.follow_up_at) == ("solved", None)
    assert codes(none)[-1] == "case.check_back_dropped"


def test_what_waited_in_an_outbox_too_long_is_due_at_once() -> None:
    sent = delivered(apply(new_case(), answer(), at(3)), ANSWER, at(4))
    body = c.SolveCase(case_id=CASE_ID, follow_up_at=LATER)
    refused("case.follow_up_in_past", sent, body, given(LATER + DAY))
    made = uuid7(int((NOW + HOUR).timestamp() * 1000), bytes(10))
    late = apply(sent, body, given(LATER + DAY, command_id=made))
    assert woke(late, given(LATER + DAY)).the_case.status == "open"


def test_the_plan_is_some_working_days_on_at_the_same_time_of_day() -> None:
    friday = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert working_days_later(OFFICE, friday, 3) == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    never = Calendar(calendar_id="c", name="zu", closings=())
    assert working_days_later(never, friday, 2) == friday + 2 * DAY
    assert planned_check_back(new_case(), POLICY, OFFICE, friday) == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_nobody_is_asked_back_where_it_makes_no_sense() -> None:
    off = msgspec.structs.replace(POLICY, check_back_days=0)
    assert planned_check_back(new_case(), off, OFFICE, NOW) is None
    state = new_case()
    internal = msgspec.structs.replace(state, case=msgspec.structs.replace(state.the_case, channel="system"))
    assert planned_check_back(internal, POLICY, OFFICE, NOW) is None
    due = woke(solved(), given(LATER))
    assert planned_check_back(due, POLICY, OFFICE, LATER) is None, "one matter is asked back about once"
    again = received(due, inbound("Doch nicht gut", LATER + HOUR, "in3"), given(LATER + HOUR))
    assert planned_check_back(again, POLICY, OFFICE, LATER + HOUR) is not None


@example(st.integers(0, 60 * 24 * 14), st.integers(1, 10))
def test_a_planned_check_back_lies_ahead_and_falls_due_exactly_once(minutes: int, looks: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    planned = planned_check_back(new_case(), POLICY, OFFICE, now)
    assert planned is not None and planned > now
    state = apply(
        new_case(), c.SolveCase(case_id=CASE_ID, follow_up_at=planned, without_answer="thanks"), given(now)
    )
    for look in range(looks):
        state = woke(state, given(planned + look * HOUR))
    assert codes(state).count("case.check_back") == 1
    due = state.the_case.due
    assert due is not None and due.kind == "follow_up" and due.at > planned
