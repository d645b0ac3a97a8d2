"""A mail server that takes a mail whole and then falls silent, so that nobody knows what became of it."""

from __future__ import annotations

import socketserver
import threading
from typing import Self


class _Talk(socketserver.StreamRequestHandler):
    """One SMTP talk; enough of it for a client that sends one mail."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, CuttingMail)
        self._say("220 here")
        for raw in self.rfile:
            word = raw.split()[0].upper() if raw.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                server.mails.append(self._data())
                if server.is_cutting:
                    return  # taken, but the answer never leaves
            elif word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 fine")

    def _data(self) -> bytes:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class CuttingMail(socketserver.ThreadingTCPServer):
    """On loopback, on a port of its own; ``mails`` is what it was handed, as bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[bytes] = []
        self.is_cutting = True
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1})

    @property
    def place(self) -> str:
        """Host and port, as the hub's command line takes it."""
        return f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
