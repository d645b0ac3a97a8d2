"""Commands, the only things that go up: intents with an id made at the click, and the hub's verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.case import NoCaseReason
from workstation.casework.customer import Identity
from workstation.casework.decision import Decision
from workstation.casework.message import AttachmentMeta, Channel, Fact, Language

MAX_BATCH = 100
MAX_BATCH_BYTES = 256 * 1024
MAX_INLINE_BODY_BYTES = 64 * 1024
"""A larger body goes up as a blob first (``Envelope.is_body_in_blob``)."""
MAX_BODY_BYTES = 1024 * 1024


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Every command is about one case."""

    case_id: str


class OpenCase(_Body, frozen=True, tag="case.open"):
    """A new matter begun here: a mail we write first, or a call we log."""

    channel: Channel
    subject: str
    team_id: str
    customer_id: str = ""
    customer_name: str = ""
    address: str = ""
    """Mail address or phone number on that channel."""
    language: Language = "de"


class SendMessage(_Body, frozen=True, tag="message.send"):
    """An answer to the customer; ``text`` may hold fact slots, ``facts`` says what is known of them.

    ``waits_for``: a decision whose booking must be confirmed first. ``seen_inbound_id``: the newest
    customer message the author had seen; a newer one stops the reply unless ``is_forced``.
    """

    message_id: str
    text: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    channel: Channel = "mail"
    subject: str = ""
    language: Language = "de"
    facts: tuple[Fact, ...] = ()
    attachments: tuple[AttachmentMeta, ...] = ()
    waits_for: str = ""
    seen_inbound_id: str = ""
    seen_outbound_id: str = ""
    is_forced: bool = False
    solves: bool = False
    follow_up_at: datetime | None = None


class AddNote(_Body, frozen=True, tag="note.add"):
    """An internal note; customers never see it."""

    message_id: str
    text: str
    attachments: tuple[AttachmentMeta, ...] = ()


class LogCall(_Body, frozen=True, tag="call.log"):
    """A phone call that took place; a human answer heard at once."""

    message_id: str
    text: str
    direction: Literal["in", "out"]
    duration_s: int = 0
    is_reached: bool = True


class AssignCase(_Body, frozen=True, tag="case.assign"):
    """Give the case to a person, another team, or nobody in particular (empty ``person_id``)."""

    person_id: str = ""
    team_id: str = ""


class SnoozeCase(_Body, frozen=True, tag="case.snooze"):
    """Put the case off until ``until`` (aware UTC); promises and clocks run on."""

    until: datetime


class SolveCase(_Body, frozen=True, tag="case.solve"):
    """The matter is settled; plans a check-back.

    A customer who still waits for an answer stops it, unless ``without_answer`` says why none is needed.
    """

    follow_up_at: datetime | None = None
    without_answer: Literal["", "thanks", "answered_elsewhere", "duplicate"] = ""


class ReopenCase(_Body, frozen=True, tag="case.reopen"):
    """The matter goes on."""


class MarkNoCase(_Body, frozen=True, tag="case.no_case"):
    """Spam or newsletter: nobody waits here."""

    reason: NoCaseReason = "spam"


class MarkIsCase(_Body, frozen=True, tag="case.is_case"):
    """Takes :class:`MarkNoCase` back."""


class MarkRead(_Body, frozen=True, tag="case.mark_read"):
    """The person has seen the newest inbound message ``message_id``."""

    message_id: str


class TieCase(_Body, frozen=True, tag="case.tie"):
    """Says which customer, order or invoice the matter is about."""

    customer_id: str = ""
    order_id: str = ""
    invoice_id: str = ""
    is_untied: bool = False
    """It is nobody's we know: customer, order and invoice are taken off again."""


class LinkIdentity(_Body, frozen=True, tag="customer.link"):
    """This address belongs to that customer."""

    customer_id: str
    identity: Identity


class UnlinkIdentity(_Body, frozen=True, tag="customer.unlink"):
    """This address does not belong to that customer (any more)."""

    customer_id: str
    identity: Identity


class LinkCases(_Body, frozen=True, tag="case.link"):
    """These two cases belong together; each stays a case of its own."""

    other_case_id: str


class UnlinkCases(_Body, frozen=True, tag="case.unlink"):
    """Takes :class:`LinkCases` back."""

    other_case_id: str


class MergeCase(_Body, frozen=True, tag="case.merge"):
    """The case ``case_id`` is the same matter as ``into_case_id``, which goes on with its messages."""

    into_case_id: str


class UnmergeCase(_Body, frozen=True, tag="case.unmerge"):
    """Takes :class:`MergeCase` back: the case ``case_id`` has its own messages again."""


class SplitCase(_Body, frozen=True, tag="case.split"):
    """Messages that are another matter go into a case of their own, ``new_case_id``."""

    new_case_id: str
    message_ids: tuple[str, ...]
    subject: str


class Decide(_Body, frozen=True, tag="decision.make"):
    """One decision or a macro: ordered steps, judged once by their sum; its id is the command's id.

    ``undo_left_s``: seconds of the undo window still to run when it is sent; 0 after the hold.
    """

    customer_id: str
    steps: tuple[Decision, ...]
    macro: str = ""
    undo_left_s: int = 0
    reason_text: str = ""


class CancelDecision(_Body, frozen=True, tag="decision.cancel"):
    """Take a decision back while nothing of it has left."""

    decision_id: str


class KeepPromise(_Body, frozen=True, tag="promise.keep"):
    """The promise has been kept."""

    promise_id: str


class WithdrawPromise(_Body, frozen=True, tag="promise.withdraw"):
    """The promise is taken back (the customer has been told)."""

    promise_id: str
    reason: str = ""


class ConfirmWork(_Body, frozen=True, tag="work.confirm"):
    """A person has done a work order (made the transfer, received the parcel)."""

    work_order_id: str


class SettleEffect(_Body, frozen=True, tag="effect.settle"):
    """A person has looked what became of an effect whose outcome nobody knew.

    ``done``: it happened, ``reference`` says how it is found there; ``not_done``: it did not happen, for
    sure: its budget is free again, and an answer that waited for it comes back as a draft.
    """

    effect_id: str
    outcome: Literal["done", "not_done"]
    reference: str = ""
    note: str = ""


class Void(_Body, frozen=True, tag="void"):
    """A command that was cancelled before it was sent; keeps ``device_seq`` gapless."""


Body = (
    OpenCase
    | SendMessage
    | AddNote
    | LogCall
    | AssignCase
    | SnoozeCase
    | SolveCase
    | ReopenCase
    | MarkNoCase
    | MarkIsCase
    | MarkRead
    | TieCase
    | LinkIdentity
    | UnlinkIdentity
    | LinkCases
    | UnlinkCases
    | MergeCase
    | UnmergeCase
    | SplitCase
    | Decide
    | CancelDecision
    | KeepPromise
    | WithdrawPromise
    | ConfirmWork
    | SettleEffect
    | Void
)


def type_of(body: Body) -> str:
    """Return the wire name of the command, e.g. ``message.send``."""
    return str(body.__struct_config__.tag)


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command on its way.

    ``sha256``: hex of the exact ``body`` bytes; ``signature``: base64 of Ed25519 over
    ``signed_bytes(...)`` by the device key. ``nature``: a *request* the hub may reject, or a *fact* it
    can only record. ``type`` is also inside the body; it stands here so that an unknown one can be told.
    ``was_offered``: it was handed over before, so a hub that was restored since may have carried it out.
    ``is_body_in_blob``: ``body`` is null, and its bytes are the blob ``sha256``, which went up before.
    """

    cmd_id: str
    case_id: str
    type: str
    body: msgspec.Raw
    sha256: str
    device_id: str
    outbox_epoch: str
    device_seq: int
    person_id: str
    signature: str
    wall: datetime
    type_v: int = 1
    depends_on: tuple[str, ...] = ()
    base_rev: int = 0
    nature: Literal["request", "fact"] = "request"
    policy_rev: int = 0
    was_offered: bool = False
    is_body_in_blob: bool = False


def signed_bytes(envelope: Envelope) -> bytes:
    """Return the bytes a device signs: every field that decides what the command does and who asks."""
    fields = (
        envelope.cmd_id,
        envelope.case_id,
        envelope.type,
        str(envelope.type_v),
        envelope.sha256,
        envelope.device_id,
        envelope.outbox_epoch,
        str(envelope.device_seq),
        envelope.person_id,
        envelope.nature,
        ",".join(envelope.depends_on),
    )
    return "\n".join(fields).encode()


class _Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="verdict"):
    """What the hub says of one command, once and for ever."""

    cmd_id: str
    seqs: dict[str, int] = {}
    """Scope -> seq at which its effect is visible in the feed."""


class Applied(_Verdict, frozen=True, tag="applied"):
    """Done."""

    rev: int = 0


class Scheduled(_Verdict, frozen=True, tag="scheduled"):
    """Accepted; effects leave at ``not_before`` (aware UTC) at the earliest."""

    not_before: datetime


class NeedsApproval(_Verdict, frozen=True, tag="needs_approval"):
    """Over a limit: a lead has been asked."""

    approval_id: str
    code: str
    params: dict[str, str] = {}


class Rejected(_Verdict, frozen=True, tag="rejected"):
    """Not done; ``code`` and ``params`` say why."""

    code: str
    params: dict[str, str] = {}


class Blocked(_Verdict, frozen=True, tag="blocked"):
    """Not done because a command it depends on was not."""

    dependency: str


class Superseded(_Verdict, frozen=True, tag="superseded"):
    """Overtaken by somebody else's act."""

    code: str
    by: str = ""
    params: dict[str, str] = {}


class RecordedException(_Verdict, frozen=True, tag="recorded_exception"):
    """A fact without cover: recorded and shown to a lead."""

    code: str


class Quarantined(_Verdict, frozen=True, tag="quarantined"):
    """Kept but not carried out: unknown type, revoked device, forged signature."""

    code: str


class IdReuse(_Verdict, frozen=True, tag="id_reuse"):
    """This id was used before for another body."""


Verdict = (
    Applied
    | Scheduled
    | NeedsApproval
    | Rejected
    | Blocked
    | Superseded
    | RecordedException
    | Quarantined
    | IdReuse
)


class CommandsAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer of ``POST /v1/commands`` and of the lookup; a lookup leaves out ids the hub never saw.

    ``parked``: command -> code of what is missing here. Nothing of them was taken: the hub was restored, and
    another desk may bring what they build upon. They are sent again until then, or until a person gives up.
    """

    verdicts: tuple[Verdict, ...]
    generation: str
    last_contiguous: int = 0
    parked: dict[str, str] = {}


PARKED = "command.parked"
"""Why an act that was sent waits at the desk again: see ``CommandsAnswer.parked``."""


class LookupRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/commands/lookup``."""

    ids: tuple[str, ...]
