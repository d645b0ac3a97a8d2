"""Blobs over HTTP: content-addressed, resumable up (Content-Range) and down (Range)."""

from __future__ import annotations

import re

from litestar import MediaType, Response, get, head, put

from workstation.casework.errors import RuleViolation
from workstation.casework.wire.search import UploadAnswer
from workstation.hub.api.answering import json_answer
from workstation.hub.api.doors import Doors, doors_of
from workstation.hub.api.problems import HttpProblem
from workstation.hub.api.reading import AnyRequest
from workstation.hub.ports_values import UploadState
from workstation.hub.services.blobs import LARGEST, PART

_CONTENT_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
_BLOB_TYPE = "application/octet-stream"


@head("/v1/blobs/{sha256:str}")
async def look(request: AnyRequest, sha256: str) -> Response[None]:
    """Say whether a blob is there; 404 with ``Upload-Offset`` says where an upload goes on."""
    doors = doors_of(request)
    await doors.caller(request)
    info = await doors.lanes.read(lambda: doors.blobs.info(sha256))
    if info is None:
        received = await doors.lanes.read(lambda: doors.blobs.received(sha256))
        raise HttpProblem(404, "blob.unknown", headers={"Upload-Offset": str(received)})
    headers = {"Upload-Offset": str(info.size), "Blob-Size": str(info.size), "Cache-Control": "no-store"}
    # A text, because an answer without a body has no bytes to be anything else; the framework fails there.
    return Response(content=None, status_code=200, media_type=MediaType.TEXT, headers=headers)


@get("/v1/blobs/{sha256:str}")
async def download(request: AnyRequest, sha256: str) -> Response[bytes]:
    """Give the bytes of a blob, or with ``Range: bytes=n-`` the rest of them."""
    doors = doors_of(request)
    await doors.caller(request)
    info = await doors.lanes.read(lambda: doors.blobs.info(sha256))
    if info is None:
        raise RuleViolation("blob.unknown", sha256=sha256[:64])
    start, length = _wanted_part(request, info.size)
    content = await doors.lanes.read(lambda: doors.blobs.read(sha256, start, length))
    headers = {
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
        # The bytes come from strangers: no browser shall ever show them as a page of this hub.
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    is_part = length != info.size
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{info.size}"
    return Response(
        content=content, status_code=206 if is_part else 200, media_type=_BLOB_TYPE, headers=headers
    )


def _wanted_part(request: AnyRequest, size: int) -> tuple[int, int]:
    wanted = request.headers.get("range", "")
    match = _RANGE.fullmatch(wanted)
    if not match:
        return 0, size
    start = int(match[1])
    end = min(int(match[2]), size - 1) if match[2] else size - 1
    if start > end:
        raise HttpProblem(416, "blob.range_wrong", headers={"Content-Range": f"bytes */{size}"})
    return start, end - start + 1


@put("/v1/blobs/{sha256:str}", status_code=200)
async def upload(request: AnyRequest, sha256: str) -> Response[bytes]:
    """Take a blob, whole or the part that ``Content-Range`` names; the hash is checked at the end."""
    doors = doors_of(request)
    await doors.caller(request)
    offset, size = _upload_range(request)
    await doors.lanes.read(lambda: doors.blobs.check_size(sha256, size))
    if await doors.lanes.read(lambda: doors.blobs.info(sha256)) is not None:
        return json_answer(UploadAnswer(sha256=sha256, received=size, is_complete=True))
    state = await _take_parts(request, doors, sha256, offset, size)
    answer = UploadAnswer(sha256=sha256, received=state.received, is_complete=state.is_complete)
    return json_answer(answer, 201 if state.is_complete else 202)


async def _take_parts(request: AnyRequest, doors: Doors, sha256: str, offset: int, size: int) -> UploadState:
    waiting = bytearray()

    async def keep(part: bytes) -> UploadState:
        nonlocal offset
        state = await doors.lanes.write(lambda: doors.blobs.add(sha256, size, offset, part))
        offset += len(part)
        return state

    state: UploadState | None = None
    async for piece in request.stream():
        waiting += piece
        if offset + len(waiting) > size:
            raise HttpProblem(422, "blob.malformed", {"size": str(size)}, headers={"Connection": "close"})
        while len(waiting) >= PART:
            state = await keep(bytes(waiting[:PART]))
            del waiting[:PART]
    if waiting or state is None:
        state = await keep(bytes(waiting))
    return state


def _upload_range(request: AnyRequest) -> tuple[int, int]:
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        raise HttpProblem(411, "http.length_required")
    given = request.headers.get("content-range")
    if given is None:
        offset, size = 0, int(length)
    else:
        match = _CONTENT_RANGE.fullmatch(given)
        numbers = tuple(int(number) for number in match.groups()) if match else (0, -1, 0)
        offset, last, size = numbers
        if not offset <= last < size or last - offset + 1 != int(length):
            detail = {"path": "Content-Range", "expected": "bytes FIRST-LAST/SIZE that fits Content-Length"}
            raise HttpProblem(422, "http.invalid", details=(detail,))
    if size > LARGEST:
        raise HttpProblem(
            413, "blob.too_large", {"size": str(size), "most": str(LARGEST)}, headers={"Connection": "close"}
        )
    return offset, size


ROUTES = [look, download, upload]
