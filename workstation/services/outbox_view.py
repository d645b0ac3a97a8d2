"""What waits in the outbox and what became of what was sent."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.casework.wire.commands import Decide
from workstation.ports import Outbox, OutboxItem, Replica, Workers
from workstation.services.decisions import Decisions


class OutboxView:
    """Questions to the outbox, and taking back."""

    def __init__(self, *, outbox: Outbox, replica: Replica, workers: Workers, decisions: Decisions) -> None:
        self._outbox = outbox
        self._replica = replica
        self._workers = workers
        self._decisions = decisions

    async def items(self, limit: int = 200) -> tuple[OutboxItem, ...]:
        """Return what waits (oldest first), then up to ``limit`` that are settled (newest first)."""
        return await self._workers.run("outbox", lambda: self._outbox.items(limit=limit))

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

        Returns True when it is gone for sure. Raises RuleViolation when it is too late.
        """
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        if item is not None and isinstance(item.body, Decide):
            return await self._decisions.withdraw(cmd_id)
        return await self._decisions.withdraw_act(cmd_id)
