"""Plain find over cases, customers and orders of this desk, and over older cases at the hub."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from workstation.casework.case import Case
from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import decode
from workstation.casework.wire.search import FoundRow
from workstation.casework.wire.sync import FeedRow
from workstation.ports import (
    Changes,
    FindHit,
    HubUnavailable,
    ProtocolMismatch,
    Replica,
    SignInRequired,
    StoreUnusable,
    Workers,
)
from workstation.services.changes import ChangeFeed
from workstation.services.link import HubLink

_log = logging.getLogger(__name__)
LONGEST = 200
SHORTEST_ONLINE = 3
MOST_ONLINE = 20
KEPT_FOR = timedelta(days=7)
"""How long a fetched case stays here untouched; touched by anybody it comes back by itself."""


@dataclass(frozen=True, slots=True)
class OlderHits:
    """Cases that lie at the hub and not here; ``is_answered`` is False while the hub cannot be asked."""

    hits: tuple[FindHit, ...] = ()
    is_answered: bool = True


class Pins(Protocol):
    """The replica's place for what was fetched by hand; on lane ``replica``."""

    def pin(self, rows: Sequence[FeedRow], at: int) -> Changes:
        """Keep rows beside the scopes; ``at``: seconds since 1970."""
        ...

    def unpin(self, before: int) -> Changes:
        """Let go of what was fetched before ``before`` (seconds since 1970)."""
        ...


class Find:
    """Finds by number, name, address, phone, or words of subjects and messages."""

    def __init__(
        self,
        replica: Replica,
        workers: Workers,
        *,
        pins: Pins,
        link: HubLink,
        changes: ChangeFeed,
        clock: Clock,
    ) -> None:
        self._replica = replica
        self._workers = workers
        self._pins = pins
        self._link = link
        self._changes = changes
        self._clock = clock

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

    async def older(self, text: str) -> OlderHits:
        """Ask the hub for cases that are not here, newest first; short texts are not worth the way."""
        wanted = text.strip()[:LONGEST]
        if len(wanted) < SHORTEST_ONLINE:
            return OlderHits()
        try:
            hub = self._link.hub
            answer = await self._workers.run("net", lambda: hub.search(wanted, MOST_ONLINE))
        except (HubUnavailable, SignInRequired, ProtocolMismatch, RuleViolation) as error:
            _log.info("the hub could not be asked for older cases: %s", error)
            return OlderHits(is_answered=False)
        cases = [decode(row.body, Case) for row in answer.rows if row.entity == "case"]

        def absent() -> list[Case]:
            return [case for case in cases if self._replica.get(Case, case.case_id) is None]

        found = await self._workers.run("read", absent)
        found.sort(key=lambda case: case.opened_at, reverse=True)
        return OlderHits(tuple(map(FindHit.of_case, found)))

    async def fetch_older(self, case_id: str) -> bool:
        """Fetch all of an older case and keep it here for a week, so that it opens like any other.

        Returns False when the hub does not know it. Raises HubUnavailable, SignInRequired.
        """
        hub = self._link.hub
        try:
            answer = await self._workers.run("net", lambda: hub.case_file(case_id))
        except RuleViolation as violation:
            _log.info("an older case could not be fetched: %s", violation.code)
            return False
        rows = [_row(row) for row in answer.rows]
        at = int(self._clock.now().timestamp())
        changes = await self._workers.run("replica", lambda: self._pins.pin(rows, at))
        self._changes.publish(changes)
        return True

    async def let_go(self) -> None:
        """Let go of what was fetched more than a week ago."""
        before = int((self._clock.now() - KEPT_FOR).timestamp())
        try:
            self._changes.publish(await self._workers.run("replica", lambda: self._pins.unpin(before)))
        except StoreUnusable as error:
            _log.warning("what was fetched stays for now: %s", error)


def _row(row: FoundRow) -> FeedRow:
    return FeedRow(scope="", seq=0, entity=row.entity, id=row.id, rev=row.rev, body=row.body)
