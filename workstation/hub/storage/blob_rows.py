"""Blobs in chunks under their hash, in the database, so that every node and every backup has them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import sha256_hex
from workstation.hub.ports_values import BlobInfo, UploadState
from workstation.hub.storage.sql import Session, micros, moment

if TYPE_CHECKING:
    from workstation.hub.storage.database import SqlDatabase


CHUNK = 1024 * 1024
MAX_BLOB = 64 * 1024 * 1024
_BLOB = """
INSERT INTO blob (tenant_id, sha256, size, received, is_complete, created_at)
VALUES (:tenant_id, :sha256, :size, 0, 0, :at) ON CONFLICT DO NOTHING
"""
_CHUNK = """
INSERT INTO blob_chunk (tenant_id, sha256, start, content) VALUES (:tenant_id, :sha256, :start, :content)
"""
_PROGRESS = """
UPDATE blob SET received = :received, is_complete = :is_complete
WHERE tenant_id = :tenant_id AND sha256 = :sha256
"""


class SqlBlobs:
    """Implements :class:`workstation.hub.ports.Blobs`."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def info(self, tenant_id: str, sha256: str) -> BlobInfo | None:
        """Return size and date of a complete blob."""
        row = self._database.look(
            lambda session: session.row(
                "SELECT size, created_at FROM blob"
                " WHERE tenant_id = :tenant_id AND sha256 = :sha256 AND is_complete = 1",
                tenant_id=tenant_id,
                sha256=sha256,
            )
        )
        return None if row is None else BlobInfo(sha256, int(row[0]), moment(row[1]))

    def read(self, tenant_id: str, sha256: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return (a part of) a complete blob's bytes, or None when there is no such blob."""
        info = self.info(tenant_id, sha256)
        if info is None:
            return None
        end = info.size if length is None else min(info.size, start + length)
        rows = self._database.look(
            lambda session: session.rows(
                "SELECT start, content FROM blob_chunk WHERE tenant_id = :tenant_id AND sha256 = :sha256"
                " AND start < :end AND start > :begin ORDER BY start",
                tenant_id=tenant_id,
                sha256=sha256,
                end=end,
                begin=start - MAX_BLOB - 1 if start < CHUNK else start - CHUNK - 1,
            )
        )
        if not rows:
            return b""
        first = int(rows[0][0])
        return b"".join(bytes(row[1]) for row in rows)[max(0, start - first) : max(0, end - first)]

    def received(self, tenant_id: str, sha256: str) -> int:
        """Return how many bytes of a blob are there, whole or not."""
        found = self._database.look(
            lambda session: session.value(
                "SELECT received FROM blob WHERE tenant_id = :tenant_id AND sha256 = :sha256",
                tenant_id=tenant_id,
                sha256=sha256,
            )
        )
        return int(found or 0)

    def put(self, tenant_id: str, content: bytes) -> str:
        """Store bytes and return their SHA-256; storing them twice keeps one."""
        sha256 = sha256_hex(content)
        self.upload(tenant_id, sha256, len(content), 0, content)
        return sha256

    def upload(self, tenant_id: str, sha256: str, size: int, offset: int, chunk: bytes) -> UploadState:
        """Add a chunk at ``offset``; bytes that are there already are skipped.

        Raises:
            RuleViolation: ``blob.too_large``, ``blob.malformed``, ``blob.gap`` (params: received),
                ``blob.wrong_hash`` (everything received is thrown away).
        """
        if size > MAX_BLOB:
            raise RuleViolation("blob.too_large", size=size, most=MAX_BLOB)
        is_hash = len(sha256) == 64 and all(character in "0123456789abcdef" for character in sha256)
        if not is_hash or offset < 0 or size < 0 or offset + len(chunk) > size:
            raise RuleViolation("blob.malformed")
        at = micros(self._database.now())

        def work(session: Session) -> UploadState:
            session.do(_BLOB, tenant_id=tenant_id, sha256=sha256, size=size, at=at)
            row = session.row(
                "SELECT size, received, is_complete FROM blob"
                f" WHERE tenant_id = :tenant_id AND sha256 = :sha256{session.for_update}",
                tenant_id=tenant_id,
                sha256=sha256,
            )
            if row[2]:
                return UploadState(sha256, int(row[0]), True)
            return _append(session, tenant_id, sha256, size, int(row[1]), offset, chunk)

        state = self._database.outside(work)
        if not state.is_complete and state.received == size:
            self.delete(tenant_id, sha256)
            raise RuleViolation("blob.wrong_hash")
        return state

    def delete(self, tenant_id: str, sha256: str) -> None:
        """Delete a blob."""

        def work(session: Session) -> None:
            for table in ("blob_chunk", "blob"):
                session.do(
                    f"DELETE FROM {table} WHERE tenant_id = :tenant_id AND sha256 = :sha256",
                    tenant_id=tenant_id,
                    sha256=sha256,
                )

        self._database.outside(work)


def _append(
    session: Session, tenant_id: str, sha256: str, size: int, received: int, offset: int, chunk: bytes
) -> UploadState:
    if offset > received:
        raise RuleViolation("blob.gap", received=received)
    fresh = chunk[received - offset :]
    parts = [
        {
            "tenant_id": tenant_id,
            "sha256": sha256,
            "start": received + start,
            "content": fresh[start : start + CHUNK],
        }
        for start in range(0, len(fresh), CHUNK)
    ]
    session.later(_CHUNK, parts)
    received += len(fresh)
    is_complete = received == size and _hash(session, tenant_id, sha256) == sha256
    session.do(_PROGRESS, tenant_id=tenant_id, sha256=sha256, received=received, is_complete=int(is_complete))
    return UploadState(sha256, received, is_complete)


def _hash(session: Session, tenant_id: str, sha256: str) -> str:
    total = hashlib.sha256()
    after = -1
    while True:
        row = session.row(
            "SELECT start, content FROM blob_chunk WHERE tenant_id = :tenant_id AND sha256 = :sha256"
            " AND start > :after ORDER BY start LIMIT 1",
            tenant_id=tenant_id,
            sha256=sha256,
            after=after,
        )
        if row is None:
            return total.hexdigest()
        total.update(bytes(row[1]))
        after = int(row[0])
