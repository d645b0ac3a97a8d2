"""Which kinds of records can be imported, what their files are called and which columns they have."""

from __future__ import annotations

from typing import Literal

from workstation.hub.services.import_rows import Columns

Kind = Literal[
    "customers",
    "orders",
    "order_lines",
    "payments",
    "parcels",
    "parcel_events",
    "invoices",
    "dunning_notices",
    "invoice_payments",
    "drop_off_points",
    "stock",
]
KINDS: tuple[Kind, ...] = (
    "customers",
    "orders",
    "order_lines",
    "payments",
    "parcels",
    "parcel_events",
    "invoices",
    "dunning_notices",
    "invoice_payments",
    "drop_off_points",
    "stock",
)
"""In the order in which they depend on one another."""

FILE_NAMES: dict[str, Kind] = {
    "kunden": "customers",
    "bestellungen": "orders",
    "bestellpositionen": "order_lines",
    "positionen": "order_lines",
    "zahlungen": "payments",
    "pakete": "parcels",
    "sendungen": "parcels",
    "shipments": "parcels",
    "paketereignisse": "parcel_events",
    "rechnungen": "invoices",
    "mahnungen": "dunning_notices",
    "rechnungszahlungen": "invoice_payments",
    "zahlungseingänge": "invoice_payments",
    "zahlungseingaenge": "invoice_payments",
    "abgabestellen": "drop_off_points",
    "paketshops": "drop_off_points",
    "bestand": "stock",
    "lagerbestand": "stock",
    **{kind: kind for kind in KINDS},
}
_LINE = {
    "line": ("position", "pos", "line_no", "zeile"),
    "sku": ("artikelnummer", "article"),
    "name": ("artikel", "bezeichnung", "product", "produkt", "line_name"),
    "quantity": ("menge", "anzahl", "stueck", "stück", "qty"),
    "unit_price": ("einzelpreis", "preis", "price"),
    "tax_rate": ("steuersatz", "mwst", "ust", "vat"),
}
_LINE_REQUIRED = frozenset({"name", "quantity", "unit_price"})
_EVENT = {
    "at": ("zeitpunkt", "datum", "time"),
    "code": ("ereignis", "status", "event"),
    "text": ("meldung", "beschreibung"),
    "reason": ("grund",),
}
_ORDER = {
    "number": ("bestellnummer", "order_number", "bestellung", "nummer", "order"),
    "customer": ("kunde", "kundennummer", "customer_number", "email", "e-mail"),
    "placed_at": ("bestelldatum", "datum", "date", "ordered_at"),
    "shipping": ("versand", "versandkosten", "shipping_cost"),
    "currency": ("waehrung", "währung"),
    "status": (),
}
COLUMNS: dict[Kind, Columns] = {
    "customers": Columns(
        {
            "number": ("kundennummer", "nummer", "customer_number", "id"),
            "name": ("kunde", "full_name"),
            "given_name": ("vorname", "first_name"),
            "family_name": ("nachname", "last_name", "surname"),
            "salutation": ("anrede",),
            "email": ("e-mail", "mail", "emails"),
            "phone": ("telefon", "tel", "phones"),
            "street": ("strasse", "straße", "adresse", "address"),
            "postcode": ("plz", "zip"),
            "city": ("ort", "stadt"),
            "country": ("land",),
            "lat": ("breite", "latitude"),
            "lon": ("laenge", "länge", "longitude", "lng"),
            "language": ("sprache",),
            "since": ("kunde_seit", "seit"),
            "tags": ("merkmale",),
        },
        frozenset({"number"}),
    ),
    "orders": Columns(
        {**_ORDER, **_LINE},
        frozenset({"number"}),
        ("lines", "positionen", "items"),
        Columns(_LINE, _LINE_REQUIRED),
    ),
    "order_lines": Columns(
        {"order": ("bestellung", "bestellnummer", "order_number"), **_LINE}, frozenset({"order"})
    ),
    "payments": Columns(
        {
            "number": ("zahlung", "zahlungsnummer", "reference", "payment", "id"),
            "order": ("bestellung", "bestellnummer", "order_number"),
            "method": ("zahlart", "zahlungsart"),
            "captured": ("betrag", "amount", "eingezogen"),
            "refunded": ("erstattet",),
            "currency": ("waehrung", "währung"),
            "captured_at": ("datum", "date", "paid_at", "bezahlt_am"),
            "account_hint": ("konto", "karte", "account", "card"),
        },
        frozenset({"number", "order", "method", "captured"}),
    ),
    "parcels": Columns(
        {
            "tracking_number": ("sendungsnummer", "tracking", "paketnummer"),
            "order": ("bestellung", "bestellnummer", "order_number"),
            "carrier": ("versanddienst", "paketdienst"),
            "promised_by": ("zugesagt_bis", "promised"),
            "delivered_at": ("zugestellt_am", "delivered"),
        },
        frozenset({"tracking_number", "order", "carrier"}),
        ("events", "ereignisse"),
        Columns(_EVENT, frozenset({"at", "code"})),
    ),
    "parcel_events": Columns(
        {"tracking_number": ("sendungsnummer", "tracking", "paketnummer"), **_EVENT},
        frozenset({"tracking_number", "at", "code"}),
    ),
    "invoices": Columns(
        {
            "number": ("rechnungsnummer", "rechnung", "invoice", "id"),
            "order": ("bestellung", "bestellnummer", "order_number"),
            "total": ("betrag", "amount", "summe"),
            "open": ("offen",),
            "currency": ("waehrung", "währung"),
            "issued_on": ("rechnungsdatum", "datum", "date"),
            "due_on": ("faellig", "fällig", "fällig_am", "due"),
            "delivery": ("versand", "zustellung"),
            "dunning_level": ("mahnstufe",),
            "fee_open": ("mahngebuehr", "mahngebühr", "dunning_fee", "fee"),
            "sent_at": ("versandt_am", "sent_on"),
            "delivered_at": ("zugestellt_am", "delivered_on"),
            "tax": ("steuer", "umsatzsteuer", "tax_split"),
        },
        frozenset({"number", "order", "total", "issued_on", "due_on"}),
    ),
    "dunning_notices": Columns(
        {
            "invoice": ("rechnung", "rechnungsnummer", "invoice_number"),
            "level": ("stufe", "mahnstufe", "dunning_level"),
            "sent_on": ("datum", "date", "versandt_am"),
            "fee": ("gebuehr", "gebühr", "mahngebuehr", "mahngebühr"),
            "number": ("mahnung", "mahnnummer", "nummer"),
            "currency": ("waehrung", "währung"),
        },
        frozenset({"invoice", "level", "sent_on"}),
    ),
    "invoice_payments": Columns(
        {
            "number": ("zahlung", "zahlungsnummer", "reference", "id"),
            "invoice": ("rechnung", "rechnungsnummer", "invoice_number"),
            "amount": ("betrag", "summe"),
            "paid_on": ("datum", "date", "bezahlt_am"),
            "currency": ("waehrung", "währung"),
        },
        frozenset({"number", "invoice", "amount", "paid_on"}),
    ),
    "drop_off_points": Columns(
        {
            "name": ("bezeichnung",),
            "address": ("adresse", "anschrift"),
            "lat": ("breite", "latitude"),
            "lon": ("laenge", "länge", "longitude", "lng"),
            "hours": ("oeffnungszeiten", "öffnungszeiten", "opening_hours"),
            "carrier": ("versanddienst", "paketdienst"),
        },
        frozenset({"name", "address", "lat", "lon"}),
    ),
    "stock": Columns(
        {
            "sku": ("artikelnummer", "article"),
            "name": ("artikel", "bezeichnung", "product", "produkt"),
            "available": ("verfügbar", "verfuegbar", "bestand", "menge", "stock", "quantity"),
            "expected_on": ("erwartet_am", "erwartet", "nachschub", "expected"),
        },
        frozenset({"sku", "available"}),
    ),
}
