"""Every kind of command, given by those who may not: nothing happens, and nothing is told."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest

from tests.hub.service_desk import LISA, ROUTES, ServiceDesk, broken_bowl
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TENANT, SetClock
from workstation.casework.customer import Identity
from workstation.casework.decision import MakePromise, Refund
from workstation.casework.ids import derived_id, uuid7
from workstation.casework.money import Money
from workstation.casework.people import Person, Team
from workstation.casework.promise import Promise
from workstation.casework.wire import commands
from workstation.casework.wire.commands import Applied, Body, Quarantined, Rejected, Scheduled
from workstation.hub.app import confirm_work
from workstation.hub.ports import Tx
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.database import SqlDatabase

OTHER_TEAM = "01890000-0000-7000-8000-000000000003"
EMIL = msgspec.structs.replace(
    LISA, person_id="01890000-0000-7000-8000-0000000000a5", login="emil", name="Emil", team_id=OTHER_TEAM
)
PROMISE = uuid7(7, b"abcdefghij")


class World:
    """A case with a decision and a promise, and one of nobody's beside it, both of one team."""

    def __init__(self, desk: ServiceDesk) -> None:
        self.desk = desk
        self.case_id, self.other_id = desk.open_case(), desk.open_case("Noch etwas.")
        refund = desk.envelope(broken_bowl(self.case_id))
        assert isinstance(desk.send(refund)[0], Scheduled)
        self.decision_id = refund.cmd_id
        due_at = desk.clock.now() + timedelta(hours=3)
        promise = MakePromise(what="call_back", due_at=due_at, promise_id=PROMISE)
        assert isinstance(desk.give(broken_bowl(self.case_id, promise)), Applied)
        self.inbound_id = desk.case(self.case_id).last_inbound_id

    def trace(self) -> object:
        """Return what an act could have changed."""

        def look(tx: Tx) -> object:
            files = [tx.case_file(one) for one in (self.case_id, self.other_id)]
            effects = tx.effects_of_command(self.decision_id)
            return files, effects, tx.get(Promise, PROMISE), tx.customer_file(ERIKA)

        return self.desk.database.read(TENANT, look)


Make = Callable[[World, str], Body]
"""Makes an act on a case out of the world."""


def identity(address: str) -> Identity:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return Identity(
        identity_id=derived_id(address), kind="email", value=address, normalised=address, linked_at=at
    )


ACTS: dict[type, Make] = {
    commands.OpenCase: lambda w, case: commands.OpenCase(
        case_id=case, channel="phone", subject="Anruf", team_id=w.desk.person.team_id
    ),
    commands.SendMessage: lambda w, case: commands.SendMessage(
        case_id=case, message_id=w.desk.new_id(), text="Hallo", to=("a@b.test",), is_forced=True
    ),
    commands.AddNote: lambda w, case: commands.AddNote(case_id=case, message_id=w.desk.new_id(), text="x"),
    commands.LogCall: lambda w, case: commands.LogCall(
        case_id=case, message_id=w.desk.new_id(), text="x", direction="in"
    ),
    commands.AssignCase: lambda _w, case: commands.AssignCase(case_id=case, team_id=OTHER_TEAM),
    commands.SnoozeCase: lambda w, case: commands.SnoozeCase(
        case_id=case, until=w.desk.clock.now() + timedelta(days=1)
    ),
    commands.SolveCase: lambda _w, case: commands.SolveCase(case_id=case, without_answer="thanks"),
    commands.ReopenCase: lambda _w, case: commands.ReopenCase(case_id=case),
    commands.MarkNoCase: lambda _w, case: commands.MarkNoCase(case_id=case),
    commands.MarkIsCase: lambda _w, case: commands.MarkIsCase(case_id=case),
    commands.MarkRead: lambda w, case: commands.MarkRead(case_id=case, message_id=w.inbound_id),
    commands.TieCase: lambda _w, case: commands.TieCase(case_id=case, is_untied=True),
    commands.LinkIdentity: lambda _w, case: commands.LinkIdentity(
        case_id=case, customer_id=ERIKA, identity=identity("neu@kundin.test")
    ),
    commands.UnlinkIdentity: lambda _w, case: commands.UnlinkIdentity(
        case_id=case, customer_id=ERIKA, identity=identity("erika@kundin.test")
    ),
    commands.LinkCases: lambda w, case: commands.LinkCases(case_id=case, other_case_id=w.other_id),
    commands.UnlinkCases: lambda w, case: commands.UnlinkCases(case_id=case, other_case_id=w.other_id),
    commands.MergeCase: lambda w, case: commands.MergeCase(case_id=case, into_case_id=w.other_id),
    commands.UnmergeCase: lambda _w, case: commands.UnmergeCase(case_id=case),
    commands.SplitCase: lambda w, case: commands.SplitCase(
        case_id=case, new_case_id=w.desk.new_id(), message_ids=(w.inbound_id,), subject="x"
    ),
    commands.Decide: lambda _w, case: broken_bowl(
        case, Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(100))
    ),
    commands.CancelDecision: lambda w, case: commands.CancelDecision(case_id=case, decision_id=w.decision_id),
    commands.KeepPromise: lambda _w, case: commands.KeepPromise(case_id=case, promise_id=PROMISE),
    commands.WithdrawPromise: lambda _w, case: commands.WithdrawPromise(case_id=case, promise_id=PROMISE),
    commands.ConfirmWork: lambda w, case: commands.ConfirmWork(case_id=case, work_order_id=w.desk.new_id()),
    commands.SettleEffect: lambda w, case: commands.SettleEffect(
        case_id=case, effect_id=w.decision_id, outcome="not_done"
    ),
    commands.Void: lambda _w, case: commands.Void(case_id=case),
}
TYPES = sorted(ACTS, key=lambda one: one.__name__)
ON_ANOTHERS_PARTS = [
    commands.MarkRead,
    commands.LinkCases,
    commands.UnlinkCases,
    commands.MergeCase,
    commands.SplitCase,
    commands.CancelDecision,
    commands.KeepPromise,
    commands.WithdrawPromise,
    commands.ConfirmWork,
    commands.SettleEffect,
]
"""Acts that name a part of a case; given on one's own case they must not reach into another's."""


def test_every_kind_of_command_is_in_the_table() -> None:
    union: types.UnionType = Body
    assert set(ACTS) == set(get_args(union))


@pytest.fixture
def world(firm: SqlDatabase, clock: SetClock) -> World:
    firm.run(TENANT, lambda tx: (tx.put(Team(team_id=OTHER_TEAM, name="Filiale")), tx.put(EMIL)))
    desk = ServiceDesk(firm, clock)
    desk.receiver = CommandReceiver(firm, TENANT, ROUTES, confirm_work)
    return World(desk)


def stranger(world: World, person: Person) -> ServiceDesk:
    """Return the desk of somebody of another team, on their own device."""
    desk = ServiceDesk(world.desk.database, world.desk.clock, person)
    desk.receiver = world.desk.receiver
    return desk


@pytest.mark.parametrize("role", ["agent", "counter"])
def test_nobody_of_another_team_acts_on_a_case(world: World, role: str) -> None:
    desk = stranger(world, msgspec.structs.replace(EMIL, role=role))
    before = world.trace()
    for kind in TYPES:
        if kind is commands.Void:
            continue
        verdict = desk.give(ACTS[kind](world, world.case_id))
        assert isinstance(verdict, Rejected), kind
        assert verdict.code == "case.other_team", kind
        assert world.trace() == before, kind


@pytest.mark.parametrize("role", ["agent", "counter"])
def test_an_act_on_an_own_case_does_not_reach_into_another(world: World, role: str) -> None:
    desk = stranger(world, msgspec.structs.replace(EMIL, role=role))
    own = desk.new_id()
    opened = commands.OpenCase(case_id=own, channel="phone", subject="Anruf", team_id=OTHER_TEAM)
    assert isinstance(desk.give(opened), Applied)
    before = world.trace()
    for kind in ON_ANOTHERS_PARTS:
        verdict = desk.give(ACTS[kind](world, own))
        # A message that is not there has been read by nobody: that changes nothing and needs no refusal.
        assert isinstance(verdict, Rejected) or kind is commands.MarkRead, kind
        assert world.trace() == before, kind


@pytest.mark.parametrize("state", ["waiting", "revoked"])
def test_a_device_that_is_not_let_in_brings_nothing(world: World, state: str) -> None:
    desk = world.desk
    before = world.trace()
    desk.device = msgspec.structs.replace(desk.device, state=state)
    desk.database.run_sql(TENANT, lambda tx: SqlAccessTx(tx).put_device(desk.device))
    for kind in TYPES:
        verdict = desk.give(ACTS[kind](world, world.case_id))
        assert isinstance(verdict, Quarantined), kind
        assert verdict.code == "device.not_approved", kind
        assert world.trace() == before, kind


def test_somebody_who_has_left_brings_nothing(world: World) -> None:
    desk = world.desk
    before = world.trace()
    desk.database.run(TENANT, lambda tx: tx.put(msgspec.structs.replace(desk.person, is_active=False)))
    for kind in TYPES:
        verdict = desk.give(ACTS[kind](world, world.case_id))
        assert isinstance(verdict, Quarantined), kind
        assert verdict.code == "person.not_active", kind
        assert world.trace() == before, kind
