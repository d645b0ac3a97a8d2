"""Child: keep-alive connections that send ready requests one after the other, on plain sockets."""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from pathlib import Path

import msgspec


class _Connection:
    """One keep-alive connection with its list of requests."""

    def __init__(self, port: int, requests: list[bytes], repeat: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests * repeat
        self.place = 0
        self.sent_at = 0.0
        self.waits_for = -1
        self.received = bytearray()

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        if self.place == len(self.requests):
            return False
        self.received.clear()
        self.waits_for = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.requests[self.place])
        self.place += 1
        return True

    def take(self) -> bool:
        """Read what is there; True when the answer is whole.

        Raises:
            ConnectionError: the other side has closed.
        """
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the hub closed the connection")
        self.received += part
        if self.waits_for < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.received[:end]).lower()
            at = head.index(b"content-length:") + 15
            self.waits_for = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        return len(self.received) >= self.waits_for


def _run(connections: list[_Connection], expected: bytes) -> tuple[float, list[float], int]:
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    spans: list[float] = []
    size = 0
    begun = time.perf_counter()
    left = sum(connection.send() for connection in connections)
    while left:
        for key, _ in selector.select():
            one: _Connection = key.data
            if not one.take():
                continue
            spans.append(time.perf_counter() - one.sent_at)
            size += len(one.received)
            if not one.received.startswith(b"HTTP/1.1 200") or expected not in one.received:
                raise SystemExit(f"unexpected answer: {bytes(one.received)[:600]!r}")
            if not one.send():
                left -= 1
    return time.perf_counter() - begun, spans, size


def main() -> None:
    """Send all requests and print what was seen as JSON."""
    asked = json.loads(sys.argv[1])
    requests: list[list[bytes]] = msgspec.msgpack.decode(
        Path(asked["file"]).read_bytes(), type=list[list[bytes]]
    )
    connections = [_Connection(asked["port"], one, asked["repeat"]) for one in requests]
    cpu = time.process_time()
    seconds, spans, size = _run(connections, asked["expected"].encode())
    print(
        json.dumps(
            {
                "seconds": seconds,
                "spans": spans,
                "client_cpu_s": time.process_time() - cpu,
                "bytes": size // max(1, len(spans)),
            }
        )
    )


if __name__ == "__main__":
    main()
