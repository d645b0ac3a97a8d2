"""Plain find over cases, customers and orders of this desk."""

from __future__ import annotations

from workstation.ports import FindHit, Replica, Workers

LONGEST = 200


class Find:
    """Finds by number, name, address, phone, or words of subjects and messages."""

    def __init__(self, replica: Replica, workers: Workers) -> None:
        self._replica = replica
        self._workers = workers

    async def find(self, text: str, limit: int = 30) -> tuple[FindHit, ...]:
        """Return what fits all words of ``text``: customers first, then cases, then orders, newest first."""
        wanted = text.strip()[:LONGEST]
        if not wanted:
            return ()
        return await self._workers.run("read", lambda: self._replica.find(wanted, limit))

    async def customers(self, text: str, limit: int = 50) -> tuple[FindHit, ...]:
        """Return the customers that fit; an empty text gives those last in touch."""
        if not text.strip():
            return await self._workers.run("read", lambda: self._replica.recent_customers(limit))
        return tuple(hit for hit in await self.find(text, limit * 2) if hit.entity == "customer")[:limit]
