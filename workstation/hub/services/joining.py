"""Acts on two cases at the hub: both are locked in the order of their ids, and what went in is followed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, Given, changed
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id
from workstation.casework.joining import Joining, followed, other_case_id
from workstation.casework.matter import apart_ids, matter_ids
from workstation.casework.people import Person
from workstation.casework.projection import apply, settled
from workstation.casework.wire.commands import MergeCase, SplitCase, UnmergeCase
from workstation.hub.ports import Tx


def load_pair(tx: Tx, body: Joining, person: Person) -> CaseState:
    """Return the case of an act with the second one beside it, both locked until the transaction ends.

    A case that is to go into one that went into another itself goes where that one went.

    Raises:
        RuleViolation: ``case.other_team`` when the person may not see both; ``id.malformed``.
    """
    second = other_case_id(body)
    if second:
        checked_id(second)
    # A merged case brings the one it went into along: both are locked here, whichever is named.
    tx.lock_cases((body.case_id, second) if second else (body.case_id,))
    state = tx.case_file(body.case_id).state
    if isinstance(body, UnmergeCase):
        second = state.case.merged_into if state.case is not None else ""
    other = tx.case_file(second).state if second else CaseState()
    if isinstance(body, MergeCase) and other.case is not None and other.case.merged_into:
        is_there = state.case is not None and state.case.merged_into == other.case.merged_into
        if other.case.merged_into != body.case_id or is_there:
            other = tx.case_file(other.case.merged_into).state
    for case in (state.case, other.case):
        if case is not None and person.role in ("agent", "counter") and case.team_id != person.team_id:
            raise RuleViolation("case.other_team")
    return msgspec.structs.replace(state, other=other)


def carry_out_joining(tx: Tx, body: Joining, person: Person, cmd_id: str) -> int:
    """Carry out an act on two cases; returns the revision of the case it names.

    Raises:
        RuleViolation: it is not possible; nothing is stored.
    """
    before = load_pair(tx, body, person)
    given = msgspec.structs.replace(
        _given(tx, before.the_case),
        person_id=person.person_id,
        person_name=person.name,
        command_id=cmd_id,
    )
    after = apply(before, body, given)
    other = after.other
    if isinstance(body, SplitCase) and other is not None and other.case is not None and not other.case.rev:
        # The number is taken last: a refused command leaves no gap in the series.
        numbered = msgspec.structs.replace(other.case, number=tx.next_number("case"))
        after = msgspec.structs.replace(after, other=msgspec.structs.replace(other, case=numbered))
    rev = before.the_case.rev
    for entity in changed(before, after):
        stored = tx.put(entity, is_new=entity.rev == 0)
        if entity is after.case:
            rev = stored.rev
    if isinstance(body, SplitCase):
        follow(tx, before, after)
    return rev


def follow(tx: Tx, before: CaseState, after: CaseState) -> None:
    """Let the case that goes on follow what happened in one that went into it, and its team be one team."""
    case = after.case
    if case is None or before.case is None:
        return
    if case.merged_into and case.merged_into == before.case.merged_into:
        _tell_root(tx, before.case, after)
    if case.team_id != before.case.team_id:
        _one_team(tx, case)


def _one_team(tx: Tx, root: Case) -> None:
    for member in tx.get_many(Case, root.merged_case_ids).values():
        if member.team_id != root.team_id:
            tx.put(msgspec.structs.replace(member, team_id=root.team_id))


def _tell_root(tx: Tx, before: Case, member: CaseState) -> None:
    root = tx.case_file(member.the_case.merged_into).state
    if root.case is None:
        return
    given = _given(tx, root.case)
    now = msgspec.structs.replace(root, case=followed(root.case, before, member, given))
    case = settled(now, given).case
    if case is not None and case != root.case:
        tx.put(case)
        _one_team(tx, case)


def _given(tx: Tx, case: Case) -> Given:
    reference = tx.reference()
    return Given(
        at=tx.now,
        policy=reference.policy_of(case.team_id),
        calendar=reference.calendar_of(case.team_id),
    )


def with_matter(tx: Tx, state: CaseState) -> CaseState:
    """Return ``state`` with the other cases of its matter, none of which changes hands until the end.

    ``state`` has been read under its lock. The lock of the case that goes on is the one of the matter: who
    decides on any of them holds it.
    """
    case = state.case
    if case is None or not (case.merged_into or case.merged):
        return state
    found: list[CaseState] = []
    root = case
    if case.merged_into:
        # It may have gone there while its own lock was waited for; else this is locked already.
        tx.lock_cases((case.merged_into,))
        found.append(tx.case_file(case.merged_into).state)
        root = found[0].case or case
    members = (one for one in root.merged_case_ids if one != case.case_id)
    found += [tx.case_file(one).state for one in members]
    return msgspec.structs.replace(state, matter=tuple(found))


def with_apart(tx: Tx, state: CaseState, since: datetime) -> CaseState:
    """Return ``state`` with the cases that were one matter with it at ``since`` or later.

    ``state`` has its matter. Nobody else judges by any of these cases until the transaction ends: a name that
    is the same seen from each of them is locked before they are read.
    """
    if state.case is None:
        return state
    apart = apart_ids(state, since, lambda one: tx.get(Case, one))
    if not apart:
        return state
    tx.lock_names((f"matter/{min((*apart, *matter_ids(state)))}",))
    return msgspec.structs.replace(state, apart=tuple(tx.case_file(one).state for one in apart))


def going_on(tx: Tx, case_id: str) -> str:
    """Return the case that goes on with a matter: the one itself, or the one it went into."""
    case = tx.get(Case, case_id) if case_id else None
    return case.merged_into if case is not None and case.merged_into else case_id
