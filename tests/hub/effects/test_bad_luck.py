"""Bad luck of the effect worker: foreign tenants, harmless retries before a doubt, archives taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.hub.effects.outside import Outside
from tests.hub.effects.test_effects import BOOKS, Played
from tests.hub.small_firm import TENANT, SetClock
from workstation.hub.ports_values import EffectRetry, EffectUnknown
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.database import SqlDatabase


@pytest.fixture
def played(firm: SqlDatabase, clock: SetClock) -> Played:
    return Played(firm, clock)


def test_a_worker_carries_out_nothing_of_another_tenant(played: Played) -> None:
    books = Outside(BOOKS)

    def worker(tenant_id: str) -> EffectWorker:
        return EffectWorker(played.database, [books], CaseProjector(), played.clock, "w", tenant_id)

    foreign = worker("01890000-0000-7000-8000-0000000000ee")
    assert foreign.step() is False and books.calls == []
    assert worker(TENANT).step() is True and len(books.calls) == 1


def settle(played: Played, minutes: int) -> None:
    for _ in range(minutes * 6):
        played.clock.pass_by(timedelta(seconds=10))
        played.work()


def test_tries_that_did_nothing_do_not_use_up_the_one_more_attempt(played: Played) -> None:
    played.mail.before = [EffectRetry("busy", 1)] * 3 + [EffectUnknown("broke")]
    settle(played, 10)
    assert played.mail.done == [played.mail_id] and played.states()[2] == "confirmed"
    assert len(played.mail.calls) == 5


def test_after_the_one_more_attempt_a_person_decides_whatever_came_between(played: Played) -> None:
    broke = EffectUnknown("broke")
    played.mail.before = [EffectRetry("busy", 1), broke, EffectRetry("busy", 1), broke, None]
    settle(played, 15)
    assert played.states()[2] == "manual" and len(played.mail.calls) == 4
    assert played.mail.done == []


def test_waiting_by_our_own_wish_is_no_failure_of_the_other_side(played: Played) -> None:
    played.books.before = [EffectRetry("too many", 0.0, is_own_wish=True)] * 6
    played.work()
    assert len(played.books.calls) == 8 and played.states() == ["confirmed"] * 3


def test_an_archive_that_is_no_longer_there_proves_nothing(played: Played) -> None:
    played.mail.after = [EffectUnknown("broke")]
    played.mail.is_blind = True
    played.work()
    played.mail.effect_class = "C"
    settle(played, 5)
    assert played.states()[2] == "manual"
    assert (len(played.mail.calls), played.mail.looks) == (1, [])
