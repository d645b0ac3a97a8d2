"""A real hub in its own process over a fresh SQLite file, and a device that speaks to it over HTTP."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import msgspec
import requests

from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import Body, Envelope, signed_bytes, type_of
from workstation.system.keys import b64, new_signing_key, public_key_of, sign

OWNER = "anna"
PASSWORD = "richtig-geheim"
PATIENCE_S = 240
"""For a process to start or to end, on the busiest machine."""


def hub_command(
    folder: Path, *arguments: str, stdin: str = "", check: bool = True, language: str = "en"
) -> subprocess.CompletedProcess[str]:
    """Run `workstation-hub` in its own process."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "workstation.hub.cli",
            "--language",
            language,
            "--folder",
            str(folder),
            *arguments,
        ],
        input=stdin,
        text=True,
        capture_output=True,
        check=check,
        timeout=PATIENCE_S,
    )


def make_firm(folder: Path, name: str = "Müller & Söhne", *more: str) -> None:
    """Make a firm with the owner `anna`."""
    hub_command(
        folder, "init", "--name", name, "--owner", "Anna Müller", "--trial", *more, stdin=PASSWORD + "\n"
    )


class HubProcess:
    """An embedded hub; `with HubProcess(folder) as hub`."""

    def __init__(self, folder: Path, *arguments: str, key: str = "") -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "workstation.hub.cli", "--folder", str(folder)),
                *("serve", "--embedded", *arguments),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(key + "\n")
        self._process.stdin.close()
        self.endpoint = self._wait_for_endpoint()

    def _wait_for_endpoint(self) -> dict[str, Any]:
        ends_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_at:
            if self._process.poll() is not None:
                assert self._process.stderr is not None
                with self._process.stderr as stderr:
                    raise AssertionError(f"the hub ended: {stderr.read()}")
            path = self.folder / "endpoint.json"
            if path.exists():
                content: dict[str, Any] = json.loads(path.read_text())
                # A hub that was killed has left its file behind until this one clears it away.
                if content["pid"] == self._process.pid:
                    return content
            time.sleep(0.05)
        raise AssertionError("the hub did not start")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.endpoint['port']}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> int:
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(PATIENCE_S)
        finally:
            if self._process.stderr is not None:
                self._process.stderr.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass
class Device:
    """A device with its own key; signs what has to be signed."""

    url: str
    local_proof: str = ""
    device_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    private: bytes = field(default_factory=new_signing_key)
    epoch: str = field(default_factory=lambda: str(uuid.uuid4()))
    session: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def token(self) -> str:
        return str(self.session.get("token", ""))

    def signed(self, message: str) -> str:
        return b64(sign(self.private, message.encode()))

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = dict(more.pop("headers", {}))
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.http.request(method, self.url + path, headers=headers, timeout=40, **more)

    def enrol(self, **changes: Any) -> requests.Response:
        body = {
            "device_id": self.device_id,
            "name": "Kasse 1",
            "public_key": b64(public_key_of(self.private)),
            "proof": self.signed(f"workstation-enrol\n{self.device_id}"),
            "local_proof": self.local_proof,
        }
        return self.call("POST", "/v1/devices/enrol", json={**body, **changes})

    def challenge(self) -> str:
        answer = self.call("POST", "/v1/challenge", json={"device_id": self.device_id})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["challenge"])

    def session_body(self, login: str = OWNER, password: str = PASSWORD, **changes: Any) -> dict[str, Any]:
        challenge = changes.pop("challenge", None) or self.challenge()
        body = {
            "device_id": self.device_id,
            "challenge": challenge,
            "login": login,
            "password": password,
            "signature": self.signed(f"workstation-session\n{challenge}\n{login}"),
        }
        return {**body, **changes}

    def sign_in(self, login: str = OWNER, password: str = PASSWORD) -> dict[str, Any]:
        answer = self.call("POST", "/v1/session", json=self.session_body(login, password))
        assert answer.status_code == 200, answer.text
        self.session = answer.json()
        return self.session

    def token_body(self, **changes: Any) -> dict[str, Any]:
        challenge = changes.pop("challenge", None) or self.challenge()
        session_id = changes.get("session_id", self.session["session_id"])
        body = {
            "device_id": self.device_id,
            "session_id": session_id,
            "challenge": challenge,
            "signature": self.signed(f"workstation-token\n{challenge}\n{session_id}"),
        }
        return {**body, **changes}

    def envelope(self, body: Body, raw: bytes = b"", **given: Any) -> dict[str, Any]:
        """A signed command as it goes over the wire; `given` stands instead of the usual before signing."""
        self.seq += 1
        raw = raw or encode(body)
        envelope = Envelope(
            cmd_id=str(uuid.uuid4()),
            case_id=body.case_id,
            type=given.get("type", type_of(body)),
            type_v=given.get("type_v", 1),
            body=raw,  # type: ignore[arg-type]
            sha256=hashlib.sha256(raw).hexdigest(),
            device_id=self.device_id,
            outbox_epoch=self.epoch,
            device_seq=given.get("device_seq", self.seq),
            person_id=self.session["person_id"],
            signature="",
            wall=datetime.now(UTC),
        )
        return {
            "cmd_id": envelope.cmd_id,
            "case_id": envelope.case_id,
            "type": envelope.type,
            "type_v": envelope.type_v,
            "body": msgspec.Raw(raw),
            "sha256": envelope.sha256,
            "device_id": envelope.device_id,
            "outbox_epoch": envelope.outbox_epoch,
            "device_seq": envelope.device_seq,
            "person_id": envelope.person_id,
            "signature": b64(sign(self.private, signed_bytes(envelope))),
            "wall": envelope.wall.isoformat(),
        }

    def push(self, *envelopes: Any) -> requests.Response:
        """Send commands; bodies keep the very bytes their hash was made of."""
        items = [item if isinstance(item, bytes) else msgspec.json.encode(item) for item in envelopes]
        raw = b"[" + b",".join(items) + b"]"
        return self.call("POST", "/v1/commands", data=raw, headers={"Content-Type": "application/json"})

    def pull(self, **request: Any) -> requests.Response:
        return self.call("POST", "/v1/sync/pull", json=request)


def forged(token: str) -> str:
    """The token with one bit of its claims changed."""
    head, _, tail = token.partition(".")
    raw = bytearray(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    raw[10] ^= 1
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode() + "." + tail


def is_running(pid: int) -> bool:
    """Whether a process with that number lives."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
