"""Two desks after a restore: what one wrote on a case of the other waits at home until that one is back."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.desk.sync.test_restore_and_story import bump
from tests.desk.sync.test_restored_generation import put_back
from tests.fakes.running import in_loop
from workstation.casework.wire.commands import PARKED, Applied


def test_an_act_on_a_case_of_a_desk_that_is_away_is_kept_until_it_is_back(
    hub: HubOnDisk, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as one, desk_at(tmp_path / "b", hub.folder) as two:
            await all_settled(one)
            await all_settled(two)
            with hub.down():
                shutil.copytree(hub.folder, copy)
            await one.workers.run("net", hub.start)
            one.sync.poke()
            case_id = await a_case_at(one, "Nach der Sicherung begonnen")
            await all_settled(one)
            two.sync.poke()
            await until(lambda: two.replica.queue_item(case_id) is not None)
            written = await two.case_desk.add_note(case_id, "vom anderen Platz")
            await all_settled(two)
        with hub.down():
            put_back(copy, hub.folder)
            bump(hub)
        hub.start()
        async with desk_at(tmp_path / "b", hub.folder) as two:

            def is_parked() -> bool:
                item = two.outbox.item(written.cmd_id)
                return item is not None and (item.state, item.last_error) == ("queued", PARKED)

            await until(is_parked)
            assert two.sync.connection.state == "online"
            fresh = await two.case_desk.add_note(await a_case_at(two, "Anderes"), "geht weiter")
            await until(lambda: (two.outbox.item(fresh.cmd_id) or fresh).verdict is not None)
            assert two.outbox.unsettled() == 1, "nothing else is held up"
            async with desk_at(tmp_path / "a", hub.folder) as one:
                await all_settled(one)
                two.sync.poke()
                await all_settled(two)
            item = two.outbox.item(written.cmd_id)
            assert item is not None and isinstance(item.verdict, Applied)

            async def is_seen() -> bool:
                return await notes_of(two, case_id) == ["vom anderen Platz"]

            await until(is_seen)

    in_loop(play)
