"""A hub killed between its commit and its answer: the command is done once and its verdict is found again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.service_desk import ServiceDesk, broken_bowl
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import AddNote, Applied, Scheduled
from workstation.hub.storage.database import SqlDatabase

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "point", ["hub.command_committed:1", "hub.command_committed:2", "hub.commands_committed"]
)
def test_saved_commands_survive_the_hub(
    firm: SqlDatabase, clock: SetClock, database_url: str, tmp_path: Path, point: str
) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    decision = desk.envelope(broken_bowl(case_id))
    note = desk.envelope(AddNote(case_id=case_id, message_id=desk.new_id(), text="angerufen"))
    batch = tmp_path / "batch.json"
    batch.write_bytes(encode([decision, note]))
    command = [sys.executable, "-m", "tests.hub.commands.hub_child"]
    command += [database_url, desk.device.device_id, str(batch)]
    ended = subprocess.run(
        command,
        env={**os.environ, "WORKSTATION_CRASH_AT": point},
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b""), ended.stderr.decode()
    before = firm.heads()
    verdicts = desk.send(decision, note)
    assert isinstance(verdicts[0], Scheduled) and isinstance(verdicts[1], Applied)
    if point != "hub.command_committed:1":
        assert firm.heads() == before
    assert len(firm.read(TENANT, lambda tx: tx.effects_of_command(decision.cmd_id))) == 2
    notes = [one for one in firm.read(TENANT, lambda tx: tx.messages_of(case_id)) if one.kind == "note"]
    assert len(notes) == 1
    reserved = firm.look(lambda s: s.rows("SELECT DISTINCT reserved, spent FROM budget"))
    assert [tuple(row) for row in reserved] == [(2490, 0)]
