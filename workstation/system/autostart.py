"""Starts a command when the person signs in at the computer: one small file in the system's own place."""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAME = "workstation-hub"


def autostart_file(platform: str = sys.platform, home: Path | None = None) -> Path:
    """Return the file that makes the system start the command on ``platform``."""
    base = home or Path.home()
    if platform == "win32":
        roaming = Path(os.environ.get("APPDATA", base / "AppData" / "Roaming"))
        return roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup" / f"{NAME}.cmd"
    if platform == "darwin":
        return base / "Library" / "LaunchAgents" / f"org.{NAME}.plist"
    config = Path(os.environ.get("XDG_CONFIG_HOME", base / ".config"))
    return config / "autostart" / f"{NAME}.desktop"


def autostart_text(command: Sequence[str], platform: str = sys.platform) -> str:
    """Return the content of that file."""
    if platform == "win32":
        return f'@echo off\r\nstart "" /min {subprocess.list2cmdline(command)}\r\n'
    if platform == "darwin":
        entry = {"Label": f"org.{NAME}", "ProgramArguments": list(command), "RunAtLoad": True}
        return plistlib.dumps(entry).decode()
    # The desktop entry format wants % doubled and its own quoting; shell quoting is a subset it reads.
    line = " ".join(shlex.quote(part).replace("%", "%%") for part in command)
    head = "[Desktop Entry]\nType=Application\nName=Workstation Hub\n"
    return f"{head}Exec={line}\nX-GNOME-Autostart-enabled=true\n"


def set_autostart(command: Sequence[str], *, is_on: bool) -> None:
    """Switch it on or off.

    Raises:
        OSError: the file cannot be written or removed.
    """
    place = autostart_file()
    if not is_on:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(autostart_text(command), encoding="utf-8", newline="")
