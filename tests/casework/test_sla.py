"""The clock of a case: open time, the earliest thing due, and what stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import NOW, OFFICE, POLICY, case_of, new_id
from workstation.casework.approval import Approval
from workstation.casework.calendar import Calendar, Closing, open_time_between
from workstation.casework.case import Due
from workstation.casework.money import Money
from workstation.casework.promise import Promise
from workstation.casework.sla import PRECEDENCE, ChannelTarget, SlaPolicy, due_of, is_breached, target_of


def promise(due: datetime, state: str = "open") -> Promise:
    return Promise(
        promise_id=new_id("promise", due, state),
        case_id="x",
        customer_id="c1",
        what="answer",
        due_at=due,
        owner_id="p",
        made_at=NOW,
        made_by="p",
        state=state,  # type: ignore[arg-type]
    )


def approval(due: datetime | None, state: str = "open") -> Approval:
    return Approval(
        approval_id=new_id("approval"),
        decision_id="d",
        case_id="x",
        customer_id="c1",
        asked_by="p",
        asked_at=NOW,
        steps=(),
        amount=Money(1),
        due_at=due,
        state=state,  # type: ignore[arg-type]
    )


HOUR = timedelta(hours=1)


def test_the_mail_of_ten_eleven_is_due_at_eleven_eleven() -> None:
    due = due_of(case_of(waiting_since=NOW), (), (), POLICY, OFFICE)
    assert due == Due(NOW + HOUR, "first_response")
    assert not is_breached(due, NOW + HOUR) and is_breached(due, NOW + HOUR + timedelta(seconds=1))
    assert not is_breached(None, NOW)


def test_the_later_answer_has_its_own_target_and_channels_theirs() -> None:
    policy = SlaPolicy(
        sla_policy_id="s",
        name="s",
        next_response_s=7200,
        channels=(ChannelTarget(channel="chat", first_response_s=120, next_response_s=60),),
    )
    again = case_of(waiting_since=NOW, first_response_at=NOW - HOUR)
    due = due_of(again, (), (), policy, Calendar(calendar_id="", name=""))
    assert due == Due(NOW + 2 * HOUR, "next_response")
    assert target_of(policy, "chat", True) == timedelta(minutes=2)
    assert target_of(policy, "chat", False) == timedelta(minutes=1)
    assert target_of(policy, "phone", True) == HOUR


def test_nothing_is_due_where_nobody_waits() -> None:
    assert due_of(case_of(), (), (), POLICY, OFFICE) is None
    assert due_of(case_of(waiting_since=NOW, status="no_case"), (promise(NOW),), (), POLICY, OFFICE) is None
    assert (
        due_of(case_of(), (promise(NOW, "kept"),), (approval(NOW, "granted"), approval(None)), POLICY, OFFICE)
        is None
    )


@pytest.mark.parametrize(
    ("case", "more", "kind"),
    [
        ({"waiting_since": NOW}, {"promises": (promise(NOW + HOUR / 2),)}, "promise"),
        ({"waiting_since": NOW}, {"promises": (promise(NOW + HOUR),)}, "promise"),
        ({"waiting_since": NOW}, {"promises": (promise(NOW + 2 * HOUR),)}, "first_response"),
        ({"waiting_since": NOW, "has_undelivered": True}, {}, "undelivered"),
        ({}, {"approvals": (approval(NOW + HOUR),)}, "approval"),
        ({"follow_up_at": NOW, "status": "solved"}, {"approvals": (approval(NOW),)}, "approval"),
        ({"follow_up_at": NOW, "status": "solved"}, {}, "follow_up"),
        ({"snoozed_until": NOW, "status": "snoozed"}, {}, "snooze"),
        ({"snoozed_until": NOW, "status": "open"}, {}, None),
    ],
)
def test_the_earliest_is_shown_and_ties_follow_the_order(
    case: dict[str, object], more: dict[str, tuple[object, ...]], kind: str | None
) -> None:
    due = due_of(case_of(**case), more.get("promises", ()), more.get("approvals", ()), POLICY, OFFICE)  # type: ignore[arg-type]
    assert (due.kind if due else None) == kind
    assert set(PRECEDENCE) >= ({kind} if kind else set())


def test_a_calendar_that_never_opens_loses_nobody() -> None:
    shut = msgspec.structs.replace(
        OFFICE, closings=(Closing(NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=4000)),)
    )
    assert due_of(case_of(waiting_since=NOW), (), (), POLICY, shut) == Due(NOW + HOUR, "first_response")


@example(st.integers(0, 400 * 24 * 60), st.integers(1, 8 * 3600))
def test_a_target_is_always_that_much_open_time(minutes: int, seconds: int) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    policy = SlaPolicy(sla_policy_id="s", name="s", first_response_s=seconds)
    due = due_of(case_of(waiting_since=since), (), (), policy, OFFICE)
    assert due is not None
    assert open_time_between(OFFICE, since, due.at) == timedelta(seconds=seconds)
