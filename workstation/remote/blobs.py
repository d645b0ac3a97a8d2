"""Files to and from the hub by the hash of their bytes, in pieces that can be resumed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from workstation.casework.errors import RuleViolation
from workstation.ports import BlobSource, HubUnavailable
from workstation.system.crashpoint import crashpoint

Send = Callable[..., requests.Response]
PIECE = 1024 * 1024
_TYPE = "application/octet-stream"


def upload(send: Send, sha256: str, source: BlobSource) -> None:
    """Upload what ``source`` holds; what the hub has already is not sent again.

    Raises:
        OSError, keys.CannotOpen: the bytes cannot be read here.
    """
    there = send("HEAD", f"/v1/blobs/{sha256}")
    if there.status_code == 200:
        return
    size, offset = source.size(), _offset(there)
    if size == 0:
        send("PUT", f"/v1/blobs/{sha256}", data=b"", headers={"Content-Type": _TYPE})
        return
    while offset < size:
        piece = source.read(offset, PIECE)
        content_range = f"bytes {offset}-{offset + len(piece) - 1}/{size}"
        headers = {"Content-Type": _TYPE, "Content-Range": content_range}
        answer = send("PUT", f"/v1/blobs/{sha256}", data=piece, headers=headers)
        crashpoint("desk.upload.piece")
        if answer.status_code == 409:
            # Somebody else uploads the same bytes, or a try of ours got further than we heard.
            there = send("HEAD", f"/v1/blobs/{sha256}")
            offset = size if there.status_code == 200 else _offset(there)
        else:
            offset += len(piece)


def download(send: Send, sha256: str, target: Path) -> None:
    """Download into ``target`` (mode 0600, in one move at the end).

    Raises:
        RuleViolation: ``blob.unknown``. HubUnavailable: what came is not what was asked for.
    """
    answer: Any = send("GET", f"/v1/blobs/{sha256}", stream=True)
    if answer.status_code == 404:
        raise RuleViolation("blob.unknown", sha256=sha256)
    waiting = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            try:
                for piece in answer.iter_content(PIECE):
                    digest.update(piece)
                    file.write(piece)
            except requests.RequestException as error:
                raise HubUnavailable("net.no_connection") from error
        if digest.hexdigest() != sha256:
            raise HubUnavailable("net.blob_differs")
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
        answer.close()


def _offset(answer: requests.Response) -> int:
    text = answer.headers.get("Upload-Offset", "0")
    return int(text) if text.isdigit() else 0
