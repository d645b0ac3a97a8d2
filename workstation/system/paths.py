"""Where a profile keeps its files on each platform, and which folders are no place for a database."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

HOME_VARIABLE = "WORKSTATION_HOME"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SYNCED_FOLDERS = ("onedrive", "dropbox", "google drive", "icloud drive", "nextcloud", "owncloud")
_NETWORK_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "afs"})


def data_home() -> Path:
    """Return the folder of all profiles: ``WORKSTATION_HOME`` or the platform's place for program data."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("workstation", appauthor=False)


def profile_dir(name: str = "default") -> Path:
    """Return the folder of one profile, made with mode 0700 if it is new.

    Raises:
        ValueError: the name is not made of lower-case letters, digits, ``-`` and ``_`` (at most 40).
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a profile name: {name[:60]!r}")
    folder = data_home() / "profiles" / name
    make_private(folder)
    return folder


def make_private(folder: Path) -> None:
    """Make ``folder`` and its parents; the folder itself is readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform != "win32":
        folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk, so that a file just moved there outlives a power cut."""
    if sys.platform == "win32":
        return  # NTFS writes its journal by itself, and folders cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` in one move, mode 0600 from the first byte on."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise


def why_unsafe(folder: Path) -> str:
    """Return a code why a database must not live in ``folder``, or an empty text.

    ``store.synced_folder``: a program copies files there behind our back. ``store.network_folder``: file
    locks are not to be trusted there.
    """
    parts = [part.casefold() for part in folder.absolute().parts]
    if any(part.startswith(name) for part in parts for name in _SYNCED_FOLDERS):
        return "store.synced_folder"
    if sys.platform == "win32":
        return "store.network_folder" if str(folder.absolute()).startswith("\\\\") else ""
    return "store.network_folder" if _file_system(folder) in _NETWORK_SYSTEMS else ""


def _file_system(folder: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    wanted = str(folder.absolute())
    best, kind = "", ""
    for line in mounts.read_text("utf-8", "replace").splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
