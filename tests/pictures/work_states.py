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
from workstation.services.views import CaseFile, Changes, HeldDecision, OpenOrder
from workstation.ui.customer_pane.models import TimelineItem
from workstation.ui.shared.decision_button import DecisionFace, DecisionState


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
        await self._confirmed(shown)

    async def _confirmed(self, file: CaseFile) -> None:
        """The toast of a confirmation that is held, and a long one."""
        held = HeldDecision(
            cmd_id="held",
            case_id=file.case.case_id,
            title_key="",
            title_params={},
            until=None,
            undo_s=8,
            left_s=60,
            is_decision=False,
        )
        toasts = self.rooms.window.toasts
        long = {
            "de": "Erledigt, Nachfrage Mo 30.11. um 09:00: Hausverwaltung Breitenbach und Söhne GmbH",
            "en": "Done, check-back Mon 30 Nov at 09:00: Hausverwaltung Breitenbach und Söhne GmbH",
        }
        act = {"de": "Wieder öffnen", "en": "Reopen"}
        moved = {"de": "Überweisung 42,90 € an Karte 4242", "en": "Transfer of €42.90 to card 4242"}
        toasts.show_toast(long[self.language], icon="check", act=act[self.language], lasts_s=60)
        self.rooms.case_model.confirmed.emit(held, moved[self.language])
        await asyncio.sleep(0.3)
        await self.picture("toasts")
        for toast in list(toasts.shown):
            toast.leave()

    async def state_234_work_room(self, words: str) -> None:
        room, now = self.rooms.work_room, self.rooms.desk.clock.now()
        transfer = WorkOrder(
            work_order_id="w1",
            kind="transfer",
            created_at=now - timedelta(days=3),
            amount=Money(4290),
            to_account="card 4242",
        )
        late = OpenOrder(transfer, "Anna Bergmann", "c1", "GS-2026-00031", now - timedelta(days=1))
        long = OpenOrder(
            msgspec.structs.replace(transfer, work_order_id="w2", kind="till", amount=Money(560)),
            "Hausverwaltung Breitenbach und Söhne GmbH",
            "c2",
            "K-2026-00017",
            now + timedelta(hours=3),
        )
        parcel = OpenOrder(
            msgspec.structs.replace(transfer, work_order_id="w3", kind="expect_parcel", amount=None),
            "Tobias Riesterer",
            "",
            "RS-2026-00009",
        )
        kind = type(room)
        real = kind.is_open_to_me
        kind.is_open_to_me = property(lambda _self: True)  # type: ignore[assignment,method-assign]
        try:
            room.on_changes(Changes())
            self.rooms.show_room("work")
            await asyncio.sleep(0.5)
            await self.picture("work-room-empty")
            room.model._orders = (late, long, parcel)
            room.model.rows_changed.emit()
            room.view.begin()
            await asyncio.sleep(0.3)
            await self.picture(words)
            self.rooms.menus._on_setting({"text_scale": 1.3})
            await asyncio.sleep(0.3)
            await self.picture("work-room-130", ("light",))
        finally:
            self.rooms.menus._on_setting({"text_scale": 1.0})
            kind.is_open_to_me = real  # type: ignore[method-assign]
            self.rooms.show_room("inbox")
            room.on_changes(Changes())

    async def state_235_taking_back(self, words: str) -> None:
        await self._an_order_case()
        pane = self.rooms.customer
        item = next(
            (one for one in self.rooms.customer_model.model.items if isinstance(one, TimelineItem)), None
        )
        assert item is not None
        document = self.rooms.document
        document.show_item(item, pane)
        back = {
            "de": ("42,90 € zurückholen", "solange es noch nicht ausgeführt ist"),
            "en": ("Take back €42.90", "as long as it has not been carried out"),
        }
        grey = {
            "de": ("Gutschein 10 € zurückholen", "schon eingelöst"),
            "en": ("Take back €10 voucher", "redeemed already"),
        }
        faces = (
            DecisionFace(DecisionState.NOW, *back[self.language]),
            DecisionFace(DecisionState.BLOCKED, *grey[self.language]),
        )
        document.show_decisions(item.item_id, faces)
        await asyncio.sleep(0.3)
        await self.picture(words)
        document.close_popover()

    async def state_236_usual_amounts(self, words: str) -> None:
        def has_menu(file: CaseFile) -> bool:
            return bool({"price_adjustment", "goodwill_voucher"} <= set(file.usual))

        await self.open_offering(has_menu)
        grid = self.rooms.case.decisions.grid
        menu = grid.more_menu()
        menu.popup(grid.mapToGlobal(grid.rect().topLeft()))
        await asyncio.sleep(0.3)
        assert self.running is not None
        for scheme in ("light", "dark"):
            self.running.theme.apply(choice=scheme)
            await asyncio.sleep(0.15)
            menu.grab().save(str(self.folder / f"{words}-{scheme}-{self.language}.png"))
        self.running.theme.apply(choice="light")
        menu.close()
