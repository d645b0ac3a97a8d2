"""Carries out decisions on invoices and reminders on any billing backend; copies are kept as blobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from workstation.casework.decision import (
    BlockDunning,
    Decision,
    DecisionRecord,
    ResendInvoice,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.params import money_param
from workstation.casework.wire.codec import decode
from workstation.hub.ports import Database
from workstation.hub.ports_backend import BackendRefused, BackendUnavailable, BackendUncertain
from workstation.hub.ports_billing import (
    BillingBackend,
    BlockRequest,
    CopyMade,
    CopyRequest,
    DunningChanged,
    UnblockRequest,
    WaiveRequest,
)
from workstation.hub.ports_values import Done, Effect, EffectRefused, EffectRetry, EffectUnknown
from workstation.system.crashpoint import crashpoint

T = TypeVar("T")
_Step = ResendInvoice | BlockDunning | UnblockDunning | WaiveDunningFee


class BillingExecutor:
    """Implements :class:`workstation.hub.ports.Executor`; an effect's payload is its decision as JSON."""

    kinds = frozenset({"resend_invoice", "dunning_block", "dunning_unblock", "waive_dunning_fee"})

    def __init__(self, backend: BillingBackend, database: Database, timeout_s: float = 30.0) -> None:
        self._backend = backend
        self._database = database
        self.effect_class = backend.traits.effect_class
        self.visibility_lag_s = backend.traits.visibility_lag_s
        self.timeout_s = timeout_s

    def perform(self, effect: Effect) -> Done:
        """Do it once under the effect's id.

        Raises:
            EffectRefused, EffectRetry, EffectUnknown
        """
        step, actor = _step(effect), self._actor(effect)
        match step:
            case ResendInvoice():
                return self._kept(effect, _asked(lambda: self._backend.second_copy(_copy(effect, step))))
            case BlockDunning():
                return _told(_asked(lambda: self._backend.block(_block(effect, step, actor))))
            case UnblockDunning():
                return _told(_asked(lambda: self._backend.unblock(_unblock(effect, step, actor))))
            case WaiveDunningFee():
                return _told(_asked(lambda: self._backend.waive_fee(_waive(effect, step, actor))))

    def look_up(self, effect: Effect) -> Done | None:
        """Return what was done under the effect's id.

        Raises:
            EffectRetry: the backend could not be asked.
        """
        step, actor = _step(effect), self._actor(effect)
        try:
            match step:
                case ResendInvoice():
                    made = self._backend.find_copy(_copy(effect, step))
                    return None if made is None else self._kept(effect, made)
                case BlockDunning():
                    found = self._backend.find_block(_block(effect, step, actor))
                case UnblockDunning():
                    found = self._backend.find_unblock(_unblock(effect, step, actor))
                case WaiveDunningFee():
                    found = self._backend.find_waiver(_waive(effect, step, actor))
        except BackendUnavailable as error:
            raise EffectRetry(str(error), error.after_s) from error
        except (BackendUncertain, BackendRefused) as error:
            raise EffectRetry(str(error)) from error
        return None if found is None else _told(found)

    def _actor(self, effect: Effect) -> str:
        record = self._database.read(effect.tenant_id, lambda tx: tx.get(DecisionRecord, effect.decision_id))
        return f"person:{record.person_id}" if record is not None else "rule:dunning"

    def _kept(self, effect: Effect, made: CopyMade) -> Done:
        """Keep the copy where the mail that waits for this decision will find it."""
        sha256 = self._database.blobs.put(effect.tenant_id, made.content)
        crashpoint("invoice.copy_kept")
        return Done(
            ext_ref=made.ext_ref,
            facts={
                "invoice_no": made.invoice_number,
                "attachment_sha256": sha256,
                "attachment_name": made.name,
                "attachment_size": str(len(made.content)),
                "attachment_type": made.content_type,
            },
        )


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except BackendRefused as error:
        raise EffectRefused(error.code, **error.params) from error
    except BackendUnavailable as error:
        raise EffectRetry(str(error), error.after_s) from error
    except BackendUncertain as error:
        raise EffectUnknown(str(error)) from error


def _step(effect: Effect) -> _Step:
    try:
        step: Decision = decode(effect.payload, Decision)  # type: ignore[arg-type]
    except msgspec.MsgspecError as error:
        raise EffectRefused("effect.unreadable", effect_id=effect.effect_id) from error
    if not isinstance(step, _Step):
        raise EffectRefused("effect.kind_not_executable", kind=effect.kind)
    return step


def _copy(effect: Effect, step: ResendInvoice) -> CopyRequest:
    return CopyRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        invoice_id=step.invoice_id,
        case_id=effect.case_id,
        decision_id=effect.decision_id,
        first_sent_at=effect.first_sent_at,
    )


def _block(effect: Effect, step: BlockDunning, actor: str) -> BlockRequest:
    return BlockRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        invoice_id=step.invoice_id,
        actor=actor,
        reason=step.reason,
        until=step.until,
        case_id=effect.case_id,
        decision_id=effect.decision_id,
        first_sent_at=effect.first_sent_at,
    )


def _unblock(effect: Effect, step: UnblockDunning, actor: str) -> UnblockRequest:
    return UnblockRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        invoice_id=step.invoice_id,
        actor=actor,
        case_id=effect.case_id,
        decision_id=effect.decision_id,
        first_sent_at=effect.first_sent_at,
    )


def _waive(effect: Effect, step: WaiveDunningFee, actor: str) -> WaiveRequest:
    return WaiveRequest(
        tenant_id=effect.tenant_id,
        reference=effect.effect_id,
        invoice_id=step.invoice_id,
        amount=step.amount,
        actor=actor,
        reason=step.reason,
        case_id=effect.case_id,
        decision_id=effect.decision_id,
        first_sent_at=effect.first_sent_at,
    )


def _told(changed: DunningChanged) -> Done:
    facts = {"booked_at": changed.at.isoformat(), "invoice_no": changed.invoice_number}
    if changed.blocked_until is not None:
        facts["blocked_until"] = changed.blocked_until.isoformat()
    if changed.fee_waived is not None:
        facts["fee_amount"] = money_param(changed.fee_waived)
    return Done(ext_ref=changed.ext_ref, facts=facts)
