"""Which lines of a customer's history an entity makes, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from workstation.casework.message import Message
from workstation.casework.records import (
    Booking,
    Commitment,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    Voucher,
    WorkOrder,
)
from workstation.casework.wire.entities import Entity

TOLD_EVENTS = frozenset({"picked_up", "delivered", "failed_attempt", "returned", "damaged", "delayed"})
"""Parcel events worth a line; scans in between are not."""


class Line(NamedTuple):
    """One line; ``customer_id`` is empty for messages (their case knows it), ``part`` numbers events."""

    customer_id: str
    case_id: str
    at: datetime
    part: int
    group: str


def lines_of(entity: Entity) -> Iterator[Line]:
    """Yield the lines of one entity."""
    match entity:
        case Message(kind="inbound" | "outbound" | "call"):
            yield Line("", entity.case_id, entity.at, 0, "contacts")
        case Order():
            yield Line(entity.customer_id, "", entity.placed_at, 0, "orders")
        case Payment() if entity.captured_at is not None:
            yield Line(entity.customer_id, "", entity.captured_at, 0, "money")
        case Shipment():
            for part, event in enumerate(entity.events):
                if event.code in TOLD_EVENTS:
                    yield Line(entity.customer_id, "", event.at, part, "orders")
        case Invoice():
            yield Line(entity.customer_id, "", _noon(entity.issued_on), 0, "money")
        case DunningNotice():
            yield Line(entity.customer_id, "", _noon(entity.sent_on), 0, "money")
        case Commitment():
            yield Line(entity.customer_id, "", _noon(entity.on), 0, "orders")
        case ReturnAuthorisation():
            yield Line(entity.customer_id, "", entity.created_at, 0, "orders")
        case Booking():
            yield Line(entity.customer_id, "", entity.booked_at, 0, "money")
        case Voucher():
            yield Line(entity.customer_id, "", entity.created_at, 0, "money")
        case WorkOrder(kind="till", booking_id="") if entity.number:
            # With a booking its credit note tells the same.
            yield Line(entity.customer_id, "", entity.created_at, 0, "money")
        case _:
            return


def _noon(day: date) -> datetime:
    """A day without a time stands in the middle of it."""
    return datetime.combine(day, time(12), UTC)
