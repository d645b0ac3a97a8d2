"""What has to be at the hub before an act that speaks of it: attachments, and acts of a large size.

They are kept sealed on this computer, so that a file can be attached and an answer be sent without a hub.
An act waits for what it speaks of, and so do later ones of its case; all others go on meanwhile.
"""

from __future__ import annotations

import hashlib
import logging
import mimetypes
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.commands import MAX_INLINE_BODY_BYTES, Envelope
from workstation.ports import BlobSource, HubUnavailable, StoreUnusable, UploadSpool, Workers
from workstation.services.link import HubLink
from workstation.system import keys
from workstation.system.paths import write_private

_log = logging.getLogger(__name__)
LARGEST = 25 * 1024 * 1024
KEPT_FOR = timedelta(days=35)
"""As long as settled acts are kept: a restored hub is offered both again."""
MOST_KEPT_BYTES = 1024 * 1024 * 1024
PATIENCE_S = 300.0
"""How long one file may take without the sync thinking that nothing moves."""
_PIECE = 256 * 1024
_NULL = msgspec.Raw(b"null")


class _Named(msgspec.Struct):
    sha256: str = ""


class _WithFiles(msgspec.Struct):
    """An act, read only for the files it speaks of."""

    attachments: list[_Named] = []


class Uploads:
    """Keeps bytes until the hub has them, and brings them up."""

    def __init__(self, *, spool: UploadSpool, workers: Workers, link: HubLink, clock: Clock) -> None:
        self._spool = spool
        self._workers = workers
        self._link = link
        self._clock = clock
        self._moved_at = -PATIENCE_S
        self._doubted: set[str] = set()
        """Hashes of what the hub has found to be something else, once."""
        self._bodies: set[str] = set()
        """Hashes of large acts, whose bytes the outbox has as well."""

    async def keep_file(self, path: Path) -> AttachmentMeta:
        """Keep a copy of a file and return what a reply says of it; it needs no hub.

        Raises:
            RuleViolation: ``attachment.unreadable``, ``attachment.too_large``. StoreUnusable: ``store.full``.
        """

        def copy() -> AttachmentMeta:
            try:
                with path.open("rb") as file:
                    size = path.stat().st_size
                    if size > LARGEST:
                        raise RuleViolation("attachment.too_large", name=path.name, largest=LARGEST)
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                    file.seek(0)
                    self._spool.keep(sha256, _checked(iter(lambda: file.read(_PIECE), b""), sha256))
            except (OSError, _Changed) as error:
                raise RuleViolation("attachment.unreadable", name=path.name) from error
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return AttachmentMeta(sha256=sha256, name=path.name, size=size, content_type=kind)

        return await self._workers.run("files", copy)

    async def copy_to(self, sha256: str, target: Path) -> bool:
        """Write what is kept here into ``target``, mode 0600; whether it was here and could be read."""

        def copy() -> bool:
            if not self._spool.has(sha256):
                return False
            try:
                source = self._spool.source(sha256)
                content = b"".join(source.read(start, _PIECE) for start in range(0, source.size(), _PIECE))
            except (OSError, keys.CannotOpen) as error:
                _log.warning("a file kept here cannot be read, the hub is asked: %s (%s)", sha256, error)
                return False
            write_private(target, content)
            return True

        return await self._workers.run("files", copy)

    async def parted(self, ready: tuple[Envelope, ...]) -> tuple[tuple[Envelope, ...], frozenset[str]]:
        """Return acts as they travel, large ones kept as files, and the ids of those that wait for files."""
        large = [one for one in ready if len(bytes(one.body)) > MAX_INLINE_BODY_BYTES]
        self._bodies.update(one.sha256 for one in large)
        unknown = [one for one in large if not self._spool.has(one.sha256)]
        not_kept = await self._keep_bodies(unknown) if unknown else frozenset()
        waiting = self._spool.waiting()
        held_back = frozenset(
            one.cmd_id for one in ready if waiting and not waiting.isdisjoint(_files_of(one))
        )
        names = {one.cmd_id for one in large}
        slim = tuple(_without_body(one) if one.cmd_id in names else one for one in ready)
        return slim, held_back | not_kept

    async def _keep_bodies(self, envelopes: Sequence[Envelope]) -> frozenset[str]:
        """Keep large bodies as files; returns the ids of acts for which there is no room."""

        def keep() -> frozenset[str]:
            for place, envelope in enumerate(envelopes):
                try:
                    self._spool.keep(envelope.sha256, (bytes(envelope.body),))
                except StoreUnusable as error:
                    _log.error("a large act waits, it cannot be kept as a file: %s", error)
                    return frozenset(one.cmd_id for one in envelopes[place:])
            return frozenset()

        return await self._workers.run("files", keep)

    async def bring(self) -> int:
        """Bring up what waits, one after the other; returns how many acts need not wait for any more.

        Raises:
            HubUnavailable, SignInRequired: the hub does not take them now; what it has of them it keeps.
        """
        brought, refused = 0, ""
        try:
            for sha256 in sorted(self._spool.waiting()):
                self._moved_at = self._clock.monotonic()
                code = await self._workers.run("net", lambda one=sha256: self._bring(one))  # type: ignore[misc]
                brought, refused = brought + (not code), refused or code
        finally:
            # Also when the line went: nothing is on its way any more.
            self._moved_at = -PATIENCE_S
        if refused:
            # The next try waits a while, and longer each time.
            raise HubUnavailable(refused)
        return brought

    def _bring(self, sha256: str) -> str:
        """Bring one up; returns why it has to be tried again, or nothing."""
        try:
            self._link.hub.put_blob(sha256, _Moving(self._spool.source(sha256), self._moved))
        except (FileNotFoundError, keys.CannotOpen, RuleViolation) as error:
            code = error.code if isinstance(error, RuleViolation) else "store.unreadable"
            if code == "blob.wrong_hash" and sha256 not in self._doubted:
                # Something else was there under its name. The hub has thrown it away: once more is right.
                self._doubted.add(sha256)
                return code
            self._spool.drop(sha256)
            if sha256 in self._bodies:
                # The outbox still has it, and it is made anew from there.
                _log.error("a large act cannot go to the hub now: %s (%s)", sha256, error)
                return code
            # It can never arrive. The act goes without it, and the hub says so where it is to be seen.
            _log.error("a file cannot go to the hub and is given up: %s (%s)", sha256, error)
            return ""
        except OSError as error:
            _log.warning("a file cannot be read just now and waits: %s (%s)", sha256, error)
            raise StoreUnusable("store.unreadable", Path(sha256), error.strerror or "") from error
        self._spool.taken(sha256, self._clock.now())
        return ""

    def _moved(self) -> None:
        self._moved_at = self._clock.monotonic()

    @property
    def is_moving(self) -> bool:
        """Whether a file is on its way and there is no reason to think that it has stopped."""
        return self._clock.monotonic() - self._moved_at < PATIENCE_S

    @property
    def has_waiting(self) -> bool:
        """Whether something is to be brought."""
        return bool(self._spool.waiting())

    async def offer_again(self) -> None:
        """The hub's data was restored: what it had taken may be gone there."""
        count = await self._workers.run("files", self._spool.offer_again)
        if count:
            _log.warning("%d files are offered again", count)

    async def prune(self) -> None:
        """Forget what the hub took long ago."""
        before = self._clock.now() - KEPT_FOR
        try:
            await self._workers.run("files", lambda: self._spool.prune(before, MOST_KEPT_BYTES))
        except (OSError, StoreUnusable) as error:
            _log.warning("old files stay for now: %s", error)


class _Changed(Exception):
    """A file was written to while it was copied."""


def _checked(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise _Changed


def _without_body(envelope: Envelope) -> Envelope:
    return msgspec.structs.replace(envelope, body=_NULL, is_body_in_blob=True)


def _files_of(envelope: Envelope) -> set[str]:
    raw = bytes(envelope.body)
    found = {envelope.sha256} if len(raw) > MAX_INLINE_BODY_BYTES else set()
    if b'"attachments"' in raw:
        found |= {one.sha256 for one in msgspec.json.decode(raw, type=_WithFiles).attachments}
    return found


class _Moving:
    """A source that tells each time something of it has been read."""

    def __init__(self, source: BlobSource, on_read: Callable[[], None]) -> None:
        self._source = source
        self._on_read = on_read

    def size(self) -> int:
        return self._source.size()

    def read(self, start: int, length: int) -> bytes:
        self._on_read()
        return self._source.read(start, length)
