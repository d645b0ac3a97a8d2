"""Kills PostgreSQL while a hub takes commands: what it has answered must be there when it is back."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TENANT, SetClock, found_firm
from tests.servers.ground import tail
from tests.servers.postgresql import PostgresqlServer, find_programs, is_there
from workstation.casework.wire.commands import AddNote, Applied
from workstation.hub.storage import engines
from workstation.hub.storage.opening import open_database

_DURABLE = (
    "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = on\n"
    "full_page_writes = on\nshared_buffers = 16MB\nmax_connections = 40\nsynchronous_commit = {commit}\n"
    "wal_writer_delay = 200ms\n"
)


def can_run() -> bool:
    """Whether there is a PostgreSQL of our own to kill."""
    return is_there() and not os.environ.get("WORKSTATION_TEST_POSTGRESQL")


class DurableServer(PostgresqlServer):
    """A server that flushes what it confirms, or (``is_careless``) only later."""

    def __init__(self, *, is_careless: bool = False) -> None:
        super().__init__()
        self.is_careless = is_careless

    @property
    def user(self) -> str | None:
        """Who the server runs as, if not as this process."""
        return self._user

    @property
    def group(self) -> int | None:
        """The same of its group."""
        return self._group()

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        assert self._process is not None
        return self._process.pid

    def administer(self, statement: str) -> None:
        """Carry out a statement as the server's owner."""
        self._administer(statement)

    def settle(self) -> None:
        """Let the settings hold from the next start on."""
        assert self._folder is not None
        text = _DURABLE.format(port=self.port, commit="off" if self.is_careless else "on")
        (self._folder / "data" / "postgresql.conf").write_text(text, "utf-8")

    def begin(self) -> None:
        """Start with the settings of this class."""
        self.start()
        self._restarted()

    def _restarted(self) -> None:
        assert self._folder is not None
        self._end(signal.SIGINT)
        self.settle()
        self.again()

    def again(self) -> None:
        """Start once more on the same port with the same data and settings."""
        programs = find_programs()
        assert programs is not None and self._folder is not None
        data = self._folder / "data"
        (data / "postgresql.auto.conf").write_text("", "utf-8")
        ends = time.monotonic() + 120
        while not self._answers():
            if time.monotonic() > ends:
                raise TimeoutError(f"PostgreSQL did not come back\n{tail(self._folder / 'log')}")
            # As long as a child of the killed one lives, the server refuses to start: nobody else can tell.
            if self._process is None or self._process.poll() is not None:
                self._launch(programs / "postgres", data)
            time.sleep(0.1)

    def _launch(self, program: Path, data: Path) -> None:
        import subprocess

        assert self._folder is not None
        with suppress(FileNotFoundError):
            (data / "postmaster.pid").unlink()
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-D", data],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=self._user,
                group=self._group(),
            )

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children notice and end after it, sooner or later."""
        process, self._process = self._process, None
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait(30)


def kills(count: int, *, is_careless: bool = False) -> tuple[int, list[str]]:
    """Kill the server ``count`` times under load; returns how many commands were answered, and what broke."""
    kept = engines._may_be_careless
    if is_careless:
        # The program insists on flushed commits; to prove the harness it is made to look away.
        engines._may_be_careless = lambda connection: True
    server = DurableServer(is_careless=is_careless)
    try:
        server.begin()
        return _killed(server, count)
    finally:
        engines._may_be_careless = kept
        server.stop()


def _killed(server: DurableServer, count: int) -> tuple[int, list[str]]:
    name = server.create_database()
    url, clock = server.url(name), SetClock()
    database = open_database(url, None, clock)
    found_firm(database)
    desk = ServiceDesk(database, clock)
    case_id = desk.open_case()
    answered: list[str] = []
    for _ in range(count):
        stop = threading.Event()
        loader = threading.Thread(target=_load, args=(desk, case_id, answered, stop))
        loader.start()
        time.sleep(1.0)
        server.kill()
        stop.set()
        loader.join(30)
        server.again()
        database.close()
        database = open_database(url, None, clock)
        desk.database = database
        desk.receiver = ServiceDesk(database, clock).receiver
    logged = {
        str(row[0])
        for row in database.look(
            lambda session: session.rows("SELECT cmd_id FROM command_log WHERE tenant_id = :t", t=TENANT)
        )
    }
    broken = [f"i07: {one} was answered and is not in the log" for one in answered if one not in logged]
    found = database.check_invariants(TENANT)
    broken += [f"{rule[:3]}: {rule}: {', '.join(ids[:3])}" for rule, ids in found.items()]
    database.close()
    return len(answered), broken


def _load(desk: ServiceDesk, case_id: str, answered: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        envelope = desk.envelope(AddNote(case_id=case_id, message_id=desk.new_id(), text="unter Last"))
        try:
            verdicts = desk.send(envelope)
        except Exception:
            return
        if isinstance(verdicts[0], Applied):
            answered.append(envelope.cmd_id)
