"""What the queue shows and when it may move: pages, minutes, new cases, words of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.ui.inbox.marks import Marks
from workstation.ui.inbox.models import Item, QueueModel, QueueRow, Section, SectionItem, section_of
from workstation.ui.inbox.words import RowWords, describe_row, describe_section, words_of_row
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.casework.message import Channel

PAGE = 200
TICK_MS = 30_000
LONGEST_REFRESH = 1000
"""Rows read again at once after a change; beyond it the list starts with this many and goes on by pages."""


class Scope(StrEnum):
    """The tabs."""

    ALL = "all"
    MINE = "mine"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What is asked for. ``is_waiting`` asks for the folded section instead of the due cases."""

    scope: Scope = Scope.ALL
    text: str = ""
    channel: Channel | None = None
    is_unread: bool = False
    is_waiting: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether something beside the tab hides cases."""
        return bool(self.text) or self.channel is not None or self.is_unread


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in the order of the queue; ``next_key`` None means this was the last page."""

    rows: tuple[QueueRow, ...]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Open cases by tab, and by section under the current filter."""

    scopes: Mapping[Scope, int] = field(default_factory=dict)
    sections: Mapping[Section, int] = field(default_factory=dict)
    next_promise_at: datetime | None = None
    next_promise: str = ""
    """For the empty queue: «Angebot an Hotel Sonnenhof», and its case."""
    next_promise_case_id: str = ""


class QueueSource(Protocol):
    """Where rows come from. Order: earliest of promise, clock and waiting time; ties promise > chat > …"""

    async def page(self, queue_filter: QueueFilter, after_key: str | None, limit: int) -> QueuePage:
        """Return the page after ``after_key`` (None: the first)."""
        ...

    async def counts(self, queue_filter: QueueFilter, now: datetime) -> QueueCounts:
        """Return the counts at ``now``."""
        ...


class QueueViewModel(QObject):
    """Feeds the model of the queue. The order changes only while nobody points at the list or works in it.

    Call ``load`` once, ``refresh`` after each change of cases, ``set_attended`` from the view.
    """

    counts_changed = Signal()
    loading_changed = Signal(bool)
    pending_changed = Signal()
    failed = Signal(str)
    """A load failed; the sentence is for the log, the list keeps what it has."""

    def __init__(
        self,
        source: QueueSource,
        tasks: TaskStarter,
        clock: Callable[[], datetime],
        formats: Formats,
        soon: timedelta = timedelta(minutes=30),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._tasks, self._clock, self._formats = source, tasks, clock, formats
        self.soon = soon
        self.filter = QueueFilter()
        self.counts = QueueCounts()
        self.is_loading = False
        self.pending_new = 0
        """Cases that arrived while the list was in use and are not shown yet."""
        self.has_pending = False
        self._is_attended = False
        self._is_filling = self._is_filled_soon = False
        self._is_folded = True
        self._round = 0  # answers of an older question are dropped
        self._next_key: str | None = None
        self._waiting_key: str | None = None
        self._is_due_complete = False
        self._fresh: tuple[QueueRow, ...] | None = None
        self._fresh_key: str | None = None
        self._is_refreshing = self._must_refresh_again = False
        self._words: dict[QueueRow, RowWords] = {}
        self.model = QueueModel(self._describe, self)
        self.model.more_wanted.connect(self._on_more_wanted)
        self.marks = Marks(self.model, self)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    # -- acts
    def load(self, queue_filter: QueueFilter | None = None) -> None:
        """Show the queue from its top, under ``queue_filter`` if given."""
        if queue_filter is not None and queue_filter != self.filter:
            self.marks.clear()  # of another tab or filter: what one does not see is not acted on
        self.filter = queue_filter or self.filter
        self._round += 1
        self._is_refreshing = self._must_refresh_again = False
        self._drop_pending()
        self._set_loading(True)
        self._tasks.start(self._load(self._round), name="queue.load", owner=self)
        self._timer.start()

    def stop(self) -> None:
        """Ask nothing any more: the window closes."""
        self._round = 0
        self._timer.stop()

    def preload(self, rows: Sequence[QueueRow]) -> None:
        """Show rows of the last run at once, before anything can be asked; ``load`` replaces them."""
        self._next_key = None
        self._show(rows)

    def refresh(self) -> None:
        """Read what is shown again. Known cases change in place; the order waits until the list is free."""
        if self._round == 0:
            return
        if self._is_refreshing:
            self._must_refresh_again = True  # many changes at once (a batch) are one more look, not many
            return
        self._is_refreshing = True
        self._tasks.start(self._refresh(self._round), name="queue.refresh", owner=self)

    def set_attended(self, is_attended: bool) -> None:
        """Tell whether the pointer is over the list or the list has the focus."""
        self._is_attended = is_attended
        if not is_attended:
            self.apply_pending()

    def set_filling(self, is_filling: bool) -> None:
        """Tell whether the copy is still being fetched: what comes with it is no news and is shown at once.

        After the end one more look belongs to it: what came last is read then.
        """
        if is_filling:
            self._is_filling, self._is_filled_soon = True, False
            self.apply_pending()
        elif self._is_filling and not self._is_filled_soon:
            self._is_filled_soon = True
            self.refresh()

    def apply_pending(self) -> None:
        """Show waiting changes and bring the order up to date."""
        if self._fresh is not None:
            rows, key = self._fresh, self._fresh_key
            self._drop_pending()
            self._next_key = key
            self._show(rows)
        elif self.has_pending:
            self._drop_pending()
            self._show(self._due_rows())

    def toggle_waiting(self) -> None:
        """Unfold or fold «Wartet auf andere»."""
        self._is_folded = not self._is_folded
        self._waiting_key = None
        self._show(self._due_rows())
        if not self._is_folded:
            self._tasks.start(self._more_waiting(self._round), name="queue.waiting", owner=self)

    def tick(self) -> None:
        """Let the minutes move on; the order follows only if nobody is at the list."""
        self._words.clear()
        self.model.retell()
        if self._is_order_stale():
            if self._is_attended:
                self._set_pending(self.pending_new)
            else:
                self._show(self._due_rows())
        self._tasks.start(self._count(self._round), name="queue.count", owner=self)

    # -- words
    @property
    def now(self) -> datetime:
        """The time rows are judged by."""
        return self._clock()

    def words(self, row: QueueRow) -> RowWords:
        """Return the ready words of ``row``; kept until the minutes move on."""
        found = self._words.get(row)
        if found is None:
            found = self._words[row] = words_of_row(row, self._clock(), self._formats, self.soon)
        return found

    def use_formats(self, formats: Formats) -> None:
        """Write times in another language from now on."""
        self._formats = formats
        self.forget_words()

    def forget_words(self) -> None:
        """Drop kept words (after a change of language)."""
        self._words.clear()
        self.model.retell()

    def next_promise(self) -> tuple[str, str]:
        """Return (time, words) of the next promise for the empty queue; ('', '') if there is none."""
        at = self.counts.next_promise_at
        if at is None:
            return "", ""
        return self._formats.moment(at, self._clock()), self.counts.next_promise

    def _describe(self, item: Item) -> str:
        if isinstance(item, SectionItem):
            return describe_section(item)
        said = describe_row(item, self.words(item), self._clock(), self._formats)
        return f"{translate('Queue', 'Ausgewählt')}. {said}" if item.case_id in self.marks else said

    # -- fetching
    async def _load(self, number: int) -> None:
        ends_filling = self._is_filled_soon
        try:
            counts = await self._source.counts(self.filter, self._clock())
            page = await self._source.page(self.filter, None, PAGE)
        except Exception as error:
            self._set_loading(False)
            self.failed.emit(str(error))
            raise
        if number != self._round:
            return
        self.counts, self._next_key = counts, page.next_key
        self._show(page.rows)
        self._end_filling(ends_filling)
        self._set_loading(False)
        self.counts_changed.emit()

    async def _refresh(self, number: int) -> None:
        try:
            await self._read_again(number)
        finally:
            self._is_refreshing = False
        if self._must_refresh_again:
            self._must_refresh_again = False
            self.refresh()

    async def _read_again(self, number: int) -> None:
        shown, ends_filling = len(self._due_rows()), self._is_filled_soon
        counts = await self._source.counts(self.filter, self._clock())
        page = await self._source.page(self.filter, None, max(PAGE, min(shown, LONGEST_REFRESH)))
        if number != self._round:
            return
        self.counts = counts
        self._take(page)
        self.counts_changed.emit()
        self._end_filling(ends_filling)

    def _end_filling(self, is_wanted: bool) -> None:
        if is_wanted and self._is_filled_soon:
            self._is_filling = self._is_filled_soon = False

    async def _count(self, number: int) -> None:
        counts = await self._source.counts(self.filter, self._clock())
        if number == self._round and counts != self.counts:
            self.counts = counts
            self._recount()
            self.counts_changed.emit()

    def _on_more_wanted(self) -> None:
        step = self._more_due if not self._is_due_complete else self._more_waiting
        self._tasks.start(step(self._round), name="queue.more", owner=self)

    async def _more_due(self, number: int) -> None:
        page = await self._source.page(self.filter, self._next_key, PAGE)
        if number != self._round:
            return
        self._next_key = page.next_key
        known = [row for row in page.rows if self.model.position(row.case_id) < 0]
        items = self._with_sections(known, self._last_section())
        items += self._end_of_due()
        self.model.append(items, has_more=self._has_more())

    async def _more_waiting(self, number: int) -> None:
        asked = replace(self.filter, is_waiting=True)
        page = await self._source.page(asked, self._waiting_key, PAGE)
        if number != self._round or self._is_folded:
            return
        self._waiting_key = page.next_key
        known: list[Item] = [row for row in page.rows if self.model.position(row.case_id) < 0]
        self.model.append(known, has_more=self._has_more())

    # -- showing
    def _take(self, page: QueuePage) -> None:
        shown = {row.case_id for row in self._due_rows()}
        order = [row.case_id for row in page.rows]
        has_same_order = order == [row.case_id for row in self._due_rows()[: len(order)]]
        fresh = {row.case_id: row for row in page.rows}
        arrived = [case_id for case_id in order if case_id not in shown]
        is_gone = any(case_id not in fresh for case_id in shown) and page.next_key is None
        if has_same_order and not is_gone and not self._is_order_stale():
            self._update_in_place(fresh)
        elif self._is_attended and not self._is_filling and not is_gone:
            self._update_in_place(fresh)
            self._fresh, self._fresh_key = page.rows, page.next_key
            self._set_pending(len(arrived))
        else:
            self._drop_pending()
            self._next_key = page.next_key
            self._show(page.rows)

    def _update_in_place(self, fresh: Mapping[str, QueueRow]) -> None:
        for case_id, row in fresh.items():
            position = self.model.position(case_id)
            if position >= 0:
                self.model.update_item(position, row)
        self._recount()

    def _show(self, rows: Sequence[QueueRow]) -> None:
        waiting = [row for row in self.model.rows() if row.is_waiting and not self._is_folded]
        self._is_due_complete = False
        place, ranks = self._placing(), {section: rank for rank, section in enumerate(Section)}
        items = self._with_sections(sorted(rows, key=lambda row: ranks[place(row)]), None)
        items += self._end_of_due()
        if self._is_due_complete:
            items += waiting
        self.model.reset(items, has_more=self._has_more())

    def _end_of_due(self) -> list[Item]:
        if self._next_key is not None:
            return []
        self._is_due_complete = True
        count = self.counts.sections.get(Section.WAITING, 0)
        return [SectionItem(Section.WAITING, count, self._is_folded)] if count else []

    def _has_more(self) -> bool:
        if not self._is_due_complete:
            return True
        return not self._is_folded and self._waiting_key is not None

    def _with_sections(self, rows: Sequence[QueueRow], last: Section | None) -> list[Item]:
        items: list[Item] = []
        place = self._placing()
        for row in rows:
            section = place(row)
            if section is not last:
                items.append(SectionItem(section, self.counts.sections.get(section, 0)))
                last = section
            items.append(row)
        return items

    def _placing(self) -> Callable[[QueueRow], Section]:
        now = self._clock()
        midnight = self._formats.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        ends_at = midnight + timedelta(days=1)
        return lambda row: section_of(row, now, self.soon, ends_at)

    def _last_section(self) -> Section | None:
        sections = [item.section for item in self.model.items if isinstance(item, SectionItem)]
        return sections[-1] if sections else None

    def _recount(self) -> None:
        for position, item in enumerate(self.model.items):
            if isinstance(item, SectionItem):
                count = self.counts.sections.get(item.section, item.count)
                self.model.update_item(position, replace(item, count=count))

    def _due_rows(self) -> list[QueueRow]:
        return [row for row in self.model.rows() if not row.is_waiting]

    def _is_order_stale(self) -> bool:
        section: Section | None = None
        place = self._placing()
        for item in self.model.items:
            if isinstance(item, SectionItem):
                section = item.section
            elif section is not Section.WAITING and place(item) is not section:
                return True
        return False

    def _set_pending(self, new: int) -> None:
        self.has_pending, self.pending_new = True, new
        self.pending_changed.emit()

    def _drop_pending(self) -> None:
        had = self.has_pending
        self._fresh, self._fresh_key = None, None
        self.has_pending, self.pending_new = False, 0
        if had:
            self.pending_changed.emit()

    def _set_loading(self, is_loading: bool) -> None:
        if is_loading != self.is_loading:
            self.is_loading = is_loading
            self.loading_changed.emit(is_loading)
