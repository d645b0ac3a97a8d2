"""Cases that have left the desk: found by asking the hub, opened like any other, back when touched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec

from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, until
from tests.desk.sync.test_restore_and_story import opened
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.case import Case
from workstation.hub.ports import Tx
from workstation.hub.services.working_set import WorkingSet


def send_away(hub: HubOnDisk, case_id: str) -> int:
    """Let a case have been solved long ago, and the night come."""
    core = opened(hub)

    def age(tx: Tx) -> None:
        case = tx.get(Case, case_id)
        assert case is not None
        long_ago = tx.now - timedelta(days=50)
        old = msgspec.structs.replace(
            case, opened_at=long_ago, solved_at=long_ago, status="solved", follow_up_at=None
        )
        tx.put(msgspec.structs.replace(old, last_inbound_at=None, last_outbound_at=None))

    try:
        core.database.run(core.tenant_id, age)
        return WorkingSet(core.database, core.tenant_id, core.clock).tidy()
    finally:
        core.close()


def test_an_old_case_is_found_at_the_hub_and_opened(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Uralte Emailleschüssel")
            await desk.case_desk.add_note(case_id, "war blau")
            await all_settled(desk)
            assert (await desk.find.older("Emaille")).hits == ()
            assert await desk.workers.run("net", lambda: send_away(hub, case_id)) == 2
            await until(lambda: desk.replica.get(Case, case_id) is None)
            assert await desk.find.find("Emaille") == ()
            found = await desk.find.older("emailleSCH")
            assert [(hit.case_id, hit.title) for hit in found.hits] == [(case_id, "Uralte Emailleschüssel")]
            assert (await desk.find.older("xy")).hits == ()
            # Opening it brings it here, whole.
            file = await desk.case_desk.open(case_id)
            assert [message.text for message in file.messages if message.kind == "note"] == ["war blau"]
            assert (await desk.find.older("Emaille")).hits == ()
            # Comparing with the hub leaves it alone, letting go does not before its time.
            await desk.sync.compare_now()
            await desk.find.let_go()
            assert desk.sync.connection.mended == 0 and desk.replica.get(Case, case_id) is not None
            # Touched, it is in everybody's working set again.
            await desk.case_desk.reopen(case_id)
            await all_settled(desk)
            async with desk_at(tmp_path / "b", hub.folder) as other:
                await until(lambda: other.replica.get(Case, case_id) is not None)
            await until(lambda: _is_fed(desk, case_id))
            desk.replica.unpin(2**40)
            assert desk.replica.get(Case, case_id) is not None

    in_loop(play)


def test_untouched_it_goes_again_and_offline_it_is_said(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Vergessener Krug")
            await all_settled(desk)
            await desk.workers.run("net", lambda: send_away(hub, case_id))
            await until(lambda: desk.replica.get(Case, case_id) is None)
            assert await desk.find.fetch_older(case_id)
            assert desk.replica.get(Case, case_id) is not None
            desk.replica.unpin(2**40)
            assert desk.replica.get(Case, case_id) is None
            with hub.down():
                told = await desk.find.older("Krug")
            assert (told.hits, told.is_answered) == ((), False)
            await desk.workers.run("net", hub.start)

    in_loop(play)


def _is_fed(desk: Desk, case_id: str) -> bool:
    """Whether the feed itself has brought the case, not only a hand."""
    keys = desk.replica.keys_of(f"team:{desk.me.worker.team_id}", ("", ""), 100_000)
    return ("case", case_id) in {(entity, one) for entity, one, _ in keys}
