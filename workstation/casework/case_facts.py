"""Everything known about a case at one moment, as proposals and texts need it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from workstation.casework.calendar import Calendar
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.limit import Limit, Usage
from workstation.casework.message import Message
from workstation.casework.people import Person, Tenant
from workstation.casework.records import (
    Booking,
    DropOffPoint,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)

ALWAYS_OPEN = Calendar(calendar_id="", name="")


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The case, its customer and all records of that customer; ``now`` is aware UTC."""

    case: Case
    person: Person
    tenant: Tenant
    now: datetime
    customer: Customer | None = None
    messages: tuple[Message, ...] = ()
    """Oldest first."""
    orders: tuple[Order, ...] = ()
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    returns: tuple[ReturnAuthorisation, ...] = ()
    bookings: tuple[Booking, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    notices: tuple[DunningNotice, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    work_orders: tuple[WorkOrder, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    """Of the articles of ``orders``."""
    decisions: tuple[DecisionRecord, ...] = ()
    drop_off_points: tuple[DropOffPoint, ...] = ()
    limits: tuple[Limit, ...] = ()
    usage: Usage = Usage()
    is_online: bool = True
    calendar: Calendar = ALWAYS_OPEN
    """Opening hours of the team: what is promised falls into them."""
