"""The sheet before leaving: nobody goes without a copy of what waits; the foot of the outbox."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workstation.ui.outbox.view import OutboxPopover
from workstation.ui.outbox.view_leaving import LeavingSheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words


def test_one_may_go_only_once_a_copy_is_written(theme: Theme, words: Words, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = LeavingSheet(theme, [f"Interne Notiz · Krug {n} (13:12)" for n in range(7)], window)
    assert sheet.windowTitle() == "7 Vorgänge sind noch nicht gesendet"
    sheet.open()
    assert not sheet.main.isEnabled()
    with qtbot.waitSignal(sheet.copy_wanted):
        sheet.copy_button.click()
    sheet.show_unwritten("Die Kopie ließ sich nicht schreiben.")
    assert not sheet.main.isEnabled() and sheet._problem.isVisible()
    before = sheet.height()
    sheet.show_written("Dokumente/kopie.json")
    layout = sheet.layout()
    assert layout is not None and sheet.height() >= max(before, layout.totalHeightForWidth(sheet.width()))
    assert sheet.main.isEnabled() and not sheet._problem.isVisible()
    assert sheet._written.accessibleName() == "Gesichert: Dokumente/kopie.json"
    with qtbot.waitSignal(sheet.accepted):
        sheet.main.click()


def test_sending_is_the_other_way_out(theme: Theme, words: Words, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = LeavingSheet(theme, ["Antwort · Krug (13:12)"], window)
    assert sheet.windowTitle() == "1 Vorgang ist noch nicht gesendet"
    sheet.open()
    with qtbot.waitSignal(sheet.send_wanted):
        sheet.send_button.click()
    sheet.reject()


def test_the_outbox_says_when_it_was_compared_and_brings_a_copy_back(
    theme: Theme, words: Words, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    outbox = OutboxPopover(theme, window)
    outbox.show_lines((), "Zuletzt verglichen 14:03, 0 Abweichungen")
    assert outbox._compared.full_text() == "Zuletzt verglichen 14:03, 0 Abweichungen"
    with qtbot.waitSignal(outbox.bring_back_wanted):
        outbox.bring_back.click()
