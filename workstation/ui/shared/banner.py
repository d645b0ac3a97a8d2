"""The banner over the whole window: no connection, or an update is needed; work goes on below it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.theme import Theme, set_property

HEIGHT = 44


class Banner(QFrame):
    """Icon, a strong part, a plain part and up to two buttons. Hidden until ``show_banner``."""

    first_clicked = Signal()
    second_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon = QLabel(self)
        self._strong = ElidingLabel(theme, role="bodyStrong", tone="ask", is_greedy=False, parent=self)
        self._plain = ElidingLabel(theme, parent=self)
        self.first = QPushButton(self)
        theme.style(self.first, "bodyMedium")
        self.second = QPushButton(self)
        theme.style(self.second, "bodyMedium", kind="ghost")
        self.first.clicked.connect(self.first_clicked)
        self.second.clicked.connect(self.second_clicked)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._strong)
        self._row.addWidget(self._plain, 1)
        self._row.addWidget(self.first)
        self._row.addWidget(self.second)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def show_banner(
        self,
        strong: str,
        plain: str,
        *,
        first: str = "",
        second: str = "",
        icon: str = "wifi-off",
        second_icon: str = "refresh-cw",
        is_danger: bool = False,
    ) -> None:
        """Show «Keine Verbindung seit 14:06.» and what it means; empty buttons stay away."""
        tone = "danger" if is_danger else "ask"
        set_property(self, "tone", tone)
        self._theme.style(self._strong, "bodyStrong", tone=tone)
        self._theme.set_icon(self._icon, icon, f"{tone}.text", 20)
        self._strong.set_text(strong)
        self._plain.set_text(plain)
        for button, words in ((self.first, first), (self.second, second)):
            button.setText(words)
            button.setVisible(bool(words))
        if second:
            self._theme.set_icon(self.second, second_icon)
        self.setAccessibleName(f"{strong} {plain}")
        self.show()

    def _on_theme_changed(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(20), 0, px(16), 0)
        self._row.setSpacing(px(8))
        self.setFixedHeight(px(HEIGHT))
