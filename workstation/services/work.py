"""Work for people: saying what became of what nobody could look up, and that a work order has been done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from workstation.casework.calendar import same_time_next_working_day
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.doubts import doubts_of, refusal_of
from workstation.casework.errors import RuleViolation
from workstation.casework.records import Booking, Order, ReturnAuthorisation, WorkOrder
from workstation.casework.wire.commands import ConfirmWork, SettleEffect
from workstation.ports import Outbox, OutboxItem, Replica, Workers
from workstation.services.commands import CommandWriter
from workstation.services.decisions import Decisions
from workstation.services.identity import Me
from workstation.services.reference import Reference
from workstation.services.views import HeldDecision, OpenOrder

MOST_OPEN = 200
"""So many open work orders are listed; whoever has more sees money before all else, and the oldest."""
PAID_BY_PEOPLE = ("transfer", "till")
"""Kinds of work that are money, overdue after a working day; a parcel may take its days."""


class Work:
    """All may raise RuleViolation (nothing stored) or StoreUnusable (the disk is full)."""

    def __init__(
        self,
        *,
        writer: CommandWriter,
        replica: Replica,
        outbox: Outbox,
        workers: Workers,
        reference: Reference,
        me: Me,
        decisions: Decisions,
    ) -> None:
        self._decisions = decisions
        self._writer = writer
        self._replica = replica
        self._outbox = outbox
        self._workers = workers
        self._reference = reference
        self._me = me

    async def settle(
        self,
        case_id: str,
        effect_id: str,
        outcome: Literal["done", "not_done"],
        reference: str = "",
        note: str = "",
    ) -> OutboxItem:
        """Say that something happened (``reference``: how it is found there), or that it did not.

        Raises:
            RuleViolation: ``effect.not_in_doubt``, ``effect.settle_needs_lead``, ``effect.settle_own``,
                ``effect.reference_missing``, ``effect.words_too_long``.
        """
        state = await self._writer.state(case_id)
        for doubt in doubts_of(state.decisions, state.messages):
            refusal = refusal_of(self._me.person(self._reference.data), doubt)
            if doubt.effect_id == effect_id and refusal:
                raise RuleViolation(refusal)
        return await self._writer.write(
            SettleEffect(
                case_id=case_id, effect_id=effect_id, outcome=outcome, reference=reference, note=note
            )
        )

    async def confirm(self, case_id: str, work_order_id: str) -> HeldDecision:
        """Say that a work order has been done; held for the undo time, because nobody can unsay it later.

        Raises:
            RuleViolation: ``work_order.unknown``, ``work_order.not_open``.
        """
        documents = await self._workers.run("read", lambda: self._replica.case(case_id))
        pending = await self._workers.run("outbox", lambda: self._outbox.pending(case_id))
        orders = with_pending(documents.of(WorkOrder), pending)
        work = next((one for one in orders if one.work_order_id == work_order_id), None)
        if work is None:
            raise RuleViolation("work_order.unknown", work_order_id=work_order_id)
        if work.status != "open":
            raise RuleViolation("work_order.not_open", status=work.status)
        return await self._decisions.hold_act(ConfirmWork(case_id=case_id, work_order_id=work_order_id))

    async def open_orders(self, limit: int = MOST_OPEN) -> tuple[OpenOrder, ...]:
        """Return the work orders nobody has confirmed, oldest first; own confirmations under way are done.

        Of more than ``limit`` those that are money come before others, which may take their days.
        """
        pending = await self._workers.run("outbox", self._outbox.pending)

        def read() -> tuple[OpenOrder, ...]:
            orders = with_pending(self._replica.open_work(limit, PAID_BY_PEOPLE), pending)
            return tuple(self._open(work) for work in sorted(orders, key=lambda work: work.created_at))

        return await self._workers.run("read", read)

    def _open(self, work: WorkOrder) -> OpenOrder:
        customer = self._replica.get(Customer, work.customer_id) if work.customer_id else None
        decision_id, reference = self._origin(work)
        record = self._replica.get(DecisionRecord, decision_id) if decision_id else None
        case = self._replica.get(Case, record.case_id) if record is not None else None
        case_id = case.case_id if case is not None and case.customer_id == work.customer_id else ""
        if not case_id and work.customer_id:
            case_id = next((row.case_id for row in self._replica.cases_of_customer(work.customer_id, 1)), "")
        calendar = self._reference.data.calendar_of(self._me.worker.team_id)
        is_money = work.kind in PAID_BY_PEOPLE
        return OpenOrder(
            work=work,
            customer_name=customer.name if customer is not None else "",
            case_id=case_id,
            reference=reference,
            due_at=same_time_next_working_day(calendar, work.created_at) if is_money else None,
        )

    def _origin(self, work: WorkOrder) -> tuple[str, str]:
        """Return the decision a work order comes from, and the number of what it belongs to."""
        booking = self._replica.get(Booking, work.booking_id) if work.booking_id else None
        if booking is not None:
            return work.decision_id or booking.decision_id, work.number or booking.credit_note_number
        back = self._replica.get(ReturnAuthorisation, work.return_id) if work.return_id else None
        if back is not None:
            return work.decision_id or back.decision_id, work.number or back.number
        order = self._replica.get(Order, work.order_id) if work.order_id else None
        return work.decision_id, work.number or (order.number if order is not None else "")


def with_pending(orders: Iterable[WorkOrder], pending: Iterable[OutboxItem]) -> tuple[WorkOrder, ...]:
    """Return the work orders as they stand once the own pending confirmations are at the hub."""
    confirmed = {item.body.work_order_id: item for item in pending if isinstance(item.body, ConfirmWork)}
    found = []
    for work in orders:
        item = confirmed.get(work.work_order_id)
        if item is not None and work.status == "open":
            work = msgspec.structs.replace(work, status="done", done_at=item.wall, done_by=item.person_id)
        found.append(work)
    return tuple(found)
