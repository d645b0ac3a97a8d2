"""The log of all commands ever received with their verdicts, and what was put into quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import Verdict
from workstation.hub.ports_values import CommandRecord
from workstation.hub.storage.budget_rows import BudgetRows
from workstation.hub.storage.sql import micros, moment, numbered, placeholders

_COLUMNS = (
    "cmd_id, device_id, outbox_epoch, device_seq, person_id, case_id, type, sha256, received_at, verdict"
)
_INSERT = f"""
INSERT INTO command_log (tenant_id, {_COLUMNS})
VALUES (:tenant_id, :cmd_id, :device_id, :outbox_epoch, :device_seq, :person_id, :case_id, :type, :sha256,
        :received_at, :verdict)
"""
_QUARANTINE = """
INSERT INTO quarantine (tenant_id, cmd_id, received_at, body)
VALUES (:tenant_id, :cmd_id, :received_at, :body) ON CONFLICT DO NOTHING
"""
_verdicts: msgspec.json.Decoder[Verdict] = msgspec.json.Decoder(Verdict)


def _record(row: Any) -> CommandRecord:
    return CommandRecord(
        cmd_id=row[0],
        device_id=row[1],
        outbox_epoch=row[2],
        device_seq=row[3],
        person_id=row[4],
        case_id=row[5],
        type=row[6],
        sha256=row[7],
        received_at=moment(row[8]),
        verdict=_verdicts.decode(row[9]),
    )


class CommandRows(BudgetRows):
    """Mixed into the transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._logged: list[CommandRecord] = []

    def command(self, cmd_id: str) -> CommandRecord | None:
        """Return the record of a command."""
        return self.commands((cmd_id,)).get(cmd_id)

    def commands(self, cmd_ids: Iterable[str]) -> dict[str, CommandRecord]:
        """Return the records of those that are known."""
        wanted = list(dict.fromkeys(cmd_ids))
        found = {record.cmd_id: record for record in self._logged if record.cmd_id in wanted}
        for start in range(0, len(wanted), 200):
            part = wanted[start : start + 200]
            rows = self.session.rows(
                f"SELECT {_COLUMNS} FROM command_log WHERE tenant_id = :tenant_id"
                f" AND cmd_id IN ({placeholders('id', len(part))})",
                tenant_id=self.tenant_id,
                **numbered("id", part),
            )
            found |= {str(row[0]): _record(row) for row in rows}
        return found

    def known_commands(
        self, cmd_ids: Iterable[str], device_id: str, outbox_epoch: str, device_seq: int
    ) -> tuple[CommandRecord, ...]:
        """Return those of ``cmd_ids`` that are known, and what a device sent under that number."""
        wanted = list(dict.fromkeys(cmd_ids))
        sql = (
            f"SELECT {_COLUMNS} FROM command_log WHERE tenant_id = :tenant_id"
            f" AND cmd_id IN ({placeholders('id', len(wanted))}) UNION"
            f" SELECT {_COLUMNS} FROM command_log WHERE tenant_id = :tenant_id AND device_id = :device_id"
            " AND outbox_epoch = :outbox_epoch AND device_seq = :device_seq"
        )
        params = {
            "tenant_id": self.tenant_id,
            "device_id": device_id,
            "outbox_epoch": outbox_epoch,
            "device_seq": device_seq,
            **numbered("id", wanted),
        }
        # Whoever asks this will ask for the reference data next.
        rows, head = self.session.batch([(sql, params), self.reference_head_question()])
        self.reference_head_answered(head)
        return tuple(_record(row) for row in rows)

    def log_command(self, record: CommandRecord) -> None:
        """Store a command with its verdict when this transaction ends; the feed's numbers are added then."""
        self._check_may_write()
        self._logged.append(record)

    def write_commands(self, heads: dict[str, int]) -> None:
        """Write the commands, their verdicts naming where in the feed they show."""
        rows = []
        for record in self._logged:
            verdict = msgspec.structs.replace(record.verdict, seqs=dict(heads))
            rows.append(
                {
                    "tenant_id": self.tenant_id,
                    "cmd_id": record.cmd_id,
                    "device_id": record.device_id,
                    "outbox_epoch": record.outbox_epoch,
                    "device_seq": record.device_seq,
                    "person_id": record.person_id,
                    "case_id": record.case_id,
                    "type": record.type,
                    "sha256": record.sha256,
                    "received_at": micros(record.received_at),
                    "verdict": encode(verdict).decode(),
                }
            )
        self.session.later(_INSERT, rows)
        self._logged = []

    def quarantine(self, cmd_id: str, body: bytes) -> None:
        """Keep the body of a command that is not carried out, so that a person can look at it."""
        self._check_may_write()
        self.session.do(
            _QUARANTINE,
            tenant_id=self.tenant_id,
            cmd_id=cmd_id,
            received_at=micros(self.now),
            body=body.decode("utf-8", "replace"),
        )

    def last_contiguous(self, device_id: str, outbox_epoch: str, known: int = 0) -> int:
        """Return the last number of a device before the first gap, counted on from ``known``."""
        last = self.session.value(
            "SELECT min(a.device_seq) FROM command_log a WHERE a.tenant_id = :tenant_id"
            " AND a.device_id = :device_id AND a.outbox_epoch = :outbox_epoch AND a.device_seq >= :known"
            " AND NOT EXISTS (SELECT 1 FROM command_log b WHERE b.tenant_id = a.tenant_id"
            " AND b.device_id = a.device_id AND b.outbox_epoch = a.outbox_epoch"
            " AND b.device_seq = a.device_seq + 1)",
            tenant_id=self.tenant_id,
            device_id=device_id,
            outbox_epoch=outbox_epoch,
            known=max(known, 1),
        )
        has_first = known > 0 or bool(self.known_commands(("",), device_id, outbox_epoch, 1))
        return int(last) if last is not None and has_first else known
