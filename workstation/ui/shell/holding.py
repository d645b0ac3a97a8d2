"""What is held and can be taken back, said in toasts: decisions of cases that were left, confirmations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workstation.services.views import HeldDecision
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


class Holding:
    """A toast lasts as long as the hold it speaks of; the pointer over it stops the clock of both."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        model = rooms.case_model
        model.held_elsewhere.connect(self.say_held)
        model.confirmed.connect(self._say_confirmed)
        model.hold_ended.connect(rooms.window.toasts.drop)

    def say_held(self, held: HeldDecision) -> None:
        """Offer the way back from a decision held on a case that is not shown."""
        title, _sub = self._rooms.case_model.hold_words(held)
        self._offer(held, title, "zap")

    async def say_again(self, case_id: str) -> None:
        """In a new window: offer the way back from what is held but by the case shown there."""
        for held in await self._rooms.desk.decisions.held():
            if not held.is_from_crash and not (held.is_decision and held.case_id == case_id):
                self.say_held(held)

    def _say_confirmed(self, held: HeldDecision, title: str) -> None:
        words = translate("Shell", "Bestätigt: {title}").format(title=title)
        self._offer(held, words, "circle-check")
        self._rooms.window.announcer.announce(words)

    def _offer(self, held: HeldDecision, words: str, icon: str) -> None:
        rooms = self._rooms
        toast = rooms.window.toasts.show_toast(
            words,
            icon=icon,
            act=translate("Shell", "Rückgängig"),
            on_act=lambda: rooms.case_model.take_back(held),
            about=held.cmd_id,
            lasts_s=held.left_s,
        )
        rooms.case_model.watch_hold(held.cmd_id)
        toast.paused.connect(lambda is_paused: self._pause(held.cmd_id, is_paused))

    def _pause(self, cmd_id: str, is_paused: bool) -> None:
        decisions = self._rooms.desk.decisions
        act = decisions.pause if is_paused else decisions.resume
        self._rooms.act(_done(act(cmd_id)))


async def _done(work: object) -> None:
    await work  # type: ignore[misc]
