"""What follows the line to the hub: the queue takes what comes as no news only while something can come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, QueueInMemory, formats, sample_rows
from workstation.services.views import Connection, ConnectionState
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.words import Words
from workstation.ui.shell.line import Line

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


def _nothing(*_: object, **__: object) -> None:
    """A part of the window nobody looks at here."""


class Rooms:
    """The window, as far as the line touches it."""

    def __init__(self, queue_model: QueueViewModel) -> None:
        self.queue_model, self.formats, self.errors = queue_model, formats(), ErrorText("de", formats())
        self.case_model = SimpleNamespace(on_connection=_nothing)
        self.window = SimpleNamespace(
            top_bar=SimpleNamespace(show_line=_nothing),
            banner=SimpleNamespace(show_banner=_nothing, hide=_nothing),
            announcer=SimpleNamespace(announce=_nothing),
        )
        self.desk = SimpleNamespace(sync=SimpleNamespace(), clock=SimpleNamespace(now=lambda: NOW))
        self.stand("offline")

    def stand(self, state: ConnectionState, *, is_caught_up: bool = False) -> None:
        self.desk.sync.connection = Connection(state=state, since=NOW, is_caught_up=is_caught_up)


def test_a_desk_that_starts_without_a_line_moves_nothing_under_the_pointer(
    qtbot: QtBot, words: Words
) -> None:
    source = QueueInMemory(sample_rows())
    queue = QueueViewModel(source, AtOnce(), lambda: NOW, formats())
    queue.load()
    rooms = Rooms(queue)
    line = Line(cast("DeskWindow", rooms))
    line.show()
    queue.set_attended(True)
    new = replace(sample_rows()[0], case_id="new", due_at=NOW - timedelta(hours=1))
    source.rows = [new, *source.rows]
    queue.refresh()
    line.show()  # as with each tick and each change of the outbox
    assert queue.pending_new == 1 and queue.model.position("new") < 0
    rooms.stand("online")
    line.show()
    assert queue.pending_new == 0 and queue.model.position("new") >= 0
    rooms.stand("online", is_caught_up=True)
    line.show()
    source.rows = [replace(new, case_id="newer", due_at=NOW - timedelta(hours=2)), *source.rows]
    queue.refresh()
    line.show()
    assert queue.pending_new == 1 and queue.model.position("newer") < 0
