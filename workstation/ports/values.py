"""The frozen values that cross the ports of the desk: queue rows, outbox rows, drafts, what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workstation.casework.case import Case
from workstation.casework.ids import short_code
from workstation.casework.message import AttachmentMeta, Fact
from workstation.casework.wire.commands import Body, Verdict

OutboxState = Literal["held", "queued", "sent", "settled", "cancelled"]


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
    letter: str = ""
    """The text as it was written for that decision; where the draft says the same, nobody has changed it."""
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
    number: str = ""
    """Of a case; while it is empty, ``code`` stands for it."""
    code: str = ""
    status: str = ""
    """Of a case: ``CaseStatus``."""

    @classmethod
    def of_case(cls, case: Case) -> FindHit:
        """Return the result that names ``case``."""
        return cls(
            entity="case",
            entity_id=case.case_id,
            title=case.subject,
            meta=case.customer_name,
            case_id=case.case_id,
            customer_id=case.customer_id,
            at=case.opened_at,
            number="" if case.number is None else str(case.number),
            code="" if case.number is not None else short_code(case.case_id),
            status=case.status,
        )


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
