"""The hub's OpenAPI 3.1 description, made from the wire types and a table of operations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get

from workstation.casework.wire import sync
from workstation.casework.wire.commands import MAX_BATCH, CommandsAnswer, Envelope, LookupRequest
from workstation.casework.wire.search import SearchAnswer, UploadAnswer
from workstation.casework.wire.session import (
    Challenge,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    HelloRequest,
    Presence,
    PresenceAnswer,
    SessionAnswer,
    SessionRequest,
    TokenAnswer,
    TokenRequest,
)
from workstation.casework.wire.sync import Problem, PullRequest
from workstation.hub.api.problems import PROBLEM_TYPE
from workstation.hub.api.reading import AnyRequest
from workstation.hub.api.session_routes import StopRequest, TimeAnswer

_JSON = "application/json"
_BYTES = "application/octet-stream"
_EVENTS = "text/event-stream"
_HASH = {
    "name": "sha256",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_CASE = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_SCOPE = {"name": "scope_id", "in": "path", "required": True, "schema": {"type": "string"}}
_SEQ = {"name": "seq", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 0}}
_CURSORS = {
    "name": "cursors",
    "in": "query",
    "schema": {"type": "string", "maxLength": sync.MAX_CURSORS_TEXT},
    "description": "JSON object: scope to seq, as far as the device has read",
}
_GENERATION = {"name": "generation", "in": "query", "schema": {"type": "string", "maxLength": 200}}
_BUCKET = {
    "name": "bucket",
    "in": "query",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 255},
}
_IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
_IF_RANGE = {"name": "If-Range", "in": "header", "schema": {"type": "string"}}
_QUERY = {"name": "q", "in": "query", "required": True, "schema": {"type": "string", "maxLength": 200}}
_LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
_LAST_EVENT = {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}
_RANGE_UP = {"name": "Content-Range", "in": "header", "schema": {"type": "string"}}
_RANGE_DOWN = {"name": "Range", "in": "header", "schema": {"type": "string"}}


class FeedRow(sync.FeedRow, frozen=True, kw_only=True):
    """As :class:`sync.FeedRow`; described without the empty body it has by default."""

    body: msgspec.Raw | None = None  # type: ignore[assignment]


class PullAnswer(sync.PullAnswer, frozen=True, kw_only=True):
    """As :class:`sync.PullAnswer`."""

    rows: tuple[FeedRow, ...] = ()


class BucketAnswer(sync.BucketAnswer, frozen=True, kw_only=True):
    """As :class:`sync.BucketAnswer`."""

    rows: tuple[FeedRow, ...] = ()


class BackfillAnswer(sync.BackfillAnswer, frozen=True, kw_only=True):
    """As :class:`sync.BackfillAnswer`."""

    rows: tuple[FeedRow, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One row of the table; ``body`` and ``answer`` are wire types or media types."""

    method: str
    path: str
    summary: str
    body: Any = None
    answer: Any = None
    status: int = 200
    is_open: bool = False
    parameters: tuple[dict[str, Any], ...] = ()


OPERATIONS: tuple[Operation, ...] = (
    Operation("post", "/v1/hello", "The hub proves who it is", HelloRequest, Hello, is_open=True),
    Operation("post", "/v1/devices/enrol", "Enrol a device", EnrolRequest, EnrolAnswer, is_open=True),
    Operation("post", "/v1/challenge", "A text to sign", ChallengeRequest, Challenge, is_open=True),
    Operation("post", "/v1/session", "Sign in", SessionRequest, SessionAnswer, is_open=True),
    Operation("delete", "/v1/session", "Sign out", status=204),
    Operation("post", "/v1/token", "The next token of a session", TokenRequest, TokenAnswer, is_open=True),
    Operation("get", "/v1/time", "The hub's time", None, TimeAnswer, is_open=True),
    Operation(
        "post",
        "/v1/commands",
        "Commands, a verdict for each",
        list[Envelope],
        CommandsAnswer,
        parameters=(_GENERATION, _CURSORS),
    ),
    Operation("post", "/v1/commands/lookup", "Verdicts given before", LookupRequest, CommandsAnswer),
    Operation("post", "/v1/sync/pull", "A page of the feed", PullRequest, PullAnswer),
    Operation(
        "get",
        "/v1/sync/digest/{scope_id}",
        "Sums of a scope",
        None,
        sync.DigestAnswer,
        parameters=(_SCOPE, _SEQ),
    ),
    Operation(
        "get",
        "/v1/sync/bucket/{scope_id}",
        "All entities of one bucket of a digest",
        None,
        BucketAnswer,
        parameters=(_SCOPE, _SEQ, _BUCKET),
    ),
    Operation(
        "get",
        "/v1/sync/snapshot/{scope_id}",
        "A scope as a packed file",
        None,
        "application/gzip",
        parameters=(_SCOPE, _IF_NONE_MATCH, _IF_RANGE, _RANGE_DOWN),
    ),
    Operation("post", "/v1/sync/backfill", "Bodies again", sync.BackfillRequest, BackfillAnswer),
    Operation("get", "/v1/events", "Pokes", None, _EVENTS, parameters=(_LAST_EVENT,)),
    Operation("head", "/v1/blobs/{sha256}", "Whether a blob is there", parameters=(_HASH,)),
    Operation("get", "/v1/blobs/{sha256}", "A blob", None, _BYTES, parameters=(_HASH, _RANGE_DOWN)),
    Operation(
        "put", "/v1/blobs/{sha256}", "Upload a blob", _BYTES, UploadAnswer, 201, parameters=(_HASH, _RANGE_UP)
    ),
    Operation("post", "/v1/presence", "Who is at which case", Presence, PresenceAnswer),
    Operation("get", "/v1/search", "Find cases, customers", None, SearchAnswer, parameters=(_QUERY, _LIMIT)),
    Operation("get", "/v1/cases/{case_id}", "All of one case", None, SearchAnswer, parameters=(_CASE,)),
    Operation("post", "/v1/hub/stop", "End an embedded hub", StopRequest, None, 202, is_open=True),
    Operation("get", "/v1/openapi.json", "This description", None, _JSON, is_open=True),
)


def _schema_hook(kind: type) -> dict[str, Any]:
    if kind is msgspec.Raw:
        return {"description": "JSON, passed on unread"}
    raise TypeError(f"no schema for {kind}")


@cache
def document(version: str) -> bytes:
    """Return the description as JSON bytes."""
    kinds = [Problem]
    kinds += [kind for row in OPERATIONS for kind in (row.body, row.answer) if _is_wire(kind)]
    schemas, components = msgspec.json.schema_components(
        kinds, schema_hook=_schema_hook, ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip((str(kind) for kind in kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method] = _operation(row, schema_of)
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Workstation hub", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=1)


def _is_wire(kind: Any) -> bool:
    return kind is not None and not isinstance(kind, str)


def _content(kind: Any, schema_of: dict[str, Any]) -> dict[str, Any]:
    if isinstance(kind, str):
        return {kind: {"schema": {"type": "string"} if kind != _JSON else {}}}
    return {_JSON: {"schema": schema_of[str(kind)]}}


def _operation(row: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    problem = {
        "description": "A problem with one of the codes of the rules",
        "content": {PROBLEM_TYPE: {"schema": schema_of[str(Problem)]}},
    }
    answer: dict[str, Any] = {"description": row.summary}
    if row.answer is not None:
        answer["content"] = _content(row.answer, schema_of)
    made: dict[str, Any] = {
        "summary": row.summary,
        "operationId": f"{row.method}_{row.path.strip('/').replace('/', '_').translate(_PLAIN)}",
        "responses": {str(row.status): answer, "default": problem},
    }
    if row.parameters:
        made["parameters"] = list(row.parameters)
    if row.body is not None:
        made["requestBody"] = {"required": True, "content": _content(row.body, schema_of)}
    if row.path == "/v1/commands":
        made["description"] = (
            f"At most {MAX_BATCH} commands; an unknown type only fails itself. A device that names the"
            " generation it has spoken to gets 409 feed.generation_changed from a hub of another one, before"
            " anything is taken: it first offers again what it had handed over."
        )
    if row.is_open:
        made["security"] = []
    return made


_PLAIN = str.maketrans({"{": "", "}": "", ".": "_"})


@get("/v1/openapi.json")
async def description(request: AnyRequest) -> Response[bytes]:
    """Give the description."""
    return Response(content=document(str(request.app.state.version)), media_type=_JSON)


ROUTES = [description]
