"""Desks whose clock is wrong, and desks whose folder was copied or put back, over a real hub process."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from tests.desk.sync.conftest import PASSWORD, HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, notes_of, until
from tests.faults.flaky_network import verified
from tests.faults.invariants import joint
from workstation.app import Desk, build_desk
from workstation.system.clock import SystemClock

SHIFTS = {
    "1 s ahead": timedelta(seconds=1),
    "1 s behind": timedelta(seconds=-1),
    "1 h ahead": timedelta(hours=1),
    "1 h behind": timedelta(hours=-1),
    "25 h ahead": timedelta(hours=25),
    "25 h behind": timedelta(hours=-25),
    "10 years ahead": timedelta(days=3653),
    "10 years behind": timedelta(days=-3653),
}
BACKWARDS = timedelta(hours=-2)
"""By how much a clock goes back while somebody works."""
_NOTES = 3


@asynccontextmanager
async def _desk(hub: HubOnDisk, profile: Path, shift: timedelta = timedelta()) -> AsyncIterator[Desk]:
    clock = SystemClock(shift)
    desk = build_desk(
        profile, may_use_key_files=True, hub_folder=hub.folder, embedded=hub.control, clock=clock
    )
    try:
        await desk.start()
        if desk.session.view.state != "signed_in":
            await desk.session.start_embedded()
            await desk.session.sign_in("lena", PASSWORD)
        await until(lambda: bool(desk.reference.data.people))
        yield desk
    finally:
        await desk.close(wait_s=0)


async def _write(desk: Desk, case_id: str, name: str) -> None:
    for number in range(_NOTES):
        await desk.case_desk.add_note(case_id, f"{name} {number}")


async def _truth(desk: Desk, case_id: str, name: str) -> tuple[int, list[str]]:
    """Compare what a desk says of its notes with the hub: how many were refused, and what is untrue."""
    try:
        await all_settled(desk)
    except TimeoutError:
        return 0, [f"i21: {name}: {desk.outbox.unsettled()} acts have no answer"]
    notes = [item for item in desk.outbox.items(limit=1000) if item.type == "note.add"]
    done = sum(1 for item in notes if isinstance(item.verdict, joint.DONE))

    async def has_come() -> bool:
        return len(await notes_of(desk, case_id)) >= done

    try:
        await until(has_come)
    except TimeoutError:
        return 0, [f"i07: {name}: {done} notes were taken, {len(await notes_of(desk, case_id))} are shown"]
    texts = await notes_of(desk, case_id)
    twice = {one for one in texts if texts.count(one) > 1}
    return len(notes) - done, [f"i08: {name}: {one} is there twice" for one in sorted(twice)]


async def _with_clock(hub: HubOnDisk, profile: Path, name: str, shift: timedelta) -> list[str]:
    async with _desk(hub, profile, shift) as desk:
        case_id = await a_case_at(desk, name)
        await _write(desk, case_id, "davor")
        desk.clock.shift(BACKWARDS)
        await _write(desk, case_id, "danach")
        refused, broken = await _truth(desk, case_id, name)
        expected = [f"{when} {number}" for when in ("davor", "danach") for number in range(_NOTES)]
        if refused or sorted(await notes_of(desk, case_id)) != sorted(expected):
            broken.append(f"i08: {name}: {refused} notes were refused because of a clock")
        return broken


def clocks(names: Iterable[str] = SHIFTS) -> tuple[int, frozenset[str], list[str]]:
    """Write at desks with wrong clocks that go backwards meanwhile; cases, rules asked, what broke."""
    shifts = {name: SHIFTS[name] for name in names}

    async def play(hub: HubOnDisk, folder: Path) -> list[str]:
        turns = asyncio.Semaphore(4)

        async def one(number: int, name: str, shift: timedelta) -> list[str]:
            async with turns:
                return await _with_clock(hub, folder / f"clock-{number}", name, shift)

        found = await asyncio.gather(*(one(at, *item) for at, item in enumerate(shifts.items())))
        return [each for broken in found for each in broken]

    with tempfile.TemporaryDirectory() as name:
        hub = _hub(Path(name))
        try:
            broken = asyncio.run(play(hub, Path(name)))
            asked, at_hub = verified(hub)
        finally:
            hub.kill()
    return len(shifts), asked, broken + at_hub


def set_hubs(names: Iterable[str] = SHIFTS) -> tuple[int, list[str]]:
    """Set the clock of a hub process, one time after the other, while somebody is signed in and writes."""
    shifts = {name: SHIFTS[name] for name in names}
    with tempfile.TemporaryDirectory() as name:
        hub = _hub(Path(name))
        try:
            broken = asyncio.run(_signed_in(hub, Path(name) / "desk", shifts))
            broken += verified(hub)[1]
        finally:
            hub.kill()
    return len(shifts), broken


async def _signed_in(hub: HubOnDisk, profile: Path, shifts: dict[str, timedelta]) -> list[str]:
    broken: list[str] = []
    async with _desk(hub, profile) as desk:
        case_id = await a_case_at(desk, "gestellte Uhr")
        for name, shift in (*shifts.items(), ("right again", timedelta())):
            await asyncio.to_thread(_set_clock, hub, shift)
            await _write(desk, case_id, name)
            refused, found = await _truth(desk, case_id, f"a hub {name}")
            broken += found
            if refused or desk.session.view.state != "signed_in":
                broken.append(f"i08: a hub {name}: {refused} notes were refused, {desk.session.view.state}")
    return broken


def _set_clock(hub: HubOnDisk, shift: timedelta) -> None:
    with hub.down():
        settings = hub.folder / "hub.toml"
        told = ("is_trial =", "time_offset_s =")
        lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith(told)]
        offset = int(shift.total_seconds())
        settings.write_text("\n".join(["is_trial = true", f"time_offset_s = {offset}", *lines, ""]), "utf-8")
    hub.start()


def copied_folders() -> tuple[int, list[str]]:
    """One desk's folder in use on two computers at once, and one put back to an older copy."""
    with tempfile.TemporaryDirectory() as name:
        hub = _hub(Path(name))
        try:
            broken = asyncio.run(_copied(hub, Path(name)))
            broken += verified(hub)[1]
        finally:
            hub.kill()
    return 2, broken


async def _copied(hub: HubOnDisk, folder: Path) -> list[str]:
    first, second, kept = (folder / name for name in ("first", "second", "kept"))
    async with _desk(hub, first) as desk:
        case_id = await a_case_at(desk, "Kopie")
        await all_settled(desk)
        await until(lambda: bool(desk.replica.base_of_case(case_id).entities))
    shutil.copytree(first, second)
    shutil.copytree(first, kept)
    async with _desk(hub, first) as one, _desk(hub, second) as other:
        await asyncio.gather(_write(one, case_id, "hier"), _write(other, case_id, "dort"))
        refused, broken = await _truth(one, case_id, "the one")
        also_refused, more = await _truth(other, case_id, "the other")
        if not refused + also_refused:
            broken.append("i09: two computers used the same numbers and nobody noticed")
        broken += more
    shutil.rmtree(first)
    kept.rename(first)
    async with _desk(hub, first) as desk:
        await _write(desk, case_id, "danach")
        refused, more = await _truth(desk, case_id, "the one put back")
        if not refused:
            broken.append("i09: a desk put back to an older copy used old numbers and nobody noticed")
        return broken + more


def _hub(folder: Path) -> HubOnDisk:
    hub = HubOnDisk(folder / "hub")
    hub.create()
    settings = hub.folder / "hub.toml"
    settings.write_text(settings.read_text("utf-8") + "pushes_per_s = 0\npulls_per_s = 0\n", "utf-8")
    hub.start()
    return hub
