"""After the hub's data was restored from a copy nothing leaves a second time: it is looked for first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.hub.effects.outside import Outside
from tests.hub.effects.test_effects import BOOKS, Played
from tests.hub.small_firm import SetClock
from workstation.casework.ids import effect_id, made_at_ms, uuid7
from workstation.hub.ports_values import EffectUnknown
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.database import SqlDatabase


def settle(played: Played, minutes: int) -> None:
    for _ in range(minutes * 6):
        played.clock.pass_by(timedelta(seconds=10))
        played.work()


@pytest.mark.parametrize("was_sent", [True, False])
def test_what_the_copy_had_still_to_do_is_looked_for_first(
    firm: SqlDatabase, clock: SetClock, was_sent: bool
) -> None:
    played = Played(firm, clock)
    if was_sent:  # by the hub as it was before it fell back to the copy
        played.mail.done.append(played.mail_id)
        played.books.done += [effect_id(played.decision_id, step) for step in (0, 1)]
    firm.bump_generation()
    settle(played, 5)
    assert played.states() == ["confirmed"] * 3
    assert played.mail.done == [played.mail_id] and len(set(played.books.done)) == 2
    assert played.mail.looks and len(played.mail.calls) == (0 if was_sent else 1)
    assert played.sums() == ({(0, 2490)}, [-2490, 2490])


@pytest.mark.parametrize("was_in_doubt", [True, False])
def test_what_left_a_moment_before_the_restore_has_its_time_to_be_seen(
    firm: SqlDatabase, clock: SetClock, was_in_doubt: bool
) -> None:
    played = Played(firm, clock)
    if was_in_doubt:  # when the copy was made it had not left, and had been searched for once
        played.mail.before = [EffectUnknown("the line broke")]
        settle(played, 1)
        assert played.states()[-1] == "unknown" and played.mail.looks
    clock.pass_by(timedelta(minutes=5))
    calls = len(played.mail.calls)
    played.mail.done.append(played.mail_id)
    played.mail.is_blind = True
    firm.bump_generation()
    for _ in range(5):
        clock.pass_by(timedelta(seconds=10))
        played.work()
    played.mail.is_blind = False
    settle(played, 3)
    assert played.states() == ["confirmed"] * 3
    assert len(played.mail.calls) == calls and played.mail.done == [played.mail_id]


def test_commands_that_are_offered_again_send_nothing_twice(firm: SqlDatabase, clock: SetClock) -> None:
    mails, books = Outside(frozenset({"mail"}), "B", visibility_lag_s=60), Outside(BOOKS)
    # The ids of the commands are those of minutes before the restore; the hub has never heard of them.
    firm.bump_generation()
    clock.at -= timedelta(minutes=5)
    played = Played(firm, clock)
    clock.pass_by(timedelta(minutes=10))
    mails.done.append(played.mail_id)
    played.books, played.mail = books, mails
    played.worker = EffectWorker(firm, [books, mails], CaseProjector(), clock, "w")
    settle(played, 3)
    assert played.states() == ["confirmed"] * 3
    assert (mails.calls, mails.done) == ([], [played.mail_id])


def test_a_fast_clock_at_the_desk_lets_nothing_leave_twice(firm: SqlDatabase, clock: SetClock) -> None:
    firm.bump_generation()
    clock.pass_by(timedelta(minutes=10))
    # Their ids seem to be from after the restore; the device says that it has handed them over before.
    played = Played(firm, clock, was_offered=True)
    played.mail.done.append(played.mail_id)
    played.books.done += [effect_id(played.decision_id, step) for step in (0, 1)]
    settle(played, 5)
    assert played.states() == ["confirmed"] * 3
    assert (played.mail.calls, played.mail.done) == ([], [played.mail_id])
    assert len(set(played.books.done)) == 2


def test_a_lost_answer_delays_nothing_where_nothing_was_restored(firm: SqlDatabase, clock: SetClock) -> None:
    played = Played(firm, clock, was_offered=True)
    assert played.work() == 3
    assert played.mail.looks == [] and played.states() == ["confirmed"] * 3


def test_what_came_after_the_restore_is_not_delayed(firm: SqlDatabase, clock: SetClock) -> None:
    firm.bump_generation()
    clock.pass_by(timedelta(seconds=1))
    played = Played(firm, clock)
    assert played.work() == 3
    assert played.mail.looks == [] and played.states() == ["confirmed"] * 3


def test_a_hub_opened_anew_knows_when_it_was_restored(firm: SqlDatabase, clock: SetClock) -> None:
    firm.bump_generation()
    again = SqlDatabase(firm._engines, clock)
    assert again.read("t", lambda tx: tx.restored_at) == clock.now()


def test_the_time_of_an_id() -> None:
    assert made_at_ms(uuid7(1_700_000_000_123, b"0123456789")) == 1_700_000_000_123
    assert made_at_ms(uuid7((1 << 48) - 1, b"0123456789")) == (1 << 48) - 1
    assert made_at_ms(effect_id("x", 0)) == 0
