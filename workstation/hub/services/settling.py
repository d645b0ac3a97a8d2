"""A person says what became of an effect nobody could look up: it counts as done, or as never done."""

from __future__ import annotations

import msgspec

from workstation.casework.case_state import CaseState
from workstation.casework.doubts import MAIL, Doubt, checked, doubts_of, facts_from, refusal_of, settle_effect
from workstation.casework.doubts import NOT_ARRIVED as MAIL_NOT_ARRIVED
from workstation.casework.doubts import NOT_DONE as STEP_NOT_DONE
from workstation.casework.errors import RuleViolation
from workstation.casework.params import money_param
from workstation.casework.wire.commands import Applied, SettleEffect, Verdict
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import OpenBilling
from workstation.hub.ports_values import Effect
from workstation.hub.services.case_acts import Act, given_by, load, store
from workstation.hub.services.dunning_mails import mail_followed
from workstation.hub.services.effect_outcomes import CaseProjector, hold_followers, keep_account


def settle(tx: Tx, act: Act, body: SettleEffect, open_billing: OpenBilling | None = None) -> Verdict:
    """Settle an effect in state ``manual``, once; with ``open_billing`` invoices follow their mails.

    Done: it is confirmed under the person's reference, its money is spent and in the ledger, and the steps
    that waited for it go on. Not done: it has failed, its budget is free again, later steps are held back
    and the reply is a draft.

    Raises:
        RuleViolation: ``case.other_team``, ``effect.unknown``, ``effect.not_in_doubt``,
            ``effect.settle_needs_lead``, ``effect.settle_own``, ``effect.reference_missing``,
            ``effect.reference_taken``, ``effect.words_too_long``; nothing is stored.
    """
    before = load(tx, act)
    effect = tx.effect(body.effect_id)
    if before.case is None or effect is None or not _is_of(effect, before):
        raise RuleViolation("effect.unknown", effect_id=body.effect_id[:50])
    doubt = _doubt(before, body.effect_id)
    if doubt is None or effect.state != "manual":
        raise RuleViolation("effect.not_in_doubt")
    refusal = refusal_of(act.person, doubt)
    if refusal:
        raise RuleViolation(refusal)
    body = checked(body, doubt)
    if doubt.amount and body.outcome == "done" and tx.is_reference_taken(effect, body.reference):
        # One booking outside cannot be two here: one of the two was never made.
        raise RuleViolation("effect.reference_taken", reference=body.reference)
    given = given_by(tx, act, before)
    ended = _ended(effect, before, doubt, body, facts_from(doubt, body.reference, tx.now))
    if not tx.change_effect(ended, expected_state="manual", expected_attempt=effect.attempt):
        raise RuleViolation("effect.not_in_doubt")
    if doubt.kind != MAIL:
        keep_account(tx, before, ended, tx.now)
    rev = store(tx, before, settle_effect(before, body, given))
    if ended.kind == MAIL and open_billing is not None:
        mail_followed(tx, open_billing(tx), ended)
    if ended.state == "failed":
        hold_followers(tx, CaseProjector(), ended)
    tx.audit(
        f"effect.settled_{body.outcome}",
        actor=act.person.person_id,
        subject=before.case.case_id,
        detail={
            "effect": effect.effect_id,
            "kind": doubt.kind,
            "amount": money_param(doubt.amount) if doubt.amount else "",
            "reference": body.reference,
        },
    )
    return Applied(cmd_id=act.cmd_id, rev=rev)


def _is_of(effect: Effect, state: CaseState) -> bool:
    """Whether the effect is about this case: who may see one case settles nothing of another."""
    if effect.message_id:
        return state.message(effect.message_id) is not None
    return state.decision(effect.decision_id) is not None


def _doubt(state: CaseState, effect_id: str) -> Doubt | None:
    doubts = doubts_of(state.decisions, state.messages)
    return next((one for one in doubts if one.effect_id == effect_id), None)


def _ended(
    effect: Effect, state: CaseState, doubt: Doubt, body: SettleEffect, facts: dict[str, str]
) -> Effect:
    if body.outcome == "not_done":
        code = MAIL_NOT_ARRIVED if doubt.kind == MAIL else STEP_NOT_DONE
        return msgspec.structs.replace(effect, state="failed", failure_code=code, failure_params={})
    message = state.message(doubt.message_id) if doubt.message_id else None
    return msgspec.structs.replace(
        effect,
        state="confirmed",
        # A mail is known by its own id: where somebody saw it names no single one of them.
        ext_ref=body.reference if message is None else message.rfc_message_id,
        result={} if doubt.kind == MAIL else facts,
        failure_code="",
        failure_params={},
    )
