"""Damage to the files of a desk: nothing that was said to be saved may be gone."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.desk.materials import KEY, SetClock, an_id, sign
from workstation.casework.wire.commands import AddNote
from workstation.ports import NewCommand, StoreUnusable
from workstation.storage.journal import Journal
from workstation.storage.opening import JOURNAL_FILE, OUTBOX_FILE, open_outbox
from workstation.storage.outbox import SqlOutbox
from workstation.system.lock import AlreadyRunning, ProcessLock

_ROWS = 12


def write(outbox: SqlOutbox, clock: SetClock, number: int) -> str:
    """Save a note; returns the id of its command."""
    body = AddNote(case_id=an_id("case"), message_id=an_id("message", number), text=f"Notiz {number}" * 20)
    command = NewCommand(cmd_id=an_id("cmd", number), body=body, person_id="p", wall=clock.now())
    return outbox.append(command, sign).cmd_id


def _filled(folder: Path, *, is_closed: bool) -> list[str]:
    """An outbox with rows; not closed means that they are still in the write-ahead log."""
    clock = SetClock()
    outbox, _ = open_outbox(folder, KEY, clock, sign)
    outbox.set_note("device_id", "device-1")
    saved = [write(outbox, clock, number) for number in range(_ROWS)]
    if is_closed:
        outbox.close()
        return saved
    for ending in ("", "-wal", "-shm"):
        part = folder / f"{OUTBOX_FILE}{ending}"
        if part.exists():
            part.with_name(f"kept{ending}").write_bytes(part.read_bytes())
    outbox.close()
    for ending in ("", "-wal", "-shm"):
        (folder / f"{OUTBOX_FILE}{ending}").unlink(missing_ok=True)
        if (folder / f"kept{ending}").exists():
            (folder / f"kept{ending}").replace(folder / f"{OUTBOX_FILE}{ending}")
    return saved


def still_there(folder: Path, saved: list[str], what: str) -> list[str]:
    """Say what of ``saved`` is neither in the outbox, opened again (or refused with why), nor its journal."""
    there: set[str] = set()
    try:
        outbox, _ = open_outbox(folder, KEY, SetClock(), sign)
        there = {item.cmd_id for item in outbox.items(limit=1000)}
        outbox.close()
    except StoreUnusable:
        pass
    records, _ = Journal(folder / JOURNAL_FILE, KEY).read()
    there |= {str(record["row"]["cmd_id"]) for record in records if record.get("op") == "put"}
    return [f"i06: after {what} {one} is nowhere" for one in saved if one not in there]


def damage(flips: int) -> tuple[int, list[str]]:
    """Damage files in every way; returns how many cases, and what was lost."""
    chance, broken, count = random.Random(1), list[str](), 0
    for ending in ("", "-wal"):
        for _ in range(flips):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                saved = _filled(folder, is_closed=not ending)
                path = folder / f"{OUTBOX_FILE}{ending}"
                raw = bytearray(path.read_bytes())
                place = chance.randrange(len(raw))
                raw[place] ^= 1 << chance.randrange(8)
                path.write_bytes(raw)
                broken += still_there(folder, saved, f"a flipped bit at {place} of outbox.db{ending}")
                count += 1
    for what in (
        "the write-ahead log is missing",
        "the database is empty",
        "half of the database is missing",
    ):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            saved = _filled(folder, is_closed="log" not in what)
            _spoil(folder, what)
            broken += still_there(folder, saved, what)
            count += 1
    return count + 1, broken + _second_instance()


def _spoil(folder: Path, what: str) -> None:
    path = folder / OUTBOX_FILE
    if "log" in what:
        (folder / f"{OUTBOX_FILE}-wal").unlink(missing_ok=True)
        return
    raw = path.read_bytes()
    path.write_bytes(b"" if "empty" in what else raw[: len(raw) // 2])


def _second_instance() -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        first = ProcessLock(Path(name) / "desk.lock").acquire()
        try:
            ProcessLock(Path(name) / "desk.lock").acquire()
        except AlreadyRunning:
            return []
        finally:
            first.release()
    return ["i06: a second desk could open the same profile"]
