"""How much of the limits is used, as far as one can see from budget rows and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workstation.casework.budget import Budget
from workstation.casework.decision import Decision, DecisionRecord
from workstation.casework.limit import Limit, Usage
from workstation.casework.people import Person
from workstation.casework.soundness import costs_by_group

_COUNTS = frozenset({"held", "queued", "scheduled", "booking", "booked"})
_HAPPENED = frozenset({"booked", "reversed", "running", "unknown"})
"""Steps of a failed decision that count all the same: done before it failed, or perhaps done."""
DEFAULT_WINDOW_DAYS = 90


def usage_seen(
    *,
    person: Person,
    case_ids: Sequence[str],
    customer_id: str,
    now: datetime,
    budgets: Iterable[Budget] = (),
    decisions: Sequence[DecisionRecord] = (),
    limits: Iterable[Limit] = (),
    time_zone: str = "Europe/Berlin",
    apart_ids: Sequence[str] = (),
) -> Usage:
    """Return the usage for a judgement; where rows and decisions differ the larger reading is taken.

    ``case_ids`` are all cases of one matter: what was decided on one of them counts for each. ``apart_ids``
    are those that were one matter with them since :func:`window_begins`: taking apart frees nothing.
    ``decisions`` are all known ones of this customer, this person (own pending ones included) and this
    matter; ``budgets`` the rows at hand: at the hub all, at a desk those it may see.
    """
    zone, since = ZoneInfo(time_zone), window_begins(now, limits, person)
    today = now.astimezone(zone).date()
    by_case: dict[str, dict[str, int]] = {one: {} for one in (*case_ids, *apart_ids)}
    customer: dict[str, int] = {}
    count: dict[str, int] = {}
    day: dict[str, int] = {}
    for record in decisions:
        counting = _counting(record)
        is_own = record.person_id == person.person_id
        for group, units in costs_by_group(counting).items():
            if is_own and record.case_id in by_case:
                _add(by_case[record.case_id], group, units)
            if is_own and record.decided_at.astimezone(zone).date() == today:
                _add(day, group, units)
        if not (customer_id and record.customer_id == customer_id and record.decided_at > since):
            continue
        # What was taken back is the customer's again; the person's own sums keep it.
        kept = _counting(record, without="reversed")
        for group, units in costs_by_group(kept).items():
            _add(customer, group, units)
            _add(count, group, 1)
    month: dict[str, int] = {}
    rows = {
        **{("case_person", f"{one}/{person.person_id}", ""): sums for one, sums in by_case.items()},
        ("customer_window", customer_id, ""): customer,
        ("person_day", person.person_id, today.isoformat()): day,
        ("team_month", person.team_id, today.isoformat()[:7]): month,
    }
    for row in budgets:
        period = "" if row.level == "customer_window" else row.period
        sums = rows.get((row.level, row.subject_id, period))
        if sums is not None:
            sums[row.group] = max(sums.get(row.group, 0), row.limit_amt - row.rest)
    return Usage(
        case_spent=_summed(by_case.values()),
        case_elsewhere=_summed(sums for one, sums in by_case.items() if one not in case_ids),
        customer_spent=customer,
        customer_count=count,
        day_spent=day,
        month_spent=month,
    )


def window_begins(now: datetime, limits: Iterable[Limit], person: Person) -> datetime:
    """Return since when a limit of ``person`` looks back: at a customer, at cases that were one."""
    return now - timedelta(days=window_days(limits, person))


def window_days(limits: Iterable[Limit], person: Person) -> int:
    """Return the longest customer window among the limits that may rule ``person``, in days."""
    windows = [
        limit.per_customer.window_days
        for limit in limits
        if limit.per_customer is not None
        and (limit.person_id == person.person_id or (not limit.person_id and limit.role in ("", person.role)))
    ]
    return max(windows, default=DEFAULT_WINDOW_DAYS)


def _counting(record: DecisionRecord, without: str = "") -> list[Decision]:
    """Return the steps that use up a limit, but for those in the state ``without``."""
    steps = [step for step in record.steps if step.state != without]
    if record.state in _COUNTS:
        return [step.decision for step in steps]
    # The rows keep what a decision did before it failed; so does this reading, or a desk would offer more.
    is_failed = record.state == "failed"
    return [step.decision for step in steps if is_failed and step.state in _HAPPENED]


def _summed(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for group, units in part.items():
            _add(sums, group, units)
    return sums


def _add(sums: dict[str, int], group: str, units: int) -> None:
    sums[group] = sums.get(group, 0) + units
