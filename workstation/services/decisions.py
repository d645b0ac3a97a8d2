"""Decisions: one click, on disk at once, held for the undo time, then on their way; nothing leaves before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from workstation.casework.clock import Clock
from workstation.casework.decision import kind_of, total_cost
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Refused
from workstation.casework.matter import customer_of_matter, ensure_goes_on_here, home_of
from workstation.casework.money import Money
from workstation.casework.proposal import Proposal
from workstation.casework.wire.commands import Body, CancelDecision, Decide
from workstation.ports import Outbox, OutboxItem, StoreUnusable, TaskRunner, Workers
from workstation.services.commands import CommandWriter
from workstation.services.reference import Reference
from workstation.services.views import HeldDecision

MAX_PAUSE_S = 30.0
UNDO_CHOICES_S = (8, 15, 30)
FLUSH_WAIT_S = 3.0
AGAIN_S = 5.0
"""How long until a decision the disk did not take is let go again."""
_log = logging.getLogger(__name__)


class Decisions:
    """Holds, takes back, lets go. A hold found after a crash waits for an answer and never ends by itself."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        workers: Workers,
        tasks: TaskRunner,
        writer: CommandWriter,
        reference: Reference,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._workers = workers
        self._tasks = tasks
        self._writer = writer
        self._reference = reference
        self._clock = clock
        self._from_crash: set[str] = set()
        self._undo_s: dict[str, float] = {}
        self._paused_s: dict[str, float] = {}
        self._paused_at: dict[str, float] = {}
        self.own_undo_s: float | None = None
        """The person's own setting (8, 15 or 30 s); ``None``: what the firm has settled."""

    async def start(self) -> None:
        """Remember what a crash has left held."""
        for item in await self._workers.run("outbox", self._outbox.held):
            self._from_crash.add(item.cmd_id)

    def ask_about(self, cmd_ids: Iterable[str]) -> None:
        """These were brought here held: like those a crash has left, they leave when somebody says so."""
        self._from_crash.update(cmd_ids)

    @property
    def undo_s(self) -> float:
        """Length of the undo window in seconds."""
        return float(self.own_undo_s or self._reference.data.tenant.undo_s)

    async def hold(self, case_id: str, proposal: Proposal, reason_text: str = "") -> HeldDecision:
        """Save the decision on the disk and hold it for the undo time.

        What takes back a decision of a case that went into this one is decided there, where it was made.

        Raises:
            RuleViolation: a line has to be chosen first (``decision.line_needed``), the judgement is no, the
                case went into another one (``decision.case_merged``), or does not allow it; nothing is
                stored. StoreUnusable: the disk is full.
        """
        if not proposal.steps:
            raise RuleViolation("decision.line_needed")
        if isinstance(proposal.judgement, Refused):
            raise RuleViolation(proposal.judgement.code, **proposal.judgement.params)
        state = await self._writer.state(case_id)
        ensure_goes_on_here(state)
        body = Decide(
            case_id=home_of(state, proposal.steps),
            customer_id=customer_of_matter(state),
            steps=proposal.steps,
            macro=proposal.macro,
            reason_text=reason_text,
        )
        undo_s = self.undo_s
        item = await self._writer.write(
            body,
            held_until=self._clock.now() + timedelta(seconds=undo_s),
            title_key=proposal.title_key,
            title_params=proposal.title_params,
        )
        self._undo_s[item.cmd_id] = undo_s
        self._watch(item.cmd_id, undo_s)
        return self._view(item)

    async def hold_act(self, body: Body) -> HeldDecision:
        """Save another act nobody can take back at the hub, and hold it for the undo time.

        Raises:
            RuleViolation: the case does not allow it; nothing is stored. StoreUnusable: the disk is full.
        """
        undo_s = self.undo_s
        item = await self._writer.write(body, held_until=self._clock.now() + timedelta(seconds=undo_s))
        self._undo_s[item.cmd_id] = undo_s
        self._watch(item.cmd_id, undo_s)
        return self._view(item)

    async def undo(self, cmd_id: str) -> bool:
        """Take a held decision back, with any reply that waits for it; False when it has left already.

        A reply that waited becomes its author's draft again.

        Raises:
            RuleViolation: somebody else did it (``outbox.other_person``).
        """
        return await self._cancel(cmd_id)

    async def withdraw(self, cmd_id: str) -> bool:
        """Take back a decision from the outbox: here while it has not been sent, else by asking the hub.

        Returns True when it is gone for sure, False when the hub has been asked.

        Raises:
            RuleViolation: it is too late, it is unknown (``decision.unknown``), or somebody else did it
                (``outbox.other_person``).
        """
        if await self._cancel(cmd_id):
            return True
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        if item is None or not isinstance(item.body, Decide):
            raise RuleViolation("decision.unknown")
        await self._writer.write(
            CancelDecision(case_id=item.case_id, decision_id=cmd_id), depends_on=(cmd_id,)
        )
        return False

    async def withdraw_act(self, cmd_id: str) -> bool:
        """Take back any other act that has not been sent; False when it has left already.

        Raises:
            RuleViolation: somebody else did it (``outbox.other_person``).
        """
        return await self._cancel(cmd_id)

    async def _cancel(self, cmd_id: str) -> bool:
        await self._ensure_own(cmd_id)
        self._tasks.cancel(_hold_of(cmd_id))
        gone = await self._workers.run("outbox", lambda: self._outbox.cancel(cmd_id, self._writer.sign))
        self._forget(cmd_id)
        if gone:
            self._writer.changed(*{item.case_id for item in gone})
        return bool(gone)

    async def release(self, cmd_id: str) -> bool:
        """«Book now»: let a held decision go; False when it was not held.

        Raises:
            RuleViolation: somebody else did it (``outbox.other_person``).
        """
        await self._ensure_own(cmd_id)
        return await self._release(cmd_id)

    async def _ensure_own(self, cmd_id: str) -> None:
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        if item is not None and not self._writer.is_own(item):
            raise RuleViolation("outbox.other_person")

    async def _release(self, cmd_id: str) -> bool:
        self._tasks.cancel(_hold_of(cmd_id))
        return await self._let_go(cmd_id)

    async def _let_go(self, cmd_id: str) -> bool:
        released = await self._workers.run("outbox", lambda: self._outbox.release((cmd_id,)))
        self._forget(cmd_id)
        if not released:
            return False
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        if item is not None:
            self._writer.changed(item.case_id)
        return True

    async def pause(self, cmd_id: str) -> HeldDecision | None:
        """Stop the clock of the undo window, for 30 s in all at the most; ``None`` when it is not held."""
        item = await self._held_item(cmd_id)
        if item is None or item.is_paused or cmd_id in self._from_crash:
            return self._view(item) if item is not None else None
        rest_of_pauses = MAX_PAUSE_S - self._paused_s.get(cmd_id, 0.0)
        if rest_of_pauses <= 0:
            return self._view(item)
        left = self._left(item)
        if left <= 0 or not await self._workers.run("outbox", lambda: self._outbox.pause(cmd_id, left)):
            return None
        self._paused_at[cmd_id] = self._clock.monotonic()
        self._tasks.cancel(_hold_of(cmd_id))
        self._tasks.start(
            self._resume_after(cmd_id, rest_of_pauses), name=f"pause {cmd_id}", owner=_hold_of(cmd_id)
        )
        return await self._shown(cmd_id)

    async def resume(self, cmd_id: str) -> HeldDecision | None:
        """Let the clock run on; ``None`` when it is not held."""
        item = await self._held_item(cmd_id)
        if item is None or not item.is_paused:
            return self._view(item) if item is not None else None
        since = self._paused_at.pop(cmd_id, self._clock.monotonic())
        self._paused_s[cmd_id] = self._paused_s.get(cmd_id, 0.0) + self._clock.monotonic() - since
        left = item.undo_left_s
        until = self._clock.now() + timedelta(seconds=left)
        if not await self._workers.run("outbox", lambda: self._outbox.resume(cmd_id, until)):
            return None
        self._watch(cmd_id, left)
        return await self._shown(cmd_id)

    async def held(self) -> tuple[HeldDecision, ...]:
        """Return what is held of the person here; what a crash has left is marked and waits for an answer."""
        items = await self._workers.run("outbox", self._outbox.held)
        return tuple(self._view(item) for item in items if self._writer.is_own(item))

    async def of_case(self, case_id: str) -> HeldDecision | None:
        """Return what is held on a case."""
        return next((held for held in await self.held() if held.case_id == case_id), None)

    async def flush_all(self, wait_s: float = FLUSH_WAIT_S) -> int:
        """At closing: let everything go that was decided in this run, wait a moment for the hub.

        What a crash has left stays held. Returns how many acts still wait in the outbox.
        """
        for item in await self._workers.run("outbox", self._outbox.held):
            if item.cmd_id not in self._from_crash:
                await self._release(item.cmd_id)
        ends = self._clock.monotonic() + wait_s
        waiting = await self._waiting()
        while waiting and self._clock.monotonic() < ends:
            await asyncio.sleep(0.05)
            waiting = await self._waiting()
        return waiting

    async def _waiting(self) -> int:
        items = await self._workers.run("outbox", lambda: self._outbox.items(limit=0))
        return sum(1 for item in items if item.state in ("queued", "sent"))

    def _watch(self, cmd_id: str, left_s: float) -> None:
        self._tasks.cancel(_hold_of(cmd_id))
        self._tasks.start(self._release_after(cmd_id, left_s), name=f"hold {cmd_id}", owner=_hold_of(cmd_id))

    async def _release_after(self, cmd_id: str, left_s: float) -> None:
        while True:
            await asyncio.sleep(left_s)
            try:
                await self._let_go(cmd_id)
                return
            except StoreUnusable as error:
                _log.warning("a held decision could not be let go: %s", error)
                left_s = AGAIN_S

    async def _resume_after(self, cmd_id: str, rest_s: float) -> None:
        await asyncio.sleep(rest_s)
        await self.resume(cmd_id)

    async def _held_item(self, cmd_id: str) -> OutboxItem | None:
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        return item if item is not None and item.state == "held" else None

    async def _shown(self, cmd_id: str) -> HeldDecision | None:
        item = await self._held_item(cmd_id)
        return self._view(item) if item is not None else None

    def _left(self, item: OutboxItem) -> float:
        until: datetime | None = item.held_until
        if item.is_paused or until is None:
            return item.undo_left_s
        return max(0.0, (until - self._clock.now()).total_seconds())

    def _view(self, item: OutboxItem) -> HeldDecision:
        steps = item.body.steps if isinstance(item.body, Decide) else ()
        cost: Money = total_cost(steps)
        return HeldDecision(
            cmd_id=item.cmd_id,
            case_id=item.case_id,
            title_key=item.title_key,
            title_params=item.title_params,
            until=None if item.is_paused else item.held_until,
            undo_s=self._undo_s.get(item.cmd_id, self.undo_s),
            left_s=self._left(item),
            is_paused=item.is_paused,
            is_from_crash=item.cmd_id in self._from_crash,
            amount=cost or None,
            steps=tuple(kind_of(step) for step in steps),
            is_decision=isinstance(item.body, Decide),
        )

    def _forget(self, cmd_id: str) -> None:
        self._from_crash.discard(cmd_id)
        for kept in (self._undo_s, self._paused_s, self._paused_at):
            kept.pop(cmd_id, None)


def _hold_of(cmd_id: str) -> str:
    return f"hold:{cmd_id}"
