"""Grey shapes of the same geometry while something loads: after 150 ms, with a way out after 5 s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.ui.shared import paint
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

Shape = Literal["queue", "timeline", "messages"]
SHOW_AFTER_MS = 150
LONG_AFTER_MS = 5000
_WIDTHS = (150, 141, 132, 123, 114, 105, 96, 120, 138)
_SECOND = (230, 200, 170)


class Skeleton(QWidget):
    """Call ``start`` when loading begins and ``stop`` when it ends; a fast load shows nothing at all."""

    cancelled = Signal()

    def __init__(self, theme: Theme, shape: Shape, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._shape = theme, shape
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._appear)
        self._long = QTimer(self)
        self._long.setSingleShot(True)
        self._long.timeout.connect(self._offer_way_out)
        self._note = QWidget(self)
        self._note.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._note.setProperty("surface", "panel")
        self._words = QLabel(self._note)
        theme.style(self._words, "body", tone="secondary")
        self._cancel = QPushButton(self._note)
        theme.style(self._cancel, "bodyMedium")
        self._cancel.clicked.connect(self._on_cancel)
        column = QVBoxLayout(self._note)
        column.addWidget(self._words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignHCenter)
        self._note.hide()
        self.hide()

    def start(self) -> None:
        """Begin: the shapes appear after 150 ms unless ``stop`` comes first."""
        self.setAccessibleName(translate("Skeleton", "Wird geladen"))
        self._soon.start(SHOW_AFTER_MS)
        self._long.start(LONG_AFTER_MS)

    def stop(self) -> None:
        """End: hide everything."""
        self._soon.stop()
        self._long.stop()
        self._note.hide()
        self.hide()

    def _appear(self) -> None:
        self.raise_()
        self.show()

    def _offer_way_out(self) -> None:
        self._words.setText(translate("Skeleton", "Dauert länger als sonst"))
        self._cancel.setText(translate("Skeleton", "Abbrechen"))
        self._note.show()
        self._note.adjustSize()
        self._place_note()

    def _on_cancel(self) -> None:
        self.stop()
        self.cancelled.emit()

    def _place_note(self) -> None:
        self._note.adjustSize()
        self._note.move((self.width() - self._note.width()) // 2, self.height() * 2 // 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(
            self.rect(), self._theme.color("bg.panel" if self._shape != "timeline" else "bg.app")
        )
        draw: dict[Shape, Callable[[QPainter], None]] = {
            "queue": self._paint_queue,
            "timeline": self._paint_timeline,
            "messages": self._paint_messages,
        }
        draw[self._shape](painter)

    def _bar(
        self, painter: QPainter, x: float, y: float, width: float, height: float, radius: float = 4
    ) -> None:
        px = self._theme.px
        rect = QRectF(px(x), px(y), px(width), px(height))
        paint.box(painter, rect, px(radius), self._theme.color("bg.pressed"))

    def _paint_queue(self, painter: QPainter) -> None:
        row = 80 if self._theme.density == "comfortable" else 60
        right = self.width() / self._theme.scale - 20
        for index, width in enumerate(_WIDTHS):
            y = 20 + index * row
            self._bar(painter, 20, y + 1, 16, 12)
            self._bar(painter, 48, y, width, 12)
            self._bar(painter, right - 52, y - 4, 52, 20, 10)
            self._bar(painter, 48, y + 20, _SECOND[index % 3], 12)
            if row == 80:
                self._bar(painter, 48, y + 40, 120, 12)

    def _paint_timeline(self, painter: QPainter) -> None:
        right = self.width() / self._theme.scale - 20
        for index, width in enumerate(_WIDTHS):
            y = 52 + index * 60
            self._bar(painter, 21, y, 30, 30, 15)
            self._bar(painter, 60, y + 1, width, 12)
            self._bar(painter, right - 48, y + 1, 48, 12)
            self._bar(painter, 60, y + 20, _SECOND[index % 3] - 20, 10)

    def _paint_messages(self, painter: QPainter) -> None:
        wide = min(530.0, self.width() / self._theme.scale - 60)
        for index, height in enumerate((110, 64, 140)):
            y = 24 + sum((126, 80, 156)[:index])
            self._bar(painter, 20, y, 32, 32, 16)
            self._bar(painter, 60, y, wide - 40 * index, height, 10)
