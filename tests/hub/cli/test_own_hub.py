"""The hub beside the window: whoever sits at a terminal commands it without knowing its key."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from workstation.cli import main
from workstation.remote.embedded import KEY_NAME
from workstation.storage.secret_place import CHOICE_FILE
from workstation.system.keys import FileSecrets, random_key
from workstation.system.paths import make_private, write_private

PASSWORD = "richtig-geheim"


class Terminal(io.StringIO):
    """Standard input with somebody before it who types nothing."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile whose window has made a firm; its keys lie in files."""
    folder, key = tmp_path / "desk", random_key()
    make_private(folder)
    write_private(folder / CHOICE_FILE, b"key_file\n")
    FileSecrets(folder / "keys").write(KEY_NAME, key)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key.hex()}\n{PASSWORD}\n"))
    made = ("init", "--key-on-stdin", "--name", "Backhaus", "--owner", "Eva Kurz", "--trial")
    assert main(["hub", "--language", "en", "--folder", str(folder / "hub"), *made]) == 0
    return folder


def test_at_a_terminal_the_key_is_found_where_the_window_keeps_it(
    profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal())
    assert main(["hub", "--folder", str(profile / "hub"), "people", "list"]) == 0
    assert "Eva Kurz" in capsys.readouterr().out


def test_a_program_hands_the_key_over_as_ever(
    profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["hub", "--language", "en", "--folder", str(profile / "hub"), "people", "list"]) == 1
    said = capsys.readouterr().err
    assert "[hub.key_missing]" in said and '"workstation hub" at a terminal' in said


def test_a_hub_no_window_of_this_computer_made_stays_closed(
    profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (profile / CHOICE_FILE).unlink()
    monkeypatch.setattr("sys.stdin", Terminal())
    assert main(["hub", "--language", "en", "--folder", str(profile / "hub"), "people", "list"]) == 1
    assert "[hub.key_missing]" in capsys.readouterr().err
