"""Blobs: attachments under the hash of their bytes, uploaded in parts, checked when they are whole."""

from __future__ import annotations

import re

from workstation.casework.errors import RuleViolation
from workstation.hub.ports import Blobs
from workstation.hub.ports_values import BlobInfo, UploadState

LARGEST = 25 * 1024 * 1024
"""Bytes of one blob; mail servers take about as much."""
PART = 1024 * 1024
"""Bytes that are kept in one go; a broken upload goes on after the last part."""

_HASH = re.compile(r"[0-9a-f]{64}")


class BlobDesk:
    """Blobs of one tenant."""

    def __init__(self, blobs: Blobs, tenant_id: str) -> None:
        self._blobs = blobs
        self._tenant_id = tenant_id

    def info(self, sha256: str) -> BlobInfo | None:
        """Return size and date of a whole blob.

        Raises:
            RuleViolation: ``blob.malformed``.
        """
        return self._blobs.info(self._tenant_id, _checked_hash(sha256))

    def received(self, sha256: str) -> int:
        """Return how many bytes of an unfinished upload are there."""
        return self._blobs.received(self._tenant_id, _checked_hash(sha256))

    def read(self, sha256: str, start: int, length: int) -> bytes:
        """Return a part of a blob.

        Raises:
            RuleViolation: ``blob.malformed``, ``blob.unknown``.
        """
        content = self._blobs.read(self._tenant_id, _checked_hash(sha256), start, length)
        if content is None:
            raise RuleViolation("blob.unknown", sha256=sha256)
        return content

    def check_size(self, sha256: str, size: int) -> None:
        """Refuse what can never become a blob.

        Raises:
            RuleViolation: ``blob.malformed``, ``blob.too_large``.
        """
        _checked_hash(sha256)
        if size > LARGEST:
            raise RuleViolation("blob.too_large", size=size, most=LARGEST)

    def add(self, sha256: str, size: int, offset: int, part: bytes) -> UploadState:
        """Keep a part of an upload.

        Raises:
            RuleViolation: ``blob.gap`` (params: received), ``blob.wrong_hash``.
        """
        return self._blobs.upload(self._tenant_id, _checked_hash(sha256), size, offset, part)


def _checked_hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise RuleViolation("blob.malformed")
    return text
