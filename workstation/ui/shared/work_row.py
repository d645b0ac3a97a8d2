"""One work order in one line: what, since when, and its buttons or what became of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.work_words import WorkRow


class WorkOrderRow(QFrame):
    """One work order in one line: what, since when, and its button or what became of it."""

    confirmed = Signal(str)
    slip_wanted = Signal(str)
    place_wanted = Signal(str)
    """Id of the work order whose case is to be shown."""

    def __init__(self, theme: Theme, work: WorkRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.work = work
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(1), px(12), px(1))
        row.setSpacing(px(10))
        icon = QLabel()
        theme.set_icon(icon, work.icon, "text.secondary", 18)
        row.addWidget(icon)
        words = QVBoxLayout()
        words.setSpacing(0)
        for text, role, tone in ((work.title, "bodyMedium", ""), (work.sub, "caption", work.sub_tone)):
            if text:
                label = ElidingLabel(theme, role=role, tone=tone)
                label.set_text(text)
                words.addWidget(label)
        row.addLayout(words, 1)
        self.slip = self._button(work.slip, "ghost", self.slip_wanted)
        self.place = self._button(work.place, "ghost", self.place_wanted)
        self.button = self._button(work.act, "secondary", None)
        for button in (self.slip, self.place, self.button):
            if button is not None:
                row.addWidget(button)
        if self.button is not None:
            self.button.clicked.connect(self._on_clicked)
        elif work.state:
            if work.tone == "go":
                tick = QLabel()
                theme.set_icon(tick, "check", "go.text", 16)
                row.addWidget(tick)
            state = QLabel(work.state)
            theme.style(state, "caption", tone=work.tone)
            row.addWidget(state)
        self.setAccessibleName(" ".join(part for part in (work.title, work.sub, work.state) if part))

    def stand_alone(self) -> None:
        """Take the room of a line in a list of its own: with a rule below it."""
        self.setProperty("line", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row.setContentsMargins(0, self._theme.px(8), 0, self._theme.px(8))

    def release(self) -> None:
        """Nothing came of the click: it can be clicked again."""
        if self.button is not None:
            self.button.setEnabled(True)

    def _button(self, word: str, kind: str, wanted: SignalInstance | None) -> QPushButton | None:
        if not word:
            return None
        button = QPushButton(word)
        self._theme.style(button, "bodyMedium", kind=kind)
        button.setAccessibleName(f"{word}: {self.work.title}")
        button.setAccessibleDescription(self.work.sub)
        if wanted is not None:
            button.clicked.connect(lambda: wanted.emit(self.work.work_order_id))
        return button

    def _on_clicked(self) -> None:
        if self.button is not None:
            # Saved in a moment; a second click must not ask again meanwhile.
            self.button.setEnabled(False)
            self.confirmed.emit(self.work.work_order_id)
