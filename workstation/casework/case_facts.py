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
    members: tuple[Case, ...] = ()
    """The other cases of the same matter: what is tied to them, or was decided on them, belongs here too."""
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

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids of all cases of the matter."""
        return (self.case.case_id, *(one.case_id for one in self.members))

    @property
    def order_id(self) -> str:
        """The order the matter is tied to; that of the case itself goes before those of the others."""
        return next((one.order_id for one in (self.case, *self.members) if one.order_id), "")

    @property
    def invoice_id(self) -> str:
        """The invoice the matter is tied to."""
        return next((one.invoice_id for one in (self.case, *self.members) if one.invoice_id), "")
