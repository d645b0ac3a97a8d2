"""All commands with their keys, once: menus, palette, the sheet of shortcuts and the tests read this list."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from workstation.ui.shared.words import later, translate

SINGLE_KEYS = "singleKeys"
"""Dynamic property of the list, the messages and the timeline: single letters are commands inside."""
QUEUE_KEYS = "queueKeys"
"""Dynamic property of the list of cases: keys that text fields need for themselves are commands there."""


class Context(StrEnum):
    """Where a key works."""

    ANYWHERE = "anywhere"
    LISTS = "lists"  # single letters: only while list, messages or timeline has the focus
    QUEUE = "queue"  # only while the list of cases has the focus


@dataclass(frozen=True, slots=True)
class Command:
    """One command: stable id, words, group and keys (portable text; ``mac`` where it differs there)."""

    id: str
    words: tuple[str, str]
    group: str
    keys: tuple[str, ...]
    context: Context = Context.ANYWHERE
    mac: tuple[str, ...] = ()

    def keys_on(self, platform: str) -> tuple[str, ...]:
        """Return the keys for ``platform`` (a value of sys.platform)."""
        return self.mac if platform == "darwin" and self.mac else self.keys


def _command(id_: str, words: tuple[str, str], *keys: str, mac: tuple[str, ...] = ()) -> Command:
    return Command(id_, words, id_.partition(".")[0], keys, Context.ANYWHERE, mac)


def _single(id_: str, words: tuple[str, str], *keys: str) -> Command:
    return Command(id_, words, id_.partition(".")[0], keys, Context.LISTS)


def _queue(id_: str, words: tuple[str, str], *keys: str) -> Command:
    return Command(id_, words, id_.partition(".")[0], keys, Context.QUEUE)


# On macOS Option types characters, so Alt+… becomes physical Control there (Qt calls it Meta).
COMMANDS: tuple[Command, ...] = (
    _single("queue.next", later("Keys", "Nächster Fall"), "J"),
    _single("queue.previous", later("Keys", "Vorheriger Fall"), "K"),
    _single("queue.filter", later("Keys", "Eingang filtern"), "F"),
    _single("queue.mark", later("Keys", "Fall auswählen"), "X"),
    _single("queue.mark_to", later("Keys", "Bis hierher auswählen"), "Shift+X"),
    _queue("queue.mark_down", later("Keys", "Auswahl nach unten erweitern"), "Shift+Down"),
    _queue("queue.mark_up", later("Keys", "Auswahl nach oben erweitern"), "Shift+Up"),
    _queue("queue.mark_all", later("Keys", "Alle geladenen Fälle auswählen"), "Ctrl+A"),
    _single("case.reply", later("Keys", "Antworten"), "R"),
    _single("case.note", later("Keys", "Interne Notiz"), "N"),
    _single("case.done", later("Keys", "Erledigt"), "E"),
    _single("case.assign", later("Keys", "Zuweisen"), "A"),
    _single("case.snooze", later("Keys", "Wiedervorlage"), "W"),
    _single("case.promise", later("Keys", "Zusage machen"), "P"),
    _single("case.go_on", later("Keys", "Zum Fall, in dem dieser aufgegangen ist"), "Z"),
    _single("case.no_case", later("Keys", "Kein Fall (Spam, Newsletter)"), "U"),
    *(
        Command(
            f"decision.{number}",
            later("Keys", "Entscheidung {number}"),
            "decision",
            (f"Alt+{number}",),
            Context.ANYWHERE,
            (f"Meta+{number}",),
        )
        for number in range(1, 7)
    ),
    _command("decision.undo", later("Keys", "Entscheidung zurücknehmen"), "Alt+Z", mac=("Meta+Z",)),
    _command("write.send", later("Keys", "Senden"), "Ctrl+Return", "Ctrl+Enter"),
    _command(
        "write.send_done", later("Keys", "Senden und erledigen"), "Ctrl+Shift+Return", "Ctrl+Shift+Enter"
    ),
    _command("write.new_mail", later("Keys", "Neue E-Mail"), "Ctrl+N"),
    _command("write.log_call", later("Keys", "Anruf notieren"), "Ctrl+Shift+L"),
    _single("go.inbox", later("Keys", "Eingang"), "G, E"),
    _single("go.approvals", later("Keys", "Freigaben"), "G, F"),
    _single("go.customers", later("Keys", "Kunden"), "G, K"),
    _single("go.work", later("Keys", "Aufträge"), "G, A"),
    _single("go.counter", later("Keys", "Theke"), "G, T"),
    _single("go.reports", later("Keys", "Zahlen"), "G, Z"),
    _command("window.palette", later("Keys", "Suchen oder Befehl eingeben"), "Ctrl+K"),
    _command("window.find", later("Keys", "In diesem Bereich suchen"), "Ctrl+F"),
    _command("window.next_pane", later("Keys", "Nächster Bereich"), "F6"),
    _command("window.previous_pane", later("Keys", "Vorheriger Bereich"), "Shift+F6"),
    _command("window.queue", later("Keys", "Eingang ein- und ausblenden"), "F2"),
    _command("window.context", later("Keys", "Verlauf ein- und ausblenden"), "F4"),
    _command("window.outbox", later("Keys", "Ausgang"), "Ctrl+Shift+O"),
    _command("window.shortcuts", later("Keys", "Tastenkürzel"), "F1"),
    _single("window.shortcuts_sheet", later("Keys", "Tastenkürzel"), "?"),
    _command("window.back", later("Keys", "Schließen, zurück zur Liste"), "Esc"),
    _command("window.larger", later("Keys", "Text größer"), "Ctrl++", "Ctrl+="),
    _command("window.smaller", later("Keys", "Text kleiner"), "Ctrl+-"),
    _command("window.normal", later("Keys", "Text in normaler Größe"), "Ctrl+0"),
)
BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}


def words_of(command: Command) -> str:
    """Return the words of ``command`` in the language of the window."""
    return translate(*command.words).format(number=command.id.rpartition(".")[2])


def native_keys(command_id: str, platform: str = sys.platform) -> str:
    """Return the first key of a command as people read it: «Strg+Eingabe», «Alt+1».

    Raises:
        KeyError: there is no such command.
    """
    keys = BY_ID[command_id].keys_on(platform)
    text = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Return", translate("Keys", "Eingabe"))


class Keymap(QObject):
    """The commands of one window. ``bind`` gives a command its act; an unbound command does not exist.

    Single letters work only while a widget with the property SINGLE_KEYS (or a child of it) has the focus,
    never in text fields, and not at all after ``set_single_keys(False)``.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._shortcuts: dict[str, list[QShortcut]] = {}
        self._may_use_single_keys = True
        app = QCoreApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def bind(self, command_id: str, act: Callable[[], None]) -> QAction:
        """Make ``command_id`` run ``act``; returns its action for menus. Binding again replaces the act.

        Raises:
            KeyError: there is no such command.
        """
        command = BY_ID[command_id]
        self.unbind(command_id)
        action = QAction(words_of(command), self)
        action.setObjectName(command_id)
        action.triggered.connect(lambda _=False: act())
        shortcuts = []
        for keys in command.keys_on(sys.platform):
            shortcut = QShortcut(QKeySequence(keys), self._window)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            # A key kept down decides once, and takes back one decision.
            shortcut.setAutoRepeat(command.group != "decision")
            shortcut.activated.connect(action.trigger)
            shortcuts.append(shortcut)
        self._actions[command_id], self._shortcuts[command_id] = action, shortcuts
        self._on_focus_changed(None, QApplication.focusWidget())
        return action

    def unbind(self, command_id: str) -> None:
        """Take the act of a command away; unknown or unbound ids change nothing."""
        action = self._actions.pop(command_id, None)
        if action is not None:
            action.deleteLater()
        for shortcut in self._shortcuts.pop(command_id, []):
            shortcut.setEnabled(False)
            shortcut.deleteLater()

    def actions(self) -> tuple[tuple[Command, QAction], ...]:
        """Return the bound commands with their actions, in the order of the list."""
        found = ((command, self._actions.get(command.id)) for command in COMMANDS)
        return tuple((command, action) for command, action in found if action is not None)

    def set_enabled(self, command_id: str, is_enabled: bool) -> None:
        """Switch a bound command on or off (no case is open, nothing to send)."""
        action = self._actions.get(command_id)
        if action is not None:
            action.setEnabled(is_enabled)

    def set_single_keys(self, is_on: bool) -> None:
        """Switch all single-letter commands on or off (a setting of the person)."""
        self._may_use_single_keys = is_on
        self._on_focus_changed(None, QApplication.focusWidget())

    def retranslate(self) -> None:
        """Fetch the words of all bound commands anew, after a change of language."""
        for command_id, action in self._actions.items():
            action.setText(words_of(BY_ID[command_id]))

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        is_on_in = {
            Context.ANYWHERE: True,
            Context.LISTS: self._may_use_single_keys and takes_single_keys(now),
            Context.QUEUE: now is not None and bool(now.property(QUEUE_KEYS)),
        }
        for command_id, shortcuts in self._shortcuts.items():
            is_on = is_on_in[BY_ID[command_id].context]
            for shortcut in shortcuts:
                shortcut.setEnabled(is_on)


def takes_single_keys(widget: QWidget | None) -> bool:
    """Return whether a letter typed into ``widget`` is a command rather than text."""
    if isinstance(widget, QPlainTextEdit | QTextEdit) and not widget.isReadOnly():
        return False
    if isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox):
        return False
    while widget is not None:
        if widget.property(SINGLE_KEYS):
            return True
        widget = widget.parentWidget()
    return False
