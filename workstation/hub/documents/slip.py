"""The slip for the till as PDF (A5): its number to read and as bar code and QR code, what to pay and why."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import msgspec

from workstation.casework.message import Language
from workstation.casework.money import Money
from workstation.casework.params import money_param
from workstation.casework.texts.formats import moment_text, money_text
from workstation.hub.documents.fonts import FONT, load_font

_INK, _SOFT, _LINE = "#1c2430", "#5b6573", "#c9d0d8"
_MARGIN_MM = 14.0
_WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "title": "Auszahlung an der Kasse",
        "amount": "Auszuzahlen",
        "customer": "Kunde",
        "order": "Bestellung",
        "credit_note": "Gutschrift",
        "paid_by": "Bezahlt mit",
        "ordered": "Angewiesen",
        "once": "Bar auszahlen, einmal. Danach im Programm bestätigen: {number}.",
        "received": "Betrag erhalten: Datum, Unterschrift des Kunden",
        "paid": "Ausgezahlt: Datum, Name an der Kasse",
        "card": "Karte",
        "paypal": "PayPal",
        "sepa": "Bankkonto",
        "invoice": "Rechnung",
        "cash": "bar",
        "prepaid": "Vorkasse",
    },
    "en": {
        "title": "Payment at the till",
        "amount": "To be paid",
        "customer": "Customer",
        "order": "Order",
        "credit_note": "Credit note",
        "paid_by": "Paid with",
        "ordered": "Ordered",
        "once": "Pay out in cash, once. Then confirm in the program: {number}.",
        "received": "Amount received: date, signature of the customer",
        "paid": "Paid out: date, name at the till",
        "card": "card",
        "paypal": "PayPal",
        "sepa": "bank account",
        "invoice": "invoice",
        "cash": "cash",
        "prepaid": "prepayment",
    },
}


class TillSlip(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a slip; ``paid_by`` is how the money had come in, empty when it had not."""

    firm: str
    number: str
    amount: Money
    ordered_at: datetime
    time_zone: str
    language: Language
    customer: str = ""
    order_number: str = ""
    credit_note_number: str = ""
    paid_by: str = ""


def render_slip(slip: TillSlip) -> bytes:
    """Return the slip as PDF; the same slip gives the same bytes."""
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    load_font()
    words = _WORDS[slip.language]
    into = BytesIO()
    canvas = Canvas(into, pagesize=A5, invariant=1)
    canvas.setTitle(f"{words['title']} {slip.number}")
    canvas.setAuthor(slip.firm)
    width, height = A5
    left, right = _MARGIN_MM * mm, width - _MARGIN_MM * mm
    _text(canvas, slip.firm, left, height - 18 * mm, 10, _SOFT, right - left - 34 * mm)
    _text(canvas, words["title"], left, height - 28 * mm, 16, _INK, right - left - 34 * mm)
    _qr_code(canvas, f"{slip.number};{money_param(slip.amount)}", right - 30 * mm, height - 43 * mm, 30 * mm)
    _text(canvas, slip.number, left, height - 40 * mm, 14, _INK, right - left - 34 * mm)
    _text(canvas, words["amount"], left, height - 56 * mm, 9, _SOFT, right - left)
    _text(canvas, money_text(slip.amount, slip.language), left, height - 67 * mm, 26, _INK, right - left)
    top = height - 80 * mm
    for label, value in _rows(slip, words):
        _text(canvas, label, left, top, 9, _SOFT, 34 * mm)
        _text(canvas, value, left + 36 * mm, top, 10, _INK, right - left - 36 * mm)
        top -= 6.5 * mm
    _bar_code(canvas, slip.number, left, 68 * mm, right - left)
    _text(canvas, words["once"].format(number=slip.number), left, 55 * mm, 9, _INK, right - left)
    for label, at in ((words["received"], 34 * mm), (words["paid"], 14 * mm)):
        _rule(canvas, left, right, at + 4 * mm)
        _text(canvas, label, left, at, 7.5, _SOFT, right - left)
    canvas.showPage()
    canvas.save()
    return into.getvalue()


def _rows(slip: TillSlip, words: dict[str, str]) -> list[tuple[str, str]]:
    rows = (
        (words["customer"], slip.customer),
        (words["order"], slip.order_number),
        (words["credit_note"], slip.credit_note_number),
        (words["paid_by"], words[slip.paid_by] if slip.paid_by else ""),
        (words["ordered"], moment_text(slip.ordered_at, slip.language, slip.time_zone)),
    )
    return [(label, value) for label, value in rows if value]


def _text(canvas: Any, text: str, x: float, y: float, size: float, colour: str, width: float) -> None:
    """Write one line; what is too long for ``width`` is cut and says so."""
    from reportlab.lib.colors import HexColor
    from reportlab.pdfbase.pdfmetrics import stringWidth

    shown = text
    while shown and stringWidth(shown, FONT, size) > width:
        shown = shown[:-2].rstrip() + "…" if len(shown) > 2 else ""
    canvas.setFont(FONT, size)
    canvas.setFillColor(HexColor(colour))
    canvas.drawString(x, y, shown)


def _rule(canvas: Any, left: float, right: float, y: float) -> None:
    from reportlab.lib.colors import HexColor

    canvas.setStrokeColor(HexColor(_LINE))
    canvas.setLineWidth(0.6)
    canvas.line(left, y, right, y)


def _bar_code(canvas: Any, number: str, x: float, y: float, width: float) -> None:
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.units import mm

    # Code 128 has eleven bars a sign, and start, check and stop beside: as wide as fits, at most half a mm.
    bar = min(width / (11 * (len(number) + 5) + 2), 0.5 * mm)
    Code128(number, barHeight=14 * mm, barWidth=bar, quiet=False).drawOn(canvas, x, y)


def _qr_code(canvas: Any, content: str, x: float, y: float, size: float) -> None:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    widget = QrCodeWidget(content, barLevel="M", barWidth=size, barHeight=size, barBorder=2)
    drawing = Drawing(size, size)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)
