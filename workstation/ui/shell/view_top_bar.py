"""The top bar: firm and team, the field for finding, the line to the hub in a word, and who works here."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared.avatar import Avatar
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.keymap import native_keys
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

LineTone = Literal["go", "ask", "danger", "secondary"]


class TopBar(QFrame):
    """52 px high."""

    find_requested = Signal()
    outbox_requested = Signal()
    person_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("surface", "rail")
        self.setProperty("line", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.px(52))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        row.setSpacing(theme.px(8))
        left = QHBoxLayout()
        left.setSpacing(theme.px(8))
        self._firm = ElidingLabel(theme, role="h2", is_greedy=False)
        self._team = ElidingLabel(theme, role="body", tone="secondary", is_greedy=False)
        left.addWidget(self._firm)
        left.addWidget(self._team)
        left.addStretch(1)
        row.addLayout(left, 1)
        self.find_button = QPushButton()
        theme.style(self.find_button, "body", kind="find")
        self.find_button.setMaximumWidth(theme.px(420))
        self.find_button.setMinimumWidth(theme.px(180))
        self.find_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.find_button.clicked.connect(self.find_requested)
        inner = QHBoxLayout(self.find_button)
        inner.setContentsMargins(theme.px(10), 0, theme.px(6), 0)
        picture = QLabel()
        theme.set_icon(picture, "search", "text.secondary", 16)
        self._find_words = QLabel()
        theme.style(self._find_words, "body", tone="secondary")
        self._find_key = QLabel()
        theme.style(self._find_key, "caption", kind="key")
        for part in (picture, self._find_words, self._find_key):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inner.addWidget(picture)
        inner.addWidget(self._find_words, 1)
        inner.addWidget(self._find_key, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.find_button, 1)
        right = QHBoxLayout()
        right.setSpacing(theme.px(12))
        right.addStretch(1)
        self.line_button = QPushButton()
        theme.style(self.line_button, "body", kind="ghost")
        self.line_button.clicked.connect(self.outbox_requested)
        right.addWidget(self.line_button)
        self._person = QPushButton()
        theme.style(self._person, "body", kind="icon-ghost")
        self._person.clicked.connect(self.person_requested)
        slot = QHBoxLayout(self._person)
        slot.setContentsMargins(0, 0, 0, 0)
        self._avatar = Avatar(theme, 32, is_staff=True)
        self._avatar.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        slot.addWidget(self._avatar)
        right.addWidget(self._person)
        row.addLayout(right, 1)
        theme.changed.connect(self._fit)
        self.retranslate()
        self.show_line("", "secondary", "wifi")
        self.show_person("", "", "")

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.px(52))

    def retranslate(self) -> None:
        """Say the fixed words in the language of the window."""
        words = translate("TopBar", "Suchen oder Befehl eingeben")
        self._find_words.setText(words)
        self._find_key.setText(native_keys("window.palette").replace("+", " "))
        self.find_button.setAccessibleName(words)

    def show_person(self, firm: str, team: str, person: str) -> None:
        """Say where one is and who one is; the round picture is away until somebody has signed in."""
        self._firm.set_text(firm)
        self._team.set_text(team)
        self._avatar.set_name(person)
        self._person.setVisible(bool(person))
        self._person.setAccessibleName(translate("TopBar", "Angemeldet als {name}").format(name=person))

    def show_line(self, words: str, tone: LineTone, icon: str) -> None:
        """Say how the line to the hub is."""
        self.line_button.setText(words)
        self.line_button.setVisible(bool(words))
        self._theme.style(
            self.line_button, "body", tone="ask" if tone == "ask" else "secondary", kind="ghost"
        )
        color = {"go": "go.text", "ask": "ask.text", "danger": "danger.text", "secondary": "text.secondary"}[
            tone
        ]
        self._theme.set_icon(self.line_button, icon, color, 16)
        self.line_button.setAccessibleName(words)
        set_tip(
            self.line_button,
            translate("TopBar", "Ausgang öffnen ({key})").format(key=native_keys("window.outbox")),
        )
