"""Writes acts into the outbox: checked by the rules, signed, on the disk, then shown and sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from workstation.casework.calendar import Calendar
from workstation.casework.case_state import CaseState, Given, with_
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.joining import other_case_id
from workstation.casework.projection import apply
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire import codec
from workstation.casework.wire.commands import MAX_BODY_BYTES, Body, type_of
from workstation.ports import Changes, NewCommand, Outbox, OutboxItem, Replica, Signer, TaskRunner, Workers
from workstation.services.changes import ChangeFeed
from workstation.services.identity import Me
from workstation.services.joint_state import JointState, joint_state
from workstation.services.overlay import Overlay
from workstation.services.reference import Reference
from workstation.system.clock import new_id


class CommandWriter:
    """The only way into the outbox."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        replica: Replica,
        workers: Workers,
        tasks: TaskRunner,
        overlay: Overlay,
        reference: Reference,
        changes: ChangeFeed,
        me: Me,
        clock: Clock,
        sign: Signer,
    ) -> None:
        self._outbox = outbox
        self._replica = replica
        self._workers = workers
        self._tasks = tasks
        self._overlay = overlay
        self._reference = reference
        self._changes = changes
        self._me = me
        self._clock = clock
        self.sign = sign
        self.on_queued: Callable[[], None] = lambda: None
        """Set by the sync loop: something may leave."""

    async def write(
        self,
        body: Body,
        *,
        cmd_id: str = "",
        depends_on: tuple[str, ...] = (),
        held_until: datetime | None = None,
        title_key: str = "",
        title_params: dict[str, str] | None = None,
    ) -> OutboxItem:
        """Save an act; it is on the disk when this returns.

        Raises:
            RuleViolation: the rules say no; nothing has been stored. StoreUnusable: ``store.full``.
        """
        worker = self._me.worker
        now = self._clock.now()
        joint = await self.joint((body.case_id, *self._second_of(body)), getattr(body, "customer_id", ""))
        state = joint.prepared(body)
        name = cmd_id or new_id(self._clock)
        apply(state, body, self._given(state, body, name, now))
        if len(codec.encode(body)) > MAX_BODY_BYTES:
            raise RuleViolation("command.too_large", most_kb=MAX_BODY_BYTES // 1024)
        command = NewCommand(
            cmd_id=name,
            body=body,
            person_id=worker.person_id,
            wall=now,
            depends_on=depends_on,
            base_rev=state.case.rev if state.case is not None else 0,
            held_until=held_until,
            title_key=title_key or f"act.{type_of(body)}",
            title_params=title_params or {},
        )
        item = await self._workers.run("outbox", lambda: self._outbox.append(command, self.sign))
        self.changed(body.case_id)
        return item

    async def state(self, case_id: str) -> CaseState:
        """Return the case as it stands with its matter, own pending acts included, straight from both files.

        The outbox is asked too, because the overlay of the last act may still be on its way.
        """
        joint = await self.joint((case_id,))
        return with_(joint.state(case_id), matter=joint.matter(case_id))

    async def joint(self, case_ids: Sequence[str], customer_id: str = "") -> JointState:
        """Return cases as they stand with all that pending acts tie them to; with a customer of interest."""
        pending = await self._workers.run("outbox", self._outbox.pending)

        def read() -> JointState:
            joint = joint_state(self._replica, pending, case_ids)
            if customer_id and customer_id not in joint.customers:
                customer = self._replica.get(Customer, customer_id)
                if customer is not None:
                    joint.customers[customer_id] = customer
            return joint

        joint = await self._workers.run("read", read)
        joint.fold(self._reference.data)
        return joint

    def _second_of(self, body: Body) -> tuple[str, ...]:
        """Return the other case an act names; where a merged one is named, the one it went into too."""
        other = other_case_id(body)
        return (other,) if other else ()

    def targets_of(self, team_id: str) -> tuple[SlaPolicy, Calendar]:
        """Return the answer targets and the opening hours of a team."""
        reference = self._reference.data
        return reference.policy_of(team_id), reference.calendar_of(team_id)

    def changed(self, *case_ids: str) -> None:
        """Show what the outbox holds now, and let it go."""
        self._changes.publish(Changes(outbox=True))
        self._tasks.start(self._overlay.refresh(case_ids), name="overlay", owner=self)
        self.on_queued()

    def is_own(self, item: OutboxItem) -> bool:
        """Whether the person here did this; several may work at one computer."""
        return self._me.now is not None and item.person_id == self._me.now.person_id

    def _given(self, state: CaseState, body: Body, cmd_id: str, now: datetime) -> Given:
        worker = self._me.worker
        policy, calendar = self.targets_of(state.case.team_id if state.case is not None else worker.team_id)
        return Given(
            at=now,
            person_id=worker.person_id,
            person_name=worker.name,
            command_id=cmd_id,
            policy=policy,
            calendar=calendar,
        )
