"""A desk on fakes: real services, memory files, no hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from tests.desk.materials import (
    NOW,
    PEOPLE,
    PERSON,
    TEAM,
    Feed,
    SetClock,
    a_case,
    a_customer,
    a_message,
    an_id,
    sign,
)
from tests.fakes.outbox import MemoryOutbox
from tests.fakes.replica import MemoryReplica
from tests.fakes.running import InlineWorkers
from workstation.async_bridge import AsyncTasks
from workstation.casework.decision import Refund
from workstation.casework.limit import Allowed
from workstation.casework.money import Money
from workstation.casework.proposal import Proposal
from workstation.casework.wire.entities import Entity
from workstation.ports import Changes
from workstation.services.case_desk import CaseDesk
from workstation.services.changes import ChangeFeed
from workstation.services.commands import CommandWriter
from workstation.services.decisions import Decisions
from workstation.services.history import History
from workstation.services.identity import Me, Worker
from workstation.services.inbox import Inbox
from workstation.services.outbox_view import OutboxView
from workstation.services.overlay import Overlay
from workstation.services.reference import Reference
from workstation.services.replies import Replies
from workstation.services.text_shelf import TextShelf
from workstation.services.work import Work

CASE = a_case(
    "1",
    due_in=20,
    waiting_since=NOW - timedelta(minutes=40),
    last_inbound_id=an_id("message", an_id("case", "1"), 1),
)
SHELF = TextShelf()


def a_refund(amount: int = 2490) -> Proposal:
    """A green button: money back."""
    step = Refund(
        order_id=an_id("order"), payment_id=an_id("payment"), amount=Money(amount), reason="damaged"
    )
    return Proposal(
        key="refund",
        steps=(step,),
        title_key="title.refund",
        judgement=Allowed(rule_name="Kulanz"),
        title_params={"amount": "24,90 €"},
    )


@dataclass
class Bench:
    """Everything wired on fakes."""

    clock: SetClock = field(default_factory=SetClock)
    outbox: MemoryOutbox = field(init=False)
    replica: MemoryReplica = field(default_factory=MemoryReplica)
    changes: ChangeFeed = field(default_factory=ChangeFeed)
    me: Me = field(default_factory=Me)
    seen: list[Changes] = field(default_factory=list)
    queued: int = 0

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.clock)
        self.outbox.set_note("device_id", an_id("device"))
        self.me.now = Worker(PERSON.person_id, PERSON.name, PERSON.login, PERSON.role, TEAM)
        self.changes.subscribe(self.seen.append)
        self.feed = Feed()
        self.give(CASE, a_customer("1"), a_message(CASE))
        self.replica.apply_page(self.feed.page(*PEOPLE, scope="reference"))
        self.workers, self.tasks = InlineWorkers(), AsyncTasks()
        self.reference = Reference(self.replica, self.workers)
        self.overlay = Overlay(self.replica, self.outbox, self.workers, self.reference, self.changes)
        common = {"workers": self.workers, "clock": self.clock}
        self.writer = CommandWriter(
            outbox=self.outbox,
            replica=self.replica,
            workers=self.workers,
            tasks=self.tasks,
            overlay=self.overlay,
            reference=self.reference,
            changes=self.changes,
            me=self.me,
            clock=self.clock,
            sign=sign,
        )
        self.writer.on_queued = self._on_queued
        self.decisions = Decisions(
            outbox=self.outbox,
            workers=self.workers,
            tasks=self.tasks,
            writer=self.writer,
            reference=self.reference,
            clock=self.clock,
        )
        self.case_desk = CaseDesk(
            writer=self.writer,
            replica=self.replica,
            outbox=self.outbox,
            workers=self.workers,
            reference=self.reference,
            me=self.me,
            clock=self.clock,
            topics=lambda: SHELF.topics,
            is_online=lambda: True,
        )
        self.work = Work(
            writer=self.writer,
            replica=self.replica,
            outbox=self.outbox,
            workers=self.workers,
            reference=self.reference,
            me=self.me,
            decisions=self.decisions,
        )
        self.replies = Replies(
            writer=self.writer,
            replica=self.replica,
            outbox=self.outbox,
            workers=self.workers,
            reference=self.reference,
            me=self.me,
            clock=self.clock,
            shelf=SHELF,
        )
        self.inbox = Inbox(
            replica=self.replica,
            workers=self.workers,
            reference=self.reference,
            me=self.me,
            clock=self.clock,
        )
        self.history = History(replica=self.replica, reference=self.reference, **common)  # type: ignore[arg-type]
        self.outbox_view = OutboxView(
            outbox=self.outbox,
            replica=self.replica,
            workers=self.workers,
            decisions=self.decisions,
            reference=self.reference,
            me=self.me,
        )

    def _on_queued(self) -> None:
        self.queued += 1

    def give(self, *entities: Entity) -> None:
        """Let the hub have said this."""
        self.replica.apply_page(self.feed.page(*entities))

    async def start(self) -> None:
        """As at the start of the program."""
        await self.reference.load()
        await self.decisions.start()

    async def go(self, seconds: float) -> None:
        """Let time pass on the clock of the bench."""
        self.clock.at += timedelta(seconds=seconds)
        self.clock.seconds += seconds
