"""The decision area: heading with the person's limit, the buttons, the undo bar, and one-key choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.casework.proposals import LineChoice
from workstation.ui.shared.decision_button import DecisionButton, DecisionFace, DecisionState
from workstation.ui.shared.decision_grid import DecisionGrid
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.undo_bar import UndoBar
from workstation.ui.shared.words import translate


class LineChooser(QFrame):
    """«Um welche Position geht es?»: one key takes a line with quantity 1, a second press takes one more."""

    chosen = Signal(dict)
    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choices: tuple[LineChoice, ...] = ()
        self._quantities: dict[str, int] = {}
        self._faces: list[DecisionButton] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.px(8))
        self._title = QLabel()
        theme.style(self._title, "h3")
        box.addWidget(self._title)
        self._grid = DecisionGrid(theme)
        self._grid.chosen.connect(self.take)
        box.addWidget(self._grid)
        row = QHBoxLayout()
        row.addStretch(1)
        back = QPushButton(translate("Decision", "Zurück"))
        theme.style(back, "bodyMedium", kind="ghost")
        back.clicked.connect(self.cancelled)
        self._done = QPushButton(translate("Decision", "Weiter"))
        theme.style(self._done, "bodyStrong", kind="primary")
        self._done.clicked.connect(self._finish)
        row.addWidget(back)
        row.addWidget(self._done)
        box.addLayout(row)

    def ask(self, title: str, choices: Sequence[LineChoice]) -> None:
        """Ask for one of ``choices``; with a single piece each, one key is the whole answer."""
        self._choices = tuple(choices)
        self._quantities = {choice.line_id: choice.quantity for choice in choices}
        self._title.setText(title)
        self._show()

    def _show(self) -> None:
        faces = []
        for number, choice in enumerate(self._choices, start=1):
            quantity = self._quantities[choice.line_id]
            faces.append(
                DecisionFace(
                    DecisionState.NOW,
                    title=choice.name,
                    word=translate("Decision", "{count} von {most}").format(count=quantity, most=choice.most),
                    key=f"Alt+{number}" if number <= 6 else "",
                )
            )
        self._grid.show_faces(faces)
        self._done.setVisible(any(self._quantities.values()))

    def take(self, index: int) -> None:
        """Take one more piece of line ``index``; at the most possible it starts again at none."""
        if not 0 <= index < len(self._choices):
            return
        choice = self._choices[index]
        if choice.most == 1:
            self.chosen.emit({choice.line_id: 1})
            return
        self._quantities[choice.line_id] = (self._quantities[choice.line_id] + 1) % (choice.most + 1)
        self._show()

    def _finish(self) -> None:
        self.chosen.emit({line: count for line, count in self._quantities.items() if count})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and any(self._quantities.values()):
            self._finish()
        else:
            super().keyPressEvent(event)


class AmountChanger(QFrame):
    """«Betrag ändern»: one field, and the button it makes, recoloured while one types."""

    edited = Signal(str)
    accepted = Signal()
    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.px(12))
        column = QVBoxLayout()
        label = QLabel(translate("Decision", "Neuer Betrag"))
        theme.style(label, "caption", tone="secondary")
        self.field = QLineEdit()
        theme.style(self.field, "h3")
        self.field.setFixedWidth(theme.px(140))
        self.field.setAccessibleName(translate("Decision", "Neuer Betrag"))
        self.field.textEdited.connect(self.edited)
        self.field.returnPressed.connect(self.accepted)
        label.setBuddy(self.field)
        column.addWidget(label)
        column.addWidget(self.field)
        self._usual = QHBoxLayout()
        self._usual.setSpacing(theme.px(4))
        column.addLayout(self._usual)
        column.addStretch(1)
        box.addLayout(column)
        made = QVBoxLayout()
        made.setSpacing(theme.px(4))
        self.button = DecisionButton(theme)
        self.button.clicked.connect(self.accepted)
        self.why = QLabel()
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        theme.style(self.why, "caption", tone="secondary")
        made.addWidget(self.button)
        made.addWidget(self.why)
        made.addStretch(1)
        box.addLayout(made, 1)
        back = QPushButton(translate("Decision", "Zurück"))
        theme.style(back, "bodyMedium", kind="ghost")
        back.clicked.connect(self.cancelled)
        box.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def show_face(self, face: DecisionFace | None) -> None:
        """Show the button the amount makes and why it has its colour; ``None``: there is no amount yet."""
        if face is not None:
            self.button.show_face(face)
            self.why.setText(face.rule)
        self.button.setVisible(face is not None)
        self.why.setVisible(face is not None and bool(face.rule))

    def suggest(self, amounts: Sequence[str]) -> None:
        """Offer usual amounts, each one click; as typed: ``10,00``."""
        while (item := self._usual.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for text in amounts:
            button = QPushButton(text)
            self._theme.style(button, "bodyMedium", kind="ghost")
            button.setAccessibleName(translate("Decision", "Neuer Betrag: {amount}").format(amount=text))
            button.clicked.connect(lambda _checked=False, chosen=text: self._take(chosen))
            self._usual.addWidget(button)
        self._usual.addStretch(1)

    def _take(self, text: str) -> None:
        self.field.setText(text)
        self.edited.emit(text)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


class DecisionPanel(QFrame):
    """Shows exactly one of: the buttons, the undo bar, a choice of lines, a new amount."""

    chosen = Signal(int)
    amount_wanted = Signal(int)
    usual_chosen = Signal(int, int)
    amount_edited = Signal(str)
    amount_accepted = Signal()
    lines_chosen = Signal(dict)
    choice_cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("surface", "panel")
        self.setProperty("line", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(12))
        box.setSpacing(theme.px(8))
        head = QHBoxLayout()
        self._title = QLabel(translate("Decision", "Entscheidung"))
        theme.style(self._title, "h3")
        self._rule_icon = QLabel()
        theme.set_icon(self._rule_icon, "circle-question-mark", "text.secondary", 14)
        self._limit = ElidingLabel(theme, role="caption", tone="secondary", is_greedy=False)
        head.addWidget(self._title)
        self.grid = DecisionGrid(theme)
        head.addWidget(self.grid.give_more())
        head.addStretch(1)
        head.addWidget(self._rule_icon)
        head.addWidget(self._limit)
        box.addLayout(head)
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        theme.style(self._empty, "body", tone="secondary")
        self.grid.chosen.connect(self.chosen)
        self.grid.change_amount_requested.connect(self.amount_wanted)
        self.grid.quick_chosen.connect(self.usual_chosen)
        self.undo_bar = UndoBar(theme)
        self.lines = LineChooser(theme)
        self.lines.chosen.connect(self.lines_chosen)
        self.lines.cancelled.connect(self.choice_cancelled)
        self.amount = AmountChanger(theme)
        self.amount.edited.connect(self.amount_edited)
        self.amount.accepted.connect(self.amount_accepted)
        self.amount.cancelled.connect(self.choice_cancelled)
        for part in (self._empty, self.grid, self.undo_bar, self.lines, self.amount):
            box.addWidget(part)
        self._head = (self._title, self._rule_icon, self._limit)
        self._only(self.grid)

    def _only(self, part: QWidget) -> None:
        for each in (self._empty, self.grid, self.undo_bar, self.lines, self.amount):
            each.setVisible(each is part)
        for each in self._head:
            each.setVisible(part is not self.undo_bar)
        self.grid.show_more(part is self.grid)

    def show_limit(self, words: str, rule: str) -> None:
        """Show «Dein Rahmen: 50 € je Fall, heute noch 212 €»; ``rule`` is the tooltip."""
        self._limit.set_text(words)
        set_tip(self._limit, rule)
        set_tip(self._rule_icon, rule)
        self._rule_icon.setVisible(bool(words) and not self.undo_bar.isVisible())

    def show_faces(self, faces: Sequence[DecisionFace]) -> None:
        """Show the buttons, or the sentence that there is nothing to book."""
        if not faces:
            self._empty.setText(
                translate("Decision", "Für diesen Fall gibt es keine Buchung. Antworte oder gib ihn weiter.")
            )
            self._only(self._empty)
            return
        self.grid.show_faces(faces)
        self._only(self.grid)

    def show_hold(self, title: str, sub: str, total_s: float, left_s: float) -> None:
        """Turn into the undo bar."""
        self.undo_bar.start(title, sub, total_s, left_s)
        self._only(self.undo_bar)

    def show_line_choice(self, title: str, choices: Sequence[LineChoice]) -> None:
        """Ask which line is meant."""
        self.lines.ask(title, choices)
        self._only(self.lines)
        self.lines.setFocus()

    def show_amount(self, text: str, face: DecisionFace, usual: Sequence[str] = ()) -> None:
        """Ask for another amount; the ``usual`` ones are offered beside the field."""
        self.amount.field.setText(text)
        self.amount.suggest(usual)
        self.amount.show_face(face)
        self._only(self.amount)
        self.amount.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.amount.field.selectAll()

    def press(self, number: int) -> None:
        """Alt+``number``: a decision, or a line while lines are asked for."""
        if self.lines.isVisible():
            self.lines.take(number - 1)
        elif self.grid.isVisible():
            self.grid.press(number - 1)
