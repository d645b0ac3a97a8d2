"""Runs seeds one after the other, in several processes side by side; says which one failed and how."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.faults.sim.asking import after_step, at_the_end, overlay_now
from tests.faults.sim.chance import Died, governed
from tests.faults.sim.seldom import SELDOM
from tests.faults.sim.steps import CALAMITIES, SHARES, STEPS
from tests.faults.sim.world import World, quiet

STEPS_EACH = 200


@dataclass
class Run:
    """What came of one seed."""

    seed: int
    steps: int = 0
    seconds: float = 0.0
    broken: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def rules(self) -> frozenset[str]:
        """The numbers of the rules that were broken."""
        return frozenset(one[:3] for one in self.broken)


def play(seed: int, steps: int = STEPS_EACH) -> Run:
    """Play one seed; ends with the first step after which something does not hold."""
    began = time.monotonic()
    world = World(seed)
    run = Run(seed)
    try:
        with governed(world.chance):
            _play(world, run, steps)
    except (Exception, Died) as error:
        run.broken = (f"bug: {type(error).__name__}: {error}"[:400],)
        raise_from(error, run)
    finally:
        run.counts.update(world.chance.places)
        run.counts["desk crashes"] = sum(desk.crashes for desk in world.desks)
        run.counts["hub deaths"] = world.hub.deaths
        run.counts["commands"] = len(world.heard.verdicts)
        run.counts["mails out"] = len(world.hub.post.sent)
        world.close()
        run.seconds = time.monotonic() - began
    return run


def raise_from(error: BaseException, run: Run) -> None:
    """Keep where an error of the program came from with the run."""
    import traceback

    run.history = (*run.history, *traceback.format_exception(error)[-6:])


def _play(world: World, run: Run, steps: int) -> None:
    random, history = world.chance.random, []
    world.chance.death_rate = random.choice((0.0, 0.003, 0.02))
    world.in_between = random.choice((0.0, 0.05, 0.3))
    world.hub.trouble(random.choice((0.0, 0.2, 0.5)))
    for desk in world.desks:
        desk.line.trouble = random.choice((0.0, 0.2, 0.5))
    # Each calamity is at home in some seeds only: after a restore several questions cannot be asked any more.
    at_home_in_some = CALAMITIES | {step for step, _ in SELDOM}
    shares = [
        0 if step in at_home_in_some and not world.chance.hit(0.35) else share
        for step, share in zip(STEPS, SHARES, strict=True)
    ]
    for _ in range(steps):
        step = random.choices(STEPS, shares)[0]
        history.append(step.__name__)
        step(world)
        run.steps += 1
        run.broken = after_step(world)
        if not run.broken and step.__name__ in ("pull", "show"):
            run.broken = tuple(one for desk in world.desks for one in overlay_now(world, desk))
        if run.broken:
            run.history = tuple(history[-12:])
            return
    is_at_rest = world.heal()
    run.broken = at_the_end(world, is_at_rest)
    run.history = tuple(history[-12:])


def play_many(seeds: Iterable[int], steps: int, budget_s: float) -> list[Run]:
    """Play seeds one after the other until time is over or one fails."""
    quiet()
    ends = time.monotonic() + budget_s
    runs: list[Run] = []
    for seed in seeds:
        runs.append(play(seed, steps))
        if runs[-1].broken or time.monotonic() > ends:
            break
    return runs


def _share(argument: tuple[int, int, int, int, float]) -> list[Run]:
    first, count, stride, steps, budget_s = argument
    return play_many(range(first, first + count, stride), steps, budget_s)


def side_by_side(
    first: int, count: int, *, steps: int = STEPS_EACH, budget_s: float, processes: int = 2
) -> list[Run]:
    """Play ``count`` seeds from ``first`` on, at most for ``budget_s``, in several processes."""
    shares = [(first + number, count, processes, steps, budget_s) for number in range(processes)]
    if processes == 1:
        return _share(shares[0])
    with ProcessPoolExecutor(processes) as pool:
        return [run for runs in pool.map(_share, shares) for run in runs]


def until_found(seeds: Iterable[int], steps: int = STEPS_EACH) -> tuple[Run | None, float]:
    """Play seeds until one fails; returns it with the seconds of work it took, or None."""
    quiet()
    began = time.process_time()
    for seed in seeds:
        run = play(seed, steps)
        if run.broken:
            return run, time.process_time() - began
    return None, time.process_time() - began
