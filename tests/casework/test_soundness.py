"""Do decisions fit the records: each kind's own ways of not fitting, and kinds together on one payment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.casework.builders import (
    AGENT,
    BOWL,
    GLASS,
    NOW,
    ORDER,
    PAYMENT,
    SHIPMENT,
    bowl_refund,
    record,
)
from workstation.casework.decision import (
    BlockDunning,
    CancelOrder,
    Decision,
    GoodwillVoucher,
    PriceAdjustment,
    RefundShipping,
    Replacement,
    ResendInvoice,
    TillOrder,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.empowerment import judge
from workstation.casework.limit import Allowed, JudgeContext, Judgement, Limit, NeedsApproval, Refused, Usage
from workstation.casework.money import Money
from workstation.casework.records import Booking, Invoice, LineQuantity, ParcelEvent, StockLevel
from workstation.casework.remaining import refundable
from workstation.casework.soundness_money import voucher_expiry

FREE = Limit(limit_id="all", name="Alles", kinds=("*",))
PLACED = msgspec.structs.replace(
    ORDER,
    status="placed",
    lines=(
        msgspec.structs.replace(GLASS, sku="GLAS-03"),
        msgspec.structs.replace(BOWL, sku="SCHALE-MG"),
    ),
)
INVOICE = Invoice(
    invoice_id="i1",
    number="24-0612",
    customer_id="c1",
    order_id="o1",
    total=ORDER.total,
    open=ORDER.total,
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 15),
    dunning_level=1,
    fee_open=Money(500),
)
TODAY = date(2026, 11, 23)
ONE_BOWL = (LineQuantity("l-bowl", 1),)


def ask(*steps: Decision, limits: tuple[Limit, ...] = (FREE,), **more: object) -> Judgement:
    values: dict[str, object] = {
        "person": AGENT,
        "now": NOW,
        "customer_id": "c1",
        "orders": (ORDER,),
        "payments": (PAYMENT,),
        "shipments": (SHIPMENT,),
        "invoices": (msgspec.structs.replace(INVOICE, order_id="o0"),),  # of an earlier order
        **more,
    }
    return judge(steps, limits, Usage(), JudgeContext(**values))  # type: ignore[arg-type]


def code(judgement: Judgement) -> str:
    return "" if isinstance(judgement, Allowed) else judgement.code


def shipping(units: int = 490) -> RefundShipping:
    return RefundShipping(order_id="o1", payment_id="pay1", amount=Money(units))


def bowls_again(quantity: int = 1, value: int | None = None) -> Replacement:
    worth = BOWL.unit_price * quantity if value is None else Money(value)
    return Replacement(order_id="o1", lines=(LineQuantity("l-bowl", quantity),), value=worth)


def cancel(*lines: LineQuantity, units: int = 0) -> CancelOrder:
    return CancelOrder(order_id="o1", payment_id="pay1" if units else "", lines=lines, amount=Money(units))


# -- shipping
def test_shipping_goes_back_once_and_never_more_than_was_paid() -> None:
    assert code(ask(shipping())) == "" and code(ask(shipping(300))) == ""
    assert code(ask(shipping(491))) == "decision.over_shipping"
    assert code(ask(shipping(100), shipping(100))) == "decision.shipping_refunded"
    for state, step in (("queued", "pending"), ("booking", "running"), ("booked", "booked")):
        earlier = record(shipping(100), state=state, step_state=step)
        assert code(ask(shipping(100), decisions=(earlier,))) == "decision.shipping_refunded"
    gone = record(shipping(), state="cancelled", step_state="cancelled")
    assert code(ask(shipping(), decisions=(gone,))) == ""
    free = msgspec.structs.replace(ORDER, shipping=Money(0))
    assert code(ask(shipping(), orders=(free,))) == "decision.no_shipping_paid"


def test_a_shipping_booking_counts_without_its_decision_until_it_is_taken_back() -> None:
    booking = Booking(
        booking_id="b1",
        credit_note_number="G-1",
        order_id="o1",
        payment_id="pay1",
        customer_id="c1",
        amount=Money(490),
        booked_at=NOW,
        reference="e1",
        kind="refund_shipping",
    )
    assert code(ask(shipping(), bookings=(booking,))) == "decision.shipping_refunded"
    counter = msgspec.structs.replace(booking, booking_id="b2", kind="reversal", reverses="b1")
    assert code(ask(shipping(), bookings=(booking, counter))) == ""


# -- goods again
def test_a_replacement_is_worth_its_price_and_comes_from_stock() -> None:
    assert code(ask(bowls_again())) == ""
    assert code(ask(bowls_again(value=1))) == "decision.value_not_price"
    assert code(ask(Replacement(order_id="o1", lines=(), value=Money(1)))) == "decision.no_lines"
    stock = (StockLevel(stock_id="s", sku="SCHALE-MG", available=1, name="Schale"),)
    known: dict[str, Any] = {"orders": (PLACED,), "stock": stock}
    assert code(ask(bowls_again(), **known)) == ""
    short = ask(bowls_again(2), **known)
    assert isinstance(short, Refused) and short.code == "decision.out_of_stock"
    assert short.alternative == "refund" and short.params["available"] == "1"
    coming = (msgspec.structs.replace(stock[0], available=0, expected_on=date(2026, 12, 4)),)
    later = ask(bowls_again(), orders=(PLACED,), stock=coming)
    assert isinstance(later, Refused) and later.code == "decision.out_of_stock_until"
    assert later.params["expected_on"] == "2026-12-04"


def test_what_is_about_to_be_sent_is_not_in_stock_any_more() -> None:
    stock = (StockLevel(stock_id="s", sku="SCHALE-MG", available=1),)
    under_way = record(bowls_again(), state="scheduled", step_state="pending")
    assert code(ask(bowls_again(), orders=(PLACED,), stock=stock, decisions=(under_way,))) == (
        "decision.out_of_stock"
    )


def test_the_same_piece_refunded_and_sent_again_is_a_duplicate() -> None:
    both = ask(bowl_refund(4980, 2), bowls_again())
    assert isinstance(both, NeedsApproval) and both.code == "decision.duplicate"
    earlier = record(bowls_again(2))
    again = ask(bowl_refund(), decisions=(earlier,))
    assert isinstance(again, NeedsApproval) and again.code == "decision.duplicate"
    till = TillOrder(amount=Money(2490), order_id="o1", payment_id="pay1", lines=ONE_BOWL)
    assert code(ask(till, decisions=(earlier,))) == "decision.duplicate"


# -- parts of the price, vouchers, the till
def test_a_part_of_the_price_is_at_most_what_is_left() -> None:
    def part(units: int) -> PriceAdjustment:
        return PriceAdjustment(order_id="o1", payment_id="pay1", amount=Money(units))

    assert code(ask(part(PAYMENT.captured.minor_units))) == ""
    assert code(ask(part(PAYMENT.captured.minor_units + 1))) == "decision.over_refundable"
    assert code(ask(part(100), orders=())) == "decision.order_unknown"
    assert code(ask(part(100), customer_id="c2")) == "decision.other_customer"


def test_vouchers_have_an_owner_an_amount_and_an_end_to_come() -> None:
    def voucher(units: int = 1000, customer: str = "c1", until: date | None = None) -> GoodwillVoucher:
        return GoodwillVoucher(customer_id=customer, amount=Money(units), expires_on=until)

    assert code(ask(voucher())) == "" and code(ask(voucher(until=voucher_expiry(TODAY)))) == ""
    assert code(ask(voucher(0))) == "decision.amount_not_positive"
    assert code(ask(voucher(customer=""))) == "voucher.no_customer"
    assert code(ask(voucher(), customer_id="")) == "voucher.no_customer"
    assert code(ask(voucher(customer="c2"))) == "decision.other_customer"
    assert code(ask(voucher(until=TODAY))) == "voucher.expiry_past"
    foreign = GoodwillVoucher(customer_id="c1", amount=Money(1000, "CHF"))
    assert code(ask(foreign)) == "money.currency_mismatch"
    assert voucher_expiry(date(2026, 1, 1)) == voucher_expiry(date(2026, 12, 31)) == date(2029, 12, 31)


def test_the_till_pays_without_records_but_not_against_them() -> None:
    assert code(ask(TillOrder(amount=Money(560)))) == ""
    paid = TillOrder(amount=Money(2490), order_id="o1", payment_id="pay1", lines=ONE_BOWL)
    assert code(ask(paid)) == ""
    assert code(ask(msgspec.structs.replace(paid, amount=Money(2491)))) == "decision.amount_over_lines"
    assert code(ask(TillOrder(amount=Money(1), payment_id="pay1"))) == "decision.order_unknown"
    all_back = record(
        PriceAdjustment(order_id="o1", payment_id="pay1", amount=PAYMENT.captured), state="scheduled",
        step_state="pending",
    )  # fmt: skip
    assert code(ask(paid, decisions=(all_back,))) == "decision.nothing_refundable"


# -- cancelling
def test_an_order_is_cancelled_before_it_leaves_and_each_piece_once() -> None:
    free: dict[str, Any] = {"orders": (PLACED,), "shipments": ()}
    assert code(ask(cancel(units=PLACED.total.minor_units), **free)) == ""
    assert code(ask(cancel(), payments=(), **free)) == "", "nothing paid, nothing goes back"
    assert code(ask(cancel(), **free)) == "decision.cancel_keeps_money"
    assert code(ask(cancel(units=8369), **free)) == "decision.cancel_keeps_money"
    assert code(ask(cancel(units=PLACED.total.minor_units + 1), **free)) == "decision.amount_over_lines"
    assert code(ask(cancel(*ONE_BOWL, units=2490), **free)) == ""
    assert code(ask(cancel(*ONE_BOWL, units=2491), **free)) == "decision.amount_over_lines"
    part = record(cancel(*ONE_BOWL, units=2490))
    assert code(ask(cancel(LineQuantity("l-bowl", 2)), decisions=(part,), **free)) == "decision.line_settled"
    again = cancel(LineQuantity("l-bowl", 1), units=2490)
    assert code(ask(again, decisions=(part,), **free)) == ""
    whole = record(cancel(units=8370), state="queued", step_state="pending")
    assert code(ask(cancel(*ONE_BOWL), decisions=(whole,), **free)) == "decision.line_settled"
    assert code(ask(cancel(), decisions=(whole,), **free)) == "decision.order_cancelled"


def test_what_has_left_comes_back_instead() -> None:
    gone = ask(cancel())
    assert isinstance(gone, Refused) and gone.code == "decision.already_shipped"
    assert gone.alternative == "return"
    label = msgspec.structs.replace(SHIPMENT, events=(ParcelEvent(at=NOW, code="announced"),))
    assert code(ask(cancel(units=8370), orders=(PLACED,), shipments=(label,))) == ""
    moving = msgspec.structs.replace(label, events=(*label.events, ParcelEvent(at=NOW, code="picked_up")))
    assert code(ask(cancel(), orders=(PLACED,), shipments=(moving,))) == "decision.already_shipped"
    over = msgspec.structs.replace(PLACED, status="cancelled")
    assert code(ask(cancel(), orders=(over,), shipments=())) == "decision.order_cancelled"
    assert code(ask(CancelOrder(order_id="o1", amount=Money(100)), orders=(PLACED,), shipments=())) == (
        "decision.payment_unknown"
    )


def test_a_cancelled_order_takes_its_shipping_with_it() -> None:
    whole = record(cancel(units=8370), state="queued", step_state="pending")
    assert code(ask(shipping(), orders=(PLACED,), decisions=(whole,))) == "decision.shipping_refunded"
    both = ask(cancel(units=8370), shipping(), orders=(PLACED,), shipments=())
    assert code(both) == "decision.shipping_refunded"


def test_cancelling_what_was_never_paid_needs_no_limit() -> None:
    assert code(ask(cancel(), limits=(), orders=(PLACED,), shipments=(), payments=())) == ""
    assert code(ask(cancel(units=8370), limits=(), orders=(PLACED,), shipments=())) == "limit.none"


# -- invoices
def test_invoices_are_the_customers_and_open() -> None:
    assert code(ask(ResendInvoice(invoice_id="i1"))) == ""
    assert code(ask(ResendInvoice(invoice_id="i9"))) == "decision.invoice_unknown"
    assert code(ask(ResendInvoice(invoice_id="i1"), customer_id="c2")) == "decision.other_customer"
    paid = (msgspec.structs.replace(INVOICE, open=Money(0), is_dunning_blocked=True),)
    until = TODAY + timedelta(days=14)
    assert code(ask(BlockDunning(invoice_id="i1", until=until), invoices=paid)) == "dunning.invoice_paid"
    assert code(ask(UnblockDunning(invoice_id="i1"), invoices=paid)) == "dunning.invoice_paid"
    assert code(ask(ResendInvoice(invoice_id="i1"), invoices=paid)) == ""


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, ""), (90, ""), (91, "dunning.end_too_far"), (-1, "dunning.end_past"), (None, "dunning.no_end")],
)
def test_a_stop_ends_soon(days: int | None, expected: str) -> None:
    until = None if days is None else TODAY + timedelta(days=days)
    assert code(ask(BlockDunning(invoice_id="i1", until=until))) == expected


def test_only_what_is_stopped_goes_on() -> None:
    assert code(ask(UnblockDunning(invoice_id="i1"))) == "dunning.not_blocked"
    stopped = (msgspec.structs.replace(INVOICE, is_dunning_blocked=True),)
    assert code(ask(UnblockDunning(invoice_id="i1"), invoices=stopped)) == ""


def test_a_fee_is_dropped_as_far_as_it_is_open() -> None:
    def waive(units: int) -> WaiveDunningFee:
        return WaiveDunningFee(invoice_id="i1", amount=Money(units))

    assert code(ask(waive(500))) == "" and code(ask(waive(501))) == "dunning.over_fee"
    assert code(ask(waive(300), waive(300))) == "dunning.over_fee"
    pending = record(waive(500), state="scheduled", step_state="pending")
    assert code(ask(waive(1), decisions=(pending,))) == "dunning.no_fee"
    without = (msgspec.structs.replace(INVOICE, fee_open=Money(0)),)
    assert code(ask(waive(1), invoices=without)) == "dunning.no_fee"


# -- together
def test_every_kind_that_takes_from_a_payment_is_counted() -> None:
    steps: tuple[Decision, ...] = (
        bowl_refund(),
        shipping(),
        PriceAdjustment(order_id="o1", payment_id="pay1", amount=Money(700)),
        TillOrder(amount=Money(560), order_id="o1", payment_id="pay1"),
        cancel(*ONE_BOWL, units=1000),
    )
    gone = 2490 + 490 + 700 + 560 + 1000
    for state, step in (("held", "pending"), ("scheduled", "pending"), ("booked", "booked")):
        left = refundable(PAYMENT, (record(*steps, state=state, step_state=step),))
        assert left == PAYMENT.captured - Money(gone), state
    taken_back = record(*steps, step_state="reversed")
    assert refundable(PAYMENT, (taken_back,)) == PAYMENT.captured
    one = msgspec.structs.replace(
        taken_back,
        steps=(msgspec.structs.replace(taken_back.steps[0], state="booked"), *taken_back.steps[1:]),
    )
    assert refundable(PAYMENT, (one,)) == PAYMENT.captured - Money(2490)


def test_a_rule_may_ask_why() -> None:
    asking = Limit(
        limit_id="a",
        name="Kulanz",
        kinds=("goodwill",),
        conditions=msgspec.structs.replace(FREE.conditions, needs_reason=True),
    )
    told = ask(GoodwillVoucher(customer_id="c1", amount=Money(500)), limits=(FREE, asking))
    assert isinstance(told, Allowed) and told.needs_reason
    plain = ask(bowl_refund(), limits=(FREE, asking))
    assert isinstance(plain, Allowed) and not plain.needs_reason
