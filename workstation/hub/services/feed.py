"""State goes down: a page of the feed for what a person may read, or a word why the cursor is no good."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.sync import PAGE_BYTES, PAGE_ROWS, PullAnswer, PullRequest
from workstation.hub.ports import Database


class Feed:
    """The feed of one tenant."""

    def __init__(self, database: Database, tenant_id: str, clock: Clock) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._clock = clock

    def pull(self, scopes: Sequence[str], request: PullRequest) -> PullAnswer:
        """Return what changed in ``scopes`` after the cursors; cursors of other scopes are ignored.

        Raises:
            RuleViolation: ``feed.generation_changed``, ``feed.cursor_ahead``, ``feed.cursor_below_floor``
                (params: scope).
        """
        generation = self._database.generation
        if request.generation and request.generation != generation:
            raise RuleViolation("feed.generation_changed")
        cursors = {scope: request.cursors.get(scope, 0) for scope in scopes}
        page = self._database.pull(
            self._tenant_id,
            scopes,
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

    def digest(self, scope: str, seq: int) -> tuple[int, tuple[int, ...]]:
        """Return count and 256 sums of a scope at its head.

        Raises:
            RuleViolation: ``feed.moved`` when ``seq`` is not the head any more.
        """
        found = self._database.digest(self._tenant_id, scope, seq)
        if found is None:
            raise RuleViolation("feed.moved", scope=scope, head=self.heads().get(scope, 0))
        return found
