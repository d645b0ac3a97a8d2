"""Kills processes that work on real files, at named places and at random moments, and asks what is left."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.sim import seldom, steps
from tests.faults.sim.asking import at_the_end
from tests.faults.sim.chance import governed, load_everything
from tests.faults.sim.firm import founded
from tests.faults.sim.steps import CALAMITIES, SHARES, STEPS
from tests.faults.sim.world import World, quiet
from workstation.system import crashpoint as crashpoint_module
from workstation.system.crashpoint import _Plan

_FORK = multiprocessing.get_context("fork")
KILLED = -signal.SIGKILL
PATIENCE_S = 300.0
"""How long a process may take; on a busy machine what takes seconds takes minutes."""
_LATE = f"no answer in {PATIENCE_S:.0f} s"


HELPING: dict[str, tuple[steps.Step, ...]] = {
    "desk.reoffer.": (seldom.back_up, seldom.restored_and_read),
    "desk.snapshot.": (seldom.make_snapshots, seldom.read_anew),
    "dunning.": (seldom.dun,),
    "hub.restore_": (seldom.back_up, seldom.restored_and_read),
    "hub.snapshot_": (seldom.make_snapshots,),
    "hub.working_set_": (seldom.closed_cases_leave,),
    "invoice.": (seldom.resend, steps.push, steps.work),
}
"""What is done often by a process that is to be killed at a place that is seldom passed otherwise."""
_OFTEN = 25


class Firm:
    """A firm in a folder, worked on by one process after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.starts = 0

    def start(self, seed: int, crash_at: str = "", acts: int = 10_000) -> BaseProcess:
        """Start a process that works until it is killed, dies at ``crash_at``, or has done ``acts``."""
        process = _FORK.Process(target=_work, args=(self.folder, seed, crash_at, acts), daemon=True)
        process.start()
        self.starts += 1
        return process

    def ask(self) -> tuple[str, ...]:
        """Start it once more, let everything come to rest, and ask all questions."""
        receiver, sender = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_ask, args=(self.folder, sender), daemon=True)
        process.start()
        sender.close()
        try:
            broken: tuple[str, ...] = receiver.recv() if receiver.poll(PATIENCE_S) else (_LATE,)
        except EOFError:
            broken = ("the process that asks has ended",)
        process.join(10)
        _kill(process)
        return broken


def _work(folder: Path, seed: int, crash_at: str, acts: int) -> None:
    quiet()
    crashpoint_module._plan = _Plan(crash_at)
    world = World(seed, folder)
    world.hub.trouble(0.2)
    chosen = [0 if step in CALAMITIES else share for step, share in zip(STEPS, SHARES, strict=True)]
    helping = next((found for start, found in HELPING.items() if crash_at.startswith(start)), ())
    acting, chosen = (*STEPS, *helping), [*chosen, *(_OFTEN for _ in helping)]
    for _ in range(acts):
        world.chance.random.choices(acting, chosen)[0](world)
    os._exit(0)


def _ask(folder: Path, sender: object) -> None:
    quiet()
    try:
        world = World(0, folder)
        is_at_rest = world.heal()
        broken = at_the_end(world, is_at_rest)
    except BaseException as error:
        import traceback

        broken = (f"bug: {error!r}", *traceback.format_exception(error)[-3:])
    sender.send(broken)  # type: ignore[attr-defined]
    os._exit(0)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def warm_up() -> None:
    """Load everything once, so that forked processes begin at once."""
    load_everything()
    importlib.import_module("reportlab.platypus")
    founded()


def kill_in_turn(places: Sequence[str], seed: int, tries: int = 3) -> tuple[list[str], tuple[str, ...]]:
    """Kill one firm's process at each of these places, one after the other on the same files.

    Returns the places at which it was killed, and what is broken after all of them.
    """
    killed: list[str] = []
    with a_folder() as folder:
        firm = Firm(folder)
        for place in places:
            for _ in range(tries):
                process = firm.start(seed + firm.starts, place, acts=120)
                process.join(PATIENCE_S)
                if process.exitcode == KILLED:
                    killed.append(place)
                    break
                if process.exitcode != 0:
                    # Nobody may work in the folder any more when it is thrown away.
                    _kill(process)
                    return killed, (f"the process ended with {process.exitcode} before {place}",)
        return killed, firm.ask()


def random_kills(count: int, seed: int, each_firm: int = 10) -> tuple[int, tuple[str, ...]]:
    """Kill processes at random moments, several in a row on one firm; returns how many, and what broke."""
    chance, done = random.Random(seed), 0
    while done < count:
        with a_folder() as folder:
            firm = Firm(folder)
            for _ in range(min(each_firm, count - done)):
                process = firm.start(chance.randrange(1 << 30))
                _wait_for_work(folder, firm.starts)
                time.sleep(chance.uniform(0.0, 0.25))
                _kill(process)
                done += 1
            broken = firm.ask()
            if broken:
                return done, broken
    return done, ()


def _wait_for_work(folder: Path, starts: int) -> None:
    """Until the process has opened its files: a kill before that proves little."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        with suppress(OSError):
            if len((folder / "starts").read_bytes().splitlines()) >= starts:
                return
        time.sleep(0.005)


def _kill(process: BaseProcess) -> None:
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(20)


Ask = Callable[[], tuple[str, ...]]
__all__ = ["Firm", "a_folder", "governed", "kill_in_turn", "random_kills", "warm_up"]
