"""The list of commands and where their keys work."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QListWidget, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.ui.shared.keymap import (
    BY_ID,
    COMMANDS,
    SINGLE_KEYS,
    Context,
    Keymap,
    native_keys,
    takes_single_keys,
    words_of,
)
from workstation.ui.shared.words import Words


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_keys_are_unique_and_never_alt_gr(platform: str) -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys_on(platform)]
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert all(keys)
    assert not [key for key in keys if "Ctrl+Alt" in key]
    if platform == "darwin":
        assert not [key for key in keys if key.startswith("Alt+")]


def test_single_letters_are_bound_to_lists() -> None:
    for command in COMMANDS:
        named = {"Esc", "F1", "F2", "F4", "F6"}
        letters = [key.removeprefix("Shift+") if len(key) == len("Shift+X") else key for key in command.keys]
        is_single = all("+" not in key and key not in named for key in letters)
        assert (command.context is Context.LISTS) == is_single, command.id


def test_ids_are_unique_and_have_words() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert words_of(BY_ID["decision.3"]) == "Entscheidung 3"
    assert all(words_of(command) for command in COMMANDS)


def test_keys_are_written_as_people_read_them(words: Words) -> None:
    words.use("de")
    assert native_keys("write.send", "linux") == "Strg+Eingabe"
    assert native_keys("decision.1", "linux") == "Alt+1"
    words.use("en")
    assert native_keys("write.send", "linux") == "Ctrl+Enter"


class Window(QWidget):
    """A list that takes single letters, a field, a note and a button."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.rows, self.field = QListWidget(), QLineEdit()
        self.text, self.button = QPlainTextEdit(), QPushButton("x")
        self.rows.setProperty(SINGLE_KEYS, True)
        for widget in (self.rows, self.field, self.text, self.button):
            column.addWidget(widget)
        self.keymap = Keymap(self)
        self.done: list[str] = []


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    shown = Window()
    qtbot.addWidget(shown)
    for command_id in ("case.reply", "decision.1", "go.inbox"):
        shown.keymap.bind(command_id, partial(shown.done.append, command_id))
    shown.show()
    qtbot.waitActive(shown).__enter__()
    shown.activateWindow()
    return shown


def press(qtbot: QtBot, widget: QWidget, *keys: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    widget.setFocus()
    for key in keys:
        qtbot.keyClick(widget, key, modifier)


PLAIN, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


def test_letters_work_in_lists_only(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window.rows, Qt.Key.Key_R, modifier=PLAIN)
    assert window.done == ["case.reply"]
    for widget in (window.field, window.text, window.button):
        press(qtbot, widget, Qt.Key.Key_R, modifier=PLAIN)
    assert window.done == ["case.reply"]
    assert window.field.text() == "r"
    assert window.text.toPlainText() == "r"


def test_decisions_work_everywhere(qtbot: QtBot, window: Window) -> None:
    for widget in (window.rows, window.field, window.text, window.button):
        press(qtbot, widget, Qt.Key.Key_1, modifier=ALT)
    assert window.done == ["decision.1"] * 4


def test_two_letters_in_a_row(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window.rows, Qt.Key.Key_G, Qt.Key.Key_E, modifier=PLAIN)
    assert window.done == ["go.inbox"]


def test_letters_can_be_switched_off(qtbot: QtBot, window: Window) -> None:
    window.rows.setFocus()
    window.keymap.set_single_keys(False)
    press(qtbot, window.rows, Qt.Key.Key_R, modifier=PLAIN)
    press(qtbot, window.rows, Qt.Key.Key_1, modifier=ALT)
    assert window.done == ["decision.1"]


def test_bound_commands_are_listed_and_can_go(qtbot: QtBot, window: Window) -> None:
    assert [command.id for command, _ in window.keymap.actions()] == ["case.reply", "decision.1", "go.inbox"]
    window.keymap.set_enabled("decision.1", False)
    press(qtbot, window.rows, Qt.Key.Key_1, modifier=ALT)
    assert window.done == []
    window.keymap.bind("case.reply", lambda: window.done.append("new"))
    press(qtbot, window.rows, Qt.Key.Key_R, modifier=PLAIN)
    assert window.done == ["new"]
    window.keymap.unbind("case.reply")
    press(qtbot, window.rows, Qt.Key.Key_R, modifier=PLAIN)
    assert window.done == ["new"]
    with pytest.raises(KeyError):
        window.keymap.bind("no.such", lambda: None)


def test_a_read_only_text_takes_letters_if_its_pane_does(qtbot: QtBot) -> None:
    pane, text = QWidget(), QPlainTextEdit()
    qtbot.addWidget(pane)
    qtbot.addWidget(text)
    text.setParent(pane)
    assert not takes_single_keys(text)
    pane.setProperty(SINGLE_KEYS, True)
    assert not takes_single_keys(text)
    text.setReadOnly(True)
    assert takes_single_keys(text)
    assert not takes_single_keys(None)
