"""What becomes of a decision: made, taken back, step by step booked or failed, and what hangs on it."""

from __future__ import annotations

from datetime import datetime

from workstation.casework.answering import undelivered
from workstation.casework.case_state import (
    CaseState,
    Given,
    put_approval,
    put_decision,
    put_message,
    put_promise,
    say,
    settled,
    with_,
    with_case,
)
from workstation.casework.decision import (
    DecisionRecord,
    DecisionState,
    MakePromise,
    Reverse,
    Step,
    StepState,
    kind_of,
    total_cost,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.executable import ensure_executable
from workstation.casework.ids import checked_id, effect_id
from workstation.casework.matter import customer_of_matter
from workstation.casework.promise import Promise
from workstation.casework.wire.commands import CancelDecision, Decide

CANCELLABLE: frozenset[DecisionState] = frozenset({"held", "queued", "scheduled", "needs_approval"})
_NEVER_STARTED: frozenset[DecisionState] = frozenset({"held", "needs_approval", "rejected", "cancelled"})


def decide(state: CaseState, body: Decide, given: Given) -> CaseState:
    """Return ``state`` with the decision ``given.command_id``; whether it may be is judged elsewhere.

    Raises:
        RuleViolation: ``decision.empty``, ``decision.not_executable``, ``decision.other_customer``,
            ``id.malformed``, ``reversal.other_case``.
    """
    case = state.the_case
    if state.decision(checked_id(given.command_id)) is not None:
        return state
    ensure_executable(body.steps)
    _check_reversals(state, body)
    customer_id = customer_of_matter(state)
    if customer_id and body.customer_id and customer_id != body.customer_id:
        raise RuleViolation("decision.other_customer")
    record = DecisionRecord(
        decision_id=given.command_id,
        case_id=case.case_id,
        customer_id=body.customer_id or customer_id,
        person_id=given.person_id,
        person_name=given.person_name,
        decided_at=given.at,
        steps=tuple(
            Step(decision=decision, effect_id=effect_id(given.command_id, index))
            for index, decision in enumerate(body.steps)
        ),
        macro=body.macro,
        state=given.decision_state,
        amount=total_cost(body.steps),
        not_before=given.not_before,
        approval_id=given.approval.approval_id if given.approval else "",
        code=given.code,
        params=given.params,
        reason_text=body.reason_text,
    )
    if given.approval is not None:
        state = put_approval(state, given.approval)
    if not case.assignee_id:
        state = with_case(state, assignee_id=given.person_id)
    if _is_only_promises(record) and record.state not in _NEVER_STARTED:
        return settled(_promised(state, record, given), given)
    return settled(put_decision(state, record), given)


def cancel_decision(state: CaseState, body: CancelDecision, given: Given) -> CaseState:
    """Return ``state`` with the decision taken back; a reply waiting for it is a draft again.

    Raises:
        RuleViolation: ``decision.unknown``, ``decision.too_late``.
    """
    record = state.decision(body.decision_id)
    if record is None:
        raise RuleViolation("decision.unknown", decision_id=body.decision_id)
    if record.state == "cancelled":
        return state
    if record.state not in CANCELLABLE:
        raise RuleViolation("decision.too_late", state=record.state)
    steps = tuple(with_(step, state="cancelled") for step in record.steps)
    state = put_decision(state, with_(record, state="cancelled", steps=steps))
    for approval in state.approvals:
        if approval.decision_id == record.decision_id and approval.state == "open":
            state = put_approval(state, with_(approval, state="withdrawn", decided_at=given.at))
    for message in state.messages:
        if message.waits_for == record.decision_id and message.delivery == "waiting_booking":
            state = put_message(
                state, with_(message, delivery="held_back", delivery_code="decision.cancelled")
            )
    return settled(say(state, given, "decision.cancelled", decision_id=record.decision_id), given)


def step_changed(
    state: CaseState,
    decision_id: str,
    step: int,
    step_state: StepState,
    given: Given,
    *,
    result: dict[str, str] | None = None,
    failure: str = "",
    failure_params: dict[str, str] | None = None,
) -> CaseState:
    """Return ``state`` after step number ``step`` (from 0) ran, was booked, failed or is in doubt.

    A failed step stops the later ones and holds back the reply; all booked lets the reply go.

    Raises:
        RuleViolation: ``decision.unknown``, ``decision.step_unknown``.
    """
    record = state.decision(decision_id)
    if record is None:
        raise RuleViolation("decision.unknown", decision_id=decision_id)
    if not 0 <= step < len(record.steps):
        raise RuleViolation("decision.step_unknown", step=step)
    was = record.steps[step]
    if was.state == "reversed":
        return state  # a late echo of its booking does not bring it back
    now = with_(
        was,
        state=step_state,
        result=was.result if result is None else result,
        failure=failure,
        failure_params=failure_params or {},
    )
    if now == was:
        return state
    steps = (*record.steps[:step], now, *record.steps[step + 1 :])
    if step_state == "failed":
        steps = tuple(
            with_(item, state="stopped") if index > step and item.state == "pending" else item
            for index, item in enumerate(steps)
        )
    new = with_(record, steps=steps)
    new = with_(new, state=_state_of(new), code=failure or new.code, params=failure_params or new.params)
    if new.state == "booked" and record.state != "booked":
        new = with_(new, booked_at=_booked_at(new, given.at))
    state = put_decision(state, new)
    if step_state == "booked" and isinstance(now.decision, MakePromise):
        state = put_promise(state, _promise(new, now.decision, given.at))
    if step_state == "booked" and isinstance(now.decision, Reverse):
        state = _taken_back(state, now.decision, given)
    return settled(_after(state, record, new, given), given)


def _check_reversals(state: CaseState, body: Decide) -> None:
    """A reversal changes the decision it takes back, so both belong to one case."""
    for step in body.steps:
        if isinstance(step, Reverse):
            record = state.decision(step.decision_id)
            if record is None or not 0 <= step.step < len(record.steps):
                raise RuleViolation("reversal.other_case")


def _taken_back(state: CaseState, reverse: Reverse, given: Given) -> CaseState:
    """Return ``state`` with the step ``reverse`` names marked: what it took can be decided on again."""
    record = state.decision(reverse.decision_id)
    if record is None or not 0 <= reverse.step < len(record.steps):
        return state
    steps = tuple(
        with_(item, state="reversed") if index == reverse.step else item
        for index, item in enumerate(record.steps)
    )
    state = put_decision(state, with_(record, steps=steps))
    return say(state, given, "decision.reversed", decision_id=record.decision_id, step=str(reverse.step))


def _after(state: CaseState, before: DecisionRecord, after: DecisionRecord, given: Given) -> CaseState:
    """Return ``state`` with what a finished decision means for the reply and the case."""
    if after.state == before.state:
        return state
    if after.state == "booked":
        state = say(state, given, "decision.booked", decision_id=after.decision_id)
        for message in state.messages:
            if message.waits_for == after.decision_id and message.delivery == "waiting_booking":
                state = put_message(state, with_(message, delivery="queued"))
        return state
    if after.state != "failed":
        return state
    state = say(state, given, "decision.failed", decision_id=after.decision_id, code=after.code)
    for message in state.messages:
        if message.waits_for == after.decision_id and message.delivery in ("waiting_booking", "queued"):
            state = undelivered(state, message.message_id, after.code, given, delivery="held_back")
    return state


def _state_of(record: DecisionRecord) -> DecisionState:
    states = {step.state for step in record.steps}
    if "failed" in states:
        return "failed"
    if states <= {"booked", "reversed"}:
        return "booked"
    if states & {"running", "booked", "unknown", "reversed"}:
        return "booking"
    return record.state


def _booked_at(record: DecisionRecord, otherwise: datetime) -> datetime:
    told = [step.result["booked_at"] for step in record.steps if "booked_at" in step.result]
    moments = [datetime.fromisoformat(text) for text in told]
    return max(moments, default=otherwise)


def _is_only_promises(record: DecisionRecord) -> bool:
    return all(kind_of(step.decision) == "promise" for step in record.steps)


def _promised(state: CaseState, record: DecisionRecord, given: Given) -> CaseState:
    """Return ``state`` with promises made at once: nothing outside has to happen for them."""
    steps = tuple(with_(step, state="booked") for step in record.steps)
    record = with_(record, state="booked", booked_at=given.at, steps=steps)
    state = put_decision(state, record)
    for step in record.steps:
        if isinstance(step.decision, MakePromise):
            state = put_promise(state, _promise(record, step.decision, given.at))
            due = step.decision.due_at.isoformat()
            state = say(state, given, "promise.made", what=step.decision.what, due_at=due)
    return state


def _promise(record: DecisionRecord, decision: MakePromise, at: datetime) -> Promise:
    return Promise(
        promise_id=decision.promise_id,
        case_id=record.case_id,
        customer_id=record.customer_id,
        what=decision.what,
        due_at=decision.due_at,
        owner_id=decision.owner_id or record.person_id,
        made_at=at,
        made_by=record.person_id,
        note=decision.note,
    )
