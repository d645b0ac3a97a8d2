"""Files and large texts with the real hub: attached without it, killed on the way, lost by a restore."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.materials import an_id
from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.commands import AddNote

LONG = "Wort für Wort. " * 12_000
CHILD = """
import asyncio, sys
from pathlib import Path
from tests.desk.sync.desks import desk_at
from tests.desk.sync.test_uploads import with_file
async def main():
    async with desk_at(Path(sys.argv[1]), Path(sys.argv[2])) as desk:
        await with_file(desk, sys.argv[3], Path(sys.argv[4]))
        await asyncio.sleep(240)
asyncio.run(main())
"""


async def with_file(desk: Desk, case_id: str, path: Path) -> AttachmentMeta:
    """Write a note with a file, and a long one."""
    meta = await desk.attachments.put(path)
    body = AddNote(case_id=case_id, message_id=an_id(case_id, "m"), text="mit Foto", attachments=(meta,))
    await desk.case_desk.writer.write(body)
    await desk.case_desk.add_note(case_id, LONG)
    return meta


def photo_at(folder: Path) -> Path:
    """A file no test before has brought up."""
    path = folder / "schale.jpg"
    path.write_bytes(os.urandom(2_600_000))
    return path


async def both_there(desk: Desk, case_id: str) -> None:
    await until(lambda: _same(desk, case_id))


async def _same(desk: Desk, case_id: str) -> bool:
    return sorted(await notes_of(desk, case_id)) == sorted(["mit Foto", LONG])


def test_attached_without_a_hub_and_read_by_another(hub: HubOnDisk, tmp_path: Path) -> None:
    photo = photo_at(tmp_path)

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Zerbrochen")
            await all_settled(desk)
            with hub.down():
                meta = await with_file(desk, case_id, photo)
                assert (await desk.attachments.fetch(meta)).path.read_bytes() == photo.read_bytes()
                assert desk.outbox.unsettled() == 2
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await all_settled(desk)
        async with desk_at(tmp_path / "b", hub.folder) as other:
            await both_there(other, case_id)
            assert (await other.attachments.fetch(meta)).path.read_bytes() == photo.read_bytes()

    in_loop(play)


@pytest.mark.parametrize("point", ["desk.upload.written", "desk.upload.piece:2", "desk.upload.taken:2"])
def test_an_upload_that_was_cut_goes_on_and_counts_once(hub: HubOnDisk, tmp_path: Path, point: str) -> None:
    path, cases = photo_at(tmp_path), []

    async def begin() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            cases.append(await a_case_at(desk, "Zerbrochen"))
            await all_settled(desk)

    in_loop(begin)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "a"), str(hub.folder), cases[0], str(path)],
        env={**os.environ, "WORKSTATION_CRASH_AT": point},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == -9, done.stderr

    async def again() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            if point == "desk.upload.written":
                # Killed before anybody was told that it is attached: nothing of it is left.
                assert desk.outbox.unsettled() == 0
                await with_file(desk, cases[0], path)
            elif LONG not in [item.text for item in (await desk.case_desk.open(cases[0])).messages]:
                await desk.case_desk.add_note(cases[0], LONG)
            await all_settled(desk)
            await both_there(desk, cases[0])

    in_loop(again)


def test_a_restored_hub_gets_what_it_lost(hub: HubOnDisk, tmp_path: Path) -> None:
    photo = photo_at(tmp_path)

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Zerbrochen")
            await all_settled(desk)
            copy = tmp_path / "copy.db"
            await desk.workers.run("net", lambda: hub.command("backup", str(copy)))
            meta = await with_file(desk, case_id, photo)
            await all_settled(desk)
            generation, _ = desk.replica.cursors()
            with hub.down():
                await desk.workers.run("net", lambda: hub.command("restore", str(copy)))
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await until(lambda: desk.replica.cursors()[0] not in ("", generation))
            await both_there(desk, case_id)
            await all_settled(desk)
        async with desk_at(tmp_path / "b", hub.folder) as other:
            await both_there(other, case_id)
            assert (await other.attachments.fetch(meta)).path.read_bytes() == photo.read_bytes()

    in_loop(play)
