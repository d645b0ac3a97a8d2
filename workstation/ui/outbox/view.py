"""The outbox as a popover: every act that waits, with what can still be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workstation.ui.outbox.view_model import OutboxLine
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.popover import Popover
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class OutboxPopover(Popover):
    """Lists lines; an act found held after a crash asks to be booked or discarded."""

    booked = Signal(str)
    discarded = Signal(str)
    withdrawn = Signal(str)
    opened = Signal(str)
    bring_back_wanted = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, width=420)
        self._outbox_theme = theme
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setMaximumHeight(theme.px(420))
        self.body.addWidget(self._area)
        self._compared = ElidingLabel(theme, "", role="caption", tone="secondary")
        self.body.addWidget(self._compared)
        self.bring_back = QPushButton(translate("Outbox", "Gesichertes zurückholen …"))
        theme.style(self.bring_back, "caption", kind="ghost")
        self.bring_back.clicked.connect(self.bring_back_wanted.emit)
        self.body.addWidget(self.bring_back)
        self._rows: list[QWidget] = []

    def show_lines(self, lines: Sequence[OutboxLine], compared: str = "") -> None:
        """Show ``lines``, and below them when this copy was compared with the hub's."""
        count = len(lines)
        side = (
            translate("Outbox", "1 Vorgang")
            if count == 1
            else translate("Outbox", "{count} Vorgänge").format(count=count)
        )
        self.show_words(
            translate("Outbox", "Ausgang"),
            side,
            translate("Outbox", "Die Reihenfolge bleibt erhalten. Erst buchen, dann antworten."),
        )
        inner = QWidget()
        inner.setProperty("surface", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._outbox_theme.px(12))
        self._rows = [self._row(line) for line in lines]
        for row in self._rows:
            column.addWidget(row)
        if not lines:
            empty = QLabel(translate("Outbox", "Nichts wartet. Alles ist beim Hub angekommen."))
            self._outbox_theme.style(empty, "body", tone="secondary")
            column.addWidget(empty)
        column.addStretch(1)
        self._compared.set_text(compared)
        self._compared.setVisible(bool(compared))
        self._area.setWidget(inner)
        self._area.setFixedHeight(min(self._outbox_theme.px(420), inner.sizeHint().height() + 4))
        self.adjustSize()

    def _row(self, line: OutboxLine) -> QWidget:
        theme = self._outbox_theme
        widget = QWidget()
        widget.setAccessibleName(f"{line.title}. {line.word}. {line.sub}")
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        icon = QLabel()
        theme.set_icon(icon, line.icon, "text.secondary", 16)
        row.addWidget(icon)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidingLabel(theme, line.title, role="bodyMedium"))
        words.addWidget(ElidingLabel(theme, line.sub, role="caption", tone="secondary"))
        row.addLayout(words, 1)
        state = QLabel(line.word)
        theme.style(state, "captionStrong", tone=line.tone)
        row.addWidget(state)
        if line.act == "answer":
            row.addWidget(self._button(translate("Outbox", "Buchen"), self.booked, line.cmd_id))
            row.addWidget(self._button(translate("Outbox", "Verwerfen"), self.discarded, line.cmd_id))
        elif line.act == "withdraw":
            row.addWidget(self._button(translate("Outbox", "Zurückziehen"), self.withdrawn, line.cmd_id))
        return widget

    def _button(self, word: str, signal: object, cmd_id: str) -> QPushButton:
        button = QPushButton(word)
        self._outbox_theme.style(button, "caption")
        button.clicked.connect(lambda: signal.emit(cmd_id))  # type: ignore[attr-defined]
        return button
