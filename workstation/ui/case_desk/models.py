"""What the room of a case shows: conversation lines, composer states, notices, header and offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from workstation.casework.message import AttachmentMeta

if TYPE_CHECKING:
    from workstation.services.attachments import Attachments
    from workstation.services.case_desk import CaseDesk
    from workstation.services.decisions import Decisions
    from workstation.services.pictures import Pictures
    from workstation.services.replies import Replies
    from workstation.services.work import Work
    from workstation.ui.shared.work_words import WorkRow

LineKind = Literal["inbound", "outbound", "note", "call", "system"]
Tone = Literal["", "secondary", "go", "ask", "danger", "accent", "note"]
ComposerMode = Literal["reply", "note"]
SendWord = Literal["send", "after_booking", "to_outbox"]
Outcome = Literal["done", "not_done"]


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One line, ready to be painted: all texts are in the person's language.

    ``spoken`` is the sentence a screen reader says for it. ``state`` is the delivery word of an own
    message ("Wartet auf Buchung"), with the tone and icon that go with it.
    """

    key: str
    kind: LineKind
    author: str
    when: str
    text: str
    spoken: str
    channel: str = "mail"
    quoted: str = ""
    html: str = ""
    attachments: tuple[AttachmentMeta, ...] = ()
    state: str = ""
    state_tone: Tone = "secondary"
    state_icon: str = ""
    hints: tuple[str, ...] = ()
    icon: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class FactShown:
    """A fact chip: known, late (the hub gives it) or deviating (edited away from the booking)."""

    slot: str
    words: str
    state: Literal["known", "late", "deviating"] = "known"
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text block a person may insert."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class ComposerState:
    """One state of the composer; ``recipients`` are the addresses offered, the first is chosen."""

    mode: ComposerMode = "reply"
    recipients: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    channel: str = "mail"
    language: Literal["de", "en"] = "de"
    send_word: SendWord = "send"
    facts: tuple[FactShown, ...] = ()
    attachments: tuple[AttachmentMeta, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice above the conversation; ``buttons`` are (key, word)."""

    tone: Literal["danger", "accent", "ask", "go"]
    title: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    details: str = ""


@dataclass(frozen=True, slots=True)
class HeaderShown:
    """The head of a case."""

    title: str
    number: str
    due_words: str = ""
    due_tone: Literal["danger", "ask", "no"] = "no"
    due_spoken: str = ""
    presence: tuple[str, ...] = ()
    assignee: str = ""
    is_solved: bool = False
    is_no_case: bool = False
    is_merged: bool = False
    """It went into another case: nothing is done to it but what ties it there."""
    snoozed_until: datetime | None = None
    check_back: str = ""
    """Of a solved case: when the customer is asked back («Nachfrage Mi 10:00»), or that nobody is."""


@dataclass(frozen=True, slots=True)
class DoubtShown:
    """Something that may have happened and that a person has to look for.

    The words of the acts are empty for whoever may not settle it. ``ask`` labels the field for what was
    found; without it (mails) nothing more is asked. ``what_then`` says what follows when it was not done.
    """

    effect_id: str
    tone: Literal["danger", "ask"]
    title: str
    text: str
    details: str = ""
    done_word: str = ""
    not_done_word: str = ""
    ask: str = ""
    what_then: str = ""


@dataclass(frozen=True, slots=True)
class OpenWorkShown:
    """What only a person can settle or confirm; ``more``: open work orders beyond those shown."""

    doubts: tuple[DoubtShown, ...] = ()
    work: tuple[WorkRow, ...] = ()
    more: int = 0


class Services(Protocol):
    """The services this room asks (a part of the desk)."""

    @property
    def case_desk(self) -> CaseDesk:
        """Opens cases and acts on them."""
        ...

    @property
    def decisions(self) -> Decisions:
        """Holds and releases decisions."""
        ...

    @property
    def replies(self) -> Replies:
        """Drafts and sends."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Fetches and uploads files."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Fetches remote pictures of mails."""
        ...

    @property
    def work(self) -> Work:
        """Settles doubts and confirms work orders."""
        ...
