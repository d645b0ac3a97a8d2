"""Whole copies with the real hub: a first load by snapshot, cut and gone on with; mending; reading anew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.materials import an_id
from tests.desk.sync.conftest import ROOT, HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, compared, desk_at, notes_of, until
from tests.desk.sync.test_restore_and_story import opened
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.case import Case
from workstation.casework.errors import RuleViolation
from workstation.casework.people import Team
from workstation.hub.ports import Tx
from workstation.ports import Draft
from workstation.services import sync_snapshot
from workstation.services.sync_snapshot import SnapshotLoader

CASES = 4500
CHILD = """
import asyncio, sys
from pathlib import Path
from tests.desk.sync.desks import desk_at
async def main():
    async with desk_at(Path(sys.argv[1]), Path(sys.argv[2])) as desk:
        await asyncio.sleep(240)
asyncio.run(main())
"""


def fill(hub: HubOnDisk) -> str:
    """Give the firm's first team many cases; returns its scope."""
    core = opened(hub)

    def work(start: int, tx: Tx) -> str:
        team_id = tx.all_of(Team)[0].team_id
        for number in range(start, start + 500):
            subject = f"Anliegen {number}"
            case = Case(case_id=an_id("many", number), team_id=team_id, opened_at=tx.now, subject=subject)
            tx.put(case, is_new=True)
        return f"team:{team_id}"

    try:
        for start in range(0, CASES, 500):
            scope = core.database.run(core.tenant_id, lambda tx, start=start: work(start, tx))  # type: ignore[misc]
        return scope
    finally:
        core.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubOnDisk, str]]:
    """A firm with many cases, whose hub has a snapshot of them."""
    os.environ["PYTHONPATH"] = ROOT
    hub = HubOnDisk(tmp_path_factory.mktemp("large") / "hub")
    hub.create()
    scope = fill(hub)
    settings = hub.folder / "hub.toml"
    settings.write_text(settings.read_text() + "snapshot_from = 1000\npulls_per_s = 0\n")
    hub.start()
    yield hub, scope
    hub.kill()


def snapshots(hub: HubOnDisk) -> list[Path]:
    return list((hub.folder / "snapshots").glob("*.json"))


async def loaded(desk: Desk) -> None:
    await until(lambda: len(desk.replica.keys_of(*_scope(desk))) >= CASES)
    await until(lambda: desk.sync.connection.loading is None)


def _scope(desk: Desk) -> tuple[str, tuple[str, str], int]:
    return f"team:{desk.me.worker.team_id}", ("", ""), 100_000


def test_a_first_load_takes_the_snapshot(
    large: tuple[HubOnDisk, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub, _ = large

    async def play() -> None:
        hub.start()
        await until(lambda: bool(snapshots(hub)))
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await loaded(desk)
            await until(lambda: desk.sync.connection.compared_at is not None)
            assert desk.sync.connection.mended == 0
            assert not (tmp_path / "a" / "loading" / "snapshot.part").exists()
            # From here on it is fed like any other.
            case_id = await a_case_at(desk, "Nach dem Laden")
            await all_settled(desk)
            await until(lambda: bool(desk.replica.base_of_case(case_id).entities))
            assert desk.sync.connection.is_caught_up

    caplog.set_level("INFO")
    in_loop(play)
    assert [line for line in caplog.messages if "from a snapshot" in line]


@pytest.mark.parametrize("point", ["desk.snapshot.piece", "desk.snapshot.fetched", "desk.snapshot.page:2"])
def test_a_load_that_was_cut_goes_on(
    large: tuple[HubOnDisk, str], tmp_path: Path, point: str, caplog: pytest.LogCaptureFixture
) -> None:
    hub, _ = large
    hub.start()
    in_loop(lambda: until(lambda: bool(snapshots(hub))))
    child = (
        "import workstation.services.sync_snapshot as s\n"
        "from workstation.system.sealed_file import BLOCK\n"
        "s.SnapshotLoader.__init__.__kwdefaults__['piece'] = BLOCK\n" + CHILD
    )
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path / "a"), str(hub.folder)],
        env={**os.environ, "WORKSTATION_CRASH_AT": point},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == -9, done.stderr

    async def again() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await loaded(desk)
            await until(lambda: desk.sync.connection.compared_at is not None)
            assert desk.sync.connection.mended == 0

    caplog.set_level("INFO")
    in_loop(again)
    # What was stored before the kill is not stored again.
    is_gone_on_with = [line for line in caplog.messages if "gone on with after" in line]
    assert bool(is_gone_on_with) == point.startswith("desk.snapshot.page"), caplog.messages


def test_a_hub_that_dies_in_the_middle_is_waited_for(
    large: tuple[HubOnDisk, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, _ = large
    deaths: list[int] = []
    fetch = SnapshotLoader._fetch

    async def dying(self: SnapshotLoader, scope: str, etag: str, received: int) -> None:
        if not deaths:
            deaths.append(1)
            hub.kill()
        await fetch(self, scope, etag, received)

    monkeypatch.setattr(SnapshotLoader, "_fetch", dying)

    async def play() -> None:
        hub.start()
        await until(lambda: bool(snapshots(hub)))
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await until(lambda: bool(deaths))
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await loaded(desk)

    in_loop(play)


def test_no_room_stops_the_load_and_says_so(
    large: tuple[HubOnDisk, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, _ = large
    monkeypatch.setattr(sync_snapshot, "_SPARE", 2**62)

    async def play() -> None:
        hub.start()
        await until(lambda: bool(snapshots(hub)))
        async with desk_at(tmp_path / "a", hub.folder, sign_in=False) as desk:
            await desk.session.start_embedded()
            await desk.session.sign_in("lena", "ein langes Passwort 1")
            await until(lambda: desk.sync.connection.code == "sync.no_room")
            # People decide meanwhile, and what they do goes out.
            case_id = await a_case_at(desk, "Trotzdem")
            await all_settled(desk)
            assert case_id
            monkeypatch.setattr(sync_snapshot, "_SPARE", 0)
            desk.sync.poke()
            await loaded(desk)

    in_loop(play)


def test_a_damaged_copy_is_found_and_mended(large: tuple[HubOnDisk, str], tmp_path: Path) -> None:
    hub, scope = large

    async def play() -> None:
        hub.start()
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await loaded(desk)
            await until(lambda: desk.sync.connection.compared_at is not None)
            case_id = await a_case_at(desk, "Wartet")
            await all_settled(desk)
            await until(lambda: bool(desk.replica.base_of_case(case_id).entities))

            def damage() -> None:
                one, two, three = an_id("many", 1), an_id("many", 2), an_id("many", 3)
                with desk.replica._writer.begin() as connection:
                    connection.exec_driver_sql("DELETE FROM doc WHERE entity_id = ?", (one,))
                    connection.exec_driver_sql("DELETE FROM case_row WHERE case_id = ?", (one,))
                    connection.exec_driver_sql("DELETE FROM membership WHERE entity_id = ?", (two,))
                    connection.exec_driver_sql("UPDATE doc SET rev = 99 WHERE entity_id = ?", (three,))
                    connection.exec_driver_sql(
                        "INSERT INTO membership (entity, entity_id, scope, era) VALUES ('case', ?, ?, 0)",
                        (an_id("nobody"), scope),
                    )

            await desk.workers.run("replica", damage)
            desk.link.hub.renew_connections()
            await compared(desk)
            assert desk.sync.connection.mended == 4
            for number in (1, 2, 3):
                case = desk.replica.get(Case, an_id("many", number))
                assert case is not None and case.rev == 1
            assert desk.replica.queue_item(an_id("many", 1)) is not None
            await compared(desk)
            assert desk.sync.connection.mended == 4

    in_loop(play)


def test_reading_anew_keeps_drafts_and_refuses_while_something_waits(
    large: tuple[HubOnDisk, str], tmp_path: Path
) -> None:
    hub, _ = large

    async def play() -> None:
        hub.start()
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await loaded(desk)
            case_id = an_id("many", 7)
            await desk.case_desk.add_note(case_id, "bleibt")
            await all_settled(desk)
            person_id = desk.me.worker.person_id
            await desk.replies.save_draft(Draft(case_id, person_id, "halb geschrieben"))
            await desk.sync.reload()
            await loaded(desk)
            await until(lambda: len(desk.replica.cursors()[1]) > 1)
            # The snapshot may be older than the note: then that comes with the pages after it.
            await until(lambda: _has_notes(desk, case_id, ["bleibt"]))
            file = await desk.case_desk.open(case_id)
            assert file.draft is not None and file.draft.text == "halb geschrieben"
            with hub.down():
                await desk.case_desk.add_note(case_id, "wartet")
                for refused in (desk.sync.reload, desk.session.sign_out, desk.session.stop_embedded):
                    with pytest.raises(RuleViolation) as caught:
                        await refused()
                    assert caught.value.code == "session.unsettled"
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await all_settled(desk)

    in_loop(play)


async def _has_notes(desk: Desk, case_id: str, wanted: list[str]) -> bool:
    return await notes_of(desk, case_id) == wanted
