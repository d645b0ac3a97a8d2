"""The case: one matter of one customer, its status and its legal moves."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.message import Channel, Language

CaseStatus = Literal[
    "open",  # somebody here has to act
    "waiting",  # the customer has our answer and it is their turn
    "snoozed",  # put off until ``snoozed_until``; promises and clocks go on
    "solved",
    "no_case",  # spam, newsletter: out of the queue, reversible
]

Act = Literal[
    "inbound",  # the customer wrote (a human message)
    "answer",  # a human answer was delivered
    "snooze",
    "wake",
    "solve",
    "reopen",
    "no_case",
    "is_case",
]

DueKind = Literal[
    "undelivered", "promise", "first_response", "next_response", "approval", "follow_up", "snooze"
]
NoCaseReason = Literal["spam", "newsletter", "auto_reply", "other"]

_MOVES: dict[Act, dict[CaseStatus, CaseStatus]] = {
    "inbound": {
        "open": "open",
        "waiting": "open",
        "snoozed": "open",
        "solved": "open",
        "no_case": "no_case",
    },
    "answer": {"open": "waiting", "waiting": "waiting", "snoozed": "snoozed", "solved": "solved"},
    "snooze": {"open": "snoozed", "waiting": "snoozed", "snoozed": "snoozed"},
    "wake": {"snoozed": "open"},
    "solve": {"open": "solved", "waiting": "solved", "snoozed": "solved", "solved": "solved"},
    "reopen": {"solved": "open", "waiting": "open", "snoozed": "open", "open": "open"},
    "no_case": {"open": "no_case", "waiting": "no_case", "snoozed": "no_case", "no_case": "no_case"},
    "is_case": {"no_case": "open"},
}


_PRESSING: dict[CaseStatus, int] = {"open": 0, "waiting": 1, "snoozed": 1}
"""The lower, the more a case asks for somebody; all others ask for nobody."""


def raised(status: CaseStatus, over: CaseStatus) -> Literal["", "open", "waiting", "snoozed"]:
    """Return ``status`` where it asks for somebody more than ``over`` does; else nothing."""
    if status not in ("open", "waiting", "snoozed"):
        return ""
    return status if _PRESSING[status] < _PRESSING.get(over, 2) else ""


class Due(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is due next on a case: ``at`` aware UTC and why."""

    at: datetime
    kind: DueKind
    what: str = ""
    """Of a promise: ``call_back``, ``answer``, ``deliver`` or ``other``."""


class MergedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a case that was merged into another one still brings along: whoever waits there, waits here.

    The other case keeps its own fields as they are, so that taking the merge out restores both.
    """

    case_id: str
    merged_at: datetime
    merged_by: str = ""
    number: int | None = None
    subject: str = ""
    waiting_since: datetime | None = None
    """Since when the customer waits there."""
    answered_at: datetime | None = None
    """When the newest answer written in the common conversation since the merge was written."""
    undelivered_since: datetime | None = None
    due: Due | None = None
    """What else is due there: promises, approvals, a check-back."""
    is_held_for_approval: bool = False
    raises: Literal["", "open", "waiting", "snoozed"] = ""
    """The status it keeps the case in, however settled that is by itself, until somebody has acted."""
    team_before: str = ""
    gave_customer: bool = False
    """The other case knew no customer before."""
    name_before: str = ""

    @property
    def waits_since(self) -> datetime | None:
        """Since when the customer waits there and has had no answer here."""
        if self.waiting_since is None:
            return None
        is_answered = self.answered_at is not None and self.answered_at >= self.waiting_since
        return None if is_answered else self.waiting_since


class TakenApart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another case this one was one matter with until they were taken apart; the other side says the same."""

    case_id: str
    at: datetime


class Kinship(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sender who may be a customer known by another address: shown, never acted on by itself."""

    customer_id: str
    customer_name: str
    value: str
    """The address they wrote from."""
    why: Literal["order", "reply", "phone", "forward"]
    """Their order was named; our mail to them was answered; same name and same telephone number; a mail of
    theirs was passed on."""
    detail: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``case``."""

    case_id: str
    team_id: str
    opened_at: datetime
    rev: int = 0
    number: int | None = None
    """Given by the hub; ``None`` at the desk until then."""
    customer_id: str = ""
    customer_name: str = ""
    subject: str = ""
    channel: Channel = "mail"
    """The channel the customer used last."""
    reply_to: str = ""
    """Address on that channel."""
    language: Language = "de"
    status: CaseStatus = "open"
    assignee_id: str = ""
    order_id: str = ""
    """The order this matter is about, once known."""
    invoice_id: str = ""
    topic: str = ""
    waiting_since: datetime | None = None
    """Since when the customer waits for a human answer (their first message not yet answered)."""
    last_inbound_at: datetime | None = None
    last_inbound_id: str = ""
    last_outbound_at: datetime | None = None
    """Last outbound message written here, delivered or not."""
    first_response_at: datetime | None = None
    """First delivered human answer."""
    last_answer_at: datetime | None = None
    due: Due | None = None
    snoozed_until: datetime | None = None
    follow_up_at: datetime | None = None
    """Check-back planned at solving."""
    solved_at: datetime | None = None
    no_case_reason: NoCaseReason | None = None
    has_undelivered: bool = False
    read_by: tuple[str, ...] = ()
    """People who have seen the newest inbound message."""
    tags: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    """Warnings such as ``mail.token_of_stranger``."""
    opened_by: str = ""
    is_held_for_approval: bool = False
    related_case_ids: tuple[str, ...] = ()
    """Cases that belong to this one and stay cases of their own; the other side says the same."""
    merged_into: str = ""
    """The case that goes on with this matter; its queue entry stands for both."""
    merged: tuple[MergedCase, ...] = ()
    """The cases that went into this one."""
    split_from: str = ""
    taken_apart: tuple[TakenApart, ...] = ()
    """Cases this one was taken apart from: limits count what is decided on either together for a while."""
    kinship: Kinship | None = None

    @property
    def is_waiting_for_us(self) -> bool:
        """True while a customer waits for our answer."""
        return self.waits_since is not None

    @property
    def merged_case_ids(self) -> tuple[str, ...]:
        """The ids of the cases that went into this one."""
        return tuple(item.case_id for item in self.merged)

    @property
    def waits_since(self) -> datetime | None:
        """Since when the customer waits, here or in a case that went into this one."""
        waits = (self.waiting_since, *(item.waits_since for item in self.merged))
        return min((at for at in waits if at is not None), default=None)

    @property
    def undelivered_since(self) -> datetime | None:
        """When the oldest answer was written that did not arrive, here or in a case that went into this."""
        own = (self.last_outbound_at or self.opened_at) if self.has_undelivered else None
        found = (own, *(item.undelivered_since for item in self.merged))
        return min((at for at in found if at is not None), default=None)

    @property
    def shown_status(self) -> CaseStatus:
        """The status as the queue sees it: the most pressing of its own and what went into this case."""
        if self.status == "no_case":
            return self.status
        raised: list[CaseStatus] = [item.raises for item in self.merged if item.raises]
        return min((self.status, *raised), key=lambda one: _PRESSING.get(one, 2))


def moved(status: CaseStatus, act: Act) -> CaseStatus:
    """Return the status after ``act``.

    Raises:
        RuleViolation: ``case.illegal_move`` when the act is not possible in this status.
    """
    after = _MOVES[act].get(status)
    if after is None:
        raise RuleViolation("case.illegal_move", status=status, act=act)
    return after
