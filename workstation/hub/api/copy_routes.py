"""Whole copies of a scope: its snapshot as a file, one bucket of its digest, and bodies asked for again."""

from __future__ import annotations

import re
import weakref
from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get, post
from litestar.response import Stream

from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import OLDEST, SCHEMA
from workstation.casework.wire.digest import BUCKETS
from workstation.casework.wire.sync import PAGE_ROWS, BackfillRequest
from workstation.hub.api.answering import packed_answer
from workstation.hub.api.doors import Doors, doors_of
from workstation.hub.api.problems import HttpProblem
from workstation.hub.api.reading import AnyRequest, json_body, query_number
from workstation.hub.ports_feed import SnapshotInfo
from workstation.hub.services.sessions import Caller

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_PIECE = 1024 * 1024
_TYPE = "application/gzip"
_MOST_KINDS = 64


async def _allowed(request: AnyRequest, scope_id: str) -> tuple[Doors, Caller]:
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    if scope_id not in caller.scopes:
        raise HttpProblem(403, "scope.forbidden")
    return doors, caller


@get("/v1/sync/snapshot/{scope_id:str}")
async def snapshot(request: AnyRequest, scope_id: str) -> Response[Any] | Stream:
    """Give the snapshot of a scope, or with Range a part of it; 304 for one the caller has already.

    With ``If-Range`` the rest of an older one is given as long as it is kept; after that all of the newest.
    """
    doors, _ = await _allowed(request, scope_id)
    begun = _etags(request, "if-range")
    shelf = doors.snapshots
    info = shelf.with_etag(scope_id, begun[0]) if len(begun) == 1 else None
    is_same = info is not None or not begun
    info = info or shelf.newest(scope_id)
    if info is None:
        raise RuleViolation("snapshot.none", scope=scope_id)
    headers = {
        "ETag": f'"{info.etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Snapshot-Seq": str(info.seq),
    }
    if info.etag in _etags(request, "if-none-match"):
        return Response(content=None, status_code=304, headers=headers)
    start, length, is_part = _part(request, info.size) if is_same else (0, info.size, False)
    slot = doors.slots.take()
    content = _bytes_of(doors, slot, info, start, length)
    # Should nobody ever read it, its slot comes free with it.
    weakref.finalize(content, doors.slots.give_back, slot)
    headers["Content-Length"] = str(length)
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{info.size}"
    return Stream(content, status_code=206 if is_part else 200, media_type=_TYPE, headers=headers)


async def _bytes_of(
    doors: Doors, slot: object, info: SnapshotInfo, start: int, length: int
) -> AsyncIterator[bytes]:
    try:
        end = start + length
        while start < end:
            at, size = start, min(_PIECE, end - start)
            piece = await doors.lanes.read(lambda at=at, size=size: doors.snapshots.read(info, at, size))  # type: ignore[misc]
            if not piece:
                return
            yield piece
            start += len(piece)
    finally:
        doors.slots.give_back(slot)


def _etags(request: AnyRequest, name: str) -> tuple[str, ...]:
    given = str(request.headers.get(name, ""))
    return tuple(part.strip().removeprefix("W/").strip('"') for part in given.split(",") if part.strip())


def _part(request: AnyRequest, size: int) -> tuple[int, int, bool]:
    match = _RANGE.fullmatch(str(request.headers.get("range", "")))
    if not match:
        return 0, size, False
    start = int(match[1])
    end = min(int(match[2]), size - 1) if match[2] else size - 1
    if start > end:
        raise HttpProblem(416, "blob.range_wrong", headers={"Content-Range": f"bytes */{size}"})
    return start, end - start + 1, True


@get("/v1/sync/bucket/{scope_id:str}")
async def bucket(request: AnyRequest, scope_id: str) -> Response[bytes]:
    """Give all entities of one bucket of the digest: ``?seq=...&bucket=...``; 409 when the head has moved."""
    doors, _ = await _allowed(request, scope_id)
    seq = query_number(request, "seq", 0, 0, 2**62)
    number = query_number(request, "bucket", -1, 0, BUCKETS - 1)
    if number < 0:
        detail = {"path": "?bucket", "expected": f"a whole number from 0 to {BUCKETS - 1}"}
        raise HttpProblem(422, "http.invalid", details=(detail,))
    return packed_answer(request, await doors.lanes.read(lambda: doors.bucket(scope_id, seq, number)))


@post("/v1/sync/backfill", status_code=200)
async def backfill(request: AnyRequest) -> Response[bytes]:
    """Give bodies of some kinds again, page by page: a newer program understands more of them."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    asked = await json_body(request, BackfillRequest)
    checks = [
        ("$.limit", "a whole number from 1 to 1000", 1 <= asked.limit <= PAGE_ROWS),
        ("$.kinds", f"1 to {_MOST_KINDS} kinds", 1 <= len(asked.kinds) <= _MOST_KINDS),
        ("$.schema", f"a whole number from {OLDEST} to {SCHEMA}", OLDEST <= asked.schema <= SCHEMA),
        ("$.after", "at most 200 characters each", all(len(part) <= 200 for part in asked.after)),
    ]
    details = tuple({"path": path, "expected": wanted} for path, wanted, is_well in checks if not is_well)
    if details:
        raise HttpProblem(422, "http.invalid", details=details)
    if asked.scope not in caller.scopes:
        raise HttpProblem(403, "scope.forbidden")
    return packed_answer(request, await doors.lanes.read(lambda: doors.backfill(asked)))


ROUTES = [snapshot, bucket, backfill]
