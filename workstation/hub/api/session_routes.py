"""Coming in: hello, enrolment, challenge, signing in and out, tokens, the time, presence."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Response, delete, get, post

from workstation.casework.wire.session import (
    ChallengeRequest,
    EnrolRequest,
    HelloRequest,
    Presence,
    SessionRequest,
    TokenRequest,
)
from workstation.hub.api.answering import json_answer
from workstation.hub.api.doors import doors_of
from workstation.hub.api.problems import HttpProblem
from workstation.hub.api.reading import AnyRequest, json_body


class TimeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of ``GET /v1/time``."""

    server_time: datetime


class StopRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/hub/stop``."""

    local_proof: str


@post("/v1/hello", status_code=200)
async def hello(request: AnyRequest) -> Response[bytes]:
    """Say who this hub is, proved by a signature."""
    doors = doors_of(request)
    asked = await json_body(request, HelloRequest)
    return json_answer(await doors.lanes.read(lambda: doors.sessions.hello(asked.nonce)))


@post("/v1/devices/enrol", status_code=200)
async def enrol(request: AnyRequest) -> Response[bytes]:
    """Take a device in; an owner approves its code."""
    doors = doors_of(request)
    doors.check_stranger(request)
    asked = await json_body(request, EnrolRequest)
    return json_answer(await doors.lanes.write(lambda: doors.devices.enrol(asked)))


@post("/v1/challenge", status_code=200)
async def challenge(request: AnyRequest) -> Response[bytes]:
    """Give a device a text to sign."""
    doors = doors_of(request)
    doors.check_stranger(request)
    asked = await json_body(request, ChallengeRequest)
    return json_answer(await doors.lanes.write(lambda: doors.sessions.challenge(asked.device_id)))


@post("/v1/session", status_code=200)
async def sign_in(request: AnyRequest) -> Response[bytes]:
    """Sign a person in at a device."""
    doors = doors_of(request)
    doors.check_stranger(request)
    asked = await json_body(request, SessionRequest)
    return json_answer(await doors.lanes.write(lambda: doors.sessions.sign_in(asked)))


@delete("/v1/session", status_code=204)
async def sign_out(request: AnyRequest) -> None:
    """Sign the person out."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    await doors.lanes.write(lambda: doors.sessions.end(caller.session_id))
    doors.presence.leave(caller.session_id)


@post("/v1/token", status_code=200)
async def token(request: AnyRequest) -> Response[bytes]:
    """Give a session its next token."""
    doors = doors_of(request)
    asked = await json_body(request, TokenRequest)
    return json_answer(await doors.lanes.write(lambda: doors.sessions.refresh(asked)))


@get("/v1/time")
async def server_time(request: AnyRequest) -> Response[bytes]:
    """Say what time it is at the hub."""
    return json_answer(TimeAnswer(server_time=doors_of(request).clock.now()))


@post("/v1/presence", status_code=200)
async def presence(request: AnyRequest) -> Response[bytes]:
    """Note where the person is; answer who else is at a case."""
    doors = doors_of(request)
    caller = await doors.caller(request)
    said = await json_body(request, Presence)
    person = caller.person
    return json_answer(
        doors.presence.report(caller.session_id, person.person_id, person.name, caller.scopes, said)
    )


@post("/v1/hub/stop", status_code=202)
async def stop(request: AnyRequest) -> Response[bytes]:
    """End an embedded hub; only somebody who can read its endpoint file may."""
    doors = doors_of(request)
    asked = await json_body(request, StopRequest)
    if not doors.stopper.is_allowed(asked.local_proof):
        raise HttpProblem(403, "scope.forbidden")
    doors.stopper.ask()
    return json_answer({}, 202)


ROUTES = [stop, hello, enrol, challenge, sign_in, sign_out, token, server_time, presence]
