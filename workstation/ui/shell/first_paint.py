"""The queue before there is a desk: painted at once from the last run, bound to its source later."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueCounts, QueueFilter, QueuePage, QueueSource, QueueViewModel
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shell.rows import queue_row
from workstation.ui.shell.view import MainWindow

if TYPE_CHECKING:
    from workstation.ports.queue_values import QueueItem


class _Late:
    """Stands for source, tasks and clock until the real ones are there; what is asked before is dropped."""

    def __init__(self) -> None:
        self.source: QueueSource | None = None
        self.tasks: TaskStarter | None = None
        self.clock: Callable[[], datetime] = lambda: datetime.fromtimestamp(_wall(), UTC)

    async def page(self, queue_filter: QueueFilter, after_key: str | None, limit: int) -> QueuePage:
        """Return nothing, or what the source says."""
        return await self.source.page(queue_filter, after_key, limit) if self.source else QueuePage((), None)

    async def counts(self, queue_filter: QueueFilter, now: datetime) -> QueueCounts:
        """Return nothing, or what the source says."""
        return await self.source.counts(queue_filter, now) if self.source else QueueCounts()

    def start(self, coro: Coroutine[Any, Any, Any], /, *, name: str, owner: object) -> object:
        """Start it, or drop it while there is no loop."""
        if self.tasks is None:
            coro.close()
            return None
        return self.tasks.start(coro, name=name, owner=owner)

    def now(self) -> datetime:
        """Return the time of the desk, or the computer's."""
        return self.clock()


def _wall() -> float:
    from workstation.system.clock import SystemClock

    return SystemClock().now().timestamp()


class FirstPaint:
    """Owns queue pane and model from the first paint on."""

    def __init__(self, window: MainWindow, formats: Formats) -> None:
        self._window = window
        self._late = _Late()
        self.model = QueueViewModel(self._late, self._late, self._late.now, formats)
        self.view = QueuePane(window.theme, self.model)

    def show(self, rows: Sequence[QueueItem]) -> None:
        """Put the queue into the window: with ``rows``, or as a skeleton while there are none."""
        if rows:
            self._put()
            self.model.preload(tuple(queue_row(row) for row in rows if row.key.group == 0))
        else:
            self._window.queue_skeleton.start()

    def bind(self, source: QueueSource, tasks: TaskStarter, clock: Callable[[], datetime]) -> None:
        """Connect the real source; the next ``load`` shows the truth."""
        self._late.source, self._late.tasks, self._late.clock = source, tasks, clock
        if self.view.parent() is None:
            self._put()

    def _put(self) -> None:
        self._window.put_queue(self.view, self.view.list.current_place)
        self.view.list.place_changed.connect(self._window.toasts.settle)
