"""The check-back: some working days after a case was solved somebody asks whether all is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workstation.casework.calendar import Calendar, same_time_next_working_day
from workstation.casework.case_state import CaseState, Given, say, with_case
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import made_at_ms
from workstation.casework.sla import SlaPolicy

STANDARD_DAYS = 3
"""Offered where the tenant plans none by itself."""
CHECKED_BACK = "case.check_back"
"""Code of the system line a case gets when its check-back falls due."""


def working_days_later(calendar: Calendar, start: datetime, days: int) -> datetime:
    """Return the time of day of ``start`` so many working days on; plain days if the calendar never opens."""
    at = start
    try:
        for _day in range(days):
            at = same_time_next_working_day(calendar, at)
    except RuleViolation:
        return start.astimezone(UTC) + timedelta(days=days)
    return at.astimezone(UTC)


def planned_check_back(
    state: CaseState, policy: SlaPolicy, calendar: Calendar, now: datetime
) -> datetime | None:
    """Return when to ask back if the case is solved ``now``; ``None`` when nobody is to be asked.

    One matter is asked back about once: after it only a new word of the customer plans another one.
    """
    case = state.the_case
    if policy.check_back_days < 1 or case.channel == "system" or has_been_checked_back(state):
        return None
    return working_days_later(calendar, now, policy.check_back_days)


def has_been_checked_back(state: CaseState) -> bool:
    """Return whether a check-back fell due after the customer's newest word."""
    for message in reversed(state.messages):
        if message.is_customer_speaking:
            return False
        if message.code == CHECKED_BACK:
            return True
    return False


def check_is_ahead(follow_up_at: datetime | None, given: Given) -> None:
    """Refuse a check-back that was past when it was planned.

    What waited in an outbox may come too late for it: then it falls due at once.

    Raises:
        RuleViolation: ``case.follow_up_in_past``.
    """
    made = made_at_ms(given.command_id) if given.command_id else 0
    planned_at = min(given.at, datetime.fromtimestamp(made / 1000, UTC)) if made else given.at
    if follow_up_at is not None and follow_up_at <= planned_at:
        raise RuleViolation("case.follow_up_in_past", at=follow_up_at.isoformat())


def checked_back(state: CaseState, given: Given) -> CaseState:
    """Return ``state`` with a solved case in the queue again once its check-back is due, else unchanged.

    The planned time stays: it is what the case is due for, until it is solved or put off again.
    """
    case = state.the_case
    if case.status != "solved" or case.merged_into:  # the case it went into has its own check-back
        return state
    if case.follow_up_at is None or case.follow_up_at > given.at:
        return state
    state = say(state, given, CHECKED_BACK)
    return with_case(state, status="open", solved_at=None)
