"""What the hub did not take is said at once, and what was written comes back to whoever wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QApplication

from tests.desk.materials import NOW, a_case, a_message
from tests.desk.services.bench import CASE
from tests.desk.ui.test_writing import OTHER, Room, play
from tests.fakes.running import in_loop
from workstation.casework.wire.commands import Rejected, SendMessage
from workstation.ports import Changes, OutboxItem
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import Words
from workstation.ui.shell.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from workstation.ui.shell.desk_window import DeskWindow

REFUSED = Rejected(code="reply.channel_unavailable", params={"channel": "chat"}, cmd_id="1")
ANSWER = OutboxItem(
    cmd_id="1",
    device_seq=1,
    case_id="c",
    type="message.send",
    body=SendMessage(case_id="c", message_id="m", text="Hallo", to=("k@x.de",)),
    state="settled",
    wall=NOW,
    person_id="p",
    verdict=REFUSED,
    settled_at=NOW + timedelta(seconds=1),
)


class Rooms:
    """The window, as far as refusals touch it."""

    def __init__(self, shown: str, *items: OutboxItem) -> None:
        self.items, self.toasts, self.notices = items, list[tuple[str, str]](), list[tuple[str, str]]()
        self.errors, self.is_outbox_open = ErrorText("de", Formats("de")), False
        self.case_model = SimpleNamespace(
            case_id=shown, say_refused=lambda title, why: self.notices.append((title, why))
        )
        self.window = SimpleNamespace(
            is_inbox=True,
            announcer=SimpleNamespace(announce=lambda _words, *, is_urgent: None),
            toasts=SimpleNamespace(
                show_toast=lambda words, *, act, **_more: self.toasts.append((words, act))
            ),
        )
        self.desk = SimpleNamespace(
            clock=SimpleNamespace(now=lambda: NOW),
            outbox_view=SimpleNamespace(items=self._items),
            tasks=SimpleNamespace(start=self._start),
        )

    async def _items(self) -> tuple[OutboxItem, ...]:
        return self.items

    def _start(self, work: Coroutine[object, object, None], **_names: object) -> None:
        async def run() -> None:
            await work

        in_loop(run)


def told(shown: str, *items: OutboxItem) -> Rooms:
    rooms = Rooms(shown, *items)
    refusals = Refusals(cast("DeskWindow", rooms))
    for _twice in range(2):
        refusals.on_changes(Changes(outbox=True))
    return rooms


def test_a_refused_answer_is_said_once_where_one_looks(words: Words) -> None:
    rooms = told("c", ANSWER)
    assert rooms.notices == [
        ("Antwort nicht gesendet", "Auf diesem Kanal (chat) kann der Server noch nicht antworten.")
    ]
    assert not rooms.toasts


def test_elsewhere_a_toast_leads_to_its_case(words: Words) -> None:
    rooms = told("another", ANSWER)
    assert [(text.partition(":")[0], act) for text, act in rooms.toasts] == [
        ("Antwort nicht gesendet", "Öffnen")
    ]
    assert not rooms.notices


def test_what_was_refused_before_is_not_said_again(words: Words) -> None:
    rooms = told("c", replace(ANSWER, settled_at=NOW - timedelta(minutes=1)))
    assert not rooms.notices and not rooms.toasts


def test_a_refused_answer_comes_back_into_its_open_case(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Guten Tag")
        await room.settle()
        room.model.send(solves=False)
        await room.settle()
        assert room.model.text == ""
        sent = next(item for item in room.desk.outbox.items(limit=50) if item.type == "message.send")
        room.desk.clock.at += timedelta(seconds=1)
        room.desk.outbox.settle((replace_cmd(sent.cmd_id),), room.desk.clock.now())
        room.model.on_changes(Changes(cases=frozenset({CASE.case_id})))
        await room.settle()
        assert room.model.text == "Guten Tag"

    play(acts)


def replace_cmd(cmd_id: str) -> Rejected:
    return Rejected(code=REFUSED.code, params=REFUSED.params, cmd_id=cmd_id)


def test_a_chat_is_answered_by_mail_which_the_hub_can_send(qapp: QApplication) -> None:
    chat = a_case("chat", channel="chat")

    async def acts(room: Room) -> None:
        room.desk.give(chat, a_message(chat, "asked"))
        await room.show(chat.case_id)
        room.model.save_text("Guten Tag")
        room.model.set_recipients(("k@x.de",), ())
        await room.settle()
        room.model.send(solves=False)
        await room.settle()
        sent = next(item for item in room.desk.outbox.items(limit=50) if item.type == "message.send")
        assert isinstance(sent.body, SendMessage) and sent.body.channel == "mail"

    assert OTHER.case_id != chat.case_id
    play(acts)
