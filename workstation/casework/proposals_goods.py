"""Proposals about the pieces of an order: pay back, send back, send again, and the macros made of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Literal

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.crediting import money_form
from workstation.casework.decision import AuthoriseReturn, Decision, TillOrder
from workstation.casework.limit import Allowed, Refused
from workstation.casework.line_choice import (
    best_payment,
    choices,
    free,
    left_of_same,
    one_each,
    one_each_back,
)
from workstation.casework.macro import damaged_item, refund_of, replacement_of, return_of, wrong_item
from workstation.casework.money import sum_of
from workstation.casework.proposal import LineChoice, Proposal
from workstation.casework.proposal_building import (
    ASKED,
    CALLED_FOR,
    POSSIBLE,
    Ranked,
    amount_params,
    has_arrived,
    is_at_customer,
    items_text,
    judged,
    return_deadline,
    still_open,
)
from workstation.casework.reading import Reading
from workstation.casework.records import LineQuantity, Order, OrderLine

Kind = Literal["refund", "return", "replacement", "wrong_item", "till_order"]
KINDS: tuple[Kind, ...] = ("refund", "return", "replacement", "wrong_item", "till_order")

REASONS = (
    ("damaged", "damaged_in_transit"),
    ("wrong_item", "wrong_item"),
    ("missing", "missing_item"),
    ("not_as_described", "not_as_described"),
    ("late", "late_delivery"),
    ("cancel", "changed_mind"),
    ("return_wish", "changed_mind"),
)
TROUBLE = ("damaged", "wrong_item", "missing", "not_as_described")
SEND_BACK = ("not_as_described", "wrong_item", "return_wish")
_ICONS: dict[str, str] = {
    "refund": "banknote",
    "return": "undo-2",
    "replacement": "package",
    "wrong_item": "package-x",
    "till_order": "store",
}


def about_goods(facts: CaseFacts, reading: Reading, order: Order) -> list[Ranked]:
    """Return what can be done about pieces of ``order``, each with its place."""
    reason = reason_of(reading)
    is_asked = reading.has(*TROUBLE, *SEND_BACK, "cancel")
    base = ASKED if is_asked else POSSIBLE
    broken = one_each(facts, order, reading.lines_for("damaged", *TROUBLE))
    refund = offer("refund", facts, order, broken, reason)
    macro = _damaged_offer(facts, order, reading, broken, refund)
    # Who wants to cancel what has left gets their money by sending it back.
    is_return_first = reading.has(*SEND_BACK, "cancel") and not reading.has(
        "damaged", "missing", "wrong_item"
    )
    is_cash = facts.case.channel == "counter" or _was_paid_in_cash(facts, order)
    found = [
        (CALLED_FOR + 1 if reading.has("wrong_item") else CALLED_FOR, macro),
        (CALLED_FOR, _wrong_offer(facts, order, reading)),
        (base, refund),
        (base - 1 if is_return_first else base + 1, _return_offer(facts, order, reading, reason)),
    ]
    if is_cash:
        till_rank = base - 1 if facts.case.channel == "counter" else base
        found.append((till_rank, offer("till_order", facts, order, broken, reason)))
    if reading.has(*TROUBLE):
        again_rank = base - 1 if reading.has("wrong_item", "missing") else base + 2
        found.append((again_rank, offer("replacement", facts, order, broken, reason)))
    return [Ranked(rank, proposal) for rank, proposal in found if proposal is not None]


def reason_of(reading: Reading) -> str:
    """Return the reason code of the first topic that names one."""
    return next((code for topic, code in REASONS if reading.has(topic)), "other")


def _was_paid_in_cash(facts: CaseFacts, order: Order) -> bool:
    return any(item.order_id == order.order_id and item.method == "cash" for item in facts.payments)


def _damaged_offer(
    facts: CaseFacts,
    order: Order,
    reading: Reading,
    broken: tuple[LineQuantity, ...],
    refund: Proposal | None,
) -> Proposal | None:
    """Return «broken: refund it, return the rest» when the words call for it; it may ask for the line."""
    if not (reading.has("damaged") and reading.has(*SEND_BACK)):
        return None
    if broken:
        back = _rest_of(facts, order, broken, reading)
        return damaged(facts, order, broken, back) if back else None
    if refund is None or not refund.needs_line_choice:
        return None
    return msgspec.structs.replace(
        refund,
        key="damaged_item",
        macro="damaged_item",
        title_key="title.damaged_item.choose",
        icon="package-x",
    )


def _wrong_offer(facts: CaseFacts, order: Order, reading: Reading) -> Proposal | None:
    """Return «wrong item: the right one again, return what came», once the parcel has left."""
    if not reading.has("wrong_item") or not is_at_customer(facts, order):
        return None
    named = one_each_back(facts, order, reading.lines_for("wrong_item"))
    both = tuple(
        item for item in named if free(facts, order, _line(order, item.line_id), {}) >= item.quantity
    )
    return offer("wrong_item", facts, order, both, "wrong_item")


def _return_offer(facts: CaseFacts, order: Order, reading: Reading, reason: str) -> Proposal | None:
    if not is_at_customer(facts, order):
        return None
    if not has_arrived(facts, order) and not reading.has(*SEND_BACK, *TROUBLE, "cancel"):
        return None  # what has not come can only be sent back by somebody who says that it has
    named = reading.lines_for(*SEND_BACK) if reading.has(*SEND_BACK) else ()
    if reading.has("not_as_described"):
        reason = "not_as_described"
    elif reason != "wrong_item":
        reason = "changed_mind"
    return offer("return", facts, order, one_each_back(facts, order, named), reason)


def offer(
    kind: Kind, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...], reason: str
) -> Proposal | None:
    """Return the proposal for ``lines``, or one that asks for them; ``None`` when no piece is left."""
    offered = choices(kind, facts, order, lines)
    if not offered:
        return None
    if lines:
        return build(kind, facts, order, lines, reason)
    if len(offered) == 1 and offered[0].most == 1:
        return build(kind, facts, order, (LineQuantity(offered[0].line_id, 1),), reason)
    preview = _preview(kind, facts, order, offered, reason)
    is_open = preview.sub_key == "sub.replacement"
    return msgspec.structs.replace(
        preview,
        steps=(),
        title_key=f"title.{kind}.choose",
        title_params={"order": order.number},
        sub_key="sub.free" if is_open else preview.sub_key,
        sub_params={} if is_open else preview.sub_params,
        lines=offered,
        needs_line_choice=offered,
    )


def _preview(
    kind: Kind, facts: CaseFacts, order: Order, offered: tuple[LineChoice, ...], reason: str
) -> Proposal:
    """Return the proposal for the cheapest piece that can be had; one out of stock stands for no other."""
    by_price = sorted(offered, key=lambda choice: (choice.unit_price.minor_units, choice.line_id))
    cheapest = build(kind, facts, order, (LineQuantity(by_price[0].line_id, 1),), reason)
    if kind not in ("replacement", "wrong_item"):
        return cheapest
    others = (build(kind, facts, order, (LineQuantity(one.line_id, 1),), reason) for one in by_price[1:])
    found = (one for one in chain((cheapest,), others) if not isinstance(one.judgement, Refused))
    return next(found, cheapest)


def build(
    kind: Kind, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...], reason: str
) -> Proposal:
    """Return a proposal of ``kind`` for ``lines``, judged."""
    steps = _steps(kind, facts, order, lines, reason)
    params = {"items": items_text(order.order_id, lines, facts)}
    if kind in ("refund", "till_order"):
        params |= amount_params(steps, facts)
    card = "damaged_refund" if (kind, reason) == ("refund", "damaged_in_transit") else kind
    return judged(
        Proposal(
            key=kind,
            macro="wrong_item" if kind == "wrong_item" else "",
            steps=steps,
            title_key=f"title.{kind}{money_form(steps)}",
            title_params=params,
            judgement=Allowed(),
            lines=choices(kind, facts, order, lines),
            reply_card=card,
            icon=_ICONS[kind],
            reason=reason,
            order_id=order.order_id,
        ),
        facts,
    )


def _steps(
    kind: Kind, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...], reason: str
) -> tuple[Decision, ...]:
    payment = best_payment(facts, order)
    match kind:
        case "return":
            return (return_of(order, lines, return_deadline(facts), reason),)
        case "replacement":
            return (replacement_of(order, lines, reason),)
        case "wrong_item":
            return wrong_item(order, lines, lines, return_deadline(facts))
        case "till_order":
            price = sum_of(
                (_line(order, item.line_id).unit_price * item.quantity for item in lines),
                order.shipping.currency,
            )
            return (
                TillOrder(
                    amount=price,
                    order_id=order.order_id,
                    payment_id=payment.payment_id if payment is not None else "",
                    lines=lines,
                    reason=reason,
                ),
            )
        case "refund":
            asked = still_open(facts, order)
            if payment is None and not asked:
                return ()
            return (refund_of(order, payment, lines, reason, asked),)


def damaged(
    facts: CaseFacts, order: Order, broken: tuple[LineQuantity, ...], back: tuple[LineQuantity, ...]
) -> Proposal:
    """Return the macro «broken: refund it, return the rest», judged."""
    payment = best_payment(facts, order)
    steps: tuple[Decision, ...] = ()
    asked = still_open(facts, order)
    if payment is not None or asked:
        steps = damaged_item(order, payment, broken, back, return_deadline(facts), asked)
    return judged(
        Proposal(
            key="damaged_item",
            macro="damaged_item",
            steps=steps,
            title_key=f"title.damaged_item{money_form(steps)}",
            title_params={
                **amount_params(steps, facts),
                "items": items_text(order.order_id, broken, facts),
            },
            judgement=Allowed(),
            lines=choices("refund", facts, order, broken),
            reply_card="damaged_item",
            icon="package-x",
            reason="damaged_in_transit",
            order_id=order.order_id,
        ),
        facts,
    )


def damaged_with(
    proposal: Proposal, facts: CaseFacts, order: Order, lines: tuple[LineQuantity, ...]
) -> Proposal | None:
    """Return the macro for other broken pieces; ``None`` when nothing would be left to send back."""
    back = _still_back(proposal, facts, order, lines) or left_of_same(facts, order, lines)
    return damaged(facts, order, lines, back) if back else None


def _rest_of(
    facts: CaseFacts, order: Order, broken: tuple[LineQuantity, ...], reading: Reading
) -> tuple[LineQuantity, ...]:
    """Return what goes back beside the broken pieces: lines named for it, else the rest of the same lines."""
    gone = {item.line_id: item.quantity for item in broken}
    meant = [line for line in reading.lines_for(*SEND_BACK) if free(facts, order, line, gone) > 0]
    if meant:
        return tuple(LineQuantity(line.line_id, 1) for line in meant)
    return left_of_same(facts, order, broken)


def _still_back(
    proposal: Proposal, facts: CaseFacts, order: Order, broken: Sequence[LineQuantity]
) -> tuple[LineQuantity, ...]:
    """Return what the proposal sent back already, as far as those pieces are not among the broken ones."""
    gone = {item.line_id: item.quantity for item in broken}
    wanted = [item for step in proposal.steps if isinstance(step, AuthoriseReturn) for item in step.lines]
    return tuple(
        item for item in wanted if free(facts, order, _line(order, item.line_id), gone) >= item.quantity
    )


def _line(order: Order, line_id: str) -> OrderLine:
    return next(line for line in order.lines if line.line_id == line_id)
