"""The command itself: without a display it plays the story through; otherwise it shows a window and ends."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workstation.demo.play import has_no_display, main

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "workstation", "demo", *arguments]


def environment(tmp: Path, **extra: str) -> dict[str, str]:
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp),
        "WORKSTATION_HOME": str(tmp / "home"),
        **extra,
    }


def processes_left(folder: Path, within_s: float = 60) -> list[str]:
    """The processes that still work in a folder; one that is ending is given its time."""
    ends = time.monotonic() + within_s
    while (found := processes_in(folder)) and time.monotonic() < ends:
        time.sleep(0.1)
    return found


def processes_in(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found


@pytest.mark.parametrize(
    ("variables", "platform", "expected"),
    [
        ({}, "linux", True),
        ({"DISPLAY": ":0"}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", False),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", False),
        ({"DISPLAY": ""}, "linux", True),
        ({}, "darwin", False),
        ({}, "win32", False),
    ],
)
def test_a_window_is_shown_where_one_can_be(variables: dict[str, str], platform: str, expected: bool) -> None:
    assert has_no_display(variables, platform) is expected


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    assert main(["--keep", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_it_plays_the_story_through(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        command("--pictures", str(pictures)),
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    said = done.stdout
    assert done.returncode == 0, f"{said}\n{done.stderr}"
    steps = ("mail arrived", "opened", "taken back", "booked", "mail left", "all of it held")
    places = [said.find(step) for step in steps]
    assert places == sorted(places) and -1 not in places, said
    assert re.search(r"case \d+, due \d\d:\d\d", said)
    assert re.search(r"credit note GS-\d{4}-\d{5}, return RMA-\d{4}-\d{5}", said)
    names = [path.name for path in sorted(pictures.iterdir())]
    assert names == ["1-queue.png", "2-case.png", "3-undo.png", "4-answer.png", "5-done.png"]
    assert all(path.stat().st_size > 20_000 for path in pictures.iterdir())
    assert done.stderr == ""
    assert list(tmp_path.glob("workstation-demo-*")) == [], "the firm is thrown away"
    assert processes_left(tmp_path) == [], "its hub has ended"


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform == "win32", reason="signals are asked for here")
def test_asked_to_end_it_ends_in_order(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    process = subprocess.Popen(
        command("--keep", str(kept)),
        env=environment(tmp_path, QT_QPA_PLATFORM="offscreen"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "the window is open" not in said:
        line = process.stdout.readline()
        assert line, process.communicate()
        said += line
    ends = time.monotonic() + 200
    while not (kept / "hub" / "endpoint.json").exists():
        assert time.monotonic() < ends
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert (kept / "hub" / "hub.db").exists(), "what was to be kept is kept"
    assert processes_left(kept) == [], "its hub has ended"


@pytest.mark.timeout(600)
def test_it_ends_by_itself_after_the_seconds_given(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--seconds", "6", "--language", "en"),
        env=environment(tmp_path, QT_QPA_PLATFORM="offscreen"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "books show" in done.stdout and "no keyring is touched" in done.stdout
    assert list(tmp_path.glob("workstation-demo-*")) == []
    assert not (tmp_path / "home").exists(), "nothing of the person's own is touched"
