"""Backup, work on, restore by the hub's own command: everything is offered again and counts exactly once."""

from __future__ import annotations

from pathlib import Path

from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.case import Case
from workstation.ports import Draft


async def _stands_as_before(desk: Desk, known: str, later: str, notes: dict[str, list[str]]) -> bool:
    if desk.sync.connection.state != "online" or desk.outbox.unsettled():
        return False
    cases = [desk.replica.get(Case, case_id) for case_id in (known, later)]
    found = {case_id: await notes_of(desk, case_id) for case_id in (known, later)}
    return all(case is not None for case in cases) and found == notes


def test_what_came_after_the_backup_is_offered_again_once(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            known = await a_case_at(desk, "Vor der Sicherung")
            await desk.case_desk.add_note(known, "eins")
            await all_settled(desk)
            copy = tmp_path / "copy.db"
            await desk.workers.run("net", lambda: hub.command("backup", str(copy)))
            # Another desk is only known to the hub by what the backup has.
            await desk.case_desk.add_note(known, "zwei")
            later = await a_case_at(desk, "Nach der Sicherung")
            await desk.case_desk.add_note(later, "drei")
            await desk.case_desk.solve(later, without_answer="answered_elsewhere")
            await all_settled(desk)
            await until(lambda: _solved(desk, later))
            person_id = desk.me.worker.person_id
            await desk.replies.save_draft(Draft(known, person_id, "angefangen"))
            generation, _ = desk.replica.cursors()
            with hub.down():
                await desk.workers.run("net", lambda: hub.command("restore", str(copy)))
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await until(lambda: desk.replica.cursors()[0] not in ("", generation))
            notes = {known: ["eins", "zwei"], later: ["drei"]}
            await until(lambda: _stands_as_before(desk, known, later, notes))
            await until(lambda: _solved(desk, later))
            file = await desk.case_desk.open(known)
            assert file.draft is not None and file.draft.text == "angefangen"
            await desk.sync.compare_now()
            assert desk.sync.connection.mended == 0
        async with desk_at(tmp_path / "b", hub.folder) as other:
            await until(lambda: _stands_as_before(other, known, later, notes))
            await until(lambda: _solved(other, later))

    in_loop(play)


def _solved(desk: Desk, case_id: str) -> bool:
    case = desk.replica.get(Case, case_id)
    return case is not None and case.status == "solved" and case.number is not None
