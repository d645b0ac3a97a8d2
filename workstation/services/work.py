"""Work for people: saying what became of what nobody could look up, and that a work order has been done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from workstation.casework.doubts import doubts_of, refusal_of
from workstation.casework.errors import RuleViolation
from workstation.casework.records import WorkOrder
from workstation.casework.wire.commands import ConfirmWork, SettleEffect
from workstation.ports import Outbox, OutboxItem, Replica, Workers
from workstation.services.commands import CommandWriter
from workstation.services.identity import Me
from workstation.services.reference import Reference


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
    ) -> None:
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

    async def confirm(self, case_id: str, work_order_id: str) -> OutboxItem:
        """Say that a work order has been done.

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
        return await self._writer.write(ConfirmWork(case_id=case_id, work_order_id=work_order_id))


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
