"""Errors as they leave the hub: problem+json (RFC 9457) with a code of the rules, never a sentence."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from workstation.casework.errors import RuleViolation
from workstation.casework.wire.sync import Problem
from workstation.system.sqlite import StoreUnusable

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"

_STATUS_OF_CODE: dict[str, int] = {
    "session.token_missing": 401,
    "session.token_invalid": 401,
    "session.token_expired": 401,
    "session.ended": 401,
    "session.password_wrong": 401,
    "session.challenge_invalid": 401,
    "session.signature_invalid": 401,
    "session.too_many_attempts": 429,
    "session.too_many_requests": 429,
    "device.unknown": 403,
    "device.waiting": 403,
    "device.revoked": 403,
    "device.key_changed": 409,
    "device.too_many_waiting": 429,
    "person.inactive": 401,
    "scope.forbidden": 403,
    "feed.cursor_below_floor": 410,
    "feed.cursor_ahead": 409,
    "feed.generation_changed": 409,
    "feed.moved": 409,
    "feed.schema_unsupported": 426,
    "snapshot.none": 404,
    "blob.unknown": 404,
    "blob.gap": 409,
    "blob.too_large": 413,
    "case.unknown": 404,
    "hub.draining": 503,
    "hub.busy": 503,
}

_CODE_OF_STATUS: dict[int, str] = {
    400: "http.malformed",
    401: "session.token_missing",
    403: "scope.forbidden",
    404: "http.not_found",
    405: "http.method_not_allowed",
    411: "http.length_required",
    413: "http.too_large",
    414: "http.too_large",
    415: "http.media_type",
    429: "session.too_many_requests",
    503: "hub.busy",
}

_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.+)`)?$", re.DOTALL)


class HttpProblem(Exception):
    """An error of the door itself; ``details`` name single fields: ``{"path": ..., "expected": ...}``."""

    def __init__(
        self,
        status: int,
        code: str,
        params: Mapping[str, str] | None = None,
        details: tuple[dict[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.params = dict(params or {})
        self.details = details
        self.headers = dict(headers or {})


def problem_bytes(error: HttpProblem) -> bytes:
    """Return the body of ``error``."""
    problem = Problem(
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        params=error.params,
        details=error.details,
    )
    return msgspec.json.encode(problem)


def response_of(error: HttpProblem) -> Response[bytes]:
    """Return ``error`` as a response."""
    return Response(
        content=problem_bytes(error),
        status_code=error.status,
        media_type=PROBLEM_TYPE,
        headers={"Cache-Control": "no-store", **error.headers},
    )


def shape_problem(error: msgspec.DecodeError) -> HttpProblem:
    """Return a body that is not JSON (400) or JSON of another shape (422), with the path of the field."""
    if not isinstance(error, msgspec.ValidationError):
        return HttpProblem(400, "http.malformed", {"what": _short(str(error))})
    return HttpProblem(422, "http.invalid", details=(field_detail(error),))


def field_detail(error: msgspec.ValidationError) -> dict[str, str]:
    """Return which field is wrong and what was expected there."""
    match = _PATH.match(str(error))
    what, path = (match["what"], match["path"]) if match else (str(error), None)
    return {"path": _short(path or "$"), "expected": _short(what)}


def of_rule(error: RuleViolation) -> HttpProblem:
    """Return the problem of a rule that said no; 422 where the code names no other status."""
    params = {name: str(value) for name, value in error.params.items()}
    headers = {"Retry-After": params["retry_after_s"]} if "retry_after_s" in params else {}
    return HttpProblem(_STATUS_OF_CODE.get(error.code, 422), error.code, params, headers=headers)


def on_problem(_: Request[Any, Any, Any], error: HttpProblem) -> Response[bytes]:
    """Exception handler of the door's own errors."""
    return response_of(error)


def on_rule_violation(_: Request[Any, Any, Any], error: RuleViolation) -> Response[bytes]:
    """Exception handler of rules."""
    return response_of(of_rule(error))


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Exception handler of the web framework's own refusals (unknown path, wrong method, too large)."""
    status = error.status_code
    if isinstance(error, NotFoundException):
        status = 404
    if isinstance(error, MethodNotAllowedException):
        status = 405
    if status >= 500:
        return on_bug(request, error)
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    code = _CODE_OF_STATUS.get(status, "http.malformed")
    return response_of(HttpProblem(status, code, headers=headers))


def on_store_unusable(request: Request[Any, Any, Any], error: StoreUnusable) -> Response[bytes]:
    """Exception handler of a database that cannot be used now: come again, nothing was lost."""
    log.error("database unusable: %s %s: %s", request.method, request.url.path, error.reason)
    return response_of(HttpProblem(503, "hub.busy", headers={"Retry-After": "5"}))


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Exception handler of everything else: logged with its trace, told to nobody outside."""
    log.error("request failed: %s %s", request.method, request.url.path, exc_info=error)
    return response_of(HttpProblem(500, "hub.internal"))


def _short(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:200]
