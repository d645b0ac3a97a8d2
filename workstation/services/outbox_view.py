"""What waits in the outbox and what became of what was sent."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.casework.wire.commands import Decide
from workstation.ports import Outbox, OutboxItem, Replica, Workers
from workstation.services.decisions import Decisions
from workstation.services.identity import Me
from workstation.services.reference import Reference
from workstation.services.waiting import own_waiting


class OutboxView:
    """Questions to the outbox, and taking back."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        replica: Replica,
        workers: Workers,
        decisions: Decisions,
        reference: Reference,
        me: Me,
    ) -> None:
        self._outbox = outbox
        self._replica = replica
        self._workers = workers
        self._decisions = decisions
        self._reference = reference
        self._me = me

    async def items(self, limit: int = 200) -> tuple[OutboxItem, ...]:
        """Return what waits (oldest first), then the own of up to ``limit`` that are settled (newest first).

        What waits of others is among it: it leaves from here too. What became of theirs they look at.
        """
        items = await self._workers.run("outbox", lambda: self._outbox.items(limit=limit))
        return tuple(item for item in items if item.is_waiting or self.author(item) is None)

    async def mine(self) -> tuple[OutboxItem, ...]:
        """Return what waits of the person here: what signing out asks about."""
        return await own_waiting(self._outbox, self._workers, self._me)

    def author(self, item: OutboxItem) -> str | None:
        """Return whose act of others this is, "" where the name is not known here; None: the own."""
        if self._me.now is not None and item.person_id == self._me.now.person_id:
            return None
        person = self._reference.data.person(item.person_id)
        return person.name if person is not None else ""

    async def waiting(self) -> int:
        """Return how many acts the hub has not answered."""
        items = await self._workers.run("outbox", lambda: self._outbox.items(limit=0))
        return len(items)

    async def subjects(self, items: Iterable[OutboxItem]) -> dict[str, str]:
        """Return what the cases of ``items`` are called: customer and subject, by case id."""
        wanted = {item.case_id for item in items}

        def read() -> dict[str, str]:
            found: dict[str, str] = {}
            for case_id in wanted:
                row = self._replica.queue_item(case_id)
                if row is not None:
                    found[case_id] = " · ".join(part for part in (row.customer_name, row.subject) if part)
            return found

        return await self._workers.run("read", read)

    async def withdraw(self, cmd_id: str) -> bool:
        """Take an act back that has not left; a decision that has is asked back from the hub.

        Returns True when it is gone for sure. Raises RuleViolation when it is too late, or somebody else's
        (``outbox.other_person``).
        """
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        if item is not None and isinstance(item.body, Decide):
            return await self._decisions.withdraw(cmd_id)
        return await self._decisions.withdraw_act(cmd_id)
