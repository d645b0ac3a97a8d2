"""Sheets as hurried people fill them in: calls nobody took, times on a Sunday, the firm by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.casework import builders
from tests.desk.ui.case_files import case_file
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.dialogs import CallSheet, later_times
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme
from workstation.ui.sign_in.view import SignInView

FORMATS = Formats("de")


def test_a_call_nobody_took_needs_no_words_and_lasted_no_time(theme: Theme, qtbot: QtBot) -> None:
    sheet = CallSheet(theme, "", is_new=False)
    qtbot.addWidget(sheet)
    boxes = {box.accessibleName(): box for box in sheet.findChildren(QComboBox)}
    minutes = sheet.findChild(QSpinBox)
    assert isinstance(minutes, QSpinBox)
    assert sheet.problem() and (sheet.direction, sheet.duration_s) == ("in", 180)
    boxes["Ergebnis"].setCurrentIndex(1)
    assert not sheet.is_reached and not sheet.problem()
    assert (sheet.direction, sheet.duration_s) == ("out", 0)
    assert not minutes.isEnabled()
    boxes["Ergebnis"].setCurrentIndex(0)
    assert sheet.problem() and sheet.duration_s == 180 and minutes.isEnabled()


def test_the_conversation_tells_a_call_nobody_took_from_one_that_was() -> None:
    call = msgspec.structs.replace(
        builders.inbound(), kind="call", channel="phone", text="", duration_s=0, is_reached=False
    )
    writer = ConversationWriter(FORMATS, ErrorText("de", FORMATS))
    line = writer.lines(case_file(messages=(call,)), builders.NOW)[0]
    assert line.when.endswith("Anruf, nicht erreicht") and line.text == "Niemand hat abgenommen."
    taken = msgspec.structs.replace(call, text="Besprochen", duration_s=180, is_reached=True)
    line = writer.lines(case_file(messages=(taken,)), builders.NOW)[0]
    assert line.when.endswith("Anruf, 3 min") and line.text == "Besprochen"


def test_no_two_times_to_come_back_are_the_same() -> None:
    for day in range(7):
        now = builders.NOW + timedelta(days=day)
        times = [at for _word, at in later_times(now, FORMATS)]
        assert len(set(times)) == len(times), FORMATS.local(now).strftime("%A")


def test_the_firm_is_made_by_enter_alone_and_what_is_missing_gets_the_focus(
    theme: Theme, qtbot: QtBot
) -> None:
    view = SignInView(theme)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    cards = {card.accessibleName(): card for card in view.findChildren(QPushButton)}
    cards["Auf diesem Computer arbeiten"].click()
    made: list[tuple[str, ...]] = []
    view.firm_created.connect(lambda *words: made.append(words))

    def type_on(words: str) -> None:
        field = view.focusWidget()
        assert isinstance(field, QLineEdit)
        qtbot.keyClicks(field, words)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    for words in ("Backhaus", "Eva Kurz", "", "zu kurz"):
        type_on(words)
    assert not made
    type_on("eva")  # what was missing has the focus
    type_on("")
    assert not made
    type_on("er als zuvor")
    assert made == [("Backhaus", "Eva Kurz", "eva", "zu kurzer als zuvor")]
