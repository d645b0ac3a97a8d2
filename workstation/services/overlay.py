"""The overlay: own pending acts written beside the hub's rows, so that lists and panes show them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from workstation.casework.joining import other_case_id
from workstation.ports import Changes, Outbox, OutboxItem, Replica, StoreUnusable, Workers
from workstation.services.changes import ChangeFeed
from workstation.services.joint_state import joint_state
from workstation.services.reference import Reference
from workstation.system.crashpoint import crashpoint

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
        self._tied: dict[str, frozenset[str]] = {}
        """Cases whose overlay comes from one act: they are made anew together."""

    async def rebuild(self) -> None:
        """Make all of it anew (at start)."""
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            await self._workers.run("replica", self._replica.clear_overlay)
            self._tied.clear()
            await self._write(pending, frozenset(item.case_id for item in pending))

    async def refresh(self, case_ids: Iterable[str]) -> None:
        """Make the overlay of these cases, and of those acts tie them to, anew and tell that they changed."""
        wanted = frozenset(case_ids)
        if not wanted:
            return
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            try:
                wanted |= await self._write(pending, wanted)
            except StoreUnusable as error:
                # The act itself is safe; the list catches up with the next change, or at the next start.
                _log.warning("the list does not show the last acts: %s", error)
        self._changes.publish(Changes(cases=wanted))

    async def rebase(self, touched: Changes) -> frozenset[str]:
        """After a page of the feed: replay the pending acts of the cases it touched, and of their customers.

        Returns the cases whose overlay was made anew.
        """
        async with self._turn:
            pending = await self._workers.run("outbox", self._outbox.pending)
            busy = {item.case_id for item in pending} | {other_case_id(item.body) for item in pending}
            busy |= self._tied.keys()
            again = touched.cases & busy
            if touched.customers and len(again) < len(busy):
                again |= await self._of_customers(pending, busy - again, touched.customers)
            return await self._write(pending, again) if again else again

    async def _of_customers(
        self, pending: tuple[OutboxItem, ...], cases: set[str], customers: frozenset[str]
    ) -> frozenset[str]:
        """Return those of ``cases`` that belong to one of these customers, or have an act that names one."""
        named = {item.case_id for item in pending if getattr(item.body, "customer_id", "") in customers}

        def look() -> frozenset[str]:
            rows = [self._replica.queue_item(case_id) for case_id in cases - named if case_id]
            return frozenset(row.case_id for row in rows if row is not None and row.customer_id in customers)

        return frozenset(named & cases) | await self._workers.run("read", look)

    async def _write(self, pending: tuple[OutboxItem, ...], cases: frozenset[str]) -> frozenset[str]:
        """Write the overlay of ``cases`` and of all that hangs together with them; returns which."""
        cases |= {other for case_id in cases for other in self._tied.get(case_id, ())}
        reference = self._reference.data

        def write() -> frozenset[str]:
            joint = joint_state(self._replica, pending, cases)
            joint.fold(reference)
            written = frozenset(
                case_id for case_id in joint.base if case_id in cases or joint.changed(case_id)
            )
            for case_id in written:
                own = {item.case_id for item in joint.items}
                is_busy = case_id in own or bool(joint.changed(case_id))
                entities = joint.changed(case_id) if is_busy else ()
                self._replica.put_overlay(case_id, entities, joint.count(case_id) if is_busy else 0)
                # What an act on another case has left here goes when that act is settled.
                self._tie(case_id, written - {case_id} if len(joint.base) > 1 and is_busy else frozenset())
            return written

        crashpoint("desk.overlay.before")
        return await self._workers.run("replica", write) if cases else frozenset()

    def _tie(self, case_id: str, others: frozenset[str]) -> None:
        if others:
            self._tied[case_id] = others
        else:
            self._tied.pop(case_id, None)
