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

SHORT_SEEDS, LONG_SEEDS = 30, 2_000
SHORT_KILLS, LONG_KILLS = 30, 300
SHORT_BUGS = 5
"""Every so many of the planted bugs."""
LEAST_PLACES = 40
FIRST_SEED = 1
_ROOT = Path(__file__).parents[2]
_PLACE = re.compile(r"crashpoint\(\"([a-z_.]+)\"(?: if is_mail else \"([a-z_.]+)\")?")


def simulation(is_long: bool) -> Outcome:
    """Seeds of the whole firm; the first that fails is printed with its last steps."""
    count, budget_s = (LONG_SEEDS, 900.0) if is_long else (SHORT_SEEDS, 45.0)
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
    """Every planted bug has to be found, or the simulation is blind; the short form takes some of them."""
    found = find_all(2, 1 if is_long else SHORT_BUGS)
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


KILLED_ELSEWHERE = {
    "desk.take_in.before_commit": "the tests of copies of what waits",
    "desk.upload.piece": "the tests of files on their way",
    "desk.upload.taken": "the tests of files on their way",
    "desk.upload.written": "the tests of files on their way",
}
"""Places that a firm without files to send, whose people stay, never comes to, and who kills there."""
_GROUP = 6


def crash_points(is_long: bool) -> Outcome:
    """Kill at every named place, the first time it is passed and (in the long form) the second and fifth."""
    killing.warm_up()
    passes = (1, 2, 5) if is_long else (1,)
    named = tuple(place for place in places() if place not in KILLED_ELSEWHERE)
    wanted = [f"{place}:{count}" for count in passes for place in named]
    # Neighbours in the alphabet are neighbours in the program: a group takes places far from one another.
    stride = max(1, -(-len(wanted) // _GROUP))
    groups = [wanted[start::stride] for start in range(stride)]
    outcome = Outcome("", asked=frozenset(ASKED))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(killing.kill_in_turn, groups, range(0, 100 * len(groups), 100)))
    killed = [place for found, _ in answers for place in found]
    for group, (_, broken) in zip(groups, answers, strict=True):
        outcome.broken += [f"killed at {', '.join(group)}: {one}" for one in broken]
    reached = {place.partition(":")[0] for place in killed}
    outcome.lines = [f"  {place:32} {_how(place, reached)}" for place in places()]
    outcome.counts = f"{len(reached)} of {len(named)} named places, {len(killed)} kills"
    if len(reached) < LEAST_PLACES:
        outcome.broken.append(f"only {len(reached)} named places were reached, {LEAST_PLACES} are wanted")
    return outcome


def _how(place: str, reached: set[str]) -> str:
    if place in reached:
        return "killed"
    return f"killed by {KILLED_ELSEWHERE[place]}" if place in KILLED_ELSEWHERE else "NOT PASSED"


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
