"""The table of bad input to the import: each row names its place and code, and its good neighbours go in."""

import tomllib

import msgspec
import pytest

from tests.hub.imports.conftest import Office
from tests.hub.small_firm import ERIKA, TENANT
from workstation.casework.records import Order, Payment
from workstation.hub.ports import Tx
from workstation.hub.services.import_columns import Kind
from workstation.hub.storage.books import open_books
from workstation.system.resources import resource_path

CUSTOMERS = "number;name;email;since;lat;lon;language;salutation"
ORDERS = "number;customer;placed_at;shipping;sku;name;quantity;unit_price;tax_rate"
PAYMENTS = "number;order;method;captured;refunded;currency;captured_at"
PARCELS = "tracking_number;order;carrier;promised_by;delivered_at"
EVENTS = "tracking_number;at;code;text"
INVOICES = "number;order;total;open;issued_on;due_on;dunning_level"
POINTS = "name;address;lat;lon;hours"
STOCK = "sku;name;available;expected_on"
B2 = "B-2;K-1001;20.11.2026;0"
GOOD_CUSTOMER = "K-1;Anna Gut;anna@gut.test;2024-01-02;52.5;13.4;de;Frau"
GOOD_ORDER = "B-1;K-1001;20.11.2026;4,90;A1;Glas;2;14,50;19"
GOOD_PAYMENT = "P-1;B-10023;card;83,70;;EUR;20.11.2026"
GOOD_PARCEL = "T-1;B-10023;DHL;24.11.2026;"
GOOD_INVOICE = "R-1;B-10023;83,70;0;20.11.2026;04.12.2026;0"
GOOD_STOCK = "A1;Glas;7;"
GOOD_POINT = "Kiosk;Weg 1, Berlin;52,52;13,40;Mo-Fr 8-18"

Bad = tuple[Kind, str, str, str, str, str]
BAD: list[Bad] = [
    # kind, header, good row, bad row, column, code
    ("customers", CUSTOMERS, GOOD_CUSTOMER, ";Ohne Nummer;;;;;;", "number", "import.value_missing"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;;;;;;;", "name", "import.value_missing"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;kein-at;;;;;", "email", "identity.malformed"),
    (
        "customers",
        CUSTOMERS,
        GOOD_CUSTOMER,
        "K-2;Max;erika@kundin.test;;;;;",
        "email",
        "import.address_of_other",
    ),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-1;Nochmal;;;;;;", "number", "import.repeated"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "k-1;Nochmal klein;;;;;;", "number", "import.repeated"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;gestern;;;;", "since", "import.not_a_day"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;31.02.2024;;;;", "since", "import.no_such_day"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;02/03/2024;;;;", "since", "import.day_ambiguous"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;01.02.24;;;;", "since", "import.day_ambiguous"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;01.02.1850;;;;", "since", "import.day_out_of_range"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;01.02.2024 25:00;;;;", "since", "import.not_a_time"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;01.02.2024 halb;;;;", "since", "import.not_a_time"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;91;13;;", "lat", "import.out_of_range"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;52;-181;;", "lon", "import.out_of_range"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;52;;;", "lon", "import.value_missing"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;Nord;13;;", "lat", "import.not_degrees"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;;;fr;", "language", "import.not_a_choice"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;;;;Dr.", "salutation", "import.not_a_choice"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, f"K-2;{'x' * 501};;;;;;", "name", "import.text_too_long"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max\x07;;;;;;", "name", "import.control_character"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max", "", "import.too_few_cells"),
    ("customers", CUSTOMERS, GOOD_CUSTOMER, "K-2;Max;;;;;;;;", "", "import.too_many_cells"),
    ("orders", ORDERS, GOOD_ORDER, ";K-1001;20.11.2026;0;A;Glas;1;1,00;", "number", "import.value_missing"),
    ("orders", ORDERS, GOOD_ORDER, "B-2;;20.11.2026;0;A;Glas;1;1,00;", "customer", "import.value_missing"),
    (
        "orders",
        ORDERS,
        GOOD_ORDER,
        "B-2;K-9999;20.11.2026;0;A;Glas;1;1,00;",
        "customer",
        "import.customer_unknown",
    ),
    (
        "orders",
        ORDERS,
        GOOD_ORDER,
        "B-2;a@b.test;20.11.2026;0;A;Glas;1;1,00;",
        "customer",
        "import.customer_unknown",
    ),
    ("orders", ORDERS, GOOD_ORDER, "B-2;K-1001;;0;A;Glas;1;1,00;", "placed_at", "import.value_missing"),
    (
        "orders",
        ORDERS,
        GOOD_ORDER,
        "B-2;K-1001;2026-13-01;0;A;Glas;1;1,00;",
        "placed_at",
        "import.no_such_day",
    ),
    (
        "orders",
        ORDERS,
        GOOD_ORDER,
        "B-2;K-1001;20.11.2026;-1;A;Glas;1;1,00;",
        "shipping",
        "import.amount_negative",
    ),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;;1;1,00;", "name", "import.value_missing"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;;1,00;", "quantity", "import.value_missing"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;0;1,00;", "quantity", "import.out_of_range"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;-3;1,00;", "quantity", "import.out_of_range"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1,5;1,00;", "quantity", "import.not_whole"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;zwei;1,00;", "quantity", "import.not_a_number"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;;", "unit_price", "import.value_missing"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1.234;", "unit_price", "import.number_ambiguous"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1,234;", "unit_price", "import.number_ambiguous"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;0,005;", "unit_price", "import.amount_too_fine"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1.2.3;", "unit_price", "import.not_a_number"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;gratis;", "unit_price", "import.not_an_amount"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;5 USD;", "unit_price", "import.other_currency"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;5 $;", "unit_price", "import.other_currency"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1e9;", "unit_price", "import.not_an_amount"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;99999999999999;", "unit_price", "import.amount_too_large"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1,00;voll", "tax_rate", "import.not_a_number"),
    ("orders", ORDERS, GOOD_ORDER, f"{B2};A;Glas;1;1,00;119", "tax_rate", "import.not_a_rate"),
    ("orders", ORDERS, GOOD_ORDER, "B-2;K-1001;20.11.2026;0;;;;;", "number", "import.order_without_lines"),
    (
        "orders",
        ORDERS,
        GOOD_ORDER,
        "B-10023;K-1;20.11.2026;0;A;Glas;1;1;",
        "customer",
        "import.customer_unknown",
    ),
    ("payments", PAYMENTS, GOOD_PAYMENT, "P-2;B-9;card;1,00;;EUR;", "order", "import.order_unknown"),
    ("payments", PAYMENTS, GOOD_PAYMENT, "P-2;B-10023;Muscheln;1,00;;EUR;", "method", "import.not_a_choice"),
    ("payments", PAYMENTS, GOOD_PAYMENT, "P-2;B-10023;card;;;EUR;", "captured", "import.value_missing"),
    (
        "payments",
        PAYMENTS,
        GOOD_PAYMENT,
        "P-2;B-10023;card;1,00;2,00;EUR;",
        "refunded",
        "import.more_refunded_than_captured",
    ),
    ("payments", PAYMENTS, GOOD_PAYMENT, "P-2;B-10023;card;1,00;;CHF;", "currency", "import.other_currency"),
    ("payments", PAYMENTS, GOOD_PAYMENT, "P-1;B-10023;card;1,00;;EUR;", "number", "import.repeated"),
    ("payments", PAYMENTS, GOOD_PAYMENT, "p - 1;B-10023;card;1,00;;EUR;", "number", "import.repeated"),
    ("parcels", PARCELS, GOOD_PARCEL, "T-2;B-9;DHL;;", "order", "import.order_unknown"),
    ("parcels", PARCELS, GOOD_PARCEL, "T-2;B-10023;;;", "carrier", "import.value_missing"),
    ("parcels", PARCELS, GOOD_PARCEL, "T-2;B-10023;DHL;morgen;", "promised_by", "import.not_a_day"),
    ("parcels", PARCELS, GOOD_PARCEL, "t-1;B-10023;DHL;;", "tracking_number", "import.repeated"),
    (
        "invoices",
        INVOICES,
        GOOD_INVOICE,
        "R-2;B-9;1,00;;1.11.2026;2.11.2026;",
        "order",
        "import.order_unknown",
    ),
    (
        "invoices",
        INVOICES,
        GOOD_INVOICE,
        "R-2;B-10023;1,00;2,00;1.11.2026;2.11.2026;",
        "open",
        "import.more_open_than_total",
    ),
    (
        "invoices",
        INVOICES,
        GOOD_INVOICE,
        "R-2;B-10023;1,00;;3.11.2026;2.11.2026;",
        "due_on",
        "import.due_before_issued",
    ),
    (
        "invoices",
        INVOICES,
        GOOD_INVOICE,
        "R-2;B-10023;1,00;;3.11.2026;4.11.2026;12",
        "dunning_level",
        "import.out_of_range",
    ),
    ("drop_off_points", POINTS, GOOD_POINT, "Laden;Weg 2;;13;", "lat", "import.value_missing"),
    ("drop_off_points", POINTS, GOOD_POINT, "Laden;;52;13;", "address", "import.value_missing"),
    ("drop_off_points", POINTS, GOOD_POINT, "Laden;Weg 2;52;13;immer", "hours", "import.not_hours"),
    ("drop_off_points", POINTS, GOOD_POINT, "Laden;Weg 2;52;13;Mo 18-8", "hours", "import.hours_backwards"),
    (
        "drop_off_points",
        POINTS,
        GOOD_POINT,
        "Laden;Weg 2;52;13;Fr-Mo 8-18",
        "hours",
        "import.hours_backwards",
    ),
    ("drop_off_points", POINTS, GOOD_POINT, "Laden;Weg 2;52;13;Mo 8-25", "hours", "import.not_hours"),
    ("drop_off_points", POINTS, GOOD_POINT, "Kiosk;Weg 1, Berlin;52;13;", "name", "import.repeated"),
    ("stock", STOCK, GOOD_STOCK, ";Schale;1;", "sku", "import.value_missing"),
    ("stock", STOCK, GOOD_STOCK, "A2;Schale;;", "available", "import.value_missing"),
    ("stock", STOCK, GOOD_STOCK, "A2;Schale;-1;", "available", "import.out_of_range"),
    ("stock", STOCK, GOOD_STOCK, "A2;Schale;1,5;", "available", "import.not_whole"),
    ("stock", STOCK, GOOD_STOCK, "A2;Schale;viele;", "available", "import.not_a_number"),
    ("stock", STOCK, GOOD_STOCK, "A2;Schale;0;bald", "expected_on", "import.not_a_day"),
    ("stock", STOCK, GOOD_STOCK, "a 1;Schale;3;", "sku", "import.repeated"),
]


@pytest.mark.parametrize(
    ("kind", "header", "good", "bad", "column", "code"), BAD, ids=[f"{one[0]}-{one[3][:40]!r}" for one in BAD]
)
def test_a_bad_row_is_named_and_its_neighbours_go_in(
    office: Office, kind: Kind, header: str, good: str, bad: str, column: str, code: str
) -> None:
    report = office.bring(kind, f"{header}\n{good}\n{bad}\n")
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column, problem.code) == (f"{kind}.csv", 3, column, code)
    assert report.counts[kind]["made"] == 1


FILES: list[tuple[Kind, bytes, int, str]] = [
    ("customers", b"", 0, "import.empty"),
    ("customers", b"\xef\xbb\xbf", 0, "import.empty"),
    ("customers", b"\x00\x01\x02", 0, "import.not_text"),
    ("customers", b"number;name\nK-1;\x81\x8d", 0, "import.not_text"),
    ("customers", b"name;email\nx;y", 1, "import.column_missing"),
    ("customers", b"number;Nummer;name\n1;2;x", 1, "import.column_twice"),
    ("customers", b'number;name\nK-1;"offen\nK-2;x', 2, "import.broken_quotes"),
    ("customers", b'number;name\nK-1;a"b"c"\nK-2;"x"y', 3, "import.broken_quotes"),
    ("customers", b"[{", 1, "import.json_broken"),
    ("customers", b'{"leute": []}', 0, "import.json_no_list"),
    ("customers", b'{"customers": {"number": "1"}}', 0, "import.json_no_list"),
    ("customers", b"[1]", 1, "import.json_no_object"),
    ("customers", b'[{"number": true, "name": "x"}]', 1, "import.json_wrong_type"),
    ("customers", b'[{"number": {"a": 1}, "name": "x"}]', 1, "import.json_wrong_type"),
    ("customers", b'[{"number": NaN, "name": "x"}]', 0, "import.not_a_number"),
    ("customers", b'[{"number": 1e999, "name": "x"}]', 1, "import.not_a_number"),
    ("customers", b"[" * 100_000, 0, "import.json_too_deep"),
    (
        "orders",
        b'[{"number": "B-7", "customer": "K-1001", "placed_at": "2026-11-20", "lines": 3}]',
        1,
        "import.json_no_list",
    ),
]


@pytest.mark.parametrize(("kind", "content", "row", "code"), FILES, ids=[repr(one[1][:30]) for one in FILES])
def test_a_bad_file_says_where(office: Office, kind: Kind, content: bytes, row: int, code: str) -> None:
    report = office.bring(kind, content)
    assert [(one.row, one.code) for one in report.problems] == [(row, code)]
    assert report.counts.get(kind, {}).get("made", 0) == (1 if row == 3 else 0)


def test_an_order_with_one_bad_line_is_not_half_taken(office: Office) -> None:
    report = office.bring(
        "orders",
        f"{ORDERS}\nB-5;K-1001;20.11.2026;0;A;Glas;1;1,00;\nB-5;;;;B;Schale;x;2,00;\n"
        "B-6;K-1001;20.11.2026;0;A;Glas;1;1,00;\n",
    )
    assert [(one.row, one.column) for one in report.problems] == [(3, "quantity")]
    assert report.counts["orders"] == {"made": 1, "changed": 0, "same": 0}


def test_an_order_that_contradicts_itself_is_refused(office: Office) -> None:
    rows = "B-5;K-1001;20.11.2026;0;A;Glas;1;1,00;\nB-5;K-7;20.11.2026;;B;Schale;1;2,00;\n"
    report = office.bring("orders", f"{ORDERS}\n{rows}")
    assert [(one.row, one.column, one.code) for one in report.problems] == [
        (3, "customer", "import.order_contradicts")
    ]
    assert report.counts.get("orders") is None


def test_lines_of_no_order_in_the_files_are_named(office: Office) -> None:
    report = office.bring_all(
        orders="number;customer;placed_at\nB-5;K-1001;20.11.2026\n",
        order_lines="order;name;quantity;unit_price\nB-5;Glas;1;1,00\nB-99;Glas;1;1,00\n",
    )
    assert [(one.file, one.row, one.column, one.code) for one in report.problems] == [
        ("order_lines.csv", 3, "order", "import.order_not_in_file")
    ]
    assert report.counts["orders"]["made"] == 1


def test_a_bad_line_inside_json_is_named_by_its_path(office: Office) -> None:
    report = office.bring(
        "orders",
        '[{"number": "B-5", "customer": "K-1001", "placed_at": "2026-11-20", "lines":'
        ' [{"name": "Glas", "quantity": 1, "unit_price": 14.5}, {"name": "Schale", "quantity": 0.5,'
        ' "unit_price": "1"}]}]',
    )
    assert [(one.row, one.column, one.code) for one in report.problems] == [
        (1, "lines[2].quantity", "import.not_whole")
    ]


def test_bookings_are_not_undone_by_an_old_file(office: Office) -> None:
    """Less than was refunded, and lines that vanish, are refused; a plain old file changes nothing."""
    office.bring("orders", f"{ORDERS}\n{GOOD_ORDER}\n")
    office.bring("payments", f"{PAYMENTS}\nP-1;B-1;card;33,90;20,00;EUR;\n")

    order_id = office.database.read(TENANT, lambda tx: open_books(tx).orders_by_numbers(("B-1",)))["B-1"]

    def used(tx: Tx) -> None:
        order = tx.get(Order, order_id)
        assert order is not None
        lines = tuple(msgspec.structs.replace(line, refunded_quantity=2) for line in order.lines)
        tx.put(msgspec.structs.replace(order, lines=lines))

    office.database.run(TENANT, used)
    fewer = office.bring("orders", f"{ORDERS}\nB-1;K-1001;20.11.2026;4,90;A1;Glas;1;14,50;19\n")
    assert [one.code for one in fewer.problems] == ["import.quantity_below_booked"]
    without = office.bring(
        "orders",
        f"{ORDERS}\nB-1;K-1001;20.11.2026;4,90;A1;Glas;2;14,50;19\n".replace("sku;name", "line;name").replace(
            ";A1;", ";L9;"
        ),
    )
    assert [one.code for one in without.problems] == ["import.line_with_bookings_missing"]
    less = office.bring("payments", f"{PAYMENTS}\nP-1;B-1;card;10,00;;EUR;\n")
    assert [one.code for one in less.problems] == ["import.captured_below_refunded"]
    again = office.bring("payments", f"{PAYMENTS}\nP-1;B-1;card;33,90;5,00;EUR;\n")
    assert again.counts["payments"]["same"] == 1
    payments = office.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Payment))
    assert {one.refunded.minor_units for one in payments if one.order_id == order_id} == {2000}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_code_of_the_import_has_a_sentence(language: str) -> None:
    sentences = tomllib.loads(resource_path("texts", f"codes.{language}.toml").read_text("utf-8"))
    codes = {one[5] for one in BAD} | {one[3] for one in FILES}
    assert codes - set(sentences) == set()
