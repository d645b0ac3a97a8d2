"""Copies of what waits in the outbox, and taking such a copy in again: on this disk or on another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select

from workstation.casework.errors import RuleViolation
from workstation.casework.wire import codec
from workstation.casework.wire.commands import Body, SendMessage, type_of
from workstation.casework.wire.upcast import raised
from workstation.ports import Signer
from workstation.ports.act_copies import BroughtBack
from workstation.storage.drafts import Shelf
from workstation.storage.outbox_rows import signed
from workstation.storage.outbox_tables import outbox
from workstation.system.crashpoint import crashpoint

_COLUMNS = tuple(column.name for column in outbox.columns)


class OutboxCopies(Shelf):
    """Mixed into the outbox, which says who it is and keeps a second copy of its rows."""

    _device_id: str
    _outbox_epoch: str

    def _keep_copy(self, record: dict[str, Any]) -> None:
        raise TypeError("the outbox has its own")

    def waiting_rows(self) -> tuple[dict[str, Any], ...]:
        """Return every act the hub has not answered, as it lies here; what was taken back is none."""
        waits = outbox.c.verdict.is_(None) & (outbox.c.state != "cancelled")
        with self._read() as connection:
            rows = connection.execute(select(outbox).where(waits).order_by(outbox.c.device_seq)).mappings()
            return tuple(dict(row) for row in rows)

    def take_in(self, rows: Sequence[Mapping[str, Any]], sign: Signer) -> BroughtBack:
        """Put acts of a copy behind those that are here.

        Raises:
            ValueError: one of them is no act of this program. StoreUnusable: the disk is full.
        """
        acts = [_checked(row) for row in rows]
        taken: list[dict[str, Any]] = []
        known = left = 0
        with self._write() as connection:
            here = set(connection.execute(select(outbox.c.cmd_id)).scalars())
            newest = connection.exec_driver_sql("SELECT max(device_seq) FROM outbox").scalar() or 0
            for row, body in acts:
                if row["cmd_id"] in here:
                    known += 1
                elif isinstance(body, SendMessage) and body.attachments:
                    left += 1
                else:
                    number = newest + len(taken) + 1
                    row.update(device_seq=number, outbox_epoch=self._outbox_epoch, device_id=self._device_id)
                    signed(row, row["body"].encode(), row["type"], sign)
                    connection.execute(insert(outbox).values(**row))
                    taken.append(row)
            crashpoint("desk.take_in.before_commit")
        for row in taken:
            self._keep_copy({"op": "put", "row": row})
        held = tuple(row["cmd_id"] for row in taken if row["state"] == "held")
        return BroughtBack(tuple(row["cmd_id"] for row in taken), held, known, left)


def _checked(given: Mapping[str, Any]) -> tuple[dict[str, Any], Body]:
    """Return a row of a copy as it may lie here, and what it does.

    What was handed to a hub before cannot be taken back and goes again; all else waits for its author.
    """
    try:
        row = {name: given[name] for name in _COLUMNS}
        is_whole = codec.sha256_hex(row["body"].encode()) == row["sha256"]
        newest = raised(row["body"].encode(), row["type"], row["type_v"])
        body: Body = codec.decode(newest, Body)  # type: ignore[arg-type]
        depends = msgspec.json.decode(row["depends_on"], type=list[str])
    except (KeyError, AttributeError, TypeError, RuleViolation, msgspec.MsgspecError) as error:
        raise ValueError("no act of this program") from error
    is_the_same = type_of(body) == row["type"] and body.case_id == row["case_id"]
    if not is_whole or not is_the_same or not all(depends):
        raise ValueError("an act that was changed")
    state = "held" if row["sent_at"] is None else "queued"
    row.update(
        state=state,
        held_until=None,
        undo_left_s=0.0,
        is_paused=0,
        verdict=None,
        settled_at=None,
        in_overlay=1,
        last_error="",
    )
    return row, body
