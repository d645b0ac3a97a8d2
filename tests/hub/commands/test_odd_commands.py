"""Odd and hostile commands: named, stopped, and never in the way of those behind them."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from tests.hub.effects.outside import Outside
from tests.hub.service_desk import TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.decision import Refund
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.wire.commands import (
    AddNote,
    Applied,
    AssignCase,
    CancelDecision,
    OpenCase,
    Quarantined,
    Rejected,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_values import Effect
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.database import SqlDatabase


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    return ServiceDesk(firm, clock)


def note(desk: ServiceDesk, case_id: str, text: str = "angerufen") -> AddNote:
    return AddNote(case_id=case_id, message_id=desk.new_id(), text=text)


def test_an_id_that_is_taken_is_refused_and_stops_nobody(desk: ServiceDesk) -> None:
    first, second = desk.open_case(), desk.open_case()
    body = note(desk, first)
    desk.give(body)
    stolen = desk.envelope(AddNote(case_id=second, message_id=body.message_id, text="x"))
    after = desk.envelope(note(desk, second))
    verdicts = desk.send(stolen, after)
    assert verdicts[0] == Rejected(cmd_id=stolen.cmd_id, code="command.not_storable")
    assert isinstance(verdicts[1], Applied)
    assert desk.send(stolen) == [verdicts[0]]


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "note.add\x00"},
        {"device_seq": 0},
        {"device_seq": 2**62},
        {"outbox_epoch": "e" * 300},
        {"depends_on": ("x",) * 51},
        {"cmd_id": "x" * 4000},
    ],
)
def test_envelopes_that_cannot_be_stored_are_named_and_stop_nobody(
    desk: ServiceDesk, odd: dict[str, object]
) -> None:
    case_id = desk.open_case()
    bad = desk.envelope(note(desk, case_id), **odd)
    good = desk.envelope(note(desk, case_id))
    verdicts = {verdict.cmd_id: verdict for verdict in desk.send(bad, good)}
    assert verdicts[bad.cmd_id] == Quarantined(cmd_id=bad.cmd_id, code="command.unreadable")
    assert isinstance(verdicts[good.cmd_id], Applied)


@pytest.mark.parametrize("text", ["\x00", "a\x00b 😀", "x" * 60_000, "\u202eevil"])
def test_odd_words_are_kept_as_they_are(desk: ServiceDesk, text: str) -> None:
    case_id = desk.open_case()
    body = note(desk, case_id, f"Text: {text}")
    assert isinstance(desk.give(body), Applied)
    found = desk.database.read(TENANT, lambda tx: tx.get(Message, body.message_id))
    assert found is not None and found.text == body.text


def test_a_subject_with_odd_characters_opens_its_case_or_is_refused(desk: ServiceDesk) -> None:
    body = OpenCase(case_id=desk.new_id(), channel="mail", subject="a\x00b", team_id=TEAM)
    assert isinstance(desk.give(body), Applied | Rejected)
    assert isinstance(desk.give(note(desk, desk.open_case())), Applied)


def _effects(tx: Tx, cmd_id: str) -> tuple[Effect, ...]:
    return tx.effects_of_command(cmd_id)


def test_answers_and_cancels_at_once_never_wait_for_one_another(desk: ServiceDesk, clock: SetClock) -> None:
    case_id = desk.open_case()
    cent = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(1))
    made = [desk.envelope(broken_bowl(case_id, cent)) for _ in range(12)]
    desk.send(*made)
    books = Outside(frozenset({"refund"}))
    worker = EffectWorker(desk.database, [books], CaseProjector(), clock, "w")
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while worker.step():
                pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    cancels = [desk.give(CancelDecision(case_id=case_id, decision_id=one.cmd_id)) for one in reversed(made)]
    thread.join()
    assert not errors
    taken_back = {
        one.cmd_id
        for one, verdict in zip(reversed(made), cancels, strict=True)
        if isinstance(verdict, Applied)
    }
    effects = [
        effect for one in made for effect in desk.database.read(TENANT, partial(_effects, cmd_id=one.cmd_id))
    ]
    assert {effect.command_id for effect in effects if effect.state == "cancelled"} == taken_back
    assert len(books.done) == 12 - len(taken_back)
    assert {effect.effect_id for effect in effects if effect.state == "confirmed"} == set(books.done)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"team_id": "nowhere"}, "team.unknown"), ({"person_id": "nobody"}, "person.unknown")],
)
def test_a_case_is_given_to_those_who_exist(desk: ServiceDesk, fields: dict[str, str], code: str) -> None:
    verdict = desk.give(AssignCase(case_id=desk.open_case(), **fields))
    assert isinstance(verdict, Rejected) and verdict.code == code


def test_a_lookup_tells_own_verdicts_only(desk: ServiceDesk, clock: SetClock) -> None:
    case_id = desk.open_case()
    mine = desk.envelope(note(desk, case_id))
    desk.send(mine)
    other = ServiceDesk(desk.database, clock, TANJA)
    theirs = other.envelope(note(other, case_id))
    other.send(theirs)
    answer = desk.receiver.look_up(desk.caller, [mine.cmd_id, theirs.cmd_id, desk.new_id()])
    assert [verdict.cmd_id for verdict in answer.verdicts] == [mine.cmd_id]
    assert answer.verdicts == tuple(desk.send(mine))
