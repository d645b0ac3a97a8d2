"""Rows, customers and sources in memory for tests and pictures of the widgets."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from workstation.casework.message import Channel
from workstation.casework.money import Money
from workstation.ui.customer_pane.models import ItemKind, TimelineItem
from workstation.ui.customer_pane.view_model import CustomerHead, Figure, TimelineFilter, TimelinePage
from workstation.ui.inbox.models import QueueRow, Section, section_of
from workstation.ui.inbox.view_model import QueueCounts, QueueFilter, QueuePage, Scope
from workstation.ui.shared.formats import Formats, Language

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 3, 12, 13, 12, tzinfo=UTC)
SOON = timedelta(minutes=30)


def formats(language: Language = "de") -> Formats:
    """Formats in a fixed zone, so that texts do not depend on the machine."""
    return Formats(language, ZONE)


class AtOnce:
    """Runs coroutines to their end at once: sources in memory never wait."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def start(self, coro: Coroutine[Any, Any, Any], /, *, name: str, owner: object) -> object:
        self.names.append(name)
        try:
            coro.send(None)
        except StopIteration:
            return None
        raise AssertionError(f"{name} waits for something")


class OnDemand:
    """Keeps coroutines until ``run``: shows what happens while an answer is on its way."""

    def __init__(self) -> None:
        self.waiting: list[Coroutine[Any, Any, Any]] = []
        self._is_over = False

    def start(self, coro: Coroutine[Any, Any, Any], /, *, name: str, owner: object) -> object:
        if self._is_over:
            coro.close()
        else:
            self.waiting.append(coro)
        return None

    def run(self) -> None:
        """Finish everything that waits, in order."""
        while self.waiting:
            AtOnce().start(self.waiting.pop(0), name="", owner=None)

    def drop(self) -> None:
        """Close what still waits and what is begun from now on, as a desk that ends does.

        A model lives on after its test, and its timer may tick once more in another.
        """
        self._is_over = True
        while self.waiting:
            self.waiting.pop().close()


class QueueInMemory:
    """A source of queue rows; ``rows`` may be changed between calls."""

    def __init__(self, rows: list[QueueRow]) -> None:
        self.rows = rows
        self.calls = 0
        self.next_promise_at: datetime | None = None
        self.next_promise = ""

    def _found(self, asked: QueueFilter) -> list[QueueRow]:
        rows = [row for row in self.rows if row.is_waiting == asked.is_waiting]
        if asked.scope is Scope.MINE:
            rows = [row for row in rows if row.assignee_initials == "LS"]
        if asked.scope is Scope.TEAM:
            rows = [row for row in rows if row.assignee_initials != "LS"]
        if asked.channel is not None:
            rows = [row for row in rows if row.channel == asked.channel]
        if asked.is_unread:
            rows = [row for row in rows if row.is_unread]
        if asked.text:
            rows = [row for row in rows if asked.text in row.subject]
        far = NOW + timedelta(days=900)
        return sorted(rows, key=lambda row: (row.due_at or far, row.case_id))

    async def page(self, queue_filter: QueueFilter, after_key: str | None, limit: int) -> QueuePage:
        self.calls += 1
        rows = self._found(queue_filter)
        start = 0 if after_key is None else [row.case_id for row in rows].index(after_key) + 1
        part = rows[start : start + limit]
        more = start + limit < len(rows)
        return QueuePage(tuple(part), part[-1].case_id if more else None)

    async def counts(self, queue_filter: QueueFilter, now: datetime) -> QueueCounts:
        sections = dict.fromkeys(Section, 0)
        midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0) + timedelta(days=1)
        for waiting in (False, True):
            for row in self._found(replace(queue_filter, is_waiting=waiting)):
                sections[section_of(row, now, SOON, midnight)] += 1
        scopes = {scope: len(self._found(QueueFilter(scope))) for scope in Scope}
        case = "case-hotel" if self.next_promise_at else ""
        return QueueCounts(scopes, sections, self.next_promise_at, self.next_promise, case)


def many_rows(count: int = 6500) -> list[QueueRow]:
    """Return ``count`` rows: a few overdue, most of them due later, the last ones waiting on others."""
    channels: tuple[Channel, ...] = ("mail", "phone", "chat", "form", "counter")
    return [
        QueueRow(
            case_id=f"case-{number:05}",
            number=str(48000 + number),
            customer_name=f"Kundin Nummer {number}",
            subject=f"Lieferung {number} kam nicht vollständig an, bitte um Nachricht",
            channel=channels[number % 5],
            reason="promise" if number % 3 == 0 else "first_response",
            reason_words="Rückruf",
            due_at=NOW + timedelta(minutes=3 * number - 12),
            is_unread=number % 2 == 0,
            is_waiting=number >= count - 20,
            assignee_initials="LS" if number % 4 == 0 else "JB",
        )
        for number in range(count)
    ]


def _row(case_id: str, name: str, subject: str, minutes: int, **more: Any) -> QueueRow:
    due = None if minutes == 9999 else NOW + timedelta(minutes=minutes)
    return QueueRow(case_id=case_id, number="48213", customer_name=name, subject=subject, due_at=due, **more)


def sample_rows() -> list[QueueRow]:
    """Return the queue of the reference picture."""
    promise, first = "promise", "first_response"
    return [
        _row("1", "Café Morgenrot GmbH", "Rückruf zur Sammelrechnung Februar", -12, channel="phone",
             reason=promise, reason_words="Rückruf", is_unread=True, assignee_initials="LS"),
        _row("2", "Anna Bergmann", "Geburtstagstorte kam beschädigt an", 18, channel="mail",
             reason=first, is_unread=True, assignee_initials="LS"),
        _row("3", "Yusuf Demir", "Abholung auf Samstag verschieben?", 21, channel="chat", reason="waiting",
             waiting_since=NOW - timedelta(minutes=3), is_unread=True, typing_initials="JB"),
        _row("4", "Petra Hohmann", "Foto: Brot ist innen nicht durch", 26, channel="chat",
             reason="undelivered"),
        _row("5", "Filiale Marktplatz", "Vorbestellung 318 fehlt in der Kiste", 48, channel="counter",
             reason=promise, reason_words="Rückmeldung"),
        _row("6", "Hotel Sonnenhof", "Liefermenge ab April ändern", 108, channel="mail", reason=promise,
             reason_words="Angebot", assignee_initials="LS"),
        _row("7", "Lukas Reinhardt", "Mahnung erhalten, aber schon bezahlt", 153, channel="form",
             reason="resolution", is_unread=True),
        _row("8", "Marie-Luise Schönfelder-Hohenstein", "Rechnung auf anderen Namen umschreiben",
             178, channel="mail", reason=first),
        _row("9", "Kita Regenbogen", "Brötchen ab Mai", 20 * 60, channel="mail", reason="snooze"),
        _row("10", "Karl Anders", "Gutschein nicht einlösbar", 9999, channel="mail", reason="on_others",
             is_waiting=True),
    ]  # fmt: skip


def _item(number: int, kind: ItemKind, at: datetime, title: str, meta: str, **more: Any) -> TimelineItem:
    return TimelineItem(item_id=f"item-{number}", kind=kind, at=at, title=title, meta=meta, **more)


def _at(month: int, day: int, hour: int = 11, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def sample_items() -> list[TimelineItem]:
    """Return the timeline of the reference picture."""
    return [
        _item(1, "message", _at(3, 12, 14, 2), "Nachricht erhalten",
              "E-Mail · „Geburtstagstorte kam beschädigt an“"),
        _item(2, "shipment", _at(3, 12, 9, 41), "Geliefert, Abstellort Nachbar",
              "Tour 3 · Fahrer: M. Kurz · 1 Karton"),
        _item(3, "order", _at(3, 11), "Bestellung B-10482", "Himbeer-Sahne-Torte 26 cm · 12 Brezeln",
              amount=Money(4290), status="Bezahlt", status_tone="go", reference="Bestellung B-10482"),
        _item(4, "payment", _at(3, 11), "Zahlung PayPal", "Transaktion …8821", amount=Money(4290)),
        _item(5, "call", _at(2, 19), "Anruf, 4 min", "Frage zu Allergenen · Jonas B."),
        _item(6, "order", _at(2, 14), "Bestellung B-09911", "2 Landbrote · 1 Hefezopf", amount=Money(1860)),
        _item(7, "goodwill", _at(2, 3), "Kulanz: Gutschein",
              "Zopf fehlte in Lieferung · Jonas B.", amount=Money(840)),
        _item(8, "invoice", _at(1, 30), "Rechnung 24-0612", "Fällig 20.01. · nach 1. Mahnung bezahlt",
              amount=Money(6420), status="Bezahlt", status_tone="go"),
        _item(9, "dunning", _at(1, 28), "1. Mahnung verschickt", "Post kam zurück, Adresse korrigiert",
              status="Mahnstufe 1", status_tone="danger", is_warning=True),
        *(
            _item(10 + n, "order", _at(1, 27) - timedelta(days=7 * n), f"Bestellung B-{9000 - n}",
                  "1 Landbrot", amount=Money(520))
            for n in range(90)
        ),
    ]  # fmt: skip


_KINDS: dict[TimelineFilter, tuple[ItemKind, ...]] = {
    TimelineFilter.ORDERS: ("order", "shipment"),
    TimelineFilter.MONEY: ("payment", "invoice", "dunning", "goodwill"),
    TimelineFilter.CONTACTS: ("message", "call"),
}


class CustomersInMemory:
    """A source of one customer."""

    def __init__(self, items: list[TimelineItem]) -> None:
        self.items = items

    async def head(self, customer_id: str) -> CustomerHead:
        figures = (
            Figure("1.284 €", "Umsatz, 12 Mon."),
            Figure("0 €", "Offen"),
            Figure("8,40 €", "Kulanz, 12 Mon."),
        )
        about = "Kundin seit 2019 · Freiburg im Breisgau"
        return CustomerHead(customer_id, "Anna Bergmann", about, figures, "+49 761 1234")

    async def page(
        self, customer_id: str, wanted: TimelineFilter, text: str, after_key: str | None, limit: int
    ) -> TimelinePage:
        kinds = _KINDS.get(wanted)
        items = [item for item in self.items if kinds is None or item.kind in kinds]
        items = [item for item in items if text.lower() in f"{item.title} {item.meta}".lower()]
        start = 0 if after_key is None else [item.item_id for item in items].index(after_key) + 1
        part = items[start : start + limit]
        return TimelinePage(tuple(part), part[-1].item_id if start + limit < len(items) else None)
