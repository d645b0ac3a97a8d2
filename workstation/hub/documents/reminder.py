"""The reminder of an unpaid invoice as PDF, German or English."""

from __future__ import annotations

from datetime import date

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.message import Language
from workstation.casework.money import Money
from workstation.casework.records import Invoice
from workstation.casework.texts.formats import date_text, money_text
from workstation.hub.documents.letter import Grid, Letter, Line, Part, address_lines, render
from workstation.hub.ports_billing import Seller

_WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "number": "Mahnung",
        "date": "Datum",
        "customer": "Kundennummer",
        "invoice": "Rechnung",
        "head": "Rechnung|Rechnungsdatum|Fällig am|Offen",
        "head_parts": "Rechnung|Rechnungsdatum|Fällig am|Betrag",
        "credited": "Gutgeschrieben",
        "paid": "Bereits bezahlt",
        "fees": "Mahngebühren",
        "sum": "Zu zahlen",
        "file": "Mahnung-{number}.pdf",
    },
    "en": {
        "number": "Reminder",
        "date": "Date",
        "customer": "Customer no.",
        "invoice": "Invoice",
        "head": "Invoice|Invoice date|Due on|Open",
        "head_parts": "Invoice|Invoice date|Due on|Amount",
        "credited": "Credited",
        "paid": "Already paid",
        "fees": "Reminder fees",
        "sum": "Amount due",
        "file": "Reminder-{number}.pdf",
    },
}


class ReminderOf(msgspec.Struct, frozen=True, kw_only=True):
    """All a reminder is made from; ``fees`` are all that are open, the new one among them."""

    invoice: Invoice
    customer: Customer | None
    seller: Seller
    on: date
    fees: Money
    title: str
    text: str
    language: Language
    number: str = ""

    @property
    def file_name(self) -> str:
        """What the file is called."""
        plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in self.invoice.number)
        return _WORDS[self.language]["file"].replace("{number}", plain)


def render_reminder(source: ReminderOf) -> bytes:
    """Return the reminder as PDF; the same reminder gives the same bytes."""
    words, language = _WORDS[source.language], source.language
    details = [
        (words["number"], source.number),
        (words["date"], date_text(source.on, language)),
        (words["customer"], source.customer.number if source.customer else ""),
        (words["invoice"], source.invoice.number),
    ]
    letter = Letter(
        seller=source.seller,
        to=address_lines(source.customer, source.seller, language),
        title=source.title,
        language=language,
        details=tuple((label, value) for label, value in details if value),
    )
    paragraphs = [part for part in source.text.split("\n\n") if part.strip()]
    before, after = paragraphs[:2], paragraphs[2:]
    parts: list[Part] = [*before, _open_items(source, words), *after]
    return render(letter, parts)


def _open_items(source: ReminderOf, words: dict[str, str]) -> Grid:
    language, invoice = source.language, source.invoice
    has_parts = bool(invoice.credited or invoice.paid)
    first = invoice.total if has_parts else invoice.open
    rows = [
        Line(
            (
                invoice.number,
                date_text(invoice.issued_on, language),
                date_text(invoice.due_on, language),
                money_text(first, language),
            )
        )
    ]
    told = (("credited", invoice.credited), ("paid", invoice.paid))
    rows += [Line((words[name], "", "", money_text(-amount, language))) for name, amount in told if amount]
    if source.fees:
        rows.append(Line((words["fees"], "", "", money_text(source.fees, language))))
    total = invoice.open + source.fees
    rows.append(Line((words["sum"], "", "", money_text(total, language)), is_strong=True))
    head = words["head_parts" if has_parts else "head"]
    return Grid(head=tuple(head.split("|")), widths=(50, 42, 42, 32), lines=tuple(rows))
