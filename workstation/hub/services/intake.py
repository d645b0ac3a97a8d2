"""Mail in: stored raw before anything else, read within limits, tied to its case. Received = shown."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace

import msgspec

from workstation.casework.case_state import CaseState, Given, put_message, with_case
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer
from workstation.casework.ids import derived_id
from workstation.casework.joining import related
from workstation.casework.message import AttachmentMeta, Language, Message
from workstation.casework.projection import opened, received, undelivered
from workstation.casework.proposal import TopicWords
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_billing import CaseStops, OpenBilling
from workstation.hub.ports_books import OpenBooks
from workstation.hub.ports_intake import IntakeRow, OpenIntakeLedger
from workstation.hub.ports_mail import Cursor, IncomingMail, MailReader, RawMail
from workstation.hub.services.case_acts import store
from workstation.hub.services.dunning_guard import guarded
from workstation.hub.services.dunning_mails import mail_bounced
from workstation.hub.services.identity import customer_for, find_customer
from workstation.hub.services.intake_invoice import invoice_for
from workstation.hub.services.intake_kinship import kinship_of
from workstation.hub.services.intake_matter import answered_to_theirs, same_matter
from workstation.hub.services.intake_order import order_for
from workstation.hub.services.intake_threading import Joined, answered_elsewhere, case_to_join
from workstation.hub.services.parking import case_of_mail
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
_RULE = "rule:intake"
_LONGEST_TEXT = 1_000_000
_LONGEST_NAME = 255
UNREADABLE = "mail.unreadable"


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """What the intake stands on."""

    database: Database
    open_ledger: OpenIntakeLedger
    open_books: OpenBooks
    reader: MailReader
    clock: Clock
    open_billing: OpenBilling | None = None
    dunning_words: TopicWords | None = None
    """Words that speak of a reminder."""
    case_stops: CaseStops | None = None


class Intake:
    """Takes raw mails of one tenant; new cases go to ``team_id``.

    Taking the same mail again changes nothing, so a crash at any place is healed by taking it again.
    """

    def __init__(self, ports: IntakePorts, tenant_id: str, team_id: str) -> None:
        self._ports = ports
        self._tenant_id = tenant_id
        self._team_id = team_id

    def cursor(self, mailbox: str, uidvalidity: int) -> Cursor:
        """Return how far a mailbox is stored."""
        return self._ports.database.read(
            self._tenant_id, lambda tx: self._ports.open_ledger(tx).cursor(mailbox, uidvalidity)
        )

    def take(self, mail: RawMail) -> IntakeRow:
        """Store the raw mail and its ledger row, then make it a message; returns the row as it is then."""
        return self.settle(self.store(mail))

    def store(self, mail: RawMail) -> IntakeRow:
        """Store the raw mail as a blob and a row of the ledger; nothing is read yet."""
        database = self._ports.database
        known = database.read(
            self._tenant_id,
            lambda tx: self._ports.open_ledger(tx).at(mail.mailbox, mail.uidvalidity, mail.uid),
        )
        if known is not None:
            return known
        crashpoint("intake.before_blob")
        sha256 = database.blobs.put(self._tenant_id, mail.raw)
        crashpoint("intake.blob")
        # The same place in the same mailbox is the same mail for ever: after a restore it comes in again,
        # and its case is the one that desks have written about meanwhile.
        place = (mail.mailbox, str(mail.uidvalidity), str(mail.uid), sha256)
        intake_id = derived_id(self._tenant_id, "intake", *place)

        def work(tx: Tx) -> IntakeRow:
            ledger = self._ports.open_ledger(tx)
            row = ledger.at(mail.mailbox, mail.uidvalidity, mail.uid)
            if row is None:
                row = IntakeRow(
                    intake_id=intake_id,
                    mailbox=mail.mailbox,
                    uidvalidity=mail.uidvalidity,
                    uid=mail.uid,
                    sha256=sha256,
                    size=len(mail.raw),
                    stored_at=tx.now,
                    received_at=mail.received_at,
                )
                ledger.add(row)
                crashpoint("intake.store.before_commit")
            return row

        row = database.run(self._tenant_id, work)
        crashpoint("intake.stored")
        return row

    def settle(self, row: IntakeRow) -> IntakeRow:
        """Make a stored mail a message of a case; a mail that defeats us becomes «could not be read»."""
        if row.state != "stored":
            return row
        raw = self._ports.database.blobs.read(self._tenant_id, row.sha256)
        if raw is None or hashlib.sha256(raw).hexdigest() != row.sha256:
            mail = IncomingMail(is_readable=False, unreadable_why="lost", hints=(UNREADABLE,))
            return self._commit(row, mail)
        mail = self._ports.reader.read(raw)
        crashpoint("intake.read")
        try:
            return self._commit(row, mail)
        except Exception:
            _log.exception("mail %s could not be taken in at once", row.intake_id)
        # A database that is away is no fault of the mail: this raises then, and the mail stays stored.
        self.cursor(row.mailbox, row.uidvalidity)
        try:
            return self._commit(row, mail)
        except Exception:
            # Whatever is wrong with this one: it is shown, and the mails behind it are not held up.
            _log.exception("mail %s could not be taken in as it is", row.intake_id)
        plain = IncomingMail(
            from_address=mail.from_address if mail.from_address.isascii() else "",
            is_readable=False,
            unreadable_why="failed",
            hints=(UNREADABLE,),
        )
        return self._commit(row, plain)

    def resume(self, mailbox: str = "") -> int:
        """Settle what a crash left stored but not settled; returns how many there were."""
        rows = self._ports.database.read(
            self._tenant_id, lambda tx: self._ports.open_ledger(tx).waiting(mailbox)
        )
        for row in rows:
            self.settle(row)
        return len(rows)

    def unfiled(self, mailbox: str, uidvalidity: int) -> tuple[IntakeRow, ...]:
        """Return rows that are settled but not marked in their mailbox."""
        return self._ports.database.read(
            self._tenant_id, lambda tx: self._ports.open_ledger(tx).unfiled(mailbox, uidvalidity)
        )

    def filed(self, rows: tuple[IntakeRow, ...]) -> None:
        """Say that mails were marked in their mailbox."""

        def work(tx: Tx) -> None:
            ledger = self._ports.open_ledger(tx)
            for row in rows:
                ledger.change(msgspec.structs.replace(row, is_filed=True))

        self._ports.database.run(self._tenant_id, work)

    def _commit(self, row: IntakeRow, mail: IncomingMail) -> IntakeRow:
        attachments = self._store_files(row, mail)
        done = self._ports.database.run(
            self._tenant_id, lambda tx: _Taking(self._ports, tx, self._team_id, row, mail, attachments).take()
        )
        crashpoint("intake.committed")
        return done

    def _store_files(self, row: IntakeRow, mail: IncomingMail) -> tuple[AttachmentMeta, ...]:
        kept = [
            AttachmentMeta(
                sha256=self._ports.database.blobs.put(self._tenant_id, file.content),
                name=file.name[:_LONGEST_NAME] or "attachment",
                size=len(file.content),
                content_type=file.content_type,
                content_id=file.content_id,
            )
            for file in mail.files
        ]
        if not mail.is_readable or "mail.html_unreadable" in mail.hints:
            kept.append(
                AttachmentMeta(
                    sha256=row.sha256, name="original.eml", size=row.size, content_type="message/rfc822"
                )
            )
        return tuple(kept)


@dataclass(slots=True)
class _Taking:
    """One mail within one transaction."""

    ports: IntakePorts
    tx: Tx
    team_id: str
    row: IntakeRow
    mail: IncomingMail
    attachments: tuple[AttachmentMeta, ...]

    def take(self) -> IntakeRow:
        ledger = self.ports.open_ledger(self.tx)
        row = ledger.locked(self.row.intake_id)
        if row is None or row.state != "stored":
            return row or self.row
        row = msgspec.structs.replace(
            row, rfc_message_id=self.mail.message_id, is_readable=self.mail.is_readable
        )
        # The same mail may come through two mailboxes at once, and two mails of one person: who comes
        # second finds what the first has made of theirs.
        self.tx.lock_names(self._names())
        twin = ledger.same_mail(row.sha256, row.rfc_message_id)
        known = None if twin else self._known_message()
        if twin is not None:
            row = msgspec.structs.replace(
                row, state="repeat", case_id=twin.case_id, message_id=twin.message_id
            )
        elif known is not None:
            row = msgspec.structs.replace(
                row, state="repeat", case_id=known.case_id, message_id=known.message_id
            )
        else:
            message = self._into_case()
            row = msgspec.structs.replace(
                row, state="done", case_id=message.case_id, message_id=message.message_id
            )
        ledger.change(row)
        return row

    def _names(self) -> tuple[str, ...]:
        """Return what this mail is about to look for: itself, then the address it is from."""
        itself = self.mail.message_id or self.row.sha256
        sender = self._sender()[0].strip().casefold()
        return (f"mail:{itself}", f"email:{sender}") if sender else (f"mail:{itself}",)

    def _known_message(self) -> Message | None:
        """Return our own mail come back to us, or the same mail received by another mailbox."""
        if not self.mail.message_id:
            return None
        known = self.tx.message_by_rfc_id(self.mail.message_id)
        if known is not None and known.kind == "outbound":
            # Whoever got our mail knows its Message-ID: with another sender it is no mail of ours.
            ours = (known.from_address or self.tx.reference().tenant.sender_address).casefold()
            return known if ours in ("", self.mail.from_address.casefold()) else None
        mine = (self._text(), self._sender()[0])
        return known if known is not None and (known.text, known.from_address) == mine else None

    def _into_case(self) -> Message:
        reference = self.tx.reference()
        customer = self._customer()
        if customer is not None:
            # Their other addresses lead here too.
            self.tx.lock_names((f"customer:{customer.customer_id}",))
        books = self.ports.open_books(self.tx)
        joined = same_matter(self.tx, books, self.mail, customer, case_to_join(self.tx, self.mail, customer))
        state, joined = self._state_of(joined)
        message = self._message(joined, customer)
        team_id = state.case.team_id if state.case else self.team_id
        given = Given(
            at=self.tx.now,
            person_id=_RULE,
            command_id=message.message_id,
            policy=reference.policy_of(team_id),
            calendar=reference.calendar_of(team_id),
            number=None if state.case else self.tx.next_number("case"),
        )
        if state.case is not None:
            after = answered_to_theirs(received(_known_as(state, customer), message, given), state, customer)
        else:
            after = opened(message, given, team_id=team_id, customer=customer)
            after = with_case(after, subject=self.mail.bare_subject or self.mail.subject)
        after = self._answer_to(after)
        after = self._tied_to_order(after, customer)
        after = self._tied_to_invoice(after, customer, given)
        after = self._bounced(after, joined, given)
        kinship = kinship_of(self.tx, books, self.mail, after.the_case, joined, customer)
        after = with_case(after, kinship=kinship or after.the_case.kinship)
        after = self._related(after, joined, given)
        store(self.tx, state, after)
        self.tx.audit(
            "mail.received",
            actor=_RULE,
            subject=message.case_id,
            detail={"message_id": message.message_id, "sha256": self.row.sha256},
        )
        crashpoint("intake.case.before_commit")
        return message

    def _customer(self) -> Customer | None:
        if self.mail.is_bounce or self.mail.is_delayed:
            return None
        address, name = self._sender()
        if self.mail.is_auto_reply:
            return find_customer(self.tx, "email", address)
        return customer_for(
            self.tx,
            "email",
            address,
            name=name,
            language=self._language(None),
            seed=self.row.intake_id,
            rule="intake",
        )

    def _sender(self) -> tuple[str, str]:
        """Return whose mail it is: a form of our own sends it for the person in Reply-To."""
        own = self.tx.reference().tenant.sender_address.casefold()
        if self.mail.reply_to and own and self.mail.from_address.casefold() == own:
            return self.mail.reply_to, ""
        return self.mail.from_address, self.mail.from_name

    def _language(self, customer: Customer | None) -> Language:
        if self.mail.language == "en":
            return "en"
        if self.mail.language == "de" or customer is None:
            return "de"
        return customer.language

    def _state_of(self, joined: Joined) -> tuple[CaseState, Joined]:
        """Return the case to join, locked; merged while that was waited for, it is the one it went into."""
        if not joined.case_id:
            return CaseState(), joined
        state = self.tx.case_file(joined.case_id, lock=True).state
        is_machine = self.mail.is_bounce or self.mail.is_delayed or self.mail.is_auto_reply
        if state.case is None or not state.case.merged_into or is_machine:
            return state, joined
        joined = replace(joined, case_id=state.case.merged_into)
        return self.tx.case_file(joined.case_id, lock=True).state, joined

    def _message(self, joined: Joined, customer: Customer | None) -> Message:
        mail = self.mail
        address, name = self._sender()
        came = min(self.row.received_at or mail.date or self.row.stored_at, self.tx.now)
        # Another mail may have the same Message-ID and other words: the first keeps it.
        is_taken = bool(mail.message_id) and self.tx.message_by_rfc_id(mail.message_id) is not None
        return Message(
            message_id=derived_id(self.tx.tenant_id, "message", self.row.intake_id),
            case_id=joined.case_id or case_of_mail(self.tx.tenant_id, self.row.intake_id),
            kind="inbound",
            at=came,
            channel="mail",
            author_id="customer",
            author_name=name[:_LONGEST_NAME] or (customer.name if customer else "") or address,
            from_address=address,
            to=mail.to,
            cc=mail.cc,
            subject=mail.subject,
            text=self._text(),
            quoted=mail.quoted[:_LONGEST_TEXT],
            html=mail.html,
            html_sanitiser=mail.html_sanitiser,
            attachments=self.attachments,
            language=self._language(customer),
            rfc_message_id="" if is_taken else mail.message_id,
            in_reply_to=mail.answered_ids[:50],
            is_auto_reply=mail.is_auto_reply or mail.is_delayed,
            is_bounce=mail.is_bounce,
            code="" if mail.is_readable else UNREADABLE,
            params=self._params(),
            hints=_with(mail.hints, (*joined.hints, *answered_elsewhere(mail, address))),
        )

    def _params(self) -> dict[str, str]:
        """Return what the sentences of the code and of the hints are filled with."""
        if not self.mail.is_readable:
            return {"why": self.mail.unreadable_why}
        return {"address": self.mail.forwarded_from} if self.mail.forwarded_from else {}

    def _text(self) -> str:
        return self.mail.text[:_LONGEST_TEXT]

    def _answer_to(self, state: CaseState) -> CaseState:
        """Return ``state`` with the address the sender wants answers at; the message carries the warning."""
        is_elsewhere = answered_elsewhere(self.mail, self._sender()[0])
        return with_case(state, reply_to=self.mail.reply_to) if is_elsewhere else state

    def _related(self, state: CaseState, joined: Joined, given: Given) -> CaseState:
        """Return a new case linked with the customer's other open ones; they say so too."""
        if joined.case_id or not joined.relatives:
            return state
        self.tx.lock_cases(joined.relatives)
        for case_id in joined.relatives:
            other = self.tx.case_file(case_id).state
            if other.case is not None:
                store(self.tx, other, related(other, state.the_case, given))
                state = related(state, other.case, given)
        return state

    def _tied_to_order(self, state: CaseState, customer: Customer | None) -> CaseState:
        case = state.the_case
        if case.order_id or self.mail.is_bounce or self.mail.is_auto_reply:
            return state
        found = order_for(self.tx, self.ports.open_books(self.tx), self.mail, customer)
        state = with_case(state, order_id=found.order_id, hints=_with(case.hints, found.hints))
        message = state.message(derived_id(self.tx.tenant_id, "message", self.row.intake_id))
        if not found.hints or message is None:
            return state
        # At the mail is where people read it.
        warned = msgspec.structs.replace(message, hints=_with(message.hints, found.hints))
        return put_message(state, warned)

    def _tied_to_invoice(self, state: CaseState, customer: Customer | None, given: Given) -> CaseState:
        """Return ``state`` tied to the invoice the mail is about; its reminders rest from now on."""
        is_speaking = not (self.mail.is_bounce or self.mail.is_auto_reply or self.mail.is_delayed)
        if self.ports.open_billing is None or not is_speaking:
            return state
        billing = self.ports.open_billing(self.tx)
        case = state.the_case
        if not case.invoice_id and customer is not None:
            found = invoice_for(
                self.tx, billing, self.mail, customer, case.order_id, self.ports.dunning_words
            )
            if found is not None:
                order_id = case.order_id or found.order_id
                state = with_case(state, invoice_id=found.invoice_id, order_id=order_id)
        stops = self.ports.case_stops
        return state if stops is None else guarded(self.tx, stops, state, given)

    def _bounced(self, state: CaseState, joined: Joined, given: Given) -> CaseState:
        if not self.mail.is_bounce:
            return state
        for message_id in joined.returned:
            if state.message(message_id) is not None:
                state = undelivered(state, message_id, "mail.bounced", given, delivery="bounced")
                bounced = state.message(message_id)
                if self.ports.open_billing is not None and bounced is not None:
                    mail_bounced(self.tx, self.ports.open_billing(self.tx), bounced)
        return state


def _known_as(state: CaseState, customer: Customer | None) -> CaseState:
    """Return ``state`` with its customer, where a case had none yet."""
    if customer is None or state.the_case.customer_id:
        return state
    return with_case(state, customer_id=customer.customer_id, customer_name=customer.name)


def _with(hints: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*hints, *more)))
