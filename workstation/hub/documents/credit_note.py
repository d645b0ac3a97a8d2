"""A credit note as PDF, German or English: what goes back and why, its tax, and which way it goes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.message import Language
from workstation.casework.records import Booking, Order
from workstation.casework.texts.formats import date_text, money_text
from workstation.hub.documents.invoice_copy import rate_text
from workstation.hub.documents.letter import Grid, Letter, Line, Part, address_lines, render
from workstation.hub.ports_billing import Seller

_WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "title": "Gutschrift {number}",
        "title_back": "Storno {number} der Gutschrift {other}",
        "number": "Gutschrift",
        "date": "Datum",
        "customer": "Kundennummer",
        "order": "Bestellung",
        "invoice": "Rechnung",
        "head": "Bezeichnung|Menge",
        "net": "Netto {rate}",
        "tax": "Umsatzsteuer {rate}",
        "total": "Gutschriftsbetrag",
        "credited": "Von der Rechnung {invoice} abgezogen",
        "paid_out": "Wird ausgezahlt",
        "refund": "Wir schreiben Ihnen gut:",
        "refund_shipping": "Wir schreiben Ihnen die Versandkosten gut.",
        "price_adjustment": "Wir schreiben Ihnen einen Teil des Preises gut.",
        "cancel_order": "Storniert ist, und wir schreiben Ihnen gut:",
        "till_order": "Wir zahlen Ihnen an der Kasse aus:",
        "reversal": "Diese Gutschrift haben wir zurückgenommen; es gilt wieder, was vorher galt.",
        "file": "Gutschrift-{number}.pdf",
    },
    "en": {
        "title": "Credit note {number}",
        "title_back": "Cancellation {number} of credit note {other}",
        "number": "Credit note",
        "date": "Date",
        "customer": "Customer no.",
        "order": "Order",
        "invoice": "Invoice",
        "head": "Description|Quantity",
        "net": "Net {rate}",
        "tax": "VAT {rate}",
        "total": "Credit note total",
        "credited": "Taken off invoice {invoice}",
        "paid_out": "Paid out",
        "refund": "We credit you for:",
        "refund_shipping": "We credit you the shipping cost.",
        "price_adjustment": "We credit you a part of the price.",
        "cancel_order": "Cancelled and credited:",
        "till_order": "We pay you at the till for:",
        "reversal": "We have taken this credit note back; what held before holds again.",
        "file": "Credit-note-{number}.pdf",
    },
}


class CreditNoteOf(msgspec.Struct, frozen=True, kw_only=True):
    """All a credit note is made from; ``invoices`` are the numbers of those the order was billed with.

    ``reversed_number``: of the credit note that this one takes back.
    """

    booking: Booking
    order: Order
    customer: Customer | None
    seller: Seller
    time_zone: str
    invoices: tuple[str, ...] = ()
    reversed_number: str = ""

    @property
    def language(self) -> Language:
        """The customer's language."""
        return self.customer.language if self.customer else "de"

    @property
    def file_name(self) -> str:
        """What the file is called."""
        number = self.booking.credit_note_number
        plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in number)
        return _WORDS[self.language]["file"].replace("{number}", plain)


def render_credit_note(source: CreditNoteOf) -> bytes:
    """Return the credit note as PDF; the same booking gives the same bytes."""
    words, language, booking = _WORDS[source.language], source.language, source.booking
    day = booking.booked_at.astimezone(ZoneInfo(source.time_zone)).date()
    details = [
        (words["number"], booking.credit_note_number),
        (words["date"], date_text(day, language)),
        (words["customer"], source.customer.number if source.customer else ""),
        (words["order"], source.order.number),
        (words["invoice"], ", ".join(source.invoices)),
    ]
    title = words["title_back" if source.reversed_number else "title"]
    letter = Letter(
        seller=source.seller,
        to=address_lines(source.customer, source.seller, language),
        title=title.format(number=booking.credit_note_number, other=source.reversed_number),
        language=language,
        details=tuple((label, value) for label, value in details if value),
    )
    parts: list[Part] = [words.get(booking.kind, words["refund"])]
    if booking.lines:
        parts.append(_lines(source, words))
    return render(letter, [*parts, _sums(source, words)])


def _lines(source: CreditNoteOf, words: dict[str, str]) -> Grid:
    names = {line.line_id: line.name for line in source.order.lines}
    rows = tuple(Line((names.get(one.line_id, ""), str(one.quantity))) for one in source.booking.lines)
    return Grid(head=tuple(words["head"].split("|")), widths=(136, 30), lines=rows)


def _sums(source: CreditNoteOf, words: dict[str, str]) -> Grid:
    language, booking = source.language, source.booking
    rows: list[Line] = []
    for share in booking.tax:
        rate = rate_text(share.rate_bp, language)
        rows.append(Line(("", words["net"].format(rate=rate), money_text(share.net, language))))
        rows.append(Line(("", words["tax"].format(rate=rate), money_text(share.tax, language))))
    rows.append(Line(("", words["total"], money_text(booking.amount, language)), is_strong=True))
    if not booking.reverses:
        credited = words["credited"].format(invoice=", ".join(source.invoices))
        told = ((credited, booking.credited), (words["paid_out"], booking.paid_out))
        rows += [Line(("", label, money_text(amount, language))) for label, amount in told if amount]
    return Grid(head=(), widths=(60, 76, 30), lines=tuple(rows), numbers_from=2)
