"""Says at once what the hub did not take: in the case shown, elsewhere in a toast that leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workstation.casework.wire.commands import Decide, Rejected, SendMessage
from workstation.ports import OutboxItem
from workstation.services.views import Changes
from workstation.services.waiting import QUIET
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow

_LASTS_S = 30.0


class Refusals:
    """One for the window. What was refused earlier stands in the outbox; a decision says it itself."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self._since = rooms.desk.clock.now()
        self._told: set[str] = set()

    def on_changes(self, changes: Changes) -> None:
        """Look what became of acts, and show the outbox anew where it is open."""
        if not changes.outbox:
            return
        if self._rooms.is_outbox_open:
            self._rooms.open_outbox()
        self._rooms.desk.tasks.start(self._look(), name="outbox.refused", owner=self)

    async def _look(self) -> None:
        for item in await self._rooms.desk.outbox_view.items():
            is_new = item.settled_at is not None and item.settled_at >= self._since
            if not is_new or item.cmd_id in self._told or item.type in QUIET:
                continue
            if isinstance(item.verdict, Rejected) and not isinstance(item.body, Decide):
                self._told.add(item.cmd_id)
                self._say(item, item.verdict)

    def _say(self, item: OutboxItem, verdict: Rejected) -> None:
        rooms = self._rooms
        title = translate("Shell", "Nicht angenommen")
        if isinstance(item.body, SendMessage):
            title = translate("Shell", "Antwort nicht gesendet")
        why = rooms.errors.sentence(verdict.code, verdict.params)
        rooms.window.announcer.announce(f"{title}. {why}", is_urgent=True)
        if item.case_id == rooms.case_model.case_id and rooms.window.is_inbox:
            rooms.case_model.say_refused(title, why)
            return
        rooms.window.toasts.show_toast(
            f"{title}: {why}",
            icon="circle-alert",
            act=translate("Shell", "Öffnen") if item.case_id else "",
            on_act=lambda: rooms.open_case(item.case_id),
            lasts_s=_LASTS_S,
        )
