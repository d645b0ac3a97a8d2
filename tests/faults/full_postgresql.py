"""PostgreSQL without room, for its tables and for its log: what it has confirmed is there afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.full_disks import all_there, note
from tests.faults.postgresql_kills import DurableServer
from tests.faults.small_disk import SmallDisk, mounted
from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import SetClock, found_firm
from workstation.hub.storage.opening import open_database

_MEGABYTES = 40
_MOST = 2_000


def full_tables() -> list[str]:
    """Let the disk of a database's tables fill up; the server goes on, and so does the hub once it can.

    Raises:
        PermissionError: this process may not mount a small disk.
    """
    what = "no room for PostgreSQL's tables"
    server = DurableServer()
    with mounted(_MEGABYTES, server.user or "") as folder:
        try:
            server.begin()
            server.administer(f"create tablespace small location '{folder}'")
            name = server.create_database()
            server.administer(f'alter database "{name}" set tablespace small')
            return _filled(server, name, SmallDisk(folder), what)
        finally:
            server.stop()


def _filled(server: DurableServer, name: str, disk: SmallDisk, what: str) -> list[str]:
    url, clock = server.url(name), SetClock()
    database = open_database(url, None, clock)
    found_firm(database)
    desk = ServiceDesk(database, clock)
    case_id, answered = desk.open_case(), list[str]()
    disk.fill()
    broken = _until_refused(desk, case_id, answered, what)
    disk.empty()
    before = len(answered)
    note(desk, case_id, answered)
    if len(answered) == before:
        broken.append(f"i21: {what}: there is room again and the hub takes nothing")
    broken += all_there(database, answered, what)
    database.close()
    return broken


def forbidden_log() -> list[str]:
    """Let the server write nothing at all while a hub works; it has to end, and comes back."""
    what = "no room for PostgreSQL's log"
    server = DurableServer()
    try:
        server.begin()
        url, clock = server.url(server.create_database()), SetClock()
        database = open_database(url, None, clock)
        found_firm(database)
        desk = ServiceDesk(database, clock)
        case_id, answered = desk.open_case(), list[str]()
        for _ in range(5):
            note(desk, case_id, answered)
        for pid in _family(server.pid):
            _forbid(pid, server)
        broken = _until_refused(desk, case_id, answered, what)
        server.kill()
        server.again()
        database.close()
        database = open_database(url, None, clock)
        again = ServiceDesk(database, clock)
        desk.database, desk.receiver = database, again.receiver
        before = len(answered)
        note(desk, case_id, answered)
        if len(answered) == before:
            broken.append(f"i21: {what}: there is room again and the hub takes nothing")
        broken += all_there(database, answered, what)
        database.close()
        return broken
    finally:
        server.stop()


def _until_refused(desk: ServiceDesk, case_id: str, answered: list[str], what: str) -> list[str]:
    for _ in range(_MOST):
        try:
            note(desk, case_id, answered)
        except Exception:
            return []
    return [f"{what}: it did not run out: nothing was tried"]


def _forbid(pid: int, server: DurableServer) -> None:
    """Let no file of a process grow; only whoever owns it, or a machine's real root, may say so."""
    command = ["prlimit", "--pid", str(pid), "--fsize=0:"]
    done = subprocess.run(command, capture_output=True, check=False, user=server.user, group=server.group)
    # Some of its children come and go by themselves.
    if done.returncode != 0 and Path(f"/proc/{pid}").exists():
        done.check_returncode()


def _family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(int(child) for child in children)]
