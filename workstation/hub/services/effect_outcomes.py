"""What became of an effect, written onto its case: steps booked or failed, mails delivered or held back."""

from __future__ import annotations

from datetime import datetime

import msgspec

from workstation.casework.case_state import CaseState, Given, put_message
from workstation.casework.decision import Reverse, StepState
from workstation.casework.projection import delivered, sending, step_changed, undelivered
from workstation.hub.ports import Projector, Tx
from workstation.hub.ports_billing import OpenBilling
from workstation.hub.ports_values import Effect, EffectState
from workstation.hub.services.case_acts import MAIL, store
from workstation.hub.services.copy_mails import COPY_MAIL, copy_not_sent
from workstation.hub.services.dunning_mails import mail_followed
from workstation.hub.services.taking_back import counter_entries, entries_of, give_back

_STEPS: dict[EffectState, StepState] = {
    "sent": "running",
    "confirmed": "booked",
    "unknown": "unknown",
    "manual": "unknown",
    "failed": "failed",
}


class CaseProjector:
    """Implements :class:`workstation.hub.ports.Projector`; with ``open_billing`` invoices follow mails."""

    def __init__(self, open_billing: OpenBilling | None = None) -> None:
        self._open_billing = open_billing

    def changed(self, tx: Tx, effect: Effect) -> None:
        """Follow the effect's new state on its case, its budgets and the ledger."""
        file = tx.case_file(effect.case_id, lock=True)
        if file.case is None:
            return
        before = file.state
        reference = tx.reference()
        given = Given(
            at=tx.now,
            command_id=effect.effect_id,
            policy=reference.policy_of(file.case.team_id),
            calendar=reference.calendar_of(file.case.team_id),
        )
        if effect.kind == MAIL:
            after = _mail(before, effect, given)
        elif effect.kind == COPY_MAIL:
            after = copy_not_sent(before, effect, given) if effect.state == "failed" else before
        else:
            after = _step(tx, before, effect, given)
        store(tx, before, after)
        if effect.kind == MAIL and self._open_billing is not None:
            mail_followed(tx, self._open_billing(tx), effect)


def _mail(state: CaseState, effect: Effect, given: Given) -> CaseState:
    message_id = effect.message_id
    if state.message(message_id) is None:
        return state
    match effect.state:
        case "sent":
            return sending(state, message_id, "sending", given)
        case "pending":
            return sending(state, message_id, "queued", given)
        case "confirmed":
            return delivered(state, message_id, given, rfc_message_id=effect.ext_ref)
        case "unknown":
            return sending(state, message_id, "unknown", given)
        case "manual":
            state = undelivered(state, message_id, effect.failure_code, given, delivery="unknown")
            return _with_evidence(state, effect)
        case "held_back":
            return undelivered(state, message_id, effect.failure_code, given, delivery="held_back")
        case "failed":
            return undelivered(state, message_id, effect.failure_code, given, delivery="failed")
        case _:
            return state


def _with_evidence(state: CaseState, effect: Effect) -> CaseState:
    """Return ``state`` with the doubtful message named as people settle it: its effect and what is known."""
    message = state.message(effect.message_id)
    if message is None:
        return state
    return put_message(
        state,
        msgspec.structs.replace(message, effect_id=effect.effect_id, delivery_params=effect.failure_params),
    )


def keep_account(tx: Tx, state: CaseState, effect: Effect, at: datetime) -> None:
    """Follow the effect's end on its budgets and in the ledger: spent and booked, or given back."""
    if effect.state == "confirmed":
        tx.settle(effect.decision_id, effect.step, is_spent=True, at=at)
        _book(tx, state, effect, at)
    elif effect.state in ("failed", "held_back"):
        tx.settle(effect.decision_id, effect.step, is_spent=False, at=at)


def hold_followers(tx: Tx, projector: Projector, ended: Effect) -> None:
    """What waits for an effect that will not be confirmed does not leave: later steps and the reply.

    While only a person can tell what became of it, the reply is its author's draft again; later steps wait
    with what is reserved for them, since they may still be done.
    """
    for follower in tx.followers_of(ended.effect_id):
        if follower.state not in ("pending", "claimed"):
            continue
        if ended.state == "manual" and follower.kind != MAIL:
            hold_followers(tx, projector, msgspec.structs.replace(ended, effect_id=follower.effect_id))
            continue
        held = msgspec.structs.replace(
            follower,
            state="held_back",
            failure_code=ended.failure_code,
            failure_params=ended.failure_params,
        )
        if tx.change_effect(held, expected_state=follower.state, expected_attempt=follower.attempt):
            projector.changed(tx, held)
            hold_followers(tx, projector, held)


def _step(tx: Tx, state: CaseState, effect: Effect, given: Given) -> CaseState:
    keep_account(tx, state, effect, given.at)
    step = _STEPS.get(effect.state)
    if step is None or state.decision(effect.decision_id) is None:
        return state
    return step_changed(
        state,
        effect.decision_id,
        effect.step,
        step,
        given,
        result=effect.result or None,
        failure=effect.failure_code,
        failure_params=effect.failure_params,
    )


def _book(tx: Tx, state: CaseState, effect: Effect, at: datetime) -> None:
    record = state.decision(effect.decision_id)
    if record is None or effect.step >= len(record.steps):
        return
    decision = record.steps[effect.step].decision
    if isinstance(decision, Reverse):
        give_back(tx, state, decision)
        entries = counter_entries(state, decision, effect.decision_id, effect.target, effect.ext_ref)
        if entries:
            tx.book(effect.effect_id, entries, at)
        return
    entries = entries_of(decision, effect.decision_id, effect.target, effect.ext_ref)
    if entries:
        tx.book(effect.effect_id, entries, at)
