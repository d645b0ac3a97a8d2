"""Reading requests: size, media type, shape, bearer token; each refusal names what was wrong."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from workstation.hub.api.problems import HttpProblem, shape_problem

T = TypeVar("T")

AnyRequest = Request[Any, Any, Any]

SMALL_BODY = 16 * 1024
"""Bytes a request may have where nothing larger is expected."""


async def raw_body(request: AnyRequest, max_bytes: int, media_type: str = "application/json") -> bytes:
    """Return the body.

    Raises:
        HttpProblem: 415 for another media type, 413 for more than ``max_bytes``, 400 for a broken body.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise HttpProblem(415, "http.media_type", {"expected": media_type, "given": given[:80]})
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpProblem(415, "http.media_type", {"expected": "identity", "given": "content-encoding"})
    length = request.headers.get("content-length")
    if length is not None and (not length.isascii() or not length.isdigit() or int(length) > max_bytes):
        raise too_large(max_bytes)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > max_bytes:
            raise too_large(max_bytes)
    return bytes(body)


def too_large(max_bytes: int) -> HttpProblem:
    """Return the refusal of a body over ``max_bytes``; the rest of it is not read."""
    return HttpProblem(413, "http.too_large", {"max_bytes": str(max_bytes)}, headers={"Connection": "close"})


async def json_body(request: AnyRequest, kind: type[T], max_bytes: int = SMALL_BODY) -> T:
    """Return the body as ``kind``.

    Raises:
        HttpProblem: as :func:`raw_body`; 400 not JSON; 422 JSON of another shape.
    """
    raw = await raw_body(request, max_bytes)
    try:
        value = msgspec.json.decode(raw, type=kind)
        # A lone surrogate can be written in JSON and stored nowhere: it is refused at the door.
        msgspec.json.encode(value)
    except msgspec.DecodeError as error:
        raise shape_problem(error) from error
    except (UnicodeError, RecursionError) as error:
        raise HttpProblem(400, "http.malformed") from error
    if b"\\u0000" in raw and kind != list[msgspec.Raw] and _holds_nul(msgspec.to_builtins(value)):
        # No database keeps it, and nobody types it.
        raise HttpProblem(422, "http.invalid", details=({"path": "$", "expected": "no NUL characters"},))
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list | tuple) and any(_holds_nul(inner) for inner in value)


def query_text(request: AnyRequest, name: str, longest: int = 200) -> str:
    """Return a query parameter, empty when it is absent.

    Raises:
        HttpProblem: 422 when it is longer than ``longest`` characters or holds a NUL.
    """
    values = request.query_params.getall(name, [])
    text = str(values[-1]) if values else ""
    if len(text) > longest or "\x00" in text or len(values) > 1:
        detail = {"path": f"?{name}", "expected": f"at most {longest} characters, once"}
        raise HttpProblem(422, "http.invalid", details=(detail,))
    return text


def query_number(request: AnyRequest, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number of the query between ``least`` and ``most``.

    Raises:
        HttpProblem: 422 otherwise.
    """
    text = query_text(request, name, 20)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        detail = {"path": f"?{name}", "expected": f"a whole number from {least} to {most}"}
        raise HttpProblem(422, "http.invalid", details=(detail,))
    return int(text)


def bearer(request: AnyRequest) -> str:
    """Return the bearer token.

    Raises:
        HttpProblem: 401 when there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HttpProblem(401, "session.token_missing", headers={"WWW-Authenticate": "Bearer"})
    return token.strip()
