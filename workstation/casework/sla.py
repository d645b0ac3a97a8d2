"""Answer targets and the one clock of a case: what is due next, stopped only by a delivered human answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from workstation.casework.approval import Approval
from workstation.casework.calendar import Calendar, add_open_time
from workstation.casework.case import Case, Due, DueKind
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Channel
from workstation.casework.promise import Promise

PRECEDENCE: tuple[DueKind, ...] = (
    "undelivered",
    "promise",
    "first_response",
    "next_response",
    "approval",
    "follow_up",
    "snooze",
)
"""Of things due at the same moment the earlier in this list is shown."""


class ChannelTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Targets of one channel, in seconds of open time."""

    channel: Channel
    first_response_s: int
    next_response_s: int


class SlaPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``sla_policy``: targets in seconds of open time."""

    sla_policy_id: str
    name: str
    rev: int = 0
    first_response_s: int = 3600
    next_response_s: int = 3600
    approval_s: int = 7200
    """How long an approval may wait, in seconds of open time."""
    check_back_days: int = 3
    """Working days after a case is solved until somebody asks whether all is well; 0: nobody asks."""
    channels: tuple[ChannelTarget, ...] = ()


def target_of(policy: SlaPolicy, channel: Channel, is_first: bool) -> timedelta:
    """Return the open time within which a person answers on ``channel``."""
    for target in policy.channels:
        if target.channel == channel:
            return timedelta(seconds=target.first_response_s if is_first else target.next_response_s)
    return timedelta(seconds=policy.first_response_s if is_first else policy.next_response_s)


def due_after(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Return ``start`` plus open time; where a calendar never opens the wall clock counts: nobody is lost."""
    try:
        return add_open_time(calendar, start, amount)
    except RuleViolation:
        return start.astimezone(UTC) + amount


def response_due(case: Case, policy: SlaPolicy, calendar: Calendar) -> Due | None:
    """Return until when the waiting customer has an answer; ``None`` when nobody waits."""
    since = case.waits_since
    if since is None:
        return None
    is_first = case.first_response_at is None
    at = due_after(calendar, since, target_of(policy, case.channel, is_first))
    return Due(at, "first_response" if is_first else "next_response")


def follow_up_due(case: Case, policy: SlaPolicy, calendar: Calendar) -> Due | None:
    """Return until when the customer is asked back.

    Once it is time there is as long for it as for an answer; what the program itself asks for (money not
    paid out) is due at once.
    """
    at = case.follow_up_at
    if at is not None and case.status != "solved" and case.channel != "system":
        at = due_after(calendar, at, target_of(policy, case.channel, is_first=False))
    return None if at is None else Due(at, "follow_up")


def due_of(
    case: Case,
    promises: Iterable[Promise],
    approvals: Iterable[Approval],
    policy: SlaPolicy,
    calendar: Calendar,
) -> Due | None:
    """Return what is due next on ``case``; ``None`` when nothing is, or when it is no case.

    An undelivered answer is due since it was written, so it stands on top. A case that went into another
    one has nothing due by itself: the other one has it.
    """
    if case.status == "no_case" or case.merged_into:
        return None
    found: list[Due] = [item.due for item in case.merged if item.due is not None]
    undelivered_since = case.undelivered_since
    if undelivered_since is not None:
        found.append(Due(undelivered_since, "undelivered"))
    found.extend(
        Due(promise.due_at, "promise", promise.what) for promise in promises if promise.state == "open"
    )
    response = response_due(case, policy, calendar)
    if response is not None:
        found.append(response)
    found.extend(
        Due(approval.due_at, "approval")
        for approval in approvals
        if approval.state == "open" and approval.due_at is not None
    )
    follow_up = follow_up_due(case, policy, calendar)
    if follow_up is not None:
        found.append(follow_up)
    if case.status == "snoozed" and case.snoozed_until is not None:
        found.append(Due(case.snoozed_until, "snooze"))
    return min(found, key=lambda due: (due.at, PRECEDENCE.index(due.kind)), default=None)


def is_breached(due: Due | None, now: datetime) -> bool:
    """Return whether ``due`` has passed."""
    return due is not None and due.at < now
