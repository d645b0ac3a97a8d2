"""Answers: written from the facts of a decision, kept as a draft, sent after the booking they state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from workstation.casework.card import CustomCard
from workstation.casework.case_state import CaseState
from workstation.casework.check_back import planned_check_back
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, ResendInvoice, kind_of
from workstation.casework.errors import RuleViolation
from workstation.casework.matter import decision_of_matter, newest_question, written_together
from workstation.casework.message import AttachmentMeta, Fact, Language
from workstation.casework.records import Commitment, Invoice, Order, Payment, Shipment
from workstation.casework.slots import slots_in
from workstation.casework.texts.book import Texts, render_card
from workstation.casework.texts.checking import Deviation, deviations
from workstation.casework.texts.facts import FactSources, as_mapping, facts_of_decision, letter_facts
from workstation.casework.wire.commands import SendMessage
from workstation.ports import CaseDocuments, Draft, Outbox, OutboxItem, Replica, Workers
from workstation.services.case_acts import USUAL, CheckBack, Usual
from workstation.services.commands import CommandWriter
from workstation.services.identity import Me
from workstation.services.reference import Reference
from workstation.services.text_shelf import TextShelf
from workstation.services.views import FactDeviation
from workstation.system.clock import new_id

OVER = frozenset({"booked"})


def _is_over(record: DecisionRecord | None) -> bool:
    """Whether a reply need not name the decision any more: booked, and no file of it goes with the reply."""
    has_file = record is not None and any(isinstance(step.decision, ResendInvoice) for step in record.steps)
    return record is not None and record.state in OVER and not has_file


class Replies:
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
        clock: Clock,
        shelf: TextShelf,
    ) -> None:
        self._writer = writer
        self._replica = replica
        self._outbox = outbox
        self._workers = workers
        self._reference = reference
        self._me = me
        self._clock = clock
        self._shelf = shelf

    async def draft_for(
        self, case_id: str, decision_id: str, card: str = "", language: Language | None = None
    ) -> Draft:
        """Write the answer that fits a decision: what is known is in it, what the booking tells stays a slot.

        ``card``: key of the reply card (a proposal names it); empty takes the one of the macro or kind.

        Raises:
            RuleViolation: ``decision.unknown``, ``text.unknown_card``, ``text.slot_without_fact``.
        """
        documents = await self._workers.run("read", lambda: self._replica.case(case_id))
        state = await self._writer.state(case_id)
        record = decision_of_matter(state, decision_id)
        if record is None:
            raise RuleViolation("decision.unknown")
        tongue: Language = language or state.the_case.language
        texts = self._shelf.texts
        sources = self._sources(state, documents)
        facts = facts_of_decision(record, sources, texts, tongue)
        letter = self._letter(state, sources.customer, tongue)
        key = card or _card_of(record, texts)
        text = _written(texts, key, self._reference.data.cards, tongue, {**as_mapping(facts), **letter})
        # Facts the card leaves out are not the reply's to state.
        stated = tuple(fact for fact in facts if fact.value is None or fact.value in text)
        used = set(slots_in(text))
        kept = tuple(fact for fact in stated if fact.value is not None or fact.slot in used)
        return dataclasses.replace(
            self._empty(state), text=text, facts=kept, waits_for="" if _is_over(record) else decision_id
        )

    async def snippet(self, case_id: str, card: str, language: Language | None = None) -> Draft:
        """Write an answer from a card that needs no decision.

        Raises:
            RuleViolation: ``text.unknown_card``, ``text.slot_without_fact``.
        """
        documents = await self._workers.run("read", lambda: self._replica.case(case_id))
        state = await self._writer.state(case_id)
        tongue: Language = language or state.the_case.language
        customer = self._sources(state, documents).customer
        chosen = self._shelf.texts.card(card, self._reference.data.cards)
        text = render_card(chosen, tongue, dict(self._letter(state, customer, tongue)))
        return dataclasses.replace(self._empty(state), text=text)

    async def empty_draft(self, case_id: str) -> Draft:
        """Return a draft with recipient and subject and no text yet."""
        return self._empty(await self._writer.state(case_id))

    async def save_draft(self, draft: Draft) -> None:
        """Keep what is being written on this disk, per case and person."""
        own = dataclasses.replace(draft, person_id=self._me.worker.person_id, saved_at=self._clock.now())
        await self._workers.run("outbox", lambda: self._outbox.save_draft(own))

    async def discard_draft(self, case_id: str) -> None:
        """Throw the draft away."""
        person_id = self._me.worker.person_id
        await self._workers.run("outbox", lambda: self._outbox.drop_draft(case_id, person_id, "reply"))

    async def draft_waiting(self, case_id: str, decision_id: str) -> Draft | None:
        """Return the draft that states a decision not booked yet; ``None`` when none waits for it.

        It may lie in the case that goes on with the one that was decided on.
        """
        person_id = self._me.worker.person_id
        state = await self._writer.state(case_id)
        goes_on = state.case.merged_into if state.case is not None else ""

        def look() -> Draft | None:
            found = (self._outbox.draft(one, person_id, "reply") for one in (case_id, goes_on) if one)
            return next((one for one in found if one is not None and one.waits_for == decision_id), None)

        return await self._workers.run("outbox", look)

    async def carry_draft(self, case_id: str, into_case_id: str) -> bool:
        """What was being written on a case that went into another is written on there; tells whether it is.

        It stays where it is while something else is being written there, or while it waits for a booking.
        """
        person_id = self._me.worker.person_id

        def is_written(draft: Draft) -> bool:
            return bool(draft.text.strip() or draft.attachments)

        def carry(kind: Literal["reply", "note"]) -> bool:
            draft = self._outbox.draft(case_id, person_id, kind)
            there = self._outbox.draft(into_case_id, person_id, kind)
            if draft is None or draft.waits_for or not is_written(draft):
                return False
            if there is not None and is_written(there):
                return False
            moved = dataclasses.replace(
                draft, case_id=into_case_id, seen_inbound_id="", saved_at=self._clock.now()
            )
            self._outbox.save_draft(moved)
            self._outbox.drop_draft(case_id, person_id, kind)
            return True

        def both() -> bool:
            note, reply = carry("note"), carry("reply")
            return note or reply

        return await self._workers.run("outbox", both)

    async def send(
        self,
        draft: Draft,
        *,
        waits_for: str | None = None,
        solves: bool = False,
        is_forced: bool = False,
        follow_up_at: CheckBack = USUAL,
        attachments: tuple[AttachmentMeta, ...] | None = None,
        language: Language | None = None,
    ) -> OutboxItem:
        """Send the answer: on the disk when this returns; it leaves after the booking it waits for.

        ``follow_up_at``: with ``solves``, when the customer is asked whether all is well.

        Raises:
            RuleViolation: ``reply.stale`` when the customer or a colleague wrote meanwhile (``is_forced``
                sends all the same), ``reply.no_recipient``, ``reply.empty``, ``text.slot_without_fact`` ...
        """
        case_id = draft.case_id
        state = await self._writer.state(case_id)
        case = state.the_case
        if isinstance(follow_up_at, Usual):
            targets = self._writer.targets_of(case.team_id)
            follow_up_at = planned_check_back(state, *targets, self._clock.now()) if solves else None
        wait = draft.waits_for if waits_for is None else waits_for
        record = decision_of_matter(state, wait) if wait else None
        has_late = any(fact.value is None for fact in draft.facts)
        body = SendMessage(
            case_id=case_id,
            message_id=new_id(self._clock),
            text=draft.text,
            to=draft.to or ((case.reply_to,) if case.reply_to else ()),
            cc=draft.cc,
            channel="mail",  # whatever they wrote by: the hub answers by mail alone
            subject=draft.subject,
            language=language or case.language,
            facts=draft.facts,
            attachments=draft.attachments if attachments is None else attachments,
            waits_for="" if _is_over(record) and not has_late else wait,
            seen_inbound_id=draft.seen_inbound_id or _newest_inbound(state),
            seen_outbound_id=_newest_outbound(state, draft.saved_at),
            is_forced=is_forced,
            solves=solves,
            follow_up_at=follow_up_at,
        )
        is_ours = await self._is_pending(wait)
        item = await self._writer.write(body, depends_on=(wait,) if is_ours else ())
        await self.discard_draft(case_id)
        return item

    def check_facts(self, text: str, facts: tuple[Fact, ...]) -> tuple[FactDeviation, ...]:
        """Return the numbers of ``text`` that differ from what the booking says."""
        return tuple(_deviation(item) for item in deviations(text, facts))

    async def _is_pending(self, cmd_id: str) -> bool:
        """Only what still waits here can be waited for; the hub knows all the rest."""
        if not cmd_id:
            return False
        item = await self._workers.run("outbox", lambda: self._outbox.item(cmd_id))
        return item is not None and item.is_waiting

    def _sources(self, state: CaseState, documents: CaseDocuments) -> FactSources:
        case = state.the_case
        customers = documents.of(Customer)
        return FactSources(
            tenant=self._reference.data.tenant,
            customer=next((item for item in customers if item.customer_id == case.customer_id), None),
            orders=documents.of(Order),
            payments=documents.of(Payment),
            shipments=documents.of(Shipment),
            invoices=documents.of(Invoice),
            commitments=documents.of(Commitment),
            drop_off_points=self._reference.data.points,
        )

    def _letter(self, state: CaseState, customer: Customer | None, language: Language) -> dict[str, str]:
        reference = self._reference.data
        person = self._me.person(reference)
        return letter_facts(customer, person, reference.tenant, language, state.the_case.customer_name)

    def _empty(self, state: CaseState) -> Draft:
        case = state.the_case
        return Draft(
            case_id=case.case_id,
            person_id=self._me.worker.person_id,
            text="",
            to=(case.reply_to,) if case.reply_to else (),
            seen_inbound_id=_newest_inbound(state),
            saved_at=self._clock.now(),
        )


def _written(
    texts: Texts, key: str, own: Sequence[CustomCard], tongue: Language, facts: Mapping[str, str | None]
) -> str:
    """Return the words of a card; a firm's own that speaks of another way back gives way to the program's.

    One that says to which account money goes cannot say what came off an open invoice.
    """
    try:
        return render_card(texts.card(key, own), tongue, facts)
    except RuleViolation:
        if key not in texts.cards:
            raise
        return render_card(texts.cards[key], tongue, facts)


def _card_of(record: DecisionRecord, texts: Texts) -> str:
    """Return the card of the macro, else of the first kind that has one."""
    names = [record.macro, *(kind_of(step.decision) for step in record.steps)]
    return next((name for name in names if name in texts.cards), record.macro or names[-1])


def _newest_inbound(state: CaseState) -> str:
    newest = newest_question(state)
    return newest.message_id if newest is not None else state.the_case.last_inbound_id


def _newest_outbound(state: CaseState, seen_at: datetime | None) -> str:
    """Return the newest answer of ours the author can have seen when they began to write."""
    seen = [
        item.message_id
        for item in written_together(state)
        if item.kind == "outbound" and (seen_at is None or item.at <= seen_at)
    ]
    return seen[-1] if seen else ""


def _deviation(item: Deviation) -> FactDeviation:
    return FactDeviation(
        slot=item.slot,
        expected=item.expected,
        found=item.found,
        start=item.start,
        length=item.end - item.start,
    )
