"""The dunning run of a day: who is reminded, who is not and why, and that nobody is reminded twice."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.hub.billing.ground import INVOICE, House, bill, dun
from tests.hub.small_firm import BOWLS, ERIKA, NOW, ORDER, TENANT
from workstation.casework.customer import Customer, Identity
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Order
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import MailNotSent, MailRefused
from workstation.hub.services.dunning_run import RunReport, dunning_case_id
from workstation.hub.services.imports import Imports
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books

TODAY = NOW.date()
CASE = dunning_case_id(TENANT, INVOICE)


def the_codes(report: RunReport) -> list[tuple[str, int, str]]:
    return [(one.outcome, one.level, one.code) for one in report.items]


def test_an_overdue_invoice_is_reminded_by_mail_with_the_letter_attached(house: House) -> None:
    report = house.run()
    assert the_codes(report) == [("reminded", 1, "")]
    assert house.invoice().dunning_level == 1
    assert [notice.status for notice in house.notices()] == ["planned"]
    house.work()
    [mail] = house.reminders()
    assert mail["To"] == "erika@kundin.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "R-2026-00017" in str(mail["Subject"])
    [letter] = list(mail.iter_attachments())
    assert letter.get_content_type() == "application/pdf"
    assert letter.get_content().startswith(b"%PDF-")
    [notice] = house.notices()
    assert (notice.status, notice.level, notice.sent_on) == ("sent", 1, TODAY)
    assert house.file(CASE).case is not None
    assert house.database.read(TENANT, lambda tx: tx.open_cases()) == ()


def test_the_message_id_is_the_effect(house: House) -> None:
    house.run()
    house.work()
    [row] = house.database.read(TENANT, lambda tx: open_billing(tx).reminders_of(INVOICE))
    [mail] = house.reminders()
    assert mail["Message-ID"] == f"<{row.effect_id}@shop.test>"


def test_a_second_run_of_the_day_does_nothing(house: House) -> None:
    first = house.run()
    house.work()
    again = house.run()
    house.work()
    assert again.is_repeat
    assert again.items == first.items
    assert len(house.reminders()) == 1


def test_a_dry_run_changes_nothing(house: House) -> None:
    before = house.invoice()
    report = house.run(is_dry=True)
    house.work()
    assert the_codes(report) == [("reminded", 1, "")]
    assert (house.invoice(), house.notices(), house.sent()) == (before, (), [])
    assert not house.run().is_repeat


def test_levels_rise_one_by_one_as_far_apart_as_they_lie(house: House) -> None:
    levels: list[int] = []
    for days in range(60):
        report = house.run(TODAY + timedelta(days=days))
        house.work()
        levels += [days for _ in report.items]
        house.clock.at = NOW + timedelta(days=days + 1)
    assert levels == [0, 14, 28]
    assert house.invoice().dunning_level == 3
    assert house.invoice().fee_open == Money(1500)
    assert len(house.reminders()) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"open": Money(0)},
        {"due_on": TODAY},
        {"due_on": TODAY - timedelta(days=6)},
    ],
)
def test_whose_time_has_not_come_is_left_alone(house: House, changes: dict[str, Any]) -> None:
    bill(house.database, **changes)
    assert house.run().items == ()
    house.work()
    assert house.sent() == []


def test_the_fee_of_a_level_is_charged_once_and_booked(house: House) -> None:
    dun(house.database, level=1, fee=0, on=date(2026, 10, 25))
    house.run()
    house.work()
    assert house.invoice().fee_open == Money(500)
    assert house.invoice().dunning_level == 2


@pytest.mark.parametrize("delivery", ["not_sent", "failed"])
def test_an_invoice_that_never_arrived_is_kept_back_and_seen(house: House, delivery: str) -> None:
    bill(house.database, delivery=delivery)
    report = house.run()
    house.work()
    assert the_codes(report) == [("withheld", 1, "invoice_not_delivered")]
    assert house.sent() == []
    [notice] = house.notices()
    assert (notice.status, notice.code) == ("withheld", "invoice_not_delivered")
    assert house.invoice().dunning_level == 0
    [case] = house.database.read(TENANT, lambda tx: tx.open_cases())
    assert (case.invoice_id, case.customer_id, case.status) == (INVOICE, ERIKA, "open")
    assert case.due is not None
    assert house.codes(case.case_id) == ["dunning.withheld.invoice_not_delivered"]


@pytest.mark.parametrize(
    ("pieces", "still_open", "outcome"),
    [
        (2, 8370, "withheld"),
        (2, 3390, "reminded"),
        (1, 8370, "withheld"),
        (0, 8370, "reminded"),
    ],
)
def test_nobody_is_dunned_for_what_was_cancelled(
    house: House, pieces: int, still_open: int, outcome: str
) -> None:
    """Two bowls of 24.90 in an order of 83.70: once the invoice is put right, its rest is asked for."""

    def cancel(tx: Tx) -> None:
        order = tx.get(Order, ORDER)
        assert order is not None
        lines = (
            msgspec.structs.replace(line, cancelled_quantity=pieces if line.line_id == BOWLS else 0)
            for line in order.lines
        )
        tx.put(msgspec.structs.replace(order, lines=tuple(lines)))

    bill(house.database, open=Money(still_open))
    house.database.run(TENANT, cancel)
    report = house.run()
    house.work()
    assert [one.outcome for one in report.items] == [outcome]
    assert len(house.reminders()) == (outcome == "reminded")
    if outcome == "withheld":
        [case] = house.database.read(TENANT, lambda tx: tx.open_cases())
        assert house.codes(case.case_id) == ["dunning.withheld.order_cancelled"]


def test_an_order_cancelled_whole_owes_nothing(house: House) -> None:
    def cancel(tx: Tx) -> None:
        order = tx.get(Order, ORDER)
        assert order is not None
        lines = (msgspec.structs.replace(line, cancelled_quantity=line.quantity) for line in order.lines)
        tx.put(msgspec.structs.replace(order, lines=tuple(lines), status="cancelled"))

    bill(house.database, open=Money(1))
    house.database.run(TENANT, cancel)
    assert the_codes(house.run()) == [("withheld", 1, "order_cancelled")]


def test_who_gets_the_invoice_late_has_as_long_to_pay_before_a_reminder(house: House) -> None:
    """Due after 14 days and first sent today: payable for 14 days more, and only then reminded."""
    bill(house.database, delivery="sent", sent_at=NOW)
    days = []
    for day in range(60):
        report = house.run(TODAY + timedelta(days=day))
        house.work()
        days += [day for one in report.items if one.outcome == "reminded"]
        house.clock.at = NOW + timedelta(days=day + 1)
    assert days == [14 + 7, 14 + 21, 14 + 35]


def test_it_is_said_each_day_in_the_same_case(house: House) -> None:
    bill(house.database, delivery="not_sent")
    house.run()
    house.clock.pass_by(timedelta(days=1))
    house.run()
    [case] = house.database.read(TENANT, lambda tx: tx.open_cases())
    assert len(house.notices()) == 1
    assert set(house.codes(case.case_id)) == {"dunning.withheld.invoice_not_delivered"}


def test_nobody_without_an_address_is_forgotten(house: House) -> None:
    def work(tx: Tx) -> None:
        erika = tx.get(Customer, ERIKA)
        assert erika is not None
        gone = tuple(
            Identity(**{**{f: getattr(one, f) for f in one.__struct_fields__}, "unlinked_at": tx.now})
            for one in erika.identities
        )
        tx.put(Customer(**{**{f: getattr(erika, f) for f in erika.__struct_fields__}, "identities": gone}))

    house.database.run(TENANT, work)
    assert the_codes(house.run()) == [("withheld", 1, "no_mail_address")]
    [case] = house.database.read(TENANT, lambda tx: tx.open_cases())
    assert house.codes(case.case_id) == ["dunning.withheld.no_mail_address"]


def test_a_reminder_that_came_back_is_undone_and_the_next_one_kept_back(house: House) -> None:
    from tests.hub.intake.mails import a_bounce

    dun(house.database, level=1, fee=0, on=date(2026, 10, 25))
    house.run()
    house.work()
    [mail] = house.reminders()
    house.take(a_bounce(str(mail["Message-ID"]).strip("<>")))
    invoice = house.invoice()
    assert (invoice.delivery, invoice.dunning_level, invoice.fee_open) == ("failed", 1, Money(0))
    assert invoice.failed_at is not None
    assert [(n.level, n.status, n.code) for n in house.notices()] == [
        (1, "sent", ""),
        (2, "withheld", "mail.bounced"),
    ]
    house.clock.pass_by(timedelta(days=1))
    assert the_codes(house.run()) == [("withheld", 2, "invoice_not_delivered")]


class _Refusing:
    """A mail server that says no, or asks to come again."""

    has_archive = False
    visibility_lag_s = 0.0

    def __init__(self, error: Exception, meanwhile: Callable[[], None] | None = None) -> None:
        self.error, self.meanwhile = error, meanwhile

    def send(self, *arguments: object, **more: object) -> Any:
        if self.meanwhile is not None:
            self.meanwhile()
        raise self.error

    def is_archived(self, message_id: str) -> bool:
        return False


def test_a_reminder_the_server_refuses_is_undone(house: House) -> None:
    house.run()
    worker = house.worker(_Refusing(MailRefused("mail.refused", answer="550")))
    while worker.step():
        house.clock.pass_by(timedelta(seconds=1))
    invoice = house.invoice()
    assert (invoice.delivery, invoice.dunning_level) == ("failed", 0)
    assert [notice.status for notice in house.notices()] == ["withheld"]


def test_a_reminder_that_waits_for_the_server_does_not_leave_once_dunning_is_stopped(house: House) -> None:
    from workstation.hub.backends.house_books.billing import HouseBilling
    from workstation.hub.ports_billing import BlockRequest

    house.run()
    worker = house.worker(_Refusing(MailNotSent("busy", 60)))
    assert worker.step()
    HouseBilling(house.database, open_billing).block(
        BlockRequest(tenant_id=TENANT, reference="b-1", invoice_id=INVOICE, actor="person:lisa")
    )
    house.clock.pass_by(timedelta(hours=1))
    house.work()
    assert house.sent() == []
    assert [(one.status, one.code) for one in house.notices()] == [("withheld", "dunning_blocked")]
    assert house.invoice().dunning_level == 0


@pytest.mark.parametrize("is_on_its_way", [False, True])
def test_a_reminder_that_waits_for_the_server_does_not_leave_once_the_invoice_is_paid(
    house: House, is_on_its_way: bool
) -> None:
    """Also when the money comes in while the server is being asked: sent for a moment, then not."""
    dun(house.database, level=1)
    head = "Zahlung;Rechnung;Betrag;Datum\n"
    paid = f"{head}P-1;R-2026-00017;83,70;20.11.2026\n".encode()

    def pay() -> None:
        imports = Imports(house.database, open_books, TENANT)
        assert imports.import_files([("invoice_payments", "z.csv", paid)]).problems == []

    house.run()
    assert house.invoice().dunning_level == 2
    busy = _Refusing(MailNotSent("busy", 60), pay if is_on_its_way else None)
    assert house.worker(busy).step()
    if not is_on_its_way:
        pay()
    house.clock.pass_by(timedelta(hours=1))
    house.work()
    assert house.sent() == []
    assert [(one.level, one.status, one.code) for one in house.notices() if one.level == 2] == [
        (2, "withheld", "invoice_paid")
    ]
    invoice = house.invoice()
    assert (invoice.dunning_level, invoice.open, invoice.fee_open) == (1, Money(0), Money(500))


@pytest.mark.parametrize("late", [1, 400])
def test_a_run_of_a_day_to_come_is_refused(house: House, late: int) -> None:
    with pytest.raises(RuleViolation) as refused:
        house.run(TODAY + timedelta(days=late))
    assert refused.value.code == "dunning.run_in_future"


def test_a_run_before_the_last_is_refused(house: House) -> None:
    house.run()
    with pytest.raises(RuleViolation) as refused:
        house.run(TODAY - timedelta(days=1))
    assert refused.value.code == "dunning.run_before_last"


def test_two_runs_at_once_remind_once(house: House) -> None:
    reports: list[RunReport] = []
    threads = [threading.Thread(target=lambda: reports.append(house.run())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.work()
    assert [len(report.items) for report in reports] == [1, 1, 1]
    assert len(house.reminders()) == 1
    assert len(house.notices()) == 1
