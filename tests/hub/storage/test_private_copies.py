"""Copies of all a firm has: readable by their owner alone from the first byte, and no password in sight."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.small_firm import TENANT, SetClock
from workstation.hub.storage.overview import CannotCopy, copy_sqlite, dump_postgresql, reached_by
from workstation.hub.storage.restoring import restore_postgresql
from workstation.system import sqlite

PASSWORD = "ge/heim@1 %"
URL = "postgresql+psycopg://hub:ge%2Fheim%401%20%25@db.firm.test:5433/hub?sslmode=require"
PROGRAM = """#!{python}
import json, os, stat, sys
files = [one.partition("=")[2] for one in sys.argv if one.startswith("--file=")]
told = {{
    "arguments": sys.argv,
    "password": os.environ.get("PGPASSWORD"),
    "modes": [stat.S_IMODE(os.stat(one).st_mode) for one in files],
}}
open({where!r}, "w").write(json.dumps(told))
sys.exit({code})
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes there")


@pytest.fixture(autouse=True)
def everybody_may_read() -> Iterator[None]:
    """The program runs with the most careless mask there is."""
    before = os.umask(0)
    yield
    os.umask(before)


def pretend(folder: Path, name: str, code: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program in the place of one of PostgreSQL's; returns where it writes how it was called."""
    told, program = folder / "told.json", folder / name
    program.write_text(PROGRAM.format(python=sys.executable, where=str(told), code=code))
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return told


def test_a_dump_is_private_from_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = pretend(tmp_path, "pg_dump", 0, monkeypatch)
    target = tmp_path / "hub.dump"
    dump_postgresql(URL, target)
    seen = json.loads(told.read_text())
    assert seen["modes"] == [0o600]
    assert seen["password"] == PASSWORD
    assert not any("heim" in one for one in seen["arguments"])
    assert f"--dbname={reached_by(URL)[0]}" in seen["arguments"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_dump_is_put_back_without_a_password_in_sight(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = pretend(tmp_path, "pg_restore", 1, monkeypatch)
    source = tmp_path / "hub.dump"
    source.touch()
    with pytest.raises(CannotCopy):
        restore_postgresql(source, URL, TENANT, clock)
    seen = json.loads(told.read_text())
    assert seen["password"] == PASSWORD
    assert not any("heim" in one for one in seen["arguments"])


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (URL, "postgresql://hub@db.firm.test:5433/hub?sslmode=require"),
        ("postgresql+psycopg://hub@/hub?host=%2Frun%2Fpg", "postgresql://hub@/hub?host=%2Frun%2Fpg"),
        ("postgresql://hub@db/hub?password=geheim", "postgresql://hub@db/hub"),
    ],
)
def test_the_address_without_its_password(url: str, bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    found, environment = reached_by(url)
    assert found == bare
    assert ("PGPASSWORD" in environment) == (url != bare.replace("postgresql", "postgresql+psycopg", 1))


def test_a_copy_of_a_file_is_private_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "hub.db", tmp_path / "copy.db"
    connection = sqlite.open_connection(source, None, "full")
    connection.execute("CREATE TABLE a (b TEXT)")
    connection.close()
    modes: list[int] = []
    opened = sqlite.open_connection

    def looking(path: Path, *more: object) -> object:
        if path != source:
            modes.append(stat.S_IMODE(path.stat().st_mode))
        return opened(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite, "open_connection", looking)
    assert copy_sqlite(source, None, target) > 0
    assert modes and set(modes) == {0o600}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
