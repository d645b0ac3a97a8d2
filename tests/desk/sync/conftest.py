"""A real hub as its own process, and desks that talk to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from workstation.ports import HubUnavailable
from workstation.remote.embedded import ProcessHub, hub_command
from workstation.system.keys import FileSecrets
from workstation.system.lock import is_locked

PASSWORD = "ein langes Passwort 1"
ROOT = str(Path(__file__).parents[3])


class HubOnDisk:
    """A firm in a folder; starts, dies and comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secrets = FileSecrets(folder.parent / "hub-keys")
        self.control = ProcessHub(folder, self._secrets, start_s=240)

    def create(self) -> None:
        """Set the firm up."""
        self.control.create_firm("Backhaus Lindner", "Lena Lindner", "lena", PASSWORD, "de")

    def start(self) -> str:
        """Start it if it does not run; returns its address."""
        return self.control.ensure().url

    def kill(self) -> None:
        """End it as a power cut would; a desk that finds it gone starts it anew, see :meth:`down`."""
        path = self.folder / "hub.lock"
        while is_locked(path):
            # Between taking the lock and writing its number stands that of a process long gone, or none.
            number = path.read_bytes()[1:].decode()
            if number:
                with suppress(ProcessLookupError):
                    os.kill(int(number), signal.SIGKILL)
            time.sleep(0.02)

    @contextmanager
    def down(self) -> Iterator[None]:
        """End it and keep the desks of this process from starting it until the block ends."""
        with patch.object(ProcessHub, "_start", side_effect=HubUnavailable("hub.does_not_start")):
            self.kill()
            yield

    def command(self, *arguments: str) -> str:
        """Run the hub's own command line and return what it says."""
        key = self._secrets.read("hub-key")
        assert key is not None
        done = subprocess.run(
            hub_command("--folder", str(self.folder), *arguments),
            input=f"{key.hex()}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def hub(firm_on_disk: HubOnDisk) -> HubOnDisk:
    """A firm whose hub is running, whatever the test before has done to it."""
    firm_on_disk.start()
    return firm_on_disk


@pytest.fixture(scope="module")
def firm_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubOnDisk]:
    """A firm of its own for the tests of a module."""
    os.environ["PYTHONPATH"] = ROOT
    assert sys.platform != "win32"
    made = HubOnDisk(tmp_path_factory.mktemp("firm") / "hub")
    made.create()
    made.start()
    yield made
    made.kill()
