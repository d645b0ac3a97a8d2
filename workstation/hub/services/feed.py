"""State goes down: a page of the feed for what a person may read, or a word why the cursor is no good."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.digest import BUCKETS, Sums
from workstation.casework.wire.entities import ENTITIES
from workstation.casework.wire.sync import (
    PAGE_BYTES,
    PAGE_ROWS,
    BackfillAnswer,
    BackfillRequest,
    BucketAnswer,
    PullAnswer,
    PullRequest,
)
from workstation.hub.ports_feed import FeedSource


class Feed:
    """The feed of one tenant."""

    def __init__(self, database: FeedSource, tenant_id: str, clock: Clock) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._clock = clock

    def pull(self, scopes: Sequence[str], request: PullRequest) -> PullAnswer:
        """Return what changed in ``scopes`` after the cursors; cursors of other scopes are ignored.

        Raises:
            RuleViolation: ``feed.generation_changed`` (params: generation), ``feed.cursor_ahead``,
                ``feed.cursor_below_floor`` (params: scope).
        """
        generation = self._database.generation
        if request.generation and request.generation != generation:
            raise RuleViolation("feed.generation_changed", generation=generation)
        cursors = {scope: request.cursors.get(scope, 0) for scope in scopes}
        wanted = [scope for scope in scopes if scope not in request.skip]
        page = self._database.pull(
            self._tenant_id,
            wanted,
            cursors,
            max(1, min(request.limit, PAGE_ROWS)),
            max(1, min(request.max_bytes, PAGE_BYTES)),
        )
        if page.ahead:
            raise RuleViolation("feed.cursor_ahead", scope=page.ahead[0])
        if page.below_floor:
            raise RuleViolation("feed.cursor_below_floor", scope=page.below_floor[0])
        return PullAnswer(
            generation=generation,
            rows=page.rows,
            cursors=page.cursors,
            heads=page.heads,
            scopes=tuple(scopes),
            server_time=self._clock.now(),
            more=page.more,
        )

    def heads(self) -> dict[str, int]:
        """Return the head of each scope of the tenant."""
        return {
            scope: head
            for (tenant_id, scope), head in self._database.heads().items()
            if tenant_id == self._tenant_id
        }

    def digest(self, scope: str, seq: int) -> Sums:
        """Return what a scope adds up to at its head.

        Raises:
            RuleViolation: ``feed.moved`` when ``seq`` is not the head any more.
        """
        found = self._database.digest(self._tenant_id, scope, seq)
        if found is None:
            raise self._moved(scope)
        return found

    def bucket(self, scope: str, seq: int, number: int) -> BucketAnswer:
        """Return all entities of one bucket (0 to 255) of a scope's digest at its head.

        Raises:
            RuleViolation: ``feed.moved`` when ``seq`` is not the head any more.
        """
        assert 0 <= number < BUCKETS
        rows = self._database.bucket(self._tenant_id, scope, seq, number)
        if rows is None:
            raise self._moved(scope)
        return BucketAnswer(scope=scope, seq=seq, bucket=number, rows=rows)

    def backfill(self, request: BackfillRequest) -> BackfillAnswer:
        """Return a page of the bodies of some kinds, for a desk whose program has learned more about them.

        Raises:
            RuleViolation: ``entity.unknown`` (params: entity) for a kind that does not exist.
        """
        for kind in request.kinds:
            if kind not in ENTITIES:
                raise RuleViolation("entity.unknown", entity=kind[:60])
        rows = self._database.of_kinds(
            self._tenant_id, request.scope, request.kinds, request.after, request.limit + 1
        )
        return BackfillAnswer(
            generation=self._database.generation,
            rows=rows[: request.limit],
            more=len(rows) > request.limit,
        )

    def _moved(self, scope: str) -> RuleViolation:
        return RuleViolation("feed.moved", scope=scope, head=self.heads().get(scope, 0))
