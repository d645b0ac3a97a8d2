"""Is this copy still the hub's? Compared by digests daily and after each load; mended bucket by bucket."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import SCHEMA
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.entities import GROWN
from workstation.casework.wire.sync import BackfillRequest
from workstation.ports import Changes, Outbox, Workers
from workstation.ports.copies import ScopeCopies
from workstation.services.link import HubLink

_log = logging.getLogger(__name__)
EVERY = timedelta(days=1)
AGAIN_AFTER = timedelta(seconds=5)
"""When a scope has moved while it was compared."""
KEYS_AT_A_TIME = 10_000
"""Read at once on the lane of the views, which stays free for them in between."""
BODIES_AT_A_TIME = 500
_COMPARED_AT = "compared_at"


class CopyCare:
    """Compares and mends scopes, and asks for bodies again that an older program could not read.

    The caller sees to it that no page is stored meanwhile.
    """

    def __init__(
        self, *, replica: ScopeCopies, outbox: Outbox, workers: Workers, link: HubLink, clock: Clock
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._workers = workers
        self._link = link
        self._clock = clock
        self._is_wanted = False
        self._not_before: datetime | None = None
        self.spoken = SCHEMA
        """The schema the hub is spoken to in: of an older hub nothing newer can be asked."""
        self.mended = 0
        """Entities put right since this program began."""
        self.compared_at: datetime | None = None
        """When all scopes were last found equal, or made so."""

    def want(self) -> None:
        """Compare at the next opportunity, whatever the time."""
        self._is_wanted = True

    async def is_due(self) -> bool:
        """Whether it is time to compare."""
        if self._not_before is not None and self._clock.now() < self._not_before:
            return False
        if self._is_wanted:
            return True
        if self.compared_at is None:
            noted = await self._workers.run("outbox", lambda: self._outbox.note(_COMPARED_AT))
            self.compared_at = datetime.fromisoformat(noted) if noted else None
        return self.compared_at is None or self._clock.now() - self.compared_at >= EVERY

    async def compare(self, cursors: dict[str, int]) -> tuple[Changes, bool]:
        """Compare all scopes at ``cursors`` and mend what differs; False when one has moved meanwhile.

        Raises:
            HubUnavailable, SignInRequired: tried again later.
        """
        changes = Changes()
        for scope, seq in sorted(cursors.items()):
            try:
                changes |= await self._compare_one(scope, seq)
            except RuleViolation as violation:
                if violation.code == "feed.moved":
                    self._not_before = self._clock.now() + AGAIN_AFTER
                    return changes, False
                # A scope that was taken away meanwhile goes with the next page.
                _log.warning("%s could not be compared: %s", scope, violation.code)
        self._is_wanted = False
        self.compared_at = self._clock.now()
        at = self.compared_at.isoformat()
        await self._workers.run("outbox", lambda: self._outbox.set_note(_COMPARED_AT, at))
        return changes, True

    async def _compare_one(self, scope: str, seq: int) -> Changes:
        hub = self._link.hub
        theirs = await self._workers.run("net", lambda: hub.digest(scope, seq))
        mine = await self._sums(scope)
        changes = Changes()
        wrong = mine.differing(int(text) for text in theirs.buckets)
        for number in wrong:
            bucket = await self._workers.run("net", lambda number=number: hub.bucket(scope, seq, number))  # type: ignore[misc]
            found, count = await self._workers.run(
                "replica",
                lambda number=number, rows=bucket.rows: self._replica.mend_bucket(scope, number, rows),  # type: ignore[misc]
            )
            changes |= found
            self.mended += count
            _log.error("bucket %d of %s differed from the hub: %d entities put right", number, scope, count)
        return changes

    async def _sums(self, scope: str) -> Sums:
        sums, after = Sums(), ("", "")
        while True:
            start = after
            keys = await self._workers.run(
                "read",
                lambda start=start: self._replica.keys_of(scope, start, KEYS_AT_A_TIME),  # type: ignore[misc]
            )
            sums.add_all((entity_id, rev) for _, entity_id, rev in keys)
            if len(keys) < KEYS_AT_A_TIME:
                return sums
            after = (keys[-1][0], keys[-1][1])

    async def fill_in(self, scopes: tuple[str, ...]) -> Changes:
        """After an upgrade: ask again for the bodies of kinds this program knows more about than the last.

        Raises:
            HubUnavailable, SignInRequired: begun again later.
        """
        filled = await self._workers.run("read", self._replica.filled_schema)
        if not filled or filled >= SCHEMA or self.spoken < SCHEMA:
            return Changes()
        kinds = {kind for schema, grown in GROWN.items() if schema > filled for kind in grown}
        changes = Changes()
        for scope in scopes if kinds else ():
            changes |= await self._fill_scope(scope, tuple(sorted(kinds)))
        await self._workers.run("replica", lambda: self._replica.set_filled_schema(SCHEMA))
        _log.info("read again with new eyes: %s", ", ".join(sorted(kinds)))
        return changes

    async def _fill_scope(self, scope: str, kinds: tuple[str, ...]) -> Changes:
        hub, changes, after, more = self._link.hub, Changes(), ("", ""), True
        while more:
            request = BackfillRequest(
                scope=scope, kinds=kinds, after=after, limit=BODIES_AT_A_TIME, schema=SCHEMA
            )
            answer = await self._workers.run("net", lambda request=request: hub.backfill(request))  # type: ignore[misc]
            changes |= await self._workers.run(
                "replica",
                lambda rows=answer.rows: self._replica.store_again(rows),  # type: ignore[misc]
            )
            more = answer.more and bool(answer.rows)
            after = (answer.rows[-1].entity, answer.rows[-1].id) if answer.rows else after
        return changes
