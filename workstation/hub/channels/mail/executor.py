"""Carries out mails: late facts filled in, one Message-ID for ever, doubt settled by the archive."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact, Message
from workstation.casework.people import Tenant
from workstation.casework.records import DropOffPoint, Invoice, Order, Payment, Shipment
from workstation.casework.texts import FactSources, Texts, facts_of_decision, fill
from workstation.hub.channels.mail.compose import (
    ComposeError,
    OutgoingFile,
    OutgoingMail,
    compose,
    message_id_for,
)
from workstation.hub.channels.mail.late_files import with_late_files
from workstation.hub.channels.mail.loop_guard import blocked_until
from workstation.hub.channels.mail.parsed import Address
from workstation.hub.channels.mail.threading import reply_subject
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_billing import COPY_RULE, DUNNING_RULE
from workstation.hub.ports_mail import (
    MailboxUnavailable,
    MailNotSent,
    MailRefused,
    MailSender,
    MailUnknown,
)
from workstation.hub.ports_values import (
    Done,
    Effect,
    EffectHeld,
    EffectRefused,
    EffectRetry,
    EffectUnknown,
)
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
_PATIENCE = 5
"""After so many tries a recipient who cannot be served now no longer keeps the others waiting."""
RECIPIENT_REFUSED = "mail.recipient_refused"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A way out: server, the address and name we write as, and the team it is for (empty = any)."""

    sender: MailSender
    address: str
    name: str = ""
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail ready to leave."""

    outlet: Outlet
    mail: OutgoingMail
    recipients: tuple[str, ...]
    wants_bounces: bool
    """A letter that must be known not to have arrived comes back to us, though no person wrote it."""


class MailExecutor:
    """Implements :class:`workstation.hub.ports.Executor` for the kind ``mail``.

    Class B when every outlet has an archive in which a mail can be found again, else class C.
    """

    kinds = frozenset({"mail"})

    def __init__(
        self, database: Database, outlets: tuple[Outlet, ...], texts: Texts, timeout_s: float = 120.0
    ) -> None:
        if not outlets:
            raise ValueError("a hub that sends mail needs an outlet")
        self._database = database
        self._outlets = outlets
        self._texts = texts
        has_archives = all(outlet.sender.has_archive for outlet in outlets)
        self.effect_class: EffectClass = "B" if has_archives else "C"
        self.visibility_lag_s = max(outlet.sender.visibility_lag_s for outlet in outlets)
        self.timeout_s = timeout_s

    def perform(self, effect: Effect) -> Done:
        """Send the message of the effect once.

        Raises:
            EffectHeld: a fact it states is missing. EffectRefused: nobody will receive it.
            EffectRetry: nothing was handed over. EffectUnknown: look it up.
        """
        ready = self._database.run(effect.tenant_id, lambda tx: self._prepare(tx, effect))
        try:
            raw = compose(ready.mail)
        except ComposeError as error:
            raise EffectRefused("mail.cannot_be_composed", field=error.field, why=error.code) from error
        crashpoint("mail.before_send")
        is_silent = ready.mail.auto_submitted and not ready.wants_bounces
        envelope_from = "" if is_silent else ready.outlet.address
        try:
            accepted = ready.outlet.sender.send(
                raw, envelope_from, ready.recipients, takes_partial=effect.attempt >= _PATIENCE
            )
        except MailRefused as error:
            raise EffectRefused(error.code, **error.params) from error
        except MailNotSent as error:
            raise EffectRetry(str(error), error.after_s) from error
        except MailUnknown as error:
            raise EffectUnknown(str(error)) from error
        crashpoint("mail.sent")
        if accepted.refused:
            self._tell_refused(effect)
        return Done(ext_ref=ready.mail.message_id)

    def _tell_refused(self, effect: Effect) -> None:
        try:
            self._database.run(effect.tenant_id, lambda tx: _say_refused(tx, effect.message_id))
        except Exception:
            # The mail has left: that a remark could not be written must not make it doubtful.
            _log.exception("cannot note who was refused of effect %s", effect.effect_id)

    def look_up(self, effect: Effect) -> Done | None:
        """Search the archive for the mail of the effect.

        Raises:
            EffectRetry: the archive could not be asked.
        """
        outlet, message_id = self._database.read(effect.tenant_id, lambda tx: self._named(tx, effect))
        if not outlet.sender.has_archive:
            return None
        try:
            return Done(ext_ref=message_id) if outlet.sender.is_archived(message_id) else None
        except MailboxUnavailable as error:
            raise EffectRetry(f"{error.code} {error.params}") from error

    def _named(self, tx: Tx, effect: Effect) -> tuple[Outlet, str]:
        message = tx.get(Message, effect.message_id)
        outlet = self._outlet(tx.get(Case, effect.case_id), message)
        return outlet, _message_id(effect, message, tx.reference().tenant, outlet)

    def _outlet(self, case: Case | None, message: Message | None) -> Outlet:
        if message is not None and message.rfc_message_id:
            # It may have left before the case went to another team: it is searched, and sent, where it was.
            before = [outlet for outlet in self._outlets if outlet.address == message.from_address]
            if before:
                return before[0]
        team_id = case.team_id if case else ""
        own = (outlet for outlet in self._outlets if team_id and outlet.team_id == team_id)
        anyones = (outlet for outlet in self._outlets if not outlet.team_id)
        return next(own, None) or next(anyones, None) or self._outlets[0]

    def _prepare(self, tx: Tx, effect: Effect) -> _Ready:
        message = tx.get(Message, effect.message_id)
        case = tx.get(Case, effect.case_id)
        if message is None or case is None:
            raise EffectRefused("message.unknown", message_id=effect.message_id)
        outlet = self._outlet(case, message)
        tenant = tx.reference().tenant
        _check_rate(tx, message)
        message = with_late_files(tx, message)
        facts = self._facts(tx, message, tenant)
        try:
            text = fill(message.text, facts)
        except RuleViolation as error:
            raise EffectHeld(error.code, **error.params) from error
        message_id = _message_id(effect, message, tenant, outlet)
        # What leaves is written down before it leaves: a retry sends the same words, a bounce finds them.
        tx.put(
            msgspec.structs.replace(
                message, rendered=text, facts=facts, rfc_message_id=message_id, from_address=outlet.address
            )
        )
        parent = message.in_reply_to[-1] if message.in_reply_to else None
        is_by_itself = not message.is_written_by_person
        mail = OutgoingMail(
            from_=Address(outlet.name or tenant.name, outlet.address),
            to=tuple(Address("", address) for address in message.to),
            cc=tuple(Address("", address) for address in message.cc),
            subject=reply_subject(message.subject, case.number) if parent else message.subject,
            text=text,
            message_id=message_id,
            date=tx.now,
            in_reply_to=parent,
            references=message.in_reply_to,
            attachments=self._files(effect.tenant_id, message),
            language=message.language,
            auto_submitted="auto-generated" if is_by_itself else "",
        )
        recipients = tuple(dict.fromkeys((*message.to, *message.cc)))
        return _Ready(outlet, mail, recipients, message.author_id in (COPY_RULE, DUNNING_RULE))

    def _facts(self, tx: Tx, message: Message, tenant: Tenant) -> tuple[Fact, ...]:
        record = tx.get(DecisionRecord, message.waits_for) if message.waits_for else None
        if record is not None and any(step.state == "reversed" for step in record.steps):
            # Taken back between the booking and the mail: it would state what no longer holds.
            raise EffectHeld("mail.booking_taken_back")
        if record is None or all(fact.value is not None for fact in message.facts):
            return message.facts
        if record.state != "booked":
            raise EffectHeld("mail.booking_not_confirmed", state=record.state)
        told = {
            fact.slot: fact.value
            for fact in facts_of_decision(record, _sources(tx, record, tenant), self._texts, message.language)
        }
        known = {fact.slot for fact in message.facts}
        filled = [
            fact if fact.value is not None else Fact(slot=fact.slot, value=told.get(fact.slot))
            for fact in message.facts
        ]
        later = [Fact(slot=slot, value=value) for slot, value in told.items() if slot not in known and value]
        return (*filled, *later)

    def _files(self, tenant_id: str, message: Message) -> tuple[OutgoingFile, ...]:
        files: list[OutgoingFile] = []
        for one in message.attachments:
            content = self._database.blobs.read(tenant_id, one.sha256)
            if content is None:
                raise EffectHeld("mail.attachment_missing", name=one.name)
            files.append(OutgoingFile(one.name, one.content_type, content))
        return tuple(files)


def _message_id(effect: Effect, message: Message | None, tenant: Tenant, outlet: Outlet) -> str:
    if message is not None and message.rfc_message_id.partition("@")[0] == effect.effect_id:
        # Named once, whatever the firm calls itself since.
        return message.rfc_message_id
    domain = tenant.mail_domain or outlet.address.rpartition("@")[2]
    try:
        return message_id_for(effect.effect_id, domain)
    except ComposeError as error:
        raise EffectHeld("mail.domain_malformed", domain=domain) from error


def _sources(tx: Tx, record: DecisionRecord, tenant: Tenant) -> FactSources:
    customer_id = record.customer_id
    return FactSources(
        tenant=tenant,
        customer=tx.get(Customer, customer_id) if customer_id else None,
        orders=tx.records_of(customer_id, Order),
        payments=tx.records_of(customer_id, Payment),
        shipments=tx.records_of(customer_id, Shipment),
        invoices=tx.records_of(customer_id, Invoice),
        drop_off_points=tx.all_of(DropOffPoint),
    )


def _check_rate(tx: Tx, message: Message) -> None:
    sent = [
        one
        for one in tx.messages_of(message.case_id)
        if one.kind == "outbound" and one.delivered_at is not None and one.message_id != message.message_id
    ]
    for address in (*message.to, *message.cc):
        times = [one.delivered_at for one in sent if address in (*one.to, *one.cc) and one.delivered_at]
        until = blocked_until(times, tx.now)
        if until is not None:
            wait_s = (until - tx.now).total_seconds() + 1
            raise EffectRetry("too many mails to one recipient", wait_s, is_own_wish=True)


def _say_refused(tx: Tx, message_id: str) -> None:
    message = tx.get(Message, message_id)
    if message is not None and RECIPIENT_REFUSED not in message.hints:
        tx.put(msgspec.structs.replace(message, hints=(*message.hints, RECIPIENT_REFUSED)))
