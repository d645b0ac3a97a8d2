"""An empty place that says why it is empty and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.ui.shared.theme import Theme


class EmptyState(QWidget):
    """Icon, title, one or two sentences and at most one button."""

    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel(self)
        self._title = self._label("h2", "")
        self._text = self._label("body", "secondary")
        self.button = QPushButton(self)
        theme.style(self.button, "bodyMedium")
        self.button.clicked.connect(self.clicked)
        self.button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(32), theme.px(20), theme.px(32), theme.px(20))
        column.setSpacing(theme.px(4))
        center = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(self._icon, 0, center)
        column.addSpacing(theme.px(8))
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(theme.px(12))
        column.addWidget(self.button, 0, center)
        column.addStretch(3)

    def _label(self, role: str, tone: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        self._theme.style(label, role, tone=tone)
        return label

    def show_words(self, icon: str, title: str, text: str = "", button: str = "") -> None:
        """Show an icon by name, a title, plain sentences and the word of the button ('' for none)."""
        self._theme.set_icon(self._icon, icon, "text.secondary", 28)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{title}. {text}".strip())
