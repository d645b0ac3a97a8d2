"""outbox.db through SQLAlchemy: every commit is on the disk when it returns, every row is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, case, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from workstation.casework.clock import Clock
from workstation.casework.wire import codec
from workstation.casework.wire.commands import (
    PARKED,
    Applied,
    Envelope,
    IdReuse,
    NeedsApproval,
    RecordedException,
    Scheduled,
    SendMessage,
    Verdict,
    Void,
)
from workstation.ports import DiskState, Draft, NewCommand, OutboxItem, Signer, StoreUnusable
from workstation.storage.drafts import load_draft, store_draft
from workstation.storage.journal import Journal
from workstation.storage.outbox_copies import OutboxCopies
from workstation.storage.outbox_rows import (
    UNSENT,
    is_full,
    left_for_journal,
    may_be_taken_back,
    may_leave,
    new_row,
    sent,
    signed,
    still_as_read,
    unanswered,
    unsettled_of,
    untaken,
    unusable,
)
from workstation.storage.outbox_tables import item_of, micros, moment, outbox, written
from workstation.storage.room import Room
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
_SHOWN = Applied | Scheduled | NeedsApproval | RecordedException
# Built once: a click waits for these two, and putting them together took as long as writing the row.
_COLUMNS = tuple(column.name for column in outbox.columns)
_INSERT = f"INSERT INTO outbox ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_NEWEST = "SELECT max(device_seq) FROM outbox WHERE outbox_epoch = ?"


def _now_later(work: Callable[[], None]) -> None:
    work()


class SqlOutbox(OutboxCopies):
    """The port ``Outbox``. One thread at a time (lane ``outbox``).

    ``defer`` runs work later on the same lane: the journal's line follows the commit and is not waited for.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        room: Room,
        clock: Clock,
        defer: Callable[[Callable[[], None]], None] = _now_later,
    ) -> None:
        super().__init__(engine)
        self._journal = journal
        self._room = room
        self._clock = clock
        self._defer = defer
        self._device_id = self.note("device_id")
        self._outbox_epoch = self.note("outbox_epoch")

    # ------------------------------------------------------------------ writing

    def append(self, command: NewCommand, sign: Signer) -> OutboxItem:
        """Number, sign and store a command; it is saved when this returns."""
        if self._room.is_read_only:
            raise StoreUnusable("store.full", self._journal.path)
        try:
            row = self._append_once(command, sign)
        except DBAPIError as error:
            if not is_full(error) or not self._room.give_up_reserve():
                self._room.is_read_only = is_full(error)
                raise unusable(error, self._journal.path) from error
            try:
                row = self._append_once(command, sign)
            except DBAPIError as again:
                raise unusable(again, self._journal.path) from again
            finally:
                self._room.is_read_only = True
        crashpoint("desk.outbox.committed")
        self._keep_copy({"op": "put", "row": row})
        return written(command, row)

    def _append_once(self, command: NewCommand, sign: Signer) -> dict[str, Any]:
        with self._engine.begin() as connection:
            newest = connection.exec_driver_sql(_NEWEST, (self._outbox_epoch,)).scalar()
            row = new_row(
                command,
                (newest or 0) + 1,
                device_id=self._device_id,
                outbox_epoch=self._outbox_epoch,
                mono=self._clock.monotonic(),
                sign=sign,
            )
            connection.exec_driver_sql(_INSERT, tuple(row[name] for name in _COLUMNS))
            crashpoint("desk.outbox.before_commit")
        return row

    def pause(self, cmd_id: str, left_s: float) -> bool:
        """Stop the undo window with ``left_s`` seconds to go."""
        return self._change_held(cmd_id, held_until=None, undo_left_s=max(0.0, left_s), is_paused=1)

    def resume(self, cmd_id: str, held_until: datetime) -> bool:
        """Let the undo window run on."""
        return self._change_held(cmd_id, held_until=micros(held_until), undo_left_s=0.0, is_paused=0)

    def _change_held(self, cmd_id: str, **values: Any) -> bool:
        with self._write() as connection:
            done = connection.execute(
                update(outbox).where(outbox.c.cmd_id == cmd_id, outbox.c.state == "held").values(**values)
            )
        return done.rowcount == 1

    def release(self, cmd_ids: Sequence[str]) -> tuple[str, ...]:
        """Turn held rows into queued ones."""
        with self._write() as connection:
            rows = connection.execute(
                update(outbox)
                .where(outbox.c.cmd_id.in_(cmd_ids), outbox.c.state == "held")
                .values(state="queued", held_until=None, undo_left_s=0.0, is_paused=0)
                .returning(outbox.c.cmd_id)
            )
            released = tuple(str(cmd_id) for (cmd_id,) in rows)
        crashpoint("desk.outbox.released")
        for cmd_id in released:
            self._keep_copy({"op": "state", "cmd_id": cmd_id, "state": "queued"})
        return released

    def cancel(self, cmd_id: str, sign: Signer) -> tuple[OutboxItem, ...]:
        """Take back an unsent row and the unsent rows that depend on it; voids go up in their place."""
        cancelled: list[OutboxItem] = []
        with self._write() as connection:
            wanted = [cmd_id]
            while wanted:
                row = self._unsent(connection, wanted.pop())
                if row is None:
                    continue
                cancelled.append(item_of(row))
                wanted.extend(self._dependants(connection, row["cmd_id"]))
                void = codec.encode(Void(case_id=row["case_id"]))
                changed = signed({**row, "original_body": row["body"]}, void, "void", sign)
                changed.update(state="cancelled", in_overlay=0, held_until=None, is_paused=0, undo_left_s=0.0)
                connection.execute(update(outbox).where(outbox.c.cmd_id == row["cmd_id"]).values(**changed))
                self._restore_draft(connection, cancelled[-1], is_taken_back=True)
                crashpoint("desk.cancel.before_commit")
        crashpoint("desk.outbox.cancelled")
        for item in cancelled:
            self._keep_copy({"op": "state", "cmd_id": item.cmd_id, "state": "cancelled"})
        return tuple(cancelled)

    def _unsent(self, connection: Connection, cmd_id: str) -> dict[str, Any] | None:
        row = (
            connection.execute(select(outbox).where(outbox.c.cmd_id == cmd_id, may_be_taken_back()))
            .mappings()
            .first()
        )
        return dict(row) if row is not None else None

    def _dependants(self, connection: Connection, cmd_id: str) -> list[str]:
        rows = connection.execute(
            select(outbox.c.cmd_id, outbox.c.depends_on).where(outbox.c.state.in_(UNSENT))
        )
        return [found for found, depends in rows if cmd_id in msgspec.json.decode(depends, type=list[str])]

    def _restore_draft(
        self, connection: Connection, item: OutboxItem, *, is_taken_back: bool = False
    ) -> None:
        """A reply that will not be sent is its author's draft again, unless something newer was begun."""
        body = item.body
        if not isinstance(body, SendMessage) or load_draft(connection, item.case_id, item.person_id, "reply"):
            return
        store_draft(
            connection,
            Draft(
                case_id=item.case_id,
                person_id=item.person_id,
                text=body.text,
                facts=body.facts,
                to=body.to,
                cc=body.cc,
                subject=body.subject,
                attachments=body.attachments,
                waits_for=body.waits_for if is_taken_back else "",  # what the hub refused waits for nothing
                seen_inbound_id=body.seen_inbound_id,
                saved_at=self._clock.now(),
            ),
        )

    # ------------------------------------------------------------------ sending

    def to_send(self, *, max_rows: int) -> tuple[Envelope, ...]:
        """Return envelopes that may leave now, in order of ``device_seq``."""
        with self._read() as connection:
            rows = (
                connection.execute(
                    select(outbox).where(outbox.c.verdict.is_(None)).order_by(outbox.c.device_seq)
                )
                .mappings()
                .all()
            )
        return may_leave(rows, max_rows)

    def mark_sent(
        self, cmd_ids: Sequence[str], at: datetime, read: Mapping[str, str] | None = None
    ) -> frozenset[str]:
        """Note that these are handed to the net; from now on they cannot be taken back here."""
        with self._write() as connection:
            leaving = still_as_read(connection, cmd_ids, read or {})
            connection.execute(sent(leaving, at))
            crashpoint("desk.push.before_commit")
        crashpoint("desk.push.marked")
        return leaving

    def mark_unanswered(self, cmd_ids: Sequence[str], code: str) -> None:
        """Note that a try got no answer; with the code PARKED that the hub has not taken them yet."""
        with self._write() as connection:
            connection.execute(unanswered(cmd_ids, code))

    def mark_untaken(self, cmd_ids: Sequence[str]) -> None:
        """Note that the hub has taken none of these: they are as they were before that try."""
        with self._write() as connection:
            connection.execute(untaken(cmd_ids))

    def settle(self, verdicts: Iterable[Verdict], at: datetime) -> tuple[OutboxItem, ...]:
        """Store verdicts, once and for ever."""
        settled: list[OutboxItem] = []
        with self._write() as connection:
            for verdict in verdicts:
                is_shown = isinstance(verdict, _SHOWN) and bool(verdict.seqs)
                row = (
                    connection.execute(
                        update(outbox)
                        .where(outbox.c.cmd_id == verdict.cmd_id, outbox.c.verdict.is_(None))
                        .values(
                            verdict=codec.encode(verdict).decode(),
                            settled_at=micros(at),
                            in_overlay=outbox.c.in_overlay if is_shown else 0,
                            last_error="",
                            state=case((outbox.c.state == "cancelled", "cancelled"), else_="settled"),
                        )
                        .returning(outbox)
                    )
                    .mappings()
                    .first()
                )
                if row is None:
                    continue
                item = item_of(row)
                settled.append(item)
                if not isinstance(verdict, _SHOWN) and not isinstance(verdict, IdReuse):
                    self._restore_draft(connection, item)
                crashpoint("desk.settle.before_commit")
        crashpoint("desk.outbox.settled")
        for item in settled:
            self._keep_copy({"op": "state", "cmd_id": item.cmd_id, "state": "settled"})
        return tuple(settled)

    def mark_seen(self, cursors: dict[str, int]) -> frozenset[str]:
        """Drop settled rows from the overlay whose effect the feed has shown."""
        with self._write() as connection:
            rows = connection.execute(
                select(outbox.c.cmd_id, outbox.c.case_id, outbox.c.verdict).where(
                    outbox.c.in_overlay == 1, outbox.c.verdict.is_not(None)
                )
            ).all()
            seen: dict[str, str] = {}
            for cmd_id, case_id, raw in rows:
                verdict: Verdict = codec.decode(raw, Verdict)  # type: ignore[arg-type]
                if all(cursors.get(scope, seq) >= seq for scope, seq in verdict.seqs.items()):
                    seen[cmd_id] = case_id
            if seen:
                connection.execute(update(outbox).where(outbox.c.cmd_id.in_(seen)).values(in_overlay=0))
        return frozenset(seen.values())

    def reoffer(self, sign: Signer) -> int:
        """Offer all kept settled rows again after the hub was restored; returns how many.

        A hub that still has them answers as before. What was turned down goes up as a void, so that a
        restored hub does not carry out what its people have been told will not happen.
        """
        with self._write() as connection:
            rows = (
                connection.execute(
                    select(outbox).where(
                        outbox.c.verdict.is_not(None), outbox.c.outbox_epoch == self._outbox_epoch
                    )
                )
                .mappings()
                .all()
            )
            for found in rows:
                row = dict(found)
                verdict: Verdict = codec.decode(row["verdict"], Verdict)  # type: ignore[arg-type]
                row.update(verdict=None, settled_at=None)
                if not isinstance(verdict, _SHOWN) and row["state"] != "cancelled":
                    row.update(state="cancelled", original_body=row["body"])
                    signed(row, codec.encode(Void(case_id=row["case_id"])), "void", sign)
                elif row["state"] == "settled":
                    row["state"] = "queued"
                connection.execute(update(outbox).where(outbox.c.cmd_id == row["cmd_id"]).values(**row))
                crashpoint("desk.reoffer.before_commit")
        return len(rows)

    def prune(self, before: datetime) -> int:
        """Drop rows settled before ``before``; the journal begins anew once nothing in it is needed."""
        with self._write() as connection:
            done = connection.execute(
                delete(outbox).where(
                    outbox.c.settled_at < micros(before),
                    outbox.c.in_overlay == 0,
                    # The newest number stays: the next one is counted from it.
                    outbox.c.device_seq < select(func.max(outbox.c.device_seq)).scalar_subquery(),
                )
            )
            left, kept = left_for_journal(connection, before, self._journal.lines)
        if left == 0:
            self._defer(self._journal.rotate)
        elif kept:
            self._defer(lambda: self._journal.keep(kept))
        return int(done.rowcount)

    # ------------------------------------------------------------------ reading

    def items(self, *, limit: int = 500) -> tuple[OutboxItem, ...]:
        """Return what waits (oldest first), then what is settled (newest first)."""
        waits = outbox.c.verdict.is_(None) & (outbox.c.state != "cancelled")
        with self._read() as connection:
            waiting = connection.execute(select(outbox).where(waits).order_by(outbox.c.device_seq))
            rows = [item_of(row) for row in waiting.mappings()]
            settled = connection.execute(
                select(outbox).where(~waits).order_by(outbox.c.device_seq.desc()).limit(limit)
            )
            rows.extend(item_of(row) for row in settled.mappings())
        return tuple(rows)

    def item(self, cmd_id: str) -> OutboxItem | None:
        """Return one row."""
        with self._read() as connection:
            row = connection.execute(select(outbox).where(outbox.c.cmd_id == cmd_id)).mappings().first()
        return item_of(row) if row is not None else None

    def pending(self, case_id: str | None = None) -> tuple[OutboxItem, ...]:
        """Return the rows that belong on top of the replica, in order of ``device_seq``."""
        query = select(outbox).where(outbox.c.in_overlay == 1).order_by(outbox.c.device_seq)
        if case_id is not None:
            query = query.where(outbox.c.case_id == case_id)
        with self._read() as connection:
            return tuple(item_of(row) for row in connection.execute(query).mappings())

    def held(self) -> tuple[OutboxItem, ...]:
        """Return the rows inside their undo window."""
        with self._read() as connection:
            rows = connection.execute(
                select(outbox).where(outbox.c.state == "held").order_by(outbox.c.device_seq)
            )
            return tuple(item_of(row) for row in rows.mappings())

    def unsettled(self) -> int:
        """Return how many rows the hub has not answered, voids included."""
        with self._read() as connection:
            return int(
                connection.execute(select(func.count()).where(outbox.c.verdict.is_(None))).scalar_one()
            )

    def oldest_waiting(self) -> datetime | None:
        """Return since when the oldest row that may leave has waited."""
        with self._read() as connection:
            wall = connection.execute(
                select(func.min(outbox.c.wall)).where(
                    outbox.c.verdict.is_(None),
                    outbox.c.state.in_(("queued", "sent")),
                    outbox.c.last_error != PARKED,
                )
            ).scalar()
        return moment(wall)

    # ------------------------------------------------------------------ notes, disk

    def set_note(self, name: str, value: str) -> None:
        """Keep a device-local setting; an empty value removes it."""
        super().set_note(name, value)
        if name == "device_id":
            self._device_id = value
        if name == "outbox_epoch":
            self._outbox_epoch = value

    def disk(self) -> DiskState:
        """Return how much room is left."""
        return self._room.state()

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    # ------------------------------------------------------------------ salvage

    def take_back_journal(self, records: Sequence[dict[str, Any]], sign: Signer) -> int:
        """Fill a new outbox with the unsettled rows of the journal, in their order; returns how many.

        They keep their ids, so a hub that has seen one answers as before; numbers are those of the new epoch.
        """
        kept = unsettled_of(records)
        for number, row in enumerate(kept, start=1):
            row.update(device_seq=number, outbox_epoch=self._outbox_epoch, device_id=self._device_id)
            signed(row, row["body"].encode(), row["type"], sign)
            with self._write() as connection:
                connection.exec_driver_sql(_INSERT, tuple(row[name] for name in _COLUMNS))
            self._keep_copy({"op": "put", "row": row})
        return len(kept)

    # ------------------------------------------------------------------ inside

    def _keep_copy(self, record: dict[str, Any]) -> None:
        def write() -> None:
            try:
                self._journal.write(record)
            except OSError as error:
                # The first copy is safe; the second is made for the day the first is not.
                _log.warning("the journal of the outbox could not be written: %s", error)

        self._defer(write)
