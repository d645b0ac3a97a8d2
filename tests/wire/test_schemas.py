"""Programs of the last three schemas understand each other; what would end that is found here first"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import pytest

from tests.wire.__main__ import RECORDED, recording
from tests.wire.keeping import _refused, _unread, broken_by, recorded
from tests.wire.messages import going_down, going_up, messages_of, shapes_of
from workstation.casework.wire.codec import OLDEST, SCHEMA

SCHEMAS = range(OLDEST, SCHEMA + 1)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_programs_of_this_schema_are_understood_and_understand(schema: int) -> None:
    path = RECORDED / f"schema_{schema}.json"
    assert path.exists(), "record it with `python -m tests.wire` before the schema gets its next number"
    assert recorded(path).schema == schema
    advice = "keep the old field beside the new one, or raise the command in casework/wire/upcast.py"
    assert broken_by(path) == [], advice


def test_every_type_of_the_wire_has_messages_that_its_reader_takes(tmp_path: Path) -> None:
    path = tmp_path / "now.json"
    path.write_bytes(recording())
    now = recorded(path)
    assert set(now.up) == set(going_up()) and set(now.down) == set(going_down())
    assert all(messages for messages in (now.up | now.down).values())
    assert broken_by(path) == []
    assert len(now.down["entity decision"]) > 10 and len(now.down["CommandsAnswer"]) == 9


class Then(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A message as it was."""

    name: str
    state: Literal["open", "closed"] = "open"
    count: int = 0


class Renamed(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A field has another name."""

    title: str = ""
    state: Literal["open", "closed"] = "open"
    count: int = 0


class Narrower(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A value is not known any more."""

    name: str
    state: Literal["open"] = "open"
    count: int = 0


class Demanding(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A field must be there that was not."""

    name: str
    reason: str
    state: Literal["open", "closed"] = "open"
    count: int = 0


class Wider(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A value is new."""

    name: str
    state: Literal["open", "closed", "parked"] = "open"
    count: int = 0


class OfAnotherType(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """A number has become a text."""

    name: str
    state: Literal["open", "closed"] = "open"
    count: str = ""


class Grown(msgspec.Struct, kw_only=True, tag_field="type", tag="x"):
    """It says more than it did."""

    name: str
    state: Literal["open", "closed"] = "open"
    count: int = 0
    reason: str = ""


@pytest.mark.parametrize(
    ("now", "is_read_today", "is_read_then"),
    [
        (Renamed, False, False),
        (Narrower, False, True),
        (Demanding, False, True),
        (Wider, True, False),
        (OfAnotherType, False, False),
        (Grown, True, True),
    ],
)
def test_a_change_that_breaks_is_seen(
    now: type[msgspec.Struct], is_read_today: bool, is_read_then: bool
) -> None:
    messages, shapes = {"thing": messages_of(Then)}, shapes_of({"thing": Then})
    assert [bool(list(_unread("today", messages, {"thing": now}, {}))), is_read_today] in ([0, 1], [1, 0])
    assert [bool(list(_refused("then", shapes, {"thing": now}))), is_read_then] in ([0, 1], [1, 0])


def test_what_is_taken_away_is_seen() -> None:
    messages = {"thing": messages_of(Then)}
    assert list(_unread("the hub", messages, {}, {})) == ["the hub does not know «thing» any more"]
