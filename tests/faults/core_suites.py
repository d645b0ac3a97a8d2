"""The suites over the whole firm: simulation, planted bugs, kills at named places and at any moment."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults import killing
from tests.faults.sim.asking import ASKED
from tests.faults.sim.finding import find_all
from tests.faults.sim.running import STEPS_EACH, play, side_by_side
from tests.faults.sim.world import quiet
from tests.faults.suite import Outcome, Suite

SHORT_SEEDS, LONG_SEEDS = 60, 2_000
SHORT_KILLS, LONG_KILLS = 60, 600
FIRST_SEED = 1
_ROOT = Path(__file__).parents[2]
_PLACE = re.compile(r"crashpoint\(\"([a-z_.]+)\"(?: if is_mail else \"([a-z_.]+)\")?")


def simulation(is_long: bool) -> Outcome:
    """Seeds of the whole firm; the first that fails is printed with its last steps."""
    count, budget_s = (LONG_SEEDS, 5400.0) if is_long else (SHORT_SEEDS, 100.0)
    runs = side_by_side(FIRST_SEED, count, budget_s=budget_s)
    commands = sum(run.counts["commands"] for run in runs)
    crashes = sum(run.counts["desk crashes"] + run.counts["hub deaths"] for run in runs)
    told = f"{len(runs)} seeds x {STEPS_EACH} steps, {commands} commands, {crashes} crashes"
    outcome = Outcome(told, asked=frozenset(ASKED))
    for run in runs:
        if run.broken:
            outcome.broken += [f"seed {run.seed}, step {run.steps}: {one}" for one in run.broken[:3]]
            outcome.lines.append(f"replay: python3 run.py faults --seed {run.seed}")
            outcome.lines.append(f"last steps: {', '.join(run.history[-12:])}")
    return outcome


def one_seed(seed: int, steps: int) -> Outcome:
    """Replay one seed."""
    quiet()
    run = play(seed, steps)
    told = f"seed {seed}, {run.steps} steps, {run.counts['commands']} commands"
    broken = [f"seed {seed}: {one}" for one in run.broken]
    return Outcome(
        told, broken, frozenset(ASKED), [f"last steps: {', '.join(run.history)}"] if broken else []
    )


def planted_bugs(is_long: bool) -> Outcome:
    """Every planted bug has to be found, or the simulation is blind."""
    found = find_all(2)
    slowest = max(found, key=lambda one: one.seconds)
    told = f"{sum(1 for one in found if one.seed is not None)} of {len(found)} bugs found, the slowest in"
    outcome = Outcome(f"{told} {slowest.seconds:.0f} s", lines=[one.line for one in found])
    outcome.broken = [f"{one.bug} was not found" for one in found if one.seed is None]
    return outcome


def places() -> tuple[str, ...]:
    """All named places of the product at which a process may be killed."""
    named: set[str] = set()
    for file in (_ROOT / "workstation").rglob("*.py"):
        for match in _PLACE.finditer(file.read_text("utf-8")):
            named.update(name for name in match.groups() if name)
    return tuple(sorted(named))


UNREACHED = {
    "intake.filed": "the mailbox is read without marking mails; the tests of the mailbox loop kill here",
}
"""Places that this firm never comes to, with where they are killed instead."""


def crash_points(is_long: bool) -> Outcome:
    """Kill at every named place, the first time it is passed and (in the long form) the second and fifth."""
    killing.warm_up()
    passes = (1, 2, 5) if is_long else (1,)
    wanted = [(place, count) for place in places() for count in passes if place not in UNREACHED]
    outcome = Outcome("", asked=frozenset(ASKED))
    reached: set[str] = set()
    kills = 0
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda one: killing.kill_at(f"{one[0]}:{one[1]}", 7 * one[1]), wanted)
        for (place, _), (was_reached, broken) in zip(wanted, answers, strict=True):
            if was_reached:
                reached.add(place)
                kills += 1
                outcome.broken += [f"killed at {place}: {one}" for one in broken]
    outcome.lines = [f"  {place:32} {'killed' if place in reached else 'not passed'}" for place in places()]
    outcome.counts = f"{len(reached)} named places, {kills} kills"
    if len(reached) < 40:
        outcome.broken.append(f"only {len(reached)} named places were reached, 40 are wanted")
    return outcome


def random_kills(is_long: bool) -> Outcome:
    """Kill at any moment, several times in a row on the same files."""
    killing.warm_up()
    count = LONG_KILLS if is_long else SHORT_KILLS
    half = count // 2
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda seed: killing.random_kills(half, seed), (1, 2)))
    kills = sum(done for done, _ in answers)
    broken = [f"after {done} kills: {one}" for done, found in answers for one in found]
    return Outcome(f"{kills} kills of hub and desks at work", broken, frozenset(ASKED))


SUITES = (
    Suite("simulation", simulation),
    Suite("planted bugs", planted_bugs),
    Suite("crash points", crash_points),
    Suite("random kills", random_kills),
)
