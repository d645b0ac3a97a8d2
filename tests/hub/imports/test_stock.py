"""Stock from files, and orders that were cancelled here when an older file of them comes in again."""

from datetime import date

from tests.hub.imports.conftest import Office
from tests.hub.small_firm import ORDER, TENANT
from workstation.casework.records import LineQuantity, Order, StockLevel
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import CancelRequest, ReplacementRequest
from workstation.hub.storage.books import open_books

ORDERS = (
    "number;customer;placed_at;shipping;sku;name;quantity;unit_price\n"
    "B-1;K-1001;20.11.2026;4,90;A1;Glas;2;14,50\n"
)


def levels(office: Office) -> dict[str, StockLevel]:
    return {one.sku: one for one in office.database.read(TENANT, lambda tx: tx.all_of(StockLevel))}


def test_stock_comes_in_as_csv_and_as_json_and_again_changes_nothing(office: Office) -> None:
    german = "Artikelnummer;Bezeichnung;Verfügbar;erwartet am\nA1;Glas;1200;\nA2;Schale;0;02.12.2026\n"
    report = office.bring("stock", german)
    assert report.problems == []
    assert report.counts["stock"] == {"made": 2, "changed": 0, "same": 0}
    found = levels(office)
    assert (found["A1"].available, found["A1"].name) == (1200, "Glas")
    assert (found["A2"].available, found["A2"].expected_on) == (0, date(2026, 12, 2))
    assert office.bring("stock", german).counts["stock"]["same"] == 2
    more = office.bring("stock", '[{"sku": "a 2", "available": 5}]')
    assert more.counts["stock"]["changed"] == 1
    (schale,) = (one for one in levels(office).values() if one.stock_id == found["A2"].stock_id)
    assert (schale.available, schale.name, schale.expected_on) == (5, "Schale", None)
    assert office.database.check_invariants(TENANT) == {}


def test_what_was_imported_is_what_a_replacement_takes(office: Office) -> None:
    office.bring("orders", ORDERS)
    office.bring("stock", "sku;available\nA1;2\n")
    order_id = office.database.read(TENANT, lambda tx: open_books(tx).orders_by_numbers(("B-1",)))["B-1"]
    order = the_order(office, order_id)
    HouseBooks(office.database, open_books).replace(
        ReplacementRequest(
            tenant_id=TENANT,
            reference="effect-1",
            order_id=order_id,
            lines=(LineQuantity(order.lines[0].line_id, 1),),
        )
    )
    assert levels(office)["A1"].available == 1
    assert office.database.check_invariants(TENANT) == {}


def test_an_old_file_does_not_revive_what_was_cancelled(office: Office) -> None:
    office.bring("orders", ORDERS)
    order_id = office.database.read(TENANT, lambda tx: open_books(tx).orders_by_numbers(("B-1",)))["B-1"]
    HouseBooks(office.database, open_books).cancel(
        CancelRequest(tenant_id=TENANT, reference="effect-1", order_id=order_id)
    )
    again = office.bring("orders", ORDERS)
    assert again.counts["orders"]["same"] == 1
    assert the_order(office, order_id).status == "cancelled"
    fewer = office.bring("orders", ORDERS.replace(";2;14,50", ";1;14,50"))
    assert [one.code for one in fewer.problems] == ["import.quantity_below_booked"]
    assert the_order(office, ORDER).status == "placed"


def the_order(office: Office, order_id: str) -> Order:
    def read(tx: Tx) -> Order:
        order = tx.get(Order, order_id)
        assert order is not None
        return order

    return office.database.read(TENANT, read)
