"""Credit notes without gaps whatever goes wrong, vouchers redeemed once, slips to print, work for people."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

import msgspec
import pytest

from tests.contract.shop_backend.asking import a_voucher, at_the_till, cancelling, replacing, taking_back
from tests.contract.shop_backend.test_shop_backend import a_refund
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TENANT, SetClock, found_firm
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Booking, LineQuantity, Order, StockLevel, Voucher, WorkOrder
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.backends.house_books.vouchers import folded_code, is_well_formed, new_code, redeem
from workstation.hub.documents.slip import TillSlip, render_slip
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import BackendRefused
from workstation.hub.ports_values import NotStorable
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase


@pytest.fixture
def firm(database: SqlDatabase) -> Iterator[SqlDatabase]:
    found_firm(database)
    yield database
    assert database.check_invariants(TENANT) == {}


def all_at_once(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def the_work(database: SqlDatabase, kind: str) -> WorkOrder:
    (work,) = (
        one for one in database.read(TENANT, lambda tx: tx.records_of(ERIKA, WorkOrder)) if one.kind == kind
    )
    return work


class Torn(Exception):
    """Something broke at the end of a transaction."""


def test_credit_notes_have_no_gap_though_some_fail_and_some_are_torn(firm: SqlDatabase) -> None:
    books = HouseBooks(firm, open_books)

    def booked(number: int) -> None:
        try:
            books.refund(a_refund(f"r-{number}", amount=Money(900), lines=()))
        except BackendRefused:
            refused.append(number)

    def torn(number: int) -> None:
        def work(tx: Tx) -> None:
            tx.next_number("credit_note_2026")
            raise Torn

        with pytest.raises(Torn):
            firm.run(TENANT, work)

    def reversed_(number: int) -> None:
        booked(number)
        try:
            books.reverse(taking_back(f"r-{number}", "refund"))
        except BackendRefused as error:
            assert error.code == "reversal.no_record"

    refused: list[int] = []
    works: list[Callable[[], object]] = []
    for number in range(12):
        act = (booked, torn, reversed_)[number % 3]
        works.append(partial(act, number))
    Random(7).shuffle(works)
    all_at_once(works)
    bookings = firm.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    notes = sorted(one.credit_note_number for one in bookings if not one.reverses)
    counter = sorted(one.credit_note_number for one in bookings if one.reverses)
    assert len(notes) + len(refused) == 8
    assert notes == [f"GS-2026-{index:05d}" for index in range(1, len(notes) + 1)]
    assert counter == [f"GS-S-2026-{index:05d}" for index in range(1, len(counter) + 1)]
    assert len(counter) >= 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE book_stock SET available = -1",
        "UPDATE book_voucher SET state = 'forgotten'",
        "UPDATE book_voucher SET amount = 0",
        "INSERT INTO book_voucher SELECT tenant_id, 'other', code, currency, amount, state FROM book_voucher",
        "INSERT INTO book_act SELECT tenant_id, reference, 'x', 'x', 'x', '', 0 FROM book_act",
        "INSERT INTO book_stock SELECT tenant_id, 'other', sku, available FROM book_stock",
    ],
)
def test_the_database_itself_refuses(firm: SqlDatabase, sql: str) -> None:
    HouseBooks(firm, open_books).issue_voucher(a_voucher())
    level = StockLevel(stock_id="s", sku="A", available=1)

    def keep(tx: Tx) -> None:
        open_books(tx).keep_stock(tx.put(level), "a")

    firm.run(TENANT, keep)
    with pytest.raises(Exception, match=r"(?i)constraint|taken") as caught:
        firm.outside(lambda session: session.do(sql))
    assert isinstance(caught.value, NotStorable) or "Integrity" in type(caught.value).__name__


def test_a_code_with_one_wrong_letter_is_seen() -> None:
    random = Random(3)
    for _ in range(200):
        code = new_code()
        assert is_well_formed(folded_code(code.lower().replace("-", " ")))
        place = random.randrange(len(code))
        letter = random.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        wrong = code[:place] + letter + code[place + 1 :]
        if code[place] not in (letter, "-"):
            assert not is_well_formed(folded_code(wrong))
    assert folded_code("o1iL") == "0111"
    assert not is_well_formed("")
    assert not is_well_formed(folded_code("ÄÖÜ4-5678-9ABC"))


def used_up(database: SqlDatabase, code: str, order: str = "B-10023") -> Voucher:
    return database.run(TENANT, lambda tx: redeem(tx, open_books(tx), code, order, actor="person-1"))


def test_a_voucher_is_redeemed_once_however_many_try(firm: SqlDatabase) -> None:
    code = HouseBooks(firm, open_books).issue_voucher(a_voucher()).code
    told: list[str] = []

    def one() -> None:
        try:
            told.append(used_up(firm, code.lower()).status)
        except RuleViolation as error:
            told.append(error.code)

    all_at_once([one] * 4)
    assert sorted(told) == ["redeemed", *["voucher.already_redeemed"] * 3]
    (voucher,) = firm.read(TENANT, lambda tx: tx.records_of(ERIKA, Voucher))
    assert (voucher.status, voucher.redeemed_order_id) == ("redeemed", ORDER)
    with pytest.raises(BackendRefused, match="voucher_redeemed"):
        HouseBooks(firm, open_books).reverse(taking_back("voucher-1", "goodwill_voucher"))


def test_why_a_voucher_is_not_taken(firm: SqlDatabase, clock: SetClock) -> None:
    books = HouseBooks(firm, open_books)
    code = books.issue_voucher(a_voucher(expires_on=date(2026, 11, 20))).code
    gone = books.issue_voucher(a_voucher("voucher-2")).code
    books.reverse(taking_back("voucher-2", "goodwill_voucher"))
    last = code[-1]
    wrong = code[:-1] + ("2" if last != "2" else "3")
    for given, number, expected in (
        (wrong, "B-10023", "voucher.malformed"),
        ("", "B-10023", "voucher.malformed"),
        (new_code(), "B-10023", "voucher.unknown"),
        (code, "B-9", "order.number_unknown"),
        (gone, "B-10023", "voucher.withdrawn"),
    ):
        with pytest.raises(RuleViolation) as caught:
            used_up(firm, given, number)
        assert caught.value.code == expected
    clock.at = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
    clock.pass_by(timedelta(minutes=2))
    with pytest.raises(RuleViolation, match="expired"):
        used_up(firm, code)
    clock.pass_by(timedelta(minutes=-2))
    assert used_up(firm, code).status == "redeemed", "its last day counts, where the shop is"


def test_a_slip_is_a_page_that_is_always_the_same() -> None:
    slip = TillSlip(
        firm="Ofen & Glas <1>",
        number="K-2026-00017",
        amount=Money(2490),
        ordered_at=datetime(2026, 11, 20, 9, 11, tzinfo=UTC),
        time_zone="Europe/Berlin",
        language="de",
        customer="Erika " * 40,
        paid_by="card",
    )
    made = render_slip(slip)
    assert made.startswith(b"%PDF-")
    assert made == render_slip(slip)
    assert made.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("method", ["card", "paypal", "sepa", "invoice", "cash", "prepaid", ""])
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_slip_names_every_way_of_paying(method: str, language: str) -> None:
    slip = TillSlip(
        firm="Ofen und Glas",
        number="K-2026-00017",
        amount=Money(2490),
        ordered_at=datetime(2026, 11, 20, 9, 11, tzinfo=UTC),
        time_zone="Europe/Berlin",
        language="en" if language == "en" else "de",
        paid_by=method,
    )
    assert render_slip(slip).startswith(b"%PDF-")


def test_the_slip_lies_among_the_blobs_and_is_made_when_it_is_missing(firm: SqlDatabase) -> None:
    till = HouseTill(firm, open_books)
    done = till.order(at_the_till())
    work = the_work(firm, "till")
    assert (work.number, work.slip_sha256) == ("K-2026-00001", done.slip_sha256)
    content = firm.blobs.read(TENANT, work.slip_sha256)
    assert content is not None
    assert (content[:5], len(content)) == (b"%PDF-", work.slip_size)
    # A hub that died between the two transactions left the order without its slip.
    firm.run(TENANT, lambda tx: tx.put(msgspec.structs.replace(work, slip_sha256="", slip_size=0)))
    assert till.order(at_the_till()).slip_sha256 == done.slip_sha256
    assert the_work(firm, "till").slip_sha256 == done.slip_sha256


def test_cash_without_an_order_is_goodwill_and_takes_from_no_payment(firm: SqlDatabase) -> None:
    done = HouseTill(firm, open_books).order(at_the_till(order_id="", payment_id="", lines=()))
    assert (done.number, done.credit_note_number) == ("K-2026-00001", "")
    assert firm.read(TENANT, lambda tx: tx.all_of(Booking)) == ()


def test_people_pay_at_the_till_send_goods_and_put_them_back(firm: SqlDatabase, clock: SetClock) -> None:
    books = HouseBooks(firm, open_books)
    HouseTill(firm, open_books).order(at_the_till(lines=()))
    books.replace(replacing())
    books.cancel(cancelling(order_id=ORDER, payment_id="", amount=Money(0), lines=_one_glass(firm)))
    for kind in ("till", "ship_goods", "stop_goods"):
        work_order_id = the_work(firm, kind).work_order_id
        firm.run(TENANT, partial(books.confirm, work_order_id=work_order_id, person_id="person-1"))
        assert the_work(firm, kind).status == "done"
    (booking,) = firm.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
    assert (booking.kind, booking.status, booking.payment_id) == ("till_order", "paid", PAYMENT)
    orders = firm.read(TENANT, lambda tx: tx.records_of(ERIKA, Order))
    new = next(one for one in orders if one.replaces_order_id == ORDER)
    assert (new.number, new.status, new.total) == ("E-2026-00001", "shipped", Money(0))
    assert the_work(firm, "ship_goods").lines == tuple(
        LineQuantity(line.line_id, line.quantity) for line in new.lines
    )


def test_a_replacement_is_never_called_like_an_order_that_is_there(firm: SqlDatabase) -> None:
    def taken(tx: Tx) -> None:
        order = tx.get(Order, ORDER)
        assert order is not None
        other = msgspec.structs.replace(order, order_id="other", number="e-2026-00001", rev=0)
        tx.put(other)
        open_books(tx).keep_order(other)

    firm.run(TENANT, taken)
    assert HouseBooks(firm, open_books).replace(replacing()).number == "E-2026-00002"


def _one_glass(database: SqlDatabase) -> tuple[LineQuantity, ...]:
    order = database.read(TENANT, lambda tx: tx.get(Order, ORDER))
    assert order is not None
    return (LineQuantity(order.lines[0].line_id, 1),)
