"""Plays a case from its script through the rules themselves, so that it stands as if it had happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from workstation.casework.calendar import Calendar
from workstation.casework.case_state import CaseState, Given
from workstation.casework.customer import Customer, Identity, normalise
from workstation.casework.decision import (
    AuthoriseReturn,
    Decision,
    GoodwillVoucher,
    MakePromise,
    Refund,
    Replacement,
)
from workstation.casework.ids import derived_id, effect_id
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.projection import apply, delivered, opened, received, step_changed, undelivered
from workstation.casework.records import Booking, LineQuantity, Order, Payment, ReturnAuthorisation
from workstation.casework.sla import SlaPolicy
from workstation.casework.taxes import tax_shares
from workstation.casework.wire.commands import (
    AddNote,
    AssignCase,
    Body,
    Decide,
    KeepPromise,
    LinkIdentity,
    LogCall,
    MarkRead,
    OpenCase,
    SendMessage,
    SnoozeCase,
    SolveCase,
    TieCase,
)
from workstation.demo.open_cases import answer_rfc_id
from workstation.demo.purchases import local_day
from workstation.demo.shapes import (
    Answered,
    Beat,
    Called,
    CaseScript,
    GaveVoucher,
    LearnedAddress,
    Noted,
    Promised,
    Refunded,
    ReturnOpened,
    SentAgain,
    Snoozed,
    Solved,
    Wrote,
)
from workstation.hub.ports_backend import ReplacementRequest, VoucherRequest

_CALENDAR_DAYS_TO_RETURN = 14


@dataclass(frozen=True, slots=True)
class House:
    """What every case is played by: the rules of the firm and who works there (by login)."""

    tenant_id: str
    team_id: str
    domain: str
    staff: Mapping[str, Person]
    policy: SlaPolicy
    calendar: Calendar
    next_number: Callable[[str], int]
    """Gives the next number of a series such as ``case`` or ``credit_note_2026``."""
    carry_out: Callable[[ReplacementRequest | VoucherRequest, datetime], dict[str, str]]
    """Lets the books do it as of a moment; returns the facts a reply may state."""


@dataclass(slots=True)
class Played:
    """A case with what was booked in it."""

    state: CaseState
    bookings: list[Booking] = field(default_factory=list)
    returns: list[ReturnAuthorisation] = field(default_factory=list)
    given: list[tuple[str, datetime]] = field(default_factory=list)
    """Decisions the books have carried out already, and when."""


class Player:
    """Plays one script. ``state`` is given where the first mail came in through the intake already."""

    def __init__(
        self,
        house: House,
        script: CaseScript,
        customer: Customer | None,
        order: Order | None,
        payment: Payment | None,
        state: CaseState | None = None,
    ) -> None:
        self._house, self._script = house, script
        self._customer, self._order, self._payment = customer, order, payment
        self._played = Played(state or CaseState(customer=customer))
        self._case_id = (
            state.the_case.case_id if state else derived_id(house.tenant_id, "demo", "case", script.key)
        )

    def play(self) -> Played:
        """Return the case after all of its beats."""
        script, played = self._script, self._played
        first = 1 if played.state.case is not None else 0
        for index, beat in enumerate(script.beats[first:], start=first):
            self._beat(index, beat)
        case = played.state.the_case
        if self._order is not None and case.order_id != self._order.order_id:
            self._apply(case.opened_at, "", TieCase(case_id=self._case_id, order_id=self._order.order_id))
        if script.assignee and case.assignee_id != self._person(script.assignee):
            at = script.beats[-1].at
            body = AssignCase(case_id=self._case_id, person_id=self._person(script.assignee))
            self._apply(at, script.assignee, body)
        return played

    def _beat(self, index: int, beat: Beat) -> None:
        match beat:
            case Wrote():
                self._wrote(index, beat)
            case Answered():
                self._answered(index, beat)
            case Called():
                self._called(index, beat)
            case Noted():
                body = AddNote(case_id=self._case_id, message_id=self._id(index), text=beat.text)
                self._apply(beat.at, beat.by, body)
            case Promised():
                self._promised(index, beat)
            case Refunded():
                self._refunded(index, beat)
            case ReturnOpened():
                self._returned(index, beat)
            case SentAgain():
                self._sent_again(index, beat)
            case GaveVoucher():
                self._gave_voucher(index, beat)
            case LearnedAddress():
                self._learned(beat)
            case Snoozed():
                self._apply(beat.at, beat.by, SnoozeCase(case_id=self._case_id, until=beat.until))
            case Solved():
                self._solved(beat)
        by = getattr(beat, "by", "")
        newest = self._played.state.the_case.last_inbound_id
        if by and newest and not isinstance(beat, Wrote):
            self._apply(beat.at, by, MarkRead(case_id=self._case_id, message_id=newest))

    def _wrote(self, index: int, beat: Wrote) -> None:
        state = self._played.state
        customer = self._customer
        address = ""
        if customer is not None:
            linked = customer.linked("phone" if beat.channel == "phone" else "email")
            address = linked[0].value if linked else ""
        message = Message(
            message_id=self._id(index),
            case_id=self._case_id,
            kind="inbound",
            at=beat.at,
            channel=beat.channel,
            author_id="customer",
            author_name=customer.name if customer else "",
            from_address=address,
            subject=self._script.subject,
            text=beat.text,
            language=customer.language if customer else "de",
        )
        if state.case is not None:
            self._played.state = received(state, message, self._given(beat.at, beat.by, index))
            return
        given = self._given(beat.at, beat.by, index, number=self._house.next_number("case"))
        self._played.state = opened(message, given, team_id=self._house.team_id, customer=customer)

    def _answered(self, index: int, beat: Answered) -> None:
        case = self._played.state.the_case
        message_id = self._id(index)
        body = SendMessage(
            case_id=self._case_id,
            message_id=message_id,
            text=beat.text,
            to=(case.reply_to,) if case.reply_to else (),
            channel=beat.channel,
            language=case.language,
            is_forced=True,
        )
        self._apply(beat.at, beat.by, body)
        given = self._given(beat.at + timedelta(seconds=4), beat.by, index)
        rfc_id = answer_rfc_id(self._script.key, index, self._house.domain)
        self._played.state = delivered(
            self._played.state, message_id, given, rfc_message_id=rfc_id, rendered=beat.text
        )
        if beat.fails:
            given = self._given(beat.at + timedelta(minutes=1), "", index)
            self._played.state = undelivered(
                self._played.state, message_id, "mail.bounced", given, delivery="bounced"
            )

    def _called(self, index: int, beat: Called) -> None:
        if self._played.state.case is None:
            customer = self._customer
            phones = customer.linked("phone") if customer else ()
            body = OpenCase(
                case_id=self._case_id,
                channel="phone",
                subject=self._script.subject,
                team_id=self._house.team_id,
                customer_id=customer.customer_id if customer else "",
                customer_name=customer.name if customer else "",
                address=phones[0].value if phones else "",
                language=customer.language if customer else "de",
            )
            self._apply(beat.at, beat.by, body, number=self._house.next_number("case"))
        call = LogCall(
            case_id=self._case_id,
            message_id=self._id(index),
            text=beat.text,
            direction=beat.direction,
            duration_s=beat.minutes * 60,
        )
        # A call that only brings the matter in does not settle it: what was promised is still open.
        self._apply(beat.at, beat.by, call)

    def _promised(self, index: int, beat: Promised) -> None:
        promise_id = derived_id(self._house.tenant_id, "demo", "promise", self._script.key, str(index))
        step = MakePromise(
            what=beat.what,
            due_at=beat.due_at,
            promise_id=promise_id,
            owner_id=self._person(beat.by),
            note=beat.note,
        )
        self._decide(index, beat.at, beat.by, (step,))
        if beat.is_kept:
            self._apply(beat.due_at, beat.by, KeepPromise(case_id=self._case_id, promise_id=promise_id))

    def _refunded(self, index: int, beat: Refunded) -> None:
        order, payment = self._order, self._payment
        assert order is not None and payment is not None
        amount = Money(beat.amount)
        lines = self._lines(beat.lines)
        step = Refund(
            order_id=order.order_id,
            payment_id=payment.payment_id,
            amount=amount,
            lines=lines,
            reason=beat.reason,
        )
        decision_id = self._decide(index, beat.at, beat.by, (step,))
        year = local_day(beat.at).year
        number = f"GS-{year}-{self._house.next_number(f'credit_note_{year}'):05d}"
        booked_at = beat.at + timedelta(seconds=9)
        reference = effect_id(decision_id, 0)
        booking = Booking(
            booking_id=derived_id(self._house.tenant_id, "booking", reference),
            credit_note_number=number,
            order_id=order.order_id,
            payment_id=payment.payment_id,
            customer_id=order.customer_id,
            amount=amount,
            booked_at=booked_at,
            reference=reference,
            decision_id=decision_id,
            reason=beat.reason,
            lines=lines,
            tax=tax_shares(order, amount, lines),
            status="paid" if beat.is_paid else "ordered",
            paid_at=booked_at + timedelta(days=1) if beat.is_paid else None,
        )
        self._played.bookings.append(booking)
        facts = {"booked_at": booked_at.isoformat(), "credit_note_no": number}
        self._booked(decision_id, booked_at, facts)

    def _returned(self, index: int, beat: ReturnOpened) -> None:
        order = self._order
        assert order is not None
        deadline = local_day(beat.at) + timedelta(days=_CALENDAR_DAYS_TO_RETURN)
        lines = self._lines(beat.lines)
        step = AuthoriseReturn(order_id=order.order_id, lines=lines, deadline=deadline, reason=beat.reason)
        decision_id = self._decide(index, beat.at, beat.by, (step,))
        year = local_day(beat.at).year
        number = f"RMA-{year}-{self._house.next_number(f'return_{year}'):05d}"
        created_at = beat.at + timedelta(seconds=9)
        return_id = derived_id(self._house.tenant_id, "return", effect_id(decision_id, 0))
        self._played.returns.append(
            ReturnAuthorisation(
                return_id=return_id,
                number=number,
                order_id=order.order_id,
                customer_id=order.customer_id,
                lines=lines,
                created_at=created_at,
                deadline=deadline,
                decision_id=decision_id,
                status="received" if beat.is_received else "authorised",
                label_code=f"{number}-{return_id[-6:].upper()}",
            )
        )
        facts = {"booked_at": created_at.isoformat(), "return_no": number, "deadline": deadline.isoformat()}
        self._booked(decision_id, created_at, facts)

    def _sent_again(self, index: int, beat: SentAgain) -> None:
        order = self._order
        assert order is not None
        lines = self._lines(beat.lines)
        value = Money(
            sum(order.lines[place - 1].unit_price.minor_units * quantity for place, quantity in beat.lines)
        )
        step = Replacement(order_id=order.order_id, lines=lines, value=value, reason=beat.reason)
        decision_id = self._decide(index, beat.at, beat.by, (step,))
        request = ReplacementRequest(
            tenant_id=self._house.tenant_id,
            reference=effect_id(decision_id, 0),
            order_id=order.order_id,
            lines=lines,
            decision_id=decision_id,
            case_id=self._case_id,
            reason=beat.reason,
        )
        self._carried_out(decision_id, request, beat.at)

    def _gave_voucher(self, index: int, beat: GaveVoucher) -> None:
        customer = self._customer
        assert customer is not None
        amount, last_day = Money(beat.amount), date(local_day(beat.at).year + 3, 12, 31)
        step = GoodwillVoucher(
            customer_id=customer.customer_id, amount=amount, expires_on=last_day, reason=beat.reason
        )
        decision_id = self._decide(index, beat.at, beat.by, (step,))
        request = VoucherRequest(
            tenant_id=self._house.tenant_id,
            reference=effect_id(decision_id, 0),
            customer_id=customer.customer_id,
            amount=amount,
            expires_on=last_day,
            decision_id=decision_id,
            case_id=self._case_id,
            reason=beat.reason,
        )
        self._carried_out(decision_id, request, beat.at)

    def _carried_out(
        self, decision_id: str, request: ReplacementRequest | VoucherRequest, at: datetime
    ) -> None:
        booked_at = at + timedelta(seconds=9)
        self._booked(decision_id, booked_at, self._house.carry_out(request, booked_at))
        self._played.given.append((decision_id, booked_at))

    def _learned(self, beat: LearnedAddress) -> None:
        customer = self._customer
        assert customer is not None
        identity = Identity(
            identity_id=derived_id(self._house.tenant_id, "demo", "identity", beat.address),
            kind="email",
            value=beat.address,
            normalised=normalise("email", beat.address),
            linked_at=beat.at,
        )
        body = LinkIdentity(case_id=self._case_id, customer_id=customer.customer_id, identity=identity)
        self._apply(beat.at, beat.by, body)

    def _solved(self, beat: Solved) -> None:
        body = SolveCase(
            case_id=self._case_id,
            without_answer="thanks" if beat.thanks else "",
            follow_up_at=beat.ask_back_at,
        )
        self._apply(beat.at, beat.by, body)

    def _decide(self, index: int, at: datetime, by: str, steps: tuple[Decision, ...]) -> str:
        decision_id = derived_id(self._house.tenant_id, "demo", "decision", self._script.key, str(index))
        customer_id = self._customer.customer_id if self._customer else ""
        body = Decide(case_id=self._case_id, customer_id=customer_id, steps=steps)
        self._apply(at, by, body, command_id=decision_id)
        return decision_id

    def _booked(self, decision_id: str, at: datetime, facts: dict[str, str]) -> None:
        given = self._given(at, "", 0, command_id=effect_id(decision_id, 0))
        self._played.state = step_changed(self._played.state, decision_id, 0, "booked", given, result=facts)

    def _lines(self, places: tuple[tuple[int, int], ...]) -> tuple[LineQuantity, ...]:
        assert self._order is not None
        return tuple(
            LineQuantity(self._order.lines[place - 1].line_id, quantity) for place, quantity in places
        )

    def _apply(
        self, at: datetime, by: str, body: Body, *, command_id: str = "", number: int | None = None
    ) -> None:
        given = self._given(at, by, len(self._played.state.messages), command_id=command_id, number=number)
        self._played.state = apply(self._played.state, body, given)

    def _given(
        self, at: datetime, by: str, index: int, *, command_id: str = "", number: int | None = None
    ) -> Given:
        person = self._house.staff.get(by)
        return Given(
            at=at,
            person_id=person.person_id if person else "",
            person_name=person.name if person else "",
            command_id=command_id
            or derived_id("demo", "command", self._script.key, str(index), at.isoformat()),
            policy=self._house.policy,
            calendar=self._house.calendar,
            number=number,
        )

    def _person(self, login: str) -> str:
        return self._house.staff[login].person_id

    def _id(self, index: int) -> str:
        return derived_id(self._house.tenant_id, "demo", "message", self._script.key, str(index))


def with_pieces_back(order: Order, bookings: list[Booking], returns: list[ReturnAuthorisation]) -> Order:
    """Return ``order`` with the pieces counted that were refunded and came back."""
    refunded: dict[str, int] = {}
    came: dict[str, int] = {}
    for item in (line for booking in bookings for line in booking.lines):
        refunded[item.line_id] = refunded.get(item.line_id, 0) + item.quantity
    for item in (line for one in returns if one.status == "received" for line in one.lines):
        came[item.line_id] = came.get(item.line_id, 0) + item.quantity
    lines = tuple(
        msgspec.structs.replace(
            line,
            refunded_quantity=line.refunded_quantity + refunded.get(line.line_id, 0),
            returned_quantity=line.returned_quantity + came.get(line.line_id, 0),
        )
        for line in order.lines
    )
    return msgspec.structs.replace(order, lines=lines)
