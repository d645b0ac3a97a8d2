"""What every private test server needs: a free port, a folder another user may enter, errors with words."""

import os
import random
import shutil
import socket
import sys
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


_PORTS = range(20_000, 32_000)
"""Below what systems give to outgoing connections: none of those takes a port before its server does."""
_taken: list[socket.socket] = []


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on; until this process ends no other gets it from here."""
    # The tests' own seed is the same in all processes that run side by side.
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if _is_mine(port) and _is_free(port):
            return port
    raise ServerFailedError("no port is free")


def _is_mine(port: int) -> bool:
    """Keep the port for this process; nobody else can say so before it ends."""
    if sys.platform != "linux":
        return True
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0workstation-tests-port-{port}")
    except OSError:
        mark.close()
        return False
    _taken.append(mark)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
