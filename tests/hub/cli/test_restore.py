"""A copy is put back: the old database is kept, the generation is new, and nothing half is ever seen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Command
from workstation.hub.core import open_core
from workstation.hub.settings import read_settings
from workstation.system.lock import ProcessLock


def facts(folder: Path) -> tuple[str, list[str]]:
    """The generation, and the names of the teams."""
    from workstation.casework.people import Team

    core = open_core(read_settings(folder), None)
    try:
        teams = core.database.read(core.tenant_id, lambda tx: tx.all_of(Team))
        return core.database.generation, sorted(team.name for team in teams)
    finally:
        core.close()


@pytest.fixture
def copy(command: Command, firm: Path, tmp_path: Path) -> Path:
    """A copy of the firm before it got another team."""
    target = tmp_path / "copy.db"
    assert command(firm, "backup", str(target)).code == 0
    assert command(firm, "teams", "add", "Später").code == 0
    return target


def test_the_copy_comes_back_with_a_new_generation(command: Command, firm: Path, copy: Path) -> None:
    generation, teams = facts(firm)
    assert "Später" in teams
    done = command(firm, "restore", str(copy))
    assert done.code == 0, done.err
    again, after = facts(firm)
    assert "Später" not in after and again != generation
    (aside,) = [path for path in firm.glob("hub.db.before-restore-*") if "-wal" not in path.name]
    assert aside.name in done.out
    (firm / "hub.db").unlink()
    shutil.copy(aside, firm / "hub.db")
    assert facts(firm) == (generation, teams)


@pytest.mark.parametrize("what", ["missing", "torn", "no database", "other firm", "running"])
def test_what_cannot_be_put_back_changes_nothing(
    command: Command, firm: Path, copy: Path, tmp_path: Path, what: str
) -> None:
    before = facts(firm)
    lock: ProcessLock | None = None
    if what == "missing":
        copy, code = tmp_path / "nothing.db", "restore.no_file"
    elif what == "torn":
        content = bytearray(copy.read_bytes())
        content[8192:20000] = b"\xff" * (20000 - 8192)
        copy.write_bytes(content)
        code = "restore.not_whole"
    elif what == "no database":
        copy.write_bytes(b"Liebe Anna, " * 1000)
        code = "store.unreadable"
    elif what == "other firm":
        other = tmp_path / "other"
        assert (
            command(other, "init", "--name", "Y", "--owner", "Otto", stdin="ein langes Passwort\n").code == 0
        )
        copy, code = other / "hub.db", "restore.other_firm"
    else:
        lock, code = ProcessLock(firm / "hub.lock").acquire(), "hub.already_running"
    try:
        done = command(firm, "restore", str(copy))
    finally:
        if lock is not None:
            lock.release()
    assert (done.code, f"[{code}]" in done.err) == (1, True), done.err
    assert facts(firm) == before
    assert not list(firm.glob(".hub.db*"))


def test_a_kill_leaves_the_old_one_or_the_new_one(firm: Path, copy: Path) -> None:
    before = facts(firm)
    arguments = [sys.executable, "-m", "workstation.hub.cli", "--folder", str(firm), "restore", str(copy)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run(
        arguments,
        env={**environment, "WORKSTATION_CRASH_AT": "hub.restore_before_move"},
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert killed.returncode == -9
    assert facts(firm) == before
    again = subprocess.run(arguments, env=environment, capture_output=True, timeout=240, check=False)
    assert again.returncode == 0, again.stderr
    assert "Später" not in facts(firm)[1]


def test_the_key_of_an_encrypted_copy_is_asked_for(command: Command, tmp_path: Path) -> None:
    folder, key, copy = tmp_path / "hub", "ab" * 32, tmp_path / "copy.db"
    given = ("init", "--name", "X", "--owner", "Anna", "--key-on-stdin")
    assert command(folder, *given, stdin=f"{key}\nein langes Passwort\n").code == 0
    assert command(folder, "backup", str(copy), stdin=key + "\n").code == 0
    done = command(folder, "restore", str(copy), stdin=key + "\n")
    assert done.code == 0, done.err
    assert b"SQLite format" not in (folder / "hub.db").read_bytes()[:32]
    wrong = command(folder, "restore", str(copy), stdin="cd" * 32 + "\n")
    assert (wrong.code, "[store.wrong_key]" in wrong.err) == (1, True)
