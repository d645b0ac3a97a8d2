"""The second copy of an invoice as PDF, German or English, with all that an invoice has to say."""

from __future__ import annotations

from datetime import date

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.message import Language
from workstation.casework.money import Money, sum_of
from workstation.casework.records import Invoice, Order, TaxShare
from workstation.casework.taxes import tax_shares
from workstation.casework.texts.formats import date_text, money_text
from workstation.hub.documents.letter import Grid, Letter, Line, Part, address_lines, render
from workstation.hub.ports_billing import Seller

_WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "title": "Rechnung {number}",
        "mark": "ZWEITSCHRIFT",
        "number": "Rechnung",
        "date": "Datum",
        "supplied": "Lieferung",
        "customer": "Kundennummer",
        "order": "Bestellung",
        "due": "Fällig am",
        "head": "Pos.|Bezeichnung|Menge|Einzelpreis|USt.|Betrag",
        "shipping": "Versand",
        "net": "Netto {rate}",
        "tax": "Umsatzsteuer {rate}",
        "total": "Rechnungsbetrag",
        "credited": "Gutgeschrieben",
        "paid": "Bereits bezahlt",
        "open": "Noch offen",
        "prices": "Alle Einzelpreise enthalten die Umsatzsteuer.",
        "pay": "Bitte überweisen Sie {amount} bis zum {due} und nennen Sie dabei die Nummer {number}.",
        "settled": "Der Betrag ist vollständig bezahlt. Vielen Dank.",
        "nothing_left": "Von dieser Rechnung ist nichts mehr zu zahlen.",
        "same": "Diese Zweitschrift gibt die Rechnung vom {date} wieder; sie ist keine neue Forderung.",
        "supplied_as_dated": "Das Lieferdatum entspricht dem Rechnungsdatum.",
        "file": "Rechnung-{number}-Zweitschrift.pdf",
    },
    "en": {
        "title": "Invoice {number}",
        "mark": "COPY",
        "number": "Invoice",
        "date": "Date",
        "supplied": "Supplied",
        "customer": "Customer no.",
        "order": "Order",
        "due": "Due on",
        "head": "No.|Description|Quantity|Unit price|VAT|Amount",
        "shipping": "Shipping",
        "net": "Net {rate}",
        "tax": "VAT {rate}",
        "total": "Invoice total",
        "credited": "Credited",
        "paid": "Already paid",
        "open": "Still open",
        "prices": "All unit prices include VAT.",
        "pay": "Please transfer {amount} by {due} and quote the number {number}.",
        "settled": "This invoice has been paid in full. Thank you.",
        "nothing_left": "There is nothing left to pay on this invoice.",
        "same": "This copy repeats the invoice of {date}; it is not a new claim.",
        "supplied_as_dated": "The date of supply is the date of the invoice.",
        "file": "Invoice-{number}-copy.pdf",
    },
}


class CopyOf(msgspec.Struct, frozen=True, kw_only=True):
    """All a second copy is made from; ``supplied_on`` is None where nobody knows the day."""

    invoice: Invoice
    order: Order
    customer: Customer | None
    seller: Seller
    supplied_on: date | None = None

    @property
    def language(self) -> Language:
        """The customer's language."""
        return self.customer.language if self.customer else "de"

    @property
    def file_name(self) -> str:
        """What the file is called."""
        plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in self.invoice.number)
        return _WORDS[self.language]["file"].replace("{number}", plain)


def invoice_tax(invoice: Invoice, order: Order) -> tuple[TaxShare, ...]:
    """Return net and tax of an invoice by rate: as its source told them, else by the lines of its order."""
    return invoice.tax or tax_shares(order, invoice.total)


def render_copy(source: CopyOf) -> bytes:
    """Return the copy as PDF; the same invoice in the same state gives the same bytes."""
    words, language = _WORDS[source.language], source.language
    invoice = source.invoice
    details = [
        (words["number"], invoice.number),
        (words["date"], date_text(invoice.issued_on, language)),
        (words["supplied"], date_text(source.supplied_on, language) if source.supplied_on else ""),
        (words["customer"], source.customer.number if source.customer else ""),
        (words["order"], source.order.number),
        (words["due"], date_text(invoice.due_on, language)),
    ]
    letter = Letter(
        seller=source.seller,
        to=address_lines(source.customer, source.seller, language),
        title=words["title"].format(number=invoice.number),
        language=language,
        details=tuple((label, value) for label, value in details if value),
        mark=words["mark"],
    )
    return render(letter, _parts(source, words))


def _parts(source: CopyOf, words: dict[str, str]) -> list[Part]:
    language, invoice = source.language, source.invoice
    parts: list[Part] = [_lines(source, words), _sums(source, words), words["prices"]]
    if invoice.open:
        parts.append(
            words["pay"].format(
                amount=money_text(invoice.open, language),
                due=date_text(invoice.due_on, language),
                number=invoice.number,
            )
        )
    else:
        parts.append(words["nothing_left" if invoice.credited else "settled"])
    if source.supplied_on is None:
        parts.append(words["supplied_as_dated"])
    parts.append(words["same"].format(date=date_text(invoice.issued_on, language)))
    return parts


def _lines(source: CopyOf, words: dict[str, str]) -> Grid:
    language, order = source.language, source.order
    rows = [
        Line(
            (
                str(number),
                f"{line.name} ({line.sku})" if line.sku else line.name,
                str(line.quantity),
                money_text(line.unit_price, language),
                rate_text(line.tax_rate_bp, language),
                money_text(line.total, language),
            )
        )
        for number, line in enumerate(order.lines, 1)
    ]
    if order.shipping:
        amount = money_text(order.shipping, language)
        rates = sorted({line.tax_rate_bp for line in order.lines})
        rate = rate_text(rates[0], language) if len(rates) == 1 else ""
        rows.append(Line((str(len(rows) + 1), words["shipping"], "1", amount, rate, amount)))
    return Grid(
        head=tuple(words["head"].split("|")),
        widths=(10, 74, 18, 25, 15, 24),
        lines=tuple(rows),
        numbers_from=2,
    )


def _sums(source: CopyOf, words: dict[str, str]) -> Grid:
    language, invoice = source.language, source.invoice
    rows: list[Line] = []
    for share in invoice_tax(invoice, source.order):
        rate = rate_text(share.rate_bp, language)
        rows.append(Line(("", words["net"].format(rate=rate), money_text(share.net, language))))
        rows.append(Line(("", words["tax"].format(rate=rate), money_text(share.tax, language))))
    rows.append(Line(("", words["total"], money_text(invoice.total, language)), is_strong=True))
    told = (("credited", invoice.credited), ("paid", invoice.paid))
    if invoice.credited or (invoice.paid and invoice.open):
        rows += [Line(("", words[name], money_text(amount, language))) for name, amount in told if amount]
        rows.append(Line(("", words["open"], money_text(invoice.open, language))))
    return Grid(head=(), widths=(84, 52, 30), lines=tuple(rows), numbers_from=2)


def rate_text(rate_bp: int, language: Language) -> str:
    """Return a tax rate as people read it: ``19 %``, ``5,5 %``."""
    whole, rest = divmod(rate_bp, 100)
    mark = "," if language == "de" else "."
    shown = f"{whole}{mark}{rest:02d}".rstrip("0") if rest else str(whole)
    return f"{shown}\N{NO-BREAK SPACE}%" if language == "de" else f"{shown}%"


def gross_of(shares: tuple[TaxShare, ...], currency: str) -> Money:
    """Return what the shares sum up to."""
    return sum_of((share.net + share.tax for share in shares), currency)
