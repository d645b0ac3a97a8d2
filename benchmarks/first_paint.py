"""T1b and T4: the start of a process to its first painted frame, with a hundred cases from the replica."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks import replicas
from benchmarks.children import ask_plainly
from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, ratios

_CHILD = "benchmarks.first_paint_child"
_ROWS = 80
"""Of a hundred rows those that wait for others are folded away."""


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Start bare windows and ours in turn."""
    profile = folder / "first_paint"
    key = replicas.new_profile(profile)
    replicas.fill(profile, key, plan.size(10_000, 500))

    def start(side: str) -> dict[str, Any]:
        begun = time.monotonic()
        found = ask_plainly(_CHILD, folder / "home", side, str(profile))
        return {**found, "seconds": found["painted_at"] - begun}

    # The first of each only warms the caches; the watched one proves that rows were painted by then.
    start("bare")
    proof = start("watched")
    if not proof["has_painted"] or proof["rows"] < _ROWS:
        raise NotMeasured(f"the first frame shows {proof['rows']} rows, painted: {proof['has_painted']}")
    start("ours")
    found = interleaved(
        plan.rounds * 2,
        {side: lambda side=side: float(start(side)["seconds"]) for side in ("bare", "ours")},  # type: ignore[misc]
    )
    each = ratios(found["ours"], found["bare"])
    bare, ours = median(found["bare"]), median(found["ours"])
    heavy = proof["heavy"]
    return [
        Line(
            name="T1b",
            what="start to first paint with 100 cases from the encrypted replica, key at hand",
            limit=f"bare QMainWindow, {ms(bare)}",
            ours=ms(ours),
            value=median(each),
            target=1.5,
            moonshot="1.15x",
            rounds=each,
            details={"rows": proof["rows"], "modules": proof["modules"]},
        ),
        Line(
            name="T4",
            what="heavy libraries loaded at first paint",
            limit="none",
            ours=", ".join(heavy) or "none",
            value=float(len(heavy)),
            unit="",
            target=0.0,
        ),
    ]
