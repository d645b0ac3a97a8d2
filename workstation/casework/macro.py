"""Macros: ordered sets of decisions made with one click and judged by their sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from workstation.casework.decision import AuthoriseReturn, Decision, Refund, kind_of
from workstation.casework.money import sum_of
from workstation.casework.records import LineQuantity, Order, Payment


class MacroShape(msgspec.Struct, frozen=True, kw_only=True):
    """Which kinds a macro consists of, in order, and the card of its reply."""

    name: str
    kinds: tuple[str, ...]
    reply_card: str
    topics: tuple[str, ...]
    """Topics that call for it."""


MACROS: dict[str, MacroShape] = {
    shape.name: shape
    for shape in (
        MacroShape(
            name="damaged_item",
            kinds=("refund", "return_authorisation"),
            reply_card="damaged_item",
            topics=("damaged", "not_as_described"),
        ),
        MacroShape(
            name="wrong_item",
            kinds=("replacement", "return_authorisation"),
            reply_card="wrong_item",
            topics=("wrong_item",),
        ),
        MacroShape(
            name="late_parcel",
            kinds=("refund_shipping", "trace_shipment"),
            reply_card="late_parcel",
            topics=("late",),
        ),
        MacroShape(
            name="dunning_before_invoice",
            kinds=("dunning_block", "resend_invoice", "waive_dunning_fee"),
            reply_card="dunning_before_invoice",
            topics=("dunning",),
        ),
        MacroShape(
            name="commitment_at_risk",
            kinds=("keep_commitment", "promise"),
            reply_card="commitment_kept",
            topics=("commitment",),
        ),
    )
}


def refund_of(order: Order, payment: Payment, lines: Sequence[LineQuantity], reason: str) -> Refund:
    """Return the refund of pieces at the price they were bought for."""
    prices = {line.line_id: line.unit_price for line in order.lines}
    amount = sum_of((prices[item.line_id] * item.quantity for item in lines), payment.captured.currency)
    return Refund(
        order_id=order.order_id,
        payment_id=payment.payment_id,
        amount=amount,
        lines=tuple(lines),
        reason=reason,
    )


def return_of(order: Order, lines: Sequence[LineQuantity], deadline: date, reason: str) -> AuthoriseReturn:
    """Return the permission to send pieces back until ``deadline``."""
    return AuthoriseReturn(order_id=order.order_id, lines=tuple(lines), deadline=deadline, reason=reason)


def damaged_item(
    order: Order,
    payment: Payment,
    broken: Sequence[LineQuantity],
    sent_back: Sequence[LineQuantity],
    deadline: date,
) -> tuple[Decision, ...]:
    """Return the macro «broken: refund it, return the rest»: money first, then the return."""
    return (
        refund_of(order, payment, broken, "damaged_in_transit"),
        return_of(order, sent_back, deadline, "not_as_described"),
    )


def fits_macro(name: str, steps: Sequence[Decision]) -> bool:
    """Return whether ``steps`` have the shape of the macro called ``name``; an empty name fits everything."""
    if not name:
        return True
    shape = MACROS.get(name)
    return shape is not None and tuple(kind_of(step) for step in steps) == shape.kinds
