"""The frozen values that cross the ports of the desk: queue rows, outbox rows, drafts, what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workstation.casework.case import CaseStatus, DueKind
from workstation.casework.message import AttachmentMeta, Channel, Fact
from workstation.casework.wire.commands import Body, Verdict

Section = Literal["overdue", "next_30_minutes", "today", "later", "waiting_on_others"]
OutboxState = Literal["held", "queued", "sent", "settled", "cancelled"]
Tab = Literal["all", "mine", "team"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write changed; views refresh from this and from nothing else."""

    cases: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    outbox: bool = False
    reference: bool = False
    """People, limits, texts, calendars or budgets."""
    connection: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            cases=self.cases | other.cases,
            customers=self.customers | other.customers,
            outbox=self.outbox or other.outbox,
            reference=self.reference or other.reference,
            connection=self.connection or other.connection,
        )

    def __bool__(self) -> bool:
        return bool(self.cases or self.customers or self.outbox or self.reference or self.connection)


@dataclass(frozen=True, slots=True)
class Key:
    """Place of a row in the queue: the next page begins after it."""

    group: int
    """0 for what waits for us, 1 for what waits for others."""
    due: int
    """Microseconds since 1970, or a number beyond all dates for cases without a due time."""
    rank: int
    """Ties: promise before chat before phone before the others."""
    case_id: str


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which cases to show; empty fields do not filter."""

    tab: Tab = "all"
    text: str = ""
    channel: str = ""
    person_id: str = ""
    """Whose cases ``mine`` are; the inbox fills it in."""
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One row of the queue, own pending acts included."""

    case_id: str
    key: Key
    customer_id: str
    customer_name: str
    subject: str
    channel: Channel
    status: CaseStatus
    number: int | None = None
    code: str = ""
    """Four signs such as ``K7Q2`` while the case has no number."""
    assignee_id: str = ""
    assignee_name: str = ""
    team_id: str = ""
    section: Section = "later"
    due_at: datetime | None = None
    due_kind: DueKind | None = None
    due_what: str = ""
    """What was promised, when a promise is due: ``call_back``, ``answer`` ..."""
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    is_unread: bool = False
    has_undelivered: bool = False
    is_held_for_approval: bool = False
    pending: int = 0
    """Own acts on this case that the hub has not confirmed."""
    typing_name: str = ""
    """Somebody else who is writing an answer at this moment."""
    read_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Up to ``limit`` rows in queue order; ``next`` is ``None`` at the end."""

    rows: tuple[QueueItem, ...]
    next: Key | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Badges of the queue; ``all``, ``mine`` and ``team`` count what waits for us."""

    all: int = 0
    mine: int = 0
    team: int = 0
    overdue: int = 0
    due_soon: int = 0
    sections: dict[Section, int] = field(default_factory=dict)
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewCommand:
    """An act to be written into the outbox; the outbox numbers and signs it."""

    cmd_id: str
    body: Body
    person_id: str
    wall: datetime
    depends_on: tuple[str, ...] = ()
    base_rev: int = 0
    policy_rev: int = 0
    held_until: datetime | None = None
    """Set for decisions inside their undo window."""
    title_key: str = ""
    title_params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One row of the outbox."""

    cmd_id: str
    device_seq: int
    case_id: str
    type: str
    body: Body
    state: OutboxState
    wall: datetime
    person_id: str
    depends_on: tuple[str, ...] = ()
    base_rev: int = 0
    held_until: datetime | None = None
    undo_left_s: float = 0.0
    """Seconds left while the undo window is paused."""
    is_paused: bool = False
    verdict: Verdict | None = None
    attempts: int = 0
    last_error: str = ""
    """Code of the last try that got no answer."""
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    title_key: str = ""
    title_params: dict[str, str] = field(default_factory=dict)
    is_original: bool = True
    """False for a cancelled row: what goes up is a void in its place."""

    @property
    def is_waiting(self) -> bool:
        """True while the hub has not answered (a cancelled row is not shown as waiting)."""
        return self.state in ("held", "queued", "sent")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has begun to write on a case; it stays on this device."""

    case_id: str
    person_id: str
    text: str
    kind: Literal["reply", "note"] = "reply"
    facts: tuple[Fact, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    attachments: tuple[AttachmentMeta, ...] = ()
    waits_for: str = ""
    """Decision whose booking the text states."""
    seen_inbound_id: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindHit:
    """One result of plain find."""

    entity: Literal["case", "customer", "order"]
    entity_id: str
    title: str
    meta: str = ""
    case_id: str = ""
    customer_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of a customer's history as the replica keeps it; ``part`` numbers events of a parcel."""

    at: datetime
    group: Literal["orders", "money", "contacts"]
    entity: str
    entity_id: str
    part: int
    body: bytes
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class TimelineKey:
    """Place in a timeline: older rows begin after it."""

    at: int
    entity: str
    entity_id: str
    part: int
