"""T5: painting the visible rows of the queue against Qt's own delegate, and frames while scrolling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.children import ask
from benchmarks.measuring import Line, Plan, interleaved, median, ms, percentile, ratios

_CHILD = "benchmarks.queue_painting_child"
_FRAME_MS = 16.7


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Repaint in turn with our delegate and with Qt's."""
    height = 0
    frames: list[float] = []

    def paint(side: str) -> float:
        nonlocal height
        found: dict[str, Any] = ask(
            _CHILD, folder / "home", side=side, home=str(folder / "icons"), height=height
        )
        if side == "ours":
            height = int(found["height"])
            frames.append(percentile(found["frames"], 99))
        return median(found["repaints"])

    paint("ours")
    frames.clear()
    found = interleaved(plan.rounds, {"plain": lambda: paint("plain"), "ours": lambda: paint("ours")})
    each = ratios(found["ours"], found["plain"])
    worst = median(frames)
    return [
        Line(
            name="T5",
            what="repaint of the visible rows of the queue",
            limit=f"C++ default delegate, {ms(median(found['plain']))}",
            ours=ms(median(found["ours"])),
            value=median(each),
            target=1.5,
            rounds=each,
            details={"row_height": height},
        ),
        Line(
            name="T5",
            what="scroll frame, 99th percentile",
            limit="one frame at 60 Hz",
            ours=ms(worst),
            value=worst * 1000,
            unit="ms",
            target=_FRAME_MS,
            moonshot="16.7 ms at a million cases",
            rounds=[one * 1000 for one in frames],
        ),
    ]
