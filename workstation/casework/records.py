"""What the backend systems know: orders, payments, parcels, invoices, dunning, commitments, bookings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from workstation.casework.money import Money, sum_of

PaymentMethod = Literal["card", "paypal", "sepa", "invoice", "cash", "prepaid"]
ParcelEventCode = Literal[
    "announced",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "failed_attempt",
    "returned",
    "damaged",
    "delayed",
]


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: ``quantity`` pieces at ``unit_price`` (gross); ``tax_rate_bp`` 1900 = 19 %."""

    line_id: str
    name: str
    quantity: int
    unit_price: Money
    sku: str = ""
    tax_rate_bp: int = 1900
    refunded_quantity: int = 0
    returned_quantity: int = 0
    replaced_quantity: int = 0
    cancelled_quantity: int = 0

    @property
    def total(self) -> Money:
        """Gross sum of the line."""
        return self.unit_price * self.quantity


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``order``."""

    order_id: str
    number: str
    customer_id: str
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    shipping: Money
    rev: int = 0
    status: Literal["placed", "shipped", "delivered", "cancelled"] = "placed"
    backend: str = "house_books"
    replaces_order_id: str = ""
    """Set on a replacement order: same goods, nothing to pay."""
    reference: str = ""
    """The effect that made it, for replacement orders."""

    @property
    def total(self) -> Money:
        """Gross sum of lines and shipping as ordered; later refunds do not change it."""
        return sum_of((line.total for line in self.lines), self.shipping.currency) + self.shipping


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``payment``: money captured for an order and what of it went back."""

    payment_id: str
    order_id: str
    customer_id: str
    method: PaymentMethod
    captured: Money
    refunded: Money
    captured_at: datetime | None = None
    rev: int = 0
    account_hint: str = ""
    """Last digits or masked account, e.g. ``4242``."""

    @property
    def refundable(self) -> Money:
        """What may still go back."""
        return self.captured - self.refunded


class ParcelEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scan of a parcel; ``reason`` is a reason code when an attempt failed."""

    at: datetime
    code: ParcelEventCode
    text: str = ""
    reason: str = ""


class Shipment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``shipment``: a parcel of an order with its events, oldest first."""

    shipment_id: str
    order_id: str
    customer_id: str
    carrier: str
    tracking_number: str
    rev: int = 0
    promised_by: date | None = None
    events: tuple[ParcelEvent, ...] = ()

    @property
    def delivered_at(self) -> datetime | None:
        """When it was handed over, if it was."""
        return next((event.at for event in reversed(self.events) if event.code == "delivered"), None)


class Invoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``invoice``."""

    invoice_id: str
    number: str
    customer_id: str
    order_id: str
    total: Money
    open: Money
    issued_on: date
    due_on: date
    rev: int = 0
    delivery: Literal["not_sent", "sent", "delivered", "failed"] = "sent"
    dunning_level: int = 0
    is_dunning_blocked: bool = False
    dunning_blocked_until: date | None = None
    dunning_block_reason: str = ""
    dunning_blocked_by: str = ""
    """``person:<id>`` or ``rule:<owner>``."""
    fee_open: Money = Money(0)
    """Dunning fees that were charged and neither paid nor waived."""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    copy_sent_at: datetime | None = None
    """When a second copy left last."""
    failed_at: datetime | None = None
    """When a mail that carried it, or a reminder of it, came back or was refused."""
    mail_id: str = ""
    """The message it left with last, where this program sent it."""
    tax: tuple[TaxShare, ...] = ()
    """Net and tax by rate, where its source told them; else they follow from the order's lines."""
    credited: Money = Money(0)
    """What credit notes have taken off it."""
    overpaid: Money = Money(0)
    """Money received that nothing was owed for: the customer has it to their credit."""
    overpaid_back: Money = Money(0)
    """Money received that nothing was owed for and that was paid back."""
    fee_paid: Money = Money(0)
    """Dunning fees that were paid."""

    @property
    def paid(self) -> Money:
        """What was paid of the total, without fees and without what is to the customer's credit."""
        settled = self.total.minor_units - self.credited.minor_units - self.open.minor_units
        return Money(max(settled, 0), self.total.currency)


class DunningNotice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``dunning_notice``: a reminder sent for an invoice."""

    notice_id: str
    invoice_id: str
    customer_id: str
    level: int
    sent_on: date
    fee: Money
    rev: int = 0
    status: Literal["planned", "sent", "withheld"] = "sent"
    """``withheld``: a run came to it and did not send it; ``code`` says why."""
    code: str = ""
    """Reason code: ``invoice_not_delivered``, ``dunning_blocked`` ..."""
    number: str = ""
    is_fee_waived: bool = False


class Commitment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``commitment``: what the firm owes a customer on a day."""

    commitment_id: str
    customer_id: str
    what: str
    on: date
    rev: int = 0
    order_id: str = ""
    made_by: str = ""
    status: Literal["open", "kept", "cancelled"] = "open"


class LineQuantity(msgspec.Struct, frozen=True):
    """Some pieces of an order line."""

    line_id: str
    quantity: int


class ReturnAuthorisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``return``: a return the customer may send, with its number and last day."""

    return_id: str
    number: str
    order_id: str
    customer_id: str
    lines: tuple[LineQuantity, ...]
    created_at: datetime
    deadline: date
    rev: int = 0
    decision_id: str = ""
    status: Literal["authorised", "received", "cancelled"] = "authorised"
    label_code: str = ""


class TaxShare(msgspec.Struct, frozen=True):
    """What of a gross amount is net and what is tax, at one rate (``rate_bp`` 1900 = 19 %)."""

    rate_bp: int
    net: Money
    tax: Money


class InvoiceCredit(msgspec.Struct, frozen=True):
    """What a booking has taken off the open amount of an invoice."""

    invoice_id: str
    amount: Money


class Booking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``booking``: money ordered back to a customer, with its credit note.

    ``ordered`` = booked and handed to whoever carries it out; ``paid`` = a person confirmed it.
    ``reference`` is the effect id: at most one booking has it.
    """

    booking_id: str
    credit_note_number: str
    order_id: str
    payment_id: str
    customer_id: str
    amount: Money
    booked_at: datetime
    reference: str
    rev: int = 0
    decision_id: str = ""
    kind: str = "refund"
    reason: str = ""
    lines: tuple[LineQuantity, ...] = ()
    status: Literal["ordered", "paid", "withdrawn"] = "ordered"
    paid_at: datetime | None = None
    tax: tuple[TaxShare, ...] = ()
    reverses: str = ""
    """The booking this one takes back; its amount is then what comes off the earlier one."""
    credits: tuple[InvoiceCredit, ...] = ()
    """What of it came off open invoices; the rest is paid out."""
    overpaid: tuple[InvoiceCredit, ...] = ()
    """What of the rest the customer had to their credit, by invoice."""

    @property
    def credited(self) -> Money:
        """What of the amount is credited and never paid out."""
        return sum_of((one.amount for one in self.credits), self.amount.currency)

    @property
    def paid_out(self) -> Money:
        """What of the amount leaves the house."""
        return self.amount - self.credited


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``work_order``: work for a person (a transfer to make, a parcel to expect)."""

    work_order_id: str
    kind: Literal["transfer", "expect_parcel", "till", "ship_goods", "stop_goods"]
    created_at: datetime
    rev: int = 0
    customer_id: str = ""
    order_id: str = ""
    booking_id: str = ""
    return_id: str = ""
    amount: Money | None = None
    to_account: str = ""
    lines: tuple[LineQuantity, ...] = ()
    number: str = ""
    """What stands on a slip, e.g. ``K-2026-00017``."""
    decision_id: str = ""
    slip_sha256: str = ""
    """The printable slip (PDF): the blob with that hash."""
    slip_size: int = 0
    overpaid: tuple[InvoiceCredit, ...] = ()
    """Cash without a booking: how much of it comes off what the customer has to their credit, by invoice."""
    status: Literal["open", "done", "withdrawn"] = "open"
    done_at: datetime | None = None
    done_by: str = ""


class Voucher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``voucher``: single use; ``reference`` is the effect that made it."""

    voucher_id: str
    code: str
    customer_id: str
    amount: Money
    created_at: datetime
    reference: str
    rev: int = 0
    expires_on: date | None = None
    decision_id: str = ""
    reason: str = ""
    status: Literal["open", "redeemed", "withdrawn"] = "open"
    redeemed_at: datetime | None = None
    redeemed_order_id: str = ""
    withdrawn_at: datetime | None = None


class StockLevel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``stock``: pieces of an article that can be sent now; ``expected_on``: when more come."""

    stock_id: str
    sku: str
    available: int
    rev: int = 0
    name: str = ""
    expected_on: date | None = None


class OpeningSpan(msgspec.Struct, frozen=True):
    """Opening from ``opens`` to ``closes`` (``HH:MM``, local) on ISO weekdays ``days`` (1 = Monday)."""

    days: tuple[int, ...]
    opens: str
    closes: str


class DropOffPoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``drop_off_point``: where parcels can be handed in; degrees WGS 84."""

    point_id: str
    name: str
    address: str
    lat: float
    lon: float
    rev: int = 0
    hours: tuple[OpeningSpan, ...] = ()
    carrier: str = ""


Record = (
    Order
    | Payment
    | Shipment
    | Invoice
    | DunningNotice
    | Commitment
    | ReturnAuthorisation
    | Booking
    | WorkOrder
    | Voucher
)
