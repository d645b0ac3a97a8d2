"""Everything an agent can decide: one frozen value per kind, its cost group, and the record of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from workstation.casework.money import Money, sum_of
from workstation.casework.records import LineQuantity

KindGroup = Literal["money_back", "goods_again", "goodwill", "free"]


class _Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What all kinds share: why (a reason code)."""

    reason: str = ""


class Refund(_Decision, frozen=True, tag="refund"):
    """Money back for lines or as an amount: ``credited`` comes off the open invoice, ``amount`` is paid out.

    ``payment_id`` is empty when nothing is paid out.
    """

    order_id: str
    payment_id: str
    amount: Money
    lines: tuple[LineQuantity, ...] = ()
    credited: Money = Money(0)


class RefundShipping(_Decision, frozen=True, tag="refund_shipping"):
    """The shipping cost back, split as a refund is."""

    order_id: str
    payment_id: str
    amount: Money
    credited: Money = Money(0)


class Replacement(_Decision, frozen=True, tag="replacement"):
    """The same goods again at no charge; ``value`` is what they cost."""

    order_id: str
    lines: tuple[LineQuantity, ...]
    value: Money


class AuthoriseReturn(_Decision, frozen=True, tag="return_authorisation"):
    """The customer may send lines back at our cost until ``deadline``."""

    order_id: str
    lines: tuple[LineQuantity, ...]
    deadline: date


class GoodwillVoucher(_Decision, frozen=True, tag="goodwill_voucher"):
    """A single-use voucher."""

    customer_id: str
    amount: Money
    expires_on: date | None = None


class ResendInvoice(_Decision, frozen=True, tag="resend_invoice"):
    """A second copy by the customer's channel."""

    invoice_id: str


class BlockDunning(_Decision, frozen=True, tag="dunning_block"):
    """No reminders for an invoice until ``until``."""

    invoice_id: str
    until: date | None = None


class UnblockDunning(_Decision, frozen=True, tag="dunning_unblock"):
    """Reminders may go on."""

    invoice_id: str


class WaiveDunningFee(_Decision, frozen=True, tag="waive_dunning_fee"):
    """The fee of a reminder is dropped."""

    invoice_id: str
    amount: Money


class TraceShipment(_Decision, frozen=True, tag="trace_shipment"):
    """Ask the carrier where a parcel is."""

    shipment_id: str


class Redeliver(_Decision, frozen=True, tag="redeliver"):
    """Ask the carrier to try again on ``on``."""

    shipment_id: str
    on: date | None = None


class CancelOrder(_Decision, frozen=True, tag="cancel_order"):
    """Cancel an order or lines of it by the customer's wish.

    What was paid of it (``amount``) goes back, what is still open of its invoice (``credited``) is dropped.
    """

    order_id: str
    payment_id: str = ""
    lines: tuple[LineQuantity, ...] = ()
    amount: Money = Money(0)
    credited: Money = Money(0)


class CancelCommitment(_Decision, frozen=True, tag="cancel_commitment"):
    """Break what the firm owes on a day: guarded."""

    commitment_id: str
    alternative: str = ""


class KeepCommitment(_Decision, frozen=True, tag="keep_commitment"):
    """Confirm what the firm owes and say who makes it."""

    commitment_id: str
    made_by: str = ""


class MakePromise(_Decision, frozen=True, tag="promise"):
    """A row of the promise ledger: ``what`` until ``due_at`` by ``owner_id``."""

    what: Literal["call_back", "answer", "deliver", "other"]
    due_at: datetime
    promise_id: str
    owner_id: str = ""
    note: str = ""


class TillOrder(_Decision, frozen=True, tag="till_order"):
    """A work order for the till: cash never passes through this program.

    With ``payment_id`` it pays back what was paid, and counts against that payment like a refund.
    """

    amount: Money
    order_id: str = ""
    payment_id: str = ""
    lines: tuple[LineQuantity, ...] = ()


class PriceAdjustment(_Decision, frozen=True, tag="price_adjustment"):
    """A part of the price back, with a reason; split as a refund is."""

    order_id: str
    payment_id: str
    amount: Money
    credited: Money = Money(0)


class Reverse(_Decision, frozen=True, tag="reversal"):
    """Take back step ``step`` of an earlier decision after it was booked, as far as the backend still can.

    ``undoes`` is the kind of that step; the right to it is a limit of its own, not the right to the step.
    """

    decision_id: str
    step: int
    undoes: str


MoneyBack = Refund | RefundShipping | PriceAdjustment | CancelOrder
"""What takes something off an open invoice, pays something back, or both."""

Decision = (
    Refund
    | RefundShipping
    | Replacement
    | AuthoriseReturn
    | GoodwillVoucher
    | ResendInvoice
    | BlockDunning
    | UnblockDunning
    | WaiveDunningFee
    | TraceShipment
    | Redeliver
    | CancelOrder
    | CancelCommitment
    | KeepCommitment
    | MakePromise
    | TillOrder
    | PriceAdjustment
    | Reverse
)

EXECUTABLE_KINDS = frozenset(
    {
        "refund",
        "refund_shipping",
        "replacement",
        "return_authorisation",
        "goodwill_voucher",
        "price_adjustment",
        "cancel_order",
        "resend_invoice",
        "dunning_block",
        "dunning_unblock",
        "waive_dunning_fee",
        "till_order",
        "reversal",
        "promise",
    }
)
"""Kinds the hub carries out today; the others are wire shapes a newer program may send."""

_GROUPS: dict[str, KindGroup] = {
    "refund": "money_back",
    "refund_shipping": "money_back",
    "price_adjustment": "money_back",
    "cancel_order": "money_back",
    "till_order": "money_back",
    "replacement": "goods_again",
    "redeliver": "goods_again",
    "goodwill_voucher": "goodwill",
    "waive_dunning_fee": "goodwill",
}


def kind_of(decision: Decision) -> str:
    """Return the wire name of the kind, e.g. ``refund``."""
    return str(decision.__struct_config__.tag)


def group_of_kind(kind: str) -> KindGroup:
    """Return the group a kind belongs to."""
    return _GROUPS.get(kind, "free")


def group_of(decision: Decision) -> KindGroup:
    """Return the group whose sums limits count: money back, goods again, goodwill, or free of cost."""
    return group_of_kind(kind_of(decision))


def cost_of(decision: Decision) -> Money:
    """Return what the decision costs the firm; nothing for free kinds.

    Whoever cancels keeps the goods: what is not asked for any more costs nothing then.
    """
    match decision:
        case Replacement():
            return decision.value
        case Refund() | RefundShipping() | PriceAdjustment():
            return value_of(decision)
        case CancelOrder() | TillOrder() | GoodwillVoucher() | WaiveDunningFee():
            return decision.amount
        case _:
            return Money.zero()


def credited_of(decision: Decision) -> Money:
    """Return what comes off the open amount of an invoice and is never paid out."""
    return decision.credited if isinstance(decision, MoneyBack) else Money.zero()


def paid_out_of(decision: Decision) -> Money:
    """Return what leaves the house on the payment the decision names."""
    return decision.amount if isinstance(decision, MoneyBack | TillOrder) else Money.zero()


def value_of(decision: Decision) -> Money:
    """Return what a credit note about the decision states: what is credited and what is paid out."""
    if not isinstance(decision, MoneyBack) or not decision.credited:
        return cost_of(decision) if not isinstance(decision, MoneyBack) else decision.amount
    return decision.credited + decision.amount if decision.amount else decision.credited


def order_named(decision: Decision) -> str:
    """Return the order the decision is about; empty when it names none."""
    return str(getattr(decision, "order_id", ""))


def lines_named(decision: Decision) -> tuple[LineQuantity, ...]:
    """Return the pieces the decision names; none for kinds without lines and for whole orders."""
    lines: tuple[LineQuantity, ...] = getattr(decision, "lines", ())
    return lines


def payment_named(decision: Decision) -> str:
    """Return the payment the decision takes money from; empty when it takes from none."""
    return str(getattr(decision, "payment_id", ""))


def total_cost(steps: tuple[Decision, ...]) -> Money:
    """Return the sum a macro is judged by."""
    costs = [cost for cost in map(cost_of, steps) if cost]
    return sum_of(costs, costs[0].currency if costs else "EUR")


DecisionState = Literal[
    "held",  # at the desk, inside its undo window
    "queued",  # on disk at the desk, not yet at the hub
    "scheduled",  # at the hub, before ``not_before``
    "booking",
    "booked",
    "failed",
    "needs_approval",
    "rejected",
    "cancelled",
]
StepState = Literal["pending", "running", "booked", "failed", "stopped", "cancelled", "unknown", "reversed"]


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a decision and what became of it; what the hub gives is ``None`` before."""

    decision: Decision
    effect_id: str = ""
    state: StepState = "pending"
    failure: str = ""
    """Code of what went wrong."""
    failure_params: dict[str, str] = {}
    result: dict[str, str] = {}
    """Facts of the booking by slot name: ``credit_note_no``, ``return_no``, ``booked_at`` (ISO) ..."""


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``decision``: ordered steps decided with one click, and their outcome."""

    decision_id: str
    """The id of the command that made it."""
    case_id: str
    customer_id: str
    person_id: str
    decided_at: datetime
    steps: tuple[Step, ...]
    rev: int = 0
    person_name: str = ""
    macro: str = ""
    state: DecisionState = "queued"
    amount: Money = Money(0)
    not_before: datetime | None = None
    booked_at: datetime | None = None
    approval_id: str = ""
    code: str = ""
    params: dict[str, str] = {}
    reason_text: str = ""
    """The person's own line why, where the rule asked for one."""
