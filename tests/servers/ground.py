"""What every private test server needs: a free port, a folder another user may enter, errors with words."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


class ServerMissingError(Exception):
    """A server program the tests need is not on this machine; the message says how to get it."""


class ServerFailedError(Exception):
    """A server program did not start or stop as it should; the message ends with its own log."""


def is_root() -> bool:
    """Whether this process runs as root (never on Windows)."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_folder(name: str, owner: str | None = None) -> Path:
    """A short temporary folder (Unix sockets allow about 100 characters); `owner` may write in it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    folder.chmod(0o755)
    if owner is not None:
        import pwd  # not on Windows

        entry = pwd.getpwnam(owner)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def remove_folder(folder: Path) -> None:
    """Delete the folder, whoever owns its files; a file that vanishes meanwhile is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def is_listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(holds: Callable[[], bool], within_s: float, step_s: float = 0.02) -> bool:
    """Ask `holds` until it is true or `within_s` seconds are over; the last answer."""
    ends = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends:
            return holds()
        time.sleep(step_s)
    return True


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or a word that there is none."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
