"""The smaller widgets: what they show, how they are left, what a screen reader hears."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.ui.shared import paint
from workstation.ui.shared.announcer import Announcer
from workstation.ui.shared.avatar import initials
from workstation.ui.shared.chips import FactChip, FactState
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.notice import Notice
from workstation.ui.shared.popover import Popover
from workstation.ui.shared.rail_button import RailButton
from workstation.ui.shared.segmented import Segmented
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.text_field import SearchField, TextField
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.toasts import Toasts
from workstation.ui.shared.undo_bar import LONGEST_PAUSE_S, UndoBar


def show(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


# -- undo bar


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> Iterator[UndoBar]:
    window, field = QWidget(), QLineEdit()
    made = UndoBar(theme)
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(made)
    window.resize(640, 200)
    show(window, qtbot)
    field.setFocus()
    yield made
    made.stop()


def test_the_hold_ends_once(bar: UndoBar, qtbot: QtBot) -> None:
    ended: list[int] = []
    bar.elapsed.connect(lambda: ended.append(1))
    bar.start("42,90 € werden erstattet", "PayPal", 0.2)
    assert bar.accessibleName() == "42,90 € werden erstattet"
    qtbot.waitUntil(lambda: not bar.is_running, timeout=30_000)
    qtbot.wait(120)
    assert ended == [1]


def test_both_buttons_end_it(bar: UndoBar, qtbot: QtBot) -> None:
    for button, signal in ((bar.now_button, bar.book_now), (bar.undo_button, bar.undone)):
        bar.start("x", "", 8)
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not bar.is_running
        button.click()  # nothing is held any more: no second signal
    with qtbot.assertNotEmitted(bar.undone, wait=50):
        bar.undo_button.click()


def test_focus_pauses_for_thirty_seconds_at_most(
    bar: UndoBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[bool] = []
    bar.pause_changed.connect(pauses.append)
    bar.start("x", "", 8)
    monkeypatch.setattr(bar, "_is_attended", lambda: True)
    bar._on_tick()
    qtbot.wait(120)
    left = bar.left_s
    qtbot.wait(120)
    assert bar.left_s == left
    bar._pause_left = 0.05
    qtbot.waitUntil(lambda: bar.left_s < left, timeout=30_000)
    assert pauses == [True, False]
    assert LONGEST_PAUSE_S == 30


def test_a_hold_can_go_on_where_it_was(bar: UndoBar) -> None:
    bar.start("x", "", 8, 3)
    assert 0 < bar.left_s <= 3
    bar.stop()
    assert not bar.is_running


# -- texts


def test_an_eliding_label_forces_no_width(theme: Theme, qtbot: QtBot) -> None:
    label = ElidingLabel(theme, "Ein sehr langer Name, der niemals in achtzig Pixel passt")
    show(label, qtbot)
    label.resize(80, 20)
    assert label.minimumSizeHint().width() == 0
    assert label.text().endswith("…")
    assert label.toolTip() == label.accessibleName() == label.full_text()
    label.resize(800, 20)
    assert label.text() == label.full_text()
    assert label.toolTip() == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Bergmann", "AB"),
        ("Café", "C"),
        ("", "?"),
        ("  ", "?"),
        ("Jean-Luc de la Tour", "JT"),
        ("(x) y", "Y"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize("width", [1, 20, 60, 500])
def test_wrapping_keeps_every_letter(theme: Theme, width: int) -> None:
    words = "Donaudampfschifffahrt ist ein langes Wort"
    lines = paint.wrap(words, QFontMetricsF(theme.font("caption")), width, indent=10)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize(("state", "tone"), [("known", "go"), ("late", "no"), ("deviating", "danger")])
def test_facts_show_their_state(theme: Theme, qtbot: QtBot, state: FactState, tone: str) -> None:
    chip = FactChip(theme)
    qtbot.addWidget(chip)
    chip.show_fact("Gutschrift-Nr. folgt", state, explanation="Weicht ab")
    assert chip.tone == tone
    assert chip.accessibleName() == "Gutschrift-Nr. folgt. Weicht ab"
    assert chip.grab().width() > 40


# -- notices, toasts, popover


def test_a_notice_hides_what_is_empty_and_keeps_details_back(theme: Theme, qtbot: QtBot) -> None:
    notice = Notice(theme)
    qtbot.addWidget(notice)
    assert notice.isHidden()
    notice.show_notice(
        "danger", "Erstattung nicht gebucht", "Kein Geld", first="Erneut", details="shop.closed"
    )
    assert notice.first.isVisible()
    assert not notice.second.isVisible()
    assert not notice._details.isVisible()
    qtbot.mouseClick(notice._more, Qt.MouseButton.LeftButton)
    assert notice._details.isVisible()
    assert notice._more.text() == "Weniger"
    with qtbot.waitSignal(notice.first_clicked):
        notice.first.click()


def test_at_most_two_toasts_and_the_pointer_holds_them(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(800, 600)
    show(window, qtbot)
    toasts, acted = Toasts(theme, window), []
    for number in range(3):
        toasts.show_toast(f"Nachricht {number}", act="Öffnen", on_act=lambda: acted.append(1))
    assert [toast.accessibleName() for toast in toasts.shown] == ["Nachricht 1", "Nachricht 2"]
    last = toasts.shown[-1]
    assert last.geometry().bottom() < 600
    QApplication.sendEvent(last, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not last._timer.isActive()
    QApplication.sendEvent(last, QEvent(QEvent.Type.Leave))
    assert last._timer.isActive()
    last.act.click()
    assert acted == [1]
    assert len(toasts.shown) == 1
    toasts.shown[0].leave()


def test_a_long_toast_says_its_whole_sentence_below_one_another(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(800, 600)
    show(window, qtbot)
    room = [9999]
    toasts = Toasts(theme, window, room=lambda: room[0])
    short = toasts.show_toast("Kopiert")
    long = toasts.show_toast(
        "Erledigt, Nachfrage Mo 30.11. um 09:00: Hausverwaltung Breitenbach und Söhne Grundbesitz GmbH",
        act="Wieder öffnen",
    )
    for _again in range(2):  # also when it is laid out again
        label = long._words
        assert label.text().endswith("GmbH") and label.heightForWidth(label.width()) <= label.height()
        assert label.height() >= 2 * short._words.height()
        assert long.act.geometry().top() >= label.geometry().bottom(), "the act has its own line then"
        assert long.width() <= theme.px(480) and long.geometry().right() < 800
        assert short.geometry().bottom() < long.geometry().top()
        window.resize(800, 500)
    window.resize(420, 500)
    qtbot.waitUntil(lambda: long.geometry().right() < 420)
    room[0] = 250  # the column it stands over
    window.resize(800, 600)
    qtbot.waitUntil(lambda: long.width() <= 250)
    assert long._words.heightForWidth(long._words.width()) <= long._words.height()


def test_a_toast_leaves_with_what_it_speaks_of(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts = Toasts(theme, window)
    toasts.show_toast("24,90 € werden erstattet", act="Rückgängig", about="d1")
    other = toasts.show_toast("Gespeichert")
    toasts.drop("d1")
    assert toasts.shown == [other]


def test_a_popover_closes_and_gives_the_focus_back(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(800, 600)
    column = QVBoxLayout(window)
    anchor, field = QPushButton("Ausgang"), QLineEdit()
    column.addWidget(anchor)
    column.addWidget(field)
    show(window, qtbot)
    window.activateWindow()
    field.setFocus()
    popover = Popover(theme, window)
    popover.show_words("Ausgang", "3 Vorgänge")
    popover.open_at(anchor)
    assert window.rect().contains(popover.geometry())
    assert QApplication.focusWidget() is popover
    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is field
    popover.open_at(anchor)
    with qtbot.waitSignal(popover.closed):
        qtbot.mouseClick(anchor, Qt.MouseButton.LeftButton)
    assert not popover.isVisible()


# -- tabs, fields, rail


def test_tabs_have_one_stop_and_arrows(theme: Theme, qtbot: QtBot) -> None:
    tabs = Segmented(theme)
    tabs.show_items([("all", "Alle", 15), ("mine", "Meine", 6), ("team", "Team", None)])
    show(tabs, qtbot)
    assert [button.accessibleName() for button in tabs.buttons] == ["Alle, 15", "Meine, 6", "Team"]
    stops = [bool(button.focusPolicy() & Qt.FocusPolicy.TabFocus) for button in tabs.buttons]
    assert stops == [True, False, False]
    with qtbot.waitSignal(tabs.chosen) as caught:
        qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert caught.args == ["team"]
    tabs.show_items([("all", "Alle", 15), ("mine", "Meine", 6)])
    assert tabs.current == "all"
    with qtbot.assertNotEmitted(tabs.chosen, wait=20):
        tabs.choose("mine")
        tabs.choose("nowhere")
    assert tabs.current == "mine"


def test_a_field_says_what_is_wrong(theme: Theme, qtbot: QtBot) -> None:
    field = TextField(theme, "Adresse")
    show(field, qtbot)
    field.set_text("  htp:/hub ")
    assert field.text() == "htp:/hub"
    field.show_fault("Das ist keine Adresse.")
    assert field._fault.isVisible()
    assert field.edit.accessibleName() == "Adresse"
    assert field.edit.accessibleDescription() == "Das ist keine Adresse."
    field.show_fault("")
    assert not field._fault.isVisible()


def test_a_search_is_left_by_escape(theme: Theme, qtbot: QtBot) -> None:
    search = SearchField(theme, "Suchen", "Strg K")
    show(search, qtbot)
    qtbot.keyClicks(search.edit, "erst")
    with qtbot.waitSignal(search.submitted) as caught:
        qtbot.keyClick(search.edit, Qt.Key.Key_Return)
    assert caught.args == ["erst"]
    with qtbot.waitSignal(search.left):
        qtbot.keyClick(search.edit, Qt.Key.Key_Escape)
    assert search.text() == ""


def test_the_rail_says_its_count(theme: Theme, qtbot: QtBot) -> None:
    button = RailButton(theme, "inbox", "Eingang")
    show(button, qtbot)
    button.set_badge(15)
    assert button.accessibleName() == "Eingang, 15"
    button.set_badge(0)
    assert button.accessibleName() == "Eingang"
    assert button.sizeHint().width() >= 72
    assert button.sizeHint().height() == 60


# -- loading, speaking


def test_shapes_offer_a_way_out(theme: Theme, qtbot: QtBot) -> None:
    page = QWidget()
    page.resize(300, 400)
    show(page, qtbot)
    shapes = Skeleton(theme, "messages", page)
    shapes.resize(page.size())
    shapes.start()
    assert not shapes.isVisible()
    qtbot.waitUntil(shapes.isVisible, timeout=30_000)
    shapes._offer_way_out()
    assert shapes._note.isVisible()
    with qtbot.waitSignal(shapes.cancelled):
        qtbot.mouseClick(shapes._cancel, Qt.MouseButton.LeftButton)
    assert not shapes.isVisible()


def test_polite_news_wait_and_urgent_ones_do_not(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    announcer = Announcer(window)
    announcer.announce("eins")
    announcer.announce("zwei")
    announcer.announce("drei")
    announcer.announce("Gebucht", is_urgent=True)
    assert announcer.said == ["eins", "Gebucht"]
    announcer._say_waiting()
    assert announcer.said == ["eins", "Gebucht", "drei"]
