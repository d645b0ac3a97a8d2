"""A real desk and a real hub process with a bad line between them: written once, settled once."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.desk.sync.conftest import PASSWORD, HubOnDisk
from tests.desk.sync.desks import a_case_at, notes_of, until
from tests.desk.sync.test_restore_and_story import opened
from tests.faults.invariants import joint
from tests.faults.proxy import FAULTS, BadLine
from workstation.app import Desk, build_desk
from workstation.ports import HubAddress, HubUnavailable
from workstation.remote.hub_client import READ_S

HEALED_WITHIN_S = 30.0
PATIENCE_S = {"half open": HEALED_WITHIN_S + READ_S}
"""A desk that waits for an answer on a dead line has to wait its time out first."""
MET_WITHIN_S = 120.0
"""The line stays bad until acts have met it, on the slowest machine."""
SIDE_BY_SIDE = 5
"""Desks with a bad line at the same time."""
_LOGGED = "SELECT cmd_id, outbox_epoch, device_seq FROM command_log WHERE device_id = :device_id"


class BehindTheLine:
    """The hub of this computer as the desk finds it: at the address of the bad line."""

    def __init__(self, hub: HubOnDisk, line: BadLine) -> None:
        self._hub = hub
        self._line = line

    def ensure(self) -> HubAddress:
        """Return the address of the line; the hub behind it runs."""
        return replace(self._hub.control.ensure(), url=f"http://127.0.0.1:{self._line.port}")

    def create_firm(self, name: str, owner: str, login: str, password: str, language: str) -> None:
        """There is a firm already."""
        raise HubUnavailable("hub.not_here")

    def stop(self) -> bool:
        """It goes on running."""
        return False


@dataclass
class Played:
    """One fault played: what was written, how long it took after the line was good again, what broke."""

    fault: str
    written: int = 0
    hits: int = 0
    healed_s: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One line for the report."""
        return (
            f"{self.fault:18} {self.hits:4} requests met it, {self.written:3} acts, all settled"
            f" {self.healed_s:5.1f} s after"
        )


@asynccontextmanager
async def _at_work(
    hub: HubOnDisk, profile: Path, chance: random.Random
) -> AsyncIterator[tuple[Desk, BadLine]]:
    line = BadLine(int(hub.control.ensure().url.rpartition(":")[2]), chance)
    await line.open()
    desk = build_desk(profile, may_use_key_files=True, embedded=BehindTheLine(hub, line))
    try:
        await desk.start()
        await desk.session.start_embedded()
        await desk.session.sign_in("lena", PASSWORD)
        await until(lambda: bool(desk.reference.data.people))
        yield desk, line
    finally:
        await desk.close(wait_s=0)
        await line.close()


async def _play(
    hub: HubOnDisk, profile: Path, fault: str, seed: int, *, share: float, bad_s: float
) -> Played:
    """Write while the line has one fault, let it heal, and compare."""
    played, chance = Played(fault), random.Random(seed)
    async with _at_work(hub, profile, chance) as (desk, line):
        case_id = await a_case_at(desk, f"{fault} {seed}")
        await until(
            lambda: desk.outbox.unsettled() == 0 and bool(desk.replica.base_of_case(case_id).entities)
        )
        line.fault, line.share = fault, share
        ends, texts = time.monotonic() + bad_s, list[str]()
        async with asyncio.timeout(MET_WITHIN_S):
            while time.monotonic() < ends or not line.pushes_hit:
                texts.append(f"{fault} {seed} {len(texts)}")
                await desk.case_desk.add_note(case_id, texts[-1])
                await asyncio.sleep(chance.uniform(0.05, 0.5))
        line.fault, played.hits = "", line.hits
        healed = time.monotonic()
        try:
            await until(lambda: desk.outbox.unsettled() == 0, PATIENCE_S.get(fault, HEALED_WITHIN_S))
        except TimeoutError:
            seconds = time.monotonic() - healed
            played.broken.append(
                f"i21: {desk.outbox.unsettled()} acts still wait {seconds:.0f} s after the line was good"
            )
            return played
        played.healed_s = time.monotonic() - healed
        played.written = len(texts) + 1
        played.broken += await _compared(hub, desk, case_id, texts)
    return played


async def _compared(hub: HubOnDisk, desk: Desk, case_id: str, texts: list[str]) -> list[str]:
    """What the hub has made of it: each act once, in its order, and the same rows on both sides."""
    items = desk.outbox.items(limit=10_000)
    device_id = desk.outbox.note("device_id")
    rows = await asyncio.to_thread(_rows_of, hub, device_id)
    logged = [cmd_id for cmd_id, _, _ in rows]
    broken = [*joint.i06_saved_is_somewhere((one.cmd_id for one in items), logged)]
    broken += joint.i07_answered_survives((one.cmd_id for one in items if one.verdict), logged)
    broken += [
        f"i08: {one} is in the log {logged.count(one)} times" for one in {*logged} if logged.count(one) > 1
    ]
    broken += joint.i09_numbers_without_gap((device_id, epoch, seq) for _, epoch, seq in rows)
    broken += [
        f"i08: {one.cmd_id}: {one.verdict}" for one in items if not isinstance(one.verdict, joint.DONE)
    ]
    seen: list[str] = []

    async def is_whole() -> bool:
        seen[:] = await notes_of(desk, case_id)
        return seen == texts and not await _differs(desk)

    try:
        await until(is_whole, HEALED_WITHIN_S)
    except TimeoutError:
        if seen != texts:
            return [*broken, f"i08: {len(texts)} notes were written, the hub shows {len(seen)}: {seen[:3]}"]
        broken.append("i11: the digests of desk and hub were not compared, or differ")
    if desk.sync.connection.mended:
        broken.append(f"i11: {desk.sync.connection.mended} rows differed from the hub")
    return broken


async def _differs(desk: Desk) -> bool:
    """Whether the digests could not be compared yet."""
    before = desk.sync.connection.compared_at
    await desk.sync.compare_now()
    return desk.sync.connection.compared_at in (None, before)


def _rows_of(hub: HubOnDisk, device_id: str) -> list[tuple[str, str, int]]:
    core = opened(hub)
    try:
        found = core.database.look(lambda session: session.rows(_LOGGED, device_id=device_id))
        return [(str(row[0]), str(row[1]), int(row[2])) for row in found]
    finally:
        core.close()


def verified(hub: HubOnDisk) -> tuple[frozenset[str], list[str]]:
    """Ask the hub's own rules; returns their numbers, and what is broken."""
    found = json.loads(hub.command("verify", "--json"))["invariants"]
    broken = [
        f"{one['name'][:3]}: {one['name']} does not hold at the hub" for one in found if not one["holds"]
    ]
    return frozenset(one["name"][:3] for one in found), broken


def play_all(
    runs: int, *, bad_s: float, names: Iterable[str] = FAULTS
) -> tuple[list[Played], frozenset[str], list[str]]:
    """Play every fault ``runs`` times over one hub; returns them, the rules asked at the hub, what broke."""
    with tempfile.TemporaryDirectory() as name:
        hub = HubOnDisk(Path(name) / "hub")
        hub.create()
        # Many desks sign in from one address here.
        settings = hub.folder / "hub.toml"
        settings.write_text(settings.read_text("utf-8") + "pushes_per_s = 0\npulls_per_s = 0\n", "utf-8")
        hub.start()
        try:
            played = asyncio.run(_all(hub, Path(name), runs, bad_s, names))
            asked, broken = verified(hub)
        finally:
            hub.kill()
    return played, asked, broken


async def _all(hub: HubOnDisk, folder: Path, runs: int, bad_s: float, names: Iterable[str]) -> list[Played]:
    turns = asyncio.Semaphore(SIDE_BY_SIDE)
    # What takes longest begins first.
    ordered = sorted(names, key=lambda name: name != "half open")

    async def one(fault: str, run: int) -> Played:
        async with turns:
            profile = folder / f"{run}-{fault.replace(' ', '-')}"
            share = 1.0 if run == 0 else random.Random(run).uniform(0.3, 1.0)
            return await _play(hub, profile, fault, run, share=share, bad_s=bad_s)

    return await asyncio.gather(*(one(name, run) for run in range(runs) for name in ordered))
