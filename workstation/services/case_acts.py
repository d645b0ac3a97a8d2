"""Acts on a case: each is checked by the rules, saved on this disk when it returns, and sent in its turn."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, Literal

from workstation.casework.case import NoCaseReason
from workstation.casework.check_back import STANDARD_DAYS, planned_check_back, working_days_later
from workstation.casework.clock import Clock
from workstation.casework.customer import Identity, IdentityKind, normalise
from workstation.casework.decision import MakePromise
from workstation.casework.errors import RuleViolation
from workstation.casework.matter import ensure_goes_on_here
from workstation.casework.message import AttachmentMeta, Channel, Language
from workstation.casework.wire.commands import (
    AddNote,
    AssignCase,
    Body,
    Decide,
    KeepPromise,
    LinkIdentity,
    LogCall,
    MarkIsCase,
    MarkNoCase,
    MarkRead,
    OpenCase,
    ReopenCase,
    SnoozeCase,
    SolveCase,
    TieCase,
    WithdrawPromise,
)
from workstation.ports import Draft, Outbox, OutboxItem, Workers
from workstation.services.commands import CommandWriter
from workstation.services.identity import Me
from workstation.system.clock import new_id

WithoutAnswer = Literal["", "thanks", "answered_elsewhere", "duplicate"]
_SAYS_ENOUGH = frozenset(("thanks", "duplicate"))
"""Why no answer was needed, where asking back about it would be odd too."""


class Usual(Enum):
    """What the tenant's targets say, where nobody chose otherwise."""

    CHECK_BACK = "check_back"


USUAL: Final = Usual.CHECK_BACK
CheckBack = datetime | None | Literal[Usual.CHECK_BACK]
"""When to ask back: a moment, not at all, or as usual."""


class CaseActs:
    """All may raise RuleViolation (nothing stored) or StoreUnusable (the disk is full)."""

    def __init__(
        self, *, writer: CommandWriter, outbox: Outbox, workers: Workers, me: Me, clock: Clock
    ) -> None:
        self.writer = writer
        self._outbox = outbox
        self._workers = workers
        self._me = me
        self._clock = clock

    async def _write(self, body: Body) -> OutboxItem:
        return await self.writer.write(body)

    async def assign(self, case_id: str, person_id: str = "", team_id: str = "") -> OutboxItem:
        """Give the case to a person or a team; an empty ``person_id`` gives it back to all."""
        return await self._write(AssignCase(case_id=case_id, person_id=person_id, team_id=team_id))

    async def snooze(self, case_id: str, until: datetime) -> OutboxItem:
        """Put the case off; promises and clocks run on."""
        return await self._write(SnoozeCase(case_id=case_id, until=until))

    async def solve(
        self, case_id: str, follow_up_at: CheckBack = USUAL, without_answer: WithoutAnswer = ""
    ) -> OutboxItem:
        """Settle the case; a customer who waits is answered first, or ``without_answer`` says why not.

        A solved case that is solved again only gets another check-back, or none.
        """
        if isinstance(follow_up_at, Usual):
            says_enough = without_answer in _SAYS_ENOUGH
            follow_up_at = None if says_enough else await self.usual_check_back(case_id)
        return await self._write(
            SolveCase(case_id=case_id, follow_up_at=follow_up_at, without_answer=without_answer)
        )

    async def usual_check_back(self, case_id: str) -> datetime | None:
        """Return when the customer is asked back if the case is solved now; ``None``: not at all."""
        state = await self.writer.state(case_id)
        if state.case is None:
            return None
        policy, calendar = self.writer.targets_of(state.case.team_id)
        return planned_check_back(state, policy, calendar, self._clock.now())

    def check_back_times(self, team_id: str) -> tuple[datetime, ...]:
        """Return the usual times to ask back, soonest first: the team's own, one and two weeks of work on."""
        policy, calendar = self.writer.targets_of(team_id)
        days = sorted({policy.check_back_days or STANDARD_DAYS, 5, 10})
        return tuple(working_days_later(calendar, self._clock.now(), count) for count in days)

    async def reopen(self, case_id: str) -> OutboxItem:
        """Take the case up again."""
        return await self._write(ReopenCase(case_id=case_id))

    async def no_case(self, case_id: str, reason: NoCaseReason = "spam") -> OutboxItem:
        """Put spam or a newsletter out of the queue; reversible."""
        return await self._write(MarkNoCase(case_id=case_id, reason=reason))

    async def is_case(self, case_id: str) -> OutboxItem:
        """Take «no case» back."""
        return await self._write(MarkIsCase(case_id=case_id))

    async def mark_read(self, case_id: str, message_id: str = "") -> OutboxItem | None:
        """Note that this person has seen the newest message; ``None`` when there is nothing to note.

        ``message_id``: what was seen; a newer message stays unread.
        """
        state = await self.writer.state(case_id)
        case = state.the_case
        if not case.last_inbound_id or self._me.worker.person_id in case.read_by:
            return None
        if message_id and message_id != case.last_inbound_id:
            return None
        return await self._write(MarkRead(case_id=case_id, message_id=case.last_inbound_id))

    async def add_note(
        self, case_id: str, text: str, attachments: tuple[AttachmentMeta, ...] = ()
    ) -> OutboxItem:
        """Add an internal note; its draft is done with."""
        body = AddNote(case_id=case_id, message_id=new_id(self._clock), text=text, attachments=attachments)
        item = await self._write(body)
        person_id = self._me.worker.person_id
        await self._workers.run("outbox", lambda: self._outbox.drop_draft(case_id, person_id, "note"))
        return item

    async def log_call(
        self,
        case_id: str,
        text: str,
        direction: Literal["in", "out"],
        duration_s: int = 0,
        is_reached: bool = True,
    ) -> OutboxItem:
        """Log a phone call that took place."""
        return await self._write(
            LogCall(
                case_id=case_id,
                message_id=new_id(self._clock),
                text=text,
                direction=direction,
                duration_s=duration_s,
                is_reached=is_reached,
            )
        )

    async def open_case(
        self,
        *,
        channel: Channel,
        subject: str,
        customer_id: str = "",
        customer_name: str = "",
        address: str = "",
        language: Language = "de",
        team_id: str = "",
    ) -> str:
        """Begin a new matter: a mail we write first, or a call; returns the id of the new case."""
        item = await self._write(
            OpenCase(
                case_id=new_id(self._clock),
                channel=channel,
                subject=subject,
                team_id=team_id or self._me.worker.team_id,
                customer_id=customer_id,
                customer_name=customer_name,
                address=address,
                language=language,
            )
        )
        return item.case_id

    async def promise(
        self,
        case_id: str,
        what: Literal["call_back", "answer", "deliver", "other"],
        due_at: datetime,
        note: str = "",
    ) -> OutboxItem:
        """Promise something to the customer, kept by this person until ``due_at``.

        Raises:
            RuleViolation: ``promise.in_past``.
        """
        if due_at <= self._clock.now():
            raise RuleViolation("promise.in_past", due_at=due_at.isoformat())
        state = await self.writer.state(case_id)
        ensure_goes_on_here(state)
        step = MakePromise(
            what=what,
            due_at=due_at,
            promise_id=new_id(self._clock),
            owner_id=self._me.worker.person_id,
            note=note.strip(),
        )
        return await self._write(
            Decide(case_id=case_id, customer_id=state.the_case.customer_id, steps=(step,))
        )

    async def keep_promise(self, case_id: str, promise_id: str) -> OutboxItem:
        """Say that a promise has been kept."""
        return await self._write(KeepPromise(case_id=case_id, promise_id=promise_id))

    async def withdraw_promise(self, case_id: str, promise_id: str, reason: str = "") -> OutboxItem:
        """Take a promise back; the customer has been told."""
        return await self._write(WithdrawPromise(case_id=case_id, promise_id=promise_id, reason=reason))

    async def tie(
        self, case_id: str, customer_id: str = "", order_id: str = "", invoice_id: str = ""
    ) -> OutboxItem:
        """Say which customer, order or invoice the matter is about."""
        if not (customer_id or order_id or invoice_id):
            raise RuleViolation("case.tie_nothing")
        return await self._write(
            TieCase(case_id=case_id, customer_id=customer_id, order_id=order_id, invoice_id=invoice_id)
        )

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
        return await self._write(LinkIdentity(case_id=case_id, customer_id=customer_id, identity=identity))

    async def save_note_draft(self, case_id: str, text: str) -> None:
        """Keep a note that is being written on this disk."""
        draft = Draft(
            case_id=case_id,
            person_id=self._me.worker.person_id,
            text=text,
            kind="note",
            saved_at=self._clock.now(),
        )
        await self._workers.run("outbox", lambda: self._outbox.save_draft(draft))
