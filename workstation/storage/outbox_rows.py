"""How a command becomes a signed row of the outbox, and how a store error gets its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Update,
    and_,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError

from workstation.casework.wire import codec
from workstation.casework.wire.commands import PARKED, Envelope, signed_bytes, type_of
from workstation.casework.wire.upcast import version_of
from workstation.ports import NewCommand, Signer, StoreUnusable
from workstation.storage.outbox_tables import envelope_of, micros, outbox

UNSENT = ("held", "queued")
LINES_A_ROW, SPARE_LINES = 8, 1000
"""A journal longer than that holds mostly rows that are gone: it is written anew."""


def new_row(
    command: NewCommand, device_seq: int, *, device_id: str, outbox_epoch: str, mono: float, sign: Signer
) -> dict[str, Any]:
    """Return a command as a complete, signed row."""
    row: dict[str, Any] = {
        "cmd_id": command.cmd_id,
        "device_seq": device_seq,
        "outbox_epoch": outbox_epoch,
        "device_id": device_id,
        "person_id": command.person_id,
        "case_id": command.body.case_id,
        "type_v": version_of(command.body),
        "depends_on": msgspec.json.encode(command.depends_on).decode(),
        "base_rev": command.base_rev,
        "lease_id": "",
        "lease_n": 0,
        "policy_rev": command.policy_rev,
        "nature": "request",
        "wall": micros(command.wall),
        "mono": mono,
        "boot_id": _boot_id(),
        "state": "held" if command.held_until is not None else "queued",
        "held_until": micros(command.held_until) if command.held_until is not None else None,
        "undo_left_s": 0.0,
        "is_paused": 0,
        "verdict": None,
        "in_overlay": 1,
        "attempts": 0,
        "last_error": "",
        "sent_at": None,
        "settled_at": None,
        "title_key": command.title_key,
        "title_params": msgspec.json.encode(command.title_params).decode(),
        "original_body": None,
    }
    return signed(row, codec.encode(command.body), type_of(command.body), sign)


def signed(row: dict[str, Any], body: bytes, type_name: str, sign: Signer) -> dict[str, Any]:
    """Put ``body`` into the row and sign what the row now says."""
    row.update(body=body.decode(), type=type_name, sha256=codec.sha256_hex(body), signature="")
    if type_name == "void":
        # Every hub knows what was taken back, whatever it would have been.
        row["type_v"] = 1
    envelope: Envelope = envelope_of(row)
    row["signature"] = sign(signed_bytes(envelope))
    return row


def may_leave(rows: Sequence[RowMapping], max_rows: int) -> tuple[Envelope, ...]:
    """Return the envelopes of unsettled ``rows`` (by ``device_seq``) that nothing before them holds back."""
    waiting = {row["cmd_id"]: row for row in rows}
    stopped_cases: set[str] = set()
    chosen: dict[str, Envelope] = {}
    for row in rows:
        if len(chosen) >= max_rows:
            break
        needs = msgspec.json.decode(row["depends_on"], type=list[str])
        # What a row needs is settled, or goes before it in the same lane of the same batch.
        is_ready = all(
            need not in waiting or (need in chosen and waiting[need]["case_id"] == row["case_id"])
            for need in needs
        )
        if row["state"] == "held" or row["case_id"] in stopped_cases or not is_ready:
            stopped_cases.add(row["case_id"])
            continue
        chosen[row["cmd_id"]] = envelope_of(row)
    return tuple(chosen.values())


def still_as_read(connection: Connection, cmd_ids: Sequence[str], read: Mapping[str, str]) -> frozenset[str]:
    """Return which of these rows have no verdict and still the body whose hash was ``read``."""
    rows = connection.execute(
        select(outbox.c.cmd_id, outbox.c.sha256).where(
            outbox.c.cmd_id.in_(cmd_ids), outbox.c.verdict.is_(None)
        )
    )
    return frozenset(cmd_id for cmd_id, sha256 in rows if read.get(cmd_id, sha256) == sha256)


def sent(cmd_ids: Iterable[str], at: datetime) -> Update:
    """Return the statement that notes one more try of these rows."""
    return (
        update(outbox)
        .where(outbox.c.cmd_id.in_(tuple(cmd_ids)))
        .values(
            sent_at=func.coalesce(outbox.c.sent_at, micros(at)),
            attempts=outbox.c.attempts + 1,
            state=case((outbox.c.state == "queued", "sent"), else_=outbox.c.state),
        )
    )


def unanswered(cmd_ids: Sequence[str], code: str) -> Update:
    """Return the statement that notes why a try of these rows led to nothing; a parked row is here again."""
    state = (
        outbox.c.state if code != PARKED else case((outbox.c.state == "sent", "queued"), else_=outbox.c.state)
    )
    return (
        update(outbox)
        .where(outbox.c.cmd_id.in_(cmd_ids), outbox.c.verdict.is_(None))
        .values(last_error=code, state=state)
    )


def may_be_taken_back() -> ColumnElement[bool]:
    """Return the condition of rows the hub has not taken for sure: never sent, or said to be parked there."""
    is_parked = and_(outbox.c.last_error == PARKED, outbox.c.state == "queued")
    return and_(outbox.c.state.in_(UNSENT), or_(outbox.c.sent_at.is_(None), is_parked))


def untaken(cmd_ids: Sequence[str]) -> Update:
    """Return the statement that takes one try of these rows back."""
    is_first = outbox.c.attempts == 1
    return (
        update(outbox)
        .where(outbox.c.cmd_id.in_(cmd_ids), outbox.c.verdict.is_(None), outbox.c.attempts > 0)
        .values(
            attempts=outbox.c.attempts - 1,
            sent_at=case((is_first, None), else_=outbox.c.sent_at),
            state=case((is_first & (outbox.c.state == "sent"), "queued"), else_=outbox.c.state),
        )
    )


def is_full(error: DBAPIError) -> bool:
    """Return whether the disk was full."""
    return "full" in str(error.orig).lower()


def unusable(error: DBAPIError, path: Path) -> StoreUnusable:
    """Return a store error with its code."""
    text = str(error.orig).lower()
    if is_full(error):
        return StoreUnusable("store.full", path)
    if "malformed" in text or "corrupt" in text:
        return StoreUnusable("store.corrupt", path, text)
    if "locked" in text or "busy" in text:
        return StoreUnusable("store.locked", path, text)
    return StoreUnusable("store.unreadable", path, text)


@contextmanager
def writing(engine: Engine, path: Path) -> Iterator[Connection]:
    """Open a transaction; a disk that is full or fails is told as such, all else stays what it is.

    Raises:
        StoreUnusable: ``store.full``, ``store.locked``, ``store.unreadable``.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise unusable(error, path) from error


@cache
def _boot_id() -> str:
    """Which run of the machine this is, where the system tells."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text("ascii").strip() if source.exists() else ""


def left_for_journal(
    connection: Connection, before: datetime, lines: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rows a journal still stands for, and what it should hold when it is far too long."""
    needed = (outbox.c.settled_at >= micros(before)) | outbox.c.verdict.is_(None)
    left = int(connection.execute(select(func.count()).where(needed)).scalar_one())
    rows = int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())
    if lines <= LINES_A_ROW * rows + SPARE_LINES:
        return left, []
    found = connection.execute(select(outbox).order_by(outbox.c.device_seq)).mappings()
    return left, [{"op": "put", "row": dict(row)} for row in found]


def unsettled_of(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a journal that the hub had not answered, in their order."""
    rows: dict[str, dict[str, Any]] = {}
    for record in records:
        if record.get("op") == "put":
            rows[record["row"]["cmd_id"]] = record["row"]
        elif record.get("op") == "state" and record.get("cmd_id") in rows:
            rows[record["cmd_id"]]["state"] = record["state"]
    return [row for row in rows.values() if row["state"] in ("held", "queued", "sent")]
