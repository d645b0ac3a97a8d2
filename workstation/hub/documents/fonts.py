"""The typeface of all papers, embedded so that they look the same on every printer."""

from __future__ import annotations

FONT = "Inter"


def load_font() -> None:
    """Make the typeface known to the drawing library; doing it twice changes nothing."""
    from importlib.resources import files

    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"
        pdfmetrics.registerFont(TTFont(FONT, str(path)))
