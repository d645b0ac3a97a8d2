"""The one place where Qt and asyncio meet, and where tasks are started and kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_log = logging.getLogger(__name__)
ErrorSink = Callable[[str, BaseException], None]


def _log_error(name: str, error: BaseException) -> None:
    _log.error("the task %s failed", name, exc_info=error)


class AsyncTasks:
    """The port ``TaskRunner``: strong references, an owner for each task, one sink for every exception."""

    def __init__(self, on_error: ErrorSink = _log_error) -> None:
        self._tasks: dict[asyncio.Task[None], object] = {}
        self._is_closed = False
        self.on_error = on_error

    def start(self, work: Coroutine[Any, Any, None], *, name: str, owner: object) -> None:
        """Start ``work``; it is cancelled by :meth:`cancel` of its owner or by :meth:`close`.

        After :meth:`close` nothing begins any more: the loop may stop before its turn comes, and a widget
        that still hears of a change while the window goes away need not know that.

        Raises:
            RuntimeError: no loop runs, or it is closed; ``work`` has been closed and never begins.
        """
        if self._is_closed:
            work.close()
            _log.debug("%s is not begun: everything ends", name)
            return
        try:
            task = asyncio.get_running_loop().create_task(work, name=name)
        except RuntimeError:
            work.close()
            raise
        self._tasks[task] = owner
        task.add_done_callback(self._on_done)

    def cancel(self, owner: object) -> None:
        """Cancel all tasks of ``owner``, except the one that asks."""
        for task, of in list(self._tasks.items()):
            if of is owner or of == owner:
                if task is not asyncio.current_task():
                    task.cancel()

    async def close(self) -> None:
        """Cancel everything, wait for it to end, and begin nothing any more."""
        self._is_closed = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    @property
    def running(self) -> tuple[str, ...]:
        """Names of what runs now."""
        return tuple(sorted(task.get_name() for task in self._tasks))

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.on_error(task.get_name(), error)


def run_with_qt(application: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run ``main`` on one loop that serves Qt and asyncio; returns its exit code.

    The program ends when ``main`` returns, not when the last window closes: there is work to finish then.
    """
    import qasync

    application.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        return runner.run(main())
