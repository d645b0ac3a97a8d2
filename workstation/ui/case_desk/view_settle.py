"""The sheet that settles a doubt: the number it was found under, or what follows when it never happened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from workstation.casework.doubts import LONGEST_NOTE, LONGEST_REFERENCE
from workstation.ui.case_desk.models import DoubtShown, Outcome
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class SettleSheet(Sheet):
    """Asks one line when it was done, and says what follows when it was not; a note is free to both."""

    def __init__(
        self, theme: Theme, doubt: DoubtShown, outcome: Outcome, parent: QWidget | None = None
    ) -> None:
        is_done = outcome == "done"
        title = (
            translate("OpenWork", "Ist gebucht") if is_done else translate("OpenWork", "Ist nicht gebucht")
        )
        super().__init__(theme, title, title, parent)
        self.effect_id = doubt.effect_id
        self.outcome: Outcome = outcome
        self._is_done = is_done
        head = QLabel(doubt.title if is_done else doubt.what_then)
        head.setWordWrap(True)
        head.setTextFormat(Qt.TextFormat.PlainText)
        theme.style(head, "body", tone="secondary")
        self.body.addWidget(head)
        self.field = QLineEdit(self)
        self.field.setMaxLength(LONGEST_REFERENCE)
        if is_done:
            self.add_field(doubt.ask, self.field)
        self.field.setVisible(is_done)
        self._note = QPlainTextEdit()
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(theme.px(72))
        self.add_field(translate("OpenWork", "Notiz für das Team (wenn nötig)"), self._note)

        (self.field if is_done else self._note).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def reference(self) -> str:
        """How it is found there; empty when it was not done."""
        return " ".join(self.field.text().split()) if self._is_done else ""

    @property
    def note(self) -> str:
        """What the team should know."""
        return self._note.toPlainText().strip()

    def problem(self) -> str:
        if self._is_done and not self.reference:
            return translate("OpenWork", "Bitte gib die Nummer ein, unter der du es gefunden hast.")
        if len(self.note) > LONGEST_NOTE:
            return translate("OpenWork", "Die Notiz ist zu lang.")
        return ""
