"""May this person decide this: limits, usage and facts in, a judgement out; and the budget rows it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.budget import BudgetLevel
from workstation.casework.decision import (
    Decision,
    Reverse,
    group_of_kind,
    lines_named,
    order_named,
)
from workstation.casework.limit import (
    Allowed,
    BudgetNeed,
    Conditions,
    CustomerWindow,
    JudgeContext,
    Judgement,
    Limit,
    NeedsApproval,
    Refused,
    Usage,
)
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.people import Person, Role, Tenant
from workstation.casework.records import Order
from workstation.casework.reversal import KIND as REVERSAL
from workstation.casework.reversal import missing_right
from workstation.casework.soundness import costs_by_group, doubtful, duplicate, kinds_in, refusal

__all__ = [
    "Allowed",
    "BudgetNeed",
    "Conditions",
    "CustomerWindow",
    "JudgeContext",
    "Judgement",
    "Limit",
    "NeedsApproval",
    "Refused",
    "Usage",
    "budgets_for",
    "judge",
    "limit_for",
    "may_ask_for_proof",
]


class _Passed(msgspec.Struct, frozen=True):
    """A limit that is passed, and by how much (minor units)."""

    code: str
    params: dict[str, str]
    over: int
    rule_name: str


def judge(
    steps: Sequence[Decision], limits: Sequence[Limit], usage: Usage, context: JudgeContext
) -> Judgement:
    """Return whether the person may carry out ``steps`` (one decision or a macro, judged by its sums).

    What the records contradict is refused; a second payment for the same piece, more on an order while a
    booking on it is in doubt, and everything over a limit need approval; kinds without cost need no limit
    unless one names them.
    """
    refused = refusal(steps, context)
    if refused is not None:
        return refused
    sums = costs_by_group(steps)
    applied = {
        group: _limits_of(kinds_in(steps, group), limits, context.person, context.now) for group in sums
    }
    twice = duplicate(steps, context) or doubtful(steps, context)
    if twice is not None:
        who = _who_may(steps, limits, context)
        return msgspec.structs.replace(twice, who_may=who, over=_money(sum(sums.values()), context))
    passed = next(_passed(steps, sums, applied, limits, usage, context), None)
    if passed is not None:
        return NeedsApproval(
            code=passed.code,
            params=passed.params,
            over=_money(passed.over, context),
            who_may=_who_may(steps, limits, context),
            rule_name=passed.rule_name,
        )
    return _allowed(steps, sums, applied, limits, usage, context)


def limit_for(kind: str, group: str, limits: Iterable[Limit], person: Person, now: datetime) -> Limit | None:
    """Return the limit that rules one kind for a person: own before role, kind before group, newest first."""
    fitting = [limit for limit in limits if _fits(limit, kind, group, person.person_id, person.role, now)]
    return max(fitting, key=lambda limit: _precedence(limit, kind, group), default=None)


def budgets_for(
    steps: Sequence[Decision],
    person: Person,
    customer_id: str,
    case_id: str,
    team_id: str,
    limits: Sequence[Limit],
    now: datetime,
    time_zone: str = "Europe/Berlin",
) -> tuple[BudgetNeed, ...]:
    """Return what the steps take from which budget rows, sorted by key so that locks never cross.

    A row is shared by everybody its subject meets: before it is used its running limit becomes
    ``max(need.limit_amt, spent + reserved + leased)``, so a smaller limit never breaks the row.
    """
    local = now.astimezone(ZoneInfo(time_zone))
    needs: list[BudgetNeed] = []
    for group, amount in costs_by_group(steps).items():
        found = _limits_of(kinds_in(steps, group), limits, person, now)
        rows: list[tuple[BudgetLevel, str, str, int | None, int]] = [
            (
                "case_person",
                f"{case_id}/{person.person_id}",
                "",
                _least(limit.per_decision for limit in found),
                0,
            ),
            (
                "person_day",
                person.person_id,
                local.date().isoformat(),
                _least(limit.per_person_day for limit in found),
                0,
            ),
            ("team_month", team_id, f"{local:%Y-%m}", _least(limit.per_team_month for limit in found), 0),
        ]
        for days, least in _windows(found).items():
            rows.append(("customer_window", customer_id, f"{days}d", least, days))
        needs.extend(
            BudgetNeed(
                level=level,
                subject_id=subject,
                group=group,
                period=period,
                limit_amt=most,
                amount=amount,
                window_days=days,
                currency=found[0].currency,
            )
            for level, subject, period, most, days in rows
            if most is not None and subject
        )
    return tuple(sorted(needs, key=lambda need: (need.level, need.subject_id, need.group, need.period)))


def may_ask_for_proof(value: Money, tenant: Tenant, limit: Limit | None = None) -> bool:
    """Return whether a photo or proof may be asked for: never for goods worth less than the threshold."""
    threshold = tenant.proof_threshold
    if limit is not None and limit.proof_threshold is not None:
        threshold = limit.proof_threshold
    return value.minor_units >= threshold


def _fits(limit: Limit, kind: str, group: str, person_id: str, role: str, now: datetime) -> bool:
    if limit.valid_from is not None and limit.valid_from > now:
        return False
    if limit.person_id:
        is_theirs = limit.person_id == person_id
    else:
        is_theirs = limit.role in ("", role)
    covers_group = group != "free" and (group in limit.kinds or "*" in limit.kinds)
    return is_theirs and (kind in limit.kinds or covers_group)


def _precedence(limit: Limit, kind: str, group: str) -> tuple[int, int, float, str]:
    whose = 2 if limit.person_id else 1 if limit.role else 0
    what = 2 if kind in limit.kinds else 1 if group in limit.kinds else 0
    since = limit.valid_from.timestamp() if limit.valid_from else 0.0
    return whose, what, since, limit.limit_id


def _limits_of(
    kinds: Iterable[str], limits: Sequence[Limit], person: Person, now: datetime
) -> tuple[Limit, ...]:
    """Return the limits that rule these kinds; empty when one of them has none."""
    found: dict[str, Limit] = {}
    for kind in kinds:
        limit = limit_for(kind, group_of_kind(kind), limits, person, now)
        if limit is None:
            return ()
        found[limit.limit_id] = limit
    return tuple(found.values())


def _passed(
    steps: Sequence[Decision],
    sums: dict[str, int],
    applied: dict[str, tuple[Limit, ...]],
    limits: Sequence[Limit],
    usage: Usage,
    context: JudgeContext,
) -> Iterator[_Passed]:
    for limit in _free_limits(steps, limits, context):
        yield from _conditions(limit, steps, context, 0)
    yield from _without_right(steps, limits, context)
    for group, amount in sums.items():
        found = applied[group]
        if not found and not amount:
            continue  # nothing was paid, so nothing goes back: free like any other kind without cost
        if not found:
            if context.person.role != "owner":  # the owner sets the limits: without one nothing stops them
                yield _Passed("limit.none", {"amount": _param(amount, context)}, amount, "")
            continue
        for limit in found:
            if limit.currency != context.currency:
                params = {"left": limit.currency, "right": context.currency}
                yield _Passed("money.currency_mismatch", params, amount, limit.name)
                continue
            yield from _conditions(limit, steps, context, amount)
            yield from _over(limit, group, amount, steps, usage, context)


def _without_right(
    steps: Sequence[Decision], limits: Sequence[Limit], context: JudgeContext
) -> Iterator[_Passed]:
    """Yield the rights to take back that the person lacks: they are not those of the step itself."""
    found = limit_for(REVERSAL, "free", limits, context.person, context.now)
    for step in steps:
        if isinstance(step, Reverse):
            code = missing_right(step, () if found is None else (found,), context)
            if code:
                yield _Passed(code, {}, 0, "" if found is None else found.name)


def _over(
    limit: Limit, group: str, amount: int, steps: Sequence[Decision], usage: Usage, context: JudgeContext
) -> Iterator[_Passed]:
    """Yield the amounts of ``limit`` that the sum of one group passes."""
    if not amount:
        return
    checks: list[tuple[str, int | None, int, dict[str, str]]] = [
        _per_case(limit, group, usage, context),
        ("limit.percent_of_order", _share(limit, steps, context), usage.case_spent.get(group, 0), {}),
    ]
    if limit.per_customer is not None:
        count = usage.customer_count.get(group, 0) + 1
        window = {"days": str(limit.per_customer.window_days), "count": str(count)}
        spent = usage.customer_spent.get(group, 0)
        checks.append(("limit.per_customer", limit.per_customer.amount, spent, window))
    checks.append(("limit.per_person_day", limit.per_person_day, usage.day_spent.get(group, 0), {}))
    checks.append(("limit.per_team_month", limit.per_team_month, usage.month_spent.get(group, 0), {}))
    for code, most, spent, more in checks:
        if most is not None and spent + amount > most:
            params = {
                "amount": _param(amount, context),
                "limit": _param(most, context),
                "sum": _param(spent + amount, context),
                **more,
            }
            yield _Passed(code, params, spent + amount - most, limit.name)


def _per_case(
    limit: Limit, group: str, usage: Usage, context: JudgeContext
) -> tuple[str, int | None, int, dict[str, str]]:
    """Return the check of what one case may cost; where cases taken apart count too, it says how much."""
    spent, elsewhere = usage.case_spent.get(group, 0), usage.case_elsewhere.get(group, 0)
    if elsewhere:
        return "limit.per_matter", limit.per_decision, spent, {"elsewhere": _param(elsewhere, context)}
    return "limit.per_decision", limit.per_decision, spent, {}


def _free_limits(
    steps: Sequence[Decision], limits: Sequence[Limit], context: JudgeContext
) -> tuple[Limit, ...]:
    """Return the limits that name kinds without cost: only their conditions count."""
    found = (limit_for(kind, "free", limits, context.person, context.now) for kind in kinds_in(steps, "free"))
    return tuple({limit.limit_id: limit for limit in found if limit is not None}.values())


def _conditions(
    limit: Limit, steps: Sequence[Decision], context: JudgeContext, amount: int
) -> Iterator[_Passed]:
    conditions = limit.conditions
    if conditions.channels and context.channel not in conditions.channels:
        yield _Passed("limit.channel", {"channel": context.channel}, amount, limit.name)
    orders = _orders_of(steps, context)
    days = conditions.max_days_since_delivery
    if days is not None:
        for order in orders:
            age = _days_since_delivery(order, context)
            if age is not None and age > days:
                params = {"days": str(age), "limit": str(days)}
                yield _Passed("limit.days_since_delivery", params, amount, limit.name)
    if conditions.skus:
        for name in _goods_outside(conditions.skus, steps, orders):
            yield _Passed("limit.goods", {"line": name}, amount, limit.name)


def _goods_outside(
    prefixes: tuple[str, ...], steps: Sequence[Decision], orders: Sequence[Order]
) -> Iterator[str]:
    named = {item.line_id for step in steps for item in lines_named(step)}
    for order in orders:
        for line in order.lines:
            if line.line_id in named and not line.sku.startswith(prefixes):
                yield line.name


def _orders_of(steps: Sequence[Decision], context: JudgeContext) -> tuple[Order, ...]:
    ids = {order_named(step) for step in steps}
    return tuple(order for order in context.orders if order.order_id in ids)


def _days_since_delivery(order: Order, context: JudgeContext) -> int | None:
    handed = [
        shipment.delivered_at
        for shipment in context.shipments
        if shipment.order_id == order.order_id and shipment.delivered_at is not None
    ]
    return (context.now - max(handed)) // timedelta(days=1) if handed else None


def _share(limit: Limit, steps: Sequence[Decision], context: JudgeContext) -> int | None:
    """Return the share of the orders' totals that may be decided, minor units."""
    orders = _orders_of(steps, context)
    if limit.percent_of_order_bp is None or not orders:
        return None
    return sum(order.total.minor_units for order in orders) * limit.percent_of_order_bp // 10_000


def _who_may(steps: Sequence[Decision], limits: Sequence[Limit], context: JudgeContext) -> Role:
    """Return the first role above the person's whose limit holds the sums; the owner may always."""
    if context.person.role in ("agent", "counter"):
        lead = msgspec.structs.replace(context.person, person_id="", role="lead")
        covered = True
        for group, amount in costs_by_group(steps).items():
            found = _limits_of(kinds_in(steps, group), limits, lead, context.now)
            most = _least(limit.per_decision for limit in found)
            covered = covered and bool(found) and (most is None or amount <= most)
        if covered:
            return "lead"
    return "owner"


def _allowed(
    steps: Sequence[Decision],
    sums: dict[str, int],
    applied: dict[str, tuple[Limit, ...]],
    limits: Sequence[Limit],
    usage: Usage,
    context: JudgeContext,
) -> Allowed:
    cases: list[int] = []
    days: list[int] = []
    names: list[str] = []
    for group, amount in sums.items():
        for limit in applied[group]:
            names.append(limit.name)
            if limit.per_decision is not None:
                cases.append(limit.per_decision - usage.case_spent.get(group, 0) - amount)
            if limit.per_person_day is not None:
                days.append(limit.per_person_day - usage.day_spent.get(group, 0) - amount)
    ruling = (*(limit for group in sums for limit in applied[group]), *_free_limits(steps, limits, context))
    return Allowed(
        rest_case=_money(min(cases), context) if cases else None,
        rest_day=_money(min(days), context) if days else None,
        rule_name=", ".join(dict.fromkeys(names)),
        needs_reason=any(limit.conditions.needs_reason for limit in ruling),
    )


def _windows(limits: Iterable[Limit]) -> dict[int, int]:
    windows: dict[int, int] = {}
    for limit in limits:
        if limit.per_customer is not None:
            days, amount = limit.per_customer.window_days, limit.per_customer.amount
            windows[days] = min(amount, windows.get(days, amount))
    return windows


def _least(amounts: Iterable[int | None]) -> int | None:
    return min((amount for amount in amounts if amount is not None), default=None)


def _money(units: int, context: JudgeContext) -> Money:
    return Money(units, context.currency)


def _param(units: int, context: JudgeContext) -> str:
    return money_param(_money(units, context))
