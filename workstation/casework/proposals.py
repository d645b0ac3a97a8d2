"""Proposals from the facts in the records and the words of the mail: the decision buttons, best first."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.crediting import amounts_said, money_form, with_split, without_form
from workstation.casework.decision import (
    Decision,
    GoodwillVoucher,
    MoneyBack,
    PriceAdjustment,
    Refund,
    RefundShipping,
    TillOrder,
    WaiveDunningFee,
    total_cost,
    value_of,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed
from workstation.casework.line_choice import best_payment
from workstation.casework.money import Money
from workstation.casework.proposal import LineChoice, Proposal, Topics, TopicWords
from workstation.casework.proposal_building import Ranked, context_of, in_order, judged, still_open
from workstation.casework.proposals_dunning import TOPICS as DUNNING_TOPICS
from workstation.casework.proposals_dunning import about_invoice
from workstation.casework.proposals_goods import (
    KINDS,
    SEND_BACK,
    TROUBLE,
    about_goods,
    build,
    damaged_with,
)
from workstation.casework.proposals_money import (
    about_cancelling,
    about_delivery,
    cancel,
    goodwill,
    usual_amounts,
    usual_shares,
)
from workstation.casework.proposals_promises import promises
from workstation.casework.proposals_reversal import taking_back
from workstation.casework.reading import Reading, read_case
from workstation.casework.records import LineQuantity, Order

__all__ = [
    "CaseFacts",
    "LineChoice",
    "Proposal",
    "TopicWords",
    "Topics",
    "context_of",
    "is_green",
    "may_change_amount",
    "propose",
    "usual",
    "usual_amounts",
    "usual_shares",
    "with_amount",
    "with_lines",
]

MOST = 12
_WITH_AMOUNT = (
    Refund,
    RefundShipping,
    PriceAdjustment,
    GoodwillVoucher,
    TillOrder,
    WaiveDunningFee,
)


def propose(facts: CaseFacts, topics: Topics) -> tuple[Proposal, ...]:
    """Return the decisions that fit the case, best first, at most twelve.

    Lines the mail names are preselected, one piece each; where none is named the proposal asks for the line.
    """
    reading = read_case(facts, topics)
    found = [*_about_order(facts, reading), *about_invoice(facts, reading)]
    is_asked = _asks_for_more_than_words(reading, found)
    found += [*promises(facts, reading, is_asked=is_asked), *taking_back(facts)]
    return in_order(found)[:MOST]


def _about_order(facts: CaseFacts, reading: Reading) -> list[Ranked]:
    order = reading.order
    if order is None or order.status == "cancelled":
        return []
    return [
        *about_delivery(facts, reading, order),
        *about_cancelling(facts, reading, order),
        *about_goods(facts, reading, order),
        *goodwill(facts, reading, order),
    ]


def _asks_for_more_than_words(reading: Reading, found: list[Ranked]) -> bool:
    """Return whether the customer wants something done, so that a promise is only the second best."""
    if reading.has(*TROUBLE, *SEND_BACK, "late", "cancel"):
        return True
    return reading.has(*DUNNING_TOPICS) or any(
        item.proposal.macro in ("dunning_before_invoice", "late_parcel") for item in found
    )


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
    if proposal.key in ("cancel_order", "cancel_lines"):
        return cancel(facts, order, lines)
    if proposal.key == "damaged_item":
        return damaged_with(proposal, facts, order, lines) or build(
            "refund", facts, order, lines, proposal.reason
        )
    kind = next((kind for kind in KINDS if kind == proposal.key), None)
    if kind is None:
        raise RuleViolation("proposal.no_lines")
    return build(kind, facts, order, lines, proposal.reason)


def with_amount(proposal: Proposal, facts: CaseFacts, amount: Money) -> Proposal:
    """Return ``proposal`` with another amount of money, judged anew: over the limit it turns amber.

    Raises:
        RuleViolation: ``proposal.no_amount`` when it has no amount that can be chosen.
    """
    at = next((index for index, step in enumerate(proposal.steps) if isinstance(step, _WITH_AMOUNT)), None)
    if at is None:
        raise RuleViolation("proposal.no_amount")
    steps = tuple(
        _with_value(step, facts, amount) if index == at else step for index, step in enumerate(proposal.steps)
    )
    params = {**proposal.title_params, **amounts_said((steps[at],), amount.currency)}
    key = f"{without_form(proposal.title_key)}{money_form(steps)}"
    return judged(msgspec.structs.replace(proposal, steps=steps, title_key=key, title_params=params), facts)


def _with_value(step: Decision, facts: CaseFacts, value: Money) -> Decision:
    """Return a step that gives back ``value``, what its order's invoice still asks for credited first."""
    if not isinstance(step, MoneyBack):
        return msgspec.structs.replace(step, amount=value) if isinstance(step, _WITH_AMOUNT) else step
    order = next((item for item in facts.orders if item.order_id == step.order_id), None)
    if order is None:
        return msgspec.structs.replace(step, amount=value)
    payment = best_payment(facts, order)
    named = step.payment_id or (payment.payment_id if payment is not None else "")
    return with_split(msgspec.structs.replace(step, payment_id=named), value, still_open(facts, order))


def usual(proposal: Proposal, facts: CaseFacts) -> tuple[Proposal, ...]:
    """Return ``proposal`` with each other usual amount, smallest first, judged; empty if there are none."""
    if not proposal.steps:
        return ()
    own = total_cost(proposal.steps)
    amounts = (amount for amount in usual_amounts(proposal, facts.orders) if amount != own)
    return tuple(with_amount(proposal, facts, amount) for amount in amounts)


def may_change_amount(proposal: Proposal) -> bool:
    """Return whether the person may choose another amount: one step of its own, and money in it."""
    return not proposal.macro and any(
        isinstance(step, _WITH_AMOUNT) and bool(value_of(step)) for step in proposal.steps
    )


def _order_of(proposal: Proposal, facts: CaseFacts) -> Order:
    order = next((item for item in facts.orders if item.order_id == proposal.order_id), None)
    if order is None:
        raise RuleViolation("proposal.no_lines")
    return order


def is_green(proposal: Proposal) -> bool:
    """Return whether the person may click and it is done."""
    return isinstance(proposal.judgement, Allowed)
