"""The processes a story needs: the hub as a server, the desk with its window, each killable at will."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]


class StepFailed(Exception):
    """Something in a story did not hold; the text says what."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a process: this checkout, no crash point of an earlier run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKSTATION_")}
    kept["PYTHONPATH"] = str(ROOT)
    kept["QT_QPA_PLATFORM"] = "offscreen"
    kept.update(extra or {})
    return kept


class HubProcess:
    """``workstation-hub`` of one folder: commands, and the server as a process of its own."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self.port = 0
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, given: str = "", check: bool = True) -> str:
        """Run one command of the hub's command line; returns what it printed."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "workstation.hub.cli",
                "--language",
                "en",
                "--folder",
                str(self.folder),
                *arguments,
            ],
            input=given,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=120,
            check=False,
        )
        if check and done.returncode:
            raise StepFailed(f"workstation-hub {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, port: int, crash_at: str = "") -> None:
        """Serve on ``port``; ``crash_at`` names the point at which the process kills itself."""
        self.port = port
        extra = {"WORKSTATION_CRASH_AT": crash_at} if crash_at else {}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "workstation.hub.cli",
                    "--language",
                    "en",
                    "--folder",
                    str(self.folder),
                    "serve",
                    "--port",
                    str(port),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(extra),
            )

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def wait_dead(self, within_s: float) -> bool:
        """Wait until it has killed itself; tells whether it did."""
        assert self._process is not None
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def pause(self, is_paused: bool) -> None:
        """Stop or go on: from outside it looks like a line that is cut."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if is_paused else signal.SIGCONT)

    def kill(self) -> None:
        """Kill it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None


class DeskProcess:
    """The desk with its window; ``do`` gives it one command and returns its answer."""

    def __init__(
        self,
        profile: Path,
        hub_url: str,
        login: str,
        password: str,
        log: Path,
        approve: Callable[[str], object],
    ) -> None:
        self._approve = approve
        self._given = {"profile": str(profile), "hub_url": hub_url, "login": login, "password": password}
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._number = 0

    def start(self, crash_at: str = "") -> Self:
        """Open the window and wait until somebody is signed in."""
        extra = {"WORKSTATION_CRASH_AT": crash_at} if crash_at else {}
        self._answers = queue.Queue()
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.stories.desk_process", json.dumps(self._given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=environment(extra),
            )
        threading.Thread(target=self._read, args=(self._process, self._answers), daemon=True).start()
        seen = self.do("ready", within_s=60)
        if seen["code"]:
            self._approve(seen["code"])
            self.do("sign_in", login=self._given["login"], password=self._given["password"])
        return self

    @staticmethod
    def _read(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                answers.put(line)
        answers.put("")

    def do(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Carry out a command.

        Raises:
            StepFailed: it failed, or the process has died.
        """
        process = self._process
        assert process is not None and process.stdin is not None
        try:
            self._number += 1
            number = self._number
            process.stdin.write(json.dumps({"do": name, "ticket": number, **arguments}) + "\n")
            process.stdin.flush()
            line = self._answer_to(number, float(arguments.get("within_s", 30)) + 30)
        except (BrokenPipeError, queue.Empty) as error:
            raise StepFailed(f"the desk does not answer: {name}") from error
        if not line:
            raise DeskDied(f"the desk has died at {name}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise StepFailed(f"{name}: {answer['error']}")
        return answer

    def _answer_to(self, number: int, within_s: float) -> str:
        """Return the answer to one command; those to commands only sent are passed over."""
        ends = time.monotonic() + within_s
        while True:
            line = self._answers.get(timeout=max(0.01, ends - time.monotonic()))
            if not line or json.loads(line)["ticket"] == number:
                return line

    def send(self, name: str, **arguments: Any) -> None:
        """Give a command without waiting: the process may die of it."""
        process = self._process
        assert process is not None and process.stdin is not None
        try:
            self._number += 1
            process.stdin.write(json.dumps({"do": name, "ticket": self._number, **arguments}) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def wait_dead(self, within_s: float) -> bool:
        """Wait until it has killed itself; tells whether it did."""
        assert self._process is not None
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Close the window as a person would and wait for the end."""
        if self._process is None or self._process.poll() is not None:
            return
        self.send("close")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class DeskDied(StepFailed):
    """The desk's process has ended by itself."""


def wait_for(holds: Any, within_s: float, what: str) -> Any:
    """Return the first true answer of ``holds``.

    Raises:
        StepFailed: none came in time.
    """
    ends = time.monotonic() + within_s
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > ends:
            raise StepFailed(f"not within {within_s:g} s: {what}")
        time.sleep(0.1)
