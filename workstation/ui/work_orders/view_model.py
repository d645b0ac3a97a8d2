"""What the room of work orders shows: all that nobody has confirmed, overdue money first to be seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Signal

from workstation.services.views import OpenOrder
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate
from workstation.ui.shared.work_words import WorkRow, work_words

Shown = Literal["overdue", "all"]


class OpenOrders(Protocol):
    """Where the work orders come from."""

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return those nobody has confirmed, oldest first."""
        ...


class WorkOrdersViewModel(QObject):
    """Call ``refresh`` after each change; confirming is ``confirm``'s, which holds it and offers the undo.

    ``most``: so many the source lists; when it does, there may be more.
    """

    rows_changed = Signal()

    def __init__(
        self,
        source: OpenOrders,
        tasks: TaskStarter,
        clock: Callable[[], datetime],
        formats: Formats,
        confirm: Callable[[str, str, str], Awaitable[None]],
        most: int,
    ) -> None:
        super().__init__()
        self.most = most
        self._source, self._tasks, self._clock, self._formats = source, tasks, clock, formats
        self._confirm = confirm
        self._orders: tuple[OpenOrder, ...] = ()
        self.is_loaded = self._is_reading = self._must_read_again = False
        self.shown: Shown = "all"

    def refresh(self) -> None:
        """Read anew; many changes at once are one more look, not many."""
        if self._is_reading:
            self._must_read_again = True
            return
        self._is_reading = True
        self._tasks.start(self._read(), name="work.list", owner=self)

    async def _read(self) -> None:
        try:
            orders = await self._source.open_orders()
        finally:
            self._is_reading = False
        if self._must_read_again:
            self._must_read_again = False
            self.refresh()
        is_new = not self.is_loaded
        if orders != self._orders or is_new:
            self._orders, self.is_loaded = orders, True
            self.rows_changed.emit()

    def choose(self, shown: Shown) -> None:
        """Show all, or only what is overdue."""
        self.shown = shown
        self.rows_changed.emit()

    @property
    def overdue(self) -> int:
        """How many are overdue: money that lies for longer than a working day."""
        return sum(1 for order in self._orders if self._is_overdue(order))

    @property
    def count(self) -> int:
        """How many nobody has confirmed."""
        return sum(1 for order in self._orders if order.work.status == "open")

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than is listed."""
        return len(self._orders) >= self.most

    def rows(self) -> tuple[WorkRow, ...]:
        """Return the rows of what is chosen; overdue ones first, then oldest first."""
        wanted = [one for one in self._orders if self.shown == "all" or self._is_overdue(one)]
        wanted.sort(key=lambda one: not self._is_overdue(one))
        return tuple(self._row(one) for one in wanted)

    def case_of(self, work_order_id: str) -> str:
        """Return the case a work order belongs to; empty when there is none here."""
        found = (one.case_id for one in self._orders if one.work.work_order_id == work_order_id)
        return next(found, "")

    def confirm(self, work_order_id: str) -> None:
        """Say that a work order has been done."""
        for order in self._orders:
            if order.work.work_order_id == work_order_id and order.case_id:
                title = work_words(order.work, self._formats).title
                work = self._confirm(order.case_id, work_order_id, title)
                self._tasks.start(_awaited(work), name="work.confirm", owner=self)

    def _is_overdue(self, order: OpenOrder) -> bool:
        is_open = order.work.status == "open"
        return is_open and order.due_at is not None and order.due_at <= self._clock()

    def _row(self, order: OpenOrder) -> WorkRow:
        work, words = order.work, work_words(order.work, self._formats)
        is_open, is_late = work.status == "open", self._is_overdue(order)
        since = self._formats.moment(work.created_at, self._clock())
        sub = [order.customer_name, order.reference]
        sub.append(translate("WorkOrders", "seit {when}").format(when=since))
        if is_late:
            sub.insert(0, translate("WorkOrders", "Überfällig"))
        if is_open and not order.case_id:
            sub.append(translate("WorkOrders", "kein Fall dazu auf diesem Gerät"))
        return WorkRow(
            work_order_id=work.work_order_id,
            icon=words.icon,
            title=words.title,
            sub=" · ".join(part for part in sub if part),
            act=words.act if is_open and order.case_id else "",
            state="" if is_open else translate("WorkOrders", "bestätigt"),
            tone="secondary" if is_open else "go",
            sub_tone="danger" if is_late else "secondary",
            place=translate("WorkOrders", "Fall zeigen") if order.case_id else "",
        )


async def _awaited(work: Awaitable[None]) -> None:
    await work
