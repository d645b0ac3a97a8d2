"""Cases linked, merged and split at the desk: saved on this disk, shown at once, sent in their turn."""

from __future__ import annotations

from workstation.casework.clock import Clock
from workstation.casework.wire.commands import LinkCases, MergeCase, SplitCase, UnlinkCases, UnmergeCase
from workstation.ports import OutboxItem, Replica, Workers
from workstation.services.commands import CommandWriter
from workstation.services.kin import refs
from workstation.services.views import CaseRef
from workstation.system.clock import new_id

MOST_FOUND = 12


class JoiningActs:
    """All may raise RuleViolation (nothing stored) or StoreUnusable (the disk is full)."""

    def __init__(self, *, writer: CommandWriter, replica: Replica, workers: Workers, clock: Clock) -> None:
        self._writer = writer
        self._replica = replica
        self._workers = workers
        self._clock = clock

    async def link(self, case_id: str, other_case_id: str) -> OutboxItem:
        """Say that two cases belong together; each stays a case of its own."""
        return await self._writer.write(LinkCases(case_id=case_id, other_case_id=other_case_id))

    async def unlink(self, case_id: str, other_case_id: str) -> OutboxItem:
        """Take a link back."""
        return await self._writer.write(UnlinkCases(case_id=case_id, other_case_id=other_case_id))

    async def merge(self, case_id: str, into_case_id: str) -> OutboxItem:
        """Let ``into_case_id`` go on with the matter of ``case_id``; one queue entry stands for both."""
        return await self._writer.write(MergeCase(case_id=case_id, into_case_id=into_case_id))

    async def unmerge(self, case_id: str) -> OutboxItem:
        """Take a case out again of the one it went into."""
        return await self._writer.write(UnmergeCase(case_id=case_id))

    async def split(self, case_id: str, message_ids: tuple[str, ...], subject: str = "") -> str:
        """Put messages into a case of their own; returns its id."""
        new = new_id(self._clock)
        await self._writer.write(
            SplitCase(case_id=case_id, new_case_id=new, message_ids=message_ids, subject=subject)
        )
        return new

    async def find(self, case_id: str, text: str = "") -> tuple[CaseRef, ...]:
        """Return cases to join with ``case_id`` by number, name or words; without any the customer's own."""
        return await self._workers.run("read", lambda: self._find(case_id, text.strip()))

    def _find(self, case_id: str, text: str) -> tuple[CaseRef, ...]:
        row = self._replica.queue_item(case_id)
        ids: list[str] = []
        if text:
            hits = self._replica.find(text.lstrip("#"), MOST_FOUND * 3)
            ids = [hit.case_id for hit in hits if hit.entity == "case"]
            for hit in hits:
                if hit.entity == "customer":
                    ids += [item.case_id for item in self._replica.cases_of_customer(hit.customer_id, 5)]
        elif row is not None and row.customer_id:
            ids = [item.case_id for item in self._replica.cases_of_customer(row.customer_id)]
        found = refs(self._replica, (one for one in dict.fromkeys(ids) if one != case_id))
        return found[:MOST_FOUND]
