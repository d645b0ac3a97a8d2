"""What stands over the list while cases are marked: how many, what can be done, what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from workstation.ui.shared.flow_layout import FlowLayout
from workstation.ui.shared.keymap import QUEUE_KEYS, native_keys
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.row_list import RowList
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of an act on several cases, in words; empty button words show no button."""

    words: str
    is_whole: bool = True
    """False: some cases were left as they are."""
    show: str = ""
    undo: str = ""


class QueueList(RowList):
    """The list of cases. Ctrl+click marks a case, Shift+click all up to it; neither opens one."""

    toggle_wanted = Signal(int)
    extend_wanted = Signal(int)

    def set_up_keys(self) -> None:
        """Let the keys of the queue work while this list has the focus."""
        self.setProperty(QUEUE_KEYS, True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(round(event.position().y()))
        held = event.modifiers()
        is_marking = held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if event.button() is not Qt.MouseButton.LeftButton or not is_marking or row < 0:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if held & Qt.KeyboardModifier.ShiftModifier:
            self.extend_wanted.emit(row)
        else:
            self.toggle_wanted.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            return  # a hand that trembles while marking moves nothing
        super().mouseMoveEvent(event)


class MarksBar(QFrame):
    """«3 ausgewählt», the acts that make sense for several cases, and the way back."""

    act_wanted = Signal(str)
    """assign, snooze, solve, no_case_spam, no_case_newsletter."""
    cleared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        px = theme.px
        column.setContentsMargins(px(20), 0, px(16), px(8))
        column.setSpacing(px(6))
        head = QHBoxLayout()
        self._count = QLabel(self)
        theme.style(self._count, "h3")
        head.addWidget(self._count, 1)
        self.clear_button = QPushButton(self)
        theme.style(self.clear_button, "bodyMedium", kind="ghost")
        theme.set_icon(self.clear_button, "x", "text.secondary", 16)
        self.clear_button.clicked.connect(self.cleared)
        head.addWidget(self.clear_button)
        column.addLayout(head)
        acts = QWidget(self)
        flow = FlowLayout(acts, px(6))
        self.assign, self.snooze, self.solve, self.no_case = (
            self._button(flow, icon) for icon in ("user", "calendar-clock", "check", "ban")
        )
        self.assign.clicked.connect(lambda: self.act_wanted.emit("assign"))
        self.snooze.clicked.connect(lambda: self.act_wanted.emit("snooze"))
        self.solve.clicked.connect(lambda: self.act_wanted.emit("solve"))
        self.no_case.clicked.connect(self._open_no_case)
        column.addWidget(acts)
        self.retranslate()

    def _button(self, flow: FlowLayout, icon: str) -> QPushButton:
        button = QPushButton(self)
        self._theme.style(button, "bodyMedium")
        self._theme.set_icon(button, icon, "text.primary", 16)
        flow.addWidget(button)
        return button

    def show_count(self, count: int) -> None:
        """Say how many cases are marked; the bar is there only while one is."""
        words = count_words(count)
        self._count.setText(words)
        self.setAccessibleName(words)
        self.setVisible(count > 0)

    def retranslate(self) -> None:
        """Fetch the words anew, after a change of language."""
        named = (
            (self.assign, translate("Marks", "Zuweisen"), "case.assign"),
            (self.snooze, translate("Marks", "Wiedervorlage"), "case.snooze"),
            (self.solve, translate("Marks", "Erledigt"), "case.done"),
            (self.no_case, translate("Marks", "Kein Fall"), "case.no_case"),
            (self.clear_button, translate("Marks", "Auswahl aufheben"), "window.back"),
        )
        for button, word, command in named:
            button.setText(word)
            set_tip(button, f"{word} ({native_keys(command)})")
        for button, word, _command in named[:-1]:
            button.setAccessibleName(translate("Marks", "{act}: alle ausgewählten").format(act=word))

    def _open_no_case(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self._theme.font("body"))
        for key, icon, word in (
            ("no_case_spam", "ban", translate("Marks", "Spam")),
            ("no_case_newsletter", "mail-x", translate("Marks", "Newsletter")),
        ):
            action = menu.addAction(self._theme.icon(icon), word)
            action.triggered.connect(lambda _checked=False, chosen=key: self.act_wanted.emit(chosen))
        menu.popup(self.no_case.mapToGlobal(QPoint(0, self.no_case.height())))


class BatchLine(QFrame):
    """What became of the last act on several cases; it stays until it is put away or followed by another."""

    show_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(12), px(8), px(8), px(8))
        column.setSpacing(px(4))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self._icon = QLabel(self)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(1)
        theme.style(self._words, "body")
        row.addWidget(self._words, 1)
        self.close_button = QPushButton(self)
        theme.style(self.close_button, "body", kind="icon-ghost")
        theme.set_icon(self.close_button, "x", "text.secondary", 16)
        self.close_button.clicked.connect(self.hide)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(6))
        self.show_button, self.undo_button = QPushButton(self), QPushButton(self)
        for button, wanted in ((self.show_button, self.show_wanted), (self.undo_button, self.undo_wanted)):
            theme.style(button, "bodyMedium")
            button.clicked.connect(wanted)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.undo_button.clicked.connect(self.hide)
        self.hide()

    def show_outcome(self, outcome: BatchOutcome) -> None:
        """Show what became of an act."""
        tone = "go" if outcome.is_whole else "ask"
        set_property(self, "tone", tone)
        icon = "circle-check" if outcome.is_whole else "triangle-alert"
        self._theme.set_icon(self._icon, icon, f"{tone}.text", 16)
        self._words.setText(outcome.words)
        self.setAccessibleName(outcome.words)
        close = translate("Marks", "Ausblenden")
        self.close_button.setAccessibleName(close)
        set_tip(self.close_button, close)
        for button, words in ((self.show_button, outcome.show), (self.undo_button, outcome.undo)):
            button.setText(words)
            button.setVisible(bool(words))
        self.show()

    @property
    def words(self) -> str:
        """What it says now."""
        return self._words.text()


def count_words(count: int) -> str:
    """Return «3 ausgewählt»."""
    return translate("Marks", "{count} ausgewählt").format(count=count)
