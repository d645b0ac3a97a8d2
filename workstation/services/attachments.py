"""Attachments: fetched from the hub when somebody opens them, sent to it before the reply that has them."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from pathlib import Path

from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.ports import Workers
from workstation.services.link import HubLink
from workstation.services.views import FetchedFile
from workstation.system.paths import make_private

LARGEST = 25 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


class Attachments:
    """Files live in one private folder under their hash; names are for display and for saving only."""

    def __init__(self, *, folder: Path, workers: Workers, link: HubLink) -> None:
        self._folder = folder
        self._workers = workers
        self._link = link

    async def fetch(self, meta: AttachmentMeta) -> FetchedFile:
        """Return the file, downloaded if it is not here yet.

        Raises:
            HubUnavailable: no answer. RuleViolation: ``blob.unknown``, ``attachment.malformed``.
        """
        if not _HASH.fullmatch(meta.sha256):
            raise RuleViolation("attachment.malformed")
        target = self._folder / meta.sha256 / safe_name(meta.name)

        def download() -> None:
            if not target.exists():
                make_private(self._folder)
                make_private(target.parent)
                self._link.hub.get_blob(meta.sha256, target)

        await self._workers.run("net", download)
        return FetchedFile(meta=meta, path=target)

    async def put(self, path: Path) -> AttachmentMeta:
        """Upload a file and return what a reply says of it.

        Raises:
            HubUnavailable: no answer. RuleViolation: ``attachment.unreadable``, ``attachment.too_large``.
        """

        def upload() -> AttachmentMeta:
            try:
                size = path.stat().st_size
                if size > LARGEST:
                    raise RuleViolation("attachment.too_large", name=path.name, largest=LARGEST)
                with path.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise RuleViolation("attachment.unreadable", name=path.name) from error
            self._link.hub.put_blob(sha256, path)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return AttachmentMeta(sha256=sha256, name=path.name, size=size, content_type=kind)

        return await self._workers.run("net", upload)


def safe_name(name: str) -> str:
    """Return ``name`` as a file may be called on every system: no folders, no control signs, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join("_" if ord(character) < 32 or character in '<>:"|?*' else character for character in last)
    kept = kept.strip(". ")[-120:]
    return kept if kept and kept.split(".")[0].upper() not in _RESERVED else f"_{kept or 'file'}"


_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(1, 10)), *(f"LPT{n}" for n in range(1, 10))}
)
