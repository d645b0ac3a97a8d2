"""One case with everything known about it, and what may be decided on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from workstation.casework.answering import NOT_RECEIVED
from workstation.casework.case_facts import CaseFacts
from workstation.casework.case_state import CaseState
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import short_code
from workstation.casework.limit import Allowed, NeedsApproval
from workstation.casework.matter import decisions_of_matter, matter_ids, messages_of_matter
from workstation.casework.money import Money
from workstation.casework.promise import Promise
from workstation.casework.proposal import Proposal, Topics
from workstation.casework.proposals import propose, usual, with_amount, with_lines
from workstation.casework.proposals_reversal import reversals_of
from workstation.casework.records import (
    Booking,
    Commitment,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    Voucher,
    WorkOrder,
)
from workstation.casework.usage import usage_seen, window_begins
from workstation.casework.wire.session import PresenceOf
from workstation.ports import CaseDocuments, Draft, Outbox, OutboxItem, Replica, Workers
from workstation.services.case_acts import CaseActs
from workstation.services.commands import CommandWriter
from workstation.services.identity import Me
from workstation.services.kin import kin_of, with_members
from workstation.services.reference import Reference
from workstation.services.views import Allowance, CaseFile
from workstation.services.work import with_pending


class CaseDesk(CaseActs):
    """Opens cases; the acts on them are those of :class:`CaseActs`."""

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
        topics: Callable[[], Topics],
        is_online: Callable[[], bool],
        presence: Callable[[], tuple[PresenceOf, ...]] = tuple,
    ) -> None:
        super().__init__(writer=writer, outbox=outbox, workers=workers, me=me, clock=clock)
        self._replica = replica
        self._reference = reference
        self._topics = topics
        self._is_online = is_online
        self._presence = presence
        self.fetch_older: Callable[[str], Awaitable[bool]] = self._nothing_older
        """Brings a case here that lies at the hub only; set by the composition root."""

    async def keep_promise(self, case_id: str, promise_id: str) -> OutboxItem:
        """Say that a promise has been kept, also one of a case that went into this one."""
        return await super().keep_promise(await self._home_of(promise_id, case_id), promise_id)

    async def withdraw_promise(self, case_id: str, promise_id: str, reason: str = "") -> OutboxItem:
        """Take a promise back, also one of a case that went into this one; the customer has been told."""
        return await super().withdraw_promise(await self._home_of(promise_id, case_id), promise_id, reason)

    async def _home_of(self, promise_id: str, case_id: str) -> str:
        promise = await self._workers.run("read", lambda: self._replica.get(Promise, promise_id))
        return promise.case_id if promise is not None else case_id

    async def _nothing_older(self, case_id: str) -> bool:
        return False

    @property
    def acts(self) -> CaseActs:
        """What can be done to a case."""
        return self

    async def open(self, case_id: str) -> CaseFile:
        """Return the case as it stands, own pending acts included, with its offers.

        Raises:
            RuleViolation: ``case.unknown``.
        """
        documents = await self._workers.run("read", lambda: self._replica.case(case_id))
        person_id = self._me.worker.person_id
        # Folded here as well: the overlay of the last act may still be on its way to the file.
        joint = await self.writer.joint((case_id,))
        if joint.state(case_id).case is None and await self.fetch_older(case_id):
            documents = await self._workers.run("read", lambda: self._replica.case(case_id))
            joint = await self.writer.joint((case_id,))
        state = joint.whole(case_id, self._since())
        if state.case is None:
            raise RuleViolation("case.unknown")
        members = tuple(joint.state(one) for one in state.case.merged_case_ids)
        ids = (case_id, *state.case.merged_case_ids)
        pending, draft, note_draft = await self._workers.run("outbox", lambda: self._own(ids, person_id))
        shown = with_members(state, members)
        kin = await self._workers.run("read", lambda: kin_of(self._replica, state.the_case))
        facts = self._facts(state, documents)
        # A case that went into another one is decided on there.
        offers = () if state.the_case.merged_into else propose(facts, self._topics())
        return CaseFile(
            case=state.case,
            customer=facts.customer,
            messages=shown.messages,
            decisions=shown.decisions,
            promises=shown.promises,
            approvals=shown.approvals,
            related=kin.related,
            merged=kin.merged,
            merged_into=kin.merged_into,
            orders=facts.orders,
            payments=facts.payments,
            shipments=facts.shipments,
            returns=facts.returns,
            bookings=facts.bookings,
            invoices=facts.invoices,
            notices=facts.notices,
            commitments=documents.of(Commitment),
            people={person.person_id: person for person in self._reference.data.people},
            tenant=self._reference.data.tenant,
            draft=draft or returned_draft(state, person_id),
            note_draft=note_draft,
            offers=offers,
            usual={offer.key: amounts for offer in offers if (amounts := usual(offer, facts))},
            allowance=allowance_of(facts, offers),
            pending=pending,
            presence=tuple(
                other
                for other in self._presence()
                if other.case_id == case_id and other.person_id != person_id
            ),
            code="" if state.case.number is not None else short_code(case_id),
            work_orders=with_pending(
                sorted(documents.of(WorkOrder), key=lambda item: item.created_at), pending
            ),
        )

    def _own(
        self, case_ids: tuple[str, ...], person_id: str
    ) -> tuple[tuple[OutboxItem, ...], Draft | None, Draft | None]:
        """Return what waits in the outbox for a case and those that went into it, and its two drafts."""
        return (
            tuple(item for one in case_ids for item in self._outbox.pending(one)),
            self._outbox.draft(case_ids[0], person_id, "reply"),
            self._outbox.draft(case_ids[0], person_id, "note"),
        )

    async def facts(self, case_id: str) -> CaseFacts:
        """Return the facts the offers of a case come from.

        Raises:
            RuleViolation: ``case.unknown``.
        """
        documents = await self._workers.run("read", lambda: self._replica.case(case_id))
        joint = await self.writer.joint((case_id,))
        state = joint.whole(case_id, self._since())
        if state.case is None:
            raise RuleViolation("case.unknown")
        return self._facts(state, documents)

    async def choose_lines(self, case_id: str, proposal: Proposal, chosen: Mapping[str, int]) -> Proposal:
        """Return ``proposal`` for the chosen pieces (line id -> quantity), judged anew.

        Raises:
            RuleViolation: ``proposal.no_lines`` and others.
        """
        return with_lines(proposal, await self.facts(case_id), chosen)

    async def choose_amount(self, case_id: str, proposal: Proposal, amount: Money) -> Proposal:
        """Return ``proposal`` with another amount, judged anew."""
        return with_amount(proposal, await self.facts(case_id), amount)

    async def reversals(self, case_id: str, decision_id: str) -> tuple[Proposal, ...]:
        """Return how a decision of this case can be taken back, judged; refused ones say why not."""
        return reversals_of(await self.facts(case_id), decision_id)

    def _since(self) -> datetime:
        """Return since when limits count cases together that were one matter."""
        reference = self._reference.data
        return window_begins(self._clock.now(), reference.limits, self._me.person(reference))

    def _facts(self, state: CaseState, documents: CaseDocuments) -> CaseFacts:
        reference = self._reference.data
        person = self._me.person(reference)
        case, now = state.the_case, self._clock.now()
        case_ids = matter_ids(state)
        apart_ids = tuple(one.the_case.case_id for one in state.apart)
        read = {*case_ids, *apart_ids}
        others = (item for item in documents.of(DecisionRecord) if item.case_id not in read)
        decisions = decisions_of_matter(state, others)
        customer = state.customer or next(
            (item for item in documents.of(Customer) if item.customer_id == case.customer_id), None
        )
        usage = usage_seen(
            person=person,
            case_ids=case_ids,
            customer_id=case.customer_id,
            now=now,
            budgets=reference.budgets,
            decisions=decisions,
            limits=reference.limits,
            time_zone=reference.tenant.time_zone,
            apart_ids=apart_ids,
        )
        return CaseFacts(
            case=case,
            person=person,
            tenant=reference.tenant,
            now=now,
            members=tuple(one.the_case for one in state.matter),
            customer=customer,
            messages=messages_of_matter(state),
            orders=tuple(sorted(documents.of(Order), key=lambda item: item.placed_at, reverse=True)),
            payments=documents.of(Payment),
            shipments=documents.of(Shipment),
            returns=documents.of(ReturnAuthorisation),
            bookings=documents.of(Booking),
            invoices=tuple(sorted(documents.of(Invoice), key=lambda item: item.issued_on, reverse=True)),
            notices=documents.of(DunningNotice),
            vouchers=documents.of(Voucher),
            work_orders=documents.of(WorkOrder),
            stock=reference.stock_of(documents.of(Order)),
            decisions=decisions,
            drop_off_points=reference.points,
            limits=reference.limits,
            usage=usage,
            is_online=self._is_online(),
            calendar=reference.calendar_of(case.team_id),
        )


def returned_draft(state: CaseState, person_id: str) -> Draft | None:
    """Return the person's newest answer as a draft again when it reached nobody, else ``None``.

    Its booking failed, the mail server refused it, or it came back. Once anybody has written a later
    answer, or the case is done with, there is nothing to mend.
    """
    case = state.the_case
    newest = next((item for item in reversed(state.messages) if item.kind == "outbound"), None)
    if newest is None or newest.author_id != person_id or newest.delivery not in NOT_RECEIVED:
        return None
    if case.status in ("solved", "no_case"):
        return None
    record = state.decision(newest.waits_for) if newest.waits_for else None
    is_alive = record is not None and record.state in ("scheduled", "booking", "booked")
    return Draft(
        case_id=case.case_id,
        person_id=person_id,
        text=newest.text,
        facts=newest.facts,
        to=newest.to,
        cc=newest.cc,
        subject=newest.subject,
        attachments=newest.attachments,
        seen_inbound_id=case.last_inbound_id,
        # What the booking tells is filled in all the same, should it turn out to have been made.
        waits_for=newest.waits_for if is_alive else "",
    )


def allowance_of(facts: CaseFacts, offers: tuple[Proposal, ...]) -> Allowance:
    """Return «Dein Rahmen» for money given back: what one case may cost and what is left of the day."""
    person = facts.person
    mine = [
        limit
        for limit in facts.limits
        if (limit.person_id == person.person_id or (not limit.person_id and limit.role in ("", person.role)))
        and any(kind in limit.kinds for kind in ("refund", "money_back", "*"))
        and (limit.valid_from is None or limit.valid_from <= facts.now)
    ]
    if not mine:
        rule = next((_rule(offer) for offer in offers if _rule(offer)), "")
        return Allowance(rule_name=rule)
    best = max(mine, key=lambda limit: (limit.person_id != "", limit.valid_from is not None, limit.limit_id))
    left = None
    if best.per_person_day is not None:
        spent = facts.usage.day_spent.get("money_back", 0)
        left = Money(max(0, best.per_person_day - spent), best.currency)
    per_case = Money(best.per_decision, best.currency) if best.per_decision is not None else None
    return Allowance(per_case=per_case, day_left=left, rule_name=best.name)


def _rule(offer: Proposal) -> str:
    judgement = offer.judgement
    return judgement.rule_name if isinstance(judgement, Allowed | NeedsApproval) else ""
