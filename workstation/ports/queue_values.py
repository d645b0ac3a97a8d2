"""The values of the queue: what the first painted window needs, so nothing larger is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from workstation.casework.case import CaseStatus, DueKind
    from workstation.casework.message import Channel

Section = Literal["overdue", "next_30_minutes", "today", "later", "waiting_on_others"]
Tab = Literal["all", "mine", "team"]


class Key(NamedTuple):
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


class QueueItem(NamedTuple):
    """One row of the queue, own pending acts included. A tuple: hundreds are made for a page."""

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
