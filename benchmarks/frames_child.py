"""Child: a 60 Hz window that paints for 3 ms a frame, first alone, then beside a lane that takes pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks import replicas
from benchmarks.children import answer, given
from benchmarks.measuring import percentile
from workstation.casework.wire import codec
from workstation.casework.wire.sync import PullAnswer
from workstation.storage.opening import open_replica
from workstation.system import keys
from workstation.system.clock import SystemClock
from workstation.system.workers import LaneWorkers

_FRAME_S, _PAINT_S = 0.016, 0.003


def _late(app: QCoreApplication, seconds: float) -> float:
    """Return the 99th percentile of how late frames came."""
    late: list[float] = []
    before: list[float] = []

    def frame() -> None:
        now = time.perf_counter()
        if before:
            late.append(max(0.0, now - before[-1] - _FRAME_S))
        before.append(now)
        ends = now + _PAINT_S
        count = 0
        while time.perf_counter() < ends:
            count += 1  # as a repaint does: Python work that holds the interpreter

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(int(_FRAME_S * 1000))
    timer.timeout.connect(frame)
    timer.start()
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < seconds * 1000:
        app.processEvents()
        time.sleep(0.0002)
    timer.stop()
    return percentile(late, 99)


def _taking(folder: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what starts taking pages on a lane of its own, and what ends it."""
    folder.mkdir(parents=True)
    replica = open_replica(folder, keys.random_key(), SystemClock())
    lanes = LaneWorkers({"replica": 1})
    now = datetime.now(UTC)
    pages = [replicas.page(number, 1000, now) for number in range(100)]
    is_over: list[bool] = []

    def take(number: int = 0) -> None:
        if is_over or number == len(pages):
            return
        replica.apply_page(codec.decode(pages[number], PullAnswer))
        lanes.post("replica", lambda: take(number + 1))

    def end() -> None:
        is_over.append(True)
        lanes.close()
        replica.close()

    return lambda: lanes.post("replica", take), end


def _measure() -> None:
    asked = given()
    app = QApplication([])
    start, end = _taking(Path(asked["folder"]))
    still = _late(app, asked["seconds"])
    start()
    syncing = _late(app, asked["seconds"])
    end()
    answer(still=still, syncing=syncing)


if __name__ == "__main__":
    _measure()
