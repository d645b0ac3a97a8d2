"""Commands of older programs in today's shape: each version of a type is raised step by step to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from workstation.casework.decision import credited_of
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import Body, Decide, type_of

Raise = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the fields of one version and returns those of the next."""


def _unchanged(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


RAISES: Mapping[tuple[str, int], Raise] = MappingProxyType({("decision.make", 1): _unchanged})
"""(type, version) -> how it becomes the next version. New optional fields need none; a renamed one does.

``decision.make`` 2: steps may credit an open invoice. A hub that passed over it would do something else.
"""


def version_of(body: Body) -> int:
    """Return the version to write a body in: the oldest that says all of it, so that older hubs take it.

    What an older hub would understand otherwise it does not know by this version: it keeps the act aside.
    """
    if isinstance(body, Decide) and not any(credited_of(step) for step in body.steps):
        return 1
    return newest_version(type_of(body))


def newest_version(type_name: str, raises: Mapping[tuple[str, int], Raise] | None = None) -> int:
    """Return the version of a type that this program writes."""
    known = RAISES if raises is None else raises
    return 1 + max((version for name, version in known if name == type_name), default=0)


def raised(
    raw: bytes, type_name: str, version: int, raises: Mapping[tuple[str, int], Raise] | None = None
) -> bytes:
    """Return the body ``raw`` of a command in the newest version of its type; unchanged if it is that.

    The hash and the signature are over the bytes as they came: check them first.

    Raises:
        RuleViolation: ``command.unknown_type`` for a version nobody knows yet. msgspec.DecodeError
    """
    known = RAISES if raises is None else raises
    newest = newest_version(type_name, known)
    if not 1 <= version <= newest:
        raise RuleViolation("command.unknown_type", type=type_name[:60], version=version)
    if version == newest:
        return raw
    fields = msgspec.json.decode(raw, type=dict[str, Any])
    for at in range(version, newest):
        step = known.get((type_name, at))
        fields = step(fields) if step is not None else fields
    return msgspec.json.encode(fields)
