"""The effect worker: once, in order, and every doubt settled by looking, never by trying blindly."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.hub.effects.outside import Outside
from tests.hub.service_desk import ServiceDesk, broken_bowl
from tests.hub.small_firm import ORDER, PAYMENT, TENANT, SetClock
from workstation.casework.decision import DecisionRecord, Refund
from workstation.casework.message import Fact, Message
from workstation.casework.money import Money
from workstation.casework.wire.commands import CancelDecision, Rejected, SendMessage
from workstation.hub.ports_values import Done, Effect, EffectRefused, EffectRetry, EffectUnknown
from workstation.hub.services.case_acts import mail_effect_id
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.database import SqlDatabase

BOOKS = frozenset({"refund", "return_authorisation"})


class Played:
    """A decision with a reply that waits for it, and a worker over two outside systems."""

    def __init__(self, database: SqlDatabase, clock: SetClock, undo_left_s: int = 0, **changes: bool) -> None:
        self.clock = clock
        self.desk = ServiceDesk(database, clock)
        self.database = database
        self.books = Outside(BOOKS)
        self.mail = Outside(frozenset({"mail"}), "B", visibility_lag_s=60)
        self.worker = self.new_worker()
        self.case_id = self.desk.open_case()
        decision = self.desk.envelope(broken_bowl(self.case_id, undo_left_s=undo_left_s), **changes)
        self.decision_id = decision.cmd_id
        self.message_id = self.desk.new_id()
        reply = SendMessage(
            case_id=self.case_id,
            message_id=self.message_id,
            text="Gutschrift {credit_note_no}",
            to=("erika@kundin.test",),
            facts=(Fact(slot="credit_note_no"),),
            waits_for=self.decision_id,
            seen_inbound_id=self.desk.case(self.case_id).last_inbound_id,
        )
        answer = self.desk.envelope(reply, **changes)
        self.mail_id = mail_effect_id(answer.cmd_id)
        self.desk.send(decision, answer)

    def new_worker(self, name: str = "w1") -> EffectWorker:
        return EffectWorker(self.database, [self.books, self.mail], CaseProjector(), self.clock, name)

    def work(self) -> int:
        steps = 0
        while self.worker.step():
            steps += 1
            assert steps < 50
        return steps

    def states(self) -> list[str]:
        effects = self.database.read(TENANT, lambda tx: tx.effects_of_command(self.decision_id))
        mail = self.database.read(TENANT, lambda tx: tx.effect(self.mail_id))
        assert mail is not None
        return [*(effect.state for effect in effects), mail.state]

    def decision(self) -> DecisionRecord:
        found = self.database.read(TENANT, lambda tx: tx.get(DecisionRecord, self.decision_id))
        assert found is not None
        return found

    def reply(self) -> Message:
        found = self.database.read(TENANT, lambda tx: tx.get(Message, self.message_id))
        assert found is not None
        return found

    def sums(self) -> tuple[set[tuple[int, int]], list[int]]:
        rows = self.database.look(lambda s: s.rows("SELECT reserved, spent FROM budget"))
        ledger = self.database.look(lambda s: s.rows("SELECT amount FROM ledger ORDER BY amount"))
        return {(int(row[0]), int(row[1])) for row in rows}, [int(row[0]) for row in ledger]


@pytest.fixture
def played(firm: SqlDatabase, clock: SetClock) -> Played:
    return Played(firm, clock)


def test_money_first_then_words(played: Played) -> None:
    assert played.work() == 3
    assert played.states() == ["confirmed"] * 3
    assert [*played.books.done, *played.mail.done][-1] == played.mail_id
    record = played.decision()
    assert record.state == "booked" and record.steps[0].result == {"credit_note_no": "GS-1"}
    reply = played.reply()
    assert reply.delivery == "accepted" and reply.rfc_message_id == f"ext-{played.mail_id}"
    case = played.desk.case(played.case_id)
    assert case.waiting_since is None and case.first_response_at is not None
    assert played.sums() == ({(0, 2490)}, [-2490, 2490])


def test_nothing_leaves_before_its_time(firm: SqlDatabase, clock: SetClock) -> None:
    played = Played(firm, clock, undo_left_s=8)
    clock.pass_by(timedelta(seconds=7.9))
    assert played.work() == 0
    clock.pass_by(timedelta(seconds=0.1))
    assert played.work() == 3


def test_too_late_to_take_back_once_it_has_left(played: Played) -> None:
    played.work()
    verdict = played.desk.give(CancelDecision(case_id=played.case_id, decision_id=played.decision_id))
    assert isinstance(verdict, Rejected) and verdict.code == "decision.too_late"


def test_a_refused_booking_holds_back_the_rest_and_the_reply(played: Played) -> None:
    played.books.before = [EffectRefused("refund.above_refundable")]
    played.work()
    assert played.states() == ["failed", "held_back", "held_back"]
    assert played.mail.calls == []
    assert played.decision().state == "failed" and played.decision().code == "refund.above_refundable"
    assert played.reply().delivery == "held_back"
    assert played.desk.case(played.case_id).has_undelivered
    assert played.sums() == ({(0, 0)}, [])


def test_a_failed_second_step_keeps_the_first_and_stops_the_words(played: Played) -> None:
    played.books.before = [None, EffectRefused("return.deadline_passed")]
    played.work()
    assert played.states() == ["confirmed", "failed", "held_back"]
    assert [step.state for step in played.decision().steps] == ["booked", "failed"]
    assert played.sums() == ({(0, 2490)}, [-2490, 2490])
    assert played.mail.calls == []


def test_a_lost_answer_of_class_a_is_asked_again_under_the_same_id(played: Played) -> None:
    played.books.after = [EffectUnknown("cut")]
    played.work()
    assert played.states()[0] == "unknown" and played.mail.calls == []
    assert played.decision().steps[0].state == "unknown"
    played.clock.pass_by(timedelta(seconds=21))
    played.work()
    assert played.states() == ["confirmed"] * 3
    assert len(played.books.done) == 2
    assert played.sums() == ({(0, 2490)}, [-2490, 2490])


def test_a_retry_waits_and_tries_again(played: Played) -> None:
    played.books.before = [EffectRetry("busy", 30)]
    played.work()
    assert played.states()[0] == "pending"
    played.clock.pass_by(timedelta(seconds=31))
    played.work()
    assert played.states() == ["confirmed"] * 3


def test_a_mail_in_doubt_is_found_in_the_archive_and_not_sent_again(played: Played) -> None:
    played.mail.after = [EffectUnknown("connection broke after the last byte")]
    played.work()
    assert played.states()[2] == "unknown" and played.reply().delivery == "unknown"
    played.clock.pass_by(timedelta(seconds=21))
    played.work()
    assert played.states()[2] == "confirmed"
    assert played.mail.done == [played.mail_id]


def test_only_a_second_absence_beyond_the_lag_allows_one_more_attempt(played: Played) -> None:
    played.mail.before = [EffectUnknown("broke"), EffectUnknown("broke")]
    played.work()
    for _ in range(40):
        played.clock.pass_by(timedelta(seconds=5))
        played.work()
        if len(played.mail.calls) > 1:
            break
    mail = played.database.read(TENANT, lambda tx: tx.effect(played.mail_id))
    assert mail is not None and mail.first_sent_at is not None
    assert played.clock.now() - mail.first_sent_at >= timedelta(seconds=60)
    assert len(played.mail.looks) >= 2
    for _ in range(60):
        played.clock.pass_by(timedelta(seconds=5))
        played.work()
    assert len(played.mail.calls) == 2
    assert played.states()[2] == "manual" and played.reply().delivery == "unknown"


def test_absence_within_the_lag_proves_nothing(played: Played) -> None:
    played.mail.after = [EffectUnknown("broke")]
    played.mail.is_blind = True
    played.work()
    for _ in range(11):
        played.clock.pass_by(timedelta(seconds=5))
        played.work()
    assert len(played.mail.calls) == 1 and played.mail.looks
    played.mail.is_blind = False
    played.clock.pass_by(timedelta(seconds=30))
    played.work()
    assert played.states()[2] == "confirmed" and played.mail.done == [played.mail_id]


def test_when_nobody_can_look_nothing_is_tried(played: Played) -> None:
    played.mail.after = [EffectUnknown("broke")]
    played.mail.cannot_look = True
    played.work()
    for _ in range(100):
        played.clock.pass_by(timedelta(seconds=30))
        played.work()
    assert len(played.mail.calls) == 1 and played.states()[2] == "unknown"


def test_class_c_is_asked_once_and_then_a_person(firm: SqlDatabase, clock: SetClock) -> None:
    from tests.hub import service_desk
    from workstation.hub.services.case_acts import EffectRoute

    routes = {**service_desk.ROUTES, "mail": EffectRoute("mail", "C")}
    before, service_desk.ROUTES = service_desk.ROUTES, routes
    try:
        played = Played(firm, clock)
    finally:
        service_desk.ROUTES = before
    played.mail.after = [EffectUnknown("broke")]
    played.work()
    clock.pass_by(timedelta(hours=1))
    played.work()
    assert played.states()[2] == "manual"
    assert (len(played.mail.calls), played.mail.looks) == (1, [])


def test_an_error_of_ours_during_the_call_counts_as_doubt(played: Played) -> None:
    played.books.after = [RuntimeError("our own fault")]
    played.work()
    assert played.states()[0] == "unknown"


def test_a_worker_that_died_after_sending_leaves_a_doubt_another_settles(played: Played) -> None:
    class Killed(BaseException):
        pass

    played.books.after = [Killed()]
    with pytest.raises(Killed):
        played.worker.step()
    assert played.states()[0] == "sent"
    played.clock.pass_by(timedelta(seconds=19))
    assert played.new_worker("w2").step() is False
    played.clock.pass_by(timedelta(seconds=2))
    played.worker = played.new_worker("w2")
    played.work()
    assert played.states() == ["confirmed"] * 3
    assert len(played.books.done) == 2


def test_a_worker_that_died_before_sending_costs_only_time(played: Played) -> None:
    claimed = played.database.claim_effect(BOOKS, "dead", played.clock.now())
    assert claimed is not None and not claimed.was_sent
    assert played.work() == 0
    played.clock.pass_by(timedelta(seconds=121))
    assert played.work() == 3
    assert len(played.books.calls) == 2


def test_a_hub_alone_with_its_file_takes_over_at_once_what_was_not_begun(played: Played) -> None:
    claimed = played.database.claim_effect(BOOKS, "dead", played.clock.now())
    assert claimed is not None
    played.database.take_over_claims(played.clock.now())
    assert played.work() == 3
    assert len(played.books.calls) == 2


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_mail_has_its_time_to_be_seen_from_the_end_of_the_call_on(played: Played, is_killed: bool) -> None:
    class Killed(BaseException):
        pass

    lasted = timedelta(seconds=50)
    perform = played.mail.perform

    def slow(effect: Effect) -> Done:
        perform(effect)
        played.clock.pass_by(lasted)
        played.mail.is_blind = True
        if is_killed:
            raise Killed
        raise EffectUnknown("no answer")

    played.mail.perform = slow  # type: ignore[method-assign]
    with suppress(Killed):
        played.work()
    if is_killed:
        played.database.take_over_claims(played.clock.now())
    for _ in range(11):
        played.clock.pass_by(timedelta(seconds=5))
        played.work()
    assert played.mail.looks and len(played.mail.calls) == 1
    played.mail.is_blind = False
    played.clock.pass_by(timedelta(seconds=30))
    played.work()
    assert played.states()[2] == "confirmed" and played.mail.done == [played.mail_id]


def test_a_doubt_is_not_taken_over_but_looked_up(played: Played) -> None:
    class Killed(BaseException):
        pass

    played.books.after = [Killed()]
    with pytest.raises(Killed):
        played.worker.step()
    played.database.take_over_claims(played.clock.now())
    assert played.states()[0] == "sent" and played.work() == 0
    played.clock.pass_by(timedelta(seconds=5))
    assert played.work() == 3
    assert len(played.books.calls) == len(set(played.books.calls)) == 2


def test_only_workers_known_to_be_dead_are_taken_over(played: Played) -> None:
    claimed = played.database.claim_effect(BOOKS, "there-1", played.clock.now())
    assert claimed is not None
    played.database.take_over_claims(played.clock.now(), "here-")
    assert played.work() == 0
    played.database.take_over_claims(played.clock.now(), "there-")
    assert played.work() == 3


def test_after_five_failures_the_target_is_left_alone(played: Played) -> None:
    played.books.before = [EffectRetry("down", 0.0)] * 5
    played.work()
    assert len(played.books.calls) == 5 and played.states()[0] == "pending"
    played.clock.pass_by(timedelta(seconds=20))
    played.work()
    assert played.states() == ["confirmed"] * 3


def test_many_workers_carry_out_each_effect_once(firm: SqlDatabase, clock: SetClock) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    one_cent = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(1))
    cmd_ids = []
    for _ in range(20):
        envelope = desk.envelope(broken_bowl(case_id, one_cent))
        cmd_ids.append(envelope.cmd_id)
        desk.send(envelope)
    books = Outside(BOOKS, "B")
    errors: list[BaseException] = []

    def work(name: str) -> None:
        worker = EffectWorker(firm, [books], CaseProjector(), clock, name)
        try:
            while worker.step():
                pass
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(books.calls) == len(set(books.calls)) == 20
    rows = firm.look(lambda s: s.rows("SELECT state, count(*) FROM effect GROUP BY state"))
    assert [tuple(row) for row in rows] == [("confirmed", 20)]
    spent = firm.look(lambda s: s.rows("SELECT DISTINCT reserved, spent FROM budget"))
    assert [tuple(row) for row in spent] == [(0, 20)]
