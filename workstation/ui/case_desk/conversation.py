"""From the file of a case to the lines of its conversation: messages and the events of its order, in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workstation.casework.message import DeliveryState, Message
from workstation.casework.records import Booking, Shipment
from workstation.casework.wire.commands import SendMessage
from workstation.services.views import CaseFile
from workstation.ui.case_desk.models import ConversationLine, LineKind, Tone
from workstation.ui.case_desk.slots import shown
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

_STATES: dict[DeliveryState, tuple[tuple[str, str], Tone, str]] = {
    "waiting_booking": (later("Conversation", "Wartet auf die Buchung"), "secondary", "hourglass"),
    "held_back": (
        later("Conversation", "Nicht gesendet: die Buchung ist gescheitert"),
        "danger",
        "circle-alert",
    ),
    "queued": (later("Conversation", "Wird zugestellt"), "secondary", "clock"),
    "sending": (later("Conversation", "Wird zugestellt"), "secondary", "send"),
    "accepted": (later("Conversation", "Zugestellt"), "go", "check"),
    "unknown": (later("Conversation", "Zustellung unklar, wird geprüft"), "ask", "circle-question-mark"),
    "failed": (later("Conversation", "Nicht zugestellt"), "danger", "mail-x"),
    "bounced": (later("Conversation", "Kam als unzustellbar zurück"), "danger", "mail-warning"),
}
_PARCEL: dict[str, tuple[tuple[str, str], str]] = {
    "announced": (later("Conversation", "Sendung angekündigt"), "package"),
    "picked_up": (later("Conversation", "Vom Versand abgeholt"), "package"),
    "in_transit": (later("Conversation", "Unterwegs"), "truck"),
    "out_for_delivery": (later("Conversation", "In Zustellung"), "truck"),
    "delivered": (later("Conversation", "Geliefert"), "package-check"),
    "failed_attempt": (later("Conversation", "Zustellung gescheitert"), "package-x"),
    "returned": (later("Conversation", "Geht zurück an uns"), "undo-2"),
    "damaged": (later("Conversation", "Als beschädigt gemeldet"), "package-x"),
    "delayed": (later("Conversation", "Verspätet"), "clock"),
}

_ALARMS: dict[str, tuple[Tone, str]] = {
    "dunning.block_refused": ("danger", "circle-alert"),
    "dunning.withheld.invoice_not_delivered": ("ask", "triangle-alert"),
    "dunning.withheld.no_mail_address": ("ask", "triangle-alert"),
    "dunning.withheld.order_cancelled": ("ask", "triangle-alert"),
}
"""System lines that ask for somebody's eyes."""


class ConversationWriter:
    """Writes lines in one language; ``now`` decides between «heute» and a date.

    ``late``: the words for each slot of an answer whose fact only the booking gives.
    """

    def __init__(self, formats: Formats, errors: ErrorText, late: Mapping[str, str] | None = None) -> None:
        self._formats = formats
        self._errors = errors
        self._late = late or {}

    def lines(self, file: CaseFile, now: datetime) -> tuple[ConversationLine, ...]:
        """Return all lines of ``file``, oldest first."""
        dated = [(message.at, self._message(file, message, now)) for message in file.messages]
        begin = min((message.at for message in file.messages), default=file.case.opened_at)
        dated += [
            (at, line) for at, line in self._events(file, now) if at >= begin or line.icon == "package-check"
        ]
        dated.sort(key=lambda pair: pair[0])
        return tuple(line for _at, line in dated)

    def _message(self, file: CaseFile, message: Message, now: datetime) -> ConversationLine:
        when = self._formats.moment(message.at, now)
        if message.kind == "system":
            text = self._errors.sentence(message.code, message.params) if message.code else message.text
            tone, icon = _ALARMS.get(message.code, ("", ""))
            return ConversationLine(
                key=message.message_id,
                kind="system",
                author="",
                when=when,
                text=f"{text} · {when}",
                spoken=text,
                icon=icon,
                state_tone=tone,
            )
        kind: LineKind = message.kind
        author = self._author(file, message)
        word = self._kind_word(message)
        if message.cc and kind in ("inbound", "outbound"):
            copies = translate("Conversation", "Kopie an {names}").format(names=", ".join(message.cc[:5]))
            word = f"{word} · {copies}"
        state, tone, icon = self._state(message)
        if message.delivery == "queued" and message.message_id in _waiting_here(file):
            state, icon = translate("Conversation", "Liegt im Ausgang"), "inbox"
        written = shown(message.text, self._late) if kind == "outbound" else message.text
        return ConversationLine(
            key=message.message_id,
            kind=kind,
            author=author,
            when=f"{when} · {word}",
            text=(message.rendered or written).strip() or self._without_text(message),
            spoken=f"{author}, {word}, {when}",
            channel=message.channel,
            quoted=message.quoted,
            html=message.html,
            attachments=message.attachments,
            state=state,
            state_tone=tone,
            state_icon=icon,
            hints=tuple(self._errors.sentence(hint, message.params) for hint in message.hints),
            is_own=kind == "outbound",
        )

    @staticmethod
    def _without_text(message: Message) -> str:
        if message.kind == "call" and not message.is_reached:
            return translate("Conversation", "Niemand hat abgenommen.")
        return translate("Conversation", "(kein Text)")

    def _author(self, file: CaseFile, message: Message) -> str:
        person = file.people.get(message.author_id)
        if person is not None:
            return person.name
        if message.author_name:
            return message.author_name
        if message.kind == "inbound":
            return file.case.customer_name or message.from_address or translate("Conversation", "Unbekannt")
        return translate("Conversation", "Automatik")

    def _kind_word(self, message: Message) -> str:
        if message.kind == "note":
            return translate("Conversation", "Nur intern sichtbar")
        if message.kind == "call":
            word = translate("Conversation", "Anruf")
            if not message.is_reached:
                return f"{word}, {translate('Conversation', 'nicht erreicht')}"
            return f"{word}, {round(message.duration_s / 60)} min" if message.duration_s >= 60 else word
        word = {
            "mail": translate("Conversation", "E-Mail"),
            "phone": translate("Conversation", "Telefon"),
            "chat": translate("Conversation", "Chat"),
            "form": translate("Conversation", "Formular"),
            "counter": translate("Conversation", "Theke"),
            "post": translate("Conversation", "Brief"),
        }.get(message.channel, "")
        if message.is_auto_reply:
            return f"{word}, {translate('Conversation', 'automatische Antwort')}"
        return word

    def _state(self, message: Message) -> tuple[str, Tone, str]:
        if message.kind != "outbound" or message.delivery is None:
            return "", "secondary", ""
        words, tone, icon = _STATES[message.delivery]
        text = translate(*words)
        if message.delivery == "accepted" and message.delivered_at is not None:
            text = f"{text} {self._formats.time(message.delivered_at)}"
        if message.delivery_code:
            text = self._errors.sentence(message.delivery_code)
        return text, tone, icon

    def _events(self, file: CaseFile, now: datetime) -> list[tuple[datetime, ConversationLine]]:
        order = file.order
        if order is None:
            return []
        events: list[tuple[datetime, ConversationLine]] = []
        reasons = {record.decision_id: record.reason_text for record in file.decisions}
        for shipment in file.shipments:
            if shipment.order_id == order.order_id:
                events += self._parcel(shipment, now)
        for booking in file.bookings:
            if booking.order_id == order.order_id:
                words, icon = self._booking_words(booking)
                why = reasons.get(booking.decision_id, "")
                words = (
                    f"{words}, {translate('Conversation', 'Grund: {reason}').format(reason=why)}"
                    if why
                    else words
                )
                line = self._event(booking.booking_id, words, icon, "go", booking.booked_at, now)
                events.append((booking.booked_at, line))
        for again in file.orders:
            if again.replaces_order_id == order.order_id and again.status != "cancelled":
                words = translate("Conversation", "Ersatz {number} bestellt").format(number=again.number)
                line = self._event(again.order_id, words, "package", "go", again.placed_at, now)
                events.append((again.placed_at, line))
        for item in file.returns:
            if item.order_id == order.order_id and item.status != "cancelled":
                words = translate("Conversation", "Rücksendung {number} angelegt, Frist {day}").format(
                    number=item.number, day=self._formats.full_day(item.deadline)
                )
                line = self._event(item.return_id, words, "undo-2", "secondary", item.created_at, now)
                events.append((item.created_at, line))
        return events

    def _booking_words(self, booking: Booking) -> tuple[str, str]:
        """Return what a booking did, and its icon; both halves of one that was taken back say so."""
        icon = "banknote"
        if booking.reverses:
            words, icon = translate("Conversation", "{amount} zurückgeholt, Storno {number}"), "rotate-ccw"
        elif booking.status == "withdrawn":
            words = translate("Conversation", "{amount} erstattet und zurückgeholt, Gutschrift {number}")
            if not booking.paid_out:
                words = translate(
                    "Conversation", "{amount} gutgeschrieben und zurückgeholt, Gutschrift {number}"
                )
        elif not booking.credits:
            words = translate("Conversation", "{amount} erstattet, Gutschrift {number}")
        elif not booking.paid_out:
            words = translate("Conversation", "{amount} gutgeschrieben, Gutschrift {number}")
        else:
            words = translate(
                "Conversation", "{credited} gutgeschrieben, {paid_out} erstattet, Gutschrift {number}"
            )
        told = {"amount": booking.amount, "credited": booking.credited, "paid_out": booking.paid_out}
        amounts = {name: self._formats.money(part) for name, part in told.items()}
        return words.format(**amounts, number=booking.credit_note_number), icon

    def _parcel(self, shipment: Shipment, now: datetime) -> list[tuple[datetime, ConversationLine]]:
        events = []
        for number, event in enumerate(shipment.events):
            words, icon = _PARCEL[event.code]
            text = f"{translate(*words)} {self._formats.moment(event.at, now)}"
            if event.text:
                text = f"{text}, {event.text}"
            tone: Tone = "ask" if event.code in ("failed_attempt", "damaged", "delayed") else "secondary"
            line = ConversationLine(
                key=f"{shipment.shipment_id}/{number}",
                kind="system",
                author="",
                when="",
                text=text,
                spoken=text,
                icon=icon,
                state_tone=tone,
            )
            events.append((event.at, line))
        return events

    def _event(
        self, key: str, words: str, icon: str, tone: Tone, at: datetime, now: datetime
    ) -> ConversationLine:
        text = f"{words} · {self._formats.moment(at, now)}"
        return ConversationLine(
            key=key, kind="system", author="", when="", text=text, spoken=text, icon=icon, state_tone=tone
        )


def _waiting_here(file: CaseFile) -> frozenset[str]:
    """The answers that have not left this computer: nobody delivers them yet."""
    return frozenset(
        item.body.message_id
        for item in file.pending
        if isinstance(item.body, SendMessage) and item.state in ("held", "queued")
    )
