"""An outbox in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from tests.desk.materials import an_id
from workstation.casework.clock import Clock
from workstation.casework.wire import codec
from workstation.casework.wire.commands import (
    PARKED,
    Applied,
    Body,
    Envelope,
    IdReuse,
    NeedsApproval,
    RecordedException,
    Scheduled,
    SendMessage,
    Verdict,
    Void,
    signed_bytes,
    type_of,
)
from workstation.ports import DiskState, Draft, NewCommand, OutboxItem, Signer

_SHOWN = Applied | Scheduled | NeedsApproval | RecordedException


class MemoryOutbox:
    """Keeps rows in order; ``sent`` bodies are those that go over the wire."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[str, OutboxItem] = {}
        self._wire: dict[str, tuple[Body, Signer]] = {}
        self._overlay: set[str] = set()
        self._drafts: dict[tuple[str, str, str], Draft] = {}
        self._notes: dict[str, str] = {"outbox_epoch": an_id("epoch")}
        self._seq = 0

    def append(self, command: NewCommand, sign: Signer) -> OutboxItem:
        if command.cmd_id in self._rows:
            raise ValueError("the id is known")
        self._seq += 1
        item = OutboxItem(
            cmd_id=command.cmd_id,
            device_seq=self._seq,
            case_id=command.body.case_id,
            type=type_of(command.body),
            body=command.body,
            state="held" if command.held_until is not None else "queued",
            wall=command.wall,
            person_id=command.person_id,
            depends_on=command.depends_on,
            base_rev=command.base_rev,
            held_until=command.held_until,
            title_key=command.title_key,
            title_params=command.title_params,
        )
        self._rows[item.cmd_id] = item
        self._wire[item.cmd_id] = (command.body, sign)
        self._overlay.add(item.cmd_id)
        return item

    def _change(self, cmd_id: str, **fields: object) -> OutboxItem:
        self._rows[cmd_id] = dataclasses.replace(self._rows[cmd_id], **fields)  # type: ignore[arg-type]
        return self._rows[cmd_id]

    def items(self, *, limit: int = 500) -> tuple[OutboxItem, ...]:
        waiting = [item for item in self._rows.values() if item.is_waiting]
        settled = [item for item in reversed(self._rows.values()) if not item.is_waiting]
        return (*waiting, *settled[:limit])

    def item(self, cmd_id: str) -> OutboxItem | None:
        return self._rows.get(cmd_id)

    def pending(self, case_id: str | None = None) -> tuple[OutboxItem, ...]:
        return tuple(
            item
            for item in self._rows.values()
            if item.cmd_id in self._overlay and case_id in (None, item.case_id)
        )

    def held(self) -> tuple[OutboxItem, ...]:
        return tuple(item for item in self._rows.values() if item.state == "held")

    def _is_held(self, cmd_id: str) -> bool:
        return cmd_id in self._rows and self._rows[cmd_id].state == "held"

    def pause(self, cmd_id: str, left_s: float) -> bool:
        if not self._is_held(cmd_id):
            return False
        self._change(cmd_id, held_until=None, undo_left_s=left_s, is_paused=True)
        return True

    def resume(self, cmd_id: str, held_until: datetime) -> bool:
        if not self._is_held(cmd_id):
            return False
        self._change(cmd_id, held_until=held_until, undo_left_s=0.0, is_paused=False)
        return True

    def release(self, cmd_ids: Sequence[str]) -> tuple[str, ...]:
        released = tuple(cmd_id for cmd_id in cmd_ids if self._is_held(cmd_id))
        for cmd_id in released:
            self._change(cmd_id, state="queued", held_until=None, undo_left_s=0.0, is_paused=False)
        return released

    def cancel(self, cmd_id: str, sign: Signer) -> tuple[OutboxItem, ...]:
        gone: list[OutboxItem] = []
        wanted = [cmd_id]
        while wanted:
            row = self._rows.get(wanted.pop())
            if row is None or row.state not in ("held", "queued"):
                continue
            if row.sent_at is not None and row.last_error != PARKED:
                continue
            gone.append(row)
            wanted.extend(
                other.cmd_id
                for other in self._rows.values()
                if row.cmd_id in other.depends_on and other.state in ("held", "queued")
            )
            self._void(row, sign)
            self._restore(row, is_taken_back=True)
        return tuple(gone)

    def _void(self, row: OutboxItem, sign: Signer) -> None:
        self._change(
            row.cmd_id,
            state="cancelled",
            is_original=False,
            held_until=None,
            is_paused=False,
            undo_left_s=0.0,
        )
        self._wire[row.cmd_id] = (Void(case_id=row.case_id), sign)
        self._overlay.discard(row.cmd_id)

    def _restore(self, row: OutboxItem, *, is_taken_back: bool = False) -> None:
        body, place = row.body, (row.case_id, row.person_id, "reply")
        if isinstance(body, SendMessage) and place not in self._drafts:
            self._drafts[place] = Draft(
                case_id=row.case_id,
                person_id=row.person_id,
                text=body.text,
                facts=body.facts,
                to=body.to,
                cc=body.cc,
                subject=body.subject,
                attachments=body.attachments,
                waits_for=body.waits_for if is_taken_back else "",
                seen_inbound_id=body.seen_inbound_id,
                saved_at=self._clock.now(),
            )

    def to_send(self, *, max_rows: int) -> tuple[Envelope, ...]:
        waiting = {item.cmd_id: item for item in self._rows.values() if item.verdict is None}
        stopped: set[str] = set()
        chosen: dict[str, Envelope] = {}
        for item in waiting.values():
            ready = all(
                need not in waiting or (need in chosen and waiting[need].case_id == item.case_id)
                for need in item.depends_on
            )
            if item.state == "held" or item.case_id in stopped or not ready:
                stopped.add(item.case_id)
            elif len(chosen) < max_rows:
                chosen[item.cmd_id] = self._envelope(item)
        return tuple(chosen.values())

    def _envelope(self, item: OutboxItem) -> Envelope:
        body, sign = self._wire[item.cmd_id]
        raw = codec.encode(body)
        envelope = Envelope(
            cmd_id=item.cmd_id,
            case_id=item.case_id,
            type=type_of(body),
            body=msgspec.Raw(raw),
            sha256=codec.sha256_hex(raw),
            device_id=self._notes.get("device_id", ""),
            outbox_epoch=self._notes["outbox_epoch"],
            device_seq=item.device_seq,
            person_id=item.person_id,
            signature="",
            wall=item.wall,
            depends_on=item.depends_on,
            base_rev=item.base_rev,
            was_offered=item.sent_at is not None,
        )
        return msgspec.structs.replace(envelope, signature=sign(signed_bytes(envelope)))

    def mark_sent(
        self, cmd_ids: Sequence[str], at: datetime, read: Mapping[str, str] | None = None
    ) -> frozenset[str]:
        leaving = set()
        for cmd_id in cmd_ids:
            row = self._rows[cmd_id]
            sha256 = codec.sha256_hex(codec.encode(self._wire[cmd_id][0]))
            if row.verdict is None and (read or {}).get(cmd_id, sha256) == sha256:
                leaving.add(cmd_id)
                self._change(cmd_id, sent_at=row.sent_at or at, attempts=row.attempts + 1)
                if row.state == "queued":
                    self._change(cmd_id, state="sent")
        return frozenset(leaving)

    def mark_unanswered(self, cmd_ids: Sequence[str], code: str) -> None:
        for cmd_id in cmd_ids:
            if self._rows[cmd_id].verdict is None:
                self._change(cmd_id, last_error=code)
                if code == PARKED and self._rows[cmd_id].state == "sent":
                    self._change(cmd_id, state="queued")

    def mark_untaken(self, cmd_ids: Sequence[str]) -> None:
        for cmd_id in cmd_ids:
            row = self._rows[cmd_id]
            if row.verdict is None and row.attempts:
                is_first = row.attempts == 1
                state = "queued" if is_first and row.state == "sent" else row.state
                sent_at = None if is_first else row.sent_at
                self._change(cmd_id, attempts=row.attempts - 1, state=state, sent_at=sent_at)

    def settle(self, verdicts: Iterable[Verdict], at: datetime) -> tuple[OutboxItem, ...]:
        settled: list[OutboxItem] = []
        for verdict in verdicts:
            row = self._rows.get(verdict.cmd_id)
            if row is None or row.verdict is not None:
                continue
            state = "cancelled" if row.state == "cancelled" else "settled"
            changed = self._change(row.cmd_id, verdict=verdict, settled_at=at, last_error="", state=state)
            settled.append(changed)
            if not (isinstance(verdict, _SHOWN) and verdict.seqs):
                self._overlay.discard(row.cmd_id)
            if not isinstance(verdict, _SHOWN) and not isinstance(verdict, IdReuse):
                self._restore(changed)
        return tuple(settled)

    def mark_seen(self, cursors: dict[str, int]) -> frozenset[str]:
        seen = {
            item.cmd_id: item.case_id
            for item in self.pending()
            if item.verdict is not None
            and all(cursors.get(scope, seq) >= seq for scope, seq in item.verdict.seqs.items())
        }
        self._overlay -= set(seen)
        return frozenset(seen.values())

    def reoffer(self, sign: Signer) -> int:
        rows = [item for item in self._rows.values() if item.verdict is not None]
        for row in rows:
            if not isinstance(row.verdict, _SHOWN) and row.state != "cancelled":
                self._void(row, sign)
            elif row.state == "settled":
                self._change(row.cmd_id, state="queued")
            self._change(row.cmd_id, verdict=None, settled_at=None)
        return len(rows)

    def unsettled(self) -> int:
        return sum(1 for item in self._rows.values() if item.verdict is None)

    def oldest_waiting(self) -> datetime | None:
        return min(
            (
                item.wall
                for item in self._rows.values()
                if item.state in ("queued", "sent") and item.last_error != PARKED
            ),
            default=None,
        )

    def prune(self, before: datetime) -> int:
        old = [
            item.cmd_id
            for item in self._rows.values()
            if item.settled_at is not None and item.settled_at < before and item.device_seq < self._seq
        ]
        for cmd_id in old:
            del self._rows[cmd_id]
        return len(old)

    def draft(self, case_id: str, person_id: str, kind: str) -> Draft | None:
        return self._drafts.get((case_id, person_id, kind))

    def save_draft(self, draft: Draft) -> None:
        place = (draft.case_id, draft.person_id, draft.kind)
        if draft.text.strip() or draft.attachments:
            self._drafts[place] = draft
        else:
            self._drafts.pop(place, None)

    def drop_draft(self, case_id: str, person_id: str, kind: str) -> None:
        self._drafts.pop((case_id, person_id, kind), None)

    def note(self, name: str) -> str:
        return self._notes.get(name, "")

    def set_note(self, name: str, value: str) -> None:
        self._notes[name] = value
        if not value:
            del self._notes[name]

    def disk(self) -> DiskState:
        return DiskState(free=1 << 40)
