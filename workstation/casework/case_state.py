"""A case with all that belongs to it at one moment, and what is given to a change of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from workstation.casework.approval import Approval
from workstation.casework.calendar import Calendar
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, DecisionState
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.promise import Promise
from workstation.casework.sla import SlaPolicy, due_of
from workstation.casework.wire.entities import entity_id, entity_name

S = TypeVar("S", bound=msgspec.Struct)

AROUND_THE_CLOCK = Calendar(calendar_id="", name="")
STANDARD_TARGETS = SlaPolicy(sla_policy_id="", name="")

StateEntity = Case | Customer | Message | DecisionRecord | Promise | Approval


class CaseState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of one case: the messages oldest first, and only this case's decisions, promises, approvals."""

    case: Case | None = None
    messages: tuple[Message, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    promises: tuple[Promise, ...] = ()
    approvals: tuple[Approval, ...] = ()
    customer: Customer | None = None
    other: CaseState | None = None
    """The second case of an act on two: that which is linked, merged into, or split off."""
    matter: tuple[CaseState, ...] = ()
    """The other cases of one matter: the one this went into, and all that went into the same."""
    apart: tuple[CaseState, ...] = ()
    """Cases that were one matter with this one not long ago; only limits count them together."""
    others: tuple[Customer, ...] = ()
    """Customers an act is about beside the one of the case."""

    @property
    def the_case(self) -> Case:
        """The case.

        Raises:
            RuleViolation: ``case.unknown`` while there is none.
        """
        if self.case is None:
            raise RuleViolation("case.unknown")
        return self.case

    def message(self, message_id: str) -> Message | None:
        """Return the message with that id."""
        return next((item for item in self.messages if item.message_id == message_id), None)

    def decision(self, decision_id: str) -> DecisionRecord | None:
        """Return the decision with that id."""
        return next((item for item in self.decisions if item.decision_id == decision_id), None)

    def promise(self, promise_id: str) -> Promise | None:
        """Return the promise with that id."""
        return next((item for item in self.promises if item.promise_id == promise_id), None)


class Given(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a change is told from outside: who, when, by which rules, and what only the hub knows.

    ``at`` is aware UTC. ``command_id`` names the command: a decision gets it as its id.
    """

    at: datetime
    person_id: str = ""
    person_name: str = ""
    command_id: str = ""
    policy: SlaPolicy = STANDARD_TARGETS
    calendar: Calendar = AROUND_THE_CLOCK
    number: int | None = None
    """The case number, when one is given out."""
    decision_state: DecisionState = "queued"
    not_before: datetime | None = None
    approval: Approval | None = None
    """The approval that was asked for, with ``decision_state`` ``needs_approval``."""
    code: str = ""
    """Why a decision needs approval or was rejected."""
    params: dict[str, str] = {}


def with_(struct: S, **changes: Any) -> S:
    """Return a copy of ``struct`` with ``changes``."""
    return msgspec.structs.replace(struct, **changes)


def with_case(state: CaseState, **changes: Any) -> CaseState:
    """Return ``state`` with a changed case."""
    return with_(state, case=with_(state.the_case, **changes))


def put_message(state: CaseState, message: Message) -> CaseState:
    """Return ``state`` with ``message`` in its place, or added at the end."""
    return with_(state, messages=_put(state.messages, message, "message_id"))


def put_decision(state: CaseState, record: DecisionRecord) -> CaseState:
    """Return ``state`` with ``record`` in its place, or added at the end."""
    return with_(state, decisions=_put(state.decisions, record, "decision_id"))


def put_promise(state: CaseState, promise: Promise) -> CaseState:
    """Return ``state`` with ``promise`` in its place, or added at the end."""
    return with_(state, promises=_put(state.promises, promise, "promise_id"))


def put_approval(state: CaseState, approval: Approval) -> CaseState:
    """Return ``state`` with ``approval`` in its place, or added at the end."""
    return with_(state, approvals=_put(state.approvals, approval, "approval_id"))


def say(state: CaseState, given: Given, code: str, /, **params: str) -> CaseState:
    """Return ``state`` with a system line ``code``; the same act never leaves the same line twice."""
    case = state.the_case
    named = given.command_id or given.at.isoformat()
    line = Message(
        message_id=derived_id("line", case.case_id, named, code, *params.values()),
        case_id=case.case_id,
        kind="system",
        channel="system",
        at=given.at,
        author_id=given.person_id,
        author_name=given.person_name,
        code=code,
        params=params,
    )
    return state if state.message(line.message_id) else put_message(state, line)


def settled(state: CaseState, given: Given) -> CaseState:
    """Return ``state`` with what is derived computed anew: held for approval, and what is due."""
    if state.case is None:
        return state
    is_held = any(approval.state == "open" for approval in state.approvals) or any(
        item.is_held_for_approval for item in state.case.merged
    )
    due = due_of(state.case, state.promises, state.approvals, given.policy, given.calendar)
    if state.case.due == due and state.case.is_held_for_approval == is_held:
        return state
    return with_case(state, due=due, is_held_for_approval=is_held)


def changed(before: CaseState, after: CaseState) -> tuple[StateEntity, ...]:
    """Return the entities of ``after`` that are new or differ from ``before``: case and customer first.

    Of an act on two cases: those of both; a message that moved between them is there once, where it is now.
    """
    known = {_key(item): item for item in entities_of(before)}
    return tuple(item for item in entities_of(after) if known.get(_key(item)) != item)


def entities_of(state: CaseState) -> tuple[StateEntity, ...]:
    """Return everything in ``state``: customers and the case first, then those of the other case."""
    head = [item for item in (state.customer, state.case) if item is not None]
    own = (*head, *state.others, *state.messages, *state.decisions, *state.promises, *state.approvals)
    return own if state.other is None else (*own, *entities_of(state.other))


def _key(entity: StateEntity) -> tuple[str, str]:
    return entity_name(entity), entity_id(entity)


def _put(items: tuple[S, ...], item: S, key: str) -> tuple[S, ...]:
    wanted = getattr(item, key)
    for index, known in enumerate(items):
        if getattr(known, key) == wanted:
            return (*items[:index], item, *items[index + 1 :])
    return (*items, item)
