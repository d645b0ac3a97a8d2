"""The window starts in turns: what is asked for later is made then, and closing it early ends the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

_START = """
import asyncio, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from workstation.window import Running, StartOptions, run_window

def drive(running: Running) -> None:
{drive}

code = run_window(StartOptions(profile=Path(sys.argv[1]), may_use_key_files=True), drive)
print("ended", code, flush=True)
"""
_ROOMS = """
    timer = QTimer(running.window)
    def look() -> None:
        if running.is_ready is None or not running.is_ready.is_set():
            return
        timer.stop()
        rooms, window = running.desk_window, running.window
        made = lambda: sorted({"customers", "palette", "outbox"} & set(vars(rooms)))
        print("covered", window.is_covered, "asks", rooms.sign_in.isVisible())
        print("at first", made())
        window.show_work()
        rooms.show_room("customers")
        print("customers", rooms.customers.isVisible(), window.is_inbox)
        rooms.open_palette()
        print("palette", rooms.palette.isVisible())
        rooms.palette.leave()
        rooms.show_room("inbox")
        print("inbox", window.is_inbox, rooms.case.isVisible(), rooms.customer.isVisible())
        print("keys", len(window.keymap.actions()) > 30)
        rooms.open_outbox()
        timer.timeout.disconnect()
        shown = lambda: (timer.stop(), print("outbox"), window.close())
        timer.timeout.connect(lambda: rooms.is_outbox_open and shown())
        timer.start(5)
    timer.timeout.connect(look)
    timer.start(5)
"""

_SPEAKS = """
    timer = QTimer(running.app)
    first, asked = running.window, []
    def look() -> None:
        rooms = running.desk_window
        if running.is_ready is None or not running.is_ready.is_set() or rooms is None:
            return
        if running.window is first:
            if not asked:
                asked.append(True)
                print(rooms.window.rail.inbox.text(), rooms.formats.language, first.isVisible())
                rooms.window.resize(1100, 700)
                rooms.menus.open_settings()
                rooms.menus._on_setting({"language": "en"})
            return
        timer.stop()
        print(running.window.rail.inbox.text(), rooms.formats.language, rooms.desk is running.desk)
        print(first.isVisible(), running.window.isVisible(), running.window.size() == first.size())
        print(rooms.errors.sentence("decision.too_late", {})[:4], rooms.sign_in.isVisible())
        running.theme.apply(choice="dark")
        rooms.menus._on_setting({"language": "en"})  # the same again begins nothing
        QTimer.singleShot(200, lambda: (print(running.window is rooms.window), running.window.close()))
    timer.timeout.connect(look)
    timer.start(20)
"""

_FAILS_TO_SPEAK = """
    timer = QTimer(running.app)
    first, tries = running.window, []
    def look() -> None:
        rooms = running.desk_window
        if running.is_ready is None or not running.is_ready.is_set() or rooms is None:
            return
        if not tries:
            rooms.report_bug = lambda name, error: tries.append(f"{name}: {error}")
            real = type(rooms).build
            async def fails(self):
                await asyncio.sleep(0)
                type(rooms).build = real
                raise OSError("no room")
            type(rooms).build = fails
            tries.append("begun")
            rooms.menus._on_setting({"language": "en"})
        elif len(tries) == 2 and running.window is first:
            print(tries[1], first.isEnabled(), running.words.language, running.formats.language)
            tries.append("again")
            rooms.menus._on_setting({"language": "en"})
        elif running.window is not first:
            timer.stop()
            print(running.words.language, running.window.isEnabled())
            QTimer.singleShot(200, running.window.close)
    timer.timeout.connect(look)
    timer.start(20)
"""


def _started(drive: str, profile: Path) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKSTATION_")}
    environment |= {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKSTATION_HOME": str(profile.parent),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _START.format(drive=drive), str(profile)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_rooms_that_nobody_sees_are_made_when_they_are_asked_for(tmp_path: Path) -> None:
    assert _started(_ROOMS, tmp_path / "profile") == [
        "covered True asks True",
        "at first []",
        "customers True False",
        "palette True",
        "inbox True True True",
        "keys True",
        "outbox",
        "ended 0",
    ]


@pytest.mark.parametrize("after_ms", ["before", "0", "150"])
def test_a_window_closed_while_it_loads_ends_the_program(after_ms: str, tmp_path: Path) -> None:
    act = (
        "running.window.close()"
        if after_ms == "before"
        else f"QTimer.singleShot({after_ms}, running.window.close)"
    )
    assert _started(f"    {act}", tmp_path / "profile")[-1] == "ended 0"


def test_another_language_is_another_window_over_the_same_desk(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "preferences.json").write_text('{"language": "de"}', encoding="utf-8")
    assert _started(_SPEAKS, profile) == [
        "Eingang de True",
        "Inbox en True",
        "False True True",
        "This True",
        "True",
        "ended 0",
    ]


def test_a_language_that_cannot_be_shown_leaves_the_window_as_it_was(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "preferences.json").write_text('{"language": "de"}', encoding="utf-8")
    assert _started(_FAILS_TO_SPEAK, profile) == [
        "window.language: no room True de de",
        "en True",
        "ended 0",
    ]


def test_what_drives_the_window_begins_when_it_can_be_awaited(tmp_path: Path) -> None:
    act = """
    async def look():
        await asyncio.sleep(0)
        print("awaited")
        running.window.close()
    running.when_looping.append(lambda: setattr(running, "task", asyncio.ensure_future(look())))
"""
    assert _started(act, tmp_path / "profile") == ["awaited", "ended 0"]
