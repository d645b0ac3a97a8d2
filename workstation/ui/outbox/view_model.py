"""What waits in the outbox, in words: what it is, where it stands, and what can still be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from workstation.casework.decision import Reverse
from workstation.casework.wire.commands import Decide, NeedsApproval, Rejected, Superseded
from workstation.ports import OutboxItem
from workstation.services.waiting import QUIET
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

_TITLES: dict[str, tuple[tuple[str, str], str]] = {
    "case.open": (later("Outbox", "Neuer Fall"), "plus"),
    "message.send": (later("Outbox", "Antwort"), "send"),
    "note.add": (later("Outbox", "Interne Notiz"), "lock"),
    "call.log": (later("Outbox", "Anruf festgehalten"), "phone"),
    "case.assign": (later("Outbox", "Zuweisung"), "user"),
    "case.snooze": (later("Outbox", "Wiedervorlage"), "calendar-clock"),
    "case.solve": (later("Outbox", "Erledigt"), "check"),
    "case.reopen": (later("Outbox", "Wieder geöffnet"), "rotate-ccw"),
    "case.no_case": (later("Outbox", "Kein Fall"), "ban"),
    "case.is_case": (later("Outbox", "Doch ein Fall"), "undo-2"),
    "case.mark_read": (later("Outbox", "Gelesen"), "eye"),
    "case.tie": (later("Outbox", "Bestellung zugeordnet"), "link"),
    "customer.link": (later("Outbox", "Adresse zugeordnet"), "link"),
    "decision.make": (later("Outbox", "Entscheidung"), "zap"),
    "decision.cancel": (later("Outbox", "Entscheidung zurücknehmen"), "undo-2"),
    "promise.keep": (later("Outbox", "Zusage gehalten"), "handshake"),
    "promise.withdraw": (later("Outbox", "Zusage zurückgenommen"), "handshake"),
    "effect.settle": (later("Outbox", "Ungeklärtes geklärt"), "check"),
    "work.confirm": (later("Outbox", "Auftrag bestätigt"), "check"),
    "void": (later("Outbox", "Zurückgenommen"), "undo-2"),
}


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One act as the list shows it; ``act`` is what can be done with it."""

    cmd_id: str
    icon: str
    title: str
    sub: str
    word: str
    tone: Literal["secondary", "ask", "danger", "go"]
    act: Literal["", "answer", "withdraw"] = ""
    case_id: str = ""


class OutboxWriter:
    """Writes lines in one language; ``author`` gives the name of somebody else whose act it is, else None.

    ``decided`` gives the words of a decision as its button had them.
    """

    def __init__(
        self,
        formats: Formats,
        errors: ErrorText,
        author: Callable[[OutboxItem], str | None] = lambda item: None,
        decided: Callable[[Decide], str] = lambda body: "",
    ) -> None:
        self._formats = formats
        self._errors = errors
        self._author = author
        self._decided = decided

    def lines(
        self, items: Sequence[OutboxItem], subjects: dict[str, str], now: datetime, *, is_online: bool
    ) -> tuple[OutboxLine, ...]:
        """Return a line for each act somebody waits for, oldest first; refused ones stay until looked at."""
        return tuple(
            self._line(item, subjects.get(item.case_id, ""), now, is_online=is_online)
            for item in items
            if item.type not in QUIET and (item.is_waiting or isinstance(item.verdict, Rejected | Superseded))
        )

    def _line(self, item: OutboxItem, subject: str, now: datetime, *, is_online: bool) -> OutboxLine:
        words, icon = _TITLES.get(item.type, (later("Outbox", "Vorgang"), "clock"))
        title = translate(*words)
        if isinstance(item.body, Decide):
            title = self._decision(item.body) or title
        if subject:
            title = f"{title} · {subject}"
        sub = self._formats.moment(item.wall, now)
        tone: Literal["secondary", "ask", "danger", "go"] = "secondary"
        act: Literal["", "answer", "withdraw"] = ""
        word = translate("Outbox", "Wartet")
        if item.state == "held":
            word, tone, act = translate("Outbox", "Wartet auf dich"), "ask", "answer"
            sub = translate("Outbox", "Noch nicht gebucht. Buchen oder verwerfen?")
        elif item.state == "queued":
            act = "withdraw"
            if isinstance(item.body, Decide) and not is_online:
                word, tone = translate("Outbox", "Vorgemerkt"), "ask"
                sub = translate("Outbox", "Rahmen wird neu geprüft, sobald du online bist")
        elif item.state == "sent":
            word = translate("Outbox", "Unterwegs")
        if isinstance(item.verdict, Rejected | Superseded):
            word, tone = translate("Outbox", "Abgelehnt"), "danger"
            sub = self._errors.sentence(item.verdict.code, item.verdict.params)
            act = ""
        elif isinstance(item.verdict, NeedsApproval):
            word, tone = translate("Outbox", "Bei der Leitung"), "ask"
        elif item.last_error:
            sub = f"{sub} · {self._errors.sentence(item.last_error)}"
        line = OutboxLine(item.cmd_id, icon, title, sub, word, tone, act, item.case_id)
        author = self._author(item)
        return line if author is None else _of_another(line, author, is_held=item.state == "held")

    def _decision(self, body: Decide) -> str:
        if any(isinstance(step, Reverse) for step in body.steps):
            return translate("Outbox", "Zurückholen")
        return self._decided(body)


def _of_another(line: OutboxLine, author: str, *, is_held: bool) -> OutboxLine:
    """What somebody else did at this computer: it is named, and theirs to send or discard."""
    name = author or translate("Outbox", "jemand anderes")
    if not is_held:
        return replace(line, sub=f"{name} · {line.sub}", act="")
    sub = translate("Outbox", "Noch nicht gebucht. Das entscheidet {name} nach dem Anmelden.").format(
        name=name
    )
    return replace(line, sub=sub, word=translate("Outbox", "Wartet"), tone="secondary", act="")
