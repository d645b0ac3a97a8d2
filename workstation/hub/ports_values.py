"""The values that cross the hub's ports: effects and their outcomes, cases, budget uses, feed pages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.approval import Approval
from workstation.casework.budget import Budget
from workstation.casework.calendar import Calendar
from workstation.casework.card import CustomCard
from workstation.casework.case import Case
from workstation.casework.case_state import CaseState
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.limit import BudgetNeed, Limit
from workstation.casework.message import Message
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.promise import Promise
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire.commands import Verdict
from workstation.casework.wire.sync import FeedRow
from workstation.hub.ports_backend import EffectClass

EffectState = Literal[
    "pending",  # waits for its time, for the effect before it, or for a worker
    "claimed",  # a worker has it, nothing has left
    "sent",  # on its way: a crash from here on makes it unknown
    "confirmed",
    "unknown",  # may have happened: being looked up
    "failed",  # refused for good
    "manual",  # a person has to look
    "held_back",  # what it waits for did not happen
    "cancelled",  # taken back before it left
]
BEFORE_RESTORE = "before restore"
"""In ``Effect.claimed_by``: it may have happened in the time that a restored copy knows nothing of."""
FINAL_STATES: frozenset[EffectState] = frozenset({"confirmed", "failed", "manual", "held_back", "cancelled"})


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has to happen outside, once; ``payload`` is JSON for its executor."""

    effect_id: str
    command_id: str
    case_id: str
    kind: str
    target: str
    payload: bytes
    not_before: datetime
    created_at: datetime
    effect_class: EffectClass = "A"
    decision_id: str = ""
    message_id: str = ""
    step: int = 0
    after_effect_id: str = ""
    state: EffectState = "pending"
    attempt: int = 0
    look_ups: int = 0
    """Looks that found nothing since it was sent last."""
    resent: int = 0
    """How often it was sent again because nothing of it was to be seen; tries that did nothing count not."""
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    """When it left last, or may have: by a hub that a restored copy knows nothing of."""
    claimed_by: str = ""
    ext_ref: str = ""
    result: dict[str, str] = {}
    failure_code: str = ""
    failure_params: dict[str, str] = {}
    tenant_id: str = ""


class ClaimedEffect(msgspec.Struct, frozen=True):
    """An effect a worker has to deal with now; ``was_sent``: it may have happened already."""

    tenant_id: str
    effect: Effect
    was_sent: bool


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An effect has happened: the outside name of it and its facts by slot name (``credit_note_no`` ...)."""

    ext_ref: str
    facts: dict[str, str] = {}


class EffectRefused(Exception):
    """The outside system said no, for good; nothing was done."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class EffectUnknown(Exception):
    """It may or may not have been done."""


class EffectRetry(Exception):
    """Nothing was done, for sure; another try is worth it after ``after_s`` seconds.

    ``is_own_wish``: the other side is well, it was we who chose to wait.
    """

    def __init__(self, why: str, after_s: float = 30.0, *, is_own_wish: bool = False) -> None:
        super().__init__(why)
        self.after_s = after_s
        self.is_own_wish = is_own_wish


class EffectHeld(Exception):
    """Nothing was done: a fact it needs is missing, so it must not leave at all."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class NotStorable(Exception):
    """The database refuses what was to be stored, again and again: a key is taken or a value does not fit."""


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case with everything about it that acts can change, oldest first; ``case`` is None when unknown."""

    case: Case | None
    messages: tuple[Message, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    promises: tuple[Promise, ...] = ()
    approvals: tuple[Approval, ...] = ()
    customer: Customer | None = None

    @property
    def state(self) -> CaseState:
        """What the rules fold acts into."""
        return CaseState(
            case=self.case,
            messages=self.messages,
            decisions=self.decisions,
            promises=self.promises,
            approvals=self.approvals,
            customer=self.customer,
        )


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The reference data of a tenant, by id."""

    tenant: Tenant
    people: dict[str, Person]
    teams: dict[str, Team]
    limits: tuple[Limit, ...]
    calendars: dict[str, Calendar]
    policies: dict[str, SlaPolicy]
    cards: dict[str, CustomCard]

    def calendar_of(self, team_id: str) -> Calendar:
        """Return the calendar of a team, or one that is always open when it has none."""
        team = self.teams.get(team_id)
        found = self.calendars.get(team.calendar_id) if team else None
        return found or next(iter(self.calendars.values()), ALWAYS_OPEN)

    def policy_of(self, team_id: str) -> SlaPolicy:
        """Return the answer targets of a team, or the usual ones when it has none."""
        team = self.teams.get(team_id)
        found = self.policies.get(team.sla_policy_id) if team else None
        return found or next(iter(self.policies.values()), USUAL_POLICY)


ALWAYS_OPEN = Calendar(calendar_id="always", name="always")
USUAL_POLICY = SlaPolicy(sla_policy_id="usual", name="usual")


class BudgetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A locked budget and what is wanted of it."""

    budget: Budget
    need: BudgetNeed


class BudgetUse(msgspec.Struct, frozen=True, kw_only=True):
    """An amount (minor units) one step of a decision takes from a budget."""

    decision_id: str
    step: int
    amount: int
    at: datetime


class LedgerEntry(msgspec.Struct, frozen=True):
    """One side of a booking: minor units of ``currency`` on ``account``, signed."""

    account: str
    amount: int
    currency: str
    reference: str = ""


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it was received: ids and hashes, never its words."""

    cmd_id: str
    device_id: str
    outbox_epoch: str
    device_seq: int
    person_id: str
    case_id: str
    type: str
    sha256: str
    received_at: datetime
    verdict: Verdict


class BlobInfo(msgspec.Struct, frozen=True):
    """Size and date of a blob."""

    sha256: str
    size: int
    created_at: datetime


class UploadState(msgspec.Struct, frozen=True):
    """How much of a blob is there."""

    sha256: str
    received: int
    is_complete: bool


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the feed; ``lost`` are scopes whose cursor is too old or from the future."""

    rows: tuple[FeedRow, ...]
    cursors: dict[str, int]
    heads: dict[str, int]
    more: bool
    below_floor: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What walking the audit chain showed; ``broken_at`` is the number of the first bad row."""

    sealed: int
    unsealed: int
    broken_at: int | None = None
    head: str = ""
