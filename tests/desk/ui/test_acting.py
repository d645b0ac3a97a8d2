"""Acts on the case shown and on all marked ones, over the real services: saved, said and taken back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.desk.materials import NOW, PERSON, a_case, a_customer
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop, quiet
from workstation.casework.wire.commands import ReopenCase, SolveCase
from workstation.services.views import HeldDecision
from workstation.ui.case_desk.header_words import HeaderWriter
from workstation.ui.case_desk.kin_words import KinChip, KinShown
from workstation.ui.case_desk.view_header import CaseHeader
from workstation.ui.case_desk.view_kin import KinStrip
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.shared.decision_button import DecisionFace, DecisionState
from workstation.ui.shared.decision_grid import DecisionGrid
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.keymap import BY_ID
from workstation.ui.shared.theme import Theme
from workstation.ui.shell.acting import Acting
from workstation.ui.shell.desk_window import DeskWindow
from workstation.ui.shell.holding import Holding
from workstation.ui.shell.keys import Keys
from workstation.ui.shell.sources import InboxSource

FREE = [a_case(name, waiting_since=None, due_in=60 * place) for place, name in enumerate("789", 1)]
IDS = tuple(case.case_id for case in FREE)


class Solved(QObject):
    """What the room of the case says when it has settled one."""

    solved = Signal(str, str, object, str)


class Room:
    """A queue over real services, with what the acts ask of the window around it."""

    def __init__(self, theme: Theme, qtbot: QtBot, desk: Bench) -> None:
        self.bench = desk
        self.formats = Formats("de")
        self.errors = ErrorText("de", self.formats)
        self.desk = SimpleNamespace(case_desk=desk.case_desk, tasks=desk.tasks, clock=desk.clock)
        self.queue_model = QueueViewModel(InboxSource(desk.inbox), desk.tasks, desk.clock.now, self.formats)
        self.queue = QueuePane(theme, self.queue_model)
        qtbot.addWidget(self.queue)
        self.toasts: list[tuple[str, Callable[[], None] | None]] = []
        self.asked: list[Callable[..., None]] = []
        self.chosen: list[str] = []
        self.queue.case_chosen.connect(self.chosen.append)
        self.window = SimpleNamespace(
            is_inbox=True,
            theme=theme,
            announcer=SimpleNamespace(announce=lambda words: None),
            toasts=SimpleNamespace(show_toast=self._toast),
        )
        self.sheets = SimpleNamespace(
            assign_many=lambda count, take: self.asked.append(take),
            snooze_many=lambda count, take: self.asked.append(take),
            check_back=self.asked.append,
        )
        self.says = Solved()
        self.case_model = SimpleNamespace(shown_file=None, act=self._act, solved=self.says.solved)
        self.acting = Acting(cast(DeskWindow, self))

    def _toast(
        self, words: str, *, icon: str, act: str = "", on_act: Callable[[], None] | None = None
    ) -> None:
        self.toasts.append((words, on_act))

    def _act(self, work: Coroutine[Any, Any, Any], words: str = "") -> None:
        async def carry_out() -> None:
            await work
            if words:
                self.toasts.append((words, None))

        self.bench.tasks.start(carry_out(), name="act", owner=self)

    @property
    def said(self) -> str:
        line = self.queue.outcome
        assert line is not None
        return line.words

    async def rest(self) -> None:
        await quiet()
        assert self.bench.tasks.running == ()

    async def status(self, case_id: str) -> str:
        return (await self.bench.writer.state(case_id)).the_case.status

    async def show(self, case_id: str) -> None:
        self.case_model.shown_file = await self.bench.case_desk.open(case_id)


async def room(theme: Theme, qtbot: QtBot) -> Room:
    desk = Bench()
    desk.give(*FREE, *(a_customer(name) for name in "789"))
    await desk.start()
    made = Room(theme, qtbot, desk)
    made.queue_model.load()
    await made.rest()
    made.queue_model.stop()  # its clock must not tick on after the loop of the test
    return made


def test_a_batch_of_done_leaves_who_waits_and_says_so(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        here.queue_model.marks.mark_all()
        here.acting.act_on_marked("solve")
        await here.rest()
        assert here.said == "3 von 4 erledigt. Kunde 1 wartet noch auf eine Antwort."
        assert here.queue_model.marks.case_ids == (CASE.case_id,), "only what is left stays marked"
        solved = [item.body for item in here.bench.outbox.items() if isinstance(item.body, SolveCase)]
        assert {body.case_id for body in solved} == set(IDS)
        assert await here.status(CASE.case_id) == "open"
        here.queue.batch_shown.emit()
        assert here.chosen[-1] == CASE.case_id

    in_loop(play)


def test_it_is_taken_back_case_by_case(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        here.queue_model.marks.mark(IDS[:2])
        here.acting.act_on_marked("solve")
        await here.rest()
        assert here.said == "2 erledigt."
        here.queue.batch_undone.emit()
        await here.rest()
        assert here.said == "2 zurückgenommen."
        assert [await here.status(one) for one in IDS] == ["open"] * 3
        bodies = [type(item.body) for item in here.bench.outbox.items()]
        assert bodies.count(SolveCase) == bodies.count(ReopenCase) == 2
        here.queue.batch_undone.emit()
        await here.rest()
        assert len(here.bench.outbox.items()) == 4, "once is enough"

    in_loop(play)


def test_spam_in_a_batch_and_back(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        here.queue_model.marks.mark(IDS)
        here.acting.act_on_marked("no_case_newsletter")
        await here.rest()
        assert here.said == "3 aus dem Eingang genommen."
        assert await here.status(IDS[0]) == "no_case"
        here.queue.batch_undone.emit()
        await here.rest()
        assert await here.status(IDS[0]) == "open"

    in_loop(play)


def test_assigning_and_putting_off_ask_once_for_all(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        here.queue_model.marks.mark(IDS)
        here.acting.act_on_marked("assign")
        here.asked[-1](PERSON.person_id, PERSON.name)
        await here.rest()
        assert here.said == f"3 zugewiesen: {PERSON.name}."
        here.queue_model.marks.mark(IDS[:1])
        here.acting.act_on_marked("snooze")
        here.asked[-1](NOW + timedelta(hours=3))
        await here.rest()
        assert here.said.startswith("1 zurückgestellt: ")
        assert await here.status(IDS[0]) == "snoozed"
        here.queue_model.marks.mark(IDS[1:])
        here.acting.act_on_marked("snooze")
        here.asked[-1](NOW - timedelta(hours=3))
        await here.rest()
        assert here.said.startswith("0 von 2 zurückgestellt: ")
        assert "Kunde 8, Kunde 9: Die Wiedervorlage liegt in der Vergangenheit" in here.said

    in_loop(play)


def test_assigning_and_putting_off_many_can_be_undone(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        acts = here.bench.case_desk.acts
        await acts.assign(IDS[0], person_id="p-jonas")
        later = NOW + timedelta(days=2)
        await acts.snooze(IDS[1], later)

        async def held_by(case_id: str) -> str:
            return (await here.bench.writer.state(case_id)).the_case.assignee_id

        here.queue_model.marks.mark(IDS)
        here.acting.act_on_marked("assign")
        here.asked[-1](PERSON.person_id, PERSON.name)
        await here.rest()
        await acts.assign(IDS[2], person_id="p-mia")  # taken by somebody meanwhile: stays hers
        here.queue.batch_undone.emit()
        await here.rest()
        assert [await held_by(one) for one in IDS] == ["p-jonas", "", "p-mia"]
        assert here.said == "3 zurückgenommen."

        here.queue_model.marks.mark(IDS)
        here.acting.act_on_marked("snooze")
        here.asked[-1](NOW + timedelta(hours=3))
        await here.rest()
        here.queue.batch_undone.emit()
        await here.rest()
        assert [await here.status(one) for one in IDS] == ["open", "snoozed", "open"]
        assert (await here.bench.writer.state(IDS[1])).the_case.snoozed_until == later

    in_loop(play)


def test_nothing_happens_while_nothing_is_marked(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        for key in ("solve", "assign", "snooze", "no_case_spam"):
            here.acting.act_on_marked(key)
        await here.rest()
        assert here.bench.outbox.items() == () and here.asked == [] and not here.acting.has_marked

    in_loop(play)


def test_done_says_when_the_customer_is_asked_back(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        await here.show(IDS[0])
        here.acting.act_on_case("solve")
        await here.rest()
        words, back = here.toasts[-1]
        assert words.startswith("Erledigt, Nachfrage ") and words.endswith(": Kunde 7")
        case = (await here.bench.writer.state(IDS[0])).the_case
        assert case.follow_up_at is not None and case.follow_up_at > NOW + timedelta(days=2)
        assert back is not None
        back()
        await here.rest()
        assert (await here.bench.writer.state(IDS[0])).the_case.follow_up_at is None

    in_loop(play)


def test_an_answer_that_settles_says_the_same_and_has_the_same_way_back(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        await here.show(IDS[0])
        here.acting.act_on_case("solve")
        await here.rest()
        settled, _back = here.toasts[-1]
        await here.bench.case_desk.acts.reopen(IDS[0])
        item = await here.bench.case_desk.acts.solve(IDS[0], NOW + timedelta(days=7))
        assert isinstance(item.body, SolveCase)
        here.case_model.solved.emit(IDS[0], "Kunde 7", item.body.follow_up_at, "Antwort gesendet")
        words, back = here.toasts[-1]
        assert words.startswith("Antwort gesendet. Erledigt, Nachfrage ") and words.endswith(": Kunde 7")
        here.case_model.solved.emit(IDS[0], "Kunde 7", None, "")
        assert here.toasts[-1][0] == "Erledigt: Kunde 7" and settled.endswith(": Kunde 7")
        assert back is not None
        back()
        await here.rest()
        assert await here.status(IDS[0]) != "solved"

    in_loop(play)


def test_another_day_or_no_check_back_is_one_step(theme: Theme, qtbot: QtBot) -> None:
    async def planned(here: Room) -> datetime | None:
        return (await here.bench.writer.state(IDS[0])).the_case.follow_up_at

    async def play() -> None:
        here = await room(theme, qtbot)
        await here.show(IDS[0])
        here.acting.plan_check_back(NOW + timedelta(days=7))
        await here.rest()
        assert await here.status(IDS[0]) == "solved" and await planned(here) == NOW + timedelta(days=7)
        await here.show(IDS[0])
        here.acting.plan_check_back(None)
        await here.rest()
        assert await here.status(IDS[0]) == "solved" and await planned(here) is None
        assert here.toasts[-1][0] == "Keine Nachfrage"

    in_loop(play)


def entries(here: Room) -> dict[str, QAction]:
    here.acting.open_check_back(QPoint(10, 10))
    menu = here.queue.findChildren(QMenu)[-1]
    found = {action.text(): action for action in menu.actions() if action.text()}
    menu.hide()
    return found


def test_the_menu_offers_times_another_one_and_none(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        await here.show(IDS[0])
        offered = entries(here)
        assert len(offered) == 5 and "Erledigt ohne Nachfrage" in offered
        times = [word for word in offered if word.startswith("Erledigt, Nachfrage ")]
        assert len(times) == 3
        offered[times[1]].trigger()
        await here.rest()
        case = (await here.bench.writer.state(IDS[0])).the_case
        assert case.status == "solved" and case.follow_up_at == NOW + timedelta(days=5)
        await here.show(IDS[0])
        offered = entries(here)
        assert [word for word in offered if word.startswith("Nachfrage ")]
        offered["Anderer Zeitpunkt …"].trigger()
        here.asked[-1](NOW + timedelta(days=1))
        await here.rest()
        assert (await here.bench.writer.state(IDS[0])).the_case.follow_up_at == NOW + timedelta(days=1)
        await here.show(IDS[0])
        entries(here)["Keine Nachfrage"].trigger()
        await here.rest()
        assert (await here.bench.writer.state(IDS[0])).the_case.follow_up_at is None

    in_loop(play)


def test_the_head_of_a_case_says_when(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        header = CaseHeader(theme)
        qtbot.addWidget(header)
        wanted: list[QPoint] = []
        header.check_back_requested.connect(wanted.append)
        writer = HeaderWriter(here.formats)

        async def shown() -> str:
            header.show_case(writer.header(await here.bench.case_desk.open(IDS[0]), NOW))
            assert header.check_back.accessibleName() == header.check_back.toolTip() != ""
            return header.check_back.text()

        assert await shown() == ""
        assert header.check_back.accessibleName() == "Erledigt, und wann nachgefragt wird"
        await here.bench.case_desk.solve(IDS[0], NOW + timedelta(days=2))
        assert await shown() == f"Nachfrage {here.formats.moment(NOW + timedelta(days=2), NOW)}"
        await here.bench.case_desk.solve(IDS[0], None)
        assert await shown() == "Keine Nachfrage"
        header.check_back.click()
        assert len(wanted) == 1

    in_loop(play)


def test_keys_of_the_case_mean_the_marked_ones_while_there_are_some(theme: Theme, qtbot: QtBot) -> None:
    async def play() -> None:
        here = await room(theme, qtbot)
        keys = Keys(cast(DeskWindow, SimpleNamespace(acting=here.acting)))
        alone: list[str] = []
        keys._on_several("solve", lambda: alone.append("E"))
        assert alone == ["E"] and here.bench.outbox.items() == ()
        here.queue_model.marks.mark(IDS)
        here.window.is_inbox = False
        keys._on_several("solve", lambda: alone.append("E"))
        assert alone == ["E", "E"], "in another room nothing is marked that one could see"
        here.window.is_inbox = True
        keys._on_several("solve", lambda: alone.append("E"))
        await here.rest()
        assert alone == ["E", "E"] and len(here.bench.outbox.items()) == 3

    in_loop(play)


def test_the_palette_decides_what_its_row_said_or_nothing() -> None:
    pressed: list[int] = []
    faces = [
        DecisionFace(DecisionState.NOW, title) for title in ("Rücksendung: welcher Artikel?", "5 €", "9 €")
    ]
    grid = SimpleNamespace(isVisible=lambda: True)
    rooms = SimpleNamespace(
        case_model=SimpleNamespace(file=object(), faces=lambda: faces),
        case=SimpleNamespace(press_decision=pressed.append, decisions=SimpleNamespace(grid=grid)),
        window=SimpleNamespace(keymap=SimpleNamespace(actions=lambda: ())),
    )
    keys = Keys(cast(DeskWindow, rooms))
    rows = [row.key for row in keys.palette_rows()]
    faces.insert(0, DecisionFace(DecisionState.DONE, "Gebucht"))  # news came while the palette was open
    keys.run(rows[0])
    keys.run(rows[2])
    assert pressed == [2, 4]
    del faces[1:3]
    keys.run(rows[1])
    assert pressed[2:] == [3], "beyond the last: nothing is there to be pressed"
    grid.isVisible = lambda: False
    keys.run(rows[2])
    assert len(pressed) == 3, "while a line is asked for, numbers mean lines"


def test_the_palette_says_which_commands_would_do_nothing_and_why() -> None:
    done: list[str] = []
    said: list[str] = []
    names = ("go.work", "case.go_on", "case.done", "window.outbox")

    def action(name: str) -> object:
        return SimpleNamespace(text=lambda: name, trigger=lambda: done.append(name))

    keymap = SimpleNamespace(actions=lambda: [(BY_ID[name], action(name)) for name in names])
    toasts = SimpleNamespace(show_toast=lambda words, icon: said.append(words))
    rooms = SimpleNamespace(
        case_model=SimpleNamespace(file=None),
        window=SimpleNamespace(keymap=keymap, is_inbox=True, toasts=toasts),
        work_room=SimpleNamespace(is_open_to_me=False),
        joining=SimpleNamespace(is_gone=False),
    )
    keys = Keys(cast(DeskWindow, rooms))

    def forbidden() -> list[str]:
        rows = [row for row in keys.palette_rows() if row.is_forbidden]
        assert all(row.meta for row in rows), "each says why"
        return [row.key.removeprefix("command:") for row in rows]

    assert forbidden() == ["go.work", "case.go_on"]
    for name in names:
        keys.run(f"command:{name}")
    assert done == ["case.done", "window.outbox"] and len(said) == 2
    rooms.work_room.is_open_to_me = rooms.joining.is_gone = True
    assert forbidden() == []
    rooms.window.is_inbox = False
    assert forbidden() == ["case.go_on", "case.done"]


def test_another_window_offers_the_way_back_from_what_is_held() -> None:
    """But from the decision of the case it shows, which has its own bar, and from what a crash has left."""

    def a_hold(name: str, *, is_decision: bool = True, is_from_crash: bool = False) -> HeldDecision:
        return HeldDecision(
            cmd_id=name,
            case_id="shown" if name == "bar" else "c",
            title_key="",
            title_params={},
            until=None,
            undo_s=8,
            left_s=8,
            is_decision=is_decision,
            is_from_crash=is_from_crash,
        )

    held = (a_hold("bar"), a_hold("away"), a_hold("work", is_decision=False), a_hold("x", is_from_crash=True))

    async def all_held() -> tuple[HeldDecision, ...]:
        return held

    said: list[str] = []
    rooms = SimpleNamespace(desk=SimpleNamespace(decisions=SimpleNamespace(held=all_held)))
    holding = SimpleNamespace(_rooms=rooms, say_held=lambda one: said.append(one.cmd_id))
    in_loop(lambda: Holding.say_again(cast(Holding, holding), "shown"))
    assert said == ["away", "work"]


def test_f6_walks_through_what_can_be_pressed(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    grid, kin, queue = DecisionGrid(theme), KinStrip(theme), QPushButton("list")
    kin.show_kin(KinShown(chips=(KinChip("c2", "linked", "Verknüpft mit #2", "link", "", "lösen", "2"),)))
    grid.show_faces([DecisionFace(DecisionState.NOW, "5 €"), DecisionFace(DecisionState.NOW, "9 €")])
    for part in (queue, kin, grid):
        column.addWidget(part)
    qtbot.addWidget(window)
    window.show()
    rooms = SimpleNamespace(
        queue=SimpleNamespace(list=queue),
        case=SimpleNamespace(panes=lambda: (kin, grid)),
        customer=SimpleNamespace(list=queue),
        window=window,
    )
    keys = Keys(cast(DeskWindow, rooms))
    queue.setFocus()
    keys._step_pane(1)
    assert window.focusWidget() is kin.buttons[0]
    kin.buttons[1].setFocus()
    keys._step_pane(1)
    assert window.focusWidget() is grid.buttons[0]
    grid.buttons[1].setFocus()
    keys._step_pane(-1)
    assert window.focusWidget() is kin.buttons[0]


@pytest.mark.parametrize(("who", "is_shown"), [("lisa", True), ("jonas", False)])
def test_the_same_person_finds_the_open_case_again_after_signing_in(who: str, is_shown: bool) -> None:
    opened: list[str] = []
    session = SimpleNamespace(view=SimpleNamespace(person_id="lisa"))
    model = SimpleNamespace(case_id="case-1")
    model.close = lambda: setattr(model, "case_id", "")
    window = SimpleNamespace(
        desk=SimpleNamespace(session=session),
        case_model=model,
        queue_model=SimpleNamespace(marks=SimpleNamespace(clear=lambda: None)),
        queue=SimpleNamespace(choose_case=lambda case_id: True, focus_list=lambda: None),
        _on_case_chosen=opened.append,
        _was_open=("", ""),
    )
    rooms = cast(DeskWindow, window)
    DeskWindow.note_open_case(rooms)
    session.view = SimpleNamespace(person_id="")
    DeskWindow.close_case(rooms)
    session.view = SimpleNamespace(person_id=who)
    DeskWindow._on_uncovered(rooms)
    assert opened == (["case-1"] if is_shown else [])
    DeskWindow._on_uncovered(rooms)
    assert len(opened) == is_shown, "once"


def test_keys_do_nothing_to_a_case_nobody_sees() -> None:
    """In the room of customers or of work orders E settles nothing, and Alt+1 decides nothing."""
    done: list[object] = []
    window = SimpleNamespace(is_inbox=False)
    rooms = SimpleNamespace(window=window, case=SimpleNamespace(press_decision=done.append))
    keys = Keys(cast(DeskWindow, rooms))
    for command_id in ("case.done", "queue.next", "write.send"):
        keys._in_sight(command_id, lambda: done.append("case"))()
    keys._press(1)
    assert done == []
    for command_id in ("go.inbox", "decision.undo", "write.new_mail"):
        keys._in_sight(command_id, lambda: done.append("anywhere"))()
    window.is_inbox = True
    keys._in_sight("case.done", lambda: done.append("case"))()
    keys._press(1)
    assert done == ["anywhere"] * 3 + ["case", 1]
