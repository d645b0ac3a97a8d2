"""Messages of a case: inbound, outbound with delivery state, internal notes, calls and system lines."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Channel = Literal["mail", "phone", "chat", "form", "counter", "post", "system"]
MessageKind = Literal["inbound", "outbound", "note", "call", "system"]
Language = Literal["de", "en"]

DeliveryState = Literal[
    "waiting_booking",  # a booking it states is not confirmed yet: money first, then words
    "held_back",  # that booking failed: the reply is its author's draft again
    "queued",  # effect written, nothing handed over
    "sending",  # the SMTP transaction has begun
    "accepted",  # our first server took it: this is «delivered» for clocks and guarantees
    "unknown",  # the connection broke at a bad moment: being looked up
    "failed",  # refused for good; nobody received it
    "bounced",  # accepted first, a bounce came back
]


class AttachmentMeta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An attachment: its bytes are the blob ``sha256`` (hex); the name is for display only."""

    sha256: str
    name: str
    size: int
    content_type: str = "application/octet-stream"
    content_id: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact slot of a reply: ``slot`` names it, ``value`` is its rendered text.

    ``value`` is ``None`` while the fact is late: the hub fills it from the confirmed booking.
    """

    slot: str
    value: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``message``; ``at`` is aware UTC.

    ``text`` of an outbound message may hold fact slots such as ``{credit_note_no}`` until it is
    delivered; ``rendered`` is the text as it left.
    """

    message_id: str
    case_id: str
    kind: MessageKind
    at: datetime
    channel: Channel = "mail"
    rev: int = 0
    author_id: str = ""
    """Person id; ``customer``; ``rule:<name>``; empty for the system itself."""
    author_name: str = ""
    from_address: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    quoted: str = ""
    """Quoted history and signature, folded away and never deleted."""
    html: str = ""
    html_sanitiser: int = 0
    """Version of the sanitiser that made ``html``; older html is remade before display."""
    attachments: tuple[AttachmentMeta, ...] = ()
    language: Language = "de"
    facts: tuple[Fact, ...] = ()
    rendered: str = ""
    waits_for: str = ""
    """Decision id whose booking must be confirmed before this message leaves."""
    delivery: DeliveryState | None = None
    delivery_code: str = ""
    delivery_params: dict[str, str] = {}
    """While nobody knows whether it arrived: what was written down when it left (``sent_at`` ...)."""
    effect_id: str = ""
    """The effect that sends it, once a person has to say what became of it."""
    delivered_at: datetime | None = None
    rfc_message_id: str = ""
    """Without angle brackets."""
    in_reply_to: tuple[str, ...] = ()
    is_auto_reply: bool = False
    is_bounce: bool = False
    code: str = ""
    """System lines only: what happened, a key of the texts."""
    params: dict[str, str] = {}
    hints: tuple[str, ...] = ()
    """Warnings about the message, e.g. ``mail.display_name_address``, ``mail.unreadable``."""
    duration_s: int = 0
    """Calls only."""
    direction: Literal["", "in", "out"] = ""
    """Calls only."""
    is_reached: bool = True
    """Calls only: a call nobody took is no answer."""

    @property
    def is_human_answer(self) -> bool:
        """True for an answer of a person that has been delivered (or a call that was taken)."""
        if self.kind == "call":
            return self.is_reached
        return self.is_written_by_person and self.delivery == "accepted"

    @property
    def is_written_by_person(self) -> bool:
        """True for an outbound message of a person, delivered or not; texts sent by a rule are none."""
        return (
            self.kind == "outbound"
            and bool(self.author_id)
            and not self.author_id.startswith("rule:")
            and not self.is_auto_reply
        )

    @property
    def is_customer_speaking(self) -> bool:
        """True for an inbound message a person wrote: no auto-reply, no bounce."""
        return self.kind == "inbound" and not self.is_auto_reply and not self.is_bounce
