"""A first load by snapshot: one file, fetched in pieces that can be resumed, then taken in page by page."""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from workstation.casework.wire.codec import decode
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import FeedRow, PullAnswer, SnapshotHeader
from workstation.ports import Changes, Outbox, StoreUnusable, Workers
from workstation.ports.copies import ScopeCopies, SnapshotPiece, Spool
from workstation.services.link import HubLink
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
WORTH_ROWS = 3_000
"""What is missing of a scope before its snapshot is asked for."""
PIECE = 4 * 1024 * 1024
"""Bytes fetched at a time; whole blocks of the spool."""
TAKEN_ROWS = 4_000
"""Taken in at a time: each transaction writes every page it touches anew, so few large ones are cheaper."""
TAKEN_BYTES = 4 * 1024 * 1024
_FETCHED_PART = 0.2
"""Of the whole way, when all bytes are here; taking them in takes longer."""
_ROOM_FACTOR = 12
"""Room a packed snapshot needs on the disk: itself and the rows it becomes, with their indexes."""
_SPARE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one step has changed; ``cursor`` is set with the last one."""

    changes: Changes = field(default_factory=Changes)
    cursor: int | None = None


class _Reading:
    """A snapshot being taken in: its header, its lines, and what they have added up to so far."""

    def __init__(self, file: io.BufferedReader, taken: int = 0) -> None:
        self.taken = taken
        """Rows that an earlier run of the program has stored already."""
        self._lines = gzip.GzipFile(fileobj=file)
        self.header = msgspec.json.decode(self._lines.readline(), type=SnapshotHeader)
        self._sha256 = hashlib.sha256()
        self._sums = Sums()

    def page(self) -> list[FeedRow]:
        rows: list[FeedRow] = []
        size = 0
        while len(rows) < TAKEN_ROWS and size < TAKEN_BYTES and (line := self._lines.readline()):
            self._sha256.update(line)
            row = decode(line, FeedRow)
            self._sums.add(row.id, row.rev)
            rows.append(row)
            size += len(line)
        return rows

    @property
    def count(self) -> int:
        return self._sums.count

    def is_whole(self) -> bool:
        mine = (self._sums.count, self._sums.digest(), self._sha256.hexdigest())
        return mine == (self.header.count, self.header.digest, self.header.sha256)


class SnapshotLoader:
    """Loads scopes one after the other; ``step`` does a little, so that everything else goes on."""

    def __init__(
        self,
        *,
        replica: ScopeCopies,
        spool: Spool,
        outbox: Outbox,
        workers: Workers,
        link: HubLink,
        worth_rows: int = WORTH_ROWS,
        piece: int = PIECE,
    ) -> None:
        self._replica = replica
        self._spool = spool
        self._outbox = outbox
        self._workers = workers
        self._link = link
        self._worth_rows = worth_rows
        self._piece = piece
        self._wanted: list[str] = []
        self._passed_over: set[str] = set()
        self._reading: _Reading | None = None
        self._etag = ""
        self._part = 0.0

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes whose snapshot is on its way: pages of the feed leave them out."""
        return tuple(self._wanted)

    @property
    def progress(self) -> float | None:
        """How much of the present one is done, 0 to 1; None while nothing is loaded."""
        return self._part if self._wanted else None

    def begin_anew(self) -> None:
        """The hub's data is another one, or everything is wanted anew: forget what was under way."""
        self._wanted.clear()
        self._passed_over.clear()
        self._stop_reading()

    def without_loading(self, known: Mapping[str, int], answer: PullAnswer) -> PullAnswer:
        """Return a page without the scopes a snapshot is to bring, having looked whether there are more."""
        for scope, head in answer.heads.items():
            is_new = scope not in known and scope not in self._passed_over and scope not in self._wanted
            if is_new and head >= self._worth_rows:
                self._wanted.append(scope)
        lost = [scope for scope in self._wanted if scope not in answer.scopes]
        for scope in lost:
            self._leave(scope)
        if not self._wanted:
            return answer
        left_out = set(self._wanted)
        return msgspec.structs.replace(
            answer,
            rows=tuple(row for row in answer.rows if row.scope not in left_out),
            cursors={scope: seq for scope, seq in answer.cursors.items() if scope not in left_out},
        )

    async def step(self, generation: str) -> Loaded:
        """Fetch one piece or take in one page of the first scope that is wanted.

        Raises:
            HubUnavailable, SignInRequired: gone on with later, where it stopped. StoreUnusable:
            ``sync.no_room``, ``store.full``; tried again once there is room.
        """
        scope = self._wanted[0]
        if self._reading is None:
            etag, total, received = await self._workers.run("replica", lambda: self._spool.state(scope))
            if not etag or received < total:
                await self._fetch(scope, etag, received)
                return Loaded()
            if not await self._open(scope, etag, generation):
                return Loaded()
        return await self._take_page(scope)

    async def _fetch(self, scope: str, etag: str, received: int) -> None:
        hub = self._link.hub
        piece = await self._workers.run("net", lambda: hub.snapshot_piece(scope, received, self._piece, etag))
        if piece is None:
            self._pass_over(scope, "there is none", level=logging.INFO)  # small scopes have none
            return
        if piece.start == 0:
            await self._check_room(piece)
            await self._workers.run("replica", lambda: self._spool.begin(scope, piece.etag, piece.total))
        elif piece.etag != etag or piece.start != received:
            self._pass_over(scope, "the hub gave another part")
            return
        await self._workers.run("replica", lambda: self._spool.append(piece.content))
        self._part = _FETCHED_PART * (piece.start + len(piece.content)) / max(1, piece.total)

    async def _check_room(self, piece: SnapshotPiece) -> None:
        disk = await self._workers.run("outbox", self._outbox.disk)
        if disk.free < piece.total * _ROOM_FACTOR + _SPARE:
            raise StoreUnusable("sync.no_room", "replica.db", f"{piece.total} bytes")

    async def _open(self, scope: str, etag: str, generation: str) -> bool:
        found = await self._workers.run("replica", self._spool.sha256)
        if found != etag:
            await self._fail(scope, "its bytes are not what they should be")
            return False
        mark = await self._workers.run("read", lambda: self._replica.snapshot_mark(scope))
        reading = await self._workers.run("replica", lambda: _opened(self._spool, _taken(mark, etag)))
        if reading is None or reading.header.scope != scope or reading.header.generation != generation:
            await self._fail(scope, "it is another scope's, or another generation's")
            return False
        crashpoint("desk.snapshot.fetched")
        if reading.taken:
            _log.info("%s: the snapshot is gone on with after %d rows", scope, reading.taken)
        self._reading, self._etag = reading, etag
        return True

    async def _take_page(self, scope: str) -> Loaded:
        reading = self._reading
        assert reading is not None
        try:
            rows = await self._workers.run("replica", reading.page)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            await self._fail(scope, f"it cannot be read: {type(error).__name__}")
            return Loaded()
        if rows:
            changes = Changes()
            if reading.count > reading.taken:
                mark = f"{self._etag} {reading.count}"
                changes = await self._workers.run(
                    "replica", lambda: self._replica.store_snapshot_page(scope, rows, mark)
                )
            self._part = _FETCHED_PART + (1 - _FETCHED_PART) * reading.count / max(1, reading.header.count)
            return Loaded(changes)
        if not reading.is_whole():
            await self._fail(scope, "it does not add up")
            return Loaded()
        header = reading.header
        await self._workers.run(
            "replica", lambda: self._replica.finish_snapshot(scope, header.generation, header.seq)
        )
        _log.info("loaded %s from a snapshot: %d entities up to %d", scope, header.count, header.seq)
        await self._workers.run("replica", self._spool.discard)
        self._leave(scope)
        return Loaded(cursor=header.seq)

    async def _fail(self, scope: str, why: str) -> None:
        await self._workers.run("replica", self._spool.discard)
        self._pass_over(scope, why)

    def _pass_over(self, scope: str, why: str, level: int = logging.WARNING) -> None:
        _log.log(level, "%s is pulled without a snapshot: %s", scope, why)
        self._passed_over.add(scope)
        self._leave(scope)

    def _leave(self, scope: str) -> None:
        if self._wanted and self._wanted[0] == scope:
            self._stop_reading()
        self._wanted.remove(scope)

    def _stop_reading(self) -> None:
        self._reading, self._part = None, 0.0


def _taken(mark: str, etag: str) -> int:
    """Return how many rows of the snapshot ``etag`` are stored already."""
    of, _, rows = mark.partition(" ")
    return int(rows) if of == etag and rows.isdigit() else 0


def _opened(spool: Spool, taken: int) -> _Reading | None:
    try:
        return _Reading(spool.reader(), taken)
    except (OSError, EOFError, msgspec.MsgspecError):
        return None
