"""`python -m benchmarks [names] [--rounds N] [--quick] [--json FILE] [--write-docs]`: measures and reports.

Exit code 0: everything asked for was measured, whether it met its target or not; 1: something could not be
measured, and which; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.machine import machine_facts
from benchmarks.measuring import LEAST_ROUNDS, Line, NotMeasured, Plan

# Names that are measured together -> module and function.
GROUPS: dict[tuple[str, ...], tuple[str, str]] = {
    ("T1b", "T4"): ("benchmarks.first_paint", "measure"),
    ("T1a",): ("benchmarks.starting", "measure_skeleton"),
    ("T1c",): ("benchmarks.starting", "measure_keyring"),
    ("T2", "T3"): ("benchmarks.starting", "measure_loading"),
    ("T5",): ("benchmarks.queue_painting", "measure"),
    ("T6",): ("benchmarks.queue_size", "measure_opening"),
    ("T7",): ("benchmarks.queue_size", "measure_reading"),
    ("T8",): ("benchmarks.saving", "measure"),
    ("T9",): ("benchmarks.taking_pages", "measure_pages"),
    ("T10",): ("benchmarks.taking_pages", "measure_frames"),
    ("T11",): ("benchmarks.searching", "measure_words"),
    ("T12",): ("benchmarks.searching", "measure_encryption"),
    ("T13",): ("benchmarks.searching", "measure_search"),
    ("T14", "T15"): ("benchmarks.hub_deciding", "measure"),
    ("T16",): ("benchmarks.pushing", "measure"),
    ("T17",): ("benchmarks.starting", "measure_package"),
    ("RT",): ("benchmarks.peer", "measure"),
}
NAMES = tuple(name for names in GROUPS for name in names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py bench",
        description="Measures the product beside the physical limit in one run; only the ratios count.",
        epilog=f"Names: {', '.join(NAMES)}. See docs/performance.md.",
        allow_abbrev=False,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure; default: everything")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="rounds of each pair (default 5)")
    parser.add_argument("--quick", action="store_true", help="small data: shows that it runs, not how fast")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything as JSON")
    parser.add_argument("--write-docs", action="store_true", help="put the figures into docs/performance.md")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Measure what is named and print the report."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    wanted = [next((known for known in NAMES if known.lower() == name.lower()), name) for name in asked.names]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    if asked.rounds < 1:
        parser.error("--rounds must be at least 1")
    # Ended from outside, servers and files go as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    facts = machine_facts()
    lines, missing = measure(wanted or list(NAMES), Plan(asked.rounds, asked.quick))
    print(report.table(lines))
    print()
    print(report.closing(lines, missing))
    if asked.rounds < LEAST_ROUNDS or asked.quick:
        print("This was a look: figures need at least 5 rounds and full size.")
    if asked.json is not None:
        asked.json.write_text(report.as_json(lines, missing, facts), "utf-8")
    if asked.write_docs:
        report.write_docs(lines, missing, facts)
    return 1 if missing else 0


def measure(wanted: Sequence[str], plan: Plan) -> tuple[list[Line], dict[str, str]]:
    """Return the lines of what is wanted, and why the rest has none."""
    lines: list[Line] = []
    missing: dict[str, str] = {}
    folder = Path(tempfile.mkdtemp(prefix="workstation-bench-"))
    try:
        for names, (module, function) in GROUPS.items():
            chosen = [name for name in names if name in wanted]
            if not chosen:
                continue
            print(f"measuring {', '.join(chosen)} ...", file=sys.stderr, flush=True)
            try:
                # Each is imported when it is its turn: what is missing for one does not stop the others.
                found = getattr(importlib.import_module(module), function)(plan, folder)
            except (NotMeasured, OSError, ImportError) as error:
                missing |= {name: str(error) for name in chosen}
                continue
            lines += [line for line in found if line.name in chosen]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lines, missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
