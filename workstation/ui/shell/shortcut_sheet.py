"""The sheet of all keys, made from the one list of commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from workstation.ui.shared.keymap import COMMANDS, native_keys, words_of
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class ShortcutSheet(Sheet):
    """Two columns: the key and what it does; only keys of commands that exist here."""

    HIDDEN = frozenset({"go.approvals", "go.counter", "go.reports"})
    """Rooms this program does not have."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(
            theme, translate("Shortcuts", "Tastenkürzel"), translate("Shortcuts", "Schließen"), parent
        )
        self.back.hide()
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        shown = [command for command in COMMANDS if command.id not in self.HIDDEN]
        half = (len(shown) + 1) // 2
        for place, command in enumerate(shown):
            row, column = place % half, place // half * 2
            key = QLabel(native_keys(command.id))
            theme.style(key, "caption", kind="key")
            word = QLabel(words_of(command))
            theme.style(word, "body")
            grid.addWidget(key, row, column, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(word, row, column + 1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setMinimumSize(theme.px(820), theme.px(500))
        self.body.addWidget(area)
