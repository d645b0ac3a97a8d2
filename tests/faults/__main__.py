"""`python -m tests.faults [--long] [--only WORD] [--seed N] ...`: runs the suites of faults."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from tests.faults.core_suites import SUITES as CORE
from tests.faults.core_suites import one_seed
from tests.faults.document import write
from tests.faults.harness_proof import prove
from tests.faults.more_suites import SUITES as MORE
from tests.faults.sim.running import STEPS_EACH
from tests.faults.sim.world import quiet
from tests.faults.suite import Report, Suite, timed

ALL = (*CORE, *MORE)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py faults", description="Everything that goes wrong, on purpose."
    )
    parser.add_argument("--long", action="store_true", help="the long form, for nights")
    parser.add_argument("--only", default="", metavar="WORD", help="only suites with this word in their name")
    parser.add_argument("--seed", type=int, help="replay one seed of the simulation")
    parser.add_argument("--steps", type=int, default=STEPS_EACH, help="how many steps, with --seed")
    parser.add_argument("--prove-harness", action="store_true", help="damage must turn the suites red")
    parser.add_argument("--write-docs", action="store_true", help="write docs/faults.md from this run")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Run what is asked for; 0 only if everything held."""
    asked = _arguments(given)
    quiet()
    if asked.seed is not None:
        suites: tuple[Suite, ...] = (Suite("one seed", lambda _: one_seed(asked.seed, asked.steps)),)
    elif asked.prove_harness:
        suites = (Suite("harness", prove),)
    else:
        suites = tuple(suite for suite in ALL if asked.only in suite.name)
    reports: list[Report] = []
    for suite in suites:
        report = timed(suite, asked.long)
        reports.append(report)
        print(report.line, flush=True)
        for line in (*report.outcome.broken, *(report.outcome.lines if report.outcome.broken else ())):
            print(f"    {line}", flush=True)
    print(closing(reports), flush=True)
    if asked.write_docs:
        write(reports, is_long=asked.long)
    return 1 if any(report.outcome.broken for report in reports) else 0


def closing(reports: Sequence[Report]) -> str:
    """The last line: how many of the rules that were asked about hold, and which suites failed."""
    asked = {rule for report in reports for rule in report.outcome.asked}
    said = " ".join(line for report in reports for line in report.outcome.broken)
    broken = {rule for rule in asked if f"{rule}:" in said}
    failed = ", ".join(report.suite for report in reports if report.outcome.broken)
    told = f"invariants: {len(asked) - len(broken)} of {len(asked)} hold"
    return f"{told}; failed: {failed}" if failed else told


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is part of a run: the same seed has to give the same one.
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.faults", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": "0"},
        )
    sys.exit(main(sys.argv[1:]))
