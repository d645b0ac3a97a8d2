"""One line of a customer's history, shown whole beside the list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from workstation.ui.customer_pane.models import TimelineItem
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.popover import Popover
from workstation.ui.shared.theme import Theme


class DocumentPopover(Popover):
    """Title, amount, the second line in full, when it was and how it stands."""

    def __init__(self, theme: Theme, window: QWidget, formats: Formats) -> None:
        super().__init__(theme, window, width=360)
        self._formats = formats
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.style(self._words, "body")
        self.body.addWidget(self._words)

    def show_item(self, item: TimelineItem, anchor: QWidget) -> None:
        """Show ``item`` beside ``anchor``."""
        amount = self._formats.money(item.amount) if item.amount is not None else ""
        local = self._formats.local(item.at)
        when = f"{self._formats.full_day(local.date())}, {self._formats.time(item.at)}"
        self.show_words(item.title, amount, " · ".join(part for part in (when, item.status) if part))
        self._words.setText(item.meta)
        self._words.setVisible(bool(item.meta))
        self.open_at(anchor)
