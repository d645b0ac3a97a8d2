"""A case with an answer that states a refund, and what carries it out."""

import email
import email.policy
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import msgspec

from tests.hub.mail_out.texts import load_texts
from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.decision import (
    AuthoriseReturn,
    DecisionRecord,
    DecisionState,
    Refund,
    Step,
    StepState,
)
from workstation.casework.message import Fact, Message
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.casework.wire.codec import encode
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.channels.mail.transport_folder import FolderSender
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import MailSender
from workstation.hub.ports_values import Effect
from workstation.hub.storage.database import SqlDatabase

CASE = "01890000-0000-7000-8000-000000000040"
DECISION = "01890000-0000-7000-8000-000000000041"
MESSAGE = "01890000-0000-7000-8000-000000000042"
EFFECT = "01890000-0000-7000-8000-000000000043"
RFC_ID = f"{EFFECT}@shop.test"
TEXT = (
    "Guten Tag Erika Beispiel,\n\n"
    "wir haben {amount} erstattet, Gutschrift {credit_note_no} vom {booked_on}.\n"
    "Rücksendung {return_no} bis {deadline}.\n\nViele Grüße\nAnna"
)
LATE = ("credit_note_no", "booked_on", "return_no")


def the_record(state: DecisionState = "booked") -> DecisionRecord:
    """The decision the answer speaks of: 24.90 back and a bowl to be returned."""
    is_booked = state == "booked"
    step: StepState = "booked" if is_booked else "pending"
    refund = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=(LineQuantity(BOWLS, 1),))
    back = AuthoriseReturn(order_id=ORDER, lines=(LineQuantity(BOWLS, 1),), deadline=date(2026, 12, 4))
    told = {"credit_note_no": "GS-2026-00001", "booked_at": "2026-11-20T09:15:00+00:00"}
    return DecisionRecord(
        decision_id=DECISION,
        case_id=CASE,
        customer_id=ERIKA,
        person_id="person-1",
        decided_at=SetClock().now(),
        state=state,
        amount=Money(2490),
        steps=(
            Step(decision=refund, state=step, result=told if is_booked else {}),
            Step(decision=back, state=step, result={"return_no": "RMA-2026-00001"} if is_booked else {}),
        ),
    )


def the_message(**changes: object) -> Message:
    """The answer with its late facts open."""
    message = Message(
        message_id=MESSAGE,
        case_id=CASE,
        kind="outbound",
        at=SetClock().now(),
        author_id="person-1",
        author_name="Anna",
        to=("erika@kundin.test",),
        subject="Schale zerbrochen",
        text=TEXT,
        facts=(
            Fact(slot="amount", value="24,90 €"),
            Fact(slot="deadline", value="Freitag, den 4. Dezember 2026"),
            *(Fact(slot=slot) for slot in LATE),
        ),
        waits_for=DECISION,
        delivery="queued",
        in_reply_to=("first@kundin.test", "m1@kundin.test"),
    )
    return msgspec.structs.replace(message, **changes)


def lay_down(database: SqlDatabase, message: Message, record: DecisionRecord) -> None:
    """Store the case with its answer and its decision."""

    def work(tx: Tx) -> None:
        tx.put(
            Case(
                case_id=CASE,
                team_id=TEAM,
                opened_at=tx.now,
                number=4711,
                customer_id=ERIKA,
                customer_name="Erika Beispiel",
                subject="Schale zerbrochen",
            )
        )
        tx.put(message)
        tx.put(record)

    database.run(TENANT, work)


def the_effect(attempt: int = 1) -> Effect:
    """The effect that sends the answer."""
    now = SetClock().now()
    return Effect(
        effect_id=EFFECT,
        command_id="command-2",
        case_id=CASE,
        message_id=MESSAGE,
        kind="mail",
        target="mail",
        payload=encode({"case_id": CASE, "message_id": MESSAGE}),
        not_before=now,
        created_at=now,
        attempt=attempt,
        tenant_id=TENANT,
    )


@dataclass
class Post:
    """The executor over an outgoing folder."""

    database: SqlDatabase
    clock: SetClock
    folder: Path

    @property
    def executor(self) -> MailExecutor:
        settings = FolderSettings(mailbox="service", incoming="", outgoing=str(self.folder / "out"))
        return self.over(FolderSender(settings))

    def over(self, sender: MailSender, address: str = "service@shop.test") -> MailExecutor:
        outlet = Outlet(sender, address, "Ofen und Glas")
        return MailExecutor(self.database, (outlet,), load_texts())

    def sent(self) -> list[EmailMessage]:
        files = sorted((self.folder / "out" / "new").glob("*"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def message(self) -> Message:
        found = self.database.read(TENANT, lambda tx: tx.get(Message, MESSAGE))
        assert found is not None
        return found
