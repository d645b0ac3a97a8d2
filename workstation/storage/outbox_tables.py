"""Tables of outbox.db as SQLAlchemy reads and writes them, and how a row becomes a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Column, Float, Integer, MetaData, RowMapping, String, Table

from workstation.casework.wire import codec
from workstation.casework.wire.commands import Body, Envelope, Verdict, type_of
from workstation.casework.wire.upcast import raised
from workstation.ports import NewCommand, OutboxItem

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("cmd_id", String, primary_key=True),
    Column("device_seq", Integer, nullable=False, unique=True),
    Column("outbox_epoch", String, nullable=False),
    Column("device_id", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("case_id", String, nullable=False),
    Column("type", String, nullable=False),
    Column("type_v", Integer, nullable=False),
    Column("body", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("signature", String, nullable=False),
    Column("depends_on", String, nullable=False),
    Column("base_rev", Integer, nullable=False),
    Column("lease_id", String, nullable=False),
    Column("lease_n", Integer, nullable=False),
    Column("policy_rev", Integer, nullable=False),
    Column("nature", String, nullable=False),
    Column("wall", Integer, nullable=False),
    Column("mono", Float, nullable=False),
    Column("boot_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("held_until", Integer),
    Column("undo_left_s", Float, nullable=False),
    Column("is_paused", Integer, nullable=False),
    Column("verdict", String),
    Column("in_overlay", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String, nullable=False),
    Column("sent_at", Integer),
    Column("settled_at", Integer),
    Column("title_key", String, nullable=False),
    Column("title_params", String, nullable=False),
    Column("original_body", String),
)

draft = Table(
    "draft",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("content", String, nullable=False),
    Column("saved_at", Integer, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(value: int | None) -> datetime | None:
    """Return the moment of :func:`micros`, aware UTC."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def item_of(row: RowMapping | dict[str, Any]) -> OutboxItem:
    """Return a row as the services see it; a cancelled row shows what it was."""
    body = (row["original_body"] or row["body"]).encode()
    # What was taken back is a void of its own; what it was is kept beside it, in the version of the row.
    version = row["type_v"] if row["original_body"] is None else 0
    decoded: Body = codec.decode(raised(body, row["type"], version) if version else body, Body)  # type: ignore[arg-type]
    wall = moment(row["wall"])
    assert wall is not None
    return OutboxItem(
        cmd_id=row["cmd_id"],
        device_seq=row["device_seq"],
        case_id=row["case_id"],
        type=type_of(decoded),
        body=decoded,
        state=row["state"],
        wall=wall,
        person_id=row["person_id"],
        depends_on=tuple(msgspec.json.decode(row["depends_on"], type=list[str])),
        base_rev=row["base_rev"],
        held_until=moment(row["held_until"]),
        undo_left_s=row["undo_left_s"],
        is_paused=bool(row["is_paused"]),
        verdict=codec.decode(row["verdict"], Verdict) if row["verdict"] else None,  # type: ignore[arg-type]
        attempts=row["attempts"],
        last_error=row["last_error"],
        sent_at=moment(row["sent_at"]),
        settled_at=moment(row["settled_at"]),
        title_key=row["title_key"],
        title_params=msgspec.json.decode(row["title_params"], type=dict[str, str]),
        is_original=row["original_body"] is None,
    )


def written(command: NewCommand, row: dict[str, Any]) -> OutboxItem:
    """Return what was just written as the services see it: the same as :func:`item_of` without reading it."""
    return OutboxItem(
        cmd_id=command.cmd_id,
        device_seq=row["device_seq"],
        case_id=command.body.case_id,
        type=row["type"],
        body=command.body,
        state=row["state"],
        wall=command.wall,
        person_id=command.person_id,
        depends_on=command.depends_on,
        base_rev=command.base_rev,
        held_until=command.held_until,
        title_key=command.title_key,
        title_params=command.title_params,
    )


def envelope_of(row: RowMapping | dict[str, Any]) -> Envelope:
    """Return a row as it goes over the wire."""
    wall = moment(row["wall"])
    assert wall is not None
    return Envelope(
        cmd_id=row["cmd_id"],
        case_id=row["case_id"],
        type=row["type"],
        type_v=row["type_v"],
        body=msgspec.Raw(row["body"].encode()),
        sha256=row["sha256"],
        device_id=row["device_id"],
        outbox_epoch=row["outbox_epoch"],
        device_seq=row["device_seq"],
        person_id=row["person_id"],
        signature=row["signature"],
        wall=wall,
        depends_on=tuple(msgspec.json.decode(row["depends_on"], type=list[str])),
        base_rev=row["base_rev"],
        nature=row["nature"],
        policy_rev=row["policy_rev"],
        was_offered=row["sent_at"] is not None,
    )
