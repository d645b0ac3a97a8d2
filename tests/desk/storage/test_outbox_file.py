"""outbox.db as a file: kill -9, corruption, a lost file, a full disk, the journal, the migrated schema."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from tests.desk.materials import KEY, NOW, SetClock, an_id, sign
from workstation.casework.decision import CancelOrder
from workstation.casework.money import Money
from workstation.casework.wire.commands import AddNote, Applied, Decide
from workstation.ports import Draft, NewCommand, StoreUnusable
from workstation.storage.journal import Journal
from workstation.storage.opening import JOURNAL_FILE, OUTBOX_FILE, open_outbox
from workstation.storage.outbox import SqlOutbox
from workstation.storage.outbox_tables import metadata
from workstation.storage.room import Room
from workstation.storage.steps import OUTBOX_STEPS, REPLICA_STEPS, migrate
from workstation.system import sqlite

WRITER = """
import sys
from pathlib import Path
from tests.desk.materials import KEY, NOW, SetClock, an_id, sign
from tests.desk.storage.test_outbox_file import command
from workstation.storage.opening import open_outbox
from workstation.storage.room import Room
folder = Path(sys.argv[1])
outbox, _ = open_outbox(folder, KEY, SetClock(), sign, room=Room(folder, reserve_bytes=0, low_bytes=1))
outbox.set_note("device_id", an_id("device"))
start = outbox.unsettled()
for n in range(start, start + 100000):
    item = outbox.append(command(f"{sys.argv[2]}-{n}"), sign)
    print(item.cmd_id, flush=True)
"""


def command(name: str, *, held: bool = False) -> NewCommand:
    """A note, or a held decision."""
    case_id = an_id("case", name)
    body = (
        Decide(case_id=case_id, customer_id=an_id("customer"), steps=())
        if held
        else AddNote(case_id=case_id, message_id=an_id("message", name), text=f"Notiz {name}")
    )
    until = NOW + timedelta(seconds=8) if held else None
    return NewCommand(
        cmd_id=an_id("command", name), body=body, person_id=an_id("person"), wall=NOW, held_until=until
    )


def opened(folder: Path, room: Room | None = None) -> SqlOutbox:
    """Open the outbox of ``folder`` as a new process would."""
    outbox, _ = open_outbox(
        folder, KEY, SetClock(), sign, room=room or Room(folder, reserve_bytes=65536, low_bytes=1)
    )
    if not outbox.note("device_id"):
        outbox.set_note("device_id", an_id("device"))
    return outbox


@pytest.mark.parametrize("after", [2, 9, 60])
def test_whatever_was_said_to_be_saved_is_there_after_kill_9(tmp_path: Path, after: int) -> None:
    acknowledged: list[str] = []
    for run in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        assert process.stdout is not None
        acknowledged.extend(process.stdout.readline().strip() for _ in range(after))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged.extend(line for line in rest.splitlines(keepends=True) if line.endswith("\n"))
    outbox = opened(tmp_path)
    try:
        kept = {item.cmd_id for item in outbox.items()}
        assert {line.strip() for line in acknowledged} <= kept
        assert len(acknowledged) >= 2 * after and all(acknowledged)
        numbers = sorted(item.device_seq for item in outbox.items())
        assert numbers == list(range(1, len(numbers) + 1))
    finally:
        outbox.close()


def test_a_kill_before_the_commit_leaves_nothing_and_after_it_everything(tmp_path: Path) -> None:
    for point, expected in (("desk.outbox.before_commit:3", 2), ("desk.outbox.committed:3", 5)):
        done = subprocess.run(
            [sys.executable, "-c", WRITER, str(tmp_path), point],
            capture_output=True,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[3]),
                "WORKSTATION_CRASH_AT": point,
            },
            check=False,
            timeout=60,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        outbox = opened(tmp_path)
        assert len(outbox.items()) == expected
        outbox.close()


def test_a_corrupt_file_is_set_aside_and_filled_from_the_journal(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for name in "abc":
        outbox.append(command(name), sign)
    outbox.append(command("held", held=True), sign)
    outbox.append(command("undone", held=True), sign)
    outbox.cancel(an_id("command", "undone"), sign)
    outbox.settle([Applied(cmd_id=an_id("command", "a"))], NOW)
    epoch = outbox.note("outbox_epoch")
    outbox.close()
    path = tmp_path / OUTBOX_FILE
    content = bytearray(path.read_bytes())
    for place in range(5000, len(content), 4096):
        content[place] ^= 0xFF
    path.write_bytes(bytes(content))

    outbox, salvaged = open_outbox(tmp_path, KEY, SetClock(), sign, room=Room(tmp_path, reserve_bytes=0))
    try:
        assert salvaged == 3
        states = {item.cmd_id: item.state for item in outbox.items()}
        assert states == {
            an_id("command", "b"): "queued",
            an_id("command", "c"): "queued",
            an_id("command", "held"): "held",
        }
        assert outbox.note("outbox_epoch") != epoch
        assert outbox.note("device_id") == an_id("device")
        assert [envelope.device_seq for envelope in outbox.to_send(max_rows=9)] == [1, 2]
    finally:
        outbox.close()
    aside = [item.name for item in tmp_path.iterdir() if ".corrupt-" in item.name]
    assert f"{OUTBOX_FILE}.corrupt-20261123090000" in aside


def test_a_wrong_key_is_an_error_and_nothing_is_renamed(tmp_path: Path) -> None:
    opened(tmp_path).close()
    before = sorted(item.name for item in tmp_path.iterdir())
    with pytest.raises(StoreUnusable) as caught:
        open_outbox(tmp_path, b"x" * 32, SetClock(), sign)
    assert caught.value.reason == "store.wrong_key"
    assert sorted(item.name for item in tmp_path.iterdir()) == before


def test_a_file_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    opened(tmp_path).close()
    connection = sqlite.open_connection(tmp_path / OUTBOX_FILE, KEY)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreUnusable) as caught:
        opened(tmp_path)
    assert caught.value.reason == "store.too_new"


def test_the_journal_skips_torn_and_changed_lines(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    journal = Journal(path, KEY)
    for n in range(4):
        journal.write({"op": "put", "n": n})
    lines = path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(b" ", b" A", 2)
    path.write_bytes(lines[0] + changed + lines[2] + lines[3][:20])
    again = Journal(path, KEY)
    again.write({"op": "put", "n": 9})
    records, broken = again.read()
    assert [record["n"] for record in records] == [0, 2, 9]
    assert broken == 2
    assert b"put" not in path.read_bytes()
    assert Journal(path, b"y" * 32).read()[0] == []
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_lines_of_the_journal_cannot_be_exchanged(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    journal = Journal(path, KEY)
    journal.write({"n": 0})
    journal.write({"n": 1})
    first, second = (line.split(b" ") for line in path.read_bytes().splitlines())
    first[2], second[2] = second[2], first[2]
    import zlib

    mixed = []
    for parts in (first, second):
        head = b" ".join(parts[:3])
        mixed.append(head + f" {zlib.crc32(head):08x}".encode())
    path.write_bytes(b"\n".join(mixed) + b"\n")
    assert journal.read() == ([], 2)


def test_the_schema_the_code_uses_is_the_migrated_one(tmp_path: Path) -> None:
    path = tmp_path / OUTBOX_FILE
    engine = sqlite.engine(path, KEY)
    assert migrate(engine, OUTBOX_STEPS, path) == len(OUTBOX_STEPS)
    assert migrate(engine, OUTBOX_STEPS, path) == 0
    there = inspect(engine)
    assert set(there.get_table_names()) == set(metadata.tables)
    for name, table in metadata.tables.items():
        columns = {
            column["name"]: (str(column["type"]).replace("REAL", "FLOAT"), column["nullable"])
            for column in there.get_columns(name)
        }
        expected = {
            column.name: (str(column.type).replace("VARCHAR", "TEXT"), column.nullable)
            for column in table.columns
        }
        assert columns == expected
        assert there.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]
    engine.dispose()


def test_each_step_of_the_replica_runs_once(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    engine = sqlite.engine(path, KEY, "normal")
    assert migrate(engine, REPLICA_STEPS, path) == len(REPLICA_STEPS)
    assert migrate(engine, REPLICA_STEPS, path) == 0
    engine.dispose()


def test_a_full_disk_costs_no_saved_row_and_ends_in_read_only(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.close()
    engine = sqlite.engine(tmp_path / OUTBOX_FILE, KEY)
    room = Room(tmp_path, reserve_bytes=65536, low_bytes=1)
    assert not room.state().is_read_only
    outbox = SqlOutbox(engine, Journal(tmp_path / JOURNAL_FILE, KEY), room, SetClock())
    try:
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.rollback()
            # A database that may not grow meets the same error as one on a full disk.
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
            connection.rollback()
        saved = []
        with pytest.raises(StoreUnusable) as caught:
            for n in range(500):
                saved.append(outbox.append(command(f"full-{n}"), sign).cmd_id)
        assert caught.value.reason == "store.full"
        assert saved
        assert not (tmp_path / "reserve").exists()
        assert room.is_read_only
        assert {item.cmd_id for item in outbox.items()} == set(saved)
        with pytest.raises(StoreUnusable):
            outbox.append(command("again"), sign)
        state = outbox.disk()
        assert not state.is_read_only
        assert (tmp_path / "reserve").stat().st_size == 65536
    finally:
        outbox.close()


def test_a_full_disk_says_so_for_drafts_too_and_is_no_fault_of_the_program(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.close()
    engine = sqlite.engine(tmp_path / OUTBOX_FILE, KEY)
    outbox = SqlOutbox(engine, Journal(tmp_path / JOURNAL_FILE, KEY), Room(tmp_path), SetClock())
    try:
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.rollback()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.rollback()
        with pytest.raises(StoreUnusable) as caught:
            for n in range(200):
                outbox.save_draft(Draft(case_id=f"c{n}", person_id="p", text="lang " * 500))
        assert caught.value.reason == "store.full"
    finally:
        outbox.close()


def test_a_decision_that_credits_has_a_version_of_its_own_and_its_void_has_not(
    tmp_path: Path,
) -> None:
    outbox = opened(tmp_path)
    body = Decide(
        case_id=an_id("case", "1"),
        customer_id=an_id("customer"),
        steps=(CancelOrder(order_id=an_id("order"), credited=Money(8370)),),
    )
    for name in ("kept", "taken back"):
        outbox.append(
            NewCommand(cmd_id=an_id("command", name), body=body, person_id=an_id("person"), wall=NOW), sign
        )
    (cancelled,) = outbox.cancel(an_id("command", "taken back"), sign)
    assert cancelled.body == body
    assert [(one.type, one.type_v) for one in outbox.to_send(max_rows=10)] == [
        ("decision.make", 2),
        ("void", 1),
    ]
    found = outbox.item(an_id("command", "taken back"))
    assert found is not None and found.body == body
    outbox.close()
