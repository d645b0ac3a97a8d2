"""A letter as PDF: the firm above, who it is for, paragraphs and tables, the firm's details on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from io import BytesIO
from typing import Any

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.message import Language
from workstation.hub.documents.fonts import FONT, load_font
from workstation.hub.ports_billing import Seller

_INK, _SOFT, _LINE = "#1c2430", "#5b6573", "#c9d0d8"
_MARGIN_MM = 22.0
_FOOT_MM = 30.0


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What every letter has; ``details`` stand beside the address, ``mark`` above the title."""

    seller: Seller
    to: tuple[str, ...]
    title: str
    language: Language
    details: tuple[tuple[str, str], ...]
    mark: str = ""


class Line(msgspec.Struct, frozen=True):
    """A row of a table; the last row may be a sum."""

    cells: tuple[str, ...]
    is_strong: bool = False


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table: widths in millimetres, columns from ``numbers_from`` on are set right."""

    head: tuple[str, ...]
    widths: tuple[float, ...]
    lines: tuple[Line, ...]
    numbers_from: int = 1


Part = str | Grid


def address_lines(customer: Customer | None, seller: Seller, language: Language) -> tuple[str, ...]:
    """Return name and address of who a letter is for, as they stand in the window of an envelope."""
    if customer is None:
        return ()
    place = customer.address
    country = place.country if place.country != seller.country else ""
    title = {"Frau": "Frau", "Herr": "Herrn"}.get(customer.salutation, "") if language == "de" else ""
    lines = (title, customer.name, place.street, f"{place.postcode} {place.city}".strip(), country)
    return tuple(line for line in lines if line)


def render(letter: Letter, parts: Sequence[Part]) -> bytes:
    """Return the letter as PDF; the same letter gives the same bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    load_font()
    into = BytesIO()
    width, height = A4
    margin, foot = _MARGIN_MM * mm, _FOOT_MM * mm
    document = BaseDocTemplate(
        into,
        pagesize=A4,
        title=letter.title,
        author=letter.seller.name,
        lang=letter.language,
        invariant=1,
    )
    first = Frame(margin, foot, width - 2 * margin, height - foot - 100 * mm, 0, 0, 0, 0, id="first")
    later = Frame(margin, foot, width - 2 * margin, height - foot - 34 * mm, 0, 0, 0, 0, id="later")
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=_first_page(letter), autoNextPageTemplate="later"),
            PageTemplate("later", [later], onPage=_later_page(letter)),
        ]
    )
    document.build(_story(letter, parts), canvasmaker=_numbered_canvas(letter))
    return into.getvalue()


def _style(size: float, leading: float, colour: str = _INK, *, is_right: bool = False) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        f"{size}/{colour}/{is_right}",
        fontName=FONT,
        fontSize=size,
        leading=leading,
        textColor=HexColor(colour),
        alignment=TA_RIGHT if is_right else TA_LEFT,
        splitLongWords=1,
    )


def _story(letter: Letter, parts: Sequence[Part]) -> list[Any]:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Spacer

    story: list[Any] = []
    if letter.mark:
        story.append(Paragraph(escape(letter.mark), _style(10, 13, _SOFT)))
    story += [Paragraph(escape(letter.title), _style(16, 20)), Spacer(1, 5 * mm)]
    for part in parts:
        if isinstance(part, Grid):
            story += [_table(part), Spacer(1, 4 * mm)]
        else:
            text = escape(part).replace("\n", "<br/>")
            story += [Paragraph(text, _style(10, 14.5)), Spacer(1, 3 * mm)]
    return story


def _table(grid: Grid) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.platypus import LongTable, Paragraph

    plain, right = _style(9, 12), _style(9, 12, is_right=True)
    head, head_right = _style(8, 11, _SOFT), _style(8, 11, _SOFT, is_right=True)

    def cells(row: Sequence[str], left: Any, at_right: Any) -> list[Any]:
        return [
            Paragraph(escape(cell), at_right if column >= grid.numbers_from else left)
            for column, cell in enumerate(row)
        ]

    rows = [cells(grid.head, head, head_right)] if grid.head else []
    first = len(rows)
    rows += [cells(line.cells, plain, right) for line in grid.lines]
    rules: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LINEBELOW", (0, first), (-1, -1), 0.25, HexColor(_LINE)),
    ]
    if grid.head:
        rules.append(("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(_INK)))
    for number, line in enumerate(grid.lines, first):
        if line.is_strong:
            rules.append(("LINEABOVE", (0, number), (-1, number), 0.8, HexColor(_INK)))
            rules.append(("LINEBELOW", (0, number), (-1, number), 0.8, HexColor(_INK)))
    widths = [width * mm for width in grid.widths]
    return LongTable(rows, colWidths=widths, repeatRows=first, style=rules, hAlign="LEFT")


def _paragraph(canvas: Any, text: str, style: Any, x: float, top: float, width: float) -> float:
    """Draw a paragraph hanging from ``top``; returns where it ends."""
    from reportlab.platypus import Paragraph

    shown = Paragraph(text, style)
    _, height = shown.wrap(width, 500)
    shown.drawOn(canvas, x, top - height)
    return float(top - height)


def _first_page(letter: Letter) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm

        height = A4[1]
        margin = _MARGIN_MM * mm
        seller = letter.seller
        _paragraph(canvas, escape(seller.name), _style(15, 18), margin, height - 18 * mm, 120 * mm)
        sender = f"{seller.name} · {seller.street} · {seller.postcode} {seller.city}"
        top = _paragraph(canvas, escape(sender), _style(7, 9, _SOFT), margin, height - 45 * mm, 85 * mm)
        address = "<br/>".join(escape(line) for line in letter.to)
        _paragraph(canvas, address, _style(10, 13.5), margin, top - 2 * mm, 85 * mm)
        top = height - 45 * mm
        for label, value in letter.details:
            left = 122 * mm
            end = _paragraph(canvas, escape(label), _style(8, 12, _SOFT), left, top, 28 * mm)
            other = _paragraph(canvas, escape(value), _style(9, 12), left + 29 * mm, top, 38 * mm)
            top = min(end, other) - 1.2 * mm
        _foot(canvas, letter)

    return draw


def _later_page(letter: Letter) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm

        height = A4[1]
        head = " · ".join(part for part in (letter.seller.name, letter.title, letter.mark) if part)
        _paragraph(canvas, escape(head), _style(8, 10.5, _SOFT), _MARGIN_MM * mm, height - 15 * mm, 166 * mm)
        _foot(canvas, letter)

    return draw


def _foot(canvas: Any, letter: Letter) -> None:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm

    seller, german = letter.seller, letter.language == "de"
    columns = (
        (seller.name, seller.street, f"{seller.postcode} {seller.city}", seller.phone, seller.email),
        (
            seller.register,
            f"{'USt-IdNr.' if german else 'VAT ID'} {seller.vat_id}" if seller.vat_id else "",
            f"{'Steuernummer' if german else 'Tax number'} {seller.tax_number}" if seller.tax_number else "",
        ),
        (
            seller.bank,
            f"IBAN {seller.iban}" if seller.iban else "",
            f"BIC {seller.bic}" if seller.bic else "",
        ),
    )
    canvas.setStrokeColor(HexColor(_LINE))
    canvas.setLineWidth(0.4)
    canvas.line(_MARGIN_MM * mm, 25 * mm, 188 * mm, 25 * mm)
    for number, column in enumerate(columns):
        text = "<br/>".join(escape(line) for line in column if line)
        if text:
            left = (_MARGIN_MM + number * 56) * mm
            _paragraph(canvas, text, _style(6.8, 8.6, _SOFT), left, 23.5 * mm, 53 * mm)


def _numbered_canvas(letter: Letter) -> Any:
    """Return a canvas class that knows at the end how many pages there are."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    word, of = ("Seite", "von") if letter.language == "de" else ("Page", "of")

    class Numbered(Canvas):  # type: ignore[misc]
        """Keeps its pages until it is saved."""

        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            """Keep the page for later."""
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Number the pages and write them."""
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self.setFont(FONT, 7)
                self.setFillColor(HexColor(_SOFT))
                self.drawRightString(188 * mm, 27 * mm, f"{word} {number} {of} {len(self._kept)}")
                super().showPage()
            super().save()

    return Numbered
