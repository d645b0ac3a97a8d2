"""Writes the shop's records as the files a shop hands over: CSV and JSON, ready for the hub's import."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workstation.demo.materials import Materials
from workstation.demo.shapes import DataSet, Purchase

_NEXT_DELIVERY = timedelta(days=6)
_STATUS = {"placed": "bestellt", "shipped": "versandt", "delivered": "zugestellt", "cancelled": "storniert"}


def write_files(data: DataSet, materials: Materials, folder: Path) -> Path:
    """Write all files into ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    _table(
        folder / "kunden.csv",
        ("Kundennummer", "Name", "Anrede", "Email", "Telefon", "Strasse", "PLZ", "Ort", "Breite", "Laenge",
         "Sprache", "Kunde_seit", "Merkmale"),
        (
            (b.number, b.name, b.salutation, b.mail, b.phone, b.address.street, b.address.postcode,
             b.address.city, str(b.address.lat), str(b.address.lon), b.language, _moment(b.since),
             "|".join(b.tags))
            for b in data.buyers
        ),
    )  # fmt: skip
    _json(folder / "bestellungen.json", [_order(purchase) for purchase in data.purchases])
    _table(
        folder / "zahlungen.csv",
        ("Zahlungsnummer", "Bestellung", "Zahlart", "Betrag", "Erstattet", "Datum", "Konto"),
        (
            (
                p.payment_number,
                p.number,
                p.method,
                _euro(p.total),
                _euro(p.refunded),
                _moment(p.paid_at),
                p.hint,
            )
            for p in data.purchases
            if p.paid_at is not None
        ),
    )
    _json(folder / "pakete.json", [_parcel(purchase) for purchase in data.purchases if purchase.parcel])
    _table(
        folder / "rechnungen.csv",
        ("Rechnungsnummer", "Bestellung", "Betrag", "Offen", "Rechnungsdatum", "Faellig", "Versand",
         "Mahnstufe", "Mahngebuehr"),
        (
            (p.bill.number, p.number, _euro(p.total), _euro(p.bill.open), p.bill.issued_on.isoformat(),
             p.bill.due_on.isoformat(), p.bill.delivery, str(p.bill.dunning_level),
             _euro(sum(one.fee for one in data.reminders if p.bill.open and one.bill == p.bill.number)))
            for p in data.purchases
            if p.bill is not None
        ),
    )  # fmt: skip
    _table(
        folder / "mahnungen.csv",
        ("Rechnung", "Stufe", "Datum", "Gebuehr", "Mahnnummer"),
        (
            (one.bill, str(one.level), one.sent_on.isoformat(), _euro(one.fee), f"{one.bill}-M{one.level}")
            for one in data.reminders
        ),
    )
    _write_places_and_stock(data, materials, folder)
    return folder


def _write_places_and_stock(data: DataSet, materials: Materials, folder: Path) -> None:
    _table(
        folder / "abgabestellen.csv",
        ("Name", "Adresse", "Breite", "Laenge", "Oeffnungszeiten", "Paketdienst"),
        (
            (one["name"], one["address"], str(one["lat"]), str(one["lon"]), one["hours"], "Südpaket")
            for one in materials.firm["point"]
        ),
    )
    _table(
        folder / "bestand.csv",
        ("Artikelnummer", "Artikel", "Verfuegbar", "Erwartet"),
        (
            (
                article.sku,
                article.name,
                str(pieces),
                "" if pieces else (data.now + _NEXT_DELIVERY).date().isoformat(),
            )
            for article, pieces in zip(materials.articles.values(), _stock_of(materials), strict=True)
        ),
    )


def _stock_of(materials: Materials) -> list[int]:
    """Pieces of each article: mostly plenty, few of some, now and then none."""
    return [0 if place % 11 == 10 else 3 + place * 7 % 40 for place in range(len(materials.articles))]


def _order(purchase: Purchase) -> dict[str, Any]:
    return {
        "number": purchase.number,
        "customer": purchase.buyer,
        "placed_at": _moment(purchase.placed_at),
        "shipping": _euro(purchase.shipping),
        "status": _STATUS[purchase.status],
        "lines": [
            {
                "sku": article.sku,
                "name": article.name,
                "quantity": quantity,
                "unit_price": _euro(article.price),
                "tax_rate": str(article.tax),
            }
            for article, quantity in purchase.lines
        ],
    }


def _parcel(purchase: Purchase) -> dict[str, Any]:
    parcel = purchase.parcel
    assert parcel is not None
    return {
        "tracking_number": parcel.tracking_number,
        "order": purchase.number,
        "carrier": parcel.carrier,
        "promised_by": parcel.promised_by.isoformat() if parcel.promised_by else None,
        "events": [
            {"at": _moment(event.at), "code": event.code, "text": event.text, "reason": event.reason}
            for event in parcel.events
        ],
    }


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")


def _table(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(head)
        writer.writerows(rows)


def _json(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
