"""Reading a stream of server-sent events, piece by piece, whatever the pieces are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_LINE = 1024 * 1024


class Event(NamedTuple):
    """One event; comments (heartbeats) come out as events called ``:``."""

    name: str
    data: str
    id: str


def events_of(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of a stream as they become complete."""
    name, last_id = "", ""
    data: list[str] = []
    for line in _lines(pieces):
        if not line:
            if data or name:
                yield Event(name or "message", "\n".join(data), last_id)
            name, data = "", []
        elif line.startswith(":"):
            yield Event(":", line[1:].strip(), last_id)
        else:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id" and "\0" not in value:
                last_id = value


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        rest += piece
        *lines, rest = rest.replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")
        if len(rest) > MAX_LINE:
            return
