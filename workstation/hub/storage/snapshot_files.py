"""Snapshots of scopes as packed files in the hub's folder, sealed wherever the database is sealed too."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from workstation.casework.wire.codec import SCHEMA, encode
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import FeedRow, SnapshotHeader
from workstation.hub.ports_feed import SnapshotInfo
from workstation.system.paths import make_private, write_private
from workstation.system.sealed_file import SealedFile, SealedWriter

MOST_BYTES = 4 * 1024 * 1024 * 1024
"""All snapshots of a hub together."""
SPARE_BYTES = 512 * 1024 * 1024
"""What has to be free on the disk before a snapshot is begun."""
_KEPT = 2
"""Snapshots of a scope: the newest, and the one before for whoever is half through it."""
_LEVEL = 3


class _Key(msgspec.Struct, frozen=True):
    entity: str
    id: str
    rev: int


class SnapshotFiles:
    """Implements :class:`workstation.hub.ports_feed.SnapshotShelf`; used from several threads."""

    def __init__(
        self,
        folder: Path,
        key: bytes | None,
        *,
        most_bytes: int = MOST_BYTES,
        spare_bytes: int = SPARE_BYTES,
    ) -> None:
        self._folder = folder
        self._key = key
        self._most_bytes = most_bytes
        self._spare_bytes = spare_bytes
        self._guard = threading.Lock()
        self._infos: dict[str, list[SnapshotInfo]] = {}
        make_private(folder)
        self._load()

    # ------------------------------------------------------------------ reading

    def newest(self, scope: str) -> SnapshotInfo | None:
        """Return the newest snapshot of a scope."""
        with self._guard:
            found = self._infos.get(scope)
            return found[-1] if found else None

    def with_etag(self, scope: str, etag: str) -> SnapshotInfo | None:
        """Return the snapshot a download was begun with, while it is kept."""
        with self._guard:
            return next((info for info in self._infos.get(scope, ()) if info.etag == etag), None)

    def read(self, info: SnapshotInfo, start: int, length: int) -> bytes:
        """Return a part of its bytes."""
        return self._file(info).read(start, length)

    def has_room(self) -> bool:
        """Whether the disk has room for another one."""
        return shutil.disk_usage(self._folder).free > self._spare_bytes

    # ------------------------------------------------------------------ writing

    def begin(self, scope: str) -> _Draft:
        """Begin a new one."""
        return _Draft(self, scope)

    def tidy(self, scopes: Iterable[str]) -> None:
        """Keep snapshots of ``scopes`` only, and no more than there is room for."""
        wanted = set(scopes)
        with self._guard:
            for scope in [scope for scope in self._infos if scope not in wanted]:
                for info in self._infos.pop(scope):
                    self._remove(info)
        self._bound()

    def _keep(self, info: SnapshotInfo) -> None:
        write_private(self._path(info, "json"), msgspec.json.encode(info))
        with self._guard:
            kept = self._infos.setdefault(info.scope, [])
            kept.append(info)
            while len(kept) > _KEPT:
                self._remove(kept.pop(0))
        self._bound()

    def _bound(self) -> None:
        """Remove second ones first, then the largest, until all together are small enough."""
        with self._guard:
            older = [info for kept in self._infos.values() for info in kept[:-1]]
            newest = [kept[-1] for kept in self._infos.values() if kept]
            in_order = sorted(older, key=lambda info: info.made_at)
            in_order += sorted(newest, key=lambda info: -info.size)
            total = sum(info.size for info in in_order)
            for info in in_order:
                if total <= self._most_bytes:
                    return
                total -= info.size
                self._infos[info.scope].remove(info)
                self._remove(info)

    def _remove(self, info: SnapshotInfo) -> None:
        # The description goes first: bytes without one are nobody's and cleared away at the next start.
        self._path(info, "json").unlink(missing_ok=True)
        self._path(info, "gz").unlink(missing_ok=True)

    def _load(self) -> None:
        known: set[Path] = set()
        for path in sorted(self._folder.glob("*.json")):
            try:
                info = msgspec.json.decode(path.read_bytes(), type=SnapshotInfo)
            except (OSError, msgspec.DecodeError):
                continue
            file = self._file(info)
            if path == self._path(info, "json") and file.size() == info.size:
                self._infos.setdefault(info.scope, []).append(info)
                known |= {path, file.path}
        for kept in self._infos.values():
            kept.sort(key=lambda info: info.made_at)
        for path in self._folder.iterdir():
            if path not in known:
                path.unlink(missing_ok=True)

    def _path(self, info: SnapshotInfo, ending: str) -> Path:
        return self._folder / f"{info.etag[:32]}.{ending}"

    def _file(self, info: SnapshotInfo) -> SealedFile:
        return SealedFile(self._path(info, "gz"), self._key, info.etag)

    def spool(self, number: int) -> SealedFile:
        """Return a file for what is on its way; there is one builder."""
        return SealedFile(self._folder / f"spool-{number}", self._key, f"spool-{number}")

    def place(self, etag: str) -> SealedFile:
        """Return the file of the snapshot with that hash."""
        return SealedFile(self._folder / f"{etag[:32]}.gz", self._key, etag)


class _Rows:
    """Packed lines of rows, with what they add up to."""

    def __init__(self, file: SealedFile) -> None:
        self.file = file
        self.sums = Sums()
        self.sha256 = hashlib.sha256()
        self._sealed = SealedWriter(file)
        self._packed = gzip.GzipFile(fileobj=self._sealed, mode="wb", compresslevel=_LEVEL, mtime=0)

    def add(self, line: bytes, entity_id: str, rev: int) -> None:
        self._packed.write(line)
        self.sha256.update(line)
        self.sums.add(entity_id, rev)

    def close(self) -> None:
        self._packed.close()
        self._sealed.close()

    def discard(self) -> None:
        if not self._sealed.closed:
            # The packer wants to write its end, and then all of it goes.
            self.close()
        self.file.delete()


class _Draft:
    """Implements :class:`workstation.hub.ports_feed.SnapshotDraft`."""

    def __init__(self, shelf: SnapshotFiles, scope: str) -> None:
        self._shelf = shelf
        self._scope = scope
        self._number = 0
        self._rows = _Rows(shelf.spool(0))

    def add(self, row: FeedRow) -> None:
        """Add one entity."""
        self._rows.add(encode(row) + b"\n", row.id, row.rev)

    def replace(self, rows: Mapping[tuple[str, str], FeedRow]) -> None:
        """Write all of it anew without ``rows`` and add those of them that are not gone."""
        if not rows:
            return
        before = self._rows
        before.close()
        self._number = 1
        self._rows = _Rows(self._shelf.spool(self._number))
        with gzip.GzipFile(fileobj=before.file.reader()) as lines:
            for line in lines:
                key = msgspec.json.decode(line, type=_Key)
                if (key.entity, key.id) not in rows:
                    self._rows.add(line, key.id, key.rev)
        before.file.delete()
        for row in rows.values():
            if not row.gone:
                self.add(row)

    def finish(self, generation: str, seq: int, made_at: datetime) -> SnapshotInfo:
        """Put the header before the rows: packed files may simply follow one another."""
        self._rows.close()
        header = SnapshotHeader(
            scope=self._scope,
            generation=generation,
            schema=SCHEMA,
            seq=seq,
            count=self._rows.sums.count,
            digest=self._rows.sums.digest(),
            sha256=self._rows.sha256.hexdigest(),
        )
        head = gzip.compress(encode(header) + b"\n", mtime=0)
        etag = hashlib.sha256(head)
        for block in self._rows.file.blocks():
            etag.update(block)
        target = self._shelf.place(etag.hexdigest())
        writer = SealedWriter(target)
        writer.write(head)
        for block in self._rows.file.blocks():
            writer.write(block)
        writer.close()
        info = SnapshotInfo(
            scope=self._scope,
            generation=generation,
            schema=SCHEMA,
            seq=seq,
            count=self._rows.sums.count,
            etag=etag.hexdigest(),
            size=target.size(),
            made_at=made_at,
        )
        self._rows.file.delete()
        self._shelf._keep(info)
        return info

    def abandon(self) -> None:
        """Throw it away; harmless after ``finish``."""
        self._rows.discard()
