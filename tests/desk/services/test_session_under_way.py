"""What was under way when a hub was ended on purpose, or a session ended, brings neither of them back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.desk.services.bench import CASE
from tests.desk.services.test_sync_loop import Live, live
from tests.fakes.running import InlineWorkers, in_loop, until
from workstation.casework.wire.commands import Envelope
from workstation.ports import HubAddress, HubUnavailable, SignInRequired
from workstation.services.session import Session


class HubHere:
    """The hub of this computer: whoever looks for it starts it."""

    def __init__(self, address: HubAddress) -> None:
        self.address = address
        self.is_running = True

    def ensure(self) -> HubAddress:
        self.is_running = True
        return self.address

    def create_firm(self, name: str, owner: str, login: str, password: str, language: str) -> None:
        """There is one already."""

    def stop(self) -> bool:
        was_running, self.is_running = self.is_running, False
        return was_running


class Held(InlineWorkers):
    """Lanes of which one waits until it is told to go on."""

    def __init__(self) -> None:
        self.lane = ""
        self.has_come, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def run(self, lane: str, work: Callable[[], Any]) -> Any:
        if lane == self.lane:
            self.has_come.set()
            await self.may_go_on.wait()
        return await super().run(lane, work)


def test_a_hub_ended_on_purpose_is_not_started_by_a_look_that_was_under_way() -> None:
    async def play() -> None:
        made = Live()
        here = HubHere(HubAddress(url=made.hub.url, public_key="", local_proof="", pid=1, start_id="s"))
        made.session._embedded = here
        session: Session = made.session
        async with live(made=made, signed_in=False):
            await session.start_embedded()
            looks = [asyncio.ensure_future(session.reach()) for _ in range(3)]
            await asyncio.sleep(0)
            assert await session.stop_embedded()
            found = await asyncio.gather(*looks, return_exceptions=True)
            assert not here.is_running
            assert isinstance(found[-1], HubUnavailable) and found[-1].why == "hub.stopped"
            session.want_hub()
            await session.reach()
            assert here.is_running

    in_loop(play)


def test_a_page_that_was_under_way_when_the_session_ended_says_nothing_of_the_line() -> None:
    async def play() -> None:
        async with live() as desk:
            await until(lambda: desk.sync.connection.state == "online")
            lanes = Held()
            desk.sync._workers, lanes.lane = lanes, "replica"
            desk.sync.wake()
            await lanes.has_come.wait()

            def refuse(batch: tuple[Envelope, ...]) -> None:
                raise SignInRequired("session.ended")

            def ended() -> None:
                raise SignInRequired("session.ended")

            desk.hub.on_push, desk.hub.on_token = refuse, ended
            before = desk.sync.connection.last_sync_at
            desk.bench.clock.go(seconds=1)
            await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            await until(lambda: desk.session.view.state == "expired")
            assert desk.sync.connection.state == "sign_in"
            lanes.may_go_on.set()
            await until(lambda: desk.sync.connection.last_sync_at != before)
            assert desk.sync.connection.state == "sign_in"
            desk.hub.on_push, desk.hub.on_token = (lambda _: None), (lambda: None)
            await desk.session.sign_in("lisa", "geheim genug")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            await until(lambda: desk.sync.connection.state == "online")

    in_loop(play)
