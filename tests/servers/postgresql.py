"""A private PostgreSQL server on loopback: started in a temporary folder, one fresh database per test.

WORKSTATION_TEST_POSTGRESQL names a running server to use instead, as postgresql://user@host:port (its user
must be allowed to create databases).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import psycopg

from tests.servers.ground import (
    ServerFailedError,
    ServerMissingError,
    free_port,
    is_root,
    new_folder,
    remove_folder,
    tail,
    wait_until,
)

ENVIRONMENT = "WORKSTATION_TEST_POSTGRESQL"
OLDEST = 15
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
dynamic_shared_memory_type = mmap
# Tests throw the data away: nothing has to reach the disk, but a commit outlives a killed server.
fsync = off
full_page_writes = off
autovacuum = off
timezone = 'UTC'
"""


def find_programs() -> Path | None:
    """The folder with `postgres` and `initdb` of the newest version that is new enough, or None."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr/pgsql").parent.glob("pgsql-*/bin")]
    folders += [
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    folders += [*Path("C:/Program Files/PostgreSQL").glob("*/bin")]
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    suffix = ".exe" if sys.platform == "win32" else ""
    found = [
        (_version(folder, suffix), folder) for folder in folders if (folder / f"initdb{suffix}").exists()
    ]
    usable = [pair for pair in found if pair[0] >= OLDEST]
    return max(usable)[1] if usable else None


def is_there() -> bool:
    """Whether the tests can have a PostgreSQL server here."""
    return bool(os.environ.get(ENVIRONMENT)) or find_programs() is not None


def _version(folder: Path, suffix: str) -> int:
    program = folder / f"postgres{suffix}"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"(\d+)", said)
    return int(match.group(1)) if match else 0


class PostgresqlServer:
    """One private server; `with PostgresqlServer() as server: server.create_database()`."""

    def __init__(self) -> None:
        self.port = 0
        self._given = os.environ.get(ENVIRONMENT, "").rstrip("/")
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._user: str | None = "postgres" if is_root() else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the data folder if there is none yet and start the server; errors say what is missing."""
        if self._given or self._process is not None:
            return
        programs = find_programs()
        if programs is None:
            raise ServerMissingError(
                f"PostgreSQL {OLDEST} or newer is not installed. Debian, Ubuntu: apt-get install postgresql;"
                f" or name a running server in {ENVIRONMENT}."
            )
        if self._folder is None:
            self._folder = self._make_data(programs)
        self.port = free_port()
        data = self._folder / "data"
        (data / "postgresql.auto.conf").write_text(_SETTINGS.format(port=self.port), "utf-8")
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=self._user,
                group=self._group(),
            )
        self._process = process
        wait_until(lambda: self._answers() or process.poll() is not None, within_s=60)
        if not self._answers():
            said = tail(self._folder / "log")
            self.stop()
            raise ServerFailedError(f"PostgreSQL did not start:\n{said}")

    def _group(self) -> int | None:
        if self._user is None:
            return None
        import pwd  # not on Windows

        return pwd.getpwnam(self._user).pw_gid

    def _make_data(self, programs: Path) -> Path:
        folder = new_folder("ws-pg", self._user)
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
        ]
        command += [
            "-E",
            "UTF8",
            "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
            "--no-sync",
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            group=self._group(),
            cwd=folder,
        )
        if done.returncode != 0:
            remove_folder(folder)
            raise ServerFailedError(f"initdb failed:\n{done.stdout}{done.stderr}")
        return folder

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        try:
            with psycopg.connect(self.dsn("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def dsn(self, database: str) -> str:
        """The address for psycopg itself, `postgresql://...`."""
        return f"{self._given or f'postgresql://postgres@127.0.0.1:{self.port}'}/{database}"

    def url(self, database: str) -> str:
        """The address for SQLAlchemy with psycopg 3."""
        return self.dsn(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def create_database(self, template: str | None = None) -> str:
        """A fresh database, empty or a copy of `template` (which nobody may be using); its name."""
        name = f"ws_{uuid4().hex[:16]}"
        copy_of = f' template "{template}"' if template else ""
        self._administer(f'create database "{name}"{copy_of}')
        return name

    def drop_database(self, name: str) -> None:
        """Throw the database away, ending the connections it still has."""
        self._administer(f'drop database if exists "{name}" with (force)')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def crash(self) -> None:
        """End the server without a farewell (immediate shutdown); start() brings it back with its data."""
        self._end(signal.SIGTERM if sys.platform == "win32" else signal.SIGQUIT)

    def stop(self) -> None:
        """End the server and delete its folder; a server given from outside is left alone."""
        self._end(signal.SIGINT)
        if self._folder is not None:
            remove_folder(self._folder)
            self._folder = None

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            if sys.platform == "win32":
                process.terminate()
            else:
                process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
