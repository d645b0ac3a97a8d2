"""States of the decision area for every kind: offered, amount changed, asked why, done and taken back."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import msgspec

from tests.casework.builders import NOW, ORDER, PAYMENT, SHIPMENT, bowl_refund, facts, record
from tests.casework.test_proposals_kinds import HEADPHONES, HEADPHONES_PAID, known
from tests.casework.test_reversal import AGAIN, BACK, MAY, TILL, VOUCHER, booking_of
from tests.casework.test_soundness import FREE, INVOICE, PLACED
from tests.desk.ui.case_files import case_file
from tests.pictures.walk import Walk
from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import (
    BlockDunning,
    CancelOrder,
    Decision,
    DecisionRecord,
    ResendInvoice,
    Reverse,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.money import Money
from workstation.casework.records import ParcelEvent, StockLevel
from workstation.services.views import CaseFile

_WRONG = "Sie haben mir ein Kochbuch geschickt, das habe ich nicht bestellt."
_MOVING = (ParcelEvent(at=NOW - timedelta(days=2), code="in_transit"),)
_RESULTS: dict[str, str] = {
    "credit_note_no": "GS-2026-00012",
    "replacement_no": "E-2026-00031",
    "voucher_code": "DANKE-7Q2K",
    "voucher_expires_on": "2029-12-31",
    "slip_no": "K-2026-00017",
    "return_no": "R-1007",
    "invoice_no": "24-0612",
    "blocked_until": "2026-12-14",
}
_SLOTS: dict[str, tuple[str, ...]] = {
    "Refund": ("credit_note_no",),
    "CancelOrder": ("credit_note_no",),
    "Replacement": ("replacement_no",),
    "AuthoriseReturn": ("return_no",),
    "GoodwillVoucher": ("voucher_code", "voucher_expires_on"),
    "TillOrder": ("slip_no",),
    "ResendInvoice": ("invoice_no",),
    "BlockDunning": ("invoice_no", "blocked_until"),
}


def _offered() -> dict[str, CaseFacts]:
    shipped = msgspec.structs.replace(ORDER, status="shipped")
    late = msgspec.structs.replace(SHIPMENT, promised_by=date(2026, 11, 20), events=_MOVING)
    book = {"orders": (HEADPHONES,), "payments": (HEADPHONES_PAID,), "shipments": ()}
    gone = (StockLevel(stock_id="s", sku="ARIA", available=0, expected_on=date(2026, 12, 4)),)
    done = record(bowl_refund())
    counter = known("Die Schale ist kaputt.")
    return {
        "wrong-item": known(_WRONG, **book),
        "out-of-stock": known(_WRONG, stock=gone, **book),
        "late-parcel": known("Wo bleibt mein Paket?", orders=(shipped,), shipments=(late,)),
        "cancel": known("Bitte stornieren Sie meine Bestellung.", orders=(PLACED,), shipments=()),
        "cancel-too-late": known("Bitte stornieren Sie meine Bestellung."),
        "dunning": known("Ich habe eine Mahnung bekommen, aber nie eine Rechnung.", invoices=(INVOICE,)),
        "goodwill": known("Die Schale ist kaputt."),
        "till": msgspec.structs.replace(
            counter,
            case=msgspec.structs.replace(counter.case, channel="counter"),
            payments=(msgspec.structs.replace(PAYMENT, method="cash", account_hint=""),),
        ),
        "reversal": facts(decisions=(done,), bookings=(booking_of(done),), limits=(MAY, FREE)),
    }


def _done() -> dict[str, tuple[DecisionRecord, DecisionRecord]]:
    def made(*steps: Decision, macro: str = "", state: str = "booked") -> DecisionRecord:
        found = record(*steps, name=steps, step_state=state)
        told = tuple(
            msgspec.structs.replace(
                step,
                result={slot: _RESULTS[slot] for slot in _SLOTS.get(type(step.decision).__name__, ())},
            )
            for step in found.steps
        )
        return msgspec.structs.replace(found, steps=told, macro=macro, booked_at=NOW)

    block = BlockDunning(invoice_id="i1", until=date(2026, 12, 14))
    resend = ResendInvoice(invoice_id="i1")
    fee = WaiveDunningFee(invoice_id="i1", amount=Money(500))
    cancelled = CancelOrder(order_id="o1", payment_id="pay1", amount=Money(8370))
    back = made(bowl_refund(), state="reversed")
    return {
        "goods": (made(AGAIN, BACK, macro="wrong_item"), made(VOUCHER)),
        "till-cancel": (made(TILL), made(cancelled)),
        "dunning": (
            made(block, resend, fee, macro="dunning_before_invoice"),
            made(UnblockDunning(invoice_id="i1")),
        ),
        "reversal": (
            made(Reverse(decision_id=back.decision_id, step=0, undoes="refund")),
            back,
        ),
    }


class DecisionStates(Walk):
    """Shows files as the case desk would open them: real facts, real proposals, no service behind."""

    async def _base(self) -> str:
        file = await self.open_offering(lambda found: bool(found.offers))
        return file.case.case_id

    def _file(self, case_id: str, made: CaseFacts, *decisions: DecisionRecord) -> CaseFile:
        case = msgspec.structs.replace(made.case, case_id=case_id)
        messages = tuple(msgspec.structs.replace(item, case_id=case_id) for item in made.messages)
        own = tuple(msgspec.structs.replace(item, case_id=case_id) for item in decisions)
        return dataclasses.replace(
            case_file(made, decisions=own, invoices=made.invoices), case=case, messages=messages
        )

    async def state_09b_kinds_offered(self, words: str) -> None:
        case_id = await self._base()
        for name, made in _offered().items():
            self.show_file(self._file(case_id, made, *made.decisions))
            await asyncio.sleep(0.2)
            await self.picture(f"{words}-{name}")

    async def state_09c_kinds_done(self, words: str) -> None:
        case_id = await self._base()
        made = known("Guten Tag", orders=(), payments=(), shipments=())
        for name, decisions in _done().items():
            self.show_file(self._file(case_id, made, *decisions))
            await asyncio.sleep(0.2)
            await self.picture(f"{words}-{name}")

    async def state_09d_kinds_amount(self, words: str) -> None:
        case_id = await self._base()
        file = self._file(case_id, known("Die Schale ist kaputt."))
        self.show_file(file)
        place = next(n for n, item in enumerate(file.offers) if item.key == "goodwill_voucher")
        self.rooms.case._on_amount_wanted(place)
        await asyncio.sleep(0.2)
        await self.picture(words)
        self.rooms.case_model.cancel_choice()

    async def state_09e_kinds_why(self, words: str) -> None:
        case_id = await self._base()
        file = self._file(case_id, known("Die Schale ist kaputt."))
        self.show_file(file)
        offer = next(item for item in file.offers if item.key == "refund")
        model = self.rooms.case_model
        title, known_reason = model._offers.why_words(offer)
        await self.sheet(words, lambda: self.rooms.case._on_reason_wanted(offer, title, known_reason))

    async def state_09f_dunning_of_the_firm(self, words: str) -> None:
        file = await self.open("Mahnung erhalten")
        assert any(item.macro == "dunning_before_invoice" for item in file.offers), file.offers
        await self.picture(words)
