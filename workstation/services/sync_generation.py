"""The part of the sync loop that knows which data the hub speaks of, and offers all again after a restore."""

from __future__ import annotations

import asyncio
import logging

from workstation.casework.clock import Clock
from workstation.casework.wire.commands import PARKED, CommandsAnswer, Envelope
from workstation.ports import Changes, GenerationChanged, HubUnavailable, Outbox, OutboxItem, Replica, Workers
from workstation.services.overlay import Overlay
from workstation.services.session import Session
from workstation.services.sync_care import CopyCare
from workstation.services.sync_snapshot import SnapshotLoader
from workstation.services.uploads import Uploads

_log = logging.getLogger(__name__)
GENERATION_NOTE = "generation"
"""In the outbox: which generation of the hub's data it has spoken to."""


class GenerationKeeping:
    """Mixed into the sync loop, whose parts it uses."""

    _clock: Clock
    _outbox: Outbox
    _replica: Replica
    _workers: Workers
    _session: Session
    _overlay: Overlay
    _loader: SnapshotLoader | None
    _care: CopyCare | None
    _uploads: Uploads | None
    _pulling: asyncio.Lock
    _push_wanted: asyncio.Event
    _pull_wanted: asyncio.Event
    _was_turned_away = False
    """The last push was meant for another generation of the hub's data."""
    _parked: frozenset[str] = frozenset()
    """Acts the hub has parked and not answered since; batches of one push are answered in any order."""
    _is_caught_up = False
    """All the hub has was read once; until then what comes is no news."""

    async def _ready(self, max_rows: int) -> tuple[tuple[Envelope, ...], str, dict[str, int]]:
        """Return what may leave now, for which generation of the hub's data, and how far it was read.

        All in one look: whatever was settled by that generation need not be offered to it again.
        """
        copied, cursors = await self._workers.run("read", self._replica.cursors)

        def look() -> tuple[tuple[Envelope, ...], str]:
            return self._outbox.to_send(max_rows=max_rows), self._outbox.note(GENERATION_NOTE)

        ready, noted = await self._workers.run("outbox", look)
        return ready, noted or copied, cursors

    async def _turned_away(self, change: GenerationChanged, named: str) -> None:
        """Nothing of a push was taken: what was handed over before is offered again, and goes first.

        Raises:
            HubUnavailable: it was so the last time too; the next try waits a little.
        """
        async with self._pulling:
            noted = await self._workers.run("outbox", lambda: self._outbox.note(GENERATION_NOTE))
            # Perhaps a page has told it first, and all is done already.
            if noted in ("", named):
                await self._begin_anew(change)
        was_so_before, self._was_turned_away = self._was_turned_away, True
        if was_so_before:
            raise HubUnavailable("feed.generation_changed")

    async def _begin_anew(self, change: GenerationChanged) -> None:
        _log.warning("the feed is read anew: %s", change)
        self._is_caught_up = False
        if change.is_restored:
            # First, and noted last: a crash in between comes here again, and offering twice changes nothing.
            await self._offer_again()
            await self._workers.run(
                "outbox", lambda: self._outbox.set_note(GENERATION_NOTE, change.generation)
            )
        if change.scope and not change.is_restored:
            await self._workers.run("replica", lambda: self._replica.reset_scope(change.scope))
        else:
            is_restored = change.is_restored
            await self._workers.run("replica", lambda: self._replica.reset("", is_restored=is_restored))
        if self._loader is not None:
            self._loader.begin_anew()
        if self._care is not None:
            self._care.want()
        self._pull_wanted.set()

    def _settled_by(self, answer: CommandsAnswer) -> tuple[OutboxItem, ...]:
        """Note what the hub said; what it parked is here again, goes up again, and may be given up."""
        answered = {verdict.cmd_id for verdict in answer.verdicts}
        self._parked = (self._parked - answered) | frozenset(answer.parked)
        if answer.parked:
            self._outbox.mark_unanswered(tuple(answer.parked), PARKED)
        return self._outbox.settle(answer.verdicts, self._clock.now())

    def _try_parked(self, changes: Changes) -> None:
        """Somebody has brought something: perhaps it is what parked acts wait for."""
        if self._parked and changes.cases:
            self._push_wanted.set()

    async def _offer_again(self) -> None:
        if self._uploads is not None:
            # First: acts that speak of them wait for them.
            await self._uploads.offer_again()
        offered = await self._workers.run("outbox", lambda: self._outbox.reoffer(self._session.sign))
        _log.warning("%d commands are offered again", offered)
        await self._overlay.rebuild()
        self._push_wanted.set()

    async def _spoken_to(self, generation: str) -> None:
        """Offer everything again when the hub's data is not what this outbox has spoken to before.

        Which that was lies beside the acts themselves: the replica that knew it may have been lost.
        """
        known = await self._workers.run("outbox", lambda: self._outbox.note(GENERATION_NOTE))
        if known == generation:
            return
        if known:
            await self._offer_again()
        await self._workers.run("outbox", lambda: self._outbox.set_note(GENERATION_NOTE, generation))
