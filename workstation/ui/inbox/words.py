"""The words of a queue row: due text, reason, and the sentence a screen reader says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workstation.ui.inbox.models import QueueRow, ReasonKind, Section, SectionItem
from workstation.ui.shared.formats import DueLevel, Formats
from workstation.ui.shared.words import later, translate

if TYPE_CHECKING:
    from workstation.casework.message import Channel

_ICONS: dict[ReasonKind, str] = {
    "promise": "handshake",
    "first_response": "timer",
    "next_response": "timer",
    "resolution": "timer",
    "waiting": "hourglass",
    "approval": "shield",
    "approved": "shield-check",
    "undelivered": "mail-x",
    "not_booked": "triangle-alert",
    "follow_up": "calendar-clock",
    "snooze": "calendar-clock",
    "on_others": "hourglass",
}
CHANNEL_ICONS: dict[Channel, str] = {
    "mail": "mail",
    "phone": "phone",
    "chat": "message-square",
    "form": "globe",
    "counter": "store",
    "post": "text-initial",
    "system": "info",
}
_CHANNELS: dict[Channel, tuple[str, str]] = {
    "mail": later("Queue", "E-Mail"),
    "phone": later("Queue", "Telefon"),
    "chat": later("Queue", "Chat"),
    "form": later("Queue", "Formular"),
    "counter": later("Queue", "Theke"),
    "post": later("Queue", "Brief"),
    "system": later("Queue", "Hinweis"),
}
_SECTIONS: dict[Section, tuple[str, str]] = {
    Section.OVERDUE: later("Queue", "Überfällig"),
    Section.SOON: later("Queue", "Nächste 30 Minuten"),
    Section.TODAY: later("Queue", "Heute"),
    Section.LATER: later("Queue", "Später"),
    Section.WAITING: later("Queue", "Wartet auf andere"),
}
_UNTIL: dict[ReasonKind, tuple[str, str]] = {
    "promise": later("Queue", "Zusage: {what} bis {time}"),
    "first_response": later("Queue", "Erste Antwort bis {time}"),
    "next_response": later("Queue", "Antwort bis {time}"),
    "resolution": later("Queue", "Lösung bis {time}"),
    "approval": later("Queue", "Freigabe bis {time}"),
    "follow_up": later("Queue", "Nachfassen bis {time}"),
    "snooze": later("Queue", "Wiedervorlage {time}"),
}
_PLAIN: dict[ReasonKind, tuple[str, str]] = {
    "promise": later("Queue", "Zusage: {what}"),
    "approval": later("Queue", "Freigabe offen"),
    "approved": later("Queue", "Freigabe erteilt"),
    "undelivered": later("Queue", "Antwort kam nicht an"),
    "not_booked": later("Queue", "Vorgemerkt, nicht gebucht"),
    "first_response": later("Queue", "Erste Antwort offen"),
    "next_response": later("Queue", "Antwort offen"),
    "resolution": later("Queue", "Lösung offen"),
    "follow_up": later("Queue", "Nachfassen"),
    "snooze": later("Queue", "Wiedervorlage"),
    "on_others": later("Queue", "Wartet auf andere"),
}


@dataclass(frozen=True, slots=True)
class RowWords:
    """What the delegate paints for a row beside name and subject."""

    due: str
    level: DueLevel | None
    reason: str
    reason_icon: str
    channel_icon: str


def channel_word(channel: Channel) -> str:
    """Return the word for a channel: «E-Mail», «Telefon»."""
    return translate(*_CHANNELS[channel])


def section_word(section: Section) -> str:
    """Return the title of a section."""
    return translate(*_SECTIONS[section])


def words_of_row(row: QueueRow, now: datetime, formats: Formats, soon: timedelta) -> RowWords:
    """Return the words of ``row`` at ``now``."""
    due, level = ("", None) if row.due_at is None else formats.due(row.due_at, now, soon)
    return RowWords(
        due=due,
        level=level if not row.is_waiting else None,
        reason=_reason(row, now, formats),
        reason_icon=_ICONS[row.reason],
        channel_icon=CHANNEL_ICONS[row.channel],
    )


def _reason(row: QueueRow, now: datetime, formats: Formats) -> str:
    if row.reason == "waiting":
        if row.waiting_since is None:
            return translate("Queue", "Wartet auf Antwort")
        span = formats.span(now - row.waiting_since)
        if row.channel == "chat":
            return translate("Queue", "Wartet im Chat seit {span}").format(span=span)
        return translate("Queue", "Wartet seit {span}").format(span=span)
    if row.reason == "follow_up" and row.channel != "system":
        return translate("Queue", "Nachfrage: ist alles gut?")
    if row.reason == "on_others" and row.reason_words:
        return row.reason_words
    what = row.reason_words or translate("Queue", "Antwort")
    until = _UNTIL.get(row.reason)
    if until is None or row.due_at is None:
        return translate(*_PLAIN[row.reason]).format(what=what)
    is_today = formats.local(row.due_at).date() == formats.local(now).date()
    time = formats.time(row.due_at) if is_today else formats.moment(row.due_at, now)
    return translate(*until).format(what=what, time=time)


def describe_section(item: SectionItem) -> str:
    """Return what a screen reader says for a section title."""
    title = f"{section_word(item.section)}, {item.count}"
    if item.section is not Section.WAITING:
        return title
    state = translate("Queue", "zugeklappt") if item.is_folded else translate("Queue", "aufgeklappt")
    return f"{title}, {state}"


def describe_row(row: QueueRow, words: RowWords, now: datetime, formats: Formats) -> str:
    """Return the row as sentences: «Café Morgenrot GmbH. Rückruf … Telefon. … Fällig vor 12 Minuten.»"""
    parts = [row.customer_name, row.subject, channel_word(row.channel), words.reason]
    if row.due_at is not None:
        distance = formats.distance(row.due_at, now)
        parts.append(translate("Queue", "Fällig {distance}").format(distance=distance))
    if row.is_unread:
        parts.append(translate("Queue", "Ungelesen"))
    if row.typing_initials:
        parts.append(translate("Queue", "{who} schreibt").format(who=row.typing_initials))
    return "".join(f"{part.rstrip('.')}. " for part in parts if part).strip()
