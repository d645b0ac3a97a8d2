"""The decision button and its grid: words, access, measures, menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetricsF
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from workstation.ui.case_desk.view_decisions import DecisionPanel
from workstation.ui.shared.decision_button import DecisionButton, DecisionFace, DecisionState
from workstation.ui.shared.decision_grid import FEW, MOST, DecisionGrid
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words

REFUND = DecisionFace(DecisionState.NOW, "42,90 € erstatten", "an PayPal …8821, 1 bis 2 Tage", key="Alt+1")
LONG = replace(REFUND, reason="seit 14:13 bei Tanja Weiß, du kannst weiterarbeiten und später nachsehen")
GERMAN = ["Sofort", "Freigabe", "Gesperrt", "Vormerken", "Bucht …", "Gebucht", "Angefragt", "Abgelehnt"]
ENGLISH = ["Now", "Approval", "Blocked", "Queue", "Booking …", "Booked", "Asked", "Declined"]


def make(theme: Theme, qtbot: QtBot, face: DecisionFace) -> DecisionButton:
    button = DecisionButton(theme)
    qtbot.addWidget(button)
    button.show_face(face)
    button.resize(320, button.heightForWidth(320))
    return button


@pytest.mark.parametrize(("state", "word"), tuple(zip(DecisionState, GERMAN, strict=True)))
def test_each_state_says_itself(theme: Theme, qtbot: QtBot, state: DecisionState, word: str) -> None:
    button = make(theme, qtbot, replace(REFUND, state=state))
    spoken = QAccessible.queryAccessibleInterface(button)
    assert spoken.text(QAccessible.Text.Name) == f"{word}: 42,90 € erstatten"
    assert spoken.text(QAccessible.Text.Description) == "an PayPal …8821, 1 bis 2 Tage. Alt+1"
    assert not button.grab().isNull()


@pytest.mark.parametrize(("state", "word"), tuple(zip(DecisionState, ENGLISH, strict=True)))
def test_each_state_says_itself_in_english(
    theme: Theme, qtbot: QtBot, words: Words, state: DecisionState, word: str
) -> None:
    words.use("en")
    assert make(theme, qtbot, replace(REFUND, state=state)).accessibleName().startswith(f"{word}: ")


def test_states_differ_without_colour(theme: Theme, qtbot: QtBot) -> None:
    """In grey the pictures still differ: icon and word carry the state, not the tint."""
    shots = set()
    for state in DecisionState:
        image = make(theme, qtbot, replace(REFUND, state=state)).grab().toImage()
        mono = image.convertToFormat(image.Format.Format_Mono, Qt.ImageConversionFlag.MonoOnly)
        shots.add(bytes(mono.constBits()))
    assert len(shots) == len(DecisionState)


@pytest.mark.parametrize("width", [220, 260, 320, 480])
@pytest.mark.parametrize("title", ["Erstatten", "42,90 € erstatten, Ware zurück " * 4, "W" * 90])
def test_the_key_keeps_its_place_whatever_the_title(
    theme: Theme, qtbot: QtBot, width: int, title: str
) -> None:
    button = make(theme, qtbot, replace(REFUND, title=title))
    lines = button.title_lines(width)
    assert 1 <= len(lines) <= 2
    metrics = QFontMetricsF(theme.font("h3"))
    key = QFontMetricsF(theme.font("caption")).horizontalAdvance("Alt+1")
    assert all(metrics.horizontalAdvance(line) + key <= width for line in lines)
    assert button.heightForWidth(width) >= theme.px(64) + (len(lines) - 1) * theme.line("h3")
    without = make(theme, qtbot, replace(REFUND, title=title, key=""))
    for one in (button, without):
        one.resize(width, one.heightForWidth(width))
    assert button.grab().toImage() != without.grab().toImage(), "the key is painted"


@pytest.mark.parametrize("state", [DecisionState.BLOCKED, DecisionState.DECLINED])
def test_grey_can_be_reached_and_clicked(theme: Theme, qtbot: QtBot, state: DecisionState) -> None:
    button = make(theme, qtbot, replace(REFUND, state=state))
    assert button.isEnabled()
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(button.clicked):
            qtbot.keyClick(button, key)


@pytest.mark.parametrize("width", [240, 260, 300, 400, 640])
def test_the_reason_is_never_cut(theme: Theme, qtbot: QtBot, width: int) -> None:
    button = make(theme, qtbot, LONG)
    lines = button._reason_lines(width)
    assert " ".join(line for line in lines if line) == LONG.reason
    metrics = QFontMetricsF(theme.font("caption"))
    assert all(metrics.horizontalAdvance(line) <= width - 56 for line in lines)
    assert button.heightForWidth(width) == 64 + 16 * (len(lines) - 1)


def test_one_line_is_64_and_two_are_80_high(theme: Theme, qtbot: QtBot) -> None:
    button = make(theme, qtbot, REFUND)
    assert button.heightForWidth(320) == 64
    assert button.heightForWidth(250) == 80


def test_the_menu_changes_the_amount(theme: Theme, qtbot: QtBot) -> None:
    button = make(theme, qtbot, replace(REFUND, may_change_amount=True))
    button.show()
    qtbot.keyClick(button, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    with qtbot.waitSignal(button.change_amount_requested):
        menu.actions()[0].trigger()
    menu.close()


def test_without_an_amount_there_is_no_menu(theme: Theme, qtbot: QtBot) -> None:
    button = make(theme, qtbot, REFUND)
    button.show()
    qtbot.keyClick(button, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert QApplication.activePopupWidget() is None


def test_a_row_of_the_grid_has_one_height(theme: Theme, qtbot: QtBot) -> None:
    grid = DecisionGrid(theme)
    qtbot.addWidget(grid)
    grid.show_faces((REFUND, LONG, REFUND, REFUND))
    grid.show()
    grid.resize(640, 100)
    heights = [button.height() for button in grid.buttons]
    assert heights[0] == heights[1] > heights[2] == heights[3] == 64
    assert grid.height() == heights[0] + 8 + heights[2]


def test_a_narrow_grid_has_one_column(theme: Theme, qtbot: QtBot) -> None:
    grid = DecisionGrid(theme)
    qtbot.addWidget(grid)
    grid.show_faces((REFUND, REFUND))
    grid.show()
    grid.resize(420, 100)
    assert [button.x() for button in grid.buttons] == [0, 0]
    assert all(button.width() == 420 for button in grid.buttons)


def test_the_grid_shows_six_and_keeps_the_rest_at_hand(theme: Theme, qtbot: QtBot) -> None:
    grid = DecisionGrid(theme)
    qtbot.addWidget(grid)
    grid.resize(640, 100)
    grid.show_faces([replace(REFUND, title=f"Nummer {number}") for number in range(8)])
    grid.show()
    assert sum(button.isVisible() for button in grid.buttons) == 6
    assert "2" in grid._more.text()
    with qtbot.waitSignal(grid.chosen) as caught:
        grid.press(7)
    assert caught.args == [7]
    grid._on_more()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    with qtbot.waitSignal(grid.chosen) as caught:
        menu.actions()[0].trigger()
    assert caught.args == [6]
    menu.close()


def test_a_low_window_shows_two_rows_and_keys_reach_all_six(theme: Theme, qtbot: QtBot) -> None:
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(640, 300)
    panel.grid.set_most(FEW)
    faces = [replace(REFUND, title=f"Nummer & {number}", key=f"Alt+{number}") for number in range(1, 7)]
    panel.show_faces([replace(face, may_change_amount=face is faces[5]) for face in faces])
    panel.show()
    grid = panel.grid
    assert sum(button.isVisible() for button in grid.buttons) == 4
    assert grid._more.isVisible() and grid._more.accessibleName() == "Weitere Entscheidungen: 2"
    assert not grid.isAncestorOf(grid._more), "it takes no row of its own"
    for number in range(1, 7):
        with qtbot.waitSignal(panel.chosen) as caught:
            panel.press(number)
        assert caught.args == [number - 1]
    menu = grid.more_menu()
    fifth, sixth, change = menu.actions()
    assert fifth.text().startswith("Nummer && 5 ·") and fifth.text().endswith("\tAlt+5")
    with qtbot.waitSignal(panel.chosen) as caught:
        sixth.trigger()
    assert caught.args == [5]
    with qtbot.waitSignal(panel.amount_wanted) as caught:
        change.trigger()
    assert caught.args == [5]
    menu.close()
    panel.show_hold("24,90 € werden erstattet", "", 8, 8)
    assert not grid._more.isVisible()
    panel.show_faces(faces)
    grid.set_most(MOST)
    assert sum(button.isVisible() for button in grid.buttons) == 6 and not grid._more.isVisible()


def test_buttons_stay_when_faces_change(theme: Theme, qtbot: QtBot) -> None:
    grid = DecisionGrid(theme)
    qtbot.addWidget(grid)
    grid.show_faces((REFUND, REFUND))
    first = grid.buttons[0]
    with qtbot.waitSignal(grid.chosen) as caught:
        grid.buttons[1].click()
    assert caught.args == [1]
    grid.show_faces((replace(REFUND, state=DecisionState.RUNNING),))
    assert grid.buttons[0] is first
    assert first.face.state is DecisionState.RUNNING
    grid.press(5)  # beyond the last: nothing
