"""Whose address it is, at the desk: linked and unlinked with history, and hints answered in one click."""

from __future__ import annotations

from workstation.casework.case import Kinship
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer, Identity, IdentityKind, normalise
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import LinkIdentity, TieCase, UnlinkIdentity
from workstation.ports import OutboxItem, Replica, Workers
from workstation.services.commands import CommandWriter
from workstation.services.identity import Me
from workstation.system.clock import new_id


class IdentityActs:
    """All may raise RuleViolation (nothing stored) or StoreUnusable (the disk is full)."""

    def __init__(
        self, *, writer: CommandWriter, replica: Replica, workers: Workers, me: Me, clock: Clock
    ) -> None:
        self._writer = writer
        self._replica = replica
        self._workers = workers
        self._me = me
        self._clock = clock

    async def link(self, case_id: str, customer_id: str, kind: IdentityKind, value: str) -> OutboxItem:
        """Say that an address belongs to a customer."""
        identity = Identity(
            identity_id=new_id(self._clock),
            kind=kind,
            value=value.strip(),
            normalised=normalise(kind, value),
            linked_at=self._clock.now(),
            linked_by=self._me.worker.person_id,
        )
        return await self._writer.write(
            LinkIdentity(case_id=case_id, customer_id=customer_id, identity=identity)
        )

    async def unlink(self, case_id: str, customer_id: str, identity: Identity) -> OutboxItem:
        """Say that an address does not belong to a customer; cases and messages stay where they are."""
        return await self._writer.write(
            UnlinkIdentity(case_id=case_id, customer_id=customer_id, identity=identity)
        )

    async def untie(self, case_id: str) -> OutboxItem:
        """Take the customer off a case: it came here by an address that was not theirs."""
        return await self._writer.write(TieCase(case_id=case_id, is_untied=True))

    async def accept(self, case_id: str, kinship: Kinship) -> None:
        """Yes, it is them: the address goes from whoever has it here to the customer, and so does the case.

        A forwarded mail says nothing about its sender: there only the case goes to the customer.
        """
        state = await self._writer.state(case_id)
        case = state.the_case
        if kinship.why != "forward":
            normalised = normalise("email", kinship.value)
            holder = state.customer
            held = () if holder is None else holder.linked("email")
            mine = next((item for item in held if item.normalised == normalised), None)
            if holder is not None and mine is not None and holder.customer_id != kinship.customer_id:
                await self.unlink(case_id, holder.customer_id, mine)
            await self.link(case_id, kinship.customer_id, "email", kinship.value)
        if case.customer_id != kinship.customer_id:
            await self._writer.write(TieCase(case_id=case_id, customer_id=kinship.customer_id))

    async def decline(self, case_id: str) -> OutboxItem:
        """No, it is somebody else: the question goes away, nothing is linked."""
        state = await self._writer.state(case_id)
        if not state.the_case.customer_id:
            raise RuleViolation("case.tie_nothing")
        return await self._writer.write(TieCase(case_id=case_id, customer_id=state.the_case.customer_id))

    async def customer(self, customer_id: str) -> Customer | None:
        """Return a customer with all addresses, those unlinked included."""
        return await self._workers.run("read", lambda: self._replica.get(Customer, customer_id))
