"""Writing answers: JSON bytes, packed with gzip where it pays and the caller can read it."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
from litestar import Response

from workstation.hub.api.reading import AnyRequest

JSON_TYPE = "application/json"
_WORTH_PACKING = 1024


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return ``value`` as JSON."""
    return Response(
        content=msgspec.json.encode(value),
        status_code=status,
        media_type=JSON_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def packed_answer(request: AnyRequest, value: Any) -> Response[bytes]:
    """Return ``value`` as JSON, packed when the caller accepts gzip and it is worth it."""
    body = msgspec.json.encode(value)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(body) >= _WORTH_PACKING and _takes_gzip(request):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content=body, status_code=200, media_type=JSON_TYPE, headers=headers)


def _takes_gzip(request: AnyRequest) -> bool:
    for offer in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = offer.strip().partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
