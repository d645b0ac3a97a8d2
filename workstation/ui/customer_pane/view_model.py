"""The customer beside the case: who, three figures, and what happened so far, 50 at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from workstation.ui.customer_pane.models import GroupItem, Item, TimelineItem, TimelineModel
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate

PAGE = 50


class TimelineFilter(StrEnum):
    """The filters over the timeline."""

    ALL = "all"
    ORDERS = "orders"
    MONEY = "money"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the head, ready to show: «1.284 €» and «Umsatz, 12 Mon.»."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class CustomerHead:
    """Who the customer is, ready to show."""

    customer_id: str
    name: str
    about: str = ""
    """«Kundin seit 2019 · Freiburg im Breisgau»."""
    figures: tuple[Figure, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Items newest first; ``next_key`` None means this was the last page."""

    items: tuple[TimelineItem, ...]
    next_key: str | None


class TimelineSource(Protocol):
    """Where head and timeline come from."""

    async def head(self, customer_id: str) -> CustomerHead:
        """Return who this is."""
        ...

    async def page(
        self, customer_id: str, wanted: TimelineFilter, text: str, after_key: str | None, limit: int
    ) -> TimelinePage:
        """Return the page after ``after_key`` (None: the newest); ``text`` narrows to items holding it."""
        ...


class CustomerViewModel(QObject):
    """Feeds the customer pane. ``show_customer`` rebinds it; '' shows nothing."""

    head_changed = Signal()
    loading_changed = Signal(bool)
    failed = Signal(str)

    def __init__(
        self,
        source: TimelineSource,
        tasks: TaskStarter,
        clock: Callable[[], datetime],
        formats: Formats,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._tasks, self._clock, self._formats = source, tasks, clock, formats
        self.head: CustomerHead | None = None
        self.customer_id = ""
        self.has_case = False
        self.filter = TimelineFilter.ALL
        self.text = ""
        self.is_loading = False
        self._round = 0
        self._next_key: str | None = None
        self.model = TimelineModel(self._describe, self)
        self.model.more_wanted.connect(self._on_more_wanted)

    @property
    def formats(self) -> Formats:
        """The formats the rows are written in."""
        return self._formats

    def use_formats(self, formats: Formats) -> None:
        """Write times and amounts in another language from now on."""
        self._formats = formats
        self.refresh()

    def show_customer(self, customer_id: str, *, has_case: bool = True) -> None:
        """Show another customer; the filter stays, the search does not.

        ``has_case``: without a customer, whether a case is shown that has none.
        """
        self.has_case = has_case
        if customer_id != self.customer_id:
            self.customer_id, self.text = customer_id, ""
            self.head = None
            self.model.reset((), has_more=False)
        self._start()

    def refresh(self) -> None:
        """Read head and timeline again after a change of this customer."""
        self._start()

    def choose_filter(self, wanted: TimelineFilter) -> None:
        """Show only these kinds of things."""
        self.filter = wanted
        self._start()

    def search(self, text: str) -> None:
        """Show only what holds ``text``; '' shows all."""
        if text != self.text:
            self.text = text
            self._start()

    def _start(self) -> None:
        self._round += 1
        if not self.customer_id:
            self.head = None
            self.model.reset((), has_more=False)
            self._set_loading(False)
            self.head_changed.emit()
            return
        self._set_loading(True)
        self._tasks.start(self._load(self._round), name="customer.load", owner=self)

    async def _load(self, number: int) -> None:
        try:
            head = await self._source.head(self.customer_id)
            page = await self._source.page(self.customer_id, self.filter, self.text, None, PAGE)
        except Exception as error:
            if number == self._round:
                self._set_loading(False)
                self.failed.emit(str(error))
            raise
        if number != self._round:
            return
        self.head, self._next_key = head, page.next_key
        self.model.reset(self._with_groups(page.items, ""), has_more=page.next_key is not None)
        self._set_loading(False)
        self.head_changed.emit()

    def _on_more_wanted(self) -> None:
        self._tasks.start(self._more(self._round), name="customer.more", owner=self)

    async def _more(self, number: int) -> None:
        page = await self._source.page(self.customer_id, self.filter, self.text, self._next_key, PAGE)
        if number != self._round:
            return
        self._next_key = page.next_key
        titles = [item.title for item in self.model.items if isinstance(item, GroupItem)]
        items = self._with_groups(page.items, titles[-1] if titles else "")
        self.model.append(items, has_more=page.next_key is not None)

    def _with_groups(self, items: Sequence[TimelineItem], last: str) -> list[Item]:
        shown: list[Item] = []
        for item in items:
            title = self.group_of(item.at)
            if title != last:
                shown.append(GroupItem(title))
                last = title
            shown.append(item)
        return shown

    def group_of(self, at: datetime) -> str:
        """Return the group title for a time: today, yesterday, weekday within 7 days, then the month."""
        day, today = self._formats.local(at).date(), self._formats.local(self._clock()).date()
        days = (today - day).days
        if days <= 0:
            return translate("Timeline", "Heute")
        if days == 1:
            return translate("Timeline", "Gestern")
        return self._formats.weekday(day) if days < 7 else self._formats.month(day)

    def when(self, item: TimelineItem) -> str:
        """Return the short time of an item: clock within 7 days, else the day."""
        local, today = self._formats.local(item.at), self._formats.local(self._clock()).date()
        if (today - local.date()).days < 7:
            return self._formats.time(item.at)
        return self._formats.day(local.date())

    def _describe(self, item: Item) -> str:
        if isinstance(item, GroupItem):
            return item.title
        amount = self._formats.money(item.amount) if item.amount is not None else ""
        moment = self._formats.moment(item.at, self._clock())
        parts = [item.title, item.meta, amount, item.status, moment]
        return "".join(f"{part.rstrip('.')}. " for part in parts if part).strip()

    def _set_loading(self, is_loading: bool) -> None:
        if is_loading != self.is_loading:
            self.is_loading = is_loading
            self.loading_changed.emit(is_loading)
