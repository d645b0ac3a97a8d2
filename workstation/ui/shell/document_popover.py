"""One line of a customer's history, shown whole beside the list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from workstation.ui.customer_pane.models import TimelineItem
from workstation.ui.shared.decision_button import DecisionButton, DecisionFace
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.popover import Popover
from workstation.ui.shared.theme import Theme


class DocumentPopover(Popover):
    """Title, amount, the second line in full, when it was and how it stands; what can be decided about it."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, window: QWidget, formats: Formats) -> None:
        super().__init__(theme, window, width=360)
        self._formats = formats
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.style(self._words, "body")
        self.body.addWidget(self._words)
        self._anchor: QWidget = window
        self.item_id = ""
        self.decisions: list[DecisionButton] = []

    def show_decisions(self, item_id: str, faces: Sequence[DecisionFace]) -> None:
        """Add what can be decided about the line shown, if it still is ``item_id``; ``chosen`` says which."""
        if item_id != self.item_id or not self.isVisible():
            return
        self._drop_decisions()
        for number, face in enumerate(faces):
            button = DecisionButton(self._theme, self)
            button.show_face(face)
            button.clicked.connect(lambda _checked=False, at=number: self.chosen.emit(at))
            self.decisions.append(button)
            self.body.addWidget(button)
            button.show()  # now, so that the card is measured with it
        if faces:
            self.open_at(self._anchor)

    def _drop_decisions(self) -> None:
        for button in self.decisions:
            button.hide()
            self.body.removeWidget(button)
            button.deleteLater()
        self.decisions = []

    def show_item(self, item: TimelineItem, anchor: QWidget) -> None:
        """Show ``item`` beside ``anchor``."""
        self._drop_decisions()
        self.item_id, self._anchor = item.item_id, anchor
        amount = self._formats.money(item.amount) if item.amount is not None else ""
        local = self._formats.local(item.at)
        when = f"{self._formats.full_day(local.date())}, {self._formats.time(item.at)}"
        self.show_words(item.title, amount, " · ".join(part for part in (when, item.status) if part))
        self._words.setText(item.meta)
        self._words.setVisible(bool(item.meta))
        self.open_at(anchor)
