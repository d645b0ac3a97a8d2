"""What nobody could look up, a person settles: once, with the right, and with all that hangs on it."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest

from tests.hub.effects.outside import Outside
from tests.hub.effects.test_effects import BOOKS
from tests.hub.service_desk import LIMITS, LISA, ROUTES, TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact, Message
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.records import WorkOrder
from workstation.casework.wire.commands import (
    Applied,
    Decide,
    Rejected,
    Scheduled,
    SendMessage,
    SettleEffect,
    Verdict,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_values import Done, Effect, EffectUnknown
from workstation.hub.services.case_acts import Act, EffectRoute, mail_effect_id
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.settling import settle
from workstation.hub.storage.database import SqlDatabase

OWNER = msgspec.structs.replace(
    TANJA, person_id="01890000-0000-7000-8000-0000000000a3", name="Ola", login="ola", role="owner"
)
OTHER_TEAM = "01890000-0000-7000-8000-00000000000a"
STRANGER = msgspec.structs.replace(
    LISA, person_id="01890000-0000-7000-8000-0000000000a4", name="Max", login="max", team_id=OTHER_TEAM
)
ONLY_A_PERSON = {
    **ROUTES,
    "refund": EffectRoute("books", "C"),
    "return_authorisation": EffectRoute("books", "C"),
    "mail": EffectRoute("mail", "C"),
}


class Doubtful:
    """A decision with its reply on systems that can neither be asked twice nor be searched."""

    def __init__(self, database: SqlDatabase, clock: SetClock) -> None:
        self.clock, self.database = clock, database
        database.run(TENANT, lambda tx: tx.put(Team(team_id=OTHER_TEAM, name="Versand")))
        self.lisa = self.desk_of(LISA)
        self.tanja, self.owner = self.desk_of(TANJA), self.desk_of(OWNER)
        self.books, self.mail = Outside(BOOKS, "C"), Outside(frozenset({"mail"}), "C")
        self.case_id = self.lisa.open_case()

    def desk_of(self, person: Person) -> ServiceDesk:
        desk = ServiceDesk(self.database, self.clock, person)
        desk.receiver = CommandReceiver(self.database, TENANT, ONLY_A_PERSON, _no_work)
        return desk

    def decide(self, desk: ServiceDesk | None = None, body: Decide | None = None) -> None:
        desk = desk or self.lisa
        decision = desk.envelope(body or broken_bowl(self.case_id))
        self.decision_id = decision.cmd_id
        answer = desk.envelope(self.reply(desk, waits_for=self.decision_id))
        self.mail_id = mail_effect_id(answer.cmd_id)
        verdicts = desk.send(decision, answer)
        assert not any(isinstance(one, Rejected) for one in verdicts)

    def reply(self, desk: ServiceDesk, **more: object) -> SendMessage:
        self.message_id = desk.new_id()
        fields: dict[str, object] = {
            "case_id": self.case_id,
            "message_id": self.message_id,
            "text": "Gutschrift {credit_note_no}",
            "to": ("erika@kundin.test",),
            "facts": (Fact(slot="credit_note_no"),),
            "seen_inbound_id": desk.case(self.case_id).last_inbound_id,
            **more,
        }
        return SendMessage(**fields)  # type: ignore[arg-type]

    def new_worker(self, name: str = "w") -> EffectWorker:
        return EffectWorker(self.database, [self.books, self.mail], CaseProjector(), self.clock, name)

    def work(self) -> None:
        worker = self.new_worker()
        for _ in range(20):
            while worker.step():
                pass
            self.clock.pass_by(timedelta(seconds=25))

    def effect(self, effect_id: str) -> Effect:
        found = self.database.read(TENANT, lambda tx: tx.effect(effect_id))
        assert found is not None
        return found

    @property
    def steps(self) -> tuple[Effect, ...]:
        return self.database.read(TENANT, lambda tx: tx.effects_of_command(self.decision_id))

    @property
    def refund(self) -> Effect:
        return self.steps[0]

    def states(self) -> list[str]:
        return [*(one.state for one in self.steps), self.effect(self.mail_id).state]

    def record(self) -> DecisionRecord:
        found = self.database.read(TENANT, lambda tx: tx.get(DecisionRecord, self.decision_id))
        assert found is not None
        return found

    def message(self) -> Message:
        found = self.database.read(TENANT, lambda tx: tx.get(Message, self.message_id))
        assert found is not None
        return found

    def lines(self) -> list[tuple[str, dict[str, str]]]:
        found = self.database.read(TENANT, lambda tx: tx.messages_of(self.case_id))
        return [(one.code, one.params) for one in found if one.code.startswith("effect.")]

    def money(self) -> tuple[set[tuple[int, int]], list[int]]:
        rows = self.database.look(lambda s: s.rows("SELECT reserved, spent FROM budget"))
        ledger = self.database.look(lambda s: s.rows("SELECT amount FROM ledger ORDER BY amount"))
        return {(int(row[0]), int(row[1])) for row in rows}, [int(row[0]) for row in ledger]

    def audited(self) -> list[str]:
        rows = self.database.look(
            lambda s: s.rows("SELECT event FROM audit WHERE event LIKE 'effect.settled%'")
        )
        return [str(row[0]) for row in rows]

    def settle(self, desk: ServiceDesk, effect_id: str, outcome: str = "done", **more: object) -> Verdict:
        fields = {"case_id": self.case_id, "effect_id": effect_id, "outcome": outcome, **more}
        return desk.give(SettleEffect(**fields))  # type: ignore[arg-type]


def _no_work(tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
    raise AssertionError("no work order in these tests")


@pytest.fixture
def doubtful(firm: SqlDatabase, clock: SetClock) -> Doubtful:
    return Doubtful(firm, clock)


@pytest.fixture
def money(doubtful: Doubtful) -> Doubtful:
    """The refund may have happened; nobody can look."""
    doubtful.decide()
    doubtful.books.after = [EffectUnknown("cut after the last byte")]
    doubtful.work()
    assert doubtful.states() == ["manual", "pending", "held_back"]
    return doubtful


def code_of(verdict: Verdict) -> str:
    assert isinstance(verdict, Rejected), verdict
    return verdict.code


def test_while_nobody_knows_the_reply_is_a_draft_and_later_steps_wait_with_their_money(
    money: Doubtful,
) -> None:
    step = money.record().steps[0]
    assert (step.state, step.failure) == ("unknown", "effect.outcome_unknown")
    assert step.failure_params["target"] == "books" and "sent_at" in step.failure_params
    assert money.record().state == "booking" and money.message().delivery == "held_back"
    assert money.money() == ({(2490, 0)}, [])
    reply = money.reply(money.lisa, waits_for=money.decision_id)
    assert code_of(money.lisa.give(reply)) == "reply.decision_in_doubt"


def test_found_booked_it_is_spent_and_the_rest_goes_on(money: Doubtful) -> None:
    verdict = money.settle(money.tanja, money.refund.effect_id, reference="  GS-\n77 ", note="im Portal")
    assert isinstance(verdict, Applied)
    assert (money.refund.state, money.refund.ext_ref) == ("confirmed", "GS- 77")
    assert money.money() == ({(0, 2490)}, [-2490, 2490])
    money.work()
    assert money.states() == ["confirmed", "confirmed", "held_back"]
    assert len(money.books.calls) == 2  # one refund, one return: what was doubtful was not repeated
    record = money.record()
    assert record.state == "booked" and record.code == ""
    assert record.steps[0].result["credit_note_no"] == "GS- 77"
    assert money.lines() == [
        ("effect.settled_step_done", {"name": TANJA.name, "reference": "GS- 77"}),
    ]
    notes = money.database.read(TENANT, lambda tx: tx.messages_of(money.case_id))
    assert [one.text for one in notes if one.kind == "note"] == ["im Portal"]
    assert money.audited() == ["effect.settled_done"]


def test_the_reply_sent_anew_states_what_the_person_found(money: Doubtful) -> None:
    money.settle(money.tanja, money.refund.effect_id, reference="GS-77")
    money.work()
    # The draft keeps its late slot; the booking is confirmed now, and the slot is the hub's to fill.
    assert isinstance(money.lisa.give(money.reply(money.lisa, waits_for=money.decision_id)), Applied)
    assert money.message().delivery == "queued"
    money.work()
    assert money.message().delivery == "accepted"


def test_found_not_booked_the_money_is_free_and_all_that_waited_stops(money: Doubtful) -> None:
    assert isinstance(money.settle(money.tanja, money.refund.effect_id, "not_done"), Applied)
    assert money.states() == ["failed", "held_back", "held_back"]
    assert money.money() == ({(0, 0)}, [])
    record = money.record()
    assert (record.state, record.code) == ("failed", "effect.not_done")
    assert [step.state for step in record.steps] == ["failed", "stopped"]
    assert money.message().delivery == "held_back"
    money.work()
    assert len(money.books.calls) == 1 and money.mail.calls == []
    # What was free again can be decided anew.
    assert isinstance(money.lisa.give(broken_bowl(money.case_id)), Scheduled)
    assert money.audited() == ["effect.settled_not_done"]


def test_a_later_step_in_doubt_keeps_what_was_booked_before_it(doubtful: Doubtful) -> None:
    doubtful.decide()
    doubtful.books.after = [None, EffectUnknown("cut")]
    doubtful.work()
    assert doubtful.states() == ["confirmed", "manual", "held_back"]
    # A return costs nothing: who sees the case may settle it.
    verdict = doubtful.settle(doubtful.lisa, doubtful.steps[1].effect_id, "not_done")
    assert isinstance(verdict, Applied)
    assert [step.state for step in doubtful.record().steps] == ["booked", "failed"]
    assert doubtful.money() == ({(0, 2490)}, [-2490, 2490])


def test_a_mail_that_arrived_was_an_answer_from_when_it_left(doubtful: Doubtful) -> None:
    doubtful.decide()
    doubtful.mail.after = [EffectUnknown("cut")]
    doubtful.work()
    assert doubtful.states() == ["confirmed", "confirmed", "manual"]
    message = doubtful.message()
    assert (message.delivery, message.effect_id) == ("unknown", doubtful.mail_id)
    case = doubtful.lisa.case(doubtful.case_id)
    assert case.has_undelivered and case.waiting_since is not None
    assert isinstance(doubtful.settle(doubtful.lisa, doubtful.mail_id), Applied)
    sent_at = doubtful.effect(doubtful.mail_id).sent_at
    message, case = doubtful.message(), doubtful.lisa.case(doubtful.case_id)
    assert (message.delivery, message.delivered_at) == ("accepted", sent_at)
    assert not case.has_undelivered and case.waiting_since is None and case.status == "waiting"
    assert doubtful.effect(doubtful.mail_id).state == "confirmed"
    doubtful.work()
    assert len(doubtful.mail.calls) == 1


def test_a_mail_that_did_not_arrive_is_a_draft_and_the_customer_still_waits(doubtful: Doubtful) -> None:
    doubtful.decide()
    doubtful.mail.after = [EffectUnknown("cut")]
    doubtful.work()
    assert isinstance(doubtful.settle(doubtful.lisa, doubtful.mail_id, "not_done"), Applied)
    message, case = doubtful.message(), doubtful.lisa.case(doubtful.case_id)
    assert (message.delivery, message.delivery_code) == ("failed", "mail.not_arrived")
    assert case.has_undelivered and case.waiting_since is not None
    assert doubtful.record().state == "booked"  # the booking stands, whatever became of the words
    again = doubtful.reply(doubtful.lisa, text="Noch einmal.", facts=(), is_forced=True)
    assert isinstance(doubtful.lisa.give(again), Applied)
    doubtful.work()
    assert doubtful.message().delivery == "accepted" and len(doubtful.mail.calls) == 2


def test_who_may_settle_money(money: Doubtful) -> None:
    effect_id = money.refund.effect_id
    assert code_of(money.settle(money.lisa, effect_id, reference="x")) == "effect.settle_needs_lead"
    stranger = money.desk_of(STRANGER)
    assert code_of(money.settle(stranger, effect_id, reference="x")) == "case.other_team"
    assert money.refund.state == "manual" and money.audited() == []
    assert isinstance(money.settle(money.owner, effect_id, reference="x"), Applied)


def test_a_lead_does_not_settle_what_they_decided_themselves(doubtful: Doubtful) -> None:
    limit = msgspec.structs.replace(
        LIMITS[0], limit_id="01890000-0000-7000-8000-0000000000b2", role="lead", name="Leitung"
    )
    doubtful.database.run(TENANT, lambda tx: tx.put(limit))
    doubtful.decide(doubtful.tanja)
    doubtful.books.after = [EffectUnknown("cut")]
    doubtful.work()
    effect_id = doubtful.refund.effect_id
    assert code_of(doubtful.settle(doubtful.tanja, effect_id, "not_done")) == "effect.settle_own"
    assert isinstance(doubtful.settle(doubtful.owner, effect_id, "not_done"), Applied)


def test_what_cannot_be_settled(money: Doubtful) -> None:
    effect_id = money.refund.effect_id
    assert code_of(money.settle(money.tanja, effect_id, reference=" \n ")) == "effect.reference_missing"
    assert code_of(money.settle(money.tanja, effect_id, reference="9" * 201)) == "effect.words_too_long"
    assert code_of(money.settle(money.tanja, money.steps[1].effect_id, "not_done")) == "effect.not_in_doubt"
    assert code_of(money.settle(money.tanja, "", "not_done")) == "effect.unknown"
    assert code_of(money.settle(money.tanja, "gibt-es-nicht", "not_done")) == "effect.unknown"
    other_case = money.lisa.open_case("Etwas anderes")
    elsewhere = SettleEffect(case_id=other_case, effect_id=effect_id, outcome="not_done")
    assert code_of(money.tanja.give(elsewhere)) == "effect.unknown"
    assert money.refund.state == "manual"


def test_once_only_and_a_repeated_command_changes_nothing(money: Doubtful) -> None:
    body = SettleEffect(
        case_id=money.case_id, effect_id=money.refund.effect_id, outcome="done", reference="GS-77"
    )
    envelope = money.tanja.envelope(body)
    [first], [again] = money.tanja.send(envelope), money.tanja.send(envelope)
    assert isinstance(first, Applied) and isinstance(again, Applied)
    assert code_of(money.owner.give(msgspec.structs.replace(body, outcome="not_done"))) == (
        "effect.not_in_doubt"
    )
    assert money.money() == ({(0, 2490)}, [-2490, 2490]) and len(money.lines()) == 1


def test_two_who_settle_at_once_settle_it_once(money: Doubtful) -> None:
    verdicts: list[Verdict] = []
    both = threading.Barrier(2)

    def say(desk: ServiceDesk, outcome: str) -> None:
        both.wait()
        verdicts.append(money.settle(desk, money.refund.effect_id, outcome, reference="GS-77"))

    threads = [
        threading.Thread(target=say, args=(money.tanja, "done")),
        threading.Thread(target=say, args=(money.owner, "not_done")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in verdicts) == ["Applied", "Rejected"]
    assert len(money.audited()) == 1 and len(money.lines()) == 1
    spent = [-2490, 2490] if money.refund.state == "confirmed" else []
    assert money.money()[1] == spent


class _Slow(Outside):
    """Answers only after everybody else has given up on it."""

    def __init__(self) -> None:
        super().__init__(BOOKS, "C")
        self.is_called, self.may_answer = threading.Event(), threading.Event()

    def perform(self, effect: Effect) -> Done:
        self.is_called.set()
        assert self.may_answer.wait(30)
        return super().perform(effect)


@pytest.mark.parametrize("outcome", ["", "not_done"])
def test_an_answer_that_comes_late_counts_unless_a_person_was_faster(
    doubtful: Doubtful, outcome: str
) -> None:
    slow = doubtful.books = _Slow()
    doubtful.decide()
    first = threading.Thread(target=doubtful.new_worker("slow").step)
    first.start()
    assert slow.is_called.wait(30)
    doubtful.clock.pass_by(timedelta(minutes=5))
    assert doubtful.new_worker("second").step() is True
    assert doubtful.refund.state == "manual"
    if outcome:
        assert isinstance(doubtful.settle(doubtful.tanja, doubtful.refund.effect_id, outcome), Applied)
    slow.may_answer.set()
    first.join()
    assert doubtful.refund.state == ("failed" if outcome else "confirmed")
    assert doubtful.money()[1] == ([] if outcome else [-2490, 2490])


def test_one_booking_outside_is_not_found_for_two(money: Doubtful) -> None:
    """Whoever settles two doubts with the same number would call a refund booked that never was."""
    first = money.refund.effect_id
    assert isinstance(money.settle(money.tanja, first, reference="GS-1"), Applied)
    money.work()  # the return that waited goes on
    money.case_id = money.lisa.open_case()
    money.decide()
    money.books.after = [EffectUnknown("cut")]
    money.work()
    second = money.refund.effect_id
    assert code_of(money.settle(money.tanja, second, reference=" GS-1 ")) == "effect.reference_taken"
    assert money.refund.state == "manual"
    assert isinstance(money.settle(money.tanja, second, reference="GS-2"), Applied)
    assert money.database.check_invariants(TENANT) == {}


def test_two_mails_may_be_seen_at_the_same_place(doubtful: Doubtful) -> None:
    for _ in range(2):
        doubtful.case_id = doubtful.lisa.open_case()
        doubtful.decide()
        doubtful.mail.after = [EffectUnknown("cut")]
        doubtful.work()
        assert doubtful.effect(doubtful.mail_id).state == "manual"
        settled = doubtful.settle(doubtful.lisa, doubtful.mail_id, reference="im Postausgang")
        assert isinstance(settled, Applied)
    assert doubtful.database.check_invariants(TENANT) == {}


def test_another_tenant_settles_nothing(money: Doubtful) -> None:
    foreign = "01890000-0000-7000-8000-0000000000ee"
    money.database.create_tenant(foreign)
    money.database.run(foreign, lambda tx: tx.put(Tenant(tenant_id=foreign, name="Andere")))
    body = SettleEffect(case_id=money.case_id, effect_id=money.refund.effect_id, outcome="not_done")

    def work(tx: Tx) -> None:
        settle(tx, Act(money.owner.new_id(), body, OWNER, tx.reference()), body)

    with pytest.raises(RuleViolation, match=r"effect\.unknown"):
        money.database.run(foreign, work)
    assert money.refund.state == "manual"
