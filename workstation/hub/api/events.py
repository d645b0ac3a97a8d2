"""Server-sent events: a poke when something may be read; correctness never depends on them."""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache

import msgspec
from litestar import get
from litestar.response import Stream

from workstation.hub.api.doors import Doors, doors_of
from workstation.hub.api.reading import AnyRequest
from workstation.hub.services.sessions import Caller

HEARTBEAT_S = 15.0
_LONGEST_BYE_S = 30.0
_LONGEST_ID = 16 * 1024


@get("/v1/events", media_type="text/event-stream")
async def events(request: AnyRequest) -> Stream:
    """Stream pokes until the token ends, the hub drains, or the caller goes."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    known = heads_of_id(request.headers.get("last-event-id", ""))
    return Stream(
        pokes(doors, caller, known),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def pokes(doors: Doors, caller: Caller, known: dict[str, int]) -> AsyncIterator[bytes]:
    """Yield the stream's bytes; ``known`` are the heads the caller has been told before."""
    yield f"retry: {random.randint(1000, 5000)}\n\n".encode()
    # A head that went back means another generation: the caller has to look as well.
    heads = await doors.heads.now(caller.scopes)
    if {scope: known.get(scope, 0) for scope in caller.scopes} != heads:
        yield poke(heads)
    known = heads
    while not doors.heads.is_draining:
        left_s = (caller.token_expires_at - doors.clock.now()).total_seconds()
        if left_s <= 0:
            return
        moved = await doors.heads.wait(known, caller.scopes, min(HEARTBEAT_S, left_s))
        if moved:
            known = {**known, **moved}
            yield poke(known)
        elif not doors.heads.is_draining:
            yield b": still here\n\n"
    yield b"event: bye\ndata: " + msgspec.json.encode({"after": random.uniform(0, _LONGEST_BYE_S)}) + b"\n\n"


def poke(heads: Mapping[str, int]) -> bytes:
    """Return one event: ``data`` is {scope: head}, ``id`` names these heads."""
    return _poke(tuple(sorted(heads.items())))


@lru_cache(maxsize=1024)
def _poke(heads: tuple[tuple[str, int], ...]) -> bytes:
    """Desks of one team are told the same: a thousand of them wait for one event to be written once."""
    body = msgspec.json.encode(dict(heads))
    name = base64.urlsafe_b64encode(body).rstrip(b"=")
    return b"event: poke\nid: " + name + b"\ndata: " + body + b"\n\n"


def heads_of_id(event_id: str) -> dict[str, int]:
    """Return the heads an event id names; nothing for one that is not ours."""
    if not event_id or len(event_id) > _LONGEST_ID:
        return {}
    try:
        raw = base64.urlsafe_b64decode(event_id.encode("ascii") + b"=" * (-len(event_id) % 4))
        return msgspec.json.decode(raw, type=dict[str, int])
    except (binascii.Error, UnicodeError, ValueError, msgspec.DecodeError):
        return {}


ROUTES = [events]
