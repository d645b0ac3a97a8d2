"""Invoices, reminders and payments of invoices from files: whole, again, and row by row when they are bad."""

from datetime import date

import msgspec
import pytest

from tests.hub.imports.conftest import Office
from tests.hub.small_firm import ERIKA, TENANT
from tests.hub.small_firm import PAYMENT as PAYMENT_ID
from workstation.casework.money import Money
from workstation.casework.records import DunningNotice, Invoice, Payment, TaxShare
from workstation.hub.ports import Tx
from workstation.hub.services.import_columns import Kind
from workstation.hub.storage.billing import open_billing

HEAD = (
    "Rechnungsnummer;Bestellung;Betrag;Offen;Rechnungsdatum;Faellig;Versand;Mahnstufe;Mahngebuehr;"
    "Versandt_am;Zugestellt_am;Steuer\n"
)
TAX = "19: 58,24 + 11,06 | 7: 13,46 + 0,94"
BILL = f"R-1;B-10023;83,70;83,70;01.10.2026;15.10.2026;nicht versandt;1;5,00;;;{TAX}\n"
NOTICES = "Rechnung;Stufe;Datum;Gebuehr;Mahnnummer\n"
NOTICE = "R-1;1;01.11.2026;5,00;M-1\n"
PAYMENTS = "Zahlung;Rechnung;Betrag;Datum\n"
PAYMENT = "Z-1;R-1;83,70;20.11.2026\n"


def the_invoice(office: Office) -> Invoice:
    [found] = office.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Invoice))
    return found


def all_three(office: Office) -> None:
    report = office.bring_all(
        invoices=HEAD + BILL, dunning_notices=NOTICES + NOTICE, invoice_payments=PAYMENTS + PAYMENT
    )
    assert report.problems == []


def test_an_invoice_comes_with_delivery_fee_level_and_tax(office: Office) -> None:
    assert office.bring("invoices", HEAD + BILL).problems == []
    invoice = the_invoice(office)
    assert (invoice.delivery, invoice.dunning_level, invoice.fee_open) == ("not_sent", 1, Money(500))
    assert invoice.tax == (TaxShare(700, Money(1346), Money(94)), TaxShare(1900, Money(5824), Money(1106)))


def test_reminders_and_payments_find_their_invoice_in_the_same_import(office: Office) -> None:
    all_three(office)
    invoice = the_invoice(office)
    assert (invoice.open, invoice.fee_open) == (Money(0), Money(500))
    [notice] = office.database.read(TENANT, lambda tx: tx.records_of(ERIKA, DunningNotice))
    assert (notice.level, notice.sent_on, notice.fee, notice.status) == (
        1,
        date(2026, 11, 1),
        Money(500),
        "sent",
    )


def test_the_same_files_again_change_nothing(office: Office) -> None:
    all_three(office)
    heads = office.database.heads()
    before = the_invoice(office)
    all_three(office)
    assert the_invoice(office) == before
    assert office.database.heads() == heads


def test_what_is_over_goes_to_the_fees(office: Office) -> None:
    all_three(office)
    assert office.bring("invoice_payments", PAYMENTS + "Z-2;R-1;9,00;20.11.2026\n").problems == []
    invoice = the_invoice(office)
    assert (invoice.fee_open, invoice.fee_paid, invoice.overpaid) == (Money(0), Money(500), Money(400))
    assert (invoice.open, invoice.paid) == (Money(0), Money(8370))
    before = the_invoice(office)
    all_three(office)  # the files once more: nothing is counted twice
    assert the_invoice(office) == before


def test_money_of_tomorrow_is_a_bad_row_and_the_others_count(office: Office) -> None:
    office.bring("invoices", HEAD + BILL)
    rows = PAYMENTS + "Z-1;R-1;10,00;20.11.2026\nZ-2;R-1;10,00;21.11.2026\n"
    [problem] = office.bring("invoice_payments", rows).problems
    assert (problem.code, problem.column, problem.row) == ("import.paid_in_future", "paid_on", 3)
    assert the_invoice(office).open == Money(7370)


def test_money_for_an_invoice_can_go_back_and_counts_once(office: Office) -> None:
    def unpaid(tx: Tx) -> None:
        payment = tx.get(Payment, PAYMENT_ID)
        assert payment is not None
        tx.put(msgspec.structs.replace(payment, captured=Money(0)))

    office.database.run(TENANT, unpaid)
    office.bring("invoices", HEAD + BILL)
    rows = PAYMENTS + "Z-1;R-1;50,00;19.11.2026\nZ-2;R-1;40,00;20.11.2026\n"
    assert office.bring("invoice_payments", rows).problems == []
    found = office.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
    made = sorted((one for one in found if one.method == "invoice"), key=lambda one: one.captured.minor_units)
    # 90.00 for 83.70 and 5.00 of fees: what is over can go back, fees do not.
    assert [one.captured for one in made] == [Money(3500), Money(5000)]
    assert the_invoice(office).overpaid == Money(130)
    same = "Zahlung;Bestellung;Zahlart;Betrag\nZ-1;B-10023;Rechnung;50,00\n"
    office.bring("payments", same)
    again = office.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
    assert sum(one.captured.minor_units for one in again) == 8500


def test_a_file_does_not_undo_what_was_done_here(office: Office) -> None:
    office.bring("invoices", HEAD + BILL)

    def sent(tx: object) -> None:
        billing = open_billing(tx)  # type: ignore[arg-type]
        invoice = msgspec.structs.replace(
            the_invoice(office), delivery="sent", mail_id="m-1", dunning_level=2, fee_open=Money(0)
        )
        billing.keep_invoice(invoice)
        tx.put(invoice)  # type: ignore[attr-defined]

    office.database.run(TENANT, sent)
    office.bring("invoices", HEAD + BILL)
    invoice = the_invoice(office)
    assert (invoice.delivery, invoice.dunning_level, invoice.fee_open) == ("sent", 2, Money(0))


def test_one_json_file_may_hold_all_of_it(office: Office) -> None:
    text = """{"invoices": [{"number": "R-1", "order": "B-10023", "total": 83.7, "open": 83.7, "fee_open": 5,
      "issued_on": "2026-10-01", "due_on": "2026-10-15", "dunning_level": 1}],
      "dunning_notices": [{"invoice": "R-1", "level": 1, "sent_on": "2026-11-01", "fee": 5}],
      "invoice_payments": [{"number": "Z-1", "invoice": "R-1", "amount": 3.7, "paid_on": "2026-11-02"}]}"""
    kinds: tuple[Kind, ...] = ("invoices", "dunning_notices", "invoice_payments")
    report = office.imports.import_files([(kind, "alles.json", text.encode()) for kind in kinds])
    assert report.problems == []
    assert the_invoice(office).open == Money(8000)


@pytest.mark.parametrize(
    ("kind", "head", "bad", "column", "code"),
    [
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;verloren;;;;;",
            "delivery",
            "import.not_a_choice",
        ),
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;;;viel;;;",
            "fee_open",
            "import.not_an_amount",
        ),
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;;;;neulich;;",
            "sent_at",
            "import.not_a_day",
        ),
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;;;;;;19 %",
            "tax",
            "import.not_a_tax_split",
        ),
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;;;;;;19: 1 + 1",
            "tax",
            "import.tax_sum_differs",
        ),
        (
            "invoices",
            HEAD,
            "R-2;B-10023;1,00;;1.11.2026;2.11.2026;;;;;;190: 1 + 0",
            "tax",
            "import.not_a_rate",
        ),
        ("dunning_notices", NOTICES, "R-9;1;1.11.2026;;", "invoice", "import.invoice_unknown"),
        ("dunning_notices", NOTICES, "R-1;0;1.11.2026;;", "level", "import.out_of_range"),
        ("dunning_notices", NOTICES, "R-1;2;1.11.2026;;", "level", "import.level_above_invoice"),
        ("dunning_notices", NOTICES, "R-1;;1.11.2026;;", "level", "import.value_missing"),
        ("dunning_notices", NOTICES, "R-1;1;gestern;;", "sent_on", "import.not_a_day"),
        ("dunning_notices", NOTICES, "R-1;1;1.11.2026;-5;", "fee", "import.amount_negative"),
        ("invoice_payments", PAYMENTS, "Z-9;R-9;1,00;1.11.2026", "invoice", "import.invoice_unknown"),
        ("invoice_payments", PAYMENTS, "Z-9;R-1;0,00;1.11.2026", "amount", "import.amount_zero"),
        ("invoice_payments", PAYMENTS, "Z-9;R-1;1,00;", "paid_on", "import.value_missing"),
        ("invoice_payments", PAYMENTS, "Z-1;R-1;1,00;1.11.2026", "", "invoice_payment.other"),
        ("invoice_payments", PAYMENTS, ";R-1;1,00;1.11.2026", "number", "import.value_missing"),
    ],
)
def test_a_bad_row_is_named_and_takes_nothing_with_it(
    office: Office, kind: Kind, head: str, bad: str, column: str, code: str
) -> None:
    all_three(office)
    before = the_invoice(office)
    report = office.bring(kind, head + bad + "\n")
    [problem] = report.problems
    assert (problem.row, problem.column, problem.code) == (2, column, code)
    assert the_invoice(office) == before
