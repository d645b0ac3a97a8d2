"""Chips: due time, presence, and the facts of a reply; drawn the same in widgets and in list rows."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.ui.shared import paint
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme

Tone = Literal["go", "ask", "no", "danger", "note", "accent"]
FactState = Literal["known", "late", "deviating"]
HEIGHT = 22
_PAD, _GAP, _ICON = 8, 5, 14
_FACTS: dict[FactState, tuple[Tone, str]] = {
    "known": ("go", "circle-check"),
    "late": ("no", "clock"),
    "deviating": ("danger", "circle-alert"),
}


def _role(is_pill: bool) -> str:
    # Pills hold minutes that tick, facts hold words with hyphens.
    return "captionStrong.figures" if is_pill else "captionStrong"


def chip_size(theme: Theme, words: str, icon: str = "", *, is_pill: bool = True) -> QSize:
    """Return the size of a chip with these words."""
    width = QFontMetricsF(theme.font(_role(is_pill))).horizontalAdvance(words) + 2 * theme.px(_PAD)
    if icon:
        width += theme.px(_ICON) + theme.px(_GAP)
    return QSize(round(width + 0.5), theme.px(HEIGHT))


def draw_chip(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    words: str,
    tone: Tone,
    icon: str = "",
    *,
    is_pill: bool = True,
    ratio: float = 1.0,
) -> None:
    """Draw a chip filling ``rect``."""
    border = theme.color("text.primary") if theme.is_high_contrast else None
    if tone == "no" and border is None:
        border = theme.color("no.border")
    radius = rect.height() / 2 if is_pill else float(theme.px(6))
    paint.box(painter, rect, radius, theme.color(f"{tone}.bg"), border)
    x = rect.left() + theme.px(_PAD)
    if icon:
        side = theme.px(_ICON)
        top = rect.center().y() - side / 2
        painter.drawPixmap(QPointF(x, top), theme.pixmap(icon, f"{tone}.text", _ICON, ratio))
        x += side + theme.px(_GAP)
    room = QRectF(x, rect.top(), rect.right() - x, rect.height())
    paint.text(painter, room, words, theme.font(_role(is_pill)), theme.color(f"{tone}.text"))


def chip_pixmap(theme: Theme, words: str, tone: Tone, icon: str, ratio: float) -> QPixmap:
    """Return a chip as a picture for list rows, sharp at device pixel ``ratio``."""
    size = chip_size(theme, words, icon)
    pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_chip(painter, theme, QRectF(0, 0, size.width(), size.height()), words, tone, icon, ratio=ratio)
    painter.end()
    return pixmap


class Chip(QWidget):
    """A word with an icon on a tinted ground; the state is never told by the colour alone."""

    def __init__(self, theme: Theme, *, is_pill: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._is_pill = theme, is_pill
        self._words, self._icon = "", ""
        self._tone: Tone = "no"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    def show_words(self, words: str, tone: Tone, icon: str = "", *, spoken: str = "") -> None:
        """Show ``words``; ``spoken`` is what a screen reader says if that differs."""
        self._words, self._tone, self._icon = words, tone, icon
        self.setAccessibleName(spoken or words)
        self._on_theme_changed()

    @property
    def tone(self) -> Tone:
        """The tone shown now."""
        return self._tone

    @property
    def words(self) -> str:
        """The words shown now."""
        return self._words

    def sizeHint(self) -> QSize:
        return chip_size(self._theme, self._words, self._icon, is_pill=self._is_pill)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_chip(
            painter,
            self._theme,
            QRectF(self.rect()),
            self._words,
            self._tone,
            self._icon,
            is_pill=self._is_pill,
            ratio=self.devicePixelRatioF(),
        )

    def _on_theme_changed(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()


class FactChip(Chip):
    """A fact in the reply: known (green), late (grey, «folgt») or deviating from the booking (red)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, is_pill=False, parent=parent)
        self.state: FactState = "known"

    def show_fact(self, words: str, state: FactState = "known", *, explanation: str = "") -> None:
        """Show a fact; ``explanation`` is the tooltip («Weicht von der Buchung ab: 42,90 €»)."""
        self.state = state
        tone, icon = _FACTS[state]
        self.show_words(words, tone, icon, spoken=f"{words}. {explanation}" if explanation else words)
        set_tip(self, explanation)
