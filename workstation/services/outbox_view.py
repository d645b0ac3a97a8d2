"""What waits in the outbox and what became of what was sent."""

from __future__ import annotations

from workstation.ports import Outbox, OutboxItem, Workers


class OutboxView:
    """Questions to the outbox."""

    def __init__(self, outbox: Outbox, workers: Workers) -> None:
        self._outbox = outbox
        self._workers = workers

    async def items(self, limit: int = 200) -> tuple[OutboxItem, ...]:
        """Return what waits (oldest first), then up to ``limit`` that are settled (newest first)."""
        return await self._workers.run("outbox", lambda: self._outbox.items(limit=limit))

    async def waiting(self) -> int:
        """Return how many acts the hub has not answered."""
        items = await self._workers.run("outbox", lambda: self._outbox.items(limit=0))
        return len(items)
