"""The house books: what a booking leaves behind for people, desks and the database's own guards."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.contract.shop_backend.test_shop_backend import a_refund, a_return
from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TENANT, SetClock, small_firm
from workstation.casework.decision import AuthoriseReturn, BlockDunning, Decision, Refund
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import (
    Booking,
    LineQuantity,
    Order,
    Payment,
    ReturnAuthorisation,
    WorkOrder,
)
from workstation.casework.wire.codec import encode
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.ports import Tx
from workstation.hub.ports_values import Effect, EffectRefused, NotStorable
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase

Firm = tuple[SqlDatabase, SetClock]
COPIED = (
    "INSERT INTO book_booking (tenant_id, booking_id, reference, credit_note_number, order_id, payment_id,"
    " currency, amount, booked_at, kind, reverses)"
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with small_firm(tmp_path) as made:
        yield made


def the_work(database: SqlDatabase) -> tuple[WorkOrder, ...]:
    return database.read(TENANT, lambda tx: tx.records_of(ERIKA, WorkOrder))


def test_a_refund_changes_payment_order_and_leaves_a_transfer_to_make(firm: Firm) -> None:
    database, clock = firm
    booked = HouseBooks(database, open_books).refund(a_refund())
    payment = database.read(TENANT, lambda tx: tx.get(Payment, PAYMENT))
    order = database.read(TENANT, lambda tx: tx.get(Order, ORDER))
    (booking,) = database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    assert payment is not None
    assert payment.refunded == Money(2490)
    assert order is not None
    assert {line.line_id: line.refunded_quantity for line in order.lines}[BOWLS] == 1
    assert order.total == Money(8370)
    assert booking.status == "ordered"
    assert booking.booked_at == clock.now() == booked.booked_at
    (work,) = the_work(database)
    assert (work.kind, work.amount, work.to_account, work.booking_id) == (
        "transfer",
        Money(2490),
        "card 4242",
        booking.booking_id,
    )


def test_an_import_that_read_the_payment_before_does_not_free_what_went_back_since(firm: Firm) -> None:
    database, _ = firm
    read_before = database.read(TENANT, lambda tx: tx.get(Payment, PAYMENT))
    assert read_before is not None
    HouseBooks(database, open_books).refund(a_refund())
    database.run(TENANT, lambda tx: open_books(tx).keep_payment(read_before, "Z-1"))
    with pytest.raises(RuleViolation, match=r"refund\.above_refundable"):
        database.run(TENANT, lambda tx: open_books(tx).take_back(PAYMENT, read_before.captured))


def test_the_confirmation_of_a_person_makes_it_paid(firm: Firm) -> None:
    database, clock = firm
    books = HouseBooks(database, open_books)
    books.refund(a_refund())
    (work,) = the_work(database)
    before = clock.now() + timedelta(days=1)
    assert database.read(TENANT, lambda tx: open_books(tx).open_work_orders(before)) == (work.work_order_id,)
    clock.pass_by(timedelta(hours=2))
    database.run(TENANT, lambda tx: books.confirm(tx, work.work_order_id, "person-1"))
    (booking,) = database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    (done,) = the_work(database)
    assert (booking.status, booking.paid_at) == ("paid", clock.now())
    assert (done.status, done.done_by) == ("done", "person-1")
    assert database.read(TENANT, lambda tx: open_books(tx).open_work_orders(before)) == ()
    with pytest.raises(RuleViolation, match="not_open"):
        database.run(TENANT, lambda tx: books.confirm(tx, work.work_order_id, "person-2"))
    with pytest.raises(RuleViolation, match="unknown"):
        database.run(TENANT, lambda tx: books.confirm(tx, "nothing", "person-2"))


def test_a_parcel_that_came_back_counts_on_the_order(firm: Firm) -> None:
    database, _ = firm
    books = HouseBooks(database, open_books)
    books.authorise_return(a_return())
    (work,) = the_work(database)
    assert work.kind == "expect_parcel"
    database.run(TENANT, lambda tx: books.confirm(tx, work.work_order_id, "person-1"))
    order = database.read(TENANT, lambda tx: tx.get(Order, ORDER))
    (back,) = database.read(TENANT, lambda tx: tx.records_of(ERIKA, ReturnAuthorisation))
    assert order is not None
    assert {line.line_id: line.returned_quantity for line in order.lines}[BOWLS] == 1
    assert back.status == "received"


def test_cash_is_paid_by_the_till(firm: Firm) -> None:
    database, _ = firm

    def in_cash(tx: Tx) -> None:
        payment = tx.get(Payment, PAYMENT)
        assert payment is not None
        tx.put(msgspec.structs.replace(payment, method="cash"))

    database.run(TENANT, in_cash)
    HouseBooks(database, open_books).refund(a_refund())
    (work,) = the_work(database)
    assert work.kind == "till"


def test_credit_notes_have_no_gap_even_when_a_booking_fails(firm: Firm) -> None:
    database, clock = firm
    books = HouseBooks(database, open_books)
    numbers = [books.refund(a_refund("a", amount=Money(100), lines=())).credit_note_number]
    for reference in ("b", "c"):
        with pytest.raises(Exception, match="above_refundable"):
            books.refund(a_refund(reference, amount=Money(9000), lines=()))
    numbers.append(books.refund(a_refund("d", amount=Money(100), lines=())).credit_note_number)
    clock.at = clock.at.replace(month=12, day=31, hour=23, minute=30)
    numbers.append(books.refund(a_refund("e", amount=Money(100), lines=())).credit_note_number)
    assert numbers == ["GS-2026-00001", "GS-2026-00002", "GS-2027-00001"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE book_payment SET refunded = captured + 1",
        "UPDATE book_payment SET refunded = -1",
        "UPDATE book_booking SET amount = 0",
        f"{COPIED} SELECT tenant_id, 'other', reference, 'GS-X', order_id, payment_id, currency, amount,"
        " booked_at, kind, reverses FROM book_booking",
        f"{COPIED} SELECT tenant_id, 'other', 'other', credit_note_number, order_id, payment_id, currency,"
        " amount, booked_at, kind, reverses FROM book_booking",
        "UPDATE book_work_order SET status = 'forgotten'",
    ],
)
def test_the_database_itself_refuses(firm: Firm, sql: str) -> None:
    database, _ = firm
    HouseBooks(database, open_books).refund(a_refund())
    with pytest.raises((IntegrityError, NotStorable)):
        database.outside(lambda session: session.connection.execute(text(sql)))


def an_effect(step: Decision, kind: str, effect_id: str = "effect-1") -> Effect:
    now = SetClock().now()
    return Effect(
        effect_id=effect_id,
        command_id="command-1",
        case_id="case-1",
        decision_id="command-1",
        kind=kind,
        target="house_books",
        payload=encode(step),
        not_before=now,
        created_at=now,
        tenant_id=TENANT,
    )


def test_the_executor_tells_the_facts_of_a_booking(firm: Firm) -> None:
    database, clock = firm
    executor = ShopExecutor(HouseBooks(database, open_books))
    refund = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=(LineQuantity(BOWLS, 1),))
    effect = an_effect(refund, "refund")
    assert executor.look_up(effect) is None
    done = executor.perform(effect)
    assert done.facts["credit_note_no"] == "GS-2026-00001"
    assert done.facts["booked_at"] == clock.now().isoformat()
    assert executor.look_up(effect) == done
    assert executor.perform(effect) == done
    back = AuthoriseReturn(order_id=ORDER, lines=(LineQuantity(BOWLS, 1),), deadline=date(2026, 12, 4))
    opened = executor.perform(an_effect(back, "return_authorisation", "effect-2"))
    assert opened.facts["return_no"] == "RMA-2026-00001"
    assert opened.facts["deadline"] == "2026-12-04"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{", "effect.unreadable"),
        (b'{"kind":"nobody"}', "effect.unreadable"),
        (encode(BlockDunning(invoice_id="i")), "effect.kind_not_executable"),
    ],
)
def test_the_executor_refuses_what_it_cannot_read(firm: Firm, payload: bytes, code: str) -> None:
    database, _ = firm
    refund = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490))
    executor = ShopExecutor(HouseBooks(database, open_books))
    with pytest.raises(EffectRefused) as refused:
        executor.perform(msgspec.structs.replace(an_effect(refund, "refund"), payload=payload))
    assert refused.value.code == code
