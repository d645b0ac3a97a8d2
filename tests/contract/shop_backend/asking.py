"""What backends are asked for in these tests, with whatever a test wants different."""

from datetime import date
from typing import Any

from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TENANT
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.hub.ports_backend import (
    CancelRequest,
    RefundRequest,
    ReplacementRequest,
    ReversalRequest,
    TillRequest,
    VoucherRequest,
)

ONE_BOWL = (LineQuantity(BOWLS, 1),)


def _about(reference: str) -> dict[str, Any]:
    return {"tenant_id": TENANT, "reference": reference, "decision_id": "decision-1"}


def shipping_back(reference: str = "shipping-1", **changes: Any) -> RefundRequest:
    values = {
        "order_id": ORDER,
        "payment_id": PAYMENT,
        "amount": Money(490),
        "kind": "refund_shipping",
    }
    return RefundRequest(**{**_about(reference), **values, **changes})


def less_to_pay(reference: str = "price-1", **changes: Any) -> RefundRequest:
    values = {
        "order_id": ORDER,
        "payment_id": PAYMENT,
        "amount": Money(1000),
        "kind": "price_adjustment",
    }
    return RefundRequest(**{**_about(reference), **values, **changes})


def cancelling(reference: str = "cancel-1", **changes: Any) -> CancelRequest:
    values = {"order_id": ORDER, "payment_id": PAYMENT, "amount": Money(8370)}
    return CancelRequest(**{**_about(reference), **values, **changes})


def replacing(reference: str = "replace-1", **changes: Any) -> ReplacementRequest:
    values = {"order_id": ORDER, "lines": ONE_BOWL}
    return ReplacementRequest(**{**_about(reference), **values, **changes})


def a_voucher(reference: str = "voucher-1", **changes: Any) -> VoucherRequest:
    values = {"customer_id": ERIKA, "amount": Money(1500), "expires_on": date(2029, 12, 31)}
    return VoucherRequest(**{**_about(reference), **values, **changes})


def at_the_till(reference: str = "till-1", **changes: Any) -> TillRequest:
    values = {"amount": Money(2490), "order_id": ORDER, "payment_id": PAYMENT, "lines": ONE_BOWL}
    return TillRequest(**{**_about(reference), **values, **changes})


def taking_back(undoes_reference: str, undoes: str, reference: str = "") -> ReversalRequest:
    name = reference or f"undo-{undoes_reference}"
    return ReversalRequest(**{**_about(name), "undoes_reference": undoes_reference, "undoes": undoes})
