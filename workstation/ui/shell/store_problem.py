"""A file of this profile cannot be used: what is wrong, where it lies, and what can be done about it."""

from __future__ import annotations

import asyncio
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats, Language
from workstation.ui.shared.words import translate
from workstation.ui.shell.view import MainWindow

Answer = Literal["again", "key_file", "quit"]


class StoreProblem(QFrame):
    """Covers the window until the person has said how to go on."""

    def __init__(self, window: MainWindow, language: Language, formats: Formats) -> None:
        super().__init__()
        self._window = window
        self._errors = ErrorText(language, formats)
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.setProperty("surface", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    async def ask(self, code: str, path: str) -> Answer:
        """Show the problem and wait for the answer."""
        self._build(code, path)
        self._window.put_cover(self)
        self._window.show_cover(self)
        self._window.closing.connect(lambda: self._say("quit"))
        try:
            return await self._answer
        finally:
            self._window.show_work()
            self.deleteLater()

    def _say(self, answer: Answer) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    def _build(self, code: str, path: str) -> None:
        theme = self._window.theme
        card = QFrame()
        card.setProperty("surface", "card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card.setFixedWidth(theme.px(520))
        box = QVBoxLayout(card)
        box.setContentsMargins(theme.px(32), theme.px(28), theme.px(32), theme.px(28))
        box.setSpacing(theme.px(12))
        is_keyring = code == "store.no_secret_store"
        title = QLabel(
            translate("Store", "Kein Schlüsselbund gefunden")
            if is_keyring
            else translate("Store", "Die Daten lassen sich nicht öffnen")
        )
        title.setWordWrap(True)
        theme.style(title, "h1")
        words = QLabel(self._errors.sentence(code, {"path": path}))
        words.setWordWrap(True)
        theme.style(words, "reading")
        place = QLabel(path)
        place.setWordWrap(True)
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.style(place, "caption", tone="secondary")
        for part in (title, words, place):
            box.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self._button(translate("Store", "Beenden"), "quit", "ghost"))
        row.addStretch(1)
        row.addWidget(self._button(translate("Store", "Noch einmal versuchen"), "again", ""))
        if is_keyring:
            row.addWidget(self._button(translate("Store", "Schlüsseldatei anlegen"), "key_file", "primary"))
        box.addLayout(row)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)

    def _button(self, word: str, answer: Answer, kind: str) -> QPushButton:
        button = QPushButton(word)
        self._window.theme.style(button, "bodyStrong" if kind == "primary" else "body", kind=kind)
        button.clicked.connect(lambda: self._say(answer))
        return button
