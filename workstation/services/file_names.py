"""Names of files that strangers sent: what a file may be called here, and which may be opened by a click."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

_SIGNS = frozenset('<>:"|?*')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters nobody sees; among them the marks that turn a name round to look like a picture."""
_MOST_BYTES = 180
"""File systems allow 255 bytes, some of which the names of waiting copies need."""
_LONGEST_ENDING = 20
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|\Z)")

# fmt: off
OPENABLE = frozenset((
    ".pdf", ".txt", ".csv", ".ics", ".vcf", ".eml",
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif",
    ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp",
    ".mp3", ".m4a", ".wav", ".ogg", ".opus", ".mp4", ".mov", ".webm", ".3gp",
))
# fmt: on
"""Endings that show something and run nothing. All others are saved on request and never opened from here:
what can run a program differs between systems, and new kinds come up; nobody can list them all."""


def safe_name(name: str) -> str:
    """Return ``name`` as a file may be called on every system; the ending is what it was.

    No folders, no signs a file system minds, nothing invisible, no name of a device, not too long.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = (sign for sign in last if unicodedata.category(sign) not in _INVISIBLE or sign < " ")
    kept = "".join("_" if sign in _SIGNS or sign < " " else sign for sign in seen).strip(" .")
    kept = _cut(kept) or "anhang"
    return f"_{kept}" if _RESERVED.match(kept) else kept


def is_openable(path: PurePath) -> bool:
    """Whether a click may open the file at ``path``; its name there counts, not the one it came by."""
    return path.suffix.lower() in OPENABLE


def _cut(name: str) -> str:
    if len(name.encode("utf-8", "replace")) <= _MOST_BYTES:
        return name
    ending = PurePath(name).suffix[:_LONGEST_ENDING]
    room = _MOST_BYTES - len(ending.encode("utf-8", "replace"))
    stem = name[: len(name) - len(ending)].encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return f"{stem.rstrip(' .')}{ending}"
