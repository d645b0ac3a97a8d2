"""Good files in any usual spelling: what lies in the books afterwards, and that twice changes nothing."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.hub.imports.conftest import Office
from tests.hub.small_firm import ERIKA, TENANT
from workstation.casework.customer import Customer
from workstation.casework.money import Money
from workstation.casework.records import (
    DropOffPoint,
    Invoice,
    OpeningSpan,
    Order,
    Payment,
    Shipment,
)
from workstation.casework.wire.entities import E
from workstation.hub.services.import_values import CellProblem, decimal_of, hours_of, moment_of, money_of
from workstation.hub.services.imports import ImportReport
from workstation.hub.storage.books import open_books

KUNDEN = (
    "Kundennummer;Anrede;Vorname;Nachname;E-Mail;Telefon;Straße;PLZ;Ort;Breite;Länge;Sprache;Kunde seit;"
    "Notiz\n"
    "K-2001;Frau;Jörg;Müller;joerg@mueller.test|j.mueller@firma.test;030 123456;Weg 1;10115;Berlin;"
    "52,5321;13,3849;Deutsch;01.03.2024;egal\n"
)
BESTELLUNGEN = (
    "Bestellnummer;Kunde;Bestelldatum;Versandkosten;Artikelnummer;Bezeichnung;Menge;Einzelpreis;MwSt\n"
    "B-7;K-2001;20.11.2026 10:11;4,90 €;A-1;Glas klar;2;14,50;19\n"
    "B-7;;;;A-2;Schale »meteorgrau«;2;1.024,90 €;7 %\n"
)
ZAHLUNGEN = "Zahlung;Bestellung;Zahlart;Betrag;Datum;Karte\nZ-7;B-7;Kreditkarte;2.083,70;20.11.2026;4242\n"
PAKETE = (
    "Sendungsnummer;Bestellung;Paketdienst;zugesagt bis;zugestellt am\n"
    "S-7;B-7;DHL;24.11.2026;23.11.2026 14:00\n"
)
EREIGNISSE = "Sendungsnummer;Zeitpunkt;Ereignis;Meldung\nS-7;22.11.2026 08:00;unterwegs;Ziel-Depot\n"
RECHNUNGEN = (
    "Rechnung;Bestellung;Betrag;offen;Rechnungsdatum;fällig am;Mahnstufe\n"
    "R-7;B-7;2.083,70;10,00;20.11.2026;04.12.2026;1\n"
)
STELLEN = (
    "name,address,lat,lon,hours\n"
    'Kiosk Süd,"Weg 1, 10115 Berlin",52.5,13.4,"Mo-Fr 08:00-18:00, Sa 09:00-13:00"\n'
)
FILES = {
    "kunden": KUNDEN,
    "bestellungen": BESTELLUNGEN,
    "zahlungen": ZAHLUNGEN,
    "pakete": PAKETE,
    "paketereignisse": EREIGNISSE,
    "rechnungen": RECHNUNGEN,
    "drop_off_points": STELLEN,
}


def write_files(folder: Path, encoding: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / f"{name}.csv").write_bytes(content.encode(encoding))
    (folder / "liesmich.csv").write_text("nicht gemeint")
    return folder


def records(office: Office, kind: type[E], number: str = "K-2001") -> tuple[E, ...]:
    customer_id = office.database.read(TENANT, lambda tx: open_books(tx).customer_by_number(number))
    assert customer_id is not None
    return office.database.read(TENANT, lambda tx: tx.records_of(customer_id, kind))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_folder_of_german_files_goes_in(office: Office, tmp_path: Path, encoding: str) -> None:
    report = office.imports.import_paths([write_files(tmp_path / "in", encoding)])
    assert report.problems == []
    assert {kind: found["made"] for kind, found in report.counts.items()} == {
        "customers": 1,
        "orders": 1,
        "payments": 1,
        "parcels": 1,
        "parcel_events": 0,
        "invoices": 1,
        "drop_off_points": 1,
    }
    assert list(report.unknown_columns.values()) == [["Notiz"]]
    customer_id = office.database.read(TENANT, lambda tx: open_books(tx).customer_by_number("k-2001"))
    customer = office.database.read(TENANT, lambda tx: tx.get(Customer, customer_id or ""))
    assert customer is not None
    assert (customer.name, customer.salutation, customer.address.street) == ("Jörg Müller", "Frau", "Weg 1")
    assert [one.normalised for one in customer.identities] == [
        "joerg@mueller.test",
        "j.mueller@firma.test",
        "+4930123456",
    ]
    assert customer.address.lat == pytest.approx(52.5321)
    (order,) = records(office, Order)
    assert order.placed_at == datetime(2026, 11, 20, 9, 11, tzinfo=UTC)
    assert [(one.name, one.quantity, one.unit_price, one.tax_rate_bp) for one in order.lines] == [
        ("Glas klar", 2, Money(1450), 1900),
        ("Schale »meteorgrau«", 2, Money(102490), 700),
    ]
    assert order.total == Money(208370)
    (payment,) = records(office, Payment)
    assert (payment.method, payment.captured, payment.account_hint) == ("card", Money(208370), "4242")
    (parcel,) = records(office, Shipment)
    assert [event.code for event in parcel.events] == ["in_transit", "delivered"]
    assert parcel.promised_by == date(2026, 11, 24)
    (invoice,) = records(office, Invoice)
    assert (invoice.open, invoice.dunning_level, invoice.due_on) == (Money(1000), 1, date(2026, 12, 4))
    (point,) = office.database.read(TENANT, lambda tx: tx.all_of(DropOffPoint))
    assert point.hours == (
        OpeningSpan((1, 2, 3, 4, 5), "08:00", "18:00"),
        OpeningSpan((6,), "09:00", "13:00"),
    )


def test_importing_again_changes_nothing(office: Office, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "in", "utf-8")
    office.imports.import_paths([folder])
    heads = office.database.heads()
    again = office.imports.import_paths([folder])
    assert again.problems == []
    assert all(found["made"] == found["changed"] == 0 for found in again.counts.values())
    assert office.database.heads() == heads


def test_a_changed_row_changes_its_record_only(office: Office) -> None:
    office.bring("customers", "number;name;city\nK-5;Anna;Bonn\nK-6;Bert;Köln\n")
    report = office.bring("customers", "number;name;city\nK-5;Anna;Ulm\nK-6;Bert;Köln\n")
    assert report.counts["customers"] == {"made": 0, "changed": 1, "same": 1}


def test_an_unknown_sender_of_before_gets_the_number(office: Office) -> None:
    office.database.run(TENANT, lambda tx: tx.put(without_number(tx.get(Customer, ERIKA))))
    office.bring("customers", "number;name;email\nK-77;Erika Beispiel;Erika@Kundin.test\n")
    customer = office.database.read(TENANT, lambda tx: tx.get(Customer, ERIKA))
    assert customer is not None
    assert customer.number == "K-77"


def without_number(customer: Customer | None) -> Customer:
    assert customer is not None
    return msgspec.structs.replace(customer, number="")


def test_lines_in_a_file_of_their_own(office: Office) -> None:
    report = office.bring_all(
        orders="number,customer,placed_at\nB-8,erika@kundin.test,2026-11-20\n",
        order_lines="order,line,name,quantity,unit_price\nB-8,1,Glass,2,14.50\nB-8,2,Bowl,1,24.90\n",
    )
    assert report.problems == []
    order = next(one for one in records(office, Order, "K-1001") if one.number == "B-8")
    assert order.total == Money(5390)


def test_one_json_file_with_everything(office: Office, tmp_path: Path) -> None:
    shop = {
        "customers": [{"number": 3001, "name": "Ann Other", "email": ["ann@other.test"], "language": "en"}],
        "orders": [
            {
                "number": "B-9",
                "customer": "3001",
                "placed_at": "2026-11-20T10:11:00+01:00",
                "shipping": 4.9,
                "lines": [{"name": "Bowl", "quantity": 2, "unit_price": 24.900}],
            }
        ],
        "parcels": [
            {
                "tracking_number": "J-9",
                "order": "B-9",
                "carrier": "UPS",
                "events": [{"at": "2026-11-21T10:00:00Z", "code": "failed_attempt", "reason": "no_address"}],
            }
        ],
    }
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(shop), "utf-8")
    report = office.imports.import_paths([file])
    assert report.problems == []
    assert report.counts["orders"]["made"] == 1
    (order,) = records(office, Order, "3001")
    assert order.total == Money(5470)
    (parcel,) = records(office, Shipment, "3001")
    assert parcel.events[0].reason == "no_address"


def test_scans_of_parcels_are_joined_and_counted_once(office: Office, tmp_path: Path) -> None:
    office.imports.import_paths([write_files(tmp_path / "in", "utf-8")])
    head = "tracking_number;at;code;text\n"
    office.bring(
        "parcel_events", f"{head}S-7;22.11.2026 08:00;in_transit;Ziel-Depot\nS-7;22.11.2026 12:00;delayed;\n"
    )
    (parcel,) = records(office, Shipment)
    assert [event.code for event in parcel.events] == ["in_transit", "delayed", "delivered"]


def test_a_path_that_is_none_is_named(office: Office, tmp_path: Path) -> None:
    picture = tmp_path / "kunden.xlsx"
    picture.write_bytes(b"PK")
    strange = tmp_path / "was.csv"
    strange.write_text("a;b\n1;2\n")
    report = office.imports.import_paths([tmp_path / "fehlt.csv", picture, strange])
    assert [(one.file, one.code) for one in report.problems] == [
        (str(tmp_path / "fehlt.csv"), "import.file_unreadable"),
        (str(picture), "import.not_csv_or_json"),
        (str(strange), "import.kind_unknown"),
    ]


def test_the_report_as_text_and_as_json(office: Office) -> None:
    report = office.bring("customers", "number;name;foo\nK-5;Anna;x\nK-6;;x\n")
    sentences = {
        "import.value_missing": "Hier fehlt ein Wert.",
        "import.columns_not_used": "Nicht gebraucht: {columns}.",
    }
    assert report.as_text(sentences).splitlines() == [
        "customers: +1 ~0 =0",
        "customers.csv:1: Nicht gebraucht: foo.",
        "customers.csv:3:name: Hier fehlt ein Wert. [import.value_missing]",
    ]
    told = json.loads(report.as_json(sentences))
    assert told["problems"] == [
        {
            "file": "customers.csv",
            "row": 3,
            "column": "name",
            "code": "import.value_missing",
            "params": {},
            "text": "Hier fehlt ein Wert.",
        }
    ]
    assert json.loads(ImportReport().as_json())["problems"] == []


def test_many_rows_and_one_bad_one_in_the_middle(office: Office) -> None:
    rows = "".join(f"K-{index};Kunde {index};k{index}@viele.test\n" for index in range(5000, 5450))
    report = office.bring(
        "customers", f"number;name;email\n{rows}K-1;;\n{rows.replace('K-', 'L-').replace('k', 'l')}"
    )
    assert report.counts["customers"]["made"] == 900
    assert [(one.row, one.code) for one in report.problems] == [(452, "import.value_missing")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("24,90", "24.90"),
        ("24.90", "24.90"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("0,125", "0.125"),
        ("-3", "-3"),
    ],
)
def test_numbers_in_both_spellings(text: str, number: str) -> None:
    assert decimal_of(text) == decimal_of(number)
    assert format(decimal_of(text).normalize(), "f") == format(decimal_of(number).normalize(), "f")


def test_amounts_moments_and_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert money_of("EUR 1.024,90", "EUR") == money_of("1024.90 €", "EUR") == Money(102490)
    assert moment_of("2026-07-01 10:00", berlin) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert moment_of("01.07.2026", berlin) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment_of("2026-07-01T10:00:00Z", berlin) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment_of("01.07.2026, 10:00:30 Uhr", berlin) == datetime(2026, 7, 1, 8, 0, 30, tzinfo=UTC)
    assert hours_of("Mo-Fr 8-12, 14:30-18 Uhr") == (
        OpeningSpan((1, 2, 3, 4, 5), "08:00", "12:00"),
        OpeningSpan((1, 2, 3, 4, 5), "14:30", "18:00"),
    )
    assert hours_of("24/7") == (OpeningSpan((1, 2, 3, 4, 5, 6, 7), "00:00", "24:00"),)
    with pytest.raises(CellProblem):
        hours_of("8-18")


def test_a_number_written_with_blanks_is_the_same_number(office: Office) -> None:
    head = "number;order;method;captured\n"
    office.bring("payments", f"{head}P-77;B-10023;card;1,00\n")
    report = office.bring("payments", f"{head}p -77;b- 10023;card;1,00\n")
    assert report.problems == []
    assert report.counts["payments"] == {"made": 0, "changed": 0, "same": 1}
