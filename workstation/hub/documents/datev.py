"""Bookings as a batch in DATEV's format (EXTF 700, version 13): CP1252, semicolons, German decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.params import digits_of
from workstation.casework.records import TaxShare

ENCODING = "cp1252"
COLUMNS: tuple[str, ...] = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz",
    "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum",
    "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer",
    "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *(f"Beleginfo - {what} {number}" for number in range(1, 9) for what in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *(f"Zusatzinformation - {what} {number}" for number in range(1, 21) for what in ("Art", "Inhalt")),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit",
    "Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre",
    "Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer",
    "Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung",
    "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz",
    "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
_TEXTS = frozenset({1, 2, 5, 8, 10, 11, 13, 19, 117})
"""Columns (from 0) whose values stand in quotes."""
_LONGEST_TEXT = 60
_LONGEST_VOUCHER = 36


class Revenue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sales of one tax rate (basis points) go; ``bu_key`` only for accounts that are not automatic."""

    rate_bp: int
    account: str
    bu_key: str = ""


class Accounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The firm's accounts; the defaults are those of SKR03."""

    debtors: str = "10000"
    dunning_fees: str = "2700"
    goodwill: str = "4900"
    vouchers: str = "1700"
    consultant: int = 1001
    client: int = 1
    length: int = 4
    """Digits of a general ledger account."""
    revenue: tuple[Revenue, ...] = (
        Revenue(rate_bp=1900, account="8400"),
        Revenue(rate_bp=700, account="8300"),
        Revenue(rate_bp=0, account="8200"),
    )

    def revenue_of(self, rate_bp: int) -> Revenue:
        """Return the account of a tax rate.

        Raises:
            RuleViolation: ``datev.rate_missing``.
        """
        found = next((one for one in self.revenue if one.rate_bp == rate_bp), None)
        if found is None:
            raise RuleViolation("datev.rate_missing", rate=f"{rate_bp / 100:g}")
        return found


class BookingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One booking: ``amount`` (above zero) on ``account``, debit or credit, against ``counter``."""

    amount: Money
    is_debit: bool
    account: str
    counter: str
    on: date
    voucher: str
    text: str
    bu_key: str = ""
    rate_bp: int | None = None
    kind: str = ""
    """What it comes from: ``invoice``, ``credit_note``, ``reversal``, ``fee``, ``voucher``."""


def sale_rows(
    accounts: Accounts,
    shares: Iterable[TaxShare],
    *,
    on: date,
    voucher: str,
    text: str,
    kind: str,
    is_debit: bool = True,
) -> list[BookingRow]:
    """Return a row for each tax rate of an invoice (debit) or of a credit note (credit), gross amounts."""
    rows: list[BookingRow] = []
    for share in shares:
        gross = share.net + share.tax
        if not gross:
            continue
        revenue = accounts.revenue_of(share.rate_bp)
        rows.append(
            BookingRow(
                amount=gross,
                is_debit=is_debit,
                account=accounts.debtors,
                counter=revenue.account,
                on=on,
                voucher=voucher,
                text=text,
                bu_key=revenue.bu_key,
                rate_bp=share.rate_bp,
                kind=kind,
            )
        )
    return rows


def batch(
    rows: Sequence[BookingRow], accounts: Accounts, first: date, last: date, made_at: datetime, currency: str
) -> bytes:
    """Return the file; ``made_at`` is local time. Letters CP1252 does not have become question marks."""
    lines = [_head(accounts, first, last, made_at, currency), ";".join(COLUMNS)]
    lines += [_line(row) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(ENCODING, "replace")


def amount_text(money: Money) -> str:
    """Return an amount with a comma and without thousands: ``1234,50``."""
    digits = digits_of(money.currency)
    whole, rest = divmod(abs(money.minor_units), 10**digits)
    return f"{whole},{rest:0{digits}d}" if digits else str(whole)


def _head(accounts: Accounts, first: date, last: date, made_at: datetime, currency: str) -> str:
    fields = [
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{made_at:%Y%m%d%H%M%S}000", "", '""', '""', '""',
        str(accounts.consultant), str(accounts.client), f"{first.year}0101", str(accounts.length),
        f"{first:%Y%m%d}", f"{last:%Y%m%d}", '"Workstation"', '""', "1", "0", "0", _quoted(currency), "",
        '""', "", "", '"03"', "", "", '""', '""',
    ]  # fmt: skip
    return ";".join(fields)


def _line(row: BookingRow) -> str:
    values = {
        0: amount_text(row.amount),
        1: "S" if row.is_debit else "H",
        2: row.amount.currency,
        6: row.account,
        7: row.counter,
        8: row.bu_key,
        9: f"{row.on:%d%m}",
        10: _voucher(row.voucher),
        13: row.text[:_LONGEST_TEXT],
        118: "" if row.rate_bp is None else f"{row.rate_bp // 100},{row.rate_bp % 100:02d}",
    }
    shown = (values.get(index, "") for index in range(len(COLUMNS)))
    return ";".join(_quoted(text) if index in _TEXTS else text for index, text in enumerate(shown))


def _voucher(number: str) -> str:
    """Return a number as the field allows it: letters, digits and a few signs, at most 36."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "$&%*+-/") else "-" for c in number)
    return plain[:_LONGEST_VOUCHER]


def _quoted(text: str) -> str:
    clean = "".join(" " if ord(character) < 32 else character for character in text)
    return '"' + clean.replace('"', '""') + '"'
