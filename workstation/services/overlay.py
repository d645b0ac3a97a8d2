"""The overlay: own pending acts written beside the hub's rows, so that lists and panes show them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from workstation.ports import Changes, Outbox, OutboxItem, Replica, StoreUnusable, Workers
from workstation.services.changes import ChangeFeed
from workstation.services.folding import fold, state_of
from workstation.services.reference import Reference

_log = logging.getLogger(__name__)


class Overlay:
    """Keeps the overlay equal to the hub's state folded with the pending acts."""

    def __init__(
        self, replica: Replica, outbox: Outbox, workers: Workers, reference: Reference, changes: ChangeFeed
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._workers = workers
        self._reference = reference
        self._changes = changes
        # One at a time: a picture made from an older look at the outbox must not be written last.
        self._turn = asyncio.Lock()

    async def rebuild(self) -> None:
        """Make all of it anew (at start)."""
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            await self._workers.run("replica", self._replica.clear_overlay)
            await self._write(pending)

    async def refresh(self, case_ids: Iterable[str]) -> None:
        """Make the overlay of these cases anew and tell that they changed."""
        wanted = frozenset(case_ids)
        if not wanted:
            return
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            try:
                await self._write(tuple(item for item in pending if item.case_id in wanted), wanted)
            except StoreUnusable as error:
                # The act itself is safe; the list catches up with the next change, or at the next start.
                _log.warning("the list does not show the last acts: %s", error)
        self._changes.publish(Changes(cases=wanted))

    async def rebase(self, touched: frozenset[str]) -> None:
        """After a page of the feed: replay the pending acts of the cases it touched."""
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            busy = frozenset(item.case_id for item in pending) & touched
            if busy:
                await self._write(tuple(item for item in pending if item.case_id in busy), busy)

    async def _write(self, pending: tuple[OutboxItem, ...], cases: frozenset[str] = frozenset()) -> None:
        by_case: dict[str, list[OutboxItem]] = {case_id: [] for case_id in cases}
        for item in pending:
            by_case.setdefault(item.case_id, []).append(item)
        reference = self._reference.data

        def write() -> None:
            for case_id, items in by_case.items():
                entities = ()
                if items:
                    base = state_of(self._replica.base_of_case(case_id), case_id)
                    _, entities = fold(base, items, reference)  # type: ignore[assignment]
                self._replica.put_overlay(case_id, entities, len(items))

        if by_case:
            await self._workers.run("replica", write)
