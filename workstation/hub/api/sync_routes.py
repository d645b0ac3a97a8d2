"""Commands up, state down, and questions to what is not on the desk."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post

from workstation.casework.wire.codec import OLDEST, SCHEMA
from workstation.casework.wire.commands import MAX_BATCH, MAX_BATCH_BYTES, LookupRequest
from workstation.casework.wire.sync import (
    MAX_CURSORS_TEXT,
    MAX_WAIT_S,
    PAGE_BYTES,
    PAGE_ROWS,
    DigestAnswer,
    PullAnswer,
    PullRequest,
)
from workstation.hub.api.answering import json_answer, packed_answer
from workstation.hub.api.doors import Doors, doors_of
from workstation.hub.api.problems import HttpProblem
from workstation.hub.api.reading import AnyRequest, json_body, query_number, query_text
from workstation.hub.services.online_search import MOST
from workstation.hub.services.sessions import Caller

_MOST_LOOKUPS = 1000
_LARGEST_PULL = 256 * 1024


@post("/v1/commands", status_code=200)
async def commands(request: AnyRequest) -> Response[bytes]:
    """Take a batch of commands; each gets its own verdict, whatever the others are.

    ``?generation=...`` is the one the device has spoken to: of another nothing is taken, with 409. Nor is
    it when ``?cursors=...`` (JSON: scope -> seq) are beyond what is here: then the data is older than the
    device's, whatever it is called.
    """
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pushes.check(caller.device.device_id)
    generation = query_text(request, "generation")
    cursors = _cursors(request)
    batch = await json_body(request, list[msgspec.Raw], MAX_BATCH_BYTES)
    if len(batch) > MAX_BATCH:
        raise HttpProblem(413, "commands.too_many", {"most": str(MAX_BATCH)})
    ahead = await doors.heads.beyond({scope: cursors[scope] for scope in caller.scopes if scope in cursors})
    if ahead:
        raise HttpProblem(409, "feed.cursor_ahead", {"scope": ahead})
    answer = await doors.lanes.write(lambda: doors.receive(caller, batch, generation))
    doors.heads.nudge()
    return json_answer(answer)


def _cursors(request: AnyRequest) -> dict[str, int]:
    text = query_text(request, "cursors", MAX_CURSORS_TEXT)
    try:
        found = msgspec.json.decode(text, type=dict[str, int]) if text else {}
    except msgspec.DecodeError as error:
        detail = {"path": "?cursors", "expected": "a JSON object of whole numbers"}
        raise HttpProblem(422, "http.invalid", details=(detail,)) from error
    return found


@post("/v1/commands/lookup", status_code=200)
async def lookup(request: AnyRequest) -> Response[bytes]:
    """Say what became of commands; ids the hub never saw are left out."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    asked = await json_body(request, LookupRequest, MAX_BATCH_BYTES)
    if len(asked.ids) > _MOST_LOOKUPS:
        raise HttpProblem(413, "commands.too_many", {"most": str(_MOST_LOOKUPS)})
    return json_answer(await doors.lanes.read(lambda: doors.look_up(caller, asked.ids)))


@post("/v1/sync/pull", status_code=200)
async def pull(request: AnyRequest) -> Response[bytes]:
    """Give the next page of the feed; with ``wait_s`` wait until there is one."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    asked = _checked_pull(await json_body(request, PullRequest, _LARGEST_PULL))
    answer = await doors.lanes.read(lambda: doors.pull(caller, asked))
    is_up_to_date = not answer.rows and set(asked.cursors) >= set(caller.scopes)
    if is_up_to_date and asked.wait_s:
        answer = await _after_waiting(doors, request, caller, asked)
    return packed_answer(request, answer)


async def _after_waiting(doors: Doors, request: AnyRequest, caller: Caller, asked: PullRequest) -> PullAnswer:
    if await doors.heads.wait(asked.cursors, caller.scopes, asked.wait_s):
        # Whoever was disabled while waiting gets nothing more.
        caller = await doors.caller(request)
    return await doors.lanes.read(lambda: doors.pull(caller, asked))


def _checked_pull(asked: PullRequest) -> PullRequest:
    if not OLDEST <= asked.schema <= SCHEMA:
        params = {"oldest": str(OLDEST), "newest": str(SCHEMA)}
        raise HttpProblem(426, "feed.schema_unsupported", params, headers={"Upgrade": f"schema/{SCHEMA}"})
    checks = [
        ("$.limit", asked.limit, 1, PAGE_ROWS),
        ("$.max_bytes", asked.max_bytes, 1024, PAGE_BYTES),
        ("$.wait_s", asked.wait_s, 0, MAX_WAIT_S),
        *((f"$.cursors.{scope[:80]}", seq, 0, 2**62) for scope, seq in asked.cursors.items()),
    ]
    details = tuple(
        {"path": path, "expected": f"a whole number from {least} to {most}"}
        for path, value, least, most in checks
        if not least <= value <= most
    )
    if details or len(asked.cursors) > 1000 or len(asked.skip) > 1000:
        raise HttpProblem(422, "http.invalid", details=details[:20])
    return asked


@get("/v1/sync/digest/{scope_id:str}")
async def digest(request: AnyRequest, scope_id: str) -> Response[bytes]:
    """Say what a complete copy of a scope adds up to at its head ``?seq=...``; 409 when that has moved."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    seq = query_number(request, "seq", 0, 0, 2**62)
    if scope_id not in caller.scopes:
        raise HttpProblem(403, "scope.forbidden")
    sums = await doors.lanes.read(lambda: doors.digest(scope_id, seq))
    answer = DigestAnswer(scope=scope_id, seq=seq, count=sums.count, buckets=tuple(map(str, sums.buckets)))
    return packed_answer(request, answer)


@get("/v1/search")
async def search(request: AnyRequest) -> Response[bytes]:
    """Find cases and customers by number, name, address or words of the subject: ``?q=...&limit=...``."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    text = query_text(request, "q")
    limit = query_number(request, "limit", MOST, 1, MOST)
    return packed_answer(
        request, await doors.lanes.read(lambda: doors.search.find(text, caller.scopes, limit))
    )


@get("/v1/cases/{case_id:str}")
async def case(request: AnyRequest, case_id: str) -> Response[bytes]:
    """Give all of one case, however old."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    doors.pulls.check(caller.device.device_id)
    return packed_answer(request, await doors.lanes.read(lambda: doors.search.case(case_id, caller.scopes)))


ROUTES = [commands, lookup, pull, digest, search, case]
