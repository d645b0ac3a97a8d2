"""The strip over the conversation: what only a person can settle, and work orders to confirm."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.case_desk.models import DoubtShown, OpenWorkShown, Outcome
from workstation.ui.case_desk.view_settle import SettleSheet
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate
from workstation.ui.shared.work_row import WorkOrderRow


class DoubtCard(QFrame):
    """What may have happened, what is known of it, and the two acts that settle it."""

    settled = Signal(str, str)
    """Effect id and outcome (``done``, ``not_done``)."""

    def __init__(self, theme: Theme, doubt: DoubtShown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = theme.px
        self.doubt = doubt
        self.setProperty("kind", "notice")
        set_property(self, "tone", doubt.tone)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(doubt.title)
        self.setAccessibleDescription(doubt.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(10), px(12), px(10))
        row.setSpacing(px(10))
        icon = QLabel()
        theme.set_icon(icon, "circle-question-mark", f"{doubt.tone}.text", 20)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        row.addLayout(words, 1)
        for text, role in ((doubt.title, "h3"), (doubt.text, "caption"), (doubt.details, "caption")):
            if not text:
                continue
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            tone = "danger" if role == "h3" and doubt.tone == "danger" else ""
            theme.style(label, role, tone="secondary" if text is doubt.details else tone)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        self.buttons: list[QPushButton] = []
        acts = QHBoxLayout()
        acts.setSpacing(px(8))
        for word, outcome in ((doubt.done_word, "done"), (doubt.not_done_word, "not_done")):
            if word:
                self._add_button(theme, acts, word, outcome)
        if self.buttons:
            acts.addStretch(1)
            words.addSpacing(px(6))
            words.addLayout(acts)

    def _add_button(self, theme: Theme, row: QHBoxLayout, word: str, outcome: str) -> None:
        button = QPushButton(word)
        theme.style(button, "bodyMedium", kind="secondary")
        button.setAccessibleDescription(self.doubt.title)
        button.clicked.connect(lambda: self.settled.emit(self.doubt.effect_id, outcome))
        row.addWidget(button)
        self.buttons.append(button)


class WorkStrip(QFrame):
    """Doubts first, then work orders; hidden while there is nothing."""

    settled = Signal(str, str, str, str)
    """Effect id, outcome, reference and note."""
    confirmed = Signal(str)
    slip_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: OpenWorkShown | None = None
        self.setAccessibleName(translate("OpenWork", "Zu klären und zu bestätigen"))
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), 0)
        self._box.setSpacing(theme.px(6))
        self.cards: list[DoubtCard] = []
        self.rows: list[WorkOrderRow] = []
        self.sheet: SettleSheet | None = None
        self.hide()

    def show_work(self, shown: OpenWorkShown) -> None:
        """Show what stands open; the focus stays in the strip while there is a button left."""
        if shown == self._shown:
            return
        self._shown = shown
        focus = self.focusWidget()
        had_focus = focus is not None and focus.hasFocus()
        self._clear()
        for doubt in shown.doubts:
            card = DoubtCard(self._theme, doubt)
            card.settled.connect(self._on_settled)
            self.cards.append(card)
            self._box.addWidget(card)
        for work in shown.work:
            row = WorkOrderRow(self._theme, work)
            row.confirmed.connect(self.confirmed)
            row.slip_wanted.connect(self.slip_wanted)
            self.rows.append(row)
            self._box.addWidget(row)
        if shown.more:
            rest = QLabel(translate("OpenWork", "und {count} weitere").format(count=shown.more))
            self._theme.style(rest, "caption", tone="secondary")
            self._box.addWidget(rest)
        self.setVisible(bool(shown.doubts or shown.work))
        buttons = self.buttons()
        if buttons:
            self.setFocusProxy(buttons[0])
        if had_focus and buttons:
            buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def buttons(self) -> list[QPushButton]:
        """All buttons, from the top."""
        rows = [button for row in self.rows for button in (row.slip, row.button) if button is not None]
        return [*(button for card in self.cards for button in card.buttons), *rows]

    def release(self) -> None:
        """An act was refused: what was clicked can be clicked again."""
        for button in self.buttons():
            button.setEnabled(True)

    def _clear(self) -> None:
        self.cards, self.rows = [], []
        while self._box.count():
            item = self._box.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _on_settled(self, effect_id: str, outcome: Outcome) -> None:
        doubt = next((card.doubt for card in self.cards if card.doubt.effect_id == effect_id), None)
        if doubt is None:
            return
        if not doubt.ask:
            self.settled.emit(effect_id, outcome, "", "")
            return
        sheet = SettleSheet(self._theme, doubt, outcome, self.window())
        self.sheet = sheet
        sheet.accepted.connect(self._on_accepted)
        sheet.finished.connect(self._on_finished)
        sheet.open()

    def _on_accepted(self) -> None:
        sheet = self.sheet
        if sheet is not None:
            self.settled.emit(sheet.effect_id, sheet.outcome, sheet.reference, sheet.note)

    def _on_finished(self) -> None:
        self.sheet = None
