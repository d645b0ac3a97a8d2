"""Taking back what was booked: which kinds can be, until when by the records, and who may.

A reversal is a decision of its own with rights of its own. What it gives back: the money of the payment,
the pieces of the order and the customer's window of the limits. What it does not give back: the person's
sum of the day and of the case, and the team's of the month; who could clear their own day by taking back
would have no daily limit at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workstation.casework.decision import (
    Decision,
    DecisionRecord,
    Reverse,
    Step,
    TillOrder,
    kind_of,
    value_of,
)
from workstation.casework.limit import JudgeContext, Limit, Refused
from workstation.casework.people import Role
from workstation.casework.records import Booking
from workstation.casework.remaining import has_left, living_steps

KIND = "reversal"


class ReversalRule(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a kind can be taken back; ``code`` and ``instead`` are for those that cannot."""

    is_reversible: bool
    code: str = ""
    instead: str = ""
    """Kind that does what a reversal would."""
    roles: tuple[Role, ...] = ("lead", "owner")
    """Who may without a limit of their own; anybody else needs one that names ``reversal``."""
    is_own_only: bool = True
    """Anybody else takes back only what they decided themselves."""


_MAY = ReversalRule(is_reversible=True)
CATALOGUE: dict[str, ReversalRule] = {
    "refund": _MAY,
    "refund_shipping": _MAY,
    "price_adjustment": _MAY,
    "cancel_order": _MAY,
    "till_order": _MAY,
    "replacement": _MAY,
    "return_authorisation": _MAY,
    "goodwill_voucher": _MAY,
    "dunning_block": ReversalRule(
        is_reversible=False, code="reversal.lift_the_block", instead="dunning_unblock"
    ),
    # The reminder that goes out next says what is owed; nothing is left to take back.
    "dunning_unblock": ReversalRule(
        is_reversible=False, code="reversal.block_again", instead="dunning_block"
    ),
    # The customer has been told in writing that they need not pay it.
    "waive_dunning_fee": ReversalRule(is_reversible=False, code="reversal.fee_was_waived"),
    "resend_invoice": ReversalRule(is_reversible=False, code="reversal.has_been_sent"),
    "promise": ReversalRule(is_reversible=False, code="reversal.promise_given"),
    KIND: ReversalRule(is_reversible=False, code="reversal.decide_again"),
}
"""By the kind of the step; kinds that are not listed cannot be taken back."""
_NEVER = ReversalRule(is_reversible=False, code="reversal.not_possible")


def rule_of(kind: str) -> ReversalRule:
    """Return the rule for taking back a step of ``kind``."""
    return CATALOGUE.get(kind, _NEVER)


def target_of(step: Reverse, decisions: Sequence[DecisionRecord]) -> tuple[DecisionRecord, Step] | None:
    """Return the decision and the step that ``step`` takes back, if both are known."""
    record = next((item for item in decisions if item.decision_id == step.decision_id), None)
    if record is None or not 0 <= step.step < len(record.steps):
        return None
    return record, record.steps[step.step]


def of_reversal(step: Reverse, context: JudgeContext) -> Refused | None:
    """Return why nobody can take that step back (any more), or ``None``."""
    found = target_of(step, context.decisions)
    if found is None:
        return Refused(code="reversal.unknown")
    record, target = found
    rule = rule_of(kind_of(target.decision))
    if kind_of(target.decision) != step.undoes:
        return Refused(code="reversal.other_kind")
    if context.customer_id and record.customer_id != context.customer_id:
        return Refused(code="decision.other_customer")
    if not rule.is_reversible:
        return Refused(code=rule.code, alternative=rule.instead)
    if target.state == "reversed":
        return Refused(code="reversal.already")
    if target.state != "booked":
        return Refused(code="reversal.not_booked")
    if any(
        isinstance(other, Reverse) and (other.decision_id, other.step) == (step.decision_id, step.step)
        for other, _ in living_steps(context.decisions)
    ):
        return Refused(code="reversal.under_way")
    code = _too_late(record, target, context)
    return Refused(code=code, alternative=_way_open(code)) if code else None


def of_same_reversed(steps: Sequence[Decision]) -> Refused | None:
    """Return that one step would be taken back twice with one click."""
    named = [(step.decision_id, step.step) for step in steps if isinstance(step, Reverse)]
    return Refused(code="reversal.under_way") if len(set(named)) < len(named) else None


def missing_right(step: Reverse, limits: Sequence[Limit], context: JudgeContext) -> str:
    """Return the code of the right the person lacks; empty when they may.

    ``limits`` are those that rule the person and name ``reversal``.
    """
    found = target_of(step, context.decisions)
    rule = rule_of(step.undoes)
    if context.person.role in rule.roles:
        return ""
    if not limits:
        return "reversal.no_right"
    if rule.is_own_only and found is not None and found[0].person_id != context.person.person_id:
        return "reversal.other_person"
    return ""


def _too_late(record: DecisionRecord, target: Step, context: JudgeContext) -> str:
    """Return the code of what has happened since, by the records; empty while it can be taken back."""
    match kind_of(target.decision):
        case "replacement":
            return _of_goods(target, context)
        case "return_authorisation":
            return _of_return(record, context)
        case "goodwill_voucher":
            return _of_voucher(target, context)
        case "till_order":
            return _of_till(record, target, context)
        case "cancel_order":
            return _of_cancelled(record, target, context)
        case _:
            return _of_money(target, context.bookings)


def _of_money(target: Step, bookings: Sequence[Booking]) -> str:
    booking = next((item for item in bookings if item.reference == target.effect_id), None)
    if booking is None:
        return "reversal.no_record"
    if booking.status == "withdrawn" or any(item.reverses == booking.booking_id for item in bookings):
        return "reversal.already"
    return "reversal.already_paid" if booking.status == "paid" else ""


def _of_cancelled(record: DecisionRecord, target: Step, context: JudgeContext) -> str:
    """Both must still be open: the parcel somebody takes off the shelf again, and the money."""
    stops = [
        item
        for item in context.work_orders
        if item.kind == "stop_goods" and item.decision_id == record.decision_id
    ]
    if any(item.status == "done" for item in stops):
        return "reversal.goods_stopped"
    if not value_of(target.decision):
        return ""
    return _of_money(target, context.bookings)


def _of_goods(target: Step, context: JudgeContext) -> str:
    order = next((item for item in context.orders if item.reference == target.effect_id), None)
    if order is None:
        return "reversal.no_record"
    if order.status == "cancelled":
        return "reversal.already"
    return "reversal.already_shipped" if has_left(order, context.shipments) else ""


def _of_return(record: DecisionRecord, context: JudgeContext) -> str:
    found = next((item for item in context.returns if item.decision_id == record.decision_id), None)
    if found is None:
        return "reversal.no_record"
    return {"received": "reversal.already_received", "cancelled": "reversal.already"}.get(found.status, "")


def _of_voucher(target: Step, context: JudgeContext) -> str:
    voucher = next((item for item in context.vouchers if item.reference == target.effect_id), None)
    if voucher is None:
        return "reversal.no_record"
    return {"redeemed": "reversal.voucher_redeemed", "withdrawn": "reversal.already"}.get(voucher.status, "")


def _of_till(record: DecisionRecord, target: Step, context: JudgeContext) -> str:
    slip = target.result.get("slip_no", "")
    orders = [
        item
        for item in context.work_orders
        if item.kind == "till"
        and item.decision_id == record.decision_id
        and isinstance(target.decision, TillOrder)
        and item.amount == target.decision.amount
        and (not slip or not item.number or item.number == slip)
    ]
    if not orders:
        return "reversal.no_record"
    if any(item.status == "open" for item in orders):
        return ""
    is_paid = any(item.status == "done" for item in orders)
    return "reversal.till_paid" if is_paid else "reversal.already"


def _way_open(code: str) -> str:
    """Return the key of the proposal that helps instead."""
    return "return" if code == "reversal.already_shipped" else ""
