"""Who else is at a case: told to the hub every few seconds while a case is open, never stored."""

from __future__ import annotations

import asyncio

from workstation.casework.wire.session import Presence as PresenceSaid
from workstation.casework.wire.session import PresenceOf
from workstation.ports import Changes, HubUnavailable, SignInRequired, TaskRunner, Workers
from workstation.services.changes import ChangeFeed
from workstation.services.link import HubLink

EVERY_S = 5.0


class Presence:
    """Says where this person is and knows where the others are; without a hub it is lost, harmlessly."""

    def __init__(self, *, workers: Workers, tasks: TaskRunner, link: HubLink, changes: ChangeFeed) -> None:
        self._workers = workers
        self._tasks = tasks
        self._link = link
        self._changes = changes
        self._mine = PresenceSaid()
        self._said = asyncio.Event()
        self.others: tuple[PresenceOf, ...] = ()

    def at(self, case_id: str = "", is_typing: bool = False) -> None:
        """This person has ``case_id`` open; empty means none."""
        mine = PresenceSaid(case_id=case_id, is_typing=is_typing)
        if mine != self._mine:
            self._mine = mine
            self._said.set()

    async def run(self) -> None:
        """Exchange presence until cancelled."""
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._said.wait()
            except TimeoutError:
                pass
            self._said.clear()
            await self._exchange()

    async def _exchange(self) -> None:
        mine = self._mine
        try:
            hub = self._link.hub
            answer = await self._workers.run("net", lambda: hub.presence(mine))
            others = answer.present
        except (HubUnavailable, SignInRequired):
            others = ()
        if others != self.others:
            touched = {item.case_id for item in (*others, *self.others)}
            self.others = others
            self._changes.publish(Changes(cases=frozenset(touched)))
