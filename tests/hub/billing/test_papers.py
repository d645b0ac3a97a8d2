"""Second copies and reminders as PDF: pages, names of any kind, and tax that sums up to the cent."""

import re
from datetime import UTC, date, datetime
from random import Random
from typing import Literal

import pytest

from tests.hub.billing.ground import THE_SELLER, at_home
from workstation.casework.customer import Customer
from workstation.casework.money import Money
from workstation.casework.records import (
    Booking,
    Invoice,
    InvoiceCredit,
    LineQuantity,
    Order,
    OrderLine,
    TaxShare,
)
from workstation.casework.taxes import tax_shares
from workstation.hub.documents.credit_note import CreditNoteOf, render_credit_note
from workstation.hub.documents.invoice_copy import CopyOf, gross_of, invoice_tax, rate_text, render_copy
from workstation.hub.documents.reminder import ReminderOf, render_reminder

LONG = "Gesellschaft für außerordentlich lange Namen <b>&</b> Übergrößen mbH & Co. KG auf Aktien " * 2


def a_copy(lines: int = 2, name: str = "Erika Beispiel", language: Literal["de", "en"] = "de") -> CopyOf:
    order = Order(
        order_id="o",
        number="B-10023",
        customer_id="c",
        placed_at=datetime(2026, 10, 1, tzinfo=UTC),
        lines=tuple(
            OrderLine(
                line_id=str(number),
                name=f"Schale «meteorgrau» <groß> & ähnlich {number}",
                quantity=1 + number % 3,
                unit_price=Money(895 + number),
                tax_rate_bp=700 if number % 2 else 1900,
            )
            for number in range(lines)
        ),
        shipping=Money(490),
    )
    invoice = Invoice(
        invoice_id="i",
        number="R-2026/00017",
        customer_id="c",
        order_id="o",
        total=order.total,
        open=order.total,
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 15),
    )
    customer = Customer(customer_id="c", name=name, number="K-1", language=language, address=at_home())
    return CopyOf(invoice=invoice, order=order, customer=customer, seller=THE_SELLER)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


@pytest.mark.parametrize(("lines", "least"), [(1, 1), (20, 1), (60, 2), (300, 6)])
def test_many_lines_go_on_on_the_next_page(lines: int, least: int) -> None:
    pdf = render_copy(a_copy(lines))
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) >= least


@pytest.mark.parametrize(
    "name", ["Łucja Şahin-Öztürk", LONG, "<para>", "漢字 😀", "A" * 300, "&amp; <br/>", ""]
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_any_name_gives_a_paper_and_the_same_one_again(name: str, language: Literal["de", "en"]) -> None:
    source = a_copy(name=name, language=language)
    assert render_copy(source) == render_copy(source)
    assert pages(render_copy(source)) == 1


def test_the_file_is_called_by_the_number_and_the_language() -> None:
    assert a_copy().file_name == "Rechnung-R-2026-00017-Zweitschrift.pdf"
    assert a_copy(language="en").file_name == "Invoice-R-2026-00017-copy.pdf"


def test_a_reminder_is_a_page() -> None:
    source = a_copy()
    paper = ReminderOf(
        invoice=source.invoice,
        customer=source.customer,
        seller=THE_SELLER,
        on=date(2026, 11, 20),
        fees=Money(500),
        title="Mahnung zur Rechnung R-2026/00017",
        text="Guten Tag,\n\neins < zwei & drei.\n\nBitte zahlen.\n\nGrüße",
        language="de",
    )
    assert pages(render_reminder(paper)) == 1
    assert paper.file_name == "Mahnung-R-2026-00017.pdf"


def test_net_and_tax_sum_up_to_every_total() -> None:
    chance = Random(7)
    for _ in range(200):
        source = a_copy(chance.randint(1, 12))
        assert gross_of(invoice_tax(source.invoice, source.order), "EUR") == source.invoice.total


def test_what_the_source_told_of_tax_counts() -> None:
    source = a_copy()
    told = (TaxShare(1900, Money(1000), Money(190)),)
    invoice = Invoice(**{f: getattr(source.invoice, f) for f in Invoice.__struct_fields__} | {"tax": told})
    assert invoice_tax(invoice, source.order) == told


@pytest.mark.parametrize(
    ("rate_bp", "language", "shown"),
    [
        (1900, "de", "19\N{NO-BREAK SPACE}%"),
        (550, "de", "5,5\N{NO-BREAK SPACE}%"),
        (550, "en", "5.5%"),
        (0, "en", "0%"),
    ],
)
def test_rates_are_written_as_people_read_them(
    rate_bp: int, language: Literal["de", "en"], shown: str
) -> None:
    assert rate_text(rate_bp, language) == shown


def a_note(
    amount: int, credited: int, language: Literal["de", "en"] = "de", reverses: str = ""
) -> CreditNoteOf:
    source = a_copy(language=language)
    booking = Booking(
        booking_id="b",
        credit_note_number="GS-2026-00003",
        order_id="o",
        payment_id="p",
        customer_id="c",
        amount=Money(amount),
        booked_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        reference="e",
        lines=(LineQuantity("0", 1),),
        tax=tax_shares(source.order, Money(amount), (LineQuantity("0", 1),)),
        credits=(InvoiceCredit("i", Money(credited)),) if credited else (),
        reverses=reverses,
    )
    return CreditNoteOf(
        booking=booking,
        order=source.order,
        customer=source.customer,
        seller=THE_SELLER,
        time_zone="Europe/Berlin",
        invoices=("R-2026/00017",),
        reversed_number="GS-2026-00001" if reverses else "",
    )


@pytest.mark.parametrize(("amount", "credited"), [(895, 0), (895, 895), (895, 300), (2000, 1), (1, 1)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_credit_note_is_a_page_and_the_same_one_again(
    amount: int, credited: int, language: Literal["de", "en"]
) -> None:
    source = a_note(amount, credited, language)
    assert pages(render_credit_note(source)) == 1
    assert render_credit_note(source) == render_credit_note(source)
    assert sum(one.net.minor_units + one.tax.minor_units for one in source.booking.tax) == amount
    assert render_credit_note(source) != render_credit_note(a_note(amount + 1, credited, language))


def test_a_cancelled_credit_note_is_another_paper_with_a_name_of_its_own() -> None:
    assert a_note(895, 0).file_name == "Gutschrift-GS-2026-00003.pdf"
    assert a_note(895, 0, "en").file_name == "Credit-note-GS-2026-00003.pdf"
    assert render_credit_note(a_note(895, 0)) != render_credit_note(a_note(895, 0, reverses="b0"))
