"""A new act is the first thing a restored hub hears of: the older acts it builds upon still go before it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.desk.sync.test_restore_and_story import bump
from tests.fakes.running import in_loop
from workstation.casework.wire.commands import Applied, CommandsAnswer
from workstation.casework.wire.sync import PullAnswer, PullRequest
from workstation.ports import HubUnavailable
from workstation.remote.hub_client import RequestsHub


class PushFirst:
    """From when it is told to on, pages come only after the hub has answered a push."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_waiting = False
        self._push, self._pull = RequestsHub.push, RequestsHub.pull
        made = self

        def push(hub: RequestsHub, *arguments: Any) -> CommandsAnswer:
            return made.pushed(hub, *arguments)

        def pull(hub: RequestsHub, request: PullRequest) -> PullAnswer:
            return made.pulled(hub, request)

        monkeypatch.setattr(RequestsHub, "push", push)
        monkeypatch.setattr(RequestsHub, "pull", pull)

    def pushed(self, hub: RequestsHub, *arguments: Any) -> CommandsAnswer:
        """Hand it over; an answer, of whatever kind, opens the way down."""
        try:
            answer = self._push(hub, *arguments)
        except HubUnavailable:
            raise
        except Exception:
            self.is_waiting = False
            raise
        self.is_waiting = False
        return answer

    def pulled(self, hub: RequestsHub, request: PullRequest) -> PullAnswer:
        """Read a page, if it may come."""
        if self.is_waiting:
            raise HubUnavailable("net.timeout")
        return self._pull(hub, request)


def put_back(copy: Path, folder: Path) -> None:
    """Put the database of a copy in the place of the hub's."""
    for path in folder.glob("hub.db*"):
        path.unlink()
    for path in copy.glob("hub.db*"):
        shutil.copy(path, folder / path.name)


def test_the_new_act_is_taken_after_those_the_copy_lacks(
    hub: HubOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = PushFirst(monkeypatch)

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await all_settled(desk)
            copy = tmp_path / "copy"
            with hub.down():
                shutil.copytree(hub.folder, copy)
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            case_id = await a_case_at(desk, "Nach der Sicherung begonnen")
            await desk.case_desk.add_note(case_id, "vor dem Ausfall")
            await all_settled(desk)
            await until(lambda: desk.outbox.pending() == ())
            # A desk that finds no hub would start it: it may not before the copy is in its place.
            with hub.down():
                order.is_waiting = True
                new = await desk.case_desk.add_note(case_id, "im Ausfall geschrieben")
                put_back(copy, hub.folder)
                await desk.workers.run("net", lambda: bump(hub))
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            wanted = ["vor dem Ausfall", "im Ausfall geschrieben"]

            async def is_all_there() -> bool:
                return desk.outbox.unsettled() == 0 and await notes_of(desk, case_id) == wanted

            await until(is_all_there)
            verdicts = {item.cmd_id: item.verdict for item in await desk.outbox_view.items()}
            assert isinstance(verdicts[new.cmd_id], Applied)
            assert all(isinstance(verdict, Applied) for verdict in verdicts.values()), verdicts
            await until(lambda: desk.sync.connection.state == "online")
            await desk.case_desk.add_note(case_id, "es geht weiter")
            await all_settled(desk)

    in_loop(play)
