"""Proposals from the facts in the records and the words of the mail: the decision buttons, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import AuthoriseReturn, Decision, MakePromise, Refund
from workstation.casework.empowerment import judge
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.limit import Allowed, JudgeContext, Judgement, NeedsApproval, Refused
from workstation.casework.line_choice import (
    best_payment,
    choices,
    free,
    left_of_same,
    one_each,
    one_each_back,
)
from workstation.casework.macro import damaged_item, refund_of, return_of
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.proposal import LineChoice, Proposal, Topics, TopicWords
from workstation.casework.reading import Reading, read_case
from workstation.casework.records import LineQuantity, Order
from workstation.casework.soundness import local_day

__all__ = [
    "CaseFacts",
    "LineChoice",
    "Proposal",
    "TopicWords",
    "Topics",
    "context_of",
    "propose",
    "with_amount",
    "with_lines",
]

MOST = 12
_QUARTER = timedelta(minutes=15)
_CALL_WITHIN = timedelta(hours=2)
_ANSWER_WITHIN = timedelta(hours=4)
_REASONS = (
    ("damaged", "damaged_in_transit"),
    ("wrong_item", "wrong_item"),
    ("missing", "missing_item"),
    ("not_as_described", "not_as_described"),
    ("late", "late_delivery"),
    ("return_wish", "changed_mind"),
)
_TROUBLE = ("damaged", "wrong_item", "missing", "not_as_described")
_SEND_BACK = ("not_as_described", "wrong_item", "return_wish")


def propose(facts: CaseFacts, topics: Topics) -> tuple[Proposal, ...]:
    """Return the decisions that fit the case, best first, at most twelve.

    Lines the mail names are preselected, one piece each; where none is named the proposal asks for the line.
    """
    reading = read_case(facts, topics)
    orders, promises = _about_order(facts, reading), list(_promises(facts))
    if not reading.has("call_back"):
        promises.reverse()
    is_about_goods = reading.has(*_TROUBLE, *_SEND_BACK)
    if reading.has("call_back"):
        found = [promises[0], *orders, promises[1]]
    else:
        found = [*orders, *promises] if is_about_goods else [*promises, *orders]
    return tuple(found[:MOST])


def with_lines(proposal: Proposal, facts: CaseFacts, chosen: Mapping[str, int]) -> Proposal:
    """Return ``proposal`` for the chosen pieces (line id -> quantity), judged anew.

    Raises:
        RuleViolation: ``proposal.no_lines`` when nothing is chosen or it takes no lines,
            ``proposal.line_unknown``, ``proposal.too_many`` when fewer pieces are left.
    """
    offered = {choice.line_id: choice for choice in proposal.lines}
    wanted = {line_id: quantity for line_id, quantity in chosen.items() if quantity}
    if not wanted or not offered:
        raise RuleViolation("proposal.no_lines")
    for line_id, quantity in wanted.items():
        choice = offered.get(line_id)
        if choice is None:
            raise RuleViolation("proposal.line_unknown", line_id=line_id)
        if not 0 < quantity <= choice.most:
            raise RuleViolation("proposal.too_many", line=choice.name, most=choice.most)
    order = _order_of(proposal, facts)
    lines = tuple(
        LineQuantity(line.line_id, wanted[line.line_id]) for line in order.lines if line.line_id in wanted
    )
    if proposal.key == "damaged_item":
        back = _still_back(proposal, facts, order, lines) or left_of_same(facts, order, lines)
        if back:
            return _damaged(facts, order, lines, back)
    return _build("return" if proposal.key == "return" else "refund", facts, order, lines, proposal.reason)


def with_amount(proposal: Proposal, facts: CaseFacts, amount: Money) -> Proposal:
    """Return ``proposal`` with its refund set to ``amount``, judged anew: over the limit it turns amber.

    Raises:
        RuleViolation: ``proposal.no_amount`` when it moves no money.
    """
    at = next((index for index, step in enumerate(proposal.steps) if isinstance(step, Refund)), None)
    if at is None:
        raise RuleViolation("proposal.no_amount")
    steps = tuple(
        msgspec.structs.replace(step, amount=amount) if index == at and isinstance(step, Refund) else step
        for index, step in enumerate(proposal.steps)
    )
    judgement = judge(steps, facts.limits, facts.usage, context_of(facts))
    params = {**proposal.title_params, "amount": money_param(amount)}
    return _sub(
        msgspec.structs.replace(proposal, steps=steps, judgement=judgement, title_params=params), facts
    )


def context_of(facts: CaseFacts) -> JudgeContext:
    """Return what a judgement needs of ``facts``."""
    return JudgeContext(
        person=facts.person,
        now=facts.now,
        currency=facts.tenant.currency,
        time_zone=facts.tenant.time_zone,
        channel=facts.case.channel,
        customer_id=facts.case.customer_id,
        orders=facts.orders,
        payments=facts.payments,
        shipments=facts.shipments,
        returns=facts.returns,
        invoices=facts.invoices,
        decisions=facts.decisions,
    )


_Kind = Literal["refund", "return"]
_WITH_LINES = ("damaged_item", "refund", "return")


def _about_order(facts: CaseFacts, reading: Reading) -> list[Proposal]:
    order = reading.order
    if order is None or order.status == "cancelled":
        return []
    reason = next((code for topic, code in _REASONS if reading.has(topic)), "other")
    broken = one_each(facts, order, reading.lines_for("damaged", *_TROUBLE))
    refund = _offer("refund", facts, order, broken, reason)
    sent = _return_offer(facts, order, reading, reason)
    is_return_first = reading.has(*_SEND_BACK) and not reading.has("damaged", "missing", "wrong_item")
    pair = (sent, refund) if is_return_first else (refund, sent)
    macro = _damaged_offer(facts, order, reading, broken, refund)
    return [proposal for proposal in (macro, *pair) if proposal is not None]


def _damaged_offer(
    facts: CaseFacts,
    order: Order,
    reading: Reading,
    broken: tuple[LineQuantity, ...],
    refund: Proposal | None,
) -> Proposal | None:
    """Return «broken: refund it, return the rest» when the words call for it; it may ask for the line."""
    if not (reading.has("damaged") and reading.has(*_SEND_BACK)):
        return None
    if broken:
        back = _rest_of(facts, order, broken, reading)
        return _damaged(facts, order, broken, back) if back else None
    if refund is None or not refund.needs_line_choice:
        return None
    return msgspec.structs.replace(
        refund,
        key="damaged_item",
        macro="damaged_item",
        title_key="title.damaged_item.choose",
        icon="package-x",
    )


def _return_offer(facts: CaseFacts, order: Order, reading: Reading, reason: str) -> Proposal | None:
    if not _is_at_customer(facts, order):
        return None
    named = reading.lines_for(*_SEND_BACK) if reading.has(*_SEND_BACK) else ()
    if reading.has("not_as_described"):
        reason = "not_as_described"
    elif reason != "wrong_item":
        reason = "changed_mind"
    return _offer("return", facts, order, one_each_back(facts, order, named), reason)


def _offer(
    kind: _Kind, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...], reason: str
) -> Proposal | None:
    """Return the proposal for ``lines``, or one that asks for them; ``None`` when no piece is left."""
    offered = choices(kind, facts, order, lines)
    if not offered:
        return None
    if lines:
        return _build(kind, facts, order, lines, reason)
    if len(offered) == 1 and offered[0].most == 1:
        return _build(kind, facts, order, (LineQuantity(offered[0].line_id, 1),), reason)
    cheapest = min(offered, key=lambda choice: (choice.unit_price.minor_units, choice.line_id))
    preview = _build(kind, facts, order, (LineQuantity(cheapest.line_id, 1),), reason)
    return msgspec.structs.replace(
        preview,
        steps=(),
        title_key=f"{preview.title_key}.choose",
        title_params={"order": order.number},
        lines=offered,
        needs_line_choice=offered,
    )


def _damaged(
    facts: CaseFacts, order: Order, broken: tuple[LineQuantity, ...], back: tuple[LineQuantity, ...]
) -> Proposal:
    payment = best_payment(facts, order)
    if payment is None:
        steps: tuple[Decision, ...] = ()
        judgement: Judgement = Refused(code="decision.payment_unknown", alternative="promise_answer")
    else:
        steps = damaged_item(order, payment, broken, back, _deadline(facts))
        judgement = judge(steps, facts.limits, facts.usage, context_of(facts))
    return _sub(
        Proposal(
            key="damaged_item",
            macro="damaged_item",
            steps=steps,
            title_key="title.damaged_item",
            title_params={"amount": money_param(_sum(steps, facts)), "items": _items(order, broken)},
            judgement=judgement,
            lines=choices("refund", facts, order, broken),
            reply_card="damaged_item",
            icon="package-x",
            reason="damaged_in_transit",
            order_id=order.order_id,
        ),
        facts,
    )


def _build(
    kind: _Kind, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...], reason: str
) -> Proposal:
    """Return a proposal of ``kind`` for ``lines``, judged."""
    payment = best_payment(facts, order)
    steps: tuple[Decision, ...] = ()
    if kind == "return":
        steps = (return_of(order, lines, _deadline(facts), reason),)
    elif payment is not None:
        steps = (refund_of(order, payment, lines, reason),)
    judgement: Judgement = (
        judge(steps, facts.limits, facts.usage, context_of(facts))
        if steps
        else Refused(code="decision.payment_unknown", alternative="promise_answer")
    )
    card = "return" if kind == "return" else "damaged_refund" if reason == "damaged_in_transit" else "refund"
    params = {"items": _items(order, lines)}
    if kind == "refund":
        params["amount"] = money_param(_sum(steps, facts))
    return _sub(
        Proposal(
            key=kind,
            steps=steps,
            title_key=f"title.{kind}",
            title_params=params,
            judgement=judgement,
            lines=choices(kind, facts, order, lines),
            reply_card=card,
            icon="undo-2" if kind == "return" else "banknote",
            reason=reason,
            order_id=order.order_id,
        ),
        facts,
    )


def _promises(facts: CaseFacts) -> Iterable[Proposal]:
    what: Literal["call_back", "answer"]
    for what, within in (("call_back", _CALL_WITHIN), ("answer", _ANSWER_WITHIN)):
        due = _next_quarter(facts.now + within)
        step = MakePromise(
            what=what,
            due_at=due,
            promise_id=derived_id("promise", facts.case.case_id, what, due.isoformat()),
            owner_id=facts.person.person_id,
        )
        steps = (step,)
        yield _sub(
            Proposal(
                key=f"promise_{what}",
                steps=steps,
                title_key=f"title.promise.{what}",
                title_params={"due_at": due.isoformat()},
                judgement=judge(steps, facts.limits, facts.usage, context_of(facts)),
                reply_card=f"promise_{what}",
                icon="phone" if what == "call_back" else "handshake",
            ),
            facts,
        )


def _sub(proposal: Proposal, facts: CaseFacts) -> Proposal:
    """Return ``proposal`` with the plain fact under its title: where money goes, or what is in the way."""
    key, params = _sub_words(proposal, facts)
    return msgspec.structs.replace(proposal, sub_key=key, sub_params=params)


def _sub_words(proposal: Proposal, facts: CaseFacts) -> tuple[str, dict[str, str]]:
    judgement = proposal.judgement
    if isinstance(judgement, NeedsApproval | Refused):
        return f"sub.{judgement.code}", judgement.params
    if not facts.is_online:
        return "sub.offline", {}
    for step in proposal.steps:
        if isinstance(step, Refund):
            payment = next(item for item in facts.payments if item.payment_id == step.payment_id)
            if payment.account_hint:
                return f"sub.to.{payment.method}", {"account": payment.account_hint}
            return f"sub.to.{payment.method}.plain", {}
        if isinstance(step, AuthoriseReturn):
            return "sub.return", {"deadline": step.deadline.isoformat()}
        if isinstance(step, MakePromise):
            return "sub.promise", {"due_at": step.due_at.isoformat()}
    return "sub.none", {}


def _rest_of(
    facts: CaseFacts, order: Order, broken: tuple[LineQuantity, ...], reading: Reading
) -> tuple[LineQuantity, ...]:
    """Return what goes back beside the broken pieces: lines named for it, else the rest of the same lines."""
    gone = {item.line_id: item.quantity for item in broken}
    meant = [line for line in reading.lines_for(*_SEND_BACK) if free(facts, order, line, gone) > 0]
    if meant:
        return tuple(LineQuantity(line.line_id, 1) for line in meant)
    return left_of_same(facts, order, broken)


def _still_back(
    proposal: Proposal, facts: CaseFacts, order: Order, broken: Sequence[LineQuantity]
) -> tuple[LineQuantity, ...]:
    """Return what the proposal sent back already, as far as those pieces are not among the broken ones."""
    gone = {item.line_id: item.quantity for item in broken}
    wanted = [item for step in proposal.steps if isinstance(step, AuthoriseReturn) for item in step.lines]
    lines = {line.line_id: line for line in order.lines}
    return tuple(item for item in wanted if free(facts, order, lines[item.line_id], gone) >= item.quantity)


def _is_at_customer(facts: CaseFacts, order: Order) -> bool:
    if order.status in ("shipped", "delivered"):
        return True
    return any(item.order_id == order.order_id and item.delivered_at is not None for item in facts.shipments)


def _order_of(proposal: Proposal, facts: CaseFacts) -> Order:
    order = next((item for item in facts.orders if item.order_id == proposal.order_id), None)
    if order is None or proposal.key not in _WITH_LINES:
        raise RuleViolation("proposal.no_lines")
    return order


def _deadline(facts: CaseFacts) -> date:
    return local_day(context_of(facts)) + timedelta(days=facts.tenant.return_days)


def _sum(steps: Sequence[Decision], facts: CaseFacts) -> Money:
    amounts = [step.amount for step in steps if isinstance(step, Refund)]
    return sum(amounts[1:], amounts[0]) if amounts else Money.zero(facts.tenant.currency)


def _items(order: Order, lines: Sequence[LineQuantity]) -> str:
    names = {line.line_id: line.name for line in order.lines}
    return ", ".join(f"{item.quantity} × {names[item.line_id]}" for item in lines)


def _next_quarter(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + _QUARTER


def is_green(proposal: Proposal) -> bool:
    """Return whether the person may click and it is done."""
    return isinstance(proposal.judgement, Allowed)
