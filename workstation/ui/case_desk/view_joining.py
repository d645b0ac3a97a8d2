"""The sheets that tie cases together: find the other one to link or merge, choose messages to split off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QWidget

from workstation.services.views import CaseRef
from workstation.ui.case_desk.kin_words import named
from workstation.ui.shared.case_words import status_words
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.text_field import SearchField
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

_SEARCH_AFTER_MS = 150
_LONGEST_LINE = 90


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """A message that may be split off: who wrote when, and how it begins."""

    message_id: str
    head: str
    text: str


class JoinSheet(Sheet):
    """Find the other case by number, name or words; without any, the cases of the same customer."""

    text_changed = Signal(str)
    """Asks for cases that fit; the answer comes by :meth:`show_cases`."""

    def __init__(self, theme: Theme, kind: Literal["link", "merge"], parent: QWidget | None = None) -> None:
        if kind == "link":
            title, word = (
                translate("Joining", "Mit einem Fall verknüpfen"),
                translate("Joining", "Verknüpfen"),
            )
            about = translate("Joining", "Beide bleiben eigene Fälle und zeigen aufeinander.")
        else:
            title = translate("Joining", "Mit einem Fall zusammenführen")
            word = translate("Joining", "Zusammenführen")
            about = translate(
                "Joining",
                "Dieser Fall geht in dem anderen auf: ein Eintrag im Eingang, ein Gespräch. "
                "Fristen und Zusagen gelten dort weiter, und es lässt sich zurücknehmen.",
            )
        super().__init__(theme, title, word, parent)
        words = QLabel(about)
        words.setWordWrap(True)
        theme.style(words, "caption", tone="secondary")
        self.body.addWidget(words)
        self.field = SearchField(theme, translate("Joining", "Nummer, Name oder Wörter"), parent=self)
        self.field.edit.setAccessibleName(translate("Joining", "Anderen Fall suchen"))
        self.body.addWidget(self.field)
        self.list = QListWidget()
        theme.style(self.list, "body")
        self.list.setAccessibleName(translate("Joining", "Gefundene Fälle"))
        self.list.setMinimumHeight(theme.px(200))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.list.itemActivated.connect(lambda _item: self.try_accept())
        self.body.addWidget(self.list)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._timer.timeout.connect(lambda: self.text_changed.emit(self.field.text()))
        self.field.text_changed.connect(lambda _text: self._timer.start())
        self.field.edit.setFocus()

    def show_cases(self, found: Sequence[CaseRef]) -> None:
        """Show what was found; the first is marked."""
        self.list.clear()
        for ref in found:
            status = status_words(ref.status)
            head = "  ·  ".join(part for part in (named(ref), ref.customer_name, status) if part)
            item = QListWidgetItem(f"{head}\n{ref.subject or translate('Joining', '(ohne Betreff)')}")
            item.setData(Qt.ItemDataRole.UserRole, ref.case_id)
            self.list.addItem(item)
        if not found:
            nothing = QListWidgetItem(translate("Joining", "Nichts gefunden"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
            return
        self.list.setCurrentRow(0)

    @property
    def other_case_id(self) -> str:
        """The case chosen; empty for none."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole) or "") if item is not None else ""

    def problem(self) -> str:
        if not self.other_case_id:
            return translate("Joining", "Wähle den anderen Fall aus der Liste.")
        return ""


class SplitSheet(Sheet):
    """Which messages are another matter, and what that matter is called."""

    def __init__(
        self, theme: Theme, choices: Sequence[MessageChoice], subject: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme,
            translate("Joining", "Nachrichten abteilen"),
            translate("Joining", "In eigenen Fall abteilen"),
            parent,
        )
        words = QLabel(
            translate(
                "Joining",
                "Die gewählten Nachrichten bekommen einen eigenen Fall mit eigener Nummer. "
                "Zurück geht es mit Zusammenführen.",
            )
        )
        words.setWordWrap(True)
        theme.style(words, "caption", tone="secondary")
        self.body.addWidget(words)
        self.list = QListWidget()
        theme.style(self.list, "body")
        self.list.setAccessibleName(translate("Joining", "Nachrichten dieses Falls"))
        self.list.setMinimumHeight(theme.px(220))
        self.list.setMinimumWidth(theme.px(480))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        for choice in choices:
            begin = " ".join(choice.text.split())
            short = begin if len(begin) <= _LONGEST_LINE else f"{begin[:_LONGEST_LINE]} …"
            item = QListWidgetItem(f"{choice.head}\n{short}")
            item.setData(Qt.ItemDataRole.UserRole, choice.message_id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(self.list.count() - 1)
        self.list.itemActivated.connect(self._toggle)
        self.body.addWidget(self.list)
        self._subject = QLineEdit(subject)
        self._subject.setMaxLength(200)
        self.add_field(translate("Joining", "Betreff des neuen Falls"), self._subject)
        self.list.setFocus()

    def _toggle(self, item: QListWidgetItem) -> None:
        is_on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The messages chosen."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )

    @property
    def subject(self) -> str:
        """What the new case is called."""
        return " ".join(self._subject.text().split())

    def problem(self) -> str:
        if not self.message_ids:
            return translate("Joining", "Wähle mindestens eine Nachricht.")
        if len(self.message_ids) == self.list.count():
            return translate("Joining", "Mindestens eine Nachricht bleibt hier.")
        return ""
