"""Small drawing acts shared by self-painted widgets and delegates."""

from __future__ import annotations

from collections import OrderedDict
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def box(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None,
    border: QColor | None = None,
    width: float = 1.0,
    *,
    is_dashed: bool = False,
) -> None:
    """Draw a rounded box inside ``rect``; the border lies wholly inside, so it is sharp at any scale."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(fill) if fill is not None else QBrush(Qt.BrushStyle.NoBrush))
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
        return
    pen = QPen(border, width)
    if is_dashed:
        pen.setDashPattern([4.0, 3.0])
    painter.setPen(pen)
    half = width / 2
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = _LEFT,
) -> None:
    """Draw one line of ``words`` in ``rect`` as it is (elide before)."""
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, _one_line(align), words)


@cache
def _one_line(align: Qt.AlignmentFlag) -> int:
    # Joining two of Qt's flags in Python takes a tenth of the time it takes to draw the words.
    return int(align | Qt.TextFlag.TextSingleLine)


def disc(painter: QPainter, center: QPointF, radius: float, color: QColor) -> None:
    """Draw a filled circle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(center, radius, radius)


def wrap(words: str, metrics: QFontMetricsF, width: float, indent: float = 0.0) -> list[str]:
    """Break ``words`` into lines of at most ``width`` px; the first line starts ``indent`` px further in.

    Breaks at spaces (never at a no-break space); a word longer than a line is broken inside.
    The first line may be empty when nothing fits beside the indent.
    """
    lines: list[str] = []
    current = ""
    for word in words.split(" "):
        room = width - (indent if not lines else 0.0)
        joined = f"{current} {word}" if current else word
        if metrics.horizontalAdvance(joined) <= room:
            current = joined
            continue
        if current or not lines:
            lines.append(current)
        current = word
        while metrics.horizontalAdvance(current) > width and len(current) > 1:
            cut = len(current) - 1
            while cut > 1 and metrics.horizontalAdvance(current[:cut]) > width:
                cut -= 1
            lines.append(current[:cut])
            current = current[cut:]
    lines.append(current)
    return lines


class Elider:
    """Elided one-line texts by (text, font role, width); measuring text dominates a row's painting time."""

    def __init__(self, size: int = 4000) -> None:
        self._size = size
        self._known: OrderedDict[tuple[str, str, int], str] = OrderedDict()
        self._metrics: dict[str, QFontMetricsF] = {}

    def clear(self) -> None:
        """Forget everything (after a change of the theme)."""
        self._known.clear()
        self._metrics.clear()

    def metrics(self, role: str, font: QFont) -> QFontMetricsF:
        """Return the metrics of ``font``, kept by its role."""
        found = self._metrics.get(role)
        if found is None:
            found = self._metrics[role] = QFontMetricsF(font)
        return found

    def elide(self, words: str, role: str, font: QFont, width: int) -> str:
        """Return ``words`` cut to ``width`` px with an ellipsis."""
        key = (words, role, width)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self._size:
                self._known.popitem(last=False)
            found = self.metrics(role, font).elidedText(words, Qt.TextElideMode.ElideRight, width)
            self._known[key] = found
        return found


class PixmapCache:
    """Ready-drawn parts (chips, badges) by key; cleared on a change of the theme."""

    def __init__(self, size: int = 600) -> None:
        self._size = size
        self._known: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> QPixmap | None:
        """Return the picture under ``key``, if drawn before."""
        return self._known.get(key)

    def put(self, key: tuple[object, ...], pixmap: QPixmap) -> QPixmap:
        """Keep and return ``pixmap``."""
        if len(self._known) >= self._size:
            self._known.popitem(last=False)
        self._known[key] = pixmap
        return pixmap

    def clear(self) -> None:
        """Forget all pictures."""
        self._known.clear()
