"""A desk as the hub sees it: a device with a key that signs commands, and people with limits behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.decision import AuthoriseReturn, Decision, Refund
from workstation.casework.ids import uuid7
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.projection import Given, changed, opened
from workstation.casework.records import LineQuantity
from workstation.casework.wire.codec import encode, sha256_hex
from workstation.casework.wire.commands import Body, Decide, Envelope, Verdict, signed_bytes, type_of
from workstation.hub.ports import Tx
from workstation.hub.ports_access import Device
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.sessions import Caller
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.lost_cases import open_lost_cases
from workstation.system import keys

LISA = Person(
    person_id="01890000-0000-7000-8000-0000000000a1",
    name="Lisa Sommer",
    login="lisa",
    role="agent",
    team_id=TEAM,
)
TANJA = Person(
    person_id="01890000-0000-7000-8000-0000000000a2",
    name="Tanja Weiß",
    login="tanja",
    role="lead",
    team_id=TEAM,
)
ROUTES = {
    "refund": EffectRoute("books", "A"),
    "return_authorisation": EffectRoute("books", "A"),
    "mail": EffectRoute("mail", "B"),
}
LIMITS = (
    Limit(
        limit_id="01890000-0000-7000-8000-0000000000b1",
        name="Service",
        kinds=("money_back",),
        role="agent",
        per_decision=5000,
        per_customer=CustomerWindow(15000, 90),
        per_person_day=20000,
    ),
)


class ServiceDesk:
    """One device; numbers its commands without gaps and signs them."""

    def __init__(self, database: SqlDatabase, clock: SetClock, person: Person = LISA) -> None:
        self.database = database
        self.clock = clock
        self.person = person
        self.seq = 0
        self.made = 0
        self.epoch = "e1"
        self.private = keys.new_signing_key()
        self.device = Device(
            device_id=self.new_id(),
            name="PC",
            public_key=keys.b64(keys.public_key_of(self.private)),
            state="approved",
            code="",
            enrolled_at=clock.now(),
        )
        database.run_sql(TENANT, self._enrol)
        self.receiver = CommandReceiver(database, TENANT, ROUTES, _no_work, open_lost=open_lost_cases)

    def _enrol(self, tx: Any) -> None:
        tx.put(self.person)
        for limit in LIMITS:
            tx.put(limit)
        SqlAccessTx(tx).put_device(self.device)

    @property
    def caller(self) -> Caller:
        return Caller(
            person=self.person,
            device=self.device,
            session_id="s",
            scopes=("reference", f"team:{TEAM}"),
            token_expires_at=self.clock.now() + timedelta(minutes=10),
        )

    def new_id(self) -> str:
        self.made += 1
        return uuid7(int(self.clock.now().timestamp() * 1000), keys.random_key()[:10])

    def envelope(self, body: Body, /, **changes: Any) -> Envelope:
        self.seq += 1
        raw = encode(body)
        fields: dict[str, Any] = {
            "cmd_id": self.new_id(),
            "case_id": body.case_id,
            "type": type_of(body),
            "body": msgspec.Raw(raw),
            "sha256": sha256_hex(raw),
            "device_id": self.device.device_id,
            "outbox_epoch": self.epoch,
            "device_seq": self.seq,
            "person_id": self.person.person_id,
            "signature": "",
            "wall": self.clock.now(),
            **changes,
        }
        unsigned = Envelope(**fields)
        return msgspec.structs.replace(
            unsigned, signature=keys.b64(keys.sign(self.private, signed_bytes(unsigned)))
        )

    def send(self, *envelopes: Envelope) -> list[Verdict]:
        answer = self.receiver.receive(self.caller, [msgspec.Raw(encode(one)) for one in envelopes])
        return list(answer.verdicts)

    def give(self, body: Body, /, **changes: Any) -> Verdict:
        [verdict] = self.send(self.envelope(body, **changes))
        return verdict

    def open_case(self, text: str = "Eine Schale ist kaputt.") -> str:
        """Erika writes; returns the new case's id."""
        case_id = self.new_id()

        def work(tx: Tx) -> None:
            reference = tx.reference()
            message = Message(
                message_id=self.new_id(),
                case_id=case_id,
                kind="inbound",
                at=self.clock.now(),
                author_id="customer",
                author_name="Erika Beispiel",
                from_address="erika@kundin.test",
                subject="Schale",
                text=text,
                rfc_message_id=f"{case_id}@kundin.test",
            )
            given = Given(
                at=tx.now,
                policy=reference.policy_of(TEAM),
                calendar=reference.calendar_of(TEAM),
                number=tx.next_number("case"),
            )
            from workstation.casework.case_state import CaseState
            from workstation.casework.customer import Customer

            state = opened(message, given, team_id=TEAM, customer=tx.get(Customer, ERIKA))
            for entity in changed(CaseState(customer=state.customer), state):
                tx.put(entity, is_new=True)

        self.database.run(TENANT, work)
        return case_id

    def case(self, case_id: str) -> Case:
        found = self.database.read(TENANT, lambda tx: tx.get(Case, case_id))
        assert found is not None
        return found


def broken_bowl(case_id: str, *steps: Decision, undo_left_s: int = 0) -> Decide:
    """24.90 back for one bowl, the other one may be sent back."""
    given = steps or (
        Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=(LineQuantity(BOWLS, 1),)),
        AuthoriseReturn(order_id=ORDER, lines=(LineQuantity(BOWLS, 1),), deadline=_day(14)),
    )
    return Decide(case_id=case_id, customer_id=ERIKA, steps=given, undo_left_s=undo_left_s)


def _day(days: int) -> Any:
    from tests.hub.small_firm import NOW

    return (NOW + timedelta(days=days)).date()


def _no_work(tx: Tx, work_order_id: str, person_id: str) -> Any:
    raise AssertionError("no work order in these tests")
