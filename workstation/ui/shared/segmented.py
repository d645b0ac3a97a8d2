"""Tabs side by side with counts: Alle 15, Meine 6, Team 9; arrow keys move between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared.theme import Theme, set_property


class Segmented(QWidget):
    """Exactly one segment is chosen. ``kind`` is «segment» (filled) or «tab» (underlined)."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, *, kind: str = "segment", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._kind = theme, kind
        self._keys: list[str] = []
        self.buttons: list[QPushButton] = []
        self._current = ""
        self._is_tight, self._loose_width = False, 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(4))
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_items(self, items: Sequence[tuple[str, str, int | None]]) -> None:
        """Show (key, word, count) triples; None hides the count. The choice stays if its key stays."""
        self._keys = [key for key, _, _ in items]
        while len(self.buttons) < len(items):
            button = QPushButton(self)
            button.setCheckable(True)
            self._theme.style(button, "bodyMedium", kind=self._kind)
            number = len(self.buttons)
            button.clicked.connect(lambda _=False, at=number: self._on_clicked(at))
            self._row.insertWidget(number, button)
            self.buttons.append(button)
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(items))
            if number < len(items):
                _, word, count = items[number]
                button.setText(word if count is None else f"{word} {count}")
                button.setAccessibleName(word if count is None else f"{word}, {count}")
        if self._current not in self._keys and self._keys:
            self._current = self._keys[0]
        self._mark()
        if self.isVisible():
            self._fit()

    @property
    def current(self) -> str:
        """Key of the chosen segment."""
        return self._current

    def choose(self, key: str) -> None:
        """Choose ``key`` without a signal; an unknown key changes nothing."""
        if key in self._keys:
            self._current = key
            self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # In a narrow pane the words move closer together rather than being cut.
        wanted = self._row.sizeHint().width()
        if not self._is_tight and wanted > self.width() > 0:
            self._is_tight, self._loose_width = True, wanted
        elif self._is_tight and self.width() >= self._loose_width:
            self._is_tight = False
        self._row.setSpacing(self._theme.px(2) if self._is_tight else self._theme.px(4))
        for button in self.buttons:
            set_property(button, "tone", "tight" if self._is_tight else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._keys:
            super().keyPressEvent(event)
            return
        at = (self._keys.index(self._current) + step) % len(self._keys)
        self._on_clicked(at)
        self.buttons[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_clicked(self, at: int) -> None:
        is_new = self._keys[at] != self._current
        self._current = self._keys[at]
        self._mark()
        if is_new:
            self.chosen.emit(self._current)

    def _mark(self) -> None:
        for number, key in enumerate(self._keys):
            is_current = key == self._current
            self.buttons[number].setChecked(is_current)
            # One stop for Tab; the arrows move inside.
            policy = Qt.FocusPolicy.StrongFocus if is_current else Qt.FocusPolicy.ClickFocus
            self.buttons[number].setFocusPolicy(policy)
