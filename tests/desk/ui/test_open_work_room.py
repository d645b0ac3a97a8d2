"""Settling and confirming in the room of a case: seen at once, refused with a reason, kept with its case."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from tests.desk.materials import TEAM, an_id
from tests.desk.services.bench import CASE
from tests.desk.services.test_work import TANJA, TRANSFER, a_reply, doubtful
from tests.desk.ui.test_writing import OTHER, Room, play
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.commands import ConfirmWork, SettleEffect
from workstation.services.identity import Worker
from workstation.services.views import Changes, HeldDecision
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.shared.decision_button import DecisionFace, DecisionState
from workstation.ui.shared.theme import Theme

B = TypeVar("B", SettleEffect, ConfirmWork)


async def as_lead(room: Room, *entities: object) -> None:
    """Tanja, the lead, sits here, and the hub has said ``entities``."""
    room.desk.replica.apply_page(room.desk.feed.page(TANJA, scope="reference"))
    await room.desk.reference.load()
    room.desk.me.now = Worker(TANJA.person_id, TANJA.name, TANJA.login, TANJA.role, TEAM)
    room.model._person_id = lambda: TANJA.person_id
    room.desk.give(*entities)  # type: ignore[arg-type]
    await refresh(room)


def written(room: Room, kind: type[B]) -> list[B]:
    """The acts of one kind in the outbox."""
    return [item.body for item in room.desk.outbox.items(limit=50) if isinstance(item.body, kind)]


async def refresh(room: Room) -> None:
    room.model.on_changes(Changes(cases=frozenset({CASE.case_id})))
    await room.settle()


def test_settled_in_the_room_it_is_booked_at_once(qapp: QApplication, theme: Theme) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        await as_lead(room, doubtful(), a_reply(delivery="held_back"))
        assert len(view.work.cards) == 1 and not view.work.isHidden()
        assert view.work in view.panes() and view.work.focusProxy() is view.work.buttons()[0]
        said: list[str] = []
        room.model.toast.connect(said.append)
        view.work.settled.emit(an_id("effect"), "done", "GS-77", "")
        await room.settle()
        await refresh(room)
        assert room.sent("effect.settle") == 1 and said == ["Festgehalten"]
        assert view.work.isHidden() and view.work.cards == [] and view.work not in view.panes()
        assert room.model.file is not None and room.model.file.decisions[0].state == "booked"
        (body,) = written(room, SettleEffect)
        assert (body.effect_id, body.reference) == (an_id("effect"), "GS-77")
        view.deleteLater()

    play(acts)


def test_a_confirmed_work_order_shows_who_and_when(qapp: QApplication, theme: Theme) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        mine = doubtful()
        record = msgspec.structs.replace(mine, steps=(), state="booked")
        transfer = msgspec.structs.replace(TRANSFER, decision_id=record.decision_id)
        await as_lead(room, record, transfer)
        confirmed: list[tuple[HeldDecision, str]] = []
        room.model.confirmed.connect(lambda held, title: confirmed.append((held, title)))
        (button,) = view.work.buttons()
        button.click()
        await room.settle()
        await refresh(room)
        assert view.work.buttons() == [] and room.sent("work.confirm") == 1
        assert "bestätigt" in view.work.rows[0].accessibleName()
        assert TANJA.name in view.work.rows[0].accessibleName()
        (body,) = written(room, ConfirmWork)
        assert body.work_order_id == transfer.work_order_id
        ((_held, title),) = confirmed
        assert title.startswith("Überweisung") and room.model.hold is None, "no bar: the buttons stay"
        room.model.undo()  # Alt+Z reaches it too
        await room.settle()
        await refresh(room)
        assert len(view.work.buttons()) == 1 and await room.desk.decisions.held() == ()
        view.deleteLater()

    play(acts)


def test_a_refusal_is_said_and_the_button_can_be_used_again(qapp: QApplication, theme: Theme) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        await as_lead(room, doubtful())
        view.work.settled.emit(an_id("effect"), "done", "  ", "")
        await room.settle()
        assert room.sent("effect.settle") == 0
        assert room.model.notice is not None and "Nummer" in room.model.notice.title + room.model.notice.text
        assert all(button.isEnabled() for button in view.work.buttons())
        view.deleteLater()

    play(acts)


def test_nothing_is_settled_while_the_next_case_is_on_its_way(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        await as_lead(room, doubtful())
        room.model.open(OTHER.case_id)
        room.model.settle(an_id("effect"), "not_done")
        room.model.confirm_work(TRANSFER.work_order_id)
        await room.settle()
        assert room.sent("effect.settle") == 0 and room.sent("work.confirm") == 0

    play(acts)


def test_a_doubt_is_settled_on_the_case_it_belongs_to(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        elsewhere = msgspec.structs.replace(doubtful(), case_id=OTHER.case_id, customer_id=OTHER.customer_id)
        await as_lead(room, elsewhere)
        file = room.model.file
        assert file is not None
        # As the file of a case shows what went into it.
        room.model.file = dataclasses.replace(file, decisions=(elsewhere,))
        room.model.settle(an_id("effect"), "not_done")
        await room.settle()
        (body,) = written(room, SettleEffect)
        assert body.case_id == OTHER.case_id

    play(acts)


def test_the_slip_of_a_till_order_opens_from_its_row(qapp: QApplication, theme: Theme) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        opened: list[AttachmentMeta] = []
        room.model.open_attachment = opened.append  # type: ignore[assignment,method-assign]
        record = msgspec.structs.replace(doubtful(), steps=(), state="booked")
        till = msgspec.structs.replace(
            TRANSFER,
            decision_id=record.decision_id,
            kind="till",
            number="K-2026-00017",
            slip_sha256="ab" * 32,
            slip_size=900,
        )
        await as_lead(room, record, till)
        slip, confirm = view.work.buttons()
        assert slip.accessibleName().startswith("Beleg öffnen: ")
        slip.click()
        assert [(one.sha256, one.name, one.content_type) for one in opened] == [
            ("ab" * 32, "K-2026-00017.pdf", "application/pdf")
        ]
        confirm.click()
        await room.settle()
        await refresh(room)
        assert len(view.work.buttons()) == 1, "paid out, its slip can still be read"
        room.desk.give(msgspec.structs.replace(till, status="withdrawn"))
        await refresh(room)
        assert view.work.buttons() == [], "nobody pays out what was taken back"
        view.deleteLater()

    play(acts)


@pytest.mark.parametrize(("height", "rows"), [(640, 2), (850, 4), (1100, 6)])
def test_a_low_pane_leaves_room_for_the_conversation(
    qapp: QApplication, theme: Theme, height: int, rows: int
) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        view.resize(760, height)
        view.show()
        await refresh(room)
        face = DecisionFace(DecisionState.NOW, "5 € erstatten")
        view.decisions.show_faces([face] * 6)
        assert sum(button.isVisible() for button in view.decisions.grid.buttons) == rows
        view.deleteLater()

    play(acts)
