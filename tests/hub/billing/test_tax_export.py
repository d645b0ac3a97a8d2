"""The file for the tax adviser: its shape, and that its sums are those of the books."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from tests.hub.billing.ground import INVOICE, House, bill, dun
from tests.hub.small_firm import BOWLS, ERIKA, ORDER, TENANT
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money, sum_of
from workstation.casework.records import Booking, LineQuantity, Order, OrderLine
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.backends.house_books.shop import HouseBooks
from workstation.hub.documents.datev import COLUMNS, Accounts, BookingRow, Revenue, batch
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import RefundRequest, VoucherRequest
from workstation.hub.ports_billing import WaiveRequest
from workstation.hub.services.tax_export import rows_between
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def rows_of(house: House, accounts: Accounts | None = None, **days: date) -> list[BookingRow]:
    first, last = days.get("first", FIRST), days.get("last", LAST)
    return house.database.read(
        TENANT, lambda tx: rows_between(tx, open_billing(tx), accounts or Accounts(), first, last)
    )


def lively(house: House) -> None:
    """An invoice at two rates, a credit note, a fee charged by a run and a part of it dropped."""

    def two_rates(tx: Tx) -> None:
        order = tx.get(Order, ORDER)
        assert order is not None
        changed: list[OrderLine] = [
            msgspec.structs.replace(line, tax_rate_bp=700 if line.line_id == BOWLS else 1900)
            for line in order.lines
        ]
        tx.put(msgspec.structs.replace(order, lines=tuple(changed)))

    house.database.run(TENANT, two_rates)
    bill(house.database)
    HouseBooks(house.database, open_books).refund(
        RefundRequest(
            tenant_id=TENANT,
            reference="effect-1",
            order_id=ORDER,
            payment_id="",
            amount=Money(0),
            credited=Money(3000),
            lines=(LineQuantity(BOWLS, 1),),
        )
    )
    dun(house.database, level=1, fee=0)
    house.run()
    HouseBilling(house.database, open_billing).waive_fee(
        WaiveRequest(
            tenant_id=TENANT,
            reference="effect-2",
            invoice_id=INVOICE,
            amount=Money(200),
            actor="person:lisa",
        )
    )


def total(rows: list[BookingRow], kind: str, *, is_debit: bool = True) -> Money:
    return sum_of(row.amount for row in rows if row.kind == kind and row.is_debit == is_debit)


def test_the_sums_are_those_of_the_books(house: House) -> None:
    lively(house)
    rows = rows_of(house)
    bookings = house.database.read(TENANT, lambda tx: tx.all_of(Booking))
    fees = house.database.read(TENANT, lambda tx: open_billing(tx).fees_booked())
    assert total(rows, "invoice") == house.invoice().total
    assert total(rows, "credit_note", is_debit=False) == sum_of(one.amount for one in bookings) == Money(3000)
    dropped = total(rows, "fee", is_debit=False)
    assert (total(rows, "fee"), dropped) == (Money(500), Money(200))
    assert total(rows, "fee") - dropped == sum_of(one.amount for one in fees) == house.invoice().fee_open
    assert all(row.amount.minor_units > 0 for row in rows)


def test_each_rate_of_an_invoice_and_of_a_credit_note_has_its_account(house: House) -> None:
    lively(house)
    rows = rows_of(house)
    invoice = {row.rate_bp: row.counter for row in rows if row.kind == "invoice"}
    assert invoice == {700: "8300", 1900: "8400"}
    booking = house.database.read(TENANT, lambda tx: tx.all_of(Booking))[0]
    told = {share.rate_bp: share.net + share.tax for share in booking.tax}
    assert {row.rate_bp: row.amount for row in rows if row.kind == "credit_note"} == told
    assert len(told) == 2


def test_the_file_has_the_shape_the_format_wants(house: House) -> None:
    lively(house)
    rows = rows_of(house)
    raw = batch(rows, Accounts(), FIRST, LAST, house.clock.now(), "EUR")
    text = raw.decode("cp1252")
    assert text.endswith("\r\n")
    head, names, *lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert head[:5] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
    assert head[12:16] == ["20260101", "4", "20260101", "20261231"]
    assert len(head) == 31
    assert tuple(names) == COLUMNS
    assert len(COLUMNS) == 125
    assert len(lines) == len(rows)
    assert all(len(line) == 125 for line in lines)
    amounts = sum(int(line[0].replace(",", "")) for line in lines)
    assert amounts == sum(row.amount.minor_units for row in rows)
    fee = next(line for line in lines if line[13].startswith("Mahngebühr R-"))
    assert fee[:3] == ["5,00", "S", "EUR"]
    assert (fee[6], fee[7], fee[9], fee[10]) == ("10000", "2700", "2011", "R-2026-00017")
    sale = next(line for line in lines if line[13].startswith("Rechnung"))
    assert sale[118] in ("7,00", "19,00")


def test_only_the_days_asked_for_are_in_it(house: House) -> None:
    lively(house)
    november = rows_of(house, first=date(2026, 11, 1), last=date(2026, 11, 30))
    assert {row.kind for row in november} == {"credit_note", "fee"}
    october = rows_of(house, first=date(2026, 10, 1), last=date(2026, 10, 31))
    assert {row.kind for row in october} == {"invoice"}


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first": date(2026, 2, 1), "last": date(2026, 1, 31)}, "datev.days_backwards"),
        ({"first": date(2025, 12, 1), "last": date(2026, 1, 31)}, "datev.other_year"),
    ],
)
def test_days_that_make_no_batch_are_refused(house: House, days: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        rows_of(house, **days)
    assert refused.value.code == code


def test_a_rate_without_an_account_is_named(house: House) -> None:
    with pytest.raises(RuleViolation) as refused:
        rows_of(house, Accounts(revenue=(Revenue(rate_bp=700, account="8300"),)))
    assert (refused.value.code, refused.value.params["rate"]) == ("datev.rate_missing", "19")


def test_quotes_strange_letters_and_long_numbers_do_no_harm() -> None:
    row = BookingRow(
        amount=Money(123456),
        is_debit=False,
        account="10000",
        counter="8400",
        on=date(2026, 3, 5),
        voucher="R 2026/ü" + "9" * 50,
        text='Kundin "Łucja";\nzweite Zeile' + "x" * 100,
    )
    raw = batch([row], Accounts(), FIRST, LAST, NOON, "EUR")
    *_, line = list(csv.reader(io.StringIO(raw.decode("cp1252")), delimiter=";"))
    assert line[0] == "1234,56"
    assert line[1] == "H"
    assert line[10].startswith("R-2026/-9")
    assert len(line[10]) == 36
    assert line[13].startswith('Kundin "?ucja"; zweite Zeile')
    assert len(line[13]) == 60


def test_whoever_reads_the_file_cannot_use_a_voucher(house: House) -> None:
    books = HouseBooks(house.database, open_books)
    request = VoucherRequest(tenant_id=TENANT, reference="effect-9", customer_id=ERIKA, amount=Money(1500))
    code = books.issue_voucher(request).code
    [row] = [one for one in rows_of(house) if one.kind == "voucher"]
    assert row.text == f"Kulanzgutschein …{code[-4:]}"
    assert row.voucher.startswith("GU-")
    raw = batch([row], Accounts(), FIRST, LAST, house.clock.now(), "EUR").decode("cp1252")
    for part in (code, code[:4], code[5:9]):
        assert part not in raw
    assert rows_of(house) == rows_of(house)
