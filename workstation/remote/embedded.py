"""The hub on this computer: started detached if it does not run, found by its file, proved by a hello."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.ports import HubAddress, HubUnavailable, SecretStore
from workstation.remote.hub_client import RequestsHub
from workstation.system import keys
from workstation.system.lock import is_locked
from workstation.system.paths import make_private

_log = logging.getLogger(__name__)
LOCK_NAME = "hub.lock"
ENDPOINT_NAME = "endpoint.json"
SETTINGS_NAME = "hub.toml"
KEY_NAME = "hub-key"
START_S = 60.0
STOP_S = 15.0
MOST_STARTS = 3
_DETACHED = 0x00000008 | 0x00000200  # DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP


class _Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The file the hub writes (mode 0600) when it listens."""

    port: int
    pid: int
    start_id: str
    public_key: str
    local_proof: str


def hub_command(*arguments: str) -> list[str]:
    """Return the command line of the hub's program; a packaged program carries the hub inside."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "hub", *arguments]
    return [sys.executable, "-m", "workstation.hub.cli", *arguments]


class ProcessHub:
    """The port ``EmbeddedHub``: one hub process per folder, which outlives the desk."""

    def __init__(
        self,
        folder: Path,
        secrets: SecretStore,
        command: Callable[..., Sequence[str]] = hub_command,
        start_s: float = START_S,
    ) -> None:
        self._folder = folder
        self._secrets = secrets
        self._command = command
        self._start_s = start_s

    def ensure(self) -> HubAddress:
        """Return where it answers, starting it if it does not run.

        A look at the lock holds it for a moment, which can end a hub that starts in that moment: so it is
        tried more than once.
        """
        process: subprocess.Popen[bytes] | None = None
        starts = 0
        ends = time.monotonic() + self._start_s
        while True:
            address = self._address()
            if address is not None and self._is_proved(address):
                if process is not None:
                    # It is left running on purpose; nobody here waits for its end.
                    process.returncode = 0
                return address
            if time.monotonic() > ends:
                raise HubUnavailable("hub.does_not_start")
            if (process is None or process.poll() is not None) and not self._is_running():
                if starts == MOST_STARTS:
                    raise HubUnavailable("hub.does_not_start")
                process = self._start()
                starts += 1
            time.sleep(0.05)

    def create_firm(self, name: str, owner: str, login: str, password: str, language: str) -> None:
        """Set up a new firm with its owner; the hub's own set-up does it and says what is wrong."""
        make_private(self._folder)
        key = self._key()
        done = subprocess.run(
            self._command(
                "--folder",
                str(self._folder),
                "--language",
                language,
                "init",
                "--name",
                name,
                "--owner",
                owner,
                "--login",
                login,
                "--person-language",
                language,
                "--key-on-stdin",
            ),
            input=f"{key.hex()}\n{password}\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            # The set-up has said what is wrong in the person's language.
            raise RuleViolation("hub.setup_failed", what=done.stderr.strip()[-400:])

    def stop(self) -> bool:
        """End it and wait until it has; False when it did not run."""
        endpoint = self._endpoint()
        if endpoint is None or not self._is_running() or not self._is_proved(_address_of(endpoint)):
            return False
        os.kill(endpoint.pid, signal.SIGTERM)
        ends = time.monotonic() + STOP_S
        while self._is_running():
            if time.monotonic() > ends:
                raise HubUnavailable("hub.does_not_end")
            time.sleep(0.05)
        return True

    # ------------------------------------------------------------------ inside

    def _is_running(self) -> bool:
        return is_locked(self._folder / LOCK_NAME)

    def _start(self) -> subprocess.Popen[bytes]:
        if not (self._folder / SETTINGS_NAME).exists():
            raise HubUnavailable("hub.not_here")
        log = self._folder / "hub-start.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                self._command("--folder", str(self._folder), "serve", "--embedded"),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                start_new_session=sys.platform != "win32",
                creationflags=_DETACHED if sys.platform == "win32" else 0,
            )
        assert process.stdin is not None
        try:
            process.stdin.write(f"{self._key().hex()}\n".encode())
            process.stdin.close()
        except BrokenPipeError as error:
            process.wait(STOP_S)
            raise HubUnavailable("hub.does_not_start") from error
        _log.info("the hub of this computer was started, process %d", process.pid)
        return process

    def _key(self) -> bytes:
        key = self._secrets.read(KEY_NAME)
        if key is None:
            key = keys.random_key()
            self._secrets.write(KEY_NAME, key)
        return key

    def _endpoint(self) -> _Endpoint | None:
        try:
            return msgspec.json.decode((self._folder / ENDPOINT_NAME).read_bytes(), type=_Endpoint)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def _address(self) -> HubAddress | None:
        endpoint = self._endpoint()
        return _address_of(endpoint) if endpoint is not None else None

    def _is_proved(self, address: HubAddress) -> bool:
        """The process at that port signs our nonce with the key the endpoint file names."""
        hub = RequestsHub(address.url, timeout_s=5.0)
        nonce = keys.b64(keys.random_key())
        try:
            hello = hub.hello(nonce)
            if hello.public_key != address.public_key:
                return False
            signature = keys.unb64(hello.signature)
            keys.verify(keys.unb64(hello.public_key), b"workstation-hello\n" + nonce.encode(), signature)
        except (HubUnavailable, RuleViolation, keys.BadSignature, ValueError):
            return False
        finally:
            hub.close()
        return True


def _address_of(endpoint: _Endpoint) -> HubAddress:
    return HubAddress(
        url=f"http://127.0.0.1:{endpoint.port}",
        public_key=endpoint.public_key,
        local_proof=endpoint.local_proof,
        pid=endpoint.pid,
        start_id=endpoint.start_id,
    )
