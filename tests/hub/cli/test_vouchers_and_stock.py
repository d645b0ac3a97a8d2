"""Vouchers and stock on the command line: listed, redeemed once, clear words for what is not possible."""

import json
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Command
from workstation.casework.money import Money
from workstation.casework.records import Order
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.core import open_core
from workstation.hub.ports_backend import RefundRequest, ReversalRequest, VoucherRequest
from workstation.hub.settings import read_settings
from workstation.hub.storage.books import open_books

CUSTOMERS = "number;name\nK-1;Erika Beispiel\n"
ORDERS = "number;customer;placed_at;sku;name;quantity;unit_price\nB-1;K-1;20.11.2026;A1;Glas;2;14,50\n"
PAYMENTS = "number;order;method;captured\nP-1;B-1;card;29,00\n"
STOCK = "sku;name;available;expected_on\nB2;Schale;0;02.12.2026\na1;Glas;7;\n"


@pytest.fixture
def shop(command: Command, firm: Path, tmp_path: Path) -> Path:
    """A firm with a customer, her order, and stock; bookings as they are made by decisions."""
    files = {"customers": CUSTOMERS, "orders": ORDERS, "payments": PAYMENTS, "stock": STOCK}
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    taken = command(firm, "import", "all", *(str(tmp_path / f"{name}.csv") for name in files))
    assert taken.code == 0, taken
    return firm


def voucher_code(folder: Path) -> str:
    """Issue a voucher as a decision does, and book and take back a refund beside it."""
    settings = read_settings(folder)
    core = open_core(settings, settings.key(""))
    try:
        tenant_id = core.tenant_id
        (order,) = core.database.read(tenant_id, lambda tx: tx.all_of(Order))
        (payment_id,) = core.database.read(tenant_id, lambda tx: open_books(tx).payments_of(order.order_id))
        books = HouseBooks(core.database, open_books)
        books.refund(
            RefundRequest(
                tenant_id=tenant_id,
                reference="e-2",
                order_id=order.order_id,
                payment_id=payment_id,
                amount=Money(500),
            )
        )
        books.reverse(
            ReversalRequest(tenant_id=tenant_id, reference="e-3", undoes_reference="e-2", undoes="refund")
        )
        return books.issue_voucher(
            VoucherRequest(
                tenant_id=tenant_id, reference="e-1", customer_id=order.customer_id, amount=Money(1500)
            )
        ).code
    finally:
        core.close()


def test_a_voucher_is_listed_and_redeemed_once(command: Command, shop: Path) -> None:
    code = voucher_code(shop)
    listed = command(shop, "vouchers", "list", "--open")
    assert code in listed.out and "15.00 EUR" in listed.out and "Erika Beispiel" in listed.out
    done = command(shop, "vouchers", "redeem", code.lower().replace("-", " "), "--order", "b-1")
    assert (done.code, done.out) == (0, f"{code} is redeemed: 15.00 EUR for order b-1.\n")
    again = command(shop, "vouchers", "redeem", code, "--order", "B-1", language="de")
    assert again.code == 1
    assert "schon eingelöst" in again.err and "[voucher.already_redeemed]" in again.err
    assert code not in command(shop, "vouchers", "list", "--open").out
    (kept,) = json.loads(command(shop, "vouchers", "list", "--json").out)
    assert kept["status"] == "redeemed"
    assert "redeemed" in command(shop, "vouchers", "list").out


def test_what_cannot_be_redeemed_is_said(command: Command, shop: Path) -> None:
    code = voucher_code(shop)
    wrong = command(shop, "vouchers", "redeem", "nonsense", "--order", "B-1")
    assert (wrong.code, wrong.out) == (1, "")
    assert "[voucher.malformed]" in wrong.err
    nowhere = command(shop, "vouchers", "redeem", code, "--order", "B-9")
    assert "B-9" in nowhere.err and "[order.number_unknown]" in nowhere.err
    assert command(shop, "vouchers", "redeem", code).code == 2
    assert "open" in command(shop, "vouchers", "list").out


def test_stock_and_bookings_that_were_taken_back_are_shown(command: Command, shop: Path) -> None:
    listed = command(shop, "stock", "list").out.splitlines()
    assert [line.split()[0] for line in listed] == ["ARTICLE", "a1", "B2"]
    assert listed[2].split()[1:] == ["Schale", "0", "2026-12-02"]
    assert [one["sku"] for one in json.loads(command(shop, "stock", "list", "--json").out)] == ["a1", "B2"]
    voucher_code(shop)
    shown = command(shop, "books", "show", "--order", "B-1", language="de").out
    assert "GS-20" in shown and "zurückgenommen" in shown
    assert "GS-S-20" in shown and "Storno" in shown


def test_a_credit_note_is_written_as_pdf(command: Command, shop: Path, tmp_path: Path) -> None:
    voucher_code(shop)  # books a refund and takes it back
    file = tmp_path / "note.pdf"
    shown = json.loads(command(shop, "books", "show", "--json").out)["bookings"]
    missing = command(shop, "books", "note", shown[0]["credit_note_number"], str(file))
    assert missing.code != 0 and "[billing.seller_missing]" in missing.err
    seller = tmp_path / "seller.toml"
    seller.write_text(
        '[seller]\nname = "Ofen"\nstreet = "Weg 1"\npostcode = "70173"\ncity = "Stuttgart"\n'
        'vat_id = "DE123456789"\n',
        "utf-8",
    )
    assert command(shop, "books", "seller", "import", str(seller)).code == 0
    for number in (one["credit_note_number"] for one in shown):
        done = command(shop, "books", "note", number.lower(), str(file), language="en")
        assert done.code == 0, done
        assert number in done.out
        assert file.read_bytes().startswith(b"%PDF-")
    unknown = command(shop, "books", "note", "GS-1", str(file), language="de")
    assert "[cli.credit_note_unknown]" in unknown.err and "GS-1" in unknown.err
