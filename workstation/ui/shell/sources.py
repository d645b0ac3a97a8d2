"""Between services and lists: pages of the queue and of a customer's history, in the words of the window."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from workstation.casework.money import Money
from workstation.services.views import CustomerFigures, InboxFilter, Key, TimelineItem, TimelineKey
from workstation.services.views import Section as ServiceSection
from workstation.ui.customer_pane.models import ItemKind, StatusTone
from workstation.ui.customer_pane.models import TimelineItem as PaneItem
from workstation.ui.customer_pane.view_model import CustomerHead, Figure, TimelineFilter
from workstation.ui.customer_pane.view_model import TimelinePage as PanePage
from workstation.ui.inbox.models import Section
from workstation.ui.inbox.view_model import QueueCounts, QueueFilter, QueuePage, Scope
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.timeline_words import item_words, status_words
from workstation.ui.shared.words import translate
from workstation.ui.shell.rows import queue_row

if TYPE_CHECKING:
    from workstation.services.history import History
    from workstation.services.inbox import Inbox

SEARCH_PAGES = 20
"""Pages read at once while searching a history for words."""
FIRST_OF_OTHERS = Key(group=1, due=-1, rank=0, case_id="")
"""Before every row that waits for others."""


def _key_text(key: Key | None) -> str | None:
    return None if key is None else json.dumps([key.group, key.due, key.rank, key.case_id])


def _key_of(text: str | None) -> Key | None:
    if text is None:
        return None
    group, due, rank, case_id = json.loads(text)
    return Key(group, due, rank, case_id)


_DUE = {
    "promise": lambda: translate("Queue", "Zusage"),
    "follow_up": lambda: translate("Queue", "Nachfrage"),
    "snooze": lambda: translate("Queue", "Wiedervorlage"),
    "approval": lambda: translate("Queue", "Freigabe"),
}


class InboxSource:
    """Feeds the queue."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def page(self, queue_filter: QueueFilter, after_key: str | None, limit: int) -> QueuePage:
        """Return the page after ``after_key``; due cases end where those begin that wait for others."""
        after = _key_of(after_key)
        if after is None and queue_filter.is_waiting:
            after = FIRST_OF_OTHERS
        found = await self._inbox.page(_filter(queue_filter), after, limit)
        rows = found.rows
        next_key = _key_text(found.next)
        if not queue_filter.is_waiting:
            due = tuple(item for item in rows if item.key.group == 0)
            if len(due) < len(rows):
                next_key = None
            rows = due
        shown = tuple(queue_row(item) for item in rows if item.is_unread or not queue_filter.is_unread)
        return QueuePage(shown, next_key)

    async def counts(self, queue_filter: QueueFilter, now: datetime) -> QueueCounts:
        """Return the counts of tabs and sections."""
        counts = await self._inbox.counts(_filter(queue_filter))
        names: dict[Section, ServiceSection] = {
            Section.OVERDUE: "overdue",
            Section.SOON: "next_30_minutes",
            Section.TODAY: "today",
            Section.LATER: "later",
            Section.WAITING: "waiting_on_others",
        }
        promised = None
        if not counts.all:
            waiting = await self._inbox.page(_filter(queue_filter), FIRST_OF_OTHERS, 20)
            promised = next((item for item in waiting.rows if item.due_at is not None), None)
        words = ""
        if promised is not None:
            what = _DUE[promised.due_kind]() if promised.due_kind in _DUE else ""
            words = ", ".join(part for part in (what, promised.customer_name) if part)
        return QueueCounts(
            next_promise=words,
            next_promise_case_id=promised.case_id if promised is not None else "",
            scopes={Scope.ALL: counts.all, Scope.MINE: counts.mine, Scope.TEAM: counts.team},
            sections={section: counts.sections.get(name, 0) for section, name in names.items()},
            next_promise_at=promised.due_at if promised is not None else None,
        )


def _filter(queue_filter: QueueFilter) -> InboxFilter:
    return InboxFilter(
        tab=queue_filter.scope.value, text=queue_filter.text, channel=queue_filter.channel or ""
    )


_KINDS: dict[str, ItemKind] = {
    "message_in": "message",
    "message_out": "message",
    "call": "call",
    "note": "note",
    "order": "order",
    "payment": "payment",
    "shipment": "shipment",
    "invoice": "invoice",
    "dunning": "dunning",
    "commitment": "promise",
    "return": "return",
    "booking": "refund",
    "counter_booking": "booking",
    "replacement": "order",
    "voucher": "goodwill",
    "till": "payment",
    "decision": "complaint",
    "promise": "promise",
}
_TONES: dict[str, StatusTone] = {
    "paid": "go",
    "credited": "go",
    "open": "ask",
    "failed_attempt": "ask",
    "bounced": "danger",
    "failed": "danger",
}


class HistorySource:
    """Feeds the customer pane."""

    def __init__(self, history: History, formats: Formats) -> None:
        self._history = history
        self._formats = formats
        self._cases: dict[str, str] = {}

    def case_of(self, item_id: str) -> str:
        """Return the case a line of the history belongs to; empty when it is none of a case."""
        return self._cases.get(item_id, "")

    async def head(self, customer_id: str) -> CustomerHead:
        """Return who this is, with the figures of twelve months."""
        customer = await self._history.customer(customer_id)
        figures = await self._history.figures(customer_id)
        if customer is None:
            return CustomerHead(customer_id, translate("Customer", "Unbekannt"))
        about = []
        if customer.since is not None:
            about.append(translate("Customer", "Kundenkonto seit {year}").format(year=customer.since.year))
        if customer.address.city:
            about.append(customer.address.city)
        phones = customer.linked("phone")
        return CustomerHead(
            customer_id,
            customer.name,
            " · ".join(about),
            (
                Figure(self._whole(figures.revenue), translate("Customer", "Umsatz, 12 Mon.")),
                self._owed(figures),
                Figure(self._formats.money(figures.goodwill), translate("Customer", "Erstattet")),
            ),
            phones[0].value if phones else "",
        )

    def _owed(self, figures: CustomerFigures) -> Figure:
        """What the customer owes; where they owe nothing and have paid too much, what they have to good."""
        if figures.credit and not figures.open:
            return Figure(self._formats.money(figures.credit), translate("Customer", "Guthaben"))
        return Figure(self._formats.money(figures.open), translate("Customer", "Offen"))

    def _whole(self, money: Money) -> str:
        """Large sums without cents: nobody reads them there."""
        if abs(money.minor_units) >= 100_000:
            money = Money(money.minor_units // 100 * 100, money.currency)
        return self._formats.money(money)

    async def page(
        self, customer_id: str, wanted: TimelineFilter, text: str, after_key: str | None, limit: int
    ) -> PanePage:
        """Return a page of history, newest first."""
        before = TimelineKey(*json.loads(after_key)) if after_key is not None else None
        wanted_text = text.casefold()
        items: list[PaneItem] = []
        for _round in range(SEARCH_PAGES):
            found = await self._history.timeline(customer_id, wanted.value, before, limit)
            shown = (self._item(item) for item in found.items)
            items += [item for item in shown if wanted_text in f"{item.title} {item.meta}".casefold()]
            before = found.next
            if before is None or not text or len(items) >= limit:
                break
        next_key = (
            None if before is None else json.dumps([before.at, before.entity, before.entity_id, before.part])
        )
        return PanePage(tuple(items), next_key)

    def _item(self, item: TimelineItem) -> PaneItem:
        title, meta = item_words(item, self._formats)
        status = status_words(item.status_key)
        key = item.key
        item_id = f"{key.entity}:{key.entity_id}:{key.part}"
        if item.case_id:
            self._cases[item_id] = item.case_id
        return PaneItem(
            item_id=item_id,
            kind=_KINDS[item.kind],
            at=item.at,
            title=title,
            meta=meta,
            amount=item.amount,
            status=status,
            status_tone=_TONES.get(
                item.status_key, "danger" if item.status_key.startswith("dunning") else "secondary"
            ),
            is_warning=item.is_warning,
            reference=title,
        )
