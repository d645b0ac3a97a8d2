"""What the services hand to the window: frozen values, nothing else crosses that floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workstation.casework.approval import Approval
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.message import AttachmentMeta, Message
from workstation.casework.money import Money
from workstation.casework.people import Person, Tenant
from workstation.casework.promise import Promise
from workstation.casework.records import (
    Booking,
    Commitment,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    WorkOrder,
)
from workstation.casework.wire.session import PresenceOf
from workstation.ports import (
    Changes,
    Draft,
    FindHit,
    InboxFilter,
    Key,
    OutboxItem,
    QueueCounts,
    QueueItem,
    QueuePage,
    Section,
    TimelineKey,
)

if TYPE_CHECKING:
    from workstation.casework.proposals import Proposal

__all__ = [
    "Allowance",
    "CaseFile",
    "CaseRef",
    "Changes",
    "Connection",
    "ConnectionState",
    "CustomerFigures",
    "Draft",
    "FactDeviation",
    "FetchedFile",
    "FindHit",
    "HeldDecision",
    "InboxFilter",
    "Key",
    "OutboxItem",
    "QueueCounts",
    "QueueItem",
    "QueuePage",
    "Section",
    "SessionState",
    "SessionView",
    "TimelineFilter",
    "TimelineItem",
    "TimelineKey",
    "TimelinePage",
]

ConnectionState = Literal["online", "offline", "stale", "sign_in", "update_needed"]
SessionState = Literal["first_run", "locked", "signed_in", "expired"]
TimelineFilter = Literal["all", "orders", "money", "contacts"]
TimelineKind = Literal[
    "message_in",
    "message_out",
    "call",
    "note",
    "order",
    "payment",
    "shipment",
    "invoice",
    "dunning",
    "commitment",
    "return",
    "booking",
    "counter_booking",
    "replacement",
    "voucher",
    "till",
    "decision",
    "promise",
]


@dataclass(frozen=True, slots=True)
class Allowance:
    """«Dein Rahmen»: what may be decided on one case and what is left of the day; ``None`` = no limit set."""

    per_case: Money | None = None
    day_left: Money | None = None
    rule_name: str = ""


@dataclass(frozen=True, slots=True)
class CaseRef:
    """Another case, as it is named; while ``number`` is empty, ``code`` stands for it."""

    case_id: str
    number: str = ""
    code: str = ""
    subject: str = ""
    customer_name: str = ""
    status: str = "open"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about one case, own pending acts included; messages oldest first."""

    case: Case
    customer: Customer | None
    messages: tuple[Message, ...]
    decisions: tuple[DecisionRecord, ...]
    promises: tuple[Promise, ...]
    approvals: tuple[Approval, ...]
    orders: tuple[Order, ...]
    payments: tuple[Payment, ...]
    shipments: tuple[Shipment, ...]
    returns: tuple[ReturnAuthorisation, ...]
    bookings: tuple[Booking, ...]
    invoices: tuple[Invoice, ...]
    notices: tuple[DunningNotice, ...]
    commitments: tuple[Commitment, ...]
    people: dict[str, Person]
    tenant: Tenant
    draft: Draft | None = None
    note_draft: Draft | None = None
    offers: tuple[Proposal, ...] = ()
    usual: dict[str, tuple[Proposal, ...]] = field(default_factory=dict)
    """Key of an offer -> the same with each other usual amount, smallest first."""
    allowance: Allowance = Allowance()
    pending: tuple[OutboxItem, ...] = ()
    presence: tuple[PresenceOf, ...] = ()
    code: str = ""
    """``K7Q2`` while the case has no number."""
    related: tuple[CaseRef, ...] = ()
    merged: tuple[CaseRef, ...] = ()
    """Cases that went into this one; their messages, decisions and promises are among those above."""
    merged_into: CaseRef | None = None
    work_orders: tuple[WorkOrder, ...] = ()
    """Work for people about this customer, oldest first."""

    @property
    def order(self) -> Order | None:
        """The order this case is about, if it is known."""
        return next((order for order in self.orders if order.order_id == self.case.order_id), None)

    @property
    def newest_inbound(self) -> Message | None:
        """What the customer wrote last, here or in a case that went into this one; machines do not count."""
        # An old mail that came in late is the newest one here, whatever its date.
        own = next((item for item in self.messages if item.message_id == self.case.last_inbound_id), None)
        there = [item for item in self.messages if item.case_id != self.case.case_id]
        spoken = [item for item in (own, *there) if item is not None and item.is_customer_speaking]
        return max(spoken, key=lambda item: item.at, default=None)

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids of this case and of those that went into it."""
        return (self.case.case_id, *self.case.merged_case_ids)

    @property
    def others_on_newest(self) -> tuple[str, ...]:
        """Who else got the customer's newest mail: offered for an answer to all, nobody's customer here."""
        newest = self.newest_inbound
        if newest is None:
            return ()
        # Who wrote it is one of them when answers go to somebody else: they were in copy themselves.
        known = {self.case.reply_to.casefold() or newest.from_address.casefold()}
        known.add(self.tenant.sender_address.casefold())
        wrote = (newest.from_address, *newest.to, *newest.cc)
        found = {one.casefold(): one for one in wrote if one and one.casefold() not in known}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """A decision inside its undo window: on disk, nothing sent. ``undo_s`` is the length of the window."""

    cmd_id: str
    case_id: str
    title_key: str
    title_params: dict[str, str]
    until: datetime | None
    """``None`` while paused."""
    undo_s: float
    left_s: float
    is_paused: bool = False
    is_from_crash: bool = False
    """Found at start: it waits for an answer (book or discard) and never releases itself."""
    amount: Money | None = None
    steps: tuple[str, ...] = ()
    """Kinds of the steps, e.g. ``refund``."""
    is_decision: bool = True
    """False for another act that is held: a work order that was confirmed."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A work order for people in the list of all of them; ``case_id`` is where it is confirmed."""

    work: WorkOrder
    customer_name: str = ""
    case_id: str = ""
    """Empty while no case of that customer is here: then nobody can confirm it from here."""
    reference: str = ""
    """Number of the credit note, return or order it belongs to."""
    due_at: datetime | None = None
    """Of money: when a working day is over; after it the order is overdue."""


@dataclass(frozen=True, slots=True)
class FactDeviation:
    """A fact the author changed by hand: ``expected`` is what the booking says."""

    slot: str
    expected: str
    found: str = ""
    start: int = -1
    """Place of ``found`` in the text; -1 when the fact is missing."""
    length: int = 0


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One line of the customer's history; ``text_key`` and ``params`` make its words."""

    key: TimelineKey
    at: datetime
    kind: TimelineKind
    group: Literal["orders", "money", "contacts"]
    text_key: str
    """A key of the widget texts, e.g. ``timeline.order``."""
    params: dict[str, str]
    entity_id: str
    title: str = ""
    """Own words of the thing, e.g. the subject of a mail; empty when ``text_key`` says it all."""
    meta: str = ""
    amount: Money | None = None
    status_key: str = ""
    """e.g. ``paid``, ``open``, ``dunning_2``, ``delivered``."""
    is_warning: bool = False
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Newest first; ``next`` is ``None`` at the end."""

    items: tuple[TimelineItem, ...]
    next: TimelineKey | None = None


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """Three figures of the customer head, over the last twelve months."""

    revenue: Money
    open: Money
    goodwill: Money
    contacts: int = 0
    credit: Money | None = None
    """What was paid beyond what was owed."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the top bar says about the hub; ``since`` is when this state began."""

    state: ConnectionState
    since: datetime
    last_sync_at: datetime | None = None
    waiting: int = 0
    """Acts in the outbox the hub has not answered."""
    held: int = 0
    is_read_only: bool = False
    """The disk is full: nothing more can be saved."""
    is_disk_low: bool = False
    code: str = ""
    """Why, as a code, where one is known."""
    loading: float | None = None
    """How much of a first load by snapshot is done, 0 to 1."""
    mended: int = 0
    """Entities that differed from the hub's and were put right since this program began."""
    compared_at: datetime | None = None
    """When this copy was last found equal to the hub's."""
    is_caught_up: bool = False
    """Whether all the hub has was read once since the program began, or since its data was begun anew."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who works here and at which hub."""

    state: SessionState
    person_id: str = ""
    person_name: str = ""
    login: str = ""
    role: str = ""
    team_id: str = ""
    tenant_name: str = ""
    hub_url: str = ""
    is_embedded: bool = False
    device_state: Literal["none", "waiting", "approved", "revoked"] = "none"
    device_code: str = ""
    """What the owner approves while this device waits."""
    key_place: Literal["keyring", "key_file", ""] = ""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """An attachment on this disk, readable by its owner only."""

    meta: AttachmentMeta
    path: Path
