"""Limits of a role or person, what has been used of them, and what a judgement can say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.budget import BudgetLevel
from workstation.casework.decision import EXECUTABLE_KINDS, DecisionRecord
from workstation.casework.message import Channel
from workstation.casework.money import Money
from workstation.casework.people import Person, Role
from workstation.casework.records import (
    Booking,
    Invoice,
    Order,
    OrderLine,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)


class CustomerWindow(msgspec.Struct, frozen=True):
    """At most ``amount`` (minor units) for one customer within ``window_days`` rolling days."""

    amount: int
    window_days: int = 90


class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a limit may be used at all; empty means always."""

    max_days_since_delivery: int | None = None
    channels: tuple[Channel, ...] = ()
    skus: tuple[str, ...] = ()
    """Article number prefixes the limit is good for."""
    needs_reason: bool = False
    """One line why is asked of the person before the decision is taken."""


class Limit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``limit``: what a role (or one person) may decide alone; amounts in minor units.

    ``kinds`` holds kinds (``refund``), groups (``money_back``) or ``*``. ``None`` means: not limited here.
    A person's own limit goes before the role's, a kind before its group, a newer before an older one.
    """

    limit_id: str
    name: str
    kinds: tuple[str, ...]
    rev: int = 0
    role: Role | Literal[""] = ""
    person_id: str = ""
    per_decision: int | None = None
    percent_of_order_bp: int | None = None
    """Basis points of the order's total, 10000 = all of it."""
    per_customer: CustomerWindow | None = None
    per_person_day: int | None = None
    per_team_month: int | None = None
    conditions: Conditions = Conditions()
    proof_threshold: int | None = None
    """Below it no proof may be asked for; ``None``: what the firm has settled."""
    currency: str = "EUR"
    valid_from: datetime | None = None


class BudgetNeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision takes from one budget row, and the row's key and limit; minor units of ``currency``."""

    level: BudgetLevel
    subject_id: str
    group: str
    period: str
    limit_amt: int
    amount: int
    window_days: int = 0
    """Rolling window: entries older than that many days are aged out before the row is used."""
    currency: str = "EUR"


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has been used, by kind group, in minor units: spent + reserved + leased of the budget rows."""

    case_spent: dict[str, int] = {}
    """By this person on this matter, and on what was one matter with it."""
    case_elsewhere: dict[str, int] = {}
    """How much of it on cases that are not one matter with this one any more."""
    customer_spent: dict[str, int] = {}
    """For this customer within the window, by anybody."""
    customer_count: dict[str, int] = {}
    """How many decisions these were."""
    day_spent: dict[str, int] = {}
    """By this person today."""
    month_spent: dict[str, int] = {}
    """By the team this month."""


class JudgeContext(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts a decision is judged by; ``now`` is aware UTC."""

    person: Person
    now: datetime
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    channel: Channel = "mail"
    customer_id: str = ""
    orders: tuple[Order, ...] = ()
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    returns: tuple[ReturnAuthorisation, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    bookings: tuple[Booking, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    work_orders: tuple[WorkOrder, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    """Of the articles in question; an article without a level is not counted here and may be sent."""
    decisions: tuple[DecisionRecord, ...] = ()
    """All decisions of this customer; those under way count against payments and lines."""
    executable_kinds: frozenset[str] = EXECUTABLE_KINDS

    @property
    def today(self) -> date:
        """The day it is where the firm is."""
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()

    def order(self, order_id: str) -> Order | None:
        """Return the order called ``order_id``."""
        return next((order for order in self.orders if order.order_id == order_id), None)

    def line(self, order_id: str, line_id: str) -> OrderLine | None:
        """Return a line of an order."""
        order = self.order(order_id)
        lines = order.lines if order is not None else ()
        return next((line for line in lines if line.line_id == line_id), None)

    def payment(self, payment_id: str) -> Payment | None:
        """Return the payment called ``payment_id``."""
        return next((item for item in self.payments if item.payment_id == payment_id), None)

    def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice called ``invoice_id``."""
        return next((item for item in self.invoices if item.invoice_id == invoice_id), None)


class Allowed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="allowed"):
    """May be done now; what is left afterwards (``None``: not limited) and the rule that says so."""

    rest_case: Money | None = None
    rest_day: Money | None = None
    rule_name: str = ""
    needs_reason: bool = False
    """The rule asks for one line why."""


class NeedsApproval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="needs_approval"):
    """A lead has to say yes: which limit is passed, by how much, and who may."""

    code: str
    params: dict[str, str] = {}
    over: Money = Money(0)
    who_may: Role | Literal[""] = ""
    rule_name: str = ""


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="refused"):
    """Cannot be done by anybody as it stands; ``alternative`` is the key of a proposal that can."""

    code: str
    params: dict[str, str] = {}
    alternative: str = ""


Judgement = Allowed | NeedsApproval | Refused
