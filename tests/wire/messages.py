"""One message of every type that crosses the wire, with every field filled, made from the types themselves"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
from msgspec import inspect as types

from workstation.casework.wire import commands, search, session, sync
from workstation.casework.wire.entities import ENTITIES
from workstation.hub.api import openapi

_DEEPEST = 6
"""Decisions hold decisions; so deep nobody nests them."""

UP: tuple[type[Any], ...] = (
    commands.LookupRequest,
    session.ChallengeRequest,
    session.EnrolRequest,
    session.HelloRequest,
    session.Presence,
    session.SessionRequest,
    session.TokenRequest,
    sync.BackfillRequest,
    sync.PullRequest,
)
"""What a desk sends beside commands."""

DOWN: tuple[type[Any], ...] = (
    commands.CommandsAnswer,
    search.SearchAnswer,
    session.Challenge,
    session.EnrolAnswer,
    session.Hello,
    session.PresenceAnswer,
    session.SessionAnswer,
    session.TokenAnswer,
    sync.BackfillAnswer,
    sync.BucketAnswer,
    sync.DigestAnswer,
    sync.FeedRow,
    sync.Problem,
    sync.PullAnswer,
    sync.SnapshotHeader,
)
"""What a hub sends beside entities and verdicts."""


def going_up() -> dict[str, type[Any]]:
    """Return the types a hub has to read: name -> type."""
    others: tuple[type[Any], ...] = (*UP, commands.Envelope)
    found: dict[str, type[Any]] = {kind.__name__: kind for kind in others}
    return found | {f"command {_tag(kind)}": kind for kind in get_args(commands.Body)}


def going_down() -> dict[str, type[Any]]:
    """Return the types a desk has to read: name -> type."""
    found: dict[str, type[Any]] = {kind.__name__: kind for kind in DOWN}
    found |= {f"verdict {_tag(kind)}": kind for kind in get_args(commands.Verdict)}
    return found | {f"entity {name}": kind for name, kind in ENTITIES.items()}


def _tag(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)


def messages_of(kind: type[Any]) -> list[Any]:
    """Return messages of a type, as JSON values: all fields filled; where it holds choices, one for each."""
    info = types.type_info(kind)
    most = max(_choices(info, 0), 1)
    made: list[Any] = []
    for choice in range(most):
        one = _value(info, choice, 0)
        if one not in made:
            made.append(one)
    return made


def _choices(info: types.Type, depth: int) -> int:
    return max((_options(one) for one in _inside(info, depth)), default=1)


def _options(info: types.Type) -> int:
    return len(info.values) if isinstance(info, types.LiteralType) else len(_of_union(info))


def _of_union(info: types.Type) -> tuple[types.Type, ...]:
    if not isinstance(info, types.UnionType):
        return (info,)
    return tuple(one for one in info.types if not isinstance(one, types.NoneType)) or info.types


def _inside(info: types.Type, depth: int) -> Iterator[types.Type]:
    yield info
    if depth >= _DEEPEST:
        return
    if isinstance(info, types.StructType):
        for field in info.fields:
            yield from _inside(field.type, depth + 1)
    elif isinstance(info, types.UnionType):
        for one in info.types:
            yield from _inside(one, depth + 1)
    elif isinstance(info, types.VarTupleType | types.ListType | types.FrozenSetType):
        yield from _inside(info.item_type, depth + 1)


def _field(field: types.Field, choice: int, depth: int) -> Any:
    # Most texts may be anything; this one is checked wherever money is made.
    return "EUR" if field.encode_name == "currency" else _value(field.type, choice, depth)


def _value(info: types.Type, choice: int, depth: int) -> Any:
    match info:
        case types.StructType():
            made = {} if info.tag_field is None else {info.tag_field: info.tag}
            for field in info.fields:
                if depth < _DEEPEST or field.required:
                    made[field.encode_name] = _field(field, choice, depth + 1)
            return made
        case types.UnionType():
            of = _of_union(info)
            return _value(of[choice % len(of)], choice, depth + 1)
        case types.VarTupleType() | types.ListType() | types.FrozenSetType() | types.SetType():
            return [_value(info.item_type, choice, depth + 1)] if depth < _DEEPEST else []
        case types.TupleType():
            return [_value(one, choice, depth + 1) for one in info.item_types]
        case types.DictType():
            key = _value(info.key_type, choice, depth + 1)
            return {str(key): _value(info.value_type, choice, depth + 1)}
        case types.LiteralType():
            return sorted(info.values, key=str)[choice % len(info.values)]
        case types.BoolType():
            return True
        case types.IntType():
            return max(3, int(info.ge or 0))
        case types.FloatType():
            return 1.5
        case types.StrType():
            return "text"
        case types.DateTimeType():
            return "2026-03-12T13:12:00Z"
        case types.DateType():
            return "2026-03-12"
        case types.TimeType():
            return "13:12:00"
        case types.RawType():
            return {}
        case types.NoneType():
            return None
    raise TypeError(f"no message is made of {info!r}")


def shapes_of(kinds: dict[str, type[Any]]) -> dict[str, Any]:
    """Return the JSON schemas by which the reader of these types takes or refuses a message."""

    def raw(kind: type) -> dict[str, Any]:
        if kind is msgspec.Raw:
            return {}
        raise TypeError(f"no schema for {kind}")

    # An empty body by default cannot be described: these say the same without it.
    described = [getattr(openapi, kind.__name__, kind) for kind in kinds.values()]
    found, parts = msgspec.json.schema_components(described, schema_hook=raw, ref_template="#/$defs/{name}")
    return {"messages": dict(zip(kinds, found, strict=True)), "$defs": parts}
