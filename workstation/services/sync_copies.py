"""The part of the sync loop that keeps whole copies: loading by snapshot, comparing, reading anew."""

from __future__ import annotations

import asyncio
import logging

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.ports import (
    Changes,
    GenerationChanged,
    HubUnavailable,
    Outbox,
    Replica,
    SignInRequired,
    StoreUnusable,
    Workers,
)
from workstation.services.changes import ChangeFeed
from workstation.services.overlay import Overlay
from workstation.services.reference import Reference
from workstation.services.sync_care import CopyCare
from workstation.services.sync_snapshot import SnapshotLoader
from workstation.services.views import ConnectionState

_log = logging.getLogger(__name__)
LOADING_S = 2.0
"""How long a snapshot is gone on with before the other scopes are looked at again."""
COMPARING_S = 5.0


class CopyKeeping:
    """Mixed into the sync loop, whose parts it uses."""

    _outbox: Outbox
    _replica: Replica
    _workers: Workers
    _overlay: Overlay
    _reference: Reference
    _changes: ChangeFeed
    _clock: Clock
    _loader: SnapshotLoader | None
    _care: CopyCare | None
    _pulling: asyncio.Lock
    _pull_wanted: asyncio.Event
    _state: ConnectionState
    _schema: int

    def _speak(self, schema: int) -> None:
        self._schema = schema
        if self._care is not None:
            self._care.spoken = schema

    async def _begin_anew(self, change: GenerationChanged) -> None:
        raise TypeError("the sync loop has its own")

    def wake(self) -> None:
        """Look for what is new, and send what waits, now."""
        raise TypeError("the sync loop has its own")

    async def _show_stored(self, changes: Changes, cursors: dict[str, int]) -> None:
        """After something was stored: own acts go on top of it again, and everybody is told."""
        if changes.reference:
            await self._reference.load()
        seen: frozenset[str] = frozenset()
        if cursors:
            seen = await self._workers.run("outbox", lambda: self._outbox.mark_seen(cursors))
        again = await self._overlay.rebase(changes)
        await self._overlay.refresh(seen)
        self._changes.publish(changes | Changes(cases=again, outbox=bool(seen)))

    async def _load(self) -> bool:
        """Go on with the snapshots that are wanted, for a moment; returns whether there is more to do."""
        loader = self._loader
        if loader is None or not loader.scopes:
            return False
        ends = self._clock.monotonic() + LOADING_S
        while loader.scopes and not self._pull_wanted.is_set() and self._clock.monotonic() < ends:
            async with self._pulling:
                scope = loader.scopes[0]
                generation, _ = await self._workers.run("read", self._replica.cursors)
                loaded = await loader.step(generation)
                cursors = {} if loaded.cursor is None else {scope: loaded.cursor}
                await self._show_stored(loaded.changes | Changes(connection=True), cursors)
                if loaded.cursor is not None and self._care is not None:
                    self._care.want()
        self._pull_wanted.clear()
        return True

    async def _look_after(self) -> None:
        """Now and then, with everything read: is this still the hub's state?"""
        if self._care is None:
            return
        async with self._pulling:
            _, cursors = await self._workers.run("read", self._replica.cursors)
            changes = await self._care.fill_in(tuple(sorted(cursors)))
            if await self._care.is_due():
                found, _ = await self._care.compare(cursors)
                changes |= found
            await self._show_stored(changes, {})

    async def compare_now(self) -> None:
        """Before somebody leaves: compare, if the hub is there and it does not take long."""
        if self._care is None or self._state != "online":
            return
        self._care.want()
        try:
            async with asyncio.timeout(COMPARING_S):
                await self._look_after()
        except (TimeoutError, HubUnavailable, SignInRequired, RuleViolation, StoreUnusable) as error:
            _log.info("not compared before leaving: %s", error)

    async def reload(self) -> None:
        """Read everything anew from the hub; what is written here stays, and the window goes on meanwhile.

        Raises:
            RuleViolation: ``session.unsettled`` while acts wait for the hub: the hub does not know them yet.
        """
        waiting = await self._workers.run("outbox", self._outbox.unsettled)
        if waiting:
            raise RuleViolation("session.unsettled", waiting=waiting)
        async with self._pulling:
            await self._begin_anew(GenerationChanged(is_restored=False))
        self.wake()
