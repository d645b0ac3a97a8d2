"""What a case shows of others: the names of linked and merged ones, and what merged ones brought along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, with_
from workstation.ports import Replica
from workstation.services.views import CaseRef

_ONLY_THERE = frozenset({"case.merged_into", "case.unmerged_from"})
"""System lines that say in the merged case what the other one says of it."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Other cases around one case."""

    related: tuple[CaseRef, ...] = ()
    merged: tuple[CaseRef, ...] = ()
    merged_into: CaseRef | None = None


def kin_of(replica: Replica, case: Case) -> Kin:
    """Return the cases a case names, as far as this desk knows them. Reads the replica."""
    into = refs(replica, (case.merged_into,)) if case.merged_into else ()
    return Kin(
        related=refs(replica, case.related_case_ids),
        merged=refs(replica, case.merged_case_ids),
        merged_into=into[0] if into else None,
    )


def refs(replica: Replica, case_ids: Iterable[str]) -> tuple[CaseRef, ...]:
    """Return how other cases are named; ids this desk does not know are left out. Reads the replica."""
    found: list[CaseRef] = []
    for case_id in case_ids:
        row = replica.queue_item(case_id)
        if row is not None:
            found.append(
                CaseRef(
                    case_id=case_id,
                    number="" if row.number is None else str(row.number),
                    code=row.code,
                    subject=row.subject,
                    customer_name=row.customer_name,
                    status=row.status,
                )
            )
    return tuple(found)


def with_members(state: CaseState, members: Iterable[CaseState]) -> CaseState:
    """Return ``state`` with everything of the cases that went into it, messages in the order of time."""
    inside = tuple(members)
    if not inside:
        return state
    messages = [*state.messages]
    for member in inside:
        messages += [item for item in member.messages if item.code not in _ONLY_THERE]
    decisions = [item for one in (state, *inside) for item in one.decisions]
    return with_(
        state,
        messages=tuple(sorted(messages, key=lambda item: item.at)),
        decisions=tuple(sorted(decisions, key=lambda item: (item.decided_at, item.decision_id))),
        promises=tuple(item for one in (state, *inside) for item in one.promises),
        approvals=tuple(item for one in (state, *inside) for item in one.approvals),
    )
