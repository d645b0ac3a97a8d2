"""run.py: says what it can do and what is missing, makes its virtual environment once, mends a broken one."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run
from tests.architecture.sources import ROOT

COMMANDS = ["demo", "hub", "test", "check", "fix", "faults", "stories", "bench", "pictures", "setup", "lock"]


def _call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    done = _call("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f"\n  {command} " in done.stdout


def test_without_a_command_the_help_is_shown_as_an_error() -> None:
    done = _call()
    assert (done.returncode, "usage:" in done.stdout) == (2, True)


def test_a_wrong_command_is_told_the_right_ones() -> None:
    done = _call("tset")
    assert done.returncode == 2
    assert done.stderr == f"run.py: there is no command 'tset'. There are: {', '.join(COMMANDS)}\n"


def test_an_older_python_can_read_it_and_it_needs_no_package() -> None:
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_without_root_rights_the_command_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "root_command", lambda: None)
    with pytest.raises(run.NotReady, match=r"As root: apt-get install --no-install-recommends libgl1 xvfb"):
        run.install(["libgl1", "xvfb"], "a window")


def test_nobody_without_sudo_is_taken_for_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert run.root_command() is None


def test_missing_programs_are_told_by_their_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    programs = (((str(there), "/nowhere"), "present"), ((str(tmp_path / "absent*"),), "absent"))
    monkeypatch.setattr(run, "TEST_PROGRAMS", programs)
    assert run.missing_test_packages() == ["absent"]


@pytest.fixture
def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder whose lock names no package, so that making its environment needs no network."""
    (tmp_path / "empty.lock").write_text("# nothing\n", "utf-8")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", venv)
    monkeypatch.setattr(run, "STAMP", venv / "ready.json")
    monkeypatch.setattr(run, "PYTHON", venv / run.PYTHON.relative_to(ROOT / ".venv"))
    return tmp_path


def test_the_environment_is_made_once_and_mended_when_broken(
    empty_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.ready_venv("empty.lock")
    assert "making .venv" in capsys.readouterr().out
    code = "import sys; print(sys.path[-1])"
    said = subprocess.run([run.PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(empty_project)
    run.ready_venv("empty.lock")
    assert capsys.readouterr().out == ""
    (empty_project / "empty.lock").write_text("# changed\n", "utf-8")
    run.ready_venv("empty.lock")
    assert "installing" in capsys.readouterr().out
    shutil.rmtree(run.VENV / "lib")
    run.ready_venv("empty.lock")
    assert "broken" in capsys.readouterr().out
    assert run.venv_python() == run.this_python()


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_left_out_suites_are_named_and_fail_in_ci(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def pytest_passes(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(run, "run_step", lambda name, step: True)
    monkeypatch.setattr(run, "missing_suites", lambda: {"mail_server": "Postfix is missing"})
    monkeypatch.setattr(subprocess, "run", pytest_passes)
    assert run.test([]) == code
    assert (
        "NOT RUN on this machine: the tests marked mail_server: Postfix is missing" in capsys.readouterr().out
    )
    assert "not long and not mail_server" in asked[0]
