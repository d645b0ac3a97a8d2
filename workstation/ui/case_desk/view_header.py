"""The head of a case: title, number, due chip, who is here, and what can be done with the case as a whole."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from workstation.ui.case_desk.models import HeaderShown
from workstation.ui.shared.chips import Chip
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate

_OF_MERGED = frozenset({"addresses", "link", "copy_number"})
"""What the menu still offers for a case that went into another one."""


class CaseHeader(QFrame):
    """68 px: two lines of words at the left, four buttons at the right, each with a key."""

    assign_requested = Signal()
    snooze_requested = Signal()
    solve_requested = Signal()
    reopen_requested = Signal()
    context_requested = Signal()
    check_back_requested = Signal(QPoint)
    """When to ask back shall be chosen; the place (global) where the choice belongs."""
    acted = Signal(str)
    """A key of the «Mehr» menu: call, promise, no_case_spam, no_case_newsletter, is_case, copy_number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = HeaderShown("", "")
        self.setProperty("surface", "panel")
        self.setProperty("line", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(theme.px(68))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(20), theme.px(8), theme.px(20), theme.px(8))
        row.setSpacing(theme.px(8))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        self._title = ElidingLabel(theme, role="h2")
        second = QHBoxLayout()
        second.setSpacing(theme.px(8))
        self._number = QLabel()
        theme.style(self._number, "caption", tone="secondary")
        self._due = Chip(theme)
        self._presence = Chip(theme)
        self._assignee = ElidingLabel(theme, role="caption", tone="secondary", is_greedy=False)
        for part in (self._number, self._due, self._presence, self._assignee):
            second.addWidget(part)
        second.addStretch(1)
        words.addWidget(self._title)
        words.addLayout(second)
        row.addLayout(words, 1)
        self._context = self._icon("panel-right", translate("CaseHeader", "Verlauf (F4)"))
        self._context.clicked.connect(self.context_requested)
        self._context.hide()
        self._assign = self._icon("user", translate("CaseHeader", "Zuweisen (A)"))
        self._assign.clicked.connect(self.assign_requested)
        self._snooze = self._icon("calendar-clock", translate("CaseHeader", "Wiedervorlage (W)"))
        self._snooze.clicked.connect(self.snooze_requested)
        self._more = self._icon("ellipsis", translate("CaseHeader", "Mehr"))
        self._more.clicked.connect(self._open_menu)
        self._done = QPushButton()
        theme.style(self._done, "bodyStrong")
        self._done.clicked.connect(self._on_done)
        self.check_back = QPushButton()
        theme.style(self.check_back, "bodyMedium")
        self.check_back.clicked.connect(self._on_check_back)
        buttons = (self._context, self._assign, self._snooze, self._more, self.check_back, self._done)
        for button in buttons:
            row.addWidget(button)
        self.show_case(self._shown)

    def _icon(self, icon: str, name: str) -> QPushButton:
        button = QPushButton()
        self._theme.style(button, "body", kind="icon")
        self._theme.set_icon(button, icon, "text.primary", 16)
        button.setAccessibleName(name)
        set_tip(button, name)
        return button

    def show_case(self, shown: HeaderShown) -> None:
        """Show the head of one case."""
        self._shown = shown
        self._title.set_text(shown.title)
        self._number.setText(shown.number)
        self._due.setVisible(bool(shown.due_words))
        if shown.due_words:
            self._due.show_words(shown.due_words, shown.due_tone, "timer", spoken=shown.due_spoken)
        self._presence.setVisible(bool(shown.presence))
        if shown.presence:
            self._presence.show_words(shown.presence[0], "note", "eye")
        self._assignee.set_text(shown.assignee)
        if shown.is_solved:
            self._done.setText(translate("CaseHeader", "Wieder öffnen"))
            self._theme.set_icon(self._done, "rotate-ccw", "text.primary", 16)
        elif shown.is_no_case:
            self._done.setText(translate("CaseHeader", "Doch ein Fall"))
            self._theme.set_icon(self._done, "undo-2", "text.primary", 16)
        else:
            self._done.setText(translate("CaseHeader", "Erledigt"))
            self._theme.set_icon(self._done, "check", "text.primary", 16)
        set_tip(self._done, "E")
        self._show_check_back(shown)
        for button in (self._assign, self._snooze, self._done):
            button.setVisible(not shown.is_merged)

    def _show_check_back(self, shown: HeaderShown) -> None:
        """Of a solved case the button says when; of an open one it offers to solve it with another choice."""
        self.check_back.setVisible(not shown.is_no_case and not shown.is_merged)
        self.check_back.setText(shown.check_back)
        icon = "calendar-clock" if shown.check_back else "chevron-down"
        set_property(self.check_back, "kind", "secondary" if shown.check_back else "icon")
        self._theme.set_icon(self.check_back, icon, "text.primary", 16)
        name = translate("CaseHeader", "Erledigt, und wann nachgefragt wird")
        if shown.check_back:
            name = translate("CaseHeader", "{planned}, ändern").format(planned=shown.check_back)
        self.check_back.setAccessibleName(name)
        set_tip(self.check_back, name)

    def _on_check_back(self) -> None:
        self.check_back_requested.emit(self.check_back.mapToGlobal(self.check_back.rect().bottomLeft()))

    def set_context_button(self, is_shown: bool) -> None:
        """Offer «Verlauf» while the context column is folded away."""
        self._context.setVisible(is_shown)

    def _on_done(self) -> None:
        if self._shown.is_solved:
            self.reopen_requested.emit()
        elif self._shown.is_no_case:
            self.acted.emit("is_case")
        else:
            self.solve_requested.emit()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setFont(self._theme.font("body"))
        entries = [
            ("promise", "handshake", translate("CaseHeader", "Zusage machen … (P)")),
            ("call", "phone", translate("CaseHeader", "Anruf festhalten …")),
            ("tie", "shopping-bag", translate("CaseHeader", "Bestellung zuordnen …")),
            ("addresses", "at-sign", translate("CaseHeader", "Adressen des Kunden …")),
            ("link", "link", translate("CaseHeader", "Mit Fall verknüpfen …")),
            ("merge", "git-merge", translate("CaseHeader", "Mit Fall zusammenführen …")),
            ("split", "split", translate("CaseHeader", "Nachrichten abteilen …")),
            ("copy_number", "copy", translate("CaseHeader", "Fallnummer kopieren")),
        ]
        if self._shown.is_merged:
            entries = [entry for entry in entries if entry[0] in _OF_MERGED]
        elif not self._shown.is_no_case:
            entries += [
                ("no_case_spam", "ban", translate("CaseHeader", "Kein Fall: Spam (U)")),
                ("no_case_newsletter", "mail-x", translate("CaseHeader", "Kein Fall: Newsletter")),
            ]
        for key, icon, word in entries:
            action = menu.addAction(self._theme.icon(icon), word)
            action.triggered.connect(lambda _checked=False, chosen=key: self.acted.emit(chosen))
        menu.exec(self._more.mapToGlobal(self._more.rect().bottomLeft()))
        menu.deleteLater()
