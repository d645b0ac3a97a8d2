"""Leaving while acts wait: a copy first; the acts leave later from here, or from another computer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.desk.sync.conftest import PASSWORD, HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import Applied

ABOUT, ACTS = ("Was das ist.",), ("Interne Notiz · Krug",)


async def _has(desk: Desk, case_id: str, wanted: list[str]) -> bool:
    return await notes_of(desk, case_id) == wanted


async def _refused(desk: Desk, path: Path) -> str:
    with pytest.raises(RuleViolation) as caught:
        await desk.leaving.bring_back(path)
    return caught.value.code


def test_what_waits_is_copied_left_and_brought_back_elsewhere_once(hub: HubOnDisk, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"

    async def leave(desk: Desk, case_id: str) -> None:
        """Write two notes without a hub and go, with a copy."""
        await desk.case_desk.add_note(case_id, "eins")
        with pytest.raises(RuleViolation, match=r"session\.unsettled"):
            await desk.leaving.sign_out()
        assert await desk.leaving.write_copy(copy, ABOUT, ACTS) == 1
        await desk.case_desk.add_note(case_id, "zwei")
        with pytest.raises(RuleViolation, match=r"session\.unsettled"):
            await desk.leaving.sign_out()
        assert await desk.leaving.write_copy(copy, ABOUT, ACTS) == 2
        assert copy.stat().st_mode & 0o777 == 0o600
        said = msgspec.json.decode(copy.read_bytes())
        assert (said["about"], said["acts"], said["person"]) == ([*ABOUT], [*ACTS], "Lena Lindner")
        await desk.leaving.sign_out()
        assert desk.session.view.state == "locked" and desk.outbox.unsettled() == 2

    async def elsewhere(case_id: str) -> None:
        async with desk_at(tmp_path / "b", hub.folder) as other:
            await until(lambda: bool(other.replica.base_of_case(case_id).entities))
            back = await other.leaving.bring_back(copy)
            assert (len(back.taken), back.known, back.left) == (2, 0, 0)
            # What a desk had tried to hand over before is beyond its author; all else waits for a word.
            held = {one.cmd_id: one.is_from_crash for one in await other.decisions.held()}
            assert held == dict.fromkeys(back.held, True)
            assert (await other.leaving.bring_back(copy)).known == 2
            for cmd_id in back.held:
                assert await other.decisions.release(cmd_id)
            await all_settled(other)
            await until(lambda: _has(other, case_id, ["eins", "zwei"]))
            changed = tmp_path / "changed.json"
            changed.write_bytes(copy.read_bytes().replace(b"eins", b"acht"))
            assert await _refused(other, changed) == "copy.unreadable"
            assert await _refused(other, tmp_path / "nowhere.json") == "copy.unreadable"
            foreign = tmp_path / "foreign.json"
            said = msgspec.json.decode(copy.read_bytes())
            foreign.write_bytes(msgspec.json.encode({**said, "tenant_id": "another"}))
            assert await _refused(other, foreign) == "copy.other_firm"
            foreign.write_bytes(msgspec.json.encode({**said, "person_id": "another"}))
            assert await _refused(other, foreign) == "copy.other_person"

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Krug")
            await all_settled(desk)
            with hub.down():
                await leave(desk, case_id)
            await desk.workers.run("net", hub.start)
            await elsewhere(case_id)
            # Here they are still: offered again, answered as before, and nothing happens twice.
            await desk.session.start_embedded()
            await desk.session.sign_in("lena", PASSWORD)
            await all_settled(desk)
            notes = [item for item in await desk.outbox_view.items() if item.type == "note.add"]
            assert len(notes) == 2 and all(isinstance(item.verdict, Applied) for item in notes)
            await until(lambda: _has(desk, case_id, ["eins", "zwei"]))

    in_loop(play)


def test_a_copy_that_cannot_be_written_lets_nobody_go(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Kanne")
            await all_settled(desk)
            with hub.down():
                await desk.case_desk.add_note(case_id, "wartet")
                with pytest.raises(RuleViolation) as caught:
                    await desk.leaving.write_copy(tmp_path / "no" / "folder" / "x.json", ABOUT, ACTS)
                assert caught.value.code == "copy.not_written"
                with pytest.raises(RuleViolation, match=r"session\.unsettled"):
                    await desk.leaving.sign_out()
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await all_settled(desk)

    in_loop(play)
