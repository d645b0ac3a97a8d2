"""What counts as an answer of the hub, and what everything else is called."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workstation.casework.errors import RuleViolation
from workstation.casework.wire import codec
from workstation.casework.wire.session import ChallengeRequest
from workstation.casework.wire.sync import Problem, PullRequest
from workstation.ports import GenerationChanged, HubUnavailable, ProtocolMismatch, SignInRequired
from workstation.remote.events import Event, events_of
from workstation.remote.hub_client import RequestsHub
from workstation.remote.retry import FullJitter

PULLED = (
    b'{"generation":"g","rows":[{"scope":"s","seq":1,"entity":"case","id":"x","rev":1,"body":{"a":1}}],'
    b'"cursors":{"s":1},"heads":{"s":1},"scopes":["s"],"server_time":"2026-11-23T09:00:00Z","new_field":1}'
)


class Answers:
    """What the server says next; remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = PULLED
        self.headers: dict[str, str] = {"Workstation-Hub": "1", "Content-Type": "application/json"}
        self.cut = False
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def problem(self, status: int, code: str, **headers: str) -> None:
        self.status = status
        self.body = codec.encode(Problem(title="", status=status, code=code, params={"n": "1"}))
        self.headers |= {"Content-Type": "application/problem+json", **headers}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def hub(answers: Answers) -> Iterator[RequestsHub]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self.rfile.read(length)
            answers.asked.append((self.command, self.path, dict(self.headers)))
            self.send_response(answers.status)
            for name, value in answers.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answers.body)))
            self.end_headers()
            self.wfile.write(answers.body[: 10 if answers.cut else None])
            self.close_connection = answers.cut

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    client = RequestsHub(f"http://127.0.0.1:{server.server_port}", timeout_s=60)
    yield client
    client.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_answer_of_the_hub_is_read_and_unknown_fields_are_ignored(
    hub: RequestsHub, answers: Answers
) -> None:
    hub.set_token("abc")
    answer = hub.pull(PullRequest())
    assert (answer.generation, bytes(answer.rows[0].body)) == ("g", b'{"a":1}')
    _, path, headers = answers.asked[0]
    assert (path, headers["Authorization"]) == ("/v1/sync/pull", "Bearer abc")


@pytest.mark.parametrize(
    ("status", "body", "content_type"),
    [
        (200, b"<html>Bitte melden Sie sich im WLAN an</html>", "text/html"),
        (200, PULLED, "application/json"),
        (502, b"<html>Bad gateway</html>", "text/html"),
        (302, b"", "text/html"),
        (404, b"{}", "application/json"),
    ],
)
def test_whatever_has_not_the_hubs_sign_is_no_answer(
    hub: RequestsHub, answers: Answers, status: int, body: bytes, content_type: str
) -> None:
    answers.status, answers.body, answers.headers = status, body, {"Content-Type": content_type}
    if status == 302:
        answers.headers["Location"] = "http://portal.example/"
    with pytest.raises(HubUnavailable) as caught:
        hub.pull(PullRequest())
    assert caught.value.why == "net.not_the_hub"
    assert len(answers.asked) == 1


def test_a_body_that_is_cut_or_no_json_is_no_answer(hub: RequestsHub, answers: Answers) -> None:
    answers.body = b"<html>"
    with pytest.raises(HubUnavailable):
        hub.pull(PullRequest())
    answers.body, answers.cut = PULLED, True
    with pytest.raises(HubUnavailable):
        hub.pull(PullRequest())


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_try_again_later(hub: RequestsHub, answers: Answers, status: int) -> None:
    answers.problem(status, "hub.busy", **{"Retry-After": "7"})
    with pytest.raises(HubUnavailable) as caught:
        hub.pull(PullRequest())
    assert (caught.value.why, caught.value.retry_after_s) == ("hub.busy", 7.0)


def test_refusals_have_their_own_names(hub: RequestsHub, answers: Answers) -> None:
    for status, code, kind in (
        (401, "session.token_expired", SignInRequired),
        (403, "device.revoked", SignInRequired),
        (426, "feed.schema_unsupported", ProtocolMismatch),
        (422, "http.invalid", RuleViolation),
        (413, "commands.too_many", RuleViolation),
    ):
        answers.problem(status, code)
        with pytest.raises(kind) as caught:
            hub.pull(PullRequest())
        assert getattr(caught.value, "code") == code  # noqa: B009
    for status, code, is_restored in (
        (409, "feed.generation_changed", True),
        (409, "feed.cursor_ahead", True),
        (410, "feed.cursor_below_floor", False),
    ):
        answers.problem(status, code)
        with pytest.raises(GenerationChanged) as change:
            hub.pull(PullRequest())
        assert change.value.is_restored is is_restored


def test_a_refusal_at_the_door_is_told_to_the_person(hub: RequestsHub, answers: Answers) -> None:
    for status, code in (
        (401, "session.password_wrong"),
        (403, "device.waiting"),
        (429, "session.too_many_attempts"),
    ):
        answers.problem(status, code)
        with pytest.raises(RuleViolation) as caught:
            hub.challenge(ChallengeRequest(device_id="d"))
        assert (caught.value.code, caught.value.params) == (code, {"n": "1"})


def test_nobody_there_is_no_answer() -> None:
    # Taken and not listened at: nobody else can answer there meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = RequestsHub(f"http://127.0.0.1:{taken.getsockname()[1]}", timeout_s=60)
        with pytest.raises(HubUnavailable) as caught:
            client.hello("12345678")
    assert caught.value.why == "net.no_connection"
    client.close()
    with pytest.raises(HubUnavailable) as caught:
        client.hello("12345678")
    assert caught.value.why == "net.closed"


def test_an_attachment_is_checked_by_its_hash(hub: RequestsHub, answers: Answers, tmp_path: Path) -> None:
    answers.body, answers.headers["Content-Type"] = b"Bild", "application/octet-stream"
    right = hashlib.sha256(b"Bild").hexdigest()
    hub.get_blob(right, tmp_path / "bild.png")
    assert (tmp_path / "bild.png").read_bytes() == b"Bild"
    assert (tmp_path / "bild.png").stat().st_mode & 0o077 == 0
    with pytest.raises(HubUnavailable):
        hub.get_blob("0" * 64, tmp_path / "falsch.png")
    assert [path.name for path in tmp_path.iterdir()] == ["bild.png"]
    answers.problem(404, "blob.unknown")
    with pytest.raises(RuleViolation):
        hub.get_blob(right, tmp_path / "fehlt.png")


def test_pokes_are_heard_and_the_place_is_remembered(hub: RequestsHub, answers: Answers) -> None:
    answers.headers["Content-Type"] = "text/event-stream"
    answers.body = b'retry: 5\n\n: still here\n\nevent: poke\nid: abc\ndata: {"team:1": 7}\n\n'
    heard: list[dict[str, int]] = []
    hub.listen(heard.append, lambda: False)
    assert heard == [{}, {"team:1": 7}]
    hub.listen(heard.append, lambda: False)
    assert answers.asked[-1][2]["Last-Event-ID"] == "abc"
    answers.problem(401, "session.token_expired")
    with pytest.raises(SignInRequired):
        hub.listen(heard.append, lambda: False)


def test_events_come_out_whole_whatever_the_pieces_are() -> None:
    stream = b"event: poke\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\n: beat\n\ndata: c\n\nevent: cut"
    whole = [Event("poke", "a\nb", "1"), Event(":", "beat", "1"), Event("message", "c", "1")]
    dice = random.Random(3)
    for _ in range(50):
        pieces, rest = [], stream
        while rest:
            size = dice.randint(1, 9)
            pieces.append(rest[:size])
            rest = rest[size:]
        assert list(events_of(pieces)) == whole


def test_waiting_grows_to_five_minutes_and_begins_anew() -> None:
    backoff = FullJitter(dice=random.Random(1))
    delays = [backoff.next_s() for _ in range(400)]
    assert all(0 <= delay <= min(300, 2**n) for n, delay in enumerate(delays))
    assert max(delays) > 250 and min(delays[20:]) < 50
    backoff.reset()
    assert backoff.next_s() <= 1
