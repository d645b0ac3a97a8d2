"""A case with own pending acts: the hub's state folded with the outbox by the shared rules."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from workstation.casework.approval import Approval
from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, Given, StateEntity, changed
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, DecisionState
from workstation.casework.errors import RuleViolation
from workstation.casework.projection import apply
from workstation.casework.promise import Promise
from workstation.casework.wire.commands import AssignCase, NeedsApproval, Scheduled
from workstation.ports import CaseDocuments, OutboxItem
from workstation.services.reference import ReferenceData

_log = logging.getLogger(__name__)


def state_of(documents: CaseDocuments, case_id: str) -> CaseState:
    """Return the case with what belongs to it, out of what the replica has."""
    case = next((item for item in documents.of(Case) if item.case_id == case_id), None)
    customer_id = case.customer_id if case is not None else ""
    customers = documents.of(Customer)
    return CaseState(
        case=case,
        messages=tuple(item for item in documents.messages() if item.case_id == case_id),
        decisions=tuple(
            sorted(
                (item for item in documents.of(DecisionRecord) if item.case_id == case_id),
                key=lambda item: (item.decided_at, item.decision_id),
            )
        ),
        promises=tuple(item for item in documents.of(Promise) if item.case_id == case_id),
        approvals=tuple(item for item in documents.of(Approval) if item.case_id == case_id),
        customer=next((item for item in customers if item.customer_id == customer_id), None),
    )


def given_of(item: OutboxItem, reference: ReferenceData, team_id: str) -> Given:
    """Return what a pending act is given at the desk; what only the hub knows stays open."""
    person = reference.person(item.person_id)
    verdict = item.verdict
    state: DecisionState = "held" if item.state == "held" else "queued"
    if isinstance(verdict, Scheduled):
        state = "scheduled"
    if isinstance(verdict, NeedsApproval):
        state = "needs_approval"
    return Given(
        at=item.wall,
        person_id=item.person_id,
        person_name=person.name if person is not None else "",
        command_id=item.cmd_id,
        policy=reference.policy_of(team_id),
        calendar=reference.calendar_of(team_id),
        decision_state=state,
        not_before=verdict.not_before if isinstance(verdict, Scheduled) else None,
        code=verdict.code if isinstance(verdict, NeedsApproval) else "",
        params=verdict.params if isinstance(verdict, NeedsApproval) else {},
    )


def fold(
    before: CaseState, items: Iterable[OutboxItem], reference: ReferenceData, team_id: str = ""
) -> tuple[CaseState, tuple[StateEntity, ...]]:
    """Return the state after the pending ``items`` in their order, and the entities that differ.

    An act the rules do not allow any more is left out here; the hub says what becomes of it.
    """
    after = before
    for item in items:
        team = after.case.team_id if after.case is not None else _team_of(item) or team_id
        try:
            after = apply(after, item.body, given_of(item, reference, team))
        except RuleViolation as violation:
            _log.info("a pending act is not shown: %s %s", item.type, violation.code)
    return after, changed(before, after)


def _team_of(item: OutboxItem) -> str:
    team_id = getattr(item.body, "team_id", "")
    return "" if isinstance(item.body, AssignCase) else str(team_id)
