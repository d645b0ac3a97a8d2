"""A button of the rail: icon, word and a badge with a count."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workstation.ui.shared import paint
from workstation.ui.shared.theme import Theme

BadgeTone = Literal["accent", "ask", "danger"]


class RailButton(QAbstractButton):
    """72x60, checkable. The word is always shown: a rail of icons alone has to be learnt."""

    def __init__(self, theme: Theme, icon: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon = theme, icon
        self._count, self._tone = 0, "accent"
        self._is_hovered = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_word(word)
        theme.changed.connect(self.updateGeometry)

    def set_word(self, word: str) -> None:
        """Set the word below the icon (again, after a change of language)."""
        self.setText(word)
        self._name()
        self.update()

    def set_badge(self, count: int, tone: BadgeTone = "accent") -> None:
        """Show ``count`` (0 hides the badge)."""
        self._count, self._tone = count, tone
        self._name()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self._count}" if self._count else self.text())

    def sizeHint(self) -> QSize:
        word = QFontMetricsF(self._theme.font("captionStrong")).horizontalAdvance(self.text())
        return QSize(max(self._theme.px(72), round(word) + 8), self._theme.px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.isChecked():
            paint.box(painter, rect, theme.px(8), theme.color("accent.bg"))
        elif self._is_hovered:
            paint.box(painter, rect, theme.px(8), theme.color("bg.pressed"))
        if self.hasFocus():
            paint.box(painter, rect, theme.px(8), None, theme.color("focus"), 2)
        tone = "accent.text" if self.isChecked() else "text.secondary"
        side = theme.px(20)
        icon_spot = QPointF((rect.width() - side) / 2, theme.px(10))
        painter.drawPixmap(icon_spot, theme.pixmap(self._icon, tone, 20, self.devicePixelRatioF()))
        font = theme.font("captionStrong" if self.isChecked() else "caption")
        word = QRectF(0, theme.px(34), rect.width(), theme.line("caption"))
        paint.text(painter, word, self.text(), font, theme.color(tone), Qt.AlignmentFlag.AlignCenter)
        if self._count:
            self._paint_badge(painter, QPointF(rect.width() / 2 + theme.px(6), theme.px(5)))

    def _paint_badge(self, painter: QPainter, corner: QPointF) -> None:
        theme = self._theme
        words = str(self._count) if self._count < 100 else "99+"
        font = theme.font("captionStrong.figures")
        height = theme.px(17)
        width = max(float(height), QFontMetricsF(font).horizontalAdvance(words) + theme.px(9))
        spot = QRectF(corner.x(), corner.y(), width, height)
        paint.box(painter, spot, height / 2, theme.color(f"{self._tone}.solid"))
        center = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, spot, words, font, theme.color("text.onSolid"), center)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self.update()
