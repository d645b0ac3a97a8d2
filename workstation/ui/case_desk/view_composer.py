"""The composer: reply or internal note, two visibly different boxes, with facts and the one send button."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.case_desk.models import ComposerMode, ComposerState
from workstation.ui.case_desk.view_messages import CHANNEL_ICONS
from workstation.ui.shared.chips import FactChip
from workstation.ui.shared.flow_layout import FlowLayout
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate

AUTOSAVE_MS = 800


class _Editor(QPlainTextEdit):
    """Plain text; Tab leaves it, since a mail needs no tabs and the keyboard needs a way out."""

    slash = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "bare")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A slash at the start of a line offers the text blocks."""
        if event.text() == "/" and self.textCursor().atBlockStart():
            self.slash.emit()
            return
        super().keyPressEvent(event)


class Composer(QFrame):
    """Writes replies and notes. It owns no state but the text: everything else comes by ``show_state``."""

    send_requested = Signal(bool)
    """True: send and solve."""
    note_requested = Signal()
    text_edited = Signal(str)
    """The text, 800 ms after the last key."""
    mode_chosen = Signal(str)
    recipient_requested = Signal()
    language_chosen = Signal(str)
    attach_requested = Signal()
    attachment_removed = Signal(str)
    snippet_chosen = Signal(str)
    snooze_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = ComposerState()
        self._chips: list[FactChip] = []
        self._files: list[QPushButton] = []
        self.setProperty("surface", "panel")
        self.setProperty("line", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(AUTOSAVE_MS)
        self._autosave.timeout.connect(self._on_autosave)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.px(20), theme.px(6), theme.px(20), theme.px(12))
        box.setSpacing(theme.px(6))
        box.addLayout(self._make_tabs())
        box.addWidget(self._make_field(), 1)
        box.addLayout(self._make_tools())

    # -- building
    def _make_tabs(self) -> QHBoxLayout:
        theme = self._theme
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self._reply_tab = QPushButton(translate("Composer", "Antwort"))
        self._note_tab = QPushButton(translate("Composer", "Interne Notiz"))
        group = QButtonGroup(self)
        for button, mode in ((self._reply_tab, "reply"), (self._note_tab, "note")):
            button.setCheckable(True)
            theme.style(button, "bodyStrong", kind="tab")
            button.clicked.connect(lambda _checked=False, chosen=mode: self.mode_chosen.emit(chosen))
            group.addButton(button)
            row.addWidget(button)
        self._note_tab.setProperty("surface", "note")
        self._reply_tab.setChecked(True)
        row.addStretch(1)
        self._to_word = QLabel(translate("Composer", "An"))
        theme.style(self._to_word, "caption", tone="secondary")
        row.addWidget(self._to_word)
        self._to = QPushButton()
        theme.style(self._to, "bodyMedium", kind="ghost")
        self._to.clicked.connect(self.recipient_requested)
        row.addWidget(self._to)
        self._language = QPushButton("DE")
        theme.style(self._language, "bodyMedium", kind="ghost")
        theme.set_icon(self._language, "languages", "text.secondary", 16)
        menu = QMenu(self._language)
        for code, word in (
            ("de", translate("Composer", "Deutsch")),
            ("en", translate("Composer", "Englisch")),
        ):
            menu.addAction(word).triggered.connect(
                lambda _checked=False, chosen=code: self.language_chosen.emit(chosen)
            )
        self._language.setMenu(menu)
        self._language.setAccessibleName(translate("Composer", "Sprache der Antwort"))
        row.addWidget(self._language)
        return row

    def _make_field(self) -> QFrame:
        theme = self._theme
        self._field = QFrame()
        self._field.setProperty("kind", "reply-field")
        self._field.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self._field)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.px(6))
        self.editor = _Editor()
        theme.style(self.editor, "reading", kind="bare")
        self.editor.setMinimumHeight(theme.px(64))
        self.editor.textChanged.connect(self._on_text_changed)
        self.editor.slash.connect(self._on_slash)
        box.addWidget(self.editor, 1)
        self._facts_row = QWidget()
        self._facts = FlowLayout(self._facts_row, theme.px(8))
        self._facts_row.hide()
        box.addWidget(self._facts_row)
        self._files_row = QWidget()
        self._files_flow = FlowLayout(self._files_row, theme.px(8))
        self._files_row.hide()
        box.addWidget(self._files_row)
        return self._field

    def _make_tools(self) -> QHBoxLayout:
        theme = self._theme
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        self._attach = self._tool("paperclip", translate("Composer", "Datei anhängen"))
        self._attach.clicked.connect(self.attach_requested)
        self._snippets = self._tool("sparkles", translate("Composer", "Textbaustein einfügen"))
        self._snippets.clicked.connect(self._on_slash)
        self._snooze = self._tool("clock", translate("Composer", "Wiedervorlage"))
        self._snooze.clicked.connect(self.snooze_requested)
        for tool in (self._attach, self._snippets, self._snooze):
            row.addWidget(tool)
        row.addStretch(1)
        self._send_solve = QPushButton()
        theme.style(self._send_solve, "bodyStrong")
        self._send_solve.clicked.connect(lambda: self.send_requested.emit(True))
        self._send = QPushButton()
        theme.style(self._send, "bodyStrong", kind="primary")
        self._send.clicked.connect(self._on_send)
        row.addWidget(self._send_solve)
        row.addSpacing(theme.px(4))
        row.addWidget(self._send)
        return row

    def _tool(self, icon: str, name: str) -> QPushButton:
        button = QPushButton()
        self._theme.style(button, "body", kind="icon-ghost")
        self._theme.set_icon(button, icon, "text.secondary", 16)
        button.setAccessibleName(name)
        set_tip(button, name)
        return button

    # -- showing
    def show_state(self, state: ComposerState) -> None:
        """Bring everything but the text to ``state``."""
        self._state = state
        is_note = state.mode == "note"
        (self._note_tab if is_note else self._reply_tab).setChecked(True)
        set_property(self._field, "kind", "note-field" if is_note else "reply-field")
        set_property(self.editor, "kind", "bare")
        margin = self._theme.px(8) if is_note else 0
        layout = self._field.layout()
        if layout is not None:
            layout.setContentsMargins(margin, margin, margin, margin)
        self._to_word.setVisible(not is_note)
        self._to.setVisible(not is_note)
        self._language.setVisible(not is_note)
        self._show_recipient(state)
        self._language.setText(state.language.upper())
        self._show_words(state)
        self._show_facts(state)
        self._show_files(state)
        self._send_solve.setVisible(not is_note)
        self._snippets.setVisible(bool(state.snippets))
        # A file goes to the customer with the reply; a note has none.
        self._attach.setVisible(not is_note)
        for widget in (self.editor, self._send, self._send_solve, self._attach):
            widget.setEnabled(state.is_enabled)

    def _show_recipient(self, state: ComposerState) -> None:
        recipient = state.recipients[0] if state.recipients else translate("Composer", "Empfänger wählen")
        more = len(state.recipients) + len(state.cc) - 1
        shown = recipient if more < 1 else f"{recipient}  +{more}"
        self._to.setText(shown if len(shown) <= 40 else f"{shown[:24]}…{shown[-14:]}")
        self._theme.set_icon(self._to, CHANNEL_ICONS.get(state.channel, "mail"), "text.secondary", 16)
        self._to.setAccessibleName(translate("Composer", "Empfänger: {name}").format(name=shown))
        set_tip(self._to, ", ".join((*state.recipients, *state.cc)))

    def _show_words(self, state: ComposerState) -> None:
        if state.mode == "note":
            word, icon = translate("Composer", "Notiz speichern"), "lock"
            hint = translate("Composer", "Nur intern sichtbar. Der Kunde sieht diese Notiz nie.")
            name = translate("Composer", "Interne Notiz")
        else:
            icon = "send"
            word = {
                "send": translate("Composer", "Senden"),
                "after_booking": translate("Composer", "Senden nach Buchung"),
                "to_outbox": translate("Composer", "In Ausgang legen"),
            }[state.send_word]
            hint = translate(
                "Composer", "Antwort schreiben. Nach einer Entscheidung stehen die Fakten schon hier."
            )
            name = translate("Composer", "Antwort an den Kunden")
        self._send.setText(word)
        self._theme.set_icon(self._send, icon, "text.onSolid", 16)
        self._send_solve.setText(translate("Composer", "Senden und erledigen"))
        self.editor.setPlaceholderText(hint)
        self.editor.setAccessibleName(name)
        recipient = state.recipients[0] if state.recipients else ""
        self._send.setAccessibleName(word if state.mode == "note" else f"{word}: {recipient}")

    def _show_facts(self, state: ComposerState) -> None:
        for chip in self._chips:
            self._facts.removeWidget(chip)
            chip.deleteLater()
        self._chips = []
        for fact in state.facts if state.mode == "reply" else ():
            chip = FactChip(self._theme, self._facts_row)
            chip.show_fact(fact.words, fact.state, explanation=fact.explanation)
            self._facts.addWidget(chip)
            chip.show()
            self._chips.append(chip)
        self._facts_row.setVisible(bool(self._chips))

    def _show_files(self, state: ComposerState) -> None:
        for button in self._files:
            self._files_flow.removeWidget(button)
            button.deleteLater()
        self._files = []
        for meta in state.attachments if state.mode == "reply" else ():
            button = QPushButton(meta.name)
            self._theme.style(button, "caption", kind="tile")
            self._theme.set_icon(button, "x", "text.secondary", 14)
            word = translate("Composer", "{name} entfernen").format(name=meta.name)
            button.setAccessibleName(word)
            set_tip(button, word)
            button.clicked.connect(lambda _checked=False, key=meta.sha256: self.attachment_removed.emit(key))
            self._files_flow.addWidget(button)
            button.show()
            self._files.append(button)
        self._files_row.setVisible(bool(self._files))

    # -- the text
    def text(self) -> str:
        """Return what is written."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Show ``text`` without reporting it as an edit."""
        if text == self.text():
            return
        with QSignalBlocker(self.editor):
            self.editor.setPlainText(text)
        self._autosave.stop()

    def insert(self, text: str) -> None:
        """Insert ``text`` at the cursor, as typing would."""
        self.editor.insertPlainText(text)

    def flush(self) -> None:
        """Report an edit now that has not been reported yet (the case changes, the window closes)."""
        if self._autosave.isActive():
            self._autosave.stop()
            self._on_autosave()

    def focus_mode(self, mode: ComposerMode) -> None:
        """Put the cursor into the box of ``mode``."""
        if self._state.mode != mode:
            self.mode_chosen.emit(mode)
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_text_changed(self) -> None:
        self._autosave.start()

    def _on_autosave(self) -> None:
        self.text_edited.emit(self.text())

    def _on_send(self) -> None:
        self.flush()
        if self._state.mode == "note":
            self.note_requested.emit()
        else:
            self.send_requested.emit(False)

    def _on_slash(self) -> None:
        if not self._state.snippets:
            self.insert("/")
            return
        menu = QMenu(self)
        for snippet in self._state.snippets:
            menu.addAction(snippet.title).triggered.connect(
                lambda _checked=False, key=snippet.key: self.snippet_chosen.emit(key)
            )
        place = self.editor.mapToGlobal(self.editor.cursorRect().bottomLeft())
        menu.exec(place)
        menu.deleteLater()
