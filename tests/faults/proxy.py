"""A bad line: a proxy between a desk and its hub that delays, cuts, doubles, swaps and forges what passes."""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

LATENCY_S = 0.8
JITTER_S = 1.5
SLOW_BYTES_PER_S = 8_000
SWAP_S = 0.7
"""How long a request is kept back so that a later one may pass it."""
_IDLE_S = 0.02
_PIECE = 65_536
_PORTAL = b"<html><head><title>WLAN</title></head><body>Please accept our terms to go online.</body></html>"


class Cut(Exception):
    """The line is cut here; ``is_hard`` means by a reset."""

    def __init__(self, *, is_hard: bool = False) -> None:
        super().__init__()
        self.is_hard = is_hard


@dataclass
class Exchange:
    """One request on its way to the hub, and the way back to the desk."""

    line: BadLine
    request: bytes
    number: int
    """Of the request on its connection, from 0."""
    client: asyncio.StreamWriter
    is_stream: bool

    async def ask(self) -> bytes:
        """Hand the request to the hub and read its whole answer.

        Raises:
            Cut: the hub is not there.
        """
        async with self._asked() as reader:
            answer = await reader.read(-1)
        if not answer:
            raise Cut
        return answer

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[asyncio.StreamReader]:
        """What the hub answers to the request; its connection is closed after, whatever happens."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.line.hub_port, limit=_PIECE)
        except OSError as error:
            raise Cut from error
        self.line.writers.add(writer)
        try:
            writer.write(self.request)
            await writer.drain()
            yield reader
        except OSError as error:
            raise Cut from error
        finally:
            writer.close()

    async def give(self, answer: bytes) -> None:
        """Give bytes to the desk."""
        self.client.write(answer)
        await self.client.drain()

    async def stream(self) -> None:
        """Pass on a stream of pokes until one of the two ends it."""
        async with self._asked() as reader:
            while piece := await reader.read(_PIECE):
                await self.give(piece)
        raise Cut

    async def pass_on(self) -> None:
        """Ask and answer as a good line does."""
        if self.is_stream:
            await self.stream()
        await self.give(kept_alive(await self.ask()))


Fault = Callable[[Exchange, random.Random], Awaitable[None]]


async def latency(exchange: Exchange, chance: random.Random) -> None:
    """Everything takes its time."""
    await asyncio.sleep(LATENCY_S)
    await exchange.pass_on()


async def jitter(exchange: Exchange, chance: random.Random) -> None:
    """Some of it takes its time."""
    await asyncio.sleep(chance.uniform(0, JITTER_S))
    await exchange.pass_on()


async def slow_line(exchange: Exchange, chance: random.Random) -> None:
    """8 kB a second, up and down."""
    await asyncio.sleep(len(exchange.request) / SLOW_BYTES_PER_S)
    if exchange.is_stream:
        await exchange.stream()
    answer = kept_alive(await exchange.ask())
    step = SLOW_BYTES_PER_S // 20
    for start in range(0, len(answer), step):
        await exchange.give(answer[start : start + step])
        await asyncio.sleep(step / SLOW_BYTES_PER_S)


async def dropped_before(exchange: Exchange, chance: random.Random) -> None:
    """The request never arrives."""
    raise Cut


async def dropped_answer(exchange: Exchange, chance: random.Random) -> None:
    """The hub has done it and the answer is lost."""
    if not exchange.is_stream:
        await exchange.ask()
    raise Cut


async def reset_in_the_body(exchange: Exchange, chance: random.Random) -> None:
    """Half an answer, then a reset."""
    if exchange.is_stream:
        raise Cut(is_hard=True)
    answer = kept_alive(await exchange.ask())
    body = answer.index(b"\r\n\r\n") + 4
    await exchange.give(answer[: body + (len(answer) - body) // 2])
    await asyncio.sleep(_IDLE_S)
    raise Cut(is_hard=True)


async def half_open(exchange: Exchange, chance: random.Random) -> None:
    """Nothing ever comes back, and the connection stays; the hub may have got the request or not."""
    if not exchange.is_stream and chance.random() < 0.5:
        await exchange.ask()
    await exchange.line.is_closed.wait()


async def in_single_bytes(exchange: Exchange, chance: random.Random) -> None:
    """Byte by byte."""
    if exchange.is_stream:
        await exchange.stream()
    for byte in kept_alive(await exchange.ask()):
        await exchange.give(bytes((byte,)))
        await asyncio.sleep(0)


async def doubled(exchange: Exchange, chance: random.Random) -> None:
    """The hub gets the request twice at the same time; the desk gets one of the answers."""
    if exchange.is_stream:
        await exchange.stream()
    answers = await asyncio.gather(exchange.ask(), exchange.ask(), return_exceptions=True)
    answer = chance.choice(answers)
    if isinstance(answer, BaseException):
        raise answer
    await exchange.give(kept_alive(answer))


async def reordered(exchange: Exchange, chance: random.Random) -> None:
    """A later request passes an earlier one, also one whose desk has given up waiting and asks again."""
    if exchange.is_stream:
        await exchange.stream()
    line = exchange.line
    if line.kept_back is None:
        line.kept_back = passed = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(SWAP_S):
                await passed.wait()
        if line.kept_back is passed:
            line.kept_back = None
        if chance.random() < 0.5:
            # It comes late to the hub, and nobody waits for the answer any more.
            line.later(_late(exchange))
            raise Cut
        await exchange.pass_on()
        return
    earlier, line.kept_back = line.kept_back, None
    try:
        await exchange.pass_on()
    finally:
        earlier.set()


async def _late(exchange: Exchange) -> None:
    await asyncio.sleep(SWAP_S)
    with suppress(Cut):
        await exchange.ask()


async def bad_gateway(exchange: Exchange, chance: random.Random) -> None:
    """Somebody else's error page; half of the time the hub has done what it was asked."""
    if not exchange.is_stream and chance.random() < 0.5:
        await exchange.ask()
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    await exchange.give(_page(b"502 Bad Gateway", page))


async def captive_portal(exchange: Exchange, chance: random.Random) -> None:
    """Somebody else's page that says all is well."""
    await exchange.give(_page(b"200 OK", _PORTAL))


async def truncated_gzip(exchange: Exchange, chance: random.Random) -> None:
    """The hub's answer, packed on the way and cut in the middle without anybody saying so."""
    if exchange.is_stream:
        raise Cut
    head, _, body = (await exchange.ask()).partition(b"\r\n\r\n")
    packed = gzip.compress(body)
    packed = packed[: max(12, len(packed) // 2)]
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(_FRAMING)]
    lines += [b"Content-Encoding: gzip", b"Content-Length: %d" % len(packed)]
    await exchange.give(b"\r\n".join(lines) + b"\r\n\r\n" + packed)


async def stale_keep_alive(exchange: Exchange, chance: random.Random) -> None:
    """A connection that answered once is dead when it is used again."""
    if exchange.number > 0:
        raise Cut(is_hard=chance.random() < 0.5)
    await exchange.pass_on()


FAULTS: dict[str, Fault] = {
    "latency": latency,
    "jitter": jitter,
    "8 kB a second": slow_line,
    "request lost": dropped_before,
    "answer lost": dropped_answer,
    "reset in the body": reset_in_the_body,
    "half open": half_open,
    "single bytes": in_single_bytes,
    "doubled": doubled,
    "reordered": reordered,
    "502 page": bad_gateway,
    "captive portal": captive_portal,
    "truncated gzip": truncated_gzip,
    "stale keep-alive": stale_keep_alive,
}
_FRAMING = (b"content-length:", b"content-encoding:", b"transfer-encoding:", b"connection:")


def _page(status: bytes, page: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (status, len(page))
    return head + page


def kept_alive(answer: bytes) -> bytes:
    """The hub's answer without the notice that it closes its own connection, which ends here."""
    head, between, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join(lines) + between + body


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST instead of FIN."""
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class BadLine:
    """A proxy on a port of its own; ``fault`` is what happens to requests now, ``share`` to how many."""

    hub_port: int
    chance: random.Random
    fault: str = ""
    share: float = 1.0
    hits: int = 0
    pushes_hit: int = 0
    """How many of the requests that met the fault carried acts."""
    port: int = 0
    is_closed: asyncio.Event = field(default_factory=asyncio.Event)
    kept_back: asyncio.Event | None = None
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    """All connections there were, to desks and to the hub."""
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_PIECE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End everything, and wait until no connection is open any more."""
        self.is_closed.set()
        if self._server is not None:
            self._server.close()
        tasks, writers = tuple(self._tasks), tuple(self.writers)
        for task in tasks:
            task.cancel()
        for writer in writers:
            # Whoever does not read what was written last must not keep a connection open.
            writer.transport.abort()
        await asyncio.gather(*tasks, *(each.wait_closed() for each in writers), return_exceptions=True)

    def later(self, work: Awaitable[None]) -> None:
        """Let something happen beside the connections."""
        self._keep(asyncio.ensure_future(work))

    def _keep(self, task: asyncio.Future[None]) -> None:
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # No coroutine: a task that is cancelled before its first step would never close its connection.
        if self.is_closed.is_set():
            writer.transport.abort()
            return
        self.writers.add(writer)
        self.later(self._connection(reader, writer))

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        try:
            while request := await _request(reader):
                is_stream = request.startswith(b"GET /v1/events")
                await self._serve(Exchange(self, request, number, writer, is_stream))
                number += 1
        except Cut as cut:
            if cut.is_hard:
                reset(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _serve(self, exchange: Exchange) -> None:
        fault = FAULTS.get(self.fault)
        if fault is None or self.chance.random() >= self.share:
            await exchange.pass_on()
            return
        self.hits += 1
        self.pushes_hit += exchange.request.startswith(b"POST /v1/commands")
        await fault(exchange, self.chance)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """One whole request, which asks the hub to close its connection after; empty at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = 0
    lines = []
    for line in head[:-4].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() != b"connection":
            lines.append(line)
    body = await reader.readexactly(length) if length else b""
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body
