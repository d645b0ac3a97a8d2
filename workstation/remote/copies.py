"""Whole copies from the hub: pieces of a snapshot, digests and buckets, bodies again, online search."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
import requests

from workstation.casework.wire import codec
from workstation.casework.wire.search import SearchAnswer
from workstation.casework.wire.sync import BackfillAnswer, BackfillRequest, BucketAnswer, DigestAnswer
from workstation.ports import HubUnavailable, ProtocolMismatch
from workstation.ports.copies import SnapshotPiece

T = TypeVar("T")
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class CopyCalls:
    """Implements :class:`workstation.ports.copies.HubCopies`; mixed into the hub's client."""

    _send: Callable[..., requests.Response]
    _checked: Callable[..., requests.Response]
    _post: Callable[..., Any]

    def snapshot_piece(self, scope: str, start: int, length: int, etag: str) -> SnapshotPiece | None:
        """Return bytes of the snapshot ``etag``, or the beginning of a newer one; None when there is none."""
        headers = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
        if etag:
            headers["If-Range"] = f'"{etag}"'
        answer = self._send("GET", f"/v1/sync/snapshot/{quote(scope)}", headers=headers, stream=True)
        with answer:
            self._checked(answer, known=(206, 404, 416))
            if answer.status_code in (404, 416):
                return None
            given = answer.headers.get("ETag", "").strip('"')
            first, total = 0, answer.headers.get("Content-Length", "")
            if answer.status_code == 206:
                match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
                if match is None:
                    raise HubUnavailable("net.not_the_hub")
                first, total = int(match[1]), match[3]
            if not given or not total.isdigit():
                raise HubUnavailable("net.not_the_hub")
            try:
                # The beginning of a newer one may come whole: only this piece of it is read.
                content = _read(answer, length)
            except (requests.RequestException, OSError) as error:
                raise HubUnavailable("net.no_connection") from error
        if len(content) < min(length, int(total) - first):
            raise HubUnavailable("net.no_connection")
        return SnapshotPiece(etag=given, total=int(total), start=first, content=content)

    def digest(self, scope: str, seq: int) -> DigestAnswer:
        """Return what a complete copy adds up to at its head ``seq``."""
        return self._get(f"/v1/sync/digest/{quote(scope)}?seq={seq}", DigestAnswer)

    def bucket(self, scope: str, seq: int, number: int) -> BucketAnswer:
        """Return all entities of one bucket of the digest."""
        return self._get(f"/v1/sync/bucket/{quote(scope)}?seq={seq}&bucket={number}", BucketAnswer)

    def backfill(self, request: BackfillRequest) -> BackfillAnswer:
        """Return bodies of some kinds again."""
        answer: BackfillAnswer = self._post("/v1/sync/backfill", request, BackfillAnswer)
        return answer

    def search(self, text: str, limit: int) -> SearchAnswer:
        """Return cases and customers that fit, however old."""
        return self._get(f"/v1/search?{urlencode({'q': text, 'limit': limit})}", SearchAnswer)

    def case_file(self, case_id: str) -> SearchAnswer:
        """Return all of one case, however old; raises RuleViolation ``case.unknown``."""
        return self._get(f"/v1/cases/{quote(case_id)}", SearchAnswer)

    def _get(self, path: str, kind: type[T]) -> T:
        response = self._checked(self._send("GET", path))
        try:
            return codec.decode(response.content, kind)
        except msgspec.ValidationError as error:
            raise ProtocolMismatch("protocol.other_shape") from error
        except msgspec.DecodeError as error:
            raise HubUnavailable("net.not_the_hub") from error


def _read(answer: requests.Response, length: int) -> bytes:
    found = bytearray()
    for part in answer.iter_content(64 * 1024):
        found += part
        if len(found) >= length:
            break
    return bytes(found[:length])
