"""The words of the head of a case: title, number, who is here, and what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from workstation.services.views import CaseFile
from workstation.ui.case_desk.models import HeaderShown
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

DueTone = Literal["danger", "ask", "no"]
_DUE_WORDS = {
    "promise": later("CaseHeader", "Zusage"),
    "first_response": later("CaseHeader", "Antwort"),
    "next_response": later("CaseHeader", "Antwort"),
    "undelivered": later("CaseHeader", "Nicht zugestellt"),
    "approval": later("CaseHeader", "Freigabe"),
    "follow_up": later("CaseHeader", "Nachfrage"),
    "snooze": later("CaseHeader", "Wiedervorlage"),
}
_DUE_TEMPLATES = {
    "overdue": later("CaseHeader", "{what} überfällig {when}"),
    "soon": later("CaseHeader", "{what} in {when}"),
    "later": later("CaseHeader", "{what} bis {when}"),
}
_DUE_TONES: dict[str, DueTone] = {"overdue": "danger", "soon": "ask", "later": "no"}


class HeaderWriter:
    """Writes the head of a case in one language."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    def header(self, file: CaseFile, now: datetime) -> HeaderShown:
        """Return the head of ``file``."""
        case = file.case
        number = str(case.number) if case.number is not None else translate("CaseHeader", "Neu · {code}")
        words, tone, spoken = self._due(file, now)
        assignee = file.people.get(case.assignee_id)
        typing, reading = (
            translate("CaseHeader", "{name} schreibt"),
            translate("CaseHeader", "{name} liest mit"),
        )
        return HeaderShown(
            title=case.subject or translate("CaseHeader", "(ohne Betreff)"),
            number=translate("CaseHeader", "Fall {number}").format(number=number.format(code=file.code)),
            due_words=words,
            due_tone=tone,
            due_spoken=spoken,
            presence=tuple(
                (typing if who.is_typing else reading).format(name=who.name.split()[0] if who.name else "?")
                for who in file.presence
            ),
            assignee=translate("CaseHeader", "bei {name}").format(name=assignee.name) if assignee else "",
            is_solved=case.status == "solved",
            is_no_case=case.status == "no_case",
            is_merged=bool(case.merged_into),
            snoozed_until=case.snoozed_until,
            check_back=self._check_back(file, now),
        )

    def _check_back(self, file: CaseFile, now: datetime) -> str:
        at = file.case.follow_up_at
        if file.case.status != "solved":
            return ""
        if at is None:
            return translate("CaseHeader", "Keine Nachfrage")
        return translate("CaseHeader", "Nachfrage {when}").format(when=self._formats.moment(at, now))

    def _due(self, file: CaseFile, now: datetime) -> tuple[str, DueTone, str]:
        due = file.case.due
        if due is None or file.case.status in ("solved", "no_case"):
            return "", "no", ""
        kind = translate(*_DUE_WORDS[due.kind])
        spoken = f"{kind} {self._formats.distance(due.at, now)}"
        if due.kind == "undelivered":
            return kind, "danger", spoken
        words, level = self._formats.due(due.at, now, timedelta(minutes=30))
        return translate(*_DUE_TEMPLATES[level]).format(what=kind, when=words), _DUE_TONES[level], spoken
