"""Whether today's programs and those of a recorded schema understand each other: what breaks, in words"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from tests.wire.messages import going_down, going_up, messages_of
from workstation.casework.wire.upcast import raised

_COMMAND = "command "


class Recording(msgspec.Struct):
    """A schema as it was: what went over the wire, and by what each side told good messages from bad."""

    schema: int
    up: dict[str, list[Any]]
    down: dict[str, list[Any]]
    hub_reads: dict[str, Any]
    desk_reads: dict[str, Any]
    versions: dict[str, int] = {}
    """Command -> the version that program wrote; 1 where none is named."""


def recorded(path: Path) -> Recording:
    """Return a recording."""
    return msgspec.json.decode(path.read_bytes(), type=Recording)


def broken_by(path: Path) -> list[str]:
    """Return what programs of that schema and of today do not understand of each other, in words."""
    then = recorded(path)
    return [
        *_unread("the hub", then.up, going_up(), then.versions),
        *_unread("the desk", then.down, going_down(), {}),
        *_refused(f"a desk of schema {then.schema}", then.desk_reads, going_down()),
        *_refused(f"a hub of schema {then.schema}", then.hub_reads, _questions()),
    ]


def _questions() -> dict[str, type[Any]]:
    """What a desk asks whatever the hub's age; which commands a hub knows depends on its own."""
    return {name: kind for name, kind in going_up().items() if not name.startswith(_COMMAND)}


def _unread(
    who: str, messages: dict[str, list[Any]], now: dict[str, type[Any]], versions: dict[str, int]
) -> Iterator[str]:
    """Messages of then, read today."""
    for name, given in messages.items():
        kind = now.get(name)
        if kind is None:
            yield f"{who} does not know «{name}» any more"
            continue
        for message in given:
            raw = msgspec.json.encode(message)
            if name.startswith(_COMMAND):
                tag = name.removeprefix(_COMMAND)
                raw = raised(raw, tag, versions.get(tag, 1))
            try:
                value = msgspec.json.decode(raw, type=kind)
            except msgspec.ValidationError as error:
                yield f"{who} cannot read «{name}» any more: {error}"
                continue
            for field in _lost(msgspec.json.decode(raw), value, "$"):
                yield f"{who} does not read {field} of «{name}» any more"


def _lost(given: Any, value: Any, path: str) -> Iterator[str]:
    """Fields that were given and that nobody reads."""
    if isinstance(value, msgspec.Struct):
        known = {field.encode_name: field.name for field in msgspec.structs.fields(value)}
        for name, inner in given.items():
            if name in known:
                yield from _lost(inner, getattr(value, known[name]), f"{path}.{name}")
            elif name != value.__struct_config__.tag_field:
                yield f"{path}.{name}"
    elif isinstance(value, list | tuple) and isinstance(given, list):
        for inner, one in zip(given, value, strict=True):
            yield from _lost(inner, one, f"{path}[]")
    elif isinstance(value, dict):
        for name, inner in given.items():
            yield from _lost(inner, value.get(name), f"{path}.{name}")


def _refused(who: str, shapes: dict[str, Any], now: dict[str, type[Any]]) -> Iterator[str]:
    """Messages of today, read then; a kind nobody knew then is passed over there and no matter."""
    for name, shape in shapes["messages"].items():
        if name not in now:
            continue
        reader = jsonschema_rs.validator_for({**shape, "$defs": shapes["$defs"]})
        said: set[str] = set()
        for message in messages_of(now[name]):
            for error in reader.iter_errors(message):
                said.add(f"{who} cannot read «{name}»: {error.message[:200]} at {error.instance_path}")
        yield from sorted(said)
