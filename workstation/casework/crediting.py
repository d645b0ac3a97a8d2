"""Credited or paid out: what an open invoice asks for comes off it first, only the rest leaves the house.

Money that never came in cannot go back. So money back on an order first lowers what its invoices still ask
for; what is beyond that was paid, and is paid back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from workstation.casework.decision import (
    Decision,
    DecisionRecord,
    MoneyBack,
    credited_of,
    order_named,
    value_of,
)
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import Booking, Invoice
from workstation.casework.remaining import steps_to_come

CREDITED = ".credited"
SPLIT = ".split"


class Split(msgspec.Struct, frozen=True):
    """An amount in two: what comes off the open invoice, and what is paid out."""

    credited: Money
    paid_out: Money


def asked_now(order_id: str, invoices: Iterable[Invoice], currency: str) -> Money:
    """Return what the invoices of an order ask for now, whatever is about to be booked."""
    asked = sum(
        one.open.minor_units for one in invoices if one.order_id == order_id and one.open.currency == currency
    )
    return Money(asked, currency)


def open_of(
    order_id: str,
    invoices: Iterable[Invoice],
    decisions: Sequence[DecisionRecord],
    currency: str,
    bookings: Iterable[Booking] = (),
) -> Money:
    """Return what the invoices of an order still ask for, with credits about to be booked counted in.

    A credit that waits for an approval is not among them, nor one that ``bookings`` hold: it is off already.
    """
    asked = asked_now(order_id, invoices, currency)
    coming = sum(
        credited_of(decision).minor_units
        for decision in steps_to_come(decisions, bookings)
        if order_named(decision) == order_id
    )
    return Money(max(asked.minor_units - coming, 0), currency)


def split(value: Money, still_open: Money) -> Split:
    """Return ``value`` in two, the open invoice first."""
    credited = min(value.minor_units, still_open.minor_units)
    return Split(Money(credited, value.currency), Money(value.minor_units - credited, value.currency))


def with_split(step: Decision, value: Money, still_open: Money) -> Decision:
    """Return a step that gives back ``value`` in all; a step that pays nothing out names no payment."""
    if not isinstance(step, MoneyBack):
        return step
    parts = split(value, still_open)
    payment_id = step.payment_id if parts.paid_out else ""
    return msgspec.structs.replace(
        step, amount=parts.paid_out, credited=parts.credited, payment_id=payment_id
    )


def amounts_said(steps: Sequence[Decision], currency: str) -> dict[str, str]:
    """Return the sum of the steps as ``amount``; where some is credited, its two parts as well."""
    values = [value for value in map(value_of, steps) if value]
    whole = sum_of(values, currency)
    credited = sum_of((credited_of(step) for step in steps if credited_of(step)), whole.currency)
    if not credited:
        return {"amount": money_param(whole)}
    return {
        "amount": money_param(whole),
        "credited": money_param(credited),
        "paid_out": money_param(whole - credited),
    }


def money_form(steps: Sequence[Decision]) -> str:
    """Return how texts tell credited from paid out: ``.credited``, ``.split``, or empty: all is paid out."""
    moves = [step for step in steps if isinstance(step, MoneyBack)]
    if not any(step.credited for step in moves):
        return ""
    return SPLIT if any(step.amount for step in moves) else CREDITED


def without_form(key: str) -> str:
    """Return a key of the texts without what :func:`money_form` adds."""
    return key.removesuffix(SPLIT).removesuffix(CREDITED)
