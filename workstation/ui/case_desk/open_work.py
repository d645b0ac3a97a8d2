"""What only a person can settle or confirm in a case, in words: doubts first, then work orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from workstation.casework.decision import group_of_kind
from workstation.casework.doubts import MAIL, Doubt, doubts_of, refusal_of
from workstation.casework.people import Person
from workstation.casework.records import WorkOrder
from workstation.services.views import CaseFile
from workstation.ui.case_desk.models import DoubtShown, OpenWorkShown
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate
from workstation.ui.shared.work_words import WorkRow, work_words

OVERDUE = "work_order.overdue"
"""Code of the line by which a case asks for one work order."""
_MOST_ROWS = 4
_STAYS = timedelta(hours=24)
"""How long a work order that is done stays to be seen."""

_KINDS: dict[str, tuple[str, str]] = {
    "return_authorisation": later("OpenWork", "Rücksendung"),
    "replacement": later("OpenWork", "Ersatzlieferung"),
    "resend_invoice": later("OpenWork", "Zweitschrift"),
    "dunning_block": later("OpenWork", "Mahnsperre"),
    "dunning_unblock": later("OpenWork", "Ende der Mahnsperre"),
    "trace_shipment": later("OpenWork", "Nachforschung"),
    "redeliver": later("OpenWork", "Neue Zustellung"),
    "reversal": later("OpenWork", "Rücknahme"),
}
_TARGETS: dict[str, tuple[str, str]] = {
    "house_books": later("OpenWork", "die eigenen Bücher"),
    "hub": later("OpenWork", "den eigenen Server"),
}


class OpenWorkWriter:
    """Writes in one language."""

    def __init__(self, formats: Formats, errors: ErrorText) -> None:
        self._formats = formats
        self._errors = errors

    def shown(self, file: CaseFile, person_id: str, now: datetime) -> OpenWorkShown:
        """Return what stands open in ``file`` for the person who looks."""
        me = file.people.get(person_id)
        doubts = tuple(
            self._doubt(file, doubt, me, now) for doubt in doubts_of(file.decisions, file.messages)
        )
        wanted = sorted(_wanted(file, now), key=lambda work: work.status != "open")
        rows = tuple(self._row(file, work, now) for work in wanted[:_MOST_ROWS])
        rest = sum(work.status == "open" for work in wanted[_MOST_ROWS:])
        return OpenWorkShown(doubts, rows, rest)

    # -- doubts
    def _doubt(self, file: CaseFile, doubt: Doubt, me: Person | None, now: datetime) -> DoubtShown:
        refusal = refusal_of(me, doubt) if me is not None else "effect.settle_needs_lead"
        if doubt.kind == MAIL:
            return self._mail(doubt, now)
        title = self._title(doubt)
        parts = [self._at_stake(doubt), self._evidence(doubt, now), self._what_now(refusal)]
        if refusal:
            parts.append(self._errors.sentence(refusal))
            parts.append(self._who_may(file, doubt))
        return DoubtShown(
            effect_id=doubt.effect_id,
            tone="danger",
            title=title,
            text=" ".join(part for part in parts if part),
            details=self._details(doubt),
            done_word="" if refusal else translate("OpenWork", "Ist gebucht …"),
            not_done_word="" if refusal else translate("OpenWork", "Ist nicht gebucht …"),
            ask=translate("OpenWork", "Unter welcher Nummer steht es dort?"),
            what_then=self._what_then(doubt),
        )

    def _title(self, doubt: Doubt) -> str:
        if doubt.amount:
            return translate("OpenWork", "Ungeklärt, ob {amount} gebucht sind").format(
                amount=self._formats.money(doubt.amount)
            )
        what = translate(*_KINDS[doubt.kind]) if doubt.kind in _KINDS else doubt.kind
        return translate("OpenWork", "Ungeklärt, ob gebucht: {what}").format(what=what)

    def _at_stake(self, doubt: Doubt) -> str:
        if doubt.amount and group_of_kind(doubt.kind) == "money_back":
            return translate("OpenWork", "Vielleicht ist Geld geflossen.")
        return translate("OpenWork", "Vielleicht ist es ausgeführt.")

    def _evidence(self, doubt: Doubt, now: datetime) -> str:
        target = doubt.evidence.get("target", "")
        to = translate(*_TARGETS[target]) if target in _TARGETS else target
        if doubt.sent_at is None or not to:
            return ""
        when = self._formats.moment(doubt.sent_at, now)
        looks = int(doubt.evidence.get("looks", "0") or 0)
        if not looks:
            return translate("OpenWork", "Gesendet {when} an {to}, eine Antwort kam nicht.").format(
                when=when, to=to
            )
        words = translate("OpenWork", "Gesendet {when} an {to}, {looks}-mal gesucht und nicht gefunden.")
        return words.format(when=when, to=to, looks=looks)

    def _what_now(self, refusal: str) -> str:
        if refusal:
            return translate("OpenWork", "Bis es geklärt ist, wird nichts wiederholt.")
        return translate(
            "OpenWork",
            "Sieh dort nach Betrag und Kunde oder nach der Kennung und sage, was du findest. "
            "Bis dahin wird nichts wiederholt.",
        )

    def _what_then(self, doubt: Doubt) -> str:
        if doubt.amount:
            return translate(
                "OpenWork",
                "Sage das nur, wenn du dort nachgesehen hast. Der Betrag wird frei und kann neu entschieden "
                "werden; was darauf wartete, bleibt liegen.",
            )
        return translate(
            "OpenWork",
            "Sage das nur, wenn du dort nachgesehen hast. Danach kann neu entschieden werden; was darauf "
            "wartete, bleibt liegen.",
        )

    def _who_may(self, file: CaseFile, doubt: Doubt) -> str:
        names = [
            person.name
            for person in file.people.values()
            if person.is_active and person.role in ("lead", "owner") and not refusal_of(person, doubt)
        ]
        if not names:
            return ""
        return translate("OpenWork", "Klären kann es: {names}.").format(names=", ".join(sorted(names)))

    def _details(self, doubt: Doubt) -> str:
        return translate("OpenWork", "Kennung {effect_id}").format(effect_id=doubt.effect_id)

    def _mail(self, doubt: Doubt, now: datetime) -> DoubtShown:
        when = self._formats.moment(doubt.sent_at, now) if doubt.sent_at else ""
        broke = translate("OpenWork", "Die Verbindung brach beim Senden ab ({when}).").format(when=when)
        where = translate(
            "OpenWork",
            "Sieh im Postausgang des Mailkontos nach «{subject}» oder frage bei {to} nach. "
            "Bis dahin wird nichts noch einmal gesendet.",
        ).format(subject=doubt.subject, to=", ".join(doubt.to))
        return DoubtShown(
            effect_id=doubt.effect_id,
            tone="ask",
            title=translate("OpenWork", "Ungeklärt, ob die Antwort ankam"),
            text=f"{broke} {where}" if when else where,
            details=self._details(doubt),
            done_word=translate("OpenWork", "Ist angekommen"),
            not_done_word=translate("OpenWork", "Ist nicht angekommen: Entwurf zurück"),
        )

    # -- work orders
    def _row(self, file: CaseFile, work: WorkOrder, now: datetime) -> WorkRow:
        words = work_words(work, self._formats)
        sub = [self._number(file, work)]
        is_open = work.status == "open"
        if is_open:
            since = self._formats.moment(work.created_at, now)
            sub.append(translate("OpenWork", "seit {when}").format(when=since))
        return WorkRow(
            work_order_id=work.work_order_id,
            icon=words.icon,
            title=words.title,
            sub=" · ".join(part for part in sub if part),
            act=words.act if is_open else "",
            state="" if is_open else self._state(file, work, now),
            tone="go" if work.status == "done" else "secondary",
            slip=translate("OpenWork", "Beleg öffnen") if _has_slip(work) else "",
        )

    def _state(self, file: CaseFile, work: WorkOrder, now: datetime) -> str:
        if work.status == "withdrawn":
            return translate("OpenWork", "zurückgenommen")
        if work.done_at is None:
            return translate("OpenWork", "bestätigt")
        is_today = self._formats.local(work.done_at).date() == self._formats.local(now).date()
        when = self._formats.time(work.done_at) if is_today else self._formats.moment(work.done_at, now)
        person = file.people.get(work.done_by)
        if person is None:
            return translate("OpenWork", "bestätigt {when}").format(when=when)
        return translate("OpenWork", "bestätigt {when}, {name}").format(when=when, name=person.name)

    def _number(self, file: CaseFile, work: WorkOrder) -> str:
        if work.number:
            return work.number
        for booking in file.bookings:
            if work.booking_id and booking.booking_id == work.booking_id:
                return translate("OpenWork", "Gutschrift {number}").format(number=booking.credit_note_number)
        for item in file.returns:
            if work.return_id and item.return_id == work.return_id:
                return translate("OpenWork", "Rücksendung {number}").format(number=item.number)
        for order in file.orders:
            if order.order_id == work.order_id:
                return translate("OpenWork", "Bestellung {number}").format(number=order.number)
        return ""


def _wanted(file: CaseFile, now: datetime) -> list[WorkOrder]:
    """Return the work orders this case is about: exactly those it asks for, or those that come of it."""
    named = {message.params.get("work_order_id", "") for message in file.messages if message.code == OVERDUE}
    if named:
        return [work for work in file.work_orders if work.work_order_id in named]
    decided = {record.decision_id for record in file.decisions if record.case_id == file.case.case_id}
    bookings = {item.booking_id for item in file.bookings if item.decision_id in decided}
    returns = {item.return_id for item in file.returns if item.decision_id in decided}
    found = []
    for work in file.work_orders:
        is_ours = work.decision_id in decided or work.booking_id in bookings or work.return_id in returns
        is_about = is_ours or (bool(work.order_id) and work.order_id == file.case.order_id)
        ended_at = work.done_at or work.created_at
        if (work.status == "open" and is_about) or (is_ours and now - ended_at < _STAYS):
            found.append(work)
    return found


def _has_slip(work: WorkOrder) -> bool:
    """A slip that was taken back is not to be paid out: nobody prints it."""
    return bool(work.slip_sha256) and work.status != "withdrawn"
