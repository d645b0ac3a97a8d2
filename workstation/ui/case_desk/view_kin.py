"""The strip below the head of a case: other cases it is tied to, and whose other address this may be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.case_desk.kin_words import KinChip, KinGone, KinQuestion, KinShown
from workstation.ui.shared.flow_layout import FlowLayout
from workstation.ui.shared.notice import Notice
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme


class KinStrip(QFrame):
    """Each chip goes to its case; the cross beside it takes the tie back. Hidden while there is nothing."""

    jump_requested = Signal(str)
    """Case id."""
    undo_requested = Signal(str, str)
    """Kind (``linked``, ``merged``, ``merged_into``) and case id."""
    answered = Signal(bool)
    """Yes or no to the question."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = KinShown()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.px(20), theme.px(8), theme.px(20), 0)
        box.setSpacing(theme.px(8))
        self._row = QWidget(self)
        self._flow = FlowLayout(self._row, gap=theme.px(8))
        box.addWidget(self._row)
        self.gone = Notice(theme, self)
        self.gone.first_clicked.connect(lambda: self._on_gone(self.jump_requested.emit))
        self.gone.second_clicked.connect(
            lambda: self._on_gone(lambda case_id: self.undo_requested.emit("merged_into", case_id))
        )
        box.addWidget(self.gone)
        self.question = Notice(theme, self)
        self.question.first_clicked.connect(lambda: self.answered.emit(True))
        self.question.second_clicked.connect(lambda: self.answered.emit(False))
        box.addWidget(self.question)
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_kin(self, shown: KinShown) -> None:
        """Show other cases and the question; the same again changes nothing."""
        if shown == self._shown:
            return
        self._shown = shown
        had_focus = any(button.hasFocus() for button in self.buttons)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        for chip in shown.chips:
            self._flow.addWidget(self._pair(chip))
        self._row.setVisible(bool(shown.chips))
        self._say_gone(shown.gone)
        self._ask(shown.question)
        self.setVisible(bool(shown.chips or shown.question or shown.gone))
        first = self.gone.first if shown.gone is not None else self.question.first
        self.setFocusProxy(self.buttons[0] if self.buttons else first)
        if had_focus and self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_gone(self, gone: KinGone | None) -> None:
        if gone is None:
            self.gone.hide()
            return
        self.gone.show_notice(
            "accent",
            gone.title,
            gone.text,
            first=gone.go,
            second=gone.undo,
            icon="git-merge",
            is_first_primary=True,
        )

    def _on_gone(self, act: Callable[[str], object]) -> None:
        if self._shown.gone is not None:
            act(self._shown.gone.case_id)

    def _ask(self, question: KinQuestion | None) -> None:
        if question is None:
            self.question.hide()
            return
        self.question.show_notice(
            "accent", question.title, question.text, first=question.yes, second=question.no
        )

    def _pair(self, chip: KinChip) -> QWidget:
        pair = QWidget(self._row)
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        jump = QPushButton(chip.words)
        self._theme.style(jump, "caption", kind="tile")
        self._theme.set_icon(jump, chip.icon, "text.secondary", 14)
        jump.setAccessibleName(chip.words)
        jump.setAccessibleDescription(chip.about)
        set_tip(jump, chip.about)
        jump.setMinimumHeight(self._theme.px(26))
        jump.clicked.connect(lambda: self.jump_requested.emit(chip.case_id))
        undo = QPushButton()
        self._theme.style(undo, "caption", kind="icon-ghost")
        self._theme.set_icon(undo, "x", "text.secondary", 14)
        undo.setAccessibleName(chip.undo)
        set_tip(undo, chip.undo)
        undo.clicked.connect(lambda: self.undo_requested.emit(chip.kind, chip.case_id))
        row.addWidget(jump)
        row.addWidget(undo)
        self.buttons += [jump, undo]
        return pair
