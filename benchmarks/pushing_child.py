"""Children of T16: desks that wait for pokes on plain sockets, and the plainest writer loop there is."""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import sys
import time
from pathlib import Path

EVENT = b"event: poke\n"
_PLAIN = EVENT + b"id: " + b"x" * 120 + b"\ndata: " + b"x" * 120 + b"\n\n"


class _Desks:
    """Connections that wait."""

    def __init__(self, port: int, requests: list[str]) -> None:
        self._selector = selectors.DefaultSelector()
        self._seen: dict[socket.socket, bytearray] = {}
        for request in requests:
            one = socket.create_connection(("127.0.0.1", port))
            one.sendall(request.encode())
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
            self._seen[one] = bytearray()

    def listen(self, within_s: float, wanted: int = -1) -> list[float]:
        """Return when each connection had a whole event, until ``wanted`` of them or the time is over."""
        for seen in self._seen.values():
            seen.clear()
        told: dict[socket.socket, float] = {}
        ends = time.monotonic() + within_s
        while len(told) != wanted and (left := ends - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                part = one.recv(65_536)
                if not part:
                    raise SystemExit("a connection was closed")
                seen = self._seen[one]
                seen += part
                at = seen.find(EVENT)
                if at >= 0 and b"\n\n" in seen[at:]:
                    told.setdefault(one, time.monotonic())
        return sorted(told.values())


def _wait(port: int, requests: list[str], casts: int) -> None:
    """Open a connection a request; tell for each cast when each of them had it."""
    desks = _Desks(port, requests)
    desks.listen(3.0)  # the heads of the answers, and what has moved before
    print("ready", flush=True)
    for _ in range(casts):
        print(json.dumps(desks.listen(30.0, len(requests))), flush=True)


async def _serve(port: int) -> None:
    """Take connections and write one event to all of them whenever a line comes in."""
    writers: list[asyncio.StreamWriter] = []

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n")
        writers.append(writer)

    server = await asyncio.start_server(on_connection, "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        for writer in writers:
            writer.write(_PLAIN)
    server.close()


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    if asked["side"] == "server":
        asyncio.run(_serve(asked["port"]))
    else:
        _wait(asked["port"], json.loads(Path(asked["file"]).read_text("utf-8")), asked["casts"])
