"""Draws the small pictures and the one PDF that customers attach; the same name gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT = 640, 480
_TABLE = (196, 164, 132)
_CERAMIC = (92, 96, 104)


def file_for(name: str) -> tuple[bytes, str, str]:
    """Return (bytes, main type, sub type) of an attachment called ``name``."""
    kind = name.rpartition(".")[2]
    if kind == "pdf":
        return _pdf(name), "application", "pdf"
    image = _drawing(name)
    out = io.BytesIO()
    if kind == "png":
        image.save(out, "PNG", optimize=True)
        return out.getvalue(), "image", "png"
    image.save(out, "JPEG", quality=78)
    return out.getvalue(), "image", "jpeg"


def _drawing(name: str) -> Image.Image:
    rng = Random(name)
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _TABLE)
    draw = ImageDraw.Draw(image)
    for line in range(0, _HEIGHT, 12):
        shade = rng.randrange(-14, 14)
        draw.line([(0, line), (_WIDTH, line + rng.randrange(-6, 6))], _shaded(_TABLE, shade), 11)
    _SUBJECTS.get(name.rpartition(".")[0], _box)(draw, rng)
    return image


def _shaded(colour: tuple[int, int, int], by: int) -> tuple[int, int, int]:
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue


def _bowl(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.ellipse((150, 130, 490, 390), fill=(116, 92, 72), outline=(70, 54, 42), width=6)
    draw.ellipse((185, 160, 455, 340), fill=(134, 108, 86))
    draw.arc((200, 170, 440, 330), 200, 320, fill=(168, 142, 118), width=5)


def _shards(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    for _ in range(16):
        x, y, size = rng.randrange(120, 520), rng.randrange(110, 380), rng.randrange(24, 82)
        corners = [(x + rng.randrange(-size, size), y + rng.randrange(-size, size)) for _ in range(4)]
        draw.polygon(corners, fill=_shaded(_CERAMIC, rng.randrange(-26, 30)), outline=(48, 50, 56))


def _cake(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.ellipse((130, 110, 510, 400), fill=(250, 244, 236), outline=(214, 200, 186), width=5)
    draw.pieslice((130, 110, 510, 400), 300, 360, fill=(226, 196, 186))
    for _ in range(26):
        x, y = rng.randrange(180, 460), rng.randrange(150, 360)
        draw.ellipse((x, y, x + 22, y + 20), fill=(190, 34, 66))


def _bread(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.ellipse((90, 120, 550, 380), fill=(150, 96, 48), outline=(102, 62, 28), width=10)
    draw.ellipse((130, 160, 510, 340), fill=(226, 196, 150))
    draw.ellipse((230, 200, 420, 320), fill=(180, 146, 104))


def _stone(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.rectangle((100, 110, 540, 380), fill=(206, 190, 168), outline=(150, 134, 112), width=6)
    points = [(120 + step * 40, 240 + rng.randrange(-34, 34)) for step in range(11)]
    draw.line(points, fill=(64, 52, 42), width=5)


def _teapot(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.ellipse((180, 160, 450, 390), fill=(150, 176, 140), outline=(96, 120, 90), width=6)
    draw.arc((400, 200, 530, 330), 270, 90, fill=(96, 120, 90), width=16)
    draw.polygon([(190, 250), (96, 190), (120, 176), (205, 220)], fill=(150, 176, 140))
    draw.polygon([(96, 190), (84, 176), (112, 180)], fill=(240, 236, 226))


def _machine(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.rounded_rectangle((200, 90, 470, 190), 30, fill=(190, 40, 44))
    draw.rectangle((410, 170, 470, 370), fill=(176, 34, 38))
    draw.rounded_rectangle((180, 350, 490, 400), 16, fill=(190, 40, 44))
    draw.ellipse((210, 220, 390, 360), fill=(208, 210, 214), outline=(140, 142, 148), width=5)


def _screen(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.rectangle((40, 40, 600, 440), fill=(250, 250, 250), outline=(190, 190, 190), width=2)
    draw.rectangle((40, 40, 600, 76), fill=(226, 228, 232))
    for line in range(5):
        draw.rectangle(
            (80, 110 + line * 34, 80 + rng.randrange(220, 460), 122 + line * 34), fill=(214, 216, 220)
        )
    draw.rounded_rectangle((80, 300, 420, 340), 6, fill=(255, 236, 236), outline=(200, 60, 60), width=2)
    draw.text((96, 312), "HERBST10: Dieser Code ist ungueltig.", fill=(170, 30, 30))


def _box(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    draw.polygon([(140, 180), (330, 120), (520, 180), (330, 250)], fill=(206, 168, 118))
    draw.polygon([(140, 180), (330, 250), (330, 420), (140, 340)], fill=(184, 144, 96))
    draw.polygon([(520, 180), (330, 250), (330, 420), (520, 340)], fill=(164, 126, 82))
    draw.polygon([(420, 216), (500, 190), (470, 260), (410, 290)], fill=(110, 80, 50))


_SUBJECTS: dict[str, Callable[[ImageDraw.ImageDraw, Random], None]] = {
    "schale": _bowl,
    "scherben": _shards,
    "torte-oben": _cake,
    "karton": _box,
    "brot": _bread,
    "stein": _stone,
    "teapot": _teapot,
    "maschine": _machine,
    "fehler": _screen,
}


def _pdf(name: str) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, invariant=1)
    page.setTitle(name)
    page.setFont("Helvetica-Bold", 14)
    page.drawString(60, 780, "Kontoauszug (Ausschnitt)")
    page.setFont("Helvetica", 11)
    rows = ("Backhaus Lindner   Lastschrift   -48,70 EUR", "Backhaus Lindner   Lastschrift   -48,70 EUR")
    for number, row in enumerate(rows):
        page.drawString(60, 740 - number * 20, row)
    page.showPage()
    page.save()
    return out.getvalue()
