"""The sync loop with the real hub: two desks, a hub that dies, a desk that dies, a session that ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.sync.conftest import PASSWORD, ROOT, HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.fakes.running import in_loop
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import Applied
from workstation.system.lock import is_locked

CHILD = """
import asyncio, sys
from pathlib import Path
from tests.desk.sync.desks import desk_at
from workstation.system import crashpoint
async def main():
    async with desk_at(Path(sys.argv[1]), Path(sys.argv[2])) as desk:
        await desk.case_desk.add_note(sys.argv[3], sys.argv[4])
        print("saved", flush=True)
        # Only now: pages that came before it was saved do not count.
        crashpoint._plan = crashpoint._Plan(sys.argv[4])
        await asyncio.sleep(240)
asyncio.run(main())
"""


def test_what_one_desk_does_the_other_sees(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as one, desk_at(tmp_path / "b", hub.folder) as two:
            case_id = await a_case_at(one, "Zwei Schreibtische")
            await one.case_desk.add_note(case_id, "von eins")
            await all_settled(one)
            await until(lambda: _has_notes(two, case_id, ["von eins"]))
            row = await two.inbox.item(case_id)
            assert row is not None and row.number is not None and row.customer_name == "Anna Bergmann"
            await two.case_desk.add_note(case_id, "von zwei")
            await until(lambda: _has_notes(one, case_id, ["von eins", "von zwei"]))
            for desk in (one, two):
                await until(lambda desk=desk: desk.sync.connection.state == "online")  # type: ignore[misc]
            await until(lambda: one.replica.queue_item(case_id).pending == 0)  # type: ignore[union-attr]
            assert one.outbox.pending() == ()
            base = one.replica.base_of_case(case_id).entities
            assert one.replica.case(case_id).entities == base

    in_loop(play)


async def _has_notes(desk: object, case_id: str, wanted: list[str]) -> bool:
    return sorted(await notes_of(desk, case_id)) == sorted(wanted)  # type: ignore[arg-type]


def test_work_goes_on_without_the_hub_and_arrives_once(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Offline")
            await all_settled(desk)
            with hub.down():
                texts = [f"offline {n}" for n in range(5)]
                for text in texts:
                    await desk.case_desk.add_note(case_id, text)
                new_case = await a_case_at(desk, "Offline begonnen")
                await until(lambda: desk.sync.connection.state == "offline")
                await until(lambda: desk.sync.connection.waiting == 6)
                file = await desk.case_desk.open(new_case)
                assert file.case.number is None and file.code
                with pytest.raises(RuleViolation) as caught:
                    await desk.session.sign_out()
                assert caught.value.code == "session.unsettled"
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await all_settled(desk)
            await until(lambda: _has_notes(desk, case_id, texts))
            assert await notes_of(desk, case_id) == texts
            await until(lambda: desk.sync.connection.state == "online")
            file = await desk.case_desk.open(new_case)
            await until(lambda: _is_numbered(desk, new_case))

    in_loop(play)


async def _is_numbered(desk: object, case_id: str) -> bool:
    file = await desk.case_desk.open(case_id)  # type: ignore[attr-defined]
    return file.case.number is not None


@pytest.mark.parametrize(
    "point", ["desk.push.before", "desk.push.answered", "desk.outbox.settled", "desk.ingest.before_commit"]
)
def test_a_desk_that_dies_anywhere_sends_each_act_once(hub: HubOnDisk, tmp_path: Path, point: str) -> None:
    async def first() -> str:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Absturz")
            await all_settled(desk)
            return case_id

    case_id = in_loop(first)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "a"), str(hub.folder), case_id, point],
        env={**os.environ, "PYTHONPATH": ROOT},
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert b"saved" in done.stdout

    async def again() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await all_settled(desk)
            await until(lambda: _has_notes(desk, case_id, [point]))
            (item,) = [item for item in await desk.outbox_view.items() if item.type == "note.add"]
            assert isinstance(item.verdict, Applied)

    in_loop(again)


def test_a_session_that_ends_stops_the_pump_and_keeps_the_outbox(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await a_case_at(desk, "Sitzung")
            await all_settled(desk)
            await desk.workers.run("net", desk.link.hub.close_session)
            await desk.case_desk.add_note(case_id, "nach dem Ende")
            await until(lambda: desk.session.view.state == "expired")
            assert desk.sync.connection.state == "sign_in"
            assert desk.outbox.unsettled() == 1
            await desk.case_desk.add_note(case_id, "und weiter")
            with pytest.raises(RuleViolation) as caught:
                await desk.session.sign_in("lena", "falsch und lang genug")
            assert caught.value.code == "session.password_wrong"
            await desk.session.sign_in("lena", PASSWORD)
            await all_settled(desk)
            await until(lambda: _has_notes(desk, case_id, ["nach dem Ende", "und weiter"]))
            await desk.session.sign_out()
            assert desk.session.view.state == "locked"

    in_loop(play)


def test_a_signed_in_desk_starts_without_a_hub(hub: HubOnDisk, tmp_path: Path) -> None:
    async def second(case_id: str) -> None:
        async with desk_at(tmp_path / "a", tmp_path / "nowhere", sign_in=False) as desk:
            assert desk.session.view.state == "signed_in"
            assert [row.case_id for row in (await desk.inbox.page()).rows if row.case_id == case_id]
            await desk.case_desk.add_note(case_id, "ohne Hub")
            file = await desk.case_desk.open(case_id)
            assert file.messages[-1].text == "ohne Hub"

    case_id = in_loop(lambda: _seen_case(hub, tmp_path))
    in_loop(lambda: second(case_id))


async def _seen_case(hub: HubOnDisk, tmp_path: Path) -> str:
    async with desk_at(tmp_path / "a", hub.folder) as desk:
        case_id = await a_case_at(desk, "Morgens ohne Netz")
        await all_settled(desk)
        await until(lambda: bool(desk.replica.base_of_case(case_id).entities))
        return case_id


def test_only_one_desk_opens_a_profile(hub: HubOnDisk, tmp_path: Path) -> None:
    from workstation.app import build_desk
    from workstation.ports import StoreUnusable

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder, sign_in=False):
            with pytest.raises(StoreUnusable) as caught:
                await asyncio.sleep(0, build_desk(tmp_path / "a", may_use_key_files=True))
            assert caught.value.reason == "store.locked"

    in_loop(play)


def test_the_hub_outlives_the_desk_and_ends_when_it_is_told_to(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            address = desk.session.view.hub_url
        assert hub.start() == address
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            assert await desk.session.stop_embedded()
            assert not is_locked(hub.folder / "hub.lock")
            assert not (hub.folder / "endpoint.json").exists()

    in_loop(play)
