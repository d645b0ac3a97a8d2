"""The rail: the rooms at the left, with a word and a badge each, and «Mehr» at the foot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from workstation.ui.shared.rail_button import RailButton
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class Rail(QFrame):
    """80 px wide. Only rooms that exist stand here."""

    room_chosen = Signal(str)
    more_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("surface", "rail")
        self.setProperty("line", "right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.px(80))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(4), theme.px(8), theme.px(4), theme.px(8))
        column.setSpacing(theme.px(4))
        group = QButtonGroup(self)
        group.setExclusive(True)
        self.inbox = RailButton(theme, "inbox", translate("Rail", "Eingang"))
        self.customers = RailButton(theme, "users", translate("Rail", "Kunden"))
        self.work = RailButton(theme, "clipboard-list", translate("Rail", "Aufträge"))
        self.work.hide()  # of those who lead
        self._rooms = {"inbox": self.inbox, "customers": self.customers, "work": self.work}
        for key, button in self._rooms.items():
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, room=key: self.room_chosen.emit(room))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.inbox.setChecked(True)
        column.addStretch(1)
        self.more = RailButton(theme, "settings", translate("Rail", "Mehr"))
        self.more.setCheckable(False)
        self.more.clicked.connect(self.more_requested)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._fit)

    def _fit(self) -> None:
        self.setFixedWidth(self._theme.px(80))

    def show_room(self, room: str) -> None:
        """Mark the room shown."""
        self._rooms[room].setChecked(True)
