"""Pictures of what only a person can settle or confirm: doubts, their sheets, work orders open and done."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import msgspec

from tests.pictures.walk import SMALL, Walk
from workstation.casework.decision import DecisionRecord, Refund, Step
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.records import WorkOrder
from workstation.services.views import CaseFile


class WorkStates(Walk):
    """States of the strip over the conversation."""

    def _doubtful(self, file: CaseFile) -> DecisionRecord:
        now = self.rooms.desk.clock.now()
        step = Step(
            decision=Refund(order_id=file.case.order_id, payment_id="p", amount=Money(4290)),
            effect_id="0192f0a4-7c1e-5d6b-9a30-6f1c2b7e4d10",
            state="unknown",
            failure="effect.outcome_unknown",
            failure_params={
                "target": "Medusa",
                "looks": "2",
                "sent_at": (now - timedelta(minutes=41)).isoformat(),
            },
        )
        return DecisionRecord(
            decision_id="doubt",
            case_id=file.case.case_id,
            customer_id=file.case.customer_id,
            person_id=self.rooms.desk.session.view.person_id,
            decided_at=now - timedelta(minutes=42),
            state="booking",
            steps=(step,),
        )

    async def _an_order_case(self) -> CaseFile:
        return await self.open_offering(
            lambda f: any(o.key == "refund" and o.steps for o in f.offers) and f.order is not None
        )

    async def state_231_doubt_money(self, words: str) -> None:
        file = await self._an_order_case()
        record = self._doubtful(file)
        self.show_file(dataclasses.replace(file, decisions=(record,)))
        await self.picture("doubt-no-right")
        lead = {
            key: msgspec.structs.replace(person, role="owner") if key == record.person_id else person
            for key, person in file.people.items()
        }
        self.show_file(dataclasses.replace(file, decisions=(record,), people=lead))
        await self.picture(words)
        strip = self.rooms.case.work
        for number, name in ((0, "doubt-booked"), (1, "doubt-not-booked")):
            await self.sheet(name, strip.cards[0].buttons[number].click)
        size = self.rooms.window.size()
        self.rooms.window.resize(SMALL)
        await asyncio.sleep(0.3)
        await self.picture("doubt-small", ("light",))
        self.rooms.window.resize(size)
        await asyncio.sleep(0.3)

    async def state_232_doubt_mail(self, words: str) -> None:
        file = await self._an_order_case()
        now = self.rooms.desk.clock.now()
        lost = Message(
            message_id="lost",
            case_id=file.case.case_id,
            kind="outbound",
            at=now - timedelta(minutes=20),
            author_id=self.rooms.desk.session.view.person_id,
            to=(file.case.reply_to,),
            subject=f"Re: {file.case.subject}",
            text="Guten Tag,\n\nwir haben Ihnen den Betrag erstattet.",
            delivery="unknown",
            delivery_code="effect.outcome_unknown",
            delivery_params={"sent_at": (now - timedelta(minutes=19)).isoformat(), "target": "mail"},
            effect_id="0192f0a4-7c1e-5d6b-9a30-6f1c2b7e4d11",
        )
        self.show_file(dataclasses.replace(file, messages=(*file.messages, lost)))
        await self.picture(words)

    async def state_233_work_orders(self, words: str) -> None:
        file = await self._an_order_case()
        now = self.rooms.desk.clock.now()
        doubtful = self._doubtful(file)
        booked = msgspec.structs.replace(
            doubtful.steps[0],
            state="booked",
            failure="",
            failure_params={},
            result={"credit_note_no": "GS-9"},
        )
        record = msgspec.structs.replace(doubtful, state="booked", steps=(booked,), booked_at=now)
        transfer = WorkOrder(
            work_order_id="w1",
            kind="transfer",
            created_at=now - timedelta(hours=26),
            customer_id=file.case.customer_id,
            order_id=file.case.order_id,
            decision_id=record.decision_id,
            amount=Money(4290),
            to_account="card 4242",
        )
        parcel = msgspec.structs.replace(
            transfer, work_order_id="w2", kind="expect_parcel", amount=None, to_account=""
        )
        till = msgspec.structs.replace(
            transfer, work_order_id="w3", kind="till", number="K-2026-00017", slip_sha256="ab" * 32
        )
        shown = dataclasses.replace(file, decisions=(record,), work_orders=(transfer, parcel, till))
        self.show_file(shown)
        await self.picture(words)
        done = msgspec.structs.replace(
            transfer, status="done", done_at=now, done_by=self.rooms.desk.session.view.person_id
        )
        back = msgspec.structs.replace(till, status="withdrawn", created_at=now)
        self.show_file(dataclasses.replace(shown, work_orders=(done, parcel, back)))
        await self.picture("work-done")
