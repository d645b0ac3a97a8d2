"""Several cases of the queue: marked by key and mouse, kept through every new order, told to the ear too."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, QueueInMemory, formats, many_rows, sample_rows
from workstation.ui.inbox.marks import Marks
from workstation.ui.inbox.models import QueueRow
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_marks import BatchOutcome
from workstation.ui.inbox.view_model import PAGE, QueueFilter, QueueViewModel, Scope
from workstation.ui.shared.keymap import Keymap
from workstation.ui.shared.theme import Theme


def make(rows: list[QueueRow]) -> tuple[QueueViewModel, QueueInMemory]:
    source = QueueInMemory(rows)
    view_model = QueueViewModel(source, AtOnce(), lambda: NOW, formats())
    view_model.load()
    return view_model, source


def listed(marks: Marks) -> tuple[str, ...]:
    return marks.case_ids


def spoken(view_model: QueueViewModel, case_id: str) -> str:
    model = view_model.model
    index = model.index(model.position(case_id), 0)
    return str(model.data(index, Qt.ItemDataRole.AccessibleTextRole))


# -- what is marked


def test_toggling_and_extending(qtbot: QtBot) -> None:
    view_model, _ = make(sample_rows())
    marks = view_model.marks
    marks.toggle("2")
    marks.extend("4")
    assert listed(marks) == ("2", "3", "4")
    marks.extend("1")
    assert listed(marks) == ("1", "2"), "going back takes back what was extended"
    marks.toggle("9")
    marks.extend("8")
    assert listed(marks) == ("1", "2", "8", "9"), "what was marked before stays"
    marks.toggle("1")
    assert listed(marks) == ("2", "8", "9")
    marks.toggle("unknown")
    assert len(marks) == 3
    marks.clear()
    assert listed(marks) == ()


def test_all_loaded_and_no_more(qtbot: QtBot) -> None:
    view_model, _ = make(many_rows(450))
    view_model.marks.mark_all()
    assert len(view_model.marks) == PAGE


def test_marks_stay_through_a_new_order_and_leave_with_their_cases(qtbot: QtBot) -> None:
    view_model, source = make(sample_rows())
    view_model.marks.mark(("2", "3", "5"))
    told: list[int] = []
    view_model.marks.changed.connect(lambda: told.append(len(view_model.marks)))
    source.rows = [row for row in source.rows if row.case_id != "3"]
    first = source.rows[1]
    source.rows[1] = replace(first, subject="Anders", due_at=source.rows[-1].due_at)
    source.rows.sort(key=lambda row: row.due_at or NOW)
    view_model.refresh()
    assert set(view_model.marks.case_ids) == {"2", "5"}
    assert told == [2]
    view_model.refresh()
    assert told == [2], "nothing has changed"


def test_another_tab_begins_with_nothing_marked(qtbot: QtBot) -> None:
    view_model, _ = make(sample_rows())
    view_model.marks.mark_all()
    view_model.load()
    assert len(view_model.marks) > 0, "the same tab read anew"
    view_model.load(QueueFilter(Scope.MINE))
    assert len(view_model.marks) == 0


def test_a_marked_row_is_told_to_a_screen_reader(qtbot: QtBot) -> None:
    view_model, _ = make(sample_rows())
    plain = spoken(view_model, "2")
    view_model.marks.toggle("2")
    assert spoken(view_model, "2") == f"Ausgewählt. {plain}"


# -- keys and mouse


class Bench:
    """The pane with the keys of the window bound as the shell binds them."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        self.view_model, self.source = make(sample_rows())
        self.window = QWidget()
        self.pane = QueuePane(theme, self.view_model, self.window)
        self.pane.resize(340, 700)
        self.field = QPushButton("anderswo", self.window)
        self.window.resize(360, 720)
        self.chosen: list[str] = []
        self.acts: list[str] = []
        self.said: list[str] = []
        self.pane.case_chosen.connect(self.chosen.append)
        self.pane.batch_wanted.connect(self.acts.append)
        self.pane.said.connect(self.said.append)
        keymap = Keymap(self.window)
        for command, act in (
            ("queue.mark", self.pane.mark_current),
            ("queue.mark_to", self.pane.extend_to_current),
            ("queue.mark_down", lambda: self.pane.extend_by(1)),
            ("queue.mark_up", lambda: self.pane.extend_by(-1)),
            ("queue.mark_all", self.pane.mark_all),
        ):
            keymap.bind(command, act)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.pane.focus_list()
        qtbot.waitUntil(self.pane.list.hasFocus)

    def marked(self) -> tuple[str, ...]:
        return self.view_model.marks.case_ids


@pytest.fixture
def bench(theme: Theme, qtbot: QtBot) -> Bench:
    return Bench(theme, qtbot)


NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def test_x_marks_the_case_stood_on_and_opens_nothing(bench: Bench, qtbot: QtBot) -> None:
    bench.pane.choose_case("3")
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_X)
    assert bench.marked() == ("3",) and bench.chosen == []
    assert bench.said == ["1 ausgewählt"]
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_X)
    assert bench.marked() == ()


def test_x_without_a_place_begins_at_the_top(bench: Bench, qtbot: QtBot) -> None:
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_X)
    assert bench.marked() == ("1",) and bench.pane.current_case_id() == "1"


def test_shift_and_arrows_extend_without_opening(bench: Bench, qtbot: QtBot) -> None:
    bench.pane.choose_case("3")
    for _ in range(3):
        qtbot.keyClick(bench.pane.list, Qt.Key.Key_Down, SHIFT)
    assert bench.marked() == ("3", "4", "5", "6")
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_Up, SHIFT)
    assert bench.marked() == ("3", "4", "5") and bench.chosen == []
    bench.pane.step(1)
    bench.pane.step(1)
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_Down, SHIFT)
    assert bench.marked() == ("3", "4", "5", "7", "8"), "one that goes on elsewhere begins there"
    bench.pane.choose_case("9")
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_X, SHIFT)
    assert bench.marked() == ("3", "4", "5", "7", "8", "9")


def test_all_and_none(bench: Bench, qtbot: QtBot) -> None:
    bench.pane.choose_case("2")
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_A, CTRL)
    assert len(bench.marked()) == 9
    assert bench.pane.clear_marks() and not bench.pane.clear_marks()
    assert bench.said[-1] == "Auswahl aufgehoben"


def test_ctrl_a_elsewhere_marks_nothing(bench: Bench, qtbot: QtBot) -> None:
    bench.field.setFocus()
    qtbot.keyClick(bench.field, Qt.Key.Key_A, CTRL)
    assert bench.marked() == ()


def test_the_mouse_marks_with_ctrl_and_shift(bench: Bench, qtbot: QtBot) -> None:
    def click(case_id: str, held: Qt.KeyboardModifier) -> None:
        row = bench.view_model.model.position(case_id)
        middle = bench.pane.list.rowViewportPosition(row) + bench.pane.list.rowHeight(row) // 2
        qtbot.mouseClick(bench.pane.list.viewport(), Qt.MouseButton.LeftButton, held, QPoint(100, middle))

    click("2", CTRL)
    assert bench.marked() == ("2",)
    click("5", SHIFT)
    assert bench.marked() == ("2", "3", "4", "5") and bench.chosen == []
    click("3", CTRL)
    assert bench.marked() == ("2", "4", "5")
    click("4", NONE)
    assert set(bench.chosen) == {"4"} and bench.marked() == ("2", "4", "5"), "a plain click only opens"


def test_after_unmarking_the_case_stood_on_is_shown(bench: Bench, qtbot: QtBot) -> None:
    bench.pane.choose_case("1")
    qtbot.keyClick(bench.pane.list, Qt.Key.Key_Down, SHIFT)
    assert bench.chosen == []
    bench.pane.clear_marks()
    assert bench.chosen == ["2"], "E would otherwise solve another case than the one marked in the list"


def test_the_bar_is_there_while_cases_are_marked(bench: Bench, qtbot: QtBot) -> None:
    assert bench.pane.bar is None
    bench.view_model.marks.mark(("1", "2"))
    bar = bench.pane.bar
    assert bar is not None and bar.isVisible() and bar.accessibleName() == "2 ausgewählt"
    for button, act in ((bar.assign, "assign"), (bar.snooze, "snooze"), (bar.solve, "solve")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert bench.acts[-1] == act
    names = [button.accessibleName() or button.text() for button in bar.findChildren(QPushButton)]
    assert all(names) and "Erledigt: alle ausgewählten" in names
    assert "(E)" in bar.solve.toolTip()
    qtbot.mouseClick(bar.clear_button, Qt.MouseButton.LeftButton)
    assert bench.marked() == () and not bar.isVisible()


def test_the_focus_goes_back_to_the_list_when_the_bar_leaves(bench: Bench, qtbot: QtBot) -> None:
    bench.view_model.marks.mark(("1",))
    assert bench.pane.bar is not None
    bench.pane.bar.clear_button.setFocus()
    qtbot.keyClick(bench.pane.bar.clear_button, Qt.Key.Key_Space)
    assert bench.pane.list.hasFocus()


def test_what_became_of_it_stands_above_the_list(bench: Bench, qtbot: QtBot) -> None:
    shown: list[str] = []
    bench.pane.batch_shown.connect(lambda: shown.append("show"))
    bench.pane.batch_undone.connect(lambda: shown.append("undo"))
    bench.pane.show_outcome(BatchOutcome("2 von 3 erledigt.", False, "Zeigen", "Rückgängig"))
    line = bench.pane.outcome
    assert line is not None and line.isVisible() and bench.said == ["2 von 3 erledigt."]
    assert line.accessibleName() == "2 von 3 erledigt." and line.close_button.accessibleName()
    line.show_button.click()
    line.undo_button.click()
    assert shown == ["show", "undo"] and not line.isVisible()
    bench.pane.show_outcome(BatchOutcome("3 zugewiesen: Lisa."))
    assert not line.show_button.isVisible() and not line.undo_button.isVisible()
