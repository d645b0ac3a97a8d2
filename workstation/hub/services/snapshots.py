"""Keeps a snapshot of each large scope ready, so that a new desk loads one file and then only what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from workstation.casework.clock import Clock
from workstation.casework.wire.codec import SCHEMA
from workstation.casework.wire.sync import PAGE_BYTES, PAGE_ROWS, FeedRow
from workstation.hub.ports_feed import FeedSource, SnapshotInfo, SnapshotShelf
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
LEAST_MOVES = 5_000
"""Scopes that have seen fewer changes are pulled faster than fetched."""
LEAST_BEHIND = 2_000
"""A snapshot is made anew when it is that far behind its scope, and a fifth of its size."""
NOT_BEFORE = timedelta(minutes=10)
LOOK_EVERY_S = 30.0
MOST_CHANGED = 50_000
"""A scope in which so much happens while it is read has to wait for a calmer moment."""
ROWS = 500
"""Read at a time."""
_REST_S = 0.005
"""Between two pages, for whoever else wants the database."""


class SnapshotBuilder:
    """Builds snapshots of one tenant's scopes, one after the other, on a thread of its own."""

    def __init__(
        self,
        feed: FeedSource,
        shelf: SnapshotShelf,
        tenant_id: str,
        clock: Clock,
        *,
        least_moves: int = LEAST_MOVES,
        least_behind: int = LEAST_BEHIND,
    ) -> None:
        self._feed = feed
        self._shelf = shelf
        self._tenant_id = tenant_id
        self._clock = clock
        self._least_moves = least_moves
        self._least_behind = least_behind

    def run(self, is_stopping: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """Look again and again until the hub stops."""
        while not is_stopping():
            try:
                self.build_due(is_stopping, wait)
            except Exception:
                # No desk needs a snapshot: without one it pulls. The next look comes soon.
                _log.exception("a snapshot could not be built")
            wait(LOOK_EVERY_S)

    def build_due(
        self,
        is_stopping: Callable[[], bool] = lambda: False,
        wait: Callable[[float], object] = lambda _: None,
    ) -> tuple[SnapshotInfo, ...]:
        """Build what is missing or has fallen behind; returns what was built."""
        all_heads = self._feed.heads().items()
        heads = {scope: head for (tenant_id, scope), head in all_heads if tenant_id == self._tenant_id}
        self._shelf.tidy(heads)
        built: list[SnapshotInfo] = []
        for scope, head in sorted(heads.items()):
            if is_stopping():
                break
            if not self._is_due(scope, head):
                continue
            if not self._shelf.has_room():
                _log.warning("there is no room on the disk for a snapshot")
                break
            info = self.build(scope, is_stopping, wait)
            if info is not None:
                built.append(info)
        return tuple(built)

    def _is_due(self, scope: str, head: int) -> bool:
        if not self._least_moves or head < self._least_moves:
            return False
        info = self._shelf.newest(scope)
        if info is None or info.generation != self._feed.generation or info.schema != SCHEMA:
            return True
        behind = head - info.seq
        if behind < 0 or self._is_below_floor(info):
            return True
        is_old = abs(self._clock.now() - info.made_at) >= NOT_BEFORE
        return is_old and behind >= max(self._least_behind, info.count // 5)

    def _is_below_floor(self, info: SnapshotInfo) -> bool:
        page = self._feed.pull(self._tenant_id, [info.scope], {info.scope: info.seq}, 1, 1)
        return bool(page.below_floor)

    def build(
        self,
        scope: str,
        is_stopping: Callable[[], bool] = lambda: False,
        wait: Callable[[float], object] = lambda _: None,
    ) -> SnapshotInfo | None:
        """Build the snapshot of one scope; None when it was not possible now.

        Read in the order of kind and id, each page in a statement of its own, so that no transaction stays
        open. What changes meanwhile moves beyond the head of the beginning and is pulled at the end, until
        one page reaches the head: at that seq the file is exactly the scope. In this order a desk writes
        its tables from one end to the other, and its list is whole before the messages come.
        """
        generation = self._feed.generation
        draft = self._shelf.begin(scope)
        changed: dict[tuple[str, str], FeedRow] = {}
        try:
            seq = self._read(scope, draft.add, changed, is_stopping, wait)
            if seq is None or generation != self._feed.generation:
                return None
            draft.replace(changed)
            crashpoint("hub.snapshot_before_finish")
            info = draft.finish(generation, seq, self._clock.now())
        finally:
            draft.abandon()
        _log.info("snapshot of %s: %d entities up to %d, %d bytes", scope, info.count, seq, info.size)
        return info

    def _read(
        self,
        scope: str,
        add: Callable[[FeedRow], None],
        changed: dict[tuple[str, str], FeedRow],
        is_stopping: Callable[[], bool],
        wait: Callable[[float], object],
    ) -> int | None:
        """Give rows up to the head of the beginning to ``add``, later ones to ``changed``; return the seq."""
        goal = self._feed.heads().get((self._tenant_id, scope), 0)
        after, rows = ("", ""), None
        while rows is None or len(rows) == ROWS:
            rows = self._feed.of_kinds(self._tenant_id, scope, (), after, ROWS)
            for row in rows:
                if row.seq <= goal:
                    add(row)
            if is_stopping():
                return None
            wait(_REST_S)
            after = (rows[-1].entity, rows[-1].id) if rows else after
        return self._read_changed(scope, goal, changed, is_stopping, wait)

    def _read_changed(
        self,
        scope: str,
        at: int,
        changed: dict[tuple[str, str], FeedRow],
        is_stopping: Callable[[], bool],
        wait: Callable[[float], object],
    ) -> int | None:
        while True:
            page = self._feed.pull(self._tenant_id, [scope], {scope: at}, PAGE_ROWS, PAGE_BYTES)
            if page.ahead or page.below_floor:
                return None
            changed.update({(row.entity, row.id): row for row in page.rows})
            at = page.cursors[scope]
            if not page.more:
                return at
            if len(changed) > MOST_CHANGED or is_stopping():
                return None
            wait(_REST_S)
