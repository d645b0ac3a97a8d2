"""A notice in place: what happened, whether money moved, what now; one or two buttons, details on demand."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate

NoticeTone = Literal["danger", "accent", "ask", "go"]
_ICONS: dict[NoticeTone, str] = {
    "danger": "circle-alert",
    "accent": "users",
    "ask": "triangle-alert",
    "go": "circle-check",
}


class Notice(QFrame):
    """Red for an error, blue for a conflict, amber for a warning. Hidden until ``show_notice``."""

    first_clicked = Signal()
    second_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon = QLabel(self)
        self._title = self._label("h3")
        self._text = self._label("caption")
        self._details = self._label("caption")
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QPushButton(self)
        theme.style(self._more, "caption", kind="link")
        self._more.clicked.connect(self._on_more)
        self.first = QPushButton(self)
        self.second = QPushButton(self)
        for button in (self.first, self.second):
            theme.style(button, "bodyMedium")
        self.first.clicked.connect(self.first_clicked)
        self.second.clicked.connect(self.second_clicked)
        self._build()
        self.hide()

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        self._theme.style(label, role)
        return label

    def _build(self) -> None:
        px = self._theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(10), px(12), px(10))
        row.setSpacing(px(10))
        words = QVBoxLayout()
        words.setSpacing(px(1))
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addWidget(self._details)
        words.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.first)
        row.addWidget(self.second)

    def show_notice(
        self,
        tone: NoticeTone,
        title: str,
        text: str = "",
        *,
        first: str = "",
        second: str = "",
        details: str = "",
        icon: str = "",
        is_first_primary: bool = False,
    ) -> None:
        """Show words and up to two buttons; ``details`` (a code) stay behind «Mehr» until asked for."""
        set_property(self, "tone", tone)
        color = "danger" if tone == "danger" else ""
        self._theme.style(self._title, "h3", tone=color)
        self._theme.set_icon(self._icon, icon or _ICONS[tone], f"{tone}.text", 20)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._details.setText(details)
        self._details.hide()
        self._more.setText(translate("Notice", "Mehr"))
        self._more.setVisible(bool(details))
        self._theme.style(self.first, "bodyMedium", kind="primary" if is_first_primary else "secondary")
        for button, words in ((self.first, first), (self.second, second)):
            button.setText(words)
            button.setVisible(bool(words))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.show()

    def _on_more(self) -> None:
        is_open = not self._details.isVisible()
        self._details.setVisible(is_open)
        self._more.setText(translate("Notice", "Weniger") if is_open else translate("Notice", "Mehr"))
