"""One loop for Qt and asyncio: lanes answer on it, timers of Qt run on it, no exception is lost."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.fakes.running import in_loop
from workstation.async_bridge import AsyncTasks, run_with_qt
from workstation.system.workers import LaneWorkers


def test_lanes_timers_and_tasks_share_the_loop(qapp: QApplication) -> None:
    seen: list[str] = []

    async def main() -> int:
        workers, tasks = LaneWorkers(), AsyncTasks()
        fired = asyncio.Event()
        QTimer.singleShot(10, fired.set)
        name = await workers.run("outbox", lambda: threading.current_thread().name)
        seen.append(name)
        async with asyncio.timeout(60):
            await fired.wait()
        seen.append("timer")
        await tasks.close()
        workers.close()
        return 7

    assert run_with_qt(qapp, main) == 7
    assert seen[0].startswith("lane-outbox") and seen[1:] == ["timer"]


def test_an_error_in_a_task_reaches_the_sink_with_its_name() -> None:
    caught: list[tuple[str, str]] = []

    async def break_() -> None:
        raise ValueError("kaputt")

    async def play() -> None:
        tasks = AsyncTasks(lambda name, error: caught.append((name, str(error))))
        tasks.start(break_(), name="kaputte Aufgabe", owner=play)
        await asyncio.sleep(0.01)
        assert tasks.running == ()

    in_loop(play)
    assert caught == [("kaputte Aufgabe", "kaputt")]


def test_work_that_cannot_begin_is_closed_and_leaves_no_warning() -> None:
    async def work() -> None:
        raise AssertionError("never begins")

    begun = work()
    with pytest.raises(RuntimeError):
        AsyncTasks().start(begun, name="zu spät", owner=None)
    assert inspect.getcoroutinestate(begun) == inspect.CORO_CLOSED


def test_nothing_begins_once_everything_ends() -> None:
    begun: list[str] = []

    async def work(name: str) -> None:
        begun.append(name)

    async def play() -> None:
        tasks = AsyncTasks()

        async def start_another_when_told_to_end() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                tasks.start(late, name="beim Ende", owner=play)

        late, later = work("beim Ende"), work("danach")
        tasks.start(start_another_when_told_to_end(), name="langes Warten", owner=play)
        await asyncio.sleep(0)
        await tasks.close()
        tasks.start(later, name="danach", owner=play)
        assert tasks.running == ()
        for coroutine in (late, later):
            assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED

    in_loop(play)
    assert begun == []


def test_tasks_end_with_their_owner() -> None:
    async def play() -> None:
        tasks, mine, other = AsyncTasks(), object(), object()
        for owner in (mine, mine, other):
            tasks.start(asyncio.sleep(60), name=f"of {owner is mine}", owner=owner)
        await asyncio.sleep(0)
        tasks.cancel(mine)
        await asyncio.sleep(0.01)
        assert list(tasks.running) == ["of False"]
        await tasks.close()
        assert list(tasks.running) == []

    in_loop(play)


def test_a_lane_works_in_order_one_at_a_time() -> None:
    order: list[int] = []

    async def play() -> None:
        workers = LaneWorkers()
        await asyncio.gather(*(workers.run("outbox", lambda n=n: order.append(n)) for n in range(50)))  # type: ignore[misc]
        workers.close()

    in_loop(play)
    assert order == list(range(50))


def test_closing_waits_for_files_but_not_for_a_silent_hub() -> None:
    silence, written = threading.Event(), list[int]()
    begun = {lane: threading.Event() for lane in ("net", "outbox")}

    def call_the_hub() -> bool:
        begun["net"].set()
        return silence.wait()

    def write() -> None:
        begun["outbox"].set()
        time.sleep(0.2)
        written.append(1)

    async def play() -> float:
        workers = LaneWorkers()
        call = asyncio.ensure_future(workers.run("net", call_the_hub))
        file = asyncio.ensure_future(workers.run("outbox", write))
        await asyncio.sleep(0)
        for event in begun.values():
            assert event.wait(60)
        call.cancel()
        file.cancel()
        asked_at = time.monotonic()
        workers.close()
        return time.monotonic() - asked_at

    try:
        assert in_loop(play) < 30
        assert written == [1]
    finally:
        silence.set()
