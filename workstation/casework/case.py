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


class Due(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is due next on a case: ``at`` aware UTC and why."""

    at: datetime
    kind: DueKind
    what: str = ""
    """Of a promise: ``call_back``, ``answer``, ``deliver`` or ``other``."""


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

    @property
    def is_waiting_for_us(self) -> bool:
        """True while a customer waits for our answer."""
        return self.waiting_since is not None


def moved(status: CaseStatus, act: Act) -> CaseStatus:
    """Return the status after ``act``.

    Raises:
        RuleViolation: ``case.illegal_move`` when the act is not possible in this status.
    """
    after = _MOVES[act].get(status)
    if after is None:
        raise RuleViolation("case.illegal_move", status=status, act=act)
    return after
