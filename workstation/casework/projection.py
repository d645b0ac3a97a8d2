"""The one projection: what a command makes of a case, the same at hub (truth) and desk (preview)."""

from __future__ import annotations

from workstation.casework.answering import (
    delivered,
    is_answer_under_way,
    opened,
    received,
    sending,
    undelivered,
)
from workstation.casework.case import Case, moved
from workstation.casework.case_state import (
    CaseState,
    Given,
    StateEntity,
    changed,
    put_promise,
    say,
    settled,
    with_,
    with_case,
)
from workstation.casework.check_back import checked_back
from workstation.casework.doubts import settle_effect
from workstation.casework.errors import RuleViolation
from workstation.casework.identities import link_identity, tie, unlink_identity
from workstation.casework.joining import join
from workstation.casework.merged import acted_on, closed_without_answer
from workstation.casework.outcomes import cancel_decision, decide, step_changed
from workstation.casework.promise import kept, withdrawn
from workstation.casework.replying import add_note, log_call, send_message, solved
from workstation.casework.wire.commands import (
    AddNote,
    AssignCase,
    Body,
    CancelDecision,
    ConfirmWork,
    Decide,
    KeepPromise,
    LinkCases,
    LinkIdentity,
    LogCall,
    MarkIsCase,
    MarkNoCase,
    MarkRead,
    MergeCase,
    OpenCase,
    ReopenCase,
    SendMessage,
    SettleEffect,
    SnoozeCase,
    SolveCase,
    SplitCase,
    TieCase,
    UnlinkCases,
    UnlinkIdentity,
    UnmergeCase,
    Void,
    WithdrawPromise,
)

__all__ = [
    "CaseState",
    "Given",
    "StateEntity",
    "apply",
    "changed",
    "delivered",
    "opened",
    "received",
    "sending",
    "settled",
    "step_changed",
    "undelivered",
    "woke",
]


def apply(state: CaseState, body: Body, given: Given) -> CaseState:
    """Return ``state`` after the command ``body``; nothing is changed when a rule says no.

    Adding what is there already (the same message or decision id) changes nothing, so replaying is safe.

    Raises:
        RuleViolation: the command is not possible now; ``case.unknown`` when there is no such case.
    """
    match body:
        case SendMessage():
            return send_message(state, body, given)
        case AddNote():
            return add_note(state, body, given)
        case LogCall():
            return log_call(state, body, given)
        case Decide():
            return decide(state, body, given)
        case CancelDecision():
            return cancel_decision(state, body, given)
        case OpenCase():
            return _open(state, body, given)
        case KeepPromise() | WithdrawPromise():
            return _close_promise(state, body, given)
        case LinkIdentity():
            return settled(link_identity(state, body, given), given)
        case UnlinkIdentity():
            return settled(unlink_identity(state, body, given), given)
        case SettleEffect():
            return settle_effect(state, body, given)
        case ConfirmWork() | Void():
            return state
        case LinkCases() | UnlinkCases() | MergeCase() | UnmergeCase() | SplitCase():
            return join(state, body, given)
        case _:
            return settled(_moved(state, body, given), given)


def woke(state: CaseState, given: Given) -> CaseState:
    """Return ``state`` with a snoozed case awake, or a solved one to be asked back about, once it is time."""
    case = state.the_case
    if case.status == "solved":
        asked = checked_back(state, given)
        return settled(asked, given) if asked is not state else state
    if case.status != "snoozed" or case.snoozed_until is None or case.snoozed_until > given.at:
        return state
    state = with_case(state, status=moved(case.status, "wake"), snoozed_until=None)
    return settled(say(state, given, "case.woke"), given)


def _moved(
    state: CaseState,
    body: AssignCase | SnoozeCase | SolveCase | ReopenCase | MarkNoCase | MarkIsCase | MarkRead | TieCase,
    given: Given,
) -> CaseState:
    case = state.the_case
    match body:
        case AssignCase():
            return _assign(state, body, given)
        case SnoozeCase():
            if body.until <= given.at:
                raise RuleViolation("case.snooze_in_past", until=body.until.isoformat())
            return with_case(
                state,
                status=moved(case.status, "snooze"),
                snoozed_until=body.until,
                merged=acted_on(case.merged),
            )
        case SolveCase():
            return _solve(state, body, given)
        case ReopenCase():
            state = say(state, given, "case.reopened") if case.status == "solved" else state
            return with_case(
                state,
                status=moved(case.status, "reopen"),
                solved_at=None,
                follow_up_at=None,
                snoozed_until=None,
            )
        case MarkNoCase():
            status = moved(case.status, "no_case")
            state = say(state, given, "case.no_case", reason=body.reason)
            return with_case(
                state,
                status=status,
                no_case_reason=body.reason,
                snoozed_until=None,
                merged=acted_on(case.merged),
            )
        case MarkIsCase():
            status = moved(case.status, "is_case")
            return with_case(say(state, given, "case.is_case"), status=status, no_case_reason=None)
        case MarkRead():
            if body.message_id != case.last_inbound_id or given.person_id in case.read_by:
                return state
            return with_case(state, read_by=(*case.read_by, given.person_id))
        case TieCase():
            return tie(state, body, given)


def _open(state: CaseState, body: OpenCase, given: Given) -> CaseState:
    if state.case is not None:
        return state
    if not body.team_id:
        raise RuleViolation("case.no_team")
    customer = state.customer
    name = customer.name if customer and customer.customer_id == body.customer_id else ""
    case = Case(
        case_id=body.case_id,
        team_id=body.team_id,
        opened_at=given.at,
        number=given.number,
        customer_id=body.customer_id,
        customer_name=body.customer_name or name,
        subject=body.subject,
        channel=body.channel,
        reply_to=body.address,
        language=body.language,
        assignee_id=given.person_id,
        opened_by=given.person_id,
    )
    return settled(with_(state, case=case), given)


def _assign(state: CaseState, body: AssignCase, given: Given) -> CaseState:
    case = state.the_case
    team = body.team_id or case.team_id
    if team == case.team_id and body.person_id == case.assignee_id:
        return state
    state = say(state, given, "case.assigned", person_id=body.person_id, team_id=team)
    return with_case(state, team_id=team, assignee_id=body.person_id)


def _solve(state: CaseState, body: SolveCase, given: Given) -> CaseState:
    """A customer who waits is answered first, or the person says why no answer is needed."""
    if state.the_case.waits_since is not None and (body.without_answer or not is_answer_under_way(state)):
        if not body.without_answer:
            raise RuleViolation("case.unanswered")
        merged = closed_without_answer(state.the_case.merged, given.at)
        state = with_case(state, waiting_since=None, merged=merged)
        state = say(state, given, "case.solved_without_answer", reason=body.without_answer)
    return solved(state, given, body.follow_up_at)


def _close_promise(state: CaseState, body: KeepPromise | WithdrawPromise, given: Given) -> CaseState:
    promise = state.promise(body.promise_id)
    if promise is None:
        raise RuleViolation("promise.unknown", promise_id=body.promise_id)
    if isinstance(body, KeepPromise):
        if promise.state == "kept":
            return state
        state = put_promise(state, kept(promise, given.at))
        return settled(say(state, given, "promise.kept", what=promise.what), given)
    if promise.state == "withdrawn":
        return state
    state = put_promise(state, withdrawn(promise, given.at))
    return settled(say(state, given, "promise.withdrawn", what=promise.what), given)
