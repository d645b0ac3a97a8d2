"""Pictures from the net: nothing of the own network, no passwords along, nothing endless."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workstation.remote import pictures
from workstation.remote.pictures import RequestsPictures

CONTENT = b"\x89PNG a picture"


class Server(BaseHTTPRequestHandler):
    """A server of pictures; the path says how it behaves."""

    seen: list[str]
    let_go: threading.Event

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        self.send_response(200)
        self.send_header("Content-Type", "image/png" if self.path != "/page" else "text/html")
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        if self.path in ("/slow", "/broken", "/silent"):
            self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            if self.path == "/slow":
                while not self.let_go.wait(0.02):
                    self.wfile.write(b"x")
            elif self.path == "/silent":
                self.wfile.write(CONTENT)
                self.let_go.wait(60)
            elif self.path == "/large":
                self.wfile.write(b"x" * 3000)
            else:
                self.wfile.write(CONTENT)
        except OSError:
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Server.seen, Server.let_go = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setattr(pictures, "_is_outside", lambda _url: True)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Server.let_go.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_picture_is_fetched_without_anybodys_password(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login erika password geheim\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert RequestsPictures().fetch(f"{base}/p.png") == CONTENT
    assert Server.seen == [""]


@pytest.mark.parametrize("path", ["/page", "/packed", "/large"])
def test_what_is_no_plain_picture_is_left(base: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 2000)
    assert RequestsPictures().fetch(base + path) is None


def test_a_picture_that_breaks_off_is_none_and_no_failure(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert RequestsPictures().fetch(f"{base}/broken") is None
    monkeypatch.setattr(pictures, "TIMEOUT_S", 0.3)
    assert RequestsPictures().fetch(f"{base}/silent") is None


def test_a_server_that_drips_is_left(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LONGEST_S", 0.3)
    done: list[bytes | None] = []
    thread = threading.Thread(target=lambda: done.append(RequestsPictures().fetch(f"{base}/slow")))
    thread.start()
    thread.join(timeout=60)
    assert done == [None]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/p.png",
        "http://localhost/p.png",
        "http://[::1]/p.png",
        "http://[::ffff:127.0.0.1]/p.png",
        "http://10.0.0.1/p.png",
        "http://169.254.169.254/latest",
        "http://2130706433/p.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/p.png",
    ],
)
def test_nothing_of_the_own_network_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.get", lambda *_args, **_more: pytest.fail("it was asked"))
    assert RequestsPictures().fetch(url) is None
