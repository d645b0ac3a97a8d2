"""Books and intake ledger on SQLite and on PostgreSQL: the same answers, the same guards."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from tests.hub.small_firm import ERIKA, NOW, ORDER, PAYMENT, TEAM, TENANT, SetClock, database_at, found_firm
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Payment
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.ports_mail import Cursor
from workstation.hub.services.imports import Imports
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    url = str(tmp_path / "hub.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with database_at(url, SetClock()) as made:
        found_firm(made)
        yield made


def test_numbers_find_records_without_case(database: SqlDatabase) -> None:
    def work(tx: Tx) -> None:
        books = open_books(tx)
        assert books.customer_by_number(" k-1001 ") == ERIKA
        assert books.customer_by_number("K-1") is None
        assert books.orders_by_numbers(("b-10023", "B-1", "")) == {"b-10023": ORDER}
        assert books.orders_by_numbers(()) == {}
        assert books.orders_of(ERIKA, NOW - timedelta(days=6)) == (ORDER,)
        assert books.orders_of(ERIKA, NOW) == ()
        assert books.payments_of(ORDER) == (PAYMENT,)

    database.read(TENANT, work)


@pytest.mark.parametrize(
    ("payment_id", "amount", "code"),
    [
        (PAYMENT, Money(8371), "refund.above_refundable"),
        (PAYMENT, Money(1, "USD"), "money.currency_mismatch"),
        ("nobody", Money(1), "payment.unknown"),
    ],
)
def test_taking_back_too_much_is_refused(
    database: SqlDatabase, payment_id: str, amount: Money, code: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        database.run(TENANT, lambda tx: open_books(tx).take_back(payment_id, amount))
    assert refused.value.code == code
    database.run(TENANT, lambda tx: open_books(tx).take_back(PAYMENT, Money(8370)))


def test_a_payment_is_not_kept_over_refunded(database: SqlDatabase) -> None:
    def work(tx: Tx) -> None:
        payment = tx.get(Payment, PAYMENT)
        assert payment is not None
        open_books(tx).keep_payment(msgspec.structs.replace(payment, refunded=Money(9999)), "P-10023")

    with pytest.raises(RuleViolation, match="over_refunded"):
        database.run(TENANT, work)


def a_row(number: int, mailbox: str = "a") -> IntakeRow:
    return IntakeRow(
        intake_id=f"row-{number}-{mailbox}",
        mailbox=mailbox,
        uidvalidity=2**31 + 5,
        uid=number,
        sha256="ab" * 32,
        size=7,
        stored_at=NOW,
        received_at=NOW - timedelta(seconds=1),
    )


def test_the_ledger_knows_how_far_each_mailbox_is(database: SqlDatabase) -> None:
    def fill(tx: Tx) -> None:
        ledger = open_intake_ledger(tx)
        for number in (3, 5, 9):
            ledger.add(a_row(number))
        ledger.add(a_row(100, "b"))

    database.run(TENANT, fill)

    def look(tx: Tx) -> None:
        ledger = open_intake_ledger(tx)
        assert ledger.cursor("a", 2**31 + 5) == Cursor(2**31 + 5, 9)
        assert ledger.cursor("a", 1) == Cursor(1, 0)
        assert ledger.at("a", 2**31 + 5, 5) == a_row(5)
        assert ledger.at("a", 2**31 + 5, 6) is None
        assert [row.uid for row in ledger.waiting("a")] == [3, 5, 9]
        assert len(ledger.waiting()) == 4
        assert ledger.count("stored") == 4

    database.read(TENANT, look)


def test_a_settled_row_is_filed_and_found_by_its_bytes(database: SqlDatabase) -> None:
    done = msgspec.structs.replace(
        a_row(1), state="done", rfc_message_id="m@x.test", case_id="c", message_id="m", is_readable=False
    )

    def work(tx: Tx) -> None:
        ledger = open_intake_ledger(tx)
        ledger.add(a_row(1))
        assert ledger.unfiled("a", 2**31 + 5) == ()
        ledger.change(done)
        assert ledger.unfiled("a", 2**31 + 5) == (done,)
        assert ledger.same_mail("ab" * 32, "m@x.test") == done
        assert ledger.same_mail("ab" * 32, "other@x.test") is None
        ledger.change(msgspec.structs.replace(done, is_filed=True))
        assert ledger.unfiled("a", 2**31 + 5) == ()

    database.run(TENANT, work)


def test_many_at_once_take_one_mail_once(database: SqlDatabase) -> None:
    with ParseWorker() as worker:
        ports = IntakePorts(database, open_intake_ledger, open_books, LimitedReader(worker), SetClock())
        desk = Desk(database, SetClock(), Intake(ports, TENANT, TEAM))
        threads = [threading.Thread(target=desk.take, args=(a_mail(),), kwargs={"uid": 1}) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (case,) = desk.cases()
        assert (case.number, case.customer_id, case.order_id) == (1, ERIKA, ORDER)
        assert len(desk.file(case.case_id).messages) == 1


def test_an_import_with_a_bad_row_among_good_ones(database: SqlDatabase) -> None:
    imports = Imports(database, open_books, TENANT)
    raw = b"number;name;email\nK-5;Anna;anna@x.test\nK-6;Bert;erika@kundin.test\nK-7;Cleo;cleo@x.test\n"
    first = imports.import_files([("customers", "customers.csv", raw)])
    again = imports.import_files([("customers", "customers.csv", raw)])
    assert [(one.row, one.code) for one in first.problems] == [(3, "import.address_of_other")]
    assert first.counts == {"customers": {"made": 2, "changed": 0, "same": 0}}
    assert again.counts == {"customers": {"made": 0, "changed": 0, "same": 2}}
