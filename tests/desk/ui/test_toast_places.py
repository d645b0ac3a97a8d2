"""Where toasts stand in the real window: never over what is decided, taken back or sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, QueueInMemory, formats, many_rows
from tests.desk.ui.test_open_work_room import refresh
from tests.desk.ui.test_writing import Room, play
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.shared import tokens
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.toasts import Toast, Toasts
from workstation.ui.shell.first_paint import FirstPaint
from workstation.ui.shell.view import MainWindow

SIZES = ((800, 600), (900, 700), (1023, 768), (1024, 768), (1280, 800), (1440, 900))
SHORT = "Gespeichert"
LONG = "Erledigt, Nachfrage Mo 30.11. um 09:00: Hausverwaltung Breitenbach und Söhne GmbH"


@pytest.fixture
def pane(qapp: QApplication, theme: Theme) -> CaseDeskView:
    """The pane of the case with its decisions and its composer."""
    made: list[CaseDeskView] = []

    async def acts(room: Room) -> None:
        made.append(CaseDeskView(theme, room.model))
        await refresh(room)

    play(acts)
    return made[0]


@pytest.fixture
def window(theme: Theme, pane: CaseDeskView, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with that pane in its middle."""
    made = MainWindow(theme)
    made.put_case(pane, (pane.decisions, pane.composer))
    qtbot.addWidget(made, before_close_func=MainWindow.allow_close)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    pane.decisions.undo_bar.stop()
    for toast in list(made.toasts.shown):
        toast.leave()


def place(widget: QWidget, window: QWidget) -> QRect:
    """Where a part of the window is seen, in px of the window."""
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def both(window: MainWindow) -> tuple[Toast, Toast]:
    """A long toast and, below it, a short one."""
    long = window.toasts.show_toast(LONG, icon="check", act="Wieder öffnen", lasts_s=600)
    return long, window.toasts.show_toast(SHORT, lasts_s=600)


def covered(window: MainWindow, pane: CaseDeskView) -> list[str]:
    """Which toasts lie over decisions, undo bar, composer or its buttons."""
    parts = (pane.decisions, pane.decisions.undo_bar, pane.composer)
    return [
        f"{toast.accessibleName()} over {type(part).__name__}"
        for toast in window.toasts.shown
        for part in parts
        if toast.isVisible() and part.isVisible()
        if toast.geometry().intersects(place(part, window))
    ]


@pytest.mark.parametrize("scale", tokens.SCALES)
def test_toasts_lie_over_nothing_that_is_decided_or_sent(
    window: MainWindow, pane: CaseDeskView, theme: Theme, qtbot: QtBot, scale: float
) -> None:
    theme.apply(scale=scale)
    _long, short = both(window)
    for width, height in SIZES:
        window.resize(width, height)
        pane.decisions.undo_bar.stop()
        pane.decisions.show_faces(pane._model.faces())
        qtbot.waitUntil(lambda: not covered(window, pane))
        assert short.isVisible(), "the newest is always seen"
        seen = [toast for toast in window.toasts.shown if toast.isVisible()]
        assert all(window.rect().contains(toast.geometry()) for toast in seen)
        pane.decisions.show_hold("24,90 € werden erstattet", "an Karte 4242", 30, 30)
        assert pane.decisions.undo_bar.isVisible()
        qtbot.waitUntil(lambda: not covered(window, pane))
        pane.splitter.setSizes([pane.splitter.height() // 2, pane.splitter.height() // 2])  # a long answer
        qtbot.waitUntil(lambda: not covered(window, pane))
        assert short.isVisible()


def test_they_go_where_they_have_room_when_the_window_changes(
    window: MainWindow, pane: CaseDeskView, qtbot: QtBot
) -> None:
    window.resize(1440, 900)
    long, short = both(window)
    qtbot.waitUntil(lambda: short.geometry().bottom() > 900 - 32)  # over the queue, down at the edge
    window.resize(900, 900)
    qtbot.waitUntil(lambda: short.geometry().bottom() < place(pane.decisions, window).top())
    assert long.geometry().bottom() < short.geometry().top()
    pane.show_empty()
    qtbot.waitUntil(lambda: short.geometry().bottom() > 900 - 32)  # nothing there that could be covered
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: short.geometry().right() < place(pane, window).left())


def test_they_do_not_lie_over_the_row_that_is_chosen(window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    view_model = QueueViewModel(QueueInMemory(many_rows(40)), AtOnce(), lambda: NOW, formats())
    first = FirstPaint(window, formats())
    first.view = queue = QueuePane(theme, view_model)
    first._put()
    view_model.load()
    view_model.stop()
    window.resize(1440, 900)
    qtbot.waitUntil(queue.list.isVisible)
    _long, short = both(window)
    qtbot.waitUntil(lambda: short.geometry().bottom() > 900 - 32)
    list_ = queue.list

    def under() -> list[str]:
        row = list_.current_place()
        return [toast.accessibleName() for toast in window.toasts.shown if toast.geometry().intersects(row)]

    places = set[int]()
    while queue.step(1) and view_model.model.position(queue.current_case_id()) < 30:
        assert list_.current_place().height() > 0 and under() == []
        places.add(short.geometry().bottom())
    assert len(places) > 1, "the list was walked through where they stand"
    list_.verticalScrollBar().setValue(list_.verticalScrollBar().value() - 40)
    assert under() == []
    queue.note_shown("not in the list")
    assert list_.current_place().isEmpty()
    assert short.geometry().bottom() > 900 - 32, "nothing to keep clear of any more"


def test_where_two_do_not_fit_the_newer_one_is_seen(theme: Theme, qtbot: QtBot) -> None:
    window, floor = QWidget(), [600]
    window.resize(800, 600)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    toasts = Toasts(theme, window, floor=lambda: floor[0])
    long = toasts.show_toast(LONG, act="Wieder öffnen", lasts_s=600)
    short = toasts.show_toast(SHORT, lasts_s=600)
    assert long.isVisible() and short.isVisible()
    for floor[0] in (short.height() + 8, 10):
        window.resize(800, 610 + floor[0])
        qtbot.waitUntil(lambda: not long.isVisible())
        assert short.isVisible() and short.geometry().top() >= 0
    floor[0] = 600
    window.resize(800, 600)
    qtbot.waitUntil(long.isVisible)
    short.leave()
    long.leave()
