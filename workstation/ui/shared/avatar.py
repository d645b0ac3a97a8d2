"""A round badge with the initials of a person."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.ui.shared import paint
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme


def initials(name: str) -> str:
    """Return one or two capital letters for ``name``: «Anna Bergmann» gives «AB»; no name gives «?»."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][0].upper()
    return (words[0][0] + words[-1][0]).upper()


class Avatar(QWidget):
    """Initials on a disc: neutral for customers, ``is_staff`` violet for people of the firm."""

    def __init__(
        self, theme: Theme, size: int = 32, *, is_staff: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._size, self._is_staff = theme, size, is_staff
        self._letters = "?"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_name(self, name: str) -> None:
        """Show the initials of ``name``; the whole name is tooltip and accessible name."""
        self._letters = initials(name)
        self.setAccessibleName(name)
        set_tip(self, name)
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        back, front = ("note.bg", "note.text") if self._is_staff else ("bg.pressed", "text.secondary")
        rect = QRectF(self.rect())
        color = self._theme.color
        border = color("text.primary") if self._theme.is_high_contrast else None
        paint.box(painter, rect, rect.width() / 2, color(back), border)
        role = "h3" if self._size >= 40 else "captionStrong"
        paint.text(
            painter, rect, self._letters, self._theme.font(role), color(front), Qt.AlignmentFlag.AlignCenter
        )

    def _on_theme_changed(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
