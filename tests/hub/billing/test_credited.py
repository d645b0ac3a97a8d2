"""An open invoice is credited, a paid one paid back: what never came in never leaves the house."""

from datetime import date

import msgspec
import pytest

from tests.hub.billing.ground import INVOICE, House, after, bill
from tests.hub.billing.test_before_the_invoice import Desk
from tests.hub.service_desk import LISA, TANJA
from tests.hub.small_firm import BOWLS, ERIKA, GLASSES, ORDER, PAYMENT, TENANT
from workstation.casework.decision import (
    CancelOrder,
    Decision,
    DecisionRecord,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    Reverse,
    Step,
    TillOrder,
)
from workstation.casework.limit import Limit
from workstation.casework.money import Money, sum_of
from workstation.casework.records import (
    Booking,
    Invoice,
    InvoiceCredit,
    LineQuantity,
    Order,
    Payment,
    WorkOrder,
)
from workstation.casework.wire.commands import Decide, NeedsApproval, Rejected, Scheduled, Verdict
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import InvoicePayment
from workstation.hub.services.earlier_payments import make_earlier_refundable
from workstation.hub.services.import_invoices import keep_invoice_payment
from workstation.hub.services.import_kinds import InvoicePaymentRow
from workstation.hub.storage.books import open_books

ANYTHING = Limit(limit_id="01890000-0000-7000-8000-0000000000f1", name="Leitung", kinds=("*",), role="lead")
TWO_BOWLS = (LineQuantity(BOWLS, 2),)


def pay(house: House, cents: int, number: str = "Z-1", invoice: str = "R-2026-00017") -> None:
    """Let money for Erika's invoice come in."""
    row = InvoicePaymentRow(
        number=number, invoice=invoice, amount=Money(cents), paid_on=house.clock.now().date()
    )
    house.database.run(TENANT, lambda tx: keep_invoice_payment(tx, open_books(tx), row))


@pytest.fixture
def unpaid(house: House) -> House:
    """Erika has got her goods and her invoice of 83.70 and has paid nothing."""
    bill(house.database)

    def nothing_came_in(tx: Tx) -> None:
        payment = tx.get(Payment, PAYMENT)
        order = tx.get(Order, ORDER)
        assert payment is not None and order is not None
        gone = msgspec.structs.replace(payment, captured=Money(0), method="invoice")
        tx.put(gone)
        open_books(tx).keep_payment(gone, "Z-0")
        tx.put(msgspec.structs.replace(order, status="delivered"))
        tx.put(ANYTHING)

    house.database.run(TENANT, nothing_came_in)
    return house


class Office:
    """A lead who decides on Erika's case."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = Desk(house, TANJA)
        self.case_id = self.desk.open_case("Ein Stück war kaputt.")
        self.decided = ""

    def say(self, *steps: Decision) -> Verdict:
        envelope = self.desk.envelope(Decide(case_id=self.case_id, customer_id=ERIKA, steps=steps))
        self.decided = envelope.cmd_id
        return self.desk.send(envelope)[0]

    def decide(self, *steps: Decision) -> Step:
        """Decide, carry out, and return the first step as it became."""
        verdict = self.say(*steps)
        assert isinstance(verdict, Scheduled), verdict
        self.house.work()
        return self.step()

    def step(self) -> Step:
        record = self.house.database.read(TENANT, lambda tx: tx.get(DecisionRecord, self.decided))
        assert record is not None
        return record.steps[0]

    def refused(self, *steps: Decision) -> str:
        verdict = self.say(*steps)
        assert isinstance(verdict, Rejected), verdict
        return verdict.code

    def bookings(self) -> list[Booking]:
        found = self.house.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
        return sorted(found, key=lambda one: one.credit_note_number)

    def paid_out(self) -> int:
        found = self.house.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
        return sum(one.refunded.minor_units for one in found)

    def transfers(self) -> list[int]:
        found = self.house.database.read(TENANT, lambda tx: tx.records_of(ERIKA, WorkOrder))
        return [one.amount.minor_units for one in found if one.amount and one.kind in ("transfer", "till")]

    def payment_id(self) -> str:
        """The payment most can go back of."""
        found = self.house.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
        return max(found, key=lambda one: one.refundable.minor_units).payment_id


def credited(cents: int, lines: tuple[LineQuantity, ...] = ()) -> Refund:
    return Refund(order_id=ORDER, payment_id="", amount=Money(0), credited=Money(cents), lines=lines)


def test_an_unpaid_invoice_is_credited_and_no_money_leaves(unpaid: House) -> None:
    office = Office(unpaid)
    step = office.decide(credited(2490, (LineQuantity(BOWLS, 1),)))
    assert step.state == "booked", step
    invoice = unpaid.invoice()
    assert (invoice.total, invoice.credited, invoice.paid, invoice.open) == (
        Money(8370),
        Money(2490),
        Money(0),
        Money(5880),
    )
    assert (office.paid_out(), office.transfers()) == (0, [])
    [booking] = office.bookings()
    assert (booking.amount, booking.credited, booking.paid_out) == (Money(2490), Money(2490), Money(0))
    assert booking.credits == (InvoiceCredit(INVOICE, Money(2490)),)
    assert sum_of(one.net + one.tax for one in booking.tax) == Money(2490)
    assert step.result["credited"] == "24.90 EUR"
    assert (step.result["credited_invoice"], step.result["left_open"]) == ("R-2026-00017", "58.80 EUR")
    assert step.result["credit_note_no"] == booking.credit_note_number


def test_a_reminder_asks_for_what_is_left(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(PriceAdjustment(order_id=ORDER, payment_id="", amount=Money(0), credited=Money(1000)))
    office.decide(RefundShipping(order_id=ORDER, payment_id="", amount=Money(0), credited=Money(490)))
    [item] = unpaid.run().items
    assert (item.outcome, item.open) == ("reminded", Money(6880))
    unpaid.work()
    [mail] = unpaid.reminders()
    text = mail.get_body().get_content().replace("\N{NO-BREAK SPACE}", " ")  # type: ignore[union-attr]
    assert "68,80 €" in text
    assert "83,70" not in text


def test_money_that_never_came_in_is_not_paid_out(unpaid: House) -> None:
    office = Office(unpaid)
    for step in (
        Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(1000)),
        RefundShipping(order_id=ORDER, payment_id=PAYMENT, amount=Money(490)),
        PriceAdjustment(order_id=ORDER, payment_id=PAYMENT, amount=Money(1000)),
        TillOrder(order_id=ORDER, amount=Money(1000)),
    ):
        assert office.refused(step) == "decision.invoice_open"
    assert office.refused(credited(8371)) == "decision.credit_over_open"
    assert office.refused(credited(-1)) == "decision.amount_not_positive"
    assert unpaid.invoice().open == Money(8370)


def test_one_paid_in_part_is_credited_first_and_the_rest_paid_out(unpaid: House) -> None:
    pay(unpaid, 6000)
    office = Office(unpaid)
    wrong = Refund(
        order_id=ORDER,
        payment_id=office.payment_id(),
        amount=Money(4000),
        credited=Money(980),
        lines=TWO_BOWLS,
    )
    assert office.refused(wrong) == "decision.invoice_open"
    right = msgspec.structs.replace(wrong, amount=Money(2610), credited=Money(2370))
    assert office.decide(right).state == "booked"
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.credited, invoice.paid) == (Money(0), Money(2370), Money(6000))
    assert (office.paid_out(), office.transfers()) == (2610, [2610])
    [booking] = office.bookings()
    assert (booking.amount, booking.paid_out) == (Money(4980), Money(2610))
    assert sum_of(one.net + one.tax for one in booking.tax) == Money(4980)


def test_a_paid_one_is_paid_back(unpaid: House) -> None:
    pay(unpaid, 8370)
    office = Office(unpaid)
    assert office.refused(credited(2490)) == "decision.credit_over_open"
    assert (
        office.decide(Refund(order_id=ORDER, payment_id=office.payment_id(), amount=Money(2490))).state
        == "booked"
    )
    assert (office.paid_out(), office.transfers(), unpaid.invoice().credited) == (2490, [2490], Money(0))


def test_paid_between_click_and_booking_nothing_is_booked(unpaid: House) -> None:
    office = Office(unpaid)
    assert isinstance(office.say(credited(2490)), Scheduled)
    pay(unpaid, 8370)
    unpaid.work()
    step = office.step()
    assert (step.state, step.failure) == ("failed", "refund.invoice_changed")
    assert (office.bookings(), unpaid.invoice().credited) == ([], Money(0))


def test_what_is_credited_can_be_taken_back(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(credited(2490, (LineQuantity(BOWLS, 1),)))
    first = office.decided
    assert office.decide(Reverse(decision_id=first, step=0, undoes="refund")).state == "booked"
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.credited) == (Money(8370), Money(0))
    assert [one.credit_note_number[:5] for one in office.bookings()] == ["GS-20", "GS-S-"]
    order = unpaid.database.read(TENANT, lambda tx: tx.get(Order, ORDER))
    assert order is not None
    assert not any(line.refunded_quantity for line in order.lines)


def test_taken_back_after_too_much_was_paid_the_credit_pays_it(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(credited(2490))
    first = office.decided
    pay(unpaid, 8370)
    assert unpaid.invoice().overpaid == Money(2490)
    office.decide(Reverse(decision_id=first, step=0, undoes="refund"))
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.overpaid, invoice.paid) == (Money(0), Money(0), Money(8370))


def before_shipping(house: House) -> None:
    def placed(tx: Tx) -> None:
        order = tx.get(Order, ORDER)
        assert order is not None
        tx.put(msgspec.structs.replace(order, status="placed"))

    house.database.run(TENANT, placed)


def test_cancelled_unpaid_nothing_is_asked_for_any_more(unpaid: House) -> None:
    before_shipping(unpaid)
    office = Office(unpaid)
    assert office.refused(CancelOrder(order_id=ORDER)) == "decision.cancel_leaves_open"
    assert office.decide(CancelOrder(order_id=ORDER, credited=Money(8370))).state == "booked"
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.credited) == (Money(0), Money(8370))
    assert (office.paid_out(), office.transfers(), len(office.bookings())) == (0, [], 1)
    unpaid.clock.at = after(60)
    assert unpaid.run().items == ()
    office.decide(Reverse(decision_id=office.decided, step=0, undoes="cancel_order"))
    assert unpaid.invoice().open == Money(8370)


def test_lines_cancelled_lower_the_invoice_by_their_price(unpaid: House) -> None:
    before_shipping(unpaid)
    pay(unpaid, 6000)
    office = Office(unpaid)
    step = CancelOrder(
        order_id=ORDER,
        payment_id=office.payment_id(),
        lines=TWO_BOWLS,
        amount=Money(2610),
        credited=Money(2370),
    )
    assert office.refused(msgspec.structs.replace(step, amount=Money(2609))) == "decision.cancel_keeps_money"
    assert office.decide(step).state == "booked"
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.credited, office.transfers()) == (Money(0), Money(2370), [2610])


def test_cancelling_keeps_nothing_that_was_paid(house: House) -> None:
    before_shipping(house)
    house.database.run(TENANT, lambda tx: tx.put(ANYTHING))
    office = Office(house)
    # The order of the small firm was paid by card; nothing says what an invoice asks for.
    bill(house.database, open=Money(0))
    assert office.refused(CancelOrder(order_id=ORDER)) == "decision.cancel_keeps_money"
    part = CancelOrder(order_id=ORDER, payment_id=PAYMENT, amount=Money(8000))
    assert office.refused(part) == "decision.cancel_keeps_money"


def test_paid_while_the_cancellation_waited_nothing_is_kept(unpaid: House) -> None:
    before_shipping(unpaid)
    office = Office(unpaid)
    assert isinstance(office.say(CancelOrder(order_id=ORDER, credited=Money(8370))), Scheduled)
    pay(unpaid, 8370)
    unpaid.work()
    assert (office.step().state, office.step().failure) == ("failed", "refund.invoice_changed")
    order = unpaid.database.read(TENANT, lambda tx: tx.get(Order, ORDER))
    assert order is not None
    assert order.status == "placed"


def test_what_has_not_left_is_not_replaced(unpaid: House) -> None:
    before_shipping(unpaid)
    step = Replacement(order_id=ORDER, lines=(LineQuantity(GLASSES, 1),), value=Money(1450))
    assert Office(unpaid).refused(step) == "decision.not_shipped"


def test_a_reminder_with_the_old_sum_is_called_back(unpaid: House) -> None:
    unpaid.run()  # written, waiting to leave
    office = Office(unpaid)
    office.say(credited(2490))
    worker = unpaid.worker()
    worker._executors.pop("mail")
    while worker.step():
        pass
    [notice] = unpaid.notices()
    assert (notice.status, notice.code) == ("withheld", "invoice_credited")
    assert (unpaid.invoice().dunning_level, unpaid.invoice().open) == (0, Money(5880))
    unpaid.work()
    assert unpaid.reminders() == []
    unpaid.clock.at = after(1)
    assert [item.open for item in unpaid.run().items] == [Money(5880)]


def test_a_fee_paid_before_its_reminder_was_called_back_is_a_credit(unpaid: House) -> None:
    bill(unpaid.database, dunning_level=1, due_on=date(2026, 10, 15))
    unpaid.run()
    fee = unpaid.invoice().fee_open
    assert fee == Money(500)
    pay(unpaid, 8370 + 500)
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.fee_open, invoice.fee_paid, invoice.overpaid) == (
        Money(0),
        Money(0),
        Money(0),
        Money(500),
    )
    unpaid.work()
    assert unpaid.reminders() == []


def test_a_paid_fee_that_falls_away_pays_what_is_still_open(unpaid: House) -> None:
    bill(unpaid.database, dunning_level=1, open=Money(1000))
    unpaid.run()
    pay(unpaid, 700)  # nothing is left for the fee
    assert (unpaid.invoice().open, unpaid.invoice().fee_open) == (Money(300), Money(500))
    pay(unpaid, 300 + 200, "Z-2")
    # Paid in full, so the reminder is called back: the two euros of its fee were never owed.
    invoice = unpaid.invoice()
    assert (invoice.fee_open, invoice.fee_paid, invoice.overpaid) == (Money(0), Money(0), Money(200))


def test_money_paid_back_is_no_credit_any_more(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(credited(2490))
    first = office.decided
    pay(unpaid, 8370)
    back = PriceAdjustment(order_id=ORDER, payment_id=office.payment_id(), amount=Money(2490))
    assert office.decide(back).state == "booked"
    second = office.decided
    assert (unpaid.invoice().overpaid, unpaid.invoice().overpaid_back) == (Money(0), Money(2490))
    office.decide(Reverse(decision_id=first, step=0, undoes="refund"))
    # 83.70 came in and 24.90 went back: the house holds 58.80 and asks for the rest.
    assert (unpaid.invoice().open, unpaid.invoice().paid) == (Money(2490), Money(5880))
    office.decide(Reverse(decision_id=second, step=0, undoes="price_adjustment"))
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.paid, invoice.overpaid, invoice.overpaid_back, office.paid_out()) == (
        Money(0),
        Money(8370),
        Money(0),
        Money(0),
        0,
    )


def test_a_payout_taken_back_is_a_credit_again(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(credited(2490))
    pay(unpaid, 8370)
    office.decide(PriceAdjustment(order_id=ORDER, payment_id=office.payment_id(), amount=Money(1000)))
    assert (unpaid.invoice().overpaid, unpaid.invoice().overpaid_back) == (Money(1490), Money(1000))
    office.decide(Reverse(decision_id=office.decided, step=0, undoes="price_adjustment"))
    assert (unpaid.invoice().overpaid, unpaid.invoice().overpaid_back) == (Money(2490), Money(0))


@pytest.mark.parametrize(("cash", "from_credit"), [(1000, 1000), (4000, 2490)])
def test_cash_without_a_payment_comes_off_the_credit_and_is_there_again_when_taken_back(
    unpaid: House, cash: int, from_credit: int
) -> None:
    office = Office(unpaid)
    office.decide(credited(2490))
    pay(unpaid, 8370)
    assert office.decide(TillOrder(order_id=ORDER, amount=Money(cash))).state == "booked"
    first = office.decided
    invoice = unpaid.invoice()
    assert (invoice.overpaid, invoice.overpaid_back) == (Money(2490 - from_credit), Money(from_credit))
    # What is left can be paid out once more, and no cent of it twice.
    assert office.decide(TillOrder(order_id=ORDER, amount=Money(3000))).state == "booked"
    assert (unpaid.invoice().overpaid, unpaid.invoice().overpaid_back) == (Money(0), Money(2490))
    office.decide(Reverse(decision_id=first, step=0, undoes="till_order"))
    assert office.step().state == "booked", office.step()
    invoice = unpaid.invoice()
    assert (invoice.overpaid, invoice.overpaid_back) == (Money(from_credit), Money(2490 - from_credit))
    assert invoice.paid == Money(8370 - 2490)


def test_cash_taken_back_pays_what_the_invoice_asks_for_again(unpaid: House) -> None:
    office = Office(unpaid)
    office.decide(credited(2490))
    credit_id = office.decided
    pay(unpaid, 8370)
    office.decide(TillOrder(order_id=ORDER, amount=Money(2490)))
    cash_id = office.decided
    office.decide(Reverse(decision_id=credit_id, step=0, undoes="refund"))
    assert (unpaid.invoice().open, unpaid.invoice().overpaid) == (Money(2490), Money(0))
    office.decide(Reverse(decision_id=cash_id, step=0, undoes="till_order"))
    invoice = unpaid.invoice()
    assert (invoice.open, invoice.overpaid, invoice.overpaid_back) == (Money(0), Money(0), Money(0))


def paid_before(house: House) -> None:
    """What an earlier program kept of 83.70: a row and the invoice without anything open, no payment."""

    def work(tx: Tx) -> None:
        invoice = tx.get(Invoice, INVOICE)
        assert invoice is not None
        billing = open_books(tx).billing
        day = house.clock.now().date()
        billing.keep_payment(
            InvoicePayment(number="Z-1", invoice_id=INVOICE, amount=Money(8370), paid_on=day)
        )
        paid = msgspec.structs.replace(invoice, open=Money(0))
        billing.keep_invoice(paid)
        tx.put(paid)

    house.database.run(TENANT, work)


def captured(house: House) -> list[int]:
    found = house.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
    return sorted(one.captured.minor_units for one in found if one.captured)


@pytest.mark.parametrize("way", ["upgrade", "file"])
def test_what_came_in_before_can_go_back(unpaid: House, way: str) -> None:
    before_shipping(unpaid)
    paid_before(unpaid)
    if way == "upgrade":
        assert make_earlier_refundable(unpaid.database, open_books, TENANT) == 1
        heads = unpaid.database.heads()
        assert make_earlier_refundable(unpaid.database, open_books, TENANT) == 0
        assert unpaid.database.heads() == heads
    pay(unpaid, 8370)
    assert captured(unpaid) == [8370]
    office = Office(unpaid)
    assert office.refused(CancelOrder(order_id=ORDER)) == "decision.cancel_keeps_money"
    whole = CancelOrder(order_id=ORDER, payment_id=office.payment_id(), amount=Money(8370))
    assert office.decide(whole).state == "booked"
    assert office.paid_out() == 8370


def test_of_several_payments_none_is_kept(unpaid: House) -> None:
    before_shipping(unpaid)
    pay(unpaid, 3000)
    pay(unpaid, 5370, "Z-2")
    office = Office(unpaid)
    step = CancelOrder(order_id=ORDER, payment_id=office.payment_id(), amount=Money(5370))
    assert office.refused(step) == "decision.cancel_more_payments"
    first = PriceAdjustment(order_id=ORDER, payment_id=office.payment_id(), amount=Money(5370))
    assert office.decide(first).state == "booked"
    last = CancelOrder(order_id=ORDER, payment_id=office.payment_id(), amount=Money(3000))
    assert office.decide(last).state == "booked"
    assert (office.paid_out(), sorted(office.transfers())) == (8370, [3000, 5370])


def test_a_second_payment_while_the_cancellation_waited_is_not_kept(unpaid: House) -> None:
    before_shipping(unpaid)
    bill(unpaid.database, open=Money(0))
    pay(unpaid, 5370)
    office = Office(unpaid)
    step = CancelOrder(order_id=ORDER, payment_id=office.payment_id(), amount=Money(5370))
    assert isinstance(office.say(step), Scheduled)
    pay(unpaid, 3000, "Z-2")
    unpaid.work()
    assert (office.step().state, office.step().failure) == ("failed", "refund.paid_meanwhile")
    assert office.paid_out() == 0


def test_money_for_each_of_two_invoices_can_go_back(unpaid: House) -> None:
    second = f"{INVOICE[:-1]}1"
    half = {"total": Money(4185), "open": Money(4185)}
    bill(unpaid.database, **half)
    bill(unpaid.database, invoice_id=second, number="R-2026-00018", **half)
    pay(unpaid, 4185)
    pay(unpaid, 4185, "Z-2", "R-2026-00018")
    assert captured(unpaid) == [4185, 4185]


def test_a_credit_that_waits_for_approval_is_not_counted_as_booked(unpaid: House) -> None:
    pay(unpaid, 6000)
    lisa = Desk(unpaid, LISA)
    office = Office(unpaid)
    step = Refund(
        order_id=ORDER,
        payment_id=office.payment_id(),
        amount=Money(4000),
        credited=Money(2370),
    )
    asked = lisa.send(
        lisa.envelope(Decide(case_id=lisa.open_case("kaputt"), customer_id=ERIKA, steps=(step,)))
    )[0]
    assert isinstance(asked, NeedsApproval), asked
    payout = PriceAdjustment(order_id=ORDER, payment_id=office.payment_id(), amount=Money(1000))
    assert office.refused(payout) == "decision.invoice_open"
    smaller = PriceAdjustment(order_id=ORDER, payment_id="", amount=Money(0), credited=Money(1000))
    assert office.decide(smaller).state == "booked"
    assert unpaid.invoice().open == Money(1370)


def test_money_leaves_when_the_credit_is_booked_not_before(unpaid: House) -> None:
    pay(unpaid, 6000)
    office = Office(unpaid)
    assert isinstance(office.say(credited(2370)), Scheduled)
    payout = PriceAdjustment(order_id=ORDER, payment_id=office.payment_id(), amount=Money(1000))
    assert office.refused(payout) == "decision.invoice_open"
    unpaid.work()
    assert office.decide(payout).state == "booked"
