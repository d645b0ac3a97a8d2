"""What became of an effect, written onto its case: steps booked or failed, mails delivered or held back."""

from __future__ import annotations

from workstation.casework.case_state import CaseState, Given
from workstation.casework.decision import StepState, cost_of, group_of
from workstation.casework.projection import delivered, sending, step_changed, undelivered
from workstation.hub.ports import Tx
from workstation.hub.ports_values import Effect, EffectState, LedgerEntry
from workstation.hub.services.case_acts import MAIL, store

_STEPS: dict[EffectState, StepState] = {
    "sent": "running",
    "confirmed": "booked",
    "unknown": "unknown",
    "manual": "unknown",
    "failed": "failed",
}


class CaseProjector:
    """Implements :class:`workstation.hub.ports.Projector`."""

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
        else:
            after = _step(tx, before, effect, given)
        store(tx, before, after)


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
            return undelivered(state, message_id, effect.failure_code, given, delivery="unknown")
        case "held_back":
            return undelivered(state, message_id, effect.failure_code, given, delivery="held_back")
        case "failed":
            return undelivered(state, message_id, effect.failure_code, given, delivery="failed")
        case _:
            return state


def _step(tx: Tx, state: CaseState, effect: Effect, given: Given) -> CaseState:
    if effect.state == "confirmed":
        tx.settle(effect.decision_id, effect.step, is_spent=True, at=given.at)
        _book(tx, state, effect, given)
    elif effect.state in ("failed", "held_back"):
        tx.settle(effect.decision_id, effect.step, is_spent=False, at=given.at)
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


def _book(tx: Tx, state: CaseState, effect: Effect, given: Given) -> None:
    record = state.decision(effect.decision_id)
    if record is None or effect.step >= len(record.steps):
        return
    decision = record.steps[effect.step].decision
    cost = cost_of(decision)
    if not cost:
        return
    tx.book(
        effect.effect_id,
        (
            LedgerEntry(f"cost/{group_of(decision)}", cost.minor_units, cost.currency, effect.decision_id),
            LedgerEntry(f"payout/{effect.target}", -cost.minor_units, cost.currency, effect.ext_ref),
        ),
        given.at,
    )
