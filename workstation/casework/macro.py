"""Macros: ordered sets of decisions made with one click and judged by their sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from workstation.casework.crediting import split
from workstation.casework.decision import (
    AuthoriseReturn,
    BlockDunning,
    Decision,
    Refund,
    Replacement,
    ResendInvoice,
    WaiveDunningFee,
    kind_of,
)
from workstation.casework.money import Money, sum_of
from workstation.casework.records import Invoice, LineQuantity, Order, Payment


class MacroShape(msgspec.Struct, frozen=True, kw_only=True):
    """Which kinds a macro consists of, in order, which of them may be left out, and the card of its reply."""

    name: str
    kinds: tuple[str, ...]
    reply_card: str
    topics: tuple[str, ...]
    """Topics that call for it."""
    optional: tuple[str, ...] = ()


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
            # Nobody carries out a trace yet: a person asks the carrier, and the promise says until when.
            kinds=("refund_shipping", "trace_shipment", "promise"),
            reply_card="late_parcel",
            topics=("late",),
            optional=("trace_shipment",),
        ),
        MacroShape(
            name="dunning_before_invoice",
            kinds=("dunning_block", "resend_invoice", "waive_dunning_fee"),
            reply_card="dunning_before_invoice",
            topics=("dunning",),
            optional=("waive_dunning_fee",),
        ),
        MacroShape(
            name="commitment_at_risk",
            kinds=("keep_commitment", "promise"),
            reply_card="commitment_kept",
            topics=("commitment",),
        ),
    )
}


def refund_of(
    order: Order,
    payment: Payment | None,
    lines: Sequence[LineQuantity],
    reason: str,
    still_open: Money | None = None,
) -> Refund:
    """Return the refund of pieces at the price they were bought for; what is still open is credited first."""
    prices = {line.line_id: line.unit_price for line in order.lines}
    currency = payment.captured.currency if payment is not None else order.shipping.currency
    value = sum_of((prices[item.line_id] * item.quantity for item in lines), currency)
    parts = split(value, still_open or Money.zero(currency))
    return Refund(
        order_id=order.order_id,
        payment_id=payment.payment_id if payment is not None and parts.paid_out else "",
        amount=parts.paid_out,
        credited=parts.credited,
        lines=tuple(lines),
        reason=reason,
    )


def return_of(order: Order, lines: Sequence[LineQuantity], deadline: date, reason: str) -> AuthoriseReturn:
    """Return the permission to send pieces back until ``deadline``."""
    return AuthoriseReturn(order_id=order.order_id, lines=tuple(lines), deadline=deadline, reason=reason)


def damaged_item(
    order: Order,
    payment: Payment | None,
    broken: Sequence[LineQuantity],
    sent_back: Sequence[LineQuantity],
    deadline: date,
    still_open: Money | None = None,
) -> tuple[Decision, ...]:
    """Return the macro «broken: refund it, return the rest»: money first, then the return."""
    return (
        refund_of(order, payment, broken, "damaged_in_transit", still_open),
        return_of(order, sent_back, deadline, "not_as_described"),
    )


def replacement_of(order: Order, lines: Sequence[LineQuantity], reason: str) -> Replacement:
    """Return the same pieces again; their value is the price they were bought for."""
    prices = {line.line_id: line.unit_price for line in order.lines}
    value = sum_of((prices[item.line_id] * item.quantity for item in lines), order.shipping.currency)
    return Replacement(order_id=order.order_id, lines=tuple(lines), value=value, reason=reason)


def wrong_item(
    order: Order, lines: Sequence[LineQuantity], sent_back: Sequence[LineQuantity], deadline: date
) -> tuple[Decision, ...]:
    """Return the macro «wrong item»: the right one again, and a return for what came in its place."""
    return (
        replacement_of(order, lines, "wrong_item"),
        return_of(order, sent_back, deadline, "wrong_item"),
    )


def dunning_before_invoice(invoice: Invoice, until: date, fee: Money) -> tuple[Decision, ...]:
    """Return the macro «reminder before the invoice»: stop, send again, and drop ``fee`` if there is one."""
    reason = "invoice_not_delivered"
    steps: tuple[Decision, ...] = (
        BlockDunning(invoice_id=invoice.invoice_id, until=until, reason=reason),
        ResendInvoice(invoice_id=invoice.invoice_id, reason=reason),
    )
    if not fee:
        return steps
    return (*steps, WaiveDunningFee(invoice_id=invoice.invoice_id, amount=fee, reason=reason))


def fits_macro(name: str, steps: Sequence[Decision]) -> bool:
    """Return whether ``steps`` have the shape of the macro called ``name``; an empty name fits everything."""
    if not name:
        return True
    shape = MACROS.get(name)
    if shape is None:
        return False
    kinds = tuple(kind_of(step) for step in steps)
    wanted = tuple(kind for kind in shape.kinds if kind in kinds or kind not in shape.optional)
    return kinds == wanted
