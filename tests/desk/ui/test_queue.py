"""The queue: model, sections, paging, minutes, and that nothing moves under the pointer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QMenu, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import (
    NOW,
    AtOnce,
    OnDemand,
    QueueInMemory,
    formats,
    many_rows,
    sample_rows,
)
from workstation.ui.inbox.delegates import QueueDelegate
from workstation.ui.inbox.models import QueueRow, Section, SectionItem
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import PAGE, QueueFilter, QueuePage, QueueViewModel, Scope
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def make(rows: list[QueueRow]) -> tuple[QueueViewModel, QueueInMemory, Clock]:
    source, clock = QueueInMemory(rows), Clock()
    view_model = QueueViewModel(source, AtOnce(), clock, formats())
    view_model.load()
    return view_model, source, clock


def sections(view_model: QueueViewModel) -> list[tuple[str, int]]:
    return [
        (item.section.value, item.count) for item in view_model.model.items if isinstance(item, SectionItem)
    ]


def cases(view_model: QueueViewModel) -> list[str]:
    return [row.case_id for row in view_model.model.rows()]


def test_the_model_keeps_qts_rules(qtmodeltester: object, qtbot: QtBot) -> None:
    view_model, _, _ = make(many_rows(450))
    qtmodeltester.check(view_model.model)  # type: ignore[attr-defined]


def test_sections_with_counts_and_a_folded_end(qtbot: QtBot) -> None:
    view_model, _, _ = make(sample_rows())
    assert sections(view_model) == [("overdue", 1), ("soon", 3), ("today", 4), ("later", 1), ("waiting", 1)]
    assert cases(view_model) == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    view_model.toggle_waiting()
    assert cases(view_model)[-1] == "10"
    view_model.toggle_waiting()
    assert "10" not in cases(view_model)


def test_6500_rows_come_by_pages_without_gap_or_double(qtbot: QtBot) -> None:
    view_model, source, _ = make(many_rows())
    model = view_model.model
    assert len(model.rows()) == PAGE
    while model.canFetchMore(model.index(-1, -1)):
        model.fetchMore(model.index(-1, -1))
    assert len(cases(view_model)) == 6480
    assert len(set(cases(view_model))) == 6480
    due = [row.due_at for row in model.rows()]
    assert due == sorted(due, key=lambda at: at or NOW)
    assert [name for name, _ in sections(view_model)] == [section.value for section in Section]
    view_model.toggle_waiting()
    assert len(cases(view_model)) == 6500
    assert source.calls >= 33


def test_more_is_asked_for_once_at_a_time(qtbot: QtBot, tasks: OnDemand) -> None:
    view_model = QueueViewModel(QueueInMemory(many_rows(900)), tasks, Clock(), formats())
    view_model.load()
    tasks.run()
    model = view_model.model
    for _ in range(3):
        model.fetchMore(model.index(-1, -1))
    assert len(tasks.waiting) == 1
    tasks.run()
    assert len(model.rows()) == 2 * PAGE


def test_many_changes_at_once_are_read_twice_not_many_times(qtbot: QtBot, tasks: OnDemand) -> None:
    source = QueueInMemory(sample_rows())
    view_model = QueueViewModel(source, tasks, Clock(), formats())
    view_model.load()
    tasks.run()
    asked = source.calls
    for _ in range(50):
        view_model.refresh()
    assert len(tasks.waiting) == 1
    source.rows = source.rows[1:]
    tasks.run()
    assert source.calls == asked + 2 and "1" not in cases(view_model)
    view_model.refresh()
    tasks.run()
    assert source.calls == asked + 3


class Pause:
    """Waits once, as a real source does."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class SlowQueue(QueueInMemory):
    """Answers only when its coroutine is continued."""

    async def page(self, queue_filter: QueueFilter, after_key: str | None, limit: int) -> QueuePage:
        found = await super().page(queue_filter, after_key, limit)
        await Pause()
        return found


def test_an_old_answer_never_replaces_a_new_question(qtbot: QtBot, tasks: OnDemand) -> None:
    view_model = QueueViewModel(SlowQueue(sample_rows()), tasks, Clock(), formats())
    view_model.load()
    view_model.load(QueueFilter(Scope.MINE))
    old, new = tasks.waiting
    view_model.filter = QueueFilter(Scope.ALL)
    old.send(None)  # has read all cases and waits
    view_model.filter = QueueFilter(Scope.MINE)
    new.send(None)
    for answer in (new, old):
        with pytest.raises(StopIteration):
            answer.send(None)
    assert cases(view_model) == ["1", "2", "6"]


def test_a_failed_load_is_told_and_keeps_the_list(qtbot: QtBot) -> None:
    view_model, source, _ = make(sample_rows())

    async def broken(*_: object) -> None:
        raise OSError("disk")

    source.counts = broken  # type: ignore[assignment,method-assign]
    with qtbot.waitSignal(view_model.failed) as caught, pytest.raises(OSError, match="disk"):
        view_model.load()
    assert caught.args == ["disk"]
    assert not view_model.is_loading
    assert cases(view_model)[0] == "1"


def test_minutes_pass_and_rows_change_section_only_when_free(qtbot: QtBot) -> None:
    view_model, _, clock = make(sample_rows())
    row = view_model.model.rows()[4]
    assert view_model.words(row).due == "15:00"
    view_model.set_attended(True)
    clock.now += timedelta(minutes=25)
    view_model.tick()
    assert view_model.words(row).due == "23\N{NO-BREAK SPACE}min"
    assert [name for name, _ in sections(view_model)][:2] == ["overdue", "soon"]
    assert cases(view_model) == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    before = view_model.model.position("2")
    assert view_model.has_pending
    view_model.set_attended(False)
    assert not view_model.has_pending
    assert view_model.model.position("2") == before - 1  # now below the one title «Überfällig»
    assert sections(view_model)[0] == ("overdue", 3)


def test_new_cases_wait_behind_a_button_while_the_list_is_used(qtbot: QtBot) -> None:
    view_model, source, _ = make(sample_rows())
    view_model.set_attended(True)
    new = [replace(sample_rows()[0], case_id=f"new-{n}", due_at=NOW - timedelta(minutes=n)) for n in (1, 2)]
    changed = replace(source.rows[1], subject="Neuer Betreff")
    source.rows = [*new, source.rows[0], changed, *source.rows[2:]]
    view_model.refresh()
    assert view_model.pending_new == 2
    assert "new-1" not in cases(view_model)
    position = view_model.model.position("2")
    assert view_model.model.index(position, 0).data(RowRole).subject == "Neuer Betreff"
    view_model.apply_pending()
    assert view_model.pending_new == 0
    assert cases(view_model)[:3] == ["1", "new-2", "new-1"]


def test_what_comes_with_the_first_copy_is_no_news(qtbot: QtBot, tasks: OnDemand) -> None:
    """The list has the focus from the start; what was fetched until then was never missing to anybody."""
    source, clock = QueueInMemory([]), Clock()
    view_model = QueueViewModel(source, tasks, clock, formats())
    view_model.load()
    view_model.set_attended(True)
    view_model.set_filling(True)
    tasks.run()
    source.rows = sample_rows()[:4]
    view_model.refresh()
    tasks.run()
    assert cases(view_model) == ["1", "2", "3", "4"] and not view_model.has_pending
    source.rows = sample_rows()
    view_model.refresh()  # the last page, read while the end of the copy is told
    view_model.set_filling(False)
    tasks.run()
    assert len(cases(view_model)) == 9 and not view_model.has_pending
    new = replace(sample_rows()[0], case_id="new", due_at=NOW - timedelta(hours=1))
    source.rows = [new, *sample_rows()]
    view_model.set_filling(False)
    view_model.refresh()
    tasks.run()
    assert view_model.pending_new == 1


def test_new_cases_appear_at_once_when_nobody_is_there(qtbot: QtBot) -> None:
    view_model, source, _ = make(sample_rows())
    source.rows = [replace(sample_rows()[0], case_id="new", due_at=NOW - timedelta(hours=1)), *source.rows]
    view_model.refresh()
    assert cases(view_model)[0] == "new"
    assert sections(view_model)[0] == ("overdue", 2)


def test_a_change_in_place_moves_nothing(qtbot: QtBot) -> None:
    view_model, source, _ = make(sample_rows())
    source.rows[2] = replace(source.rows[2], typing_initials="")
    resets: list[int] = []
    view_model.model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(view_model.model.dataChanged):
        view_model.refresh()
    assert not resets


def spoken(model: QAbstractItemModel, row: int) -> str:
    return str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_rows_are_whole_sentences_for_the_reader(qtbot: QtBot, words: Words) -> None:
    view_model, _, _ = make(sample_rows())
    model = view_model.model
    assert spoken(model, 0) == "Überfällig, 1"
    assert spoken(model, 1) == (
        "Café Morgenrot GmbH. Rückruf zur Sammelrechnung Februar. Telefon. Zusage: Rückruf bis 14:00. "
        "Fällig vor 12 Minuten. Ungelesen."
    )
    assert spoken(model, 4).endswith("Wartet im Chat seit 3\N{NO-BREAK SPACE}min. Fällig in 21 Minuten."
                                     " Ungelesen. JB schreibt.")  # fmt: skip
    assert spoken(model, model.rowCount() - 1) == "Wartet auf andere, 1, zugeklappt"
    words.use("en")
    english = QueueViewModel(QueueInMemory(sample_rows()), AtOnce(), Clock(), formats("en"))
    english.load()
    assert spoken(english.model, 1).endswith("Phone. Promise: Rückruf by 14:00. Due 12 minutes ago. Unread.")


@pytest.mark.parametrize("row", sample_rows(), ids=lambda row: row.case_id)
def test_every_row_has_reason_icon_and_words(row: QueueRow, qtbot: QtBot) -> None:
    view_model, _, _ = make([row])
    shown = view_model.words(row)
    assert shown.reason
    assert "{" not in shown.reason
    assert shown.reason_icon


# -- the pane


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> QueuePane:
    view_model, _, _ = make(sample_rows())
    shown = QueuePane(theme, view_model)
    qtbot.addWidget(shown)
    shown.resize(340, 600)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def test_heights_of_rows_and_titles(pane: QueuePane, theme: Theme) -> None:
    assert [pane.list.rowHeight(row) for row in range(3)] == [36, 80, 36]
    theme.apply(density="compact")
    assert [pane.list.rowHeight(row) for row in range(3)] == [36, 60, 36]
    theme.apply(scale=1.5)
    assert [pane.list.rowHeight(row) for row in range(3)] == [54, 90, 54]


def test_letters_are_commands_not_a_search(pane: QueuePane, qtbot: QtBot) -> None:
    pane.choose_case("2")
    qtbot.keyClicks(pane.list, "Marie")
    assert pane.current_case_id() == "2"


def test_stepping_skips_titles_and_ends(pane: QueuePane, qtbot: QtBot) -> None:
    seen: list[str] = []
    pane.case_chosen.connect(seen.append)
    while pane.step(1):
        pass
    assert seen == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert pane.step(-1)
    assert pane.current_case_id() == "8"


def test_arrow_keys_skip_titles(pane: QueuePane, qtbot: QtBot) -> None:
    pane.choose_case("1")
    qtbot.keyClick(pane.list, Qt.Key.Key_Down)
    assert pane.current_case_id() == "2"
    with qtbot.waitSignal(pane.case_entered) as caught:
        qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert caught.args == ["2"]


def test_the_choice_survives_new_cases_without_opening_anything(pane: QueuePane, qtbot: QtBot) -> None:
    opened: list[str] = []
    pane.choose_case("6")
    pane.case_chosen.connect(opened.append)
    source = pane._view_model._source
    assert isinstance(source, QueueInMemory)
    source.rows.insert(0, replace(source.rows[0], case_id="new", due_at=NOW - timedelta(hours=1)))
    top = pane.list.rowViewportPosition(pane._view_model.model.position("6"))
    pane._view_model.refresh()
    pane._view_model.apply_pending()
    assert pane.current_case_id() == "6"
    assert pane.list.rowViewportPosition(pane._view_model.model.position("6")) == top
    assert opened == []


def test_when_the_chosen_case_leaves_no_other_looks_chosen(pane: QueuePane, qtbot: QtBot) -> None:
    opened: list[str] = []
    pane.choose_case("3")
    pane.case_chosen.connect(opened.append)
    source = pane._view_model._source
    assert isinstance(source, QueueInMemory)
    source.rows = [row for row in source.rows if row.case_id != "3"]
    pane._view_model.refresh()
    assert pane.current_case_id() == "" and not pane.list.selectionModel().hasSelection()
    assert opened == []


def test_the_news_button_shows_and_applies(pane: QueuePane, qtbot: QtBot) -> None:
    assert not pane.news_button.isVisible()
    source = pane._view_model._source
    assert isinstance(source, QueueInMemory)
    pane._view_model.set_attended(True)
    source.rows.insert(0, replace(source.rows[0], case_id="new", due_at=NOW - timedelta(hours=1)))
    pane._view_model.refresh()
    assert pane.news_button.isVisible()
    assert pane.news_button.text() == "1 neuer über dir"
    qtbot.mouseClick(pane.news_button, Qt.MouseButton.LeftButton)
    assert not pane.news_button.isVisible()
    assert cases(pane._view_model)[0] == "new"


def test_enter_on_the_last_title_unfolds_it(pane: QueuePane, qtbot: QtBot) -> None:
    last = pane._view_model.model.rowCount() - 1
    pane.list.choose_row(last)
    qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert cases(pane._view_model)[-1] == "10"


def test_tabs_filter_and_empty_states(pane: QueuePane, qtbot: QtBot) -> None:
    qtbot.mouseClick(pane.tabs.buttons[1], Qt.MouseButton.LeftButton)
    assert cases(pane._view_model) == ["1", "2", "6"]
    pane.open_filter()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    by_text = {action.text(): action for action in menu.actions()}
    by_text["Brief"].trigger()
    menu.close()
    assert pane._empty.isVisible()
    assert "Kein Vorgang mit diesem Filter" in pane._empty.accessibleName()
    assert pane.filter_button.accessibleName() == "Filter, aktiv"
    qtbot.mouseClick(pane._empty.button, Qt.MouseButton.LeftButton)
    assert pane.list.isVisible()
    assert cases(pane._view_model) == ["1", "2", "6"]


def test_an_empty_queue_names_the_next_promise(theme: Theme, qtbot: QtBot) -> None:
    source = QueueInMemory([])
    source.next_promise_at, source.next_promise = NOW + timedelta(minutes=78), "Angebot an Hotel Sonnenhof"
    view_model = QueueViewModel(source, AtOnce(), Clock(), formats())
    pane = QueuePane(theme, view_model)
    qtbot.addWidget(pane)
    pane.show()
    view_model.load()
    assert pane._empty.accessibleName() == (
        "Alles erledigt. Niemand wartet. Die nächste Zusage ist heute 15:30: Angebot an Hotel Sonnenhof."
    )
    with qtbot.waitSignal(pane.case_chosen) as caught:
        qtbot.mouseClick(pane._empty.button, Qt.MouseButton.LeftButton)
    assert caught.args == ["case-hotel"]


def test_a_slow_load_shows_shapes_and_a_fast_one_does_not(
    theme: Theme, qtbot: QtBot, tasks: OnDemand
) -> None:
    view_model = QueueViewModel(QueueInMemory(sample_rows()), tasks, Clock(), formats())
    pane = QueuePane(theme, view_model)
    qtbot.addWidget(pane)
    pane.show()
    view_model.load()
    tasks.run()
    qtbot.wait(200)
    assert not pane._skeleton.isVisible()
    view_model.load()
    qtbot.waitUntil(pane._skeleton.isVisible, timeout=30_000)
    tasks.run()
    assert not pane._skeleton.isVisible()
    assert pane.list.isVisible()


def test_of_6500_loaded_rows_only_those_in_sight_are_painted(
    theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = QueueDelegate.paint

    def counted(
        self: QueueDelegate,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painted.append(index.row())
        paint(self, painter, option, index)

    monkeypatch.setattr(QueueDelegate, "paint", counted)
    view_model, _, _ = make(many_rows())
    while view_model.model.canFetchMore(view_model.model.index(-1, -1)):
        view_model.model.fetchMore(view_model.model.index(-1, -1))
    pane = QueuePane(theme, view_model)
    qtbot.addWidget(pane)
    pane.resize(340, 900)
    pane.show()
    pane.grab()
    bar = pane.list.verticalScrollBar()
    in_sight = pane.list.viewport().height() // 60 + 2
    for step in range(40):
        bar.setValue(bar.maximum() * step // 40)
        painted.clear()
        pane.list.viewport().grab()
        assert 0 < len(painted) <= in_sight


def test_the_first_of_a_section_comes_into_view_with_its_title(theme: Theme, qtbot: QtBot) -> None:
    view_model, _, _ = make(many_rows(450))
    pane = QueuePane(theme, view_model)
    qtbot.addWidget(pane)
    pane.resize(340, 500)
    pane.show()
    first = view_model.model.position(cases(view_model)[0])
    assert first == 1
    bar = pane.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    pane.choose_case(cases(view_model)[0])
    assert bar.value() == 0
