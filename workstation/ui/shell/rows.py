"""A queue item of the desk as the row the list shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workstation.ui.inbox.models import QueueRow, ReasonKind
from workstation.ui.shared.avatar import initials
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ports.queue_values import QueueItem


def queue_row(item: QueueItem) -> QueueRow:
    """Return a row as the list shows it."""
    is_waiting = item.key.group == 1
    reason: ReasonKind = item.due_kind or ("on_others" if is_waiting else "waiting")
    if item.has_undelivered:
        reason = "undelivered"
    return QueueRow(
        case_id=item.case_id,
        number=str(item.number)
        if item.number is not None
        else translate("Queue", "Neu · {code}").format(code=item.code),
        customer_name=item.customer_name or translate("Queue", "Unbekannt"),
        subject=item.subject or translate("Queue", "(ohne Betreff)"),
        channel=item.channel,
        reason=reason,
        due_at=item.due_at,
        reason_words=_PROMISES[item.due_what]() if item.due_what in _PROMISES else "",
        waiting_since=item.waiting_since,
        is_unread=item.is_unread,
        is_waiting=is_waiting,
        assignee_initials=initials(item.assignee_name) if item.assignee_name else "",
        typing_initials=initials(item.typing_name) if item.typing_name else "",
    )


_PROMISES = {
    "call_back": lambda: translate("Queue", "Rückruf"),
    "answer": lambda: translate("Queue", "Antwort"),
    "deliver": lambda: translate("Queue", "Lieferung"),
    "other": lambda: translate("Queue", "Zusage"),
}
