"""One matter, several cases: whatever counts «on one case» counts on all that were merged into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState
from workstation.casework.decision import Decision, DecisionRecord, Reverse
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Message

_NEVER = datetime.max.replace(tzinfo=UTC)


def matter_ids(state: CaseState) -> tuple[str, ...]:
    """Return the ids of all cases that are one matter with this one, the one that goes on with it first.

    ``state.matter`` has to hold the others as far as they are known.
    """
    case = state.the_case
    known = {one.case.case_id: one.case for one in state.matter if one.case is not None}
    root = known.get(case.merged_into, case)
    return tuple(dict.fromkeys((root.case_id, *root.merged_case_ids, case.case_id)))


def decisions_of_matter(
    state: CaseState, of_customer: Iterable[DecisionRecord] = ()
) -> tuple[DecisionRecord, ...]:
    """Return each decision once: those of the customer, and those of every case of the matter.

    A case that was merged may know no customer: what was decided on it is found by the matter alone. So is
    what was decided on cases that were one matter with it (``state.apart``).
    """
    cases = (state, *state.matter, *state.apart)
    of_matter = {record.decision_id: record for one in cases for record in one.decisions}
    others = (record for record in of_customer if record.decision_id not in of_matter)
    return tuple(
        sorted((*others, *of_matter.values()), key=lambda record: (record.decided_at, record.decision_id))
    )


def tied_to(case: Case, since: datetime) -> tuple[str, ...]:
    """Return the ids of the cases that are one matter with ``case``, or were at ``since`` or later."""
    were_one = (item.case_id for item in case.taken_apart if item.at >= since)
    named = (case.merged_into, *case.merged_case_ids, *were_one)
    return tuple(dict.fromkeys(one for one in named if one))


def apart_ids(state: CaseState, since: datetime, find: Callable[[str], Case | None]) -> tuple[str, ...]:
    """Return the cases that were one matter with this one at ``since`` or later and are not any more.

    Also by way of a third one: whoever takes a matter apart in two steps has still taken apart one matter.
    Seen from each of them it is the same cases.
    """
    now = matter_ids(state)
    found = {one.the_case.case_id: one.the_case for one in (state, *state.matter)}
    wanted = [other for case in found.values() for other in tied_to(case, since)]
    while wanted:
        case_id = wanted.pop()
        case = None if case_id in found else find(case_id)
        if case is not None:
            found[case_id] = case
            wanted += tied_to(case, since)
    return tuple(sorted(one for one in found if one not in now))


def customer_of_matter(state: CaseState) -> str:
    """Return whose matter it is: of the case, else of any that is one with it; empty while nobody knows."""
    known = (one.case.customer_id for one in (state, *state.matter) if one.case is not None)
    return next((customer_id for customer_id in known if customer_id), "")


def decision_of_matter(state: CaseState, decision_id: str) -> DecisionRecord | None:
    """Return the decision with that id, on whichever case of the matter it was made."""
    found = (one.decision(decision_id) for one in (state, *state.matter))
    return next((record for record in found if record is not None), None)


def home_of(state: CaseState, steps: Sequence[Decision]) -> str:
    """Return the case on which ``steps`` are decided: a reversal where that was made which it takes back."""
    for step in steps:
        if isinstance(step, Reverse):
            record = decision_of_matter(state, step.decision_id)
            return record.case_id if record is not None else state.the_case.case_id
    return state.the_case.case_id


def ensure_goes_on_here(state: CaseState) -> None:
    """Refuse to begin anything on a case that went into another one.

    Raises:
        RuleViolation: ``decision.case_merged`` (params: case_id and number of the one that goes on).
    """
    case = state.the_case
    if case.merged_into:
        root = next((one.case for one in state.matter if one.the_case.case_id == case.merged_into), None)
        number = "" if root is None or root.number is None else str(root.number)
        raise RuleViolation("decision.case_merged", case_id=case.merged_into, number=number)


def messages_of_matter(state: CaseState) -> tuple[Message, ...]:
    """Return the messages of every case of the matter in the order of time."""
    found = (message for one in (state, *state.matter) for message in one.messages)
    return tuple(sorted(found, key=lambda message: message.at))


def written_together(state: CaseState) -> tuple[Message, ...]:
    """Return what was written on the case, and on the others since they are one matter, in order of time.

    What stands in another case from before the merge was no part of this conversation.
    """
    if not state.matter:
        return state.messages
    since = _one_matter_since(state)
    others = (
        message
        for one in state.matter
        for message in one.messages
        if message.at >= max(since[one.the_case.case_id], since[state.the_case.case_id])
    )
    return tuple(sorted((*state.messages, *others), key=lambda message: message.at))


def asking(state: CaseState) -> tuple[CaseState, ...]:
    """Return the cases whose newest question an answer on this one has to know of.

    The case itself; those of the matter that still wait for an answer, when this one goes on with it; and
    the one it went into, once the customer has written there.
    """
    case = state.the_case
    found = [state]
    waiting = {item.case_id for item in case.merged if item.waits_since is not None}
    for one in state.matter:
        other = one.the_case
        came_later = other.last_inbound_at is not None and other.last_inbound_at >= _merged_at(case, other)
        if other.case_id in waiting or (other.case_id == case.merged_into and came_later):
            found.append(one)
    return tuple(found)


def has_seen(state: CaseState, one: CaseState, message_id: str) -> bool:
    """Return whether who saw ``message_id`` last has seen the newest question of ``one``, too.

    ``one`` is the case itself or another one of its matter: their messages are read as one conversation.
    """
    case = one.the_case
    if case.last_inbound_id == message_id:
        return True
    elsewhere = (other for other in (state, *state.matter) if other is not one)
    seen = next((found for other in elsewhere if (found := other.message(message_id)) is not None), None)
    return seen is not None and case.last_inbound_at is not None and seen.at >= case.last_inbound_at


def newest_question(state: CaseState) -> Message | None:
    """Return the newest message of the customer an answer on this case is for."""
    found = (one.message(one.the_case.last_inbound_id) for one in asking(state))
    return max((message for message in found if message is not None), key=lambda one: one.at, default=None)


def _merged_at(member: Case, root: Case) -> datetime:
    """Return when one case went into another; never, when it did not."""
    entry = next((item for item in root.merged if item.case_id == member.case_id), None)
    return entry.merged_at if entry is not None else _NEVER


def _one_matter_since(state: CaseState) -> dict[str, datetime]:
    cases = [one.the_case for one in (state, *state.matter)]
    entries = {item.case_id: item.merged_at for case in cases for item in case.merged}
    # The one that goes on is part of its own matter from the beginning.
    return {case.case_id: entries.get(case.case_id, case.opened_at) for case in cases}
