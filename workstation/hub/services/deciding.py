"""Decisions at the hub: judged on budget rows under lock, with their effects in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from workstation.casework.approval import Approval
from workstation.casework.calendar import add_open_time
from workstation.casework.case_state import CaseState, Given, say
from workstation.casework.decision import (
    Decision,
    DecisionRecord,
    MakePromise,
    Replacement,
    ResendInvoice,
    cost_of,
    group_of,
    kind_of,
    total_cost,
)
from workstation.casework.empowerment import budgets_for, judge
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id, effect_id
from workstation.casework.limit import Allowed, BudgetNeed, JudgeContext, Judgement, NeedsApproval, Refused
from workstation.casework.matter import customer_of_matter, decisions_of_matter, matter_ids
from workstation.casework.params import money_param
from workstation.casework.people import Person
from workstation.casework.projection import apply
from workstation.casework.promise import Promise
from workstation.casework.records import (
    Booking,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)
from workstation.casework.usage import usage_seen, window_begins
from workstation.casework.wire import commands
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import Applied, CancelDecision, Decide, Rejected, Scheduled, Verdict
from workstation.casework.wire.entities import Entity
from workstation.hub.ports import Tx
from workstation.hub.ports_values import BudgetRow, BudgetUse, Effect
from workstation.hub.services.case_acts import Act, EffectRoute, Routes, given_by, load, mark_of, store
from workstation.hub.services.copy_mails import HERE, copy_mail_effect
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.joining import with_apart

LONGEST_UNDO_S = 120
PROMISE = "promise"


def decide(tx: Tx, act: Act, body: Decide, routes: Routes) -> Verdict:
    """Judge a decision and, if it may be, reserve its budgets and write its effects.

    Raises:
        RuleViolation: it is not possible on this case; nothing is stored.
    """
    reference = act.reference
    before = with_apart(tx, load(tx, act), window_begins(tx.now, reference.limits, act.person))
    case = before.the_case
    customer_id = body.customer_id or customer_of_matter(before)
    facts = tx.customer_file(customer_id) if customer_id else ()
    needs = budgets_for(
        body.steps,
        act.person,
        customer_id,
        case.case_id,
        act.person.team_id,
        reference.limits,
        tx.now,
        reference.tenant.time_zone,
    )
    rows = tx.lock_budgets(needs, tx.now)
    judgement = _judge(tx, act, body, before, customer_id, facts, rows)
    given = given_by(tx, act, before)
    match judgement:
        case Refused():
            return Rejected(cmd_id=act.cmd_id, code=judgement.code, params=judgement.params)
        case NeedsApproval():
            return _ask(tx, act, body, before, given, judgement, customer_id)
        case Allowed():
            return _schedule(tx, act, body, before, given, rows, routes)


def _judge(
    tx: Tx,
    act: Act,
    body: Decide,
    state: CaseState,
    customer_id: str,
    facts: Sequence[Entity],
    rows: Sequence[BudgetRow],
) -> Judgement:
    reference = act.reference
    of_customer = (one for one in facts if isinstance(one, DecisionRecord))
    decisions = decisions_of_matter(state, of_customer)
    usage = usage_seen(
        person=act.person,
        case_ids=matter_ids(state),
        customer_id=customer_id,
        now=tx.now,
        budgets=[row.budget for row in rows],
        decisions=decisions,
        limits=reference.limits,
        time_zone=reference.tenant.time_zone,
        apart_ids=tuple(one.the_case.case_id for one in state.apart),
    )
    context = JudgeContext(
        person=act.person,
        now=tx.now,
        currency=reference.tenant.currency,
        time_zone=reference.tenant.time_zone,
        channel=state.the_case.channel,
        customer_id=customer_id,
        orders=tuple(one for one in facts if isinstance(one, Order)),
        payments=tuple(one for one in facts if isinstance(one, Payment)),
        shipments=tuple(one for one in facts if isinstance(one, Shipment)),
        returns=tuple(one for one in facts if isinstance(one, ReturnAuthorisation)),
        invoices=tuple(one for one in facts if isinstance(one, Invoice)),
        bookings=tuple(one for one in facts if isinstance(one, Booking)),
        vouchers=tuple(one for one in facts if isinstance(one, Voucher)),
        work_orders=tuple(one for one in facts if isinstance(one, WorkOrder)),
        stock=_stock(tx, body.steps),
        decisions=decisions,
    )
    return judge(body.steps, reference.limits, usage, context)


def _stock(tx: Tx, steps: Sequence[Decision]) -> tuple[StockLevel, ...]:
    """Return the stock when something is to be sent; it is long, and nothing else asks for it."""
    return tx.all_of(StockLevel) if any(isinstance(step, Replacement) for step in steps) else ()


def _ask(
    tx: Tx,
    act: Act,
    body: Decide,
    before: CaseState,
    given: Given,
    judgement: NeedsApproval,
    customer_id: str,
) -> Verdict:
    """Store the decision as one that waits for a lead, with a note that says so in the case."""
    amount = total_cost(body.steps)
    approval = Approval(
        approval_id=derived_id("approval", act.cmd_id),
        decision_id=act.cmd_id,
        case_id=body.case_id,
        customer_id=customer_id,
        asked_by=act.person.person_id,
        asked_by_name=act.person.name,
        asked_at=tx.now,
        steps=body.steps,
        amount=amount,
        limit_code=judgement.code,
        limit_params=judgement.params,
        due_at=add_open_time(given.calendar, tx.now, timedelta(seconds=given.policy.approval_s)),
        reason=body.reason_text,
    )
    asked = msgspec.structs.replace(
        given,
        decision_state="needs_approval",
        approval=approval,
        code=judgement.code,
        params=judgement.params,
    )
    after = apply(before, body, asked)
    after = say(after, asked, "approval.asked", code=judgement.code, amount=money_param(amount))
    store(tx, before, after)
    return commands.NeedsApproval(
        cmd_id=act.cmd_id,
        approval_id=approval.approval_id,
        code=judgement.code,
        params=judgement.params,
    )


def _schedule(
    tx: Tx,
    act: Act,
    body: Decide,
    before: CaseState,
    given: Given,
    rows: Sequence[BudgetRow],
    routes: Routes,
) -> Verdict:
    not_before = tx.now + timedelta(seconds=min(max(body.undo_left_s, 0), LONGEST_UNDO_S))
    scheduled = msgspec.structs.replace(given, decision_state="scheduled", not_before=not_before)
    after = apply(before, body, scheduled)
    rev = store(tx, before, after)
    record = after.decision(act.cmd_id)
    if record is None or before.decision(act.cmd_id) is not None:
        raise RuleViolation("decision.unknown", decision_id=act.cmd_id)
    if record.state == "booked":
        # Promises alone: nothing outside has to happen for them.
        return Applied(cmd_id=act.cmd_id, rev=rev)
    for step in body.steps:
        if isinstance(step, MakePromise) and tx.get(Promise, step.promise_id) is not None:
            # Found out when it is booked, it would be too late to say no.
            raise RuleViolation("command.not_storable")
    reserve(tx, act.cmd_id, body.steps, rows, tx.now)
    add_effects(tx, act.cmd_id, body.case_id, body.steps, not_before, routes, was_offered=act.was_offered)
    return Scheduled(cmd_id=act.cmd_id, not_before=not_before)


def reserve(
    tx: Tx, decision_id: str, steps: Sequence[Decision], rows: Sequence[BudgetRow], at: datetime
) -> None:
    """Reserve what each step costs on the rows of its group."""
    for row in rows:
        for step, amount in _shares(row.need, steps):
            tx.reserve(row, BudgetUse(decision_id=decision_id, step=step, amount=amount, at=at))


def _shares(need: BudgetNeed, steps: Sequence[Decision]) -> list[tuple[int, int]]:
    return [
        (index, cost_of(step).minor_units)
        for index, step in enumerate(steps)
        if group_of(step) == need.group and cost_of(step).minor_units > 0
    ]


def add_effects(
    tx: Tx,
    decision_id: str,
    case_id: str,
    steps: Sequence[Decision],
    not_before: datetime,
    routes: Routes,
    *,
    was_offered: bool = False,
) -> None:
    """Write one effect a step, each waiting for the one before it; a copy has one more, so that it leaves.

    Raises:
        RuleViolation: ``decision.no_backend`` when no system is connected for a kind.
    """
    previous, mark = "", mark_of(tx, decision_id, was_offered=was_offered)
    for index, step in enumerate(steps):
        kind = kind_of(step)
        route = EffectRoute(HERE, "A") if kind == PROMISE else routes.get(kind)
        if route is None:
            raise RuleViolation("decision.no_backend", kind=kind)
        effect = Effect(
            effect_id=effect_id(decision_id, index),
            after_effect_id=previous,
            command_id=decision_id,
            decision_id=decision_id,
            case_id=case_id,
            step=index,
            kind=kind,
            target=route.target,
            effect_class=route.effect_class,
            payload=encode(step),
            not_before=not_before,
            created_at=tx.now,
            claimed_by=mark,
        )
        tx.add_effect(effect)
        if isinstance(step, ResendInvoice):
            tx.add_effect(copy_mail_effect(effect))
        previous = effect.effect_id


def cancel(tx: Tx, act: Act, body: CancelDecision) -> Verdict:
    """Take a decision back while nothing of it has left.

    Raises:
        RuleViolation: ``decision.too_late``, ``decision.unknown``, ``decision.other_person``.
    """
    before = load(tx, act)
    record = before.decision(body.decision_id)
    if record is not None and not _may_cancel(act.person, record):
        raise RuleViolation("decision.other_person")
    effects = tx.effects_of_command(body.decision_id)
    if any(effect.state not in ("pending", "claimed", "cancelled") for effect in effects):
        raise RuleViolation("decision.too_late", state="booking")
    after = apply(before, body, given_by(tx, act, before))
    for effect in effects:
        if effect.state == "cancelled":
            continue
        _end(tx, effect, "cancelled")
        tx.settle(body.decision_id, effect.step, is_spent=False, at=tx.now)
    # One that waits for approval has no effects yet; what is to follow its last one waits all the same.
    steps = record.steps if record is not None else ()
    for follower in tx.followers_of(effect_id(body.decision_id, len(steps) - 1)):
        if follower.state != "pending":
            continue
        _end(tx, follower, "held_back")
        if follower.case_id != body.case_id:
            # A reply in the case this one went into: there it is its author's draft again.
            held = msgspec.structs.replace(follower, state="held_back", failure_code="decision.cancelled")
            CaseProjector().changed(tx, held)
    return Applied(cmd_id=act.cmd_id, rev=store(tx, before, after))


def _end(tx: Tx, effect: Effect, state: str) -> None:
    ended = msgspec.structs.replace(effect, state=state)
    if not tx.change_effect(ended, expected_state=effect.state, expected_attempt=effect.attempt):
        raise RuleViolation("decision.too_late", state="booking")


def _may_cancel(person: Person, record: DecisionRecord) -> bool:
    return record.person_id == person.person_id or person.role in ("lead", "owner")
