"""After a restore acts of one desk wait for those of another on which they build."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.hub.service_desk import LISA, ServiceDesk
from tests.hub.small_firm import ERIKA, TEAM, TENANT, SetClock
from workstation.casework.decision import MakePromise
from workstation.casework.wire import commands as c
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import CommandsAnswer, Envelope
from workstation.hub.services.parking import BEHIND, WAITS_FOR
from workstation.hub.storage.database import SqlDatabase


class Pair:
    """Two desks of a firm whose hub fell back to a copy that lacks what both have done since."""

    def __init__(self, firm: SqlDatabase, clock: SetClock, *, is_restored: bool = True) -> None:
        self.clock = clock
        self.one, self.two = ServiceDesk(firm, clock), ServiceDesk(firm, clock)
        self.case_id = self.one.new_id()
        self.opening = self.one.envelope(
            c.OpenCase(
                case_id=self.case_id, team_id=TEAM, customer_id=ERIKA, subject="Anruf", channel="phone"
            )
        )
        self.promise = MakePromise(
            what="call_back",
            due_at=clock.now() + timedelta(days=1),
            promise_id=self.one.new_id(),
            owner_id=LISA.person_id,
        )
        self.promised = self.one.envelope(
            c.Decide(case_id=self.case_id, customer_id=ERIKA, steps=(self.promise,))
        )
        clock.pass_by(timedelta(minutes=1))
        if is_restored:
            firm.bump_generation()
        clock.pass_by(timedelta(minutes=1))

    def note(self, **more: object) -> Envelope:
        body = c.AddNote(case_id=self.case_id, message_id=self.two.new_id(), text="dazu")
        return self.two.envelope(body, **more)


def push(desk: ServiceDesk, *envelopes: Envelope) -> CommandsAnswer:
    return desk.receiver.receive(desk.caller, [msgspec.Raw(encode(one)) for one in envelopes])


def test_an_act_waits_for_the_desk_that_opened_its_case(firm: SqlDatabase, clock: SetClock) -> None:
    pair = Pair(firm, clock)
    first, second = pair.note(was_offered=True), pair.note(was_offered=True)
    other = pair.two.envelope(
        c.AddNote(case_id=pair.two.open_case(), message_id=pair.two.new_id(), text="anderswo")
    )
    answer = push(pair.two, first, second, other)
    assert answer.parked == {first.cmd_id: "case.unknown", second.cmd_id: BEHIND}
    assert [type(one) for one in answer.verdicts] == [c.Applied], "other cases go on"
    assert firm.read(TENANT, lambda tx: tx.commands((first.cmd_id, second.cmd_id))) == {}
    again = push(pair.two, first, second)
    assert set(again.parked) == {first.cmd_id, second.cmd_id}
    push(pair.one, pair.opening)
    done = push(pair.two, first, second)
    assert done.parked == {}
    assert [type(one) for one in done.verdicts] == [c.Applied, c.Applied]
    assert done.last_contiguous == 3


def test_nobody_waits_for_a_case_whose_opening_was_refused(firm: SqlDatabase, clock: SetClock) -> None:
    pair = Pair(firm, clock)
    note = pair.note(was_offered=True)
    assert push(pair.two, note).parked == {note.cmd_id: "case.unknown"}
    body = c.OpenCase(
        case_id=pair.case_id, team_id="gone", customer_id=ERIKA, subject="Anruf", channel="phone"
    )
    pair.one.seq = 0
    assert push(pair.one, pair.one.envelope(body, was_offered=True)).verdicts[0].code == "team.unknown"  # type: ignore[union-attr]
    after = push(pair.two, note, pair.note())
    assert after.parked == {}
    assert [one.code for one in after.verdicts] == ["case.unknown"] * 2  # type: ignore[union-attr]
    assert after.last_contiguous == 2


def test_what_depends_on_a_parked_act_waits_with_it(firm: SqlDatabase, clock: SetClock) -> None:
    pair = Pair(firm, clock)
    first = pair.note(was_offered=True)
    known = pair.two.open_case()
    after = pair.two.envelope(
        c.AddNote(case_id=known, message_id=pair.two.new_id(), text="danach"), depends_on=(first.cmd_id,)
    )
    assert push(pair.two, first, after).parked == {first.cmd_id: "case.unknown", after.cmd_id: BEHIND}


def test_an_act_on_another_desks_promise_waits_for_it(firm: SqlDatabase, clock: SetClock) -> None:
    pair = Pair(firm, clock)
    push(pair.one, pair.opening)
    keep = c.KeepPromise(case_id=pair.case_id, promise_id=pair.promise.promise_id)
    kept = pair.two.envelope(keep, was_offered=True)
    assert push(pair.two, kept).parked == {kept.cmd_id: "promise.unknown"}
    # Who says so now has seen what there is: no desk can still bring that.
    [verdict] = push(pair.two, pair.two.envelope(keep)).verdicts
    assert isinstance(verdict, c.Rejected)
    push(pair.one, pair.promised)
    [verdict] = push(pair.two, kept).verdicts
    assert isinstance(verdict, c.Applied)


def test_given_up_nothing_of_it_is_carried_out(firm: SqlDatabase, clock: SetClock) -> None:
    pair = Pair(firm, clock)
    parked = pair.note(was_offered=True)
    push(pair.two, parked)
    void = pair.two.envelope(c.Void(case_id=pair.case_id))
    void = resigned(pair.two, void, cmd_id=parked.cmd_id, device_seq=parked.device_seq)
    push(pair.two, void)
    push(pair.one, pair.opening)
    [verdict] = push(pair.two, parked).verdicts
    assert isinstance(verdict, c.IdReuse)
    assert [one.kind for one in firm.read(TENANT, lambda tx: tx.messages_of(pair.case_id))] == []


def resigned(desk: ServiceDesk, envelope: Envelope, **changes: object) -> Envelope:
    desk.seq -= 1
    changed = msgspec.structs.replace(envelope, **changes)
    from workstation.system import keys

    return msgspec.structs.replace(
        changed, signature=keys.b64(keys.sign(desk.private, c.signed_bytes(changed)))
    )


@pytest.mark.parametrize("is_restored", [False, True])
def test_without_a_restore_and_long_after_one_it_is_refused(
    firm: SqlDatabase, clock: SetClock, is_restored: bool
) -> None:
    pair = Pair(firm, clock, is_restored=is_restored)
    note = pair.note(was_offered=True)
    if is_restored:
        clock.pass_by(WAITS_FOR)
    answer = push(pair.two, note)
    assert answer.parked == {}
    [verdict] = answer.verdicts
    assert isinstance(verdict, c.Rejected)
    assert verdict.code == "case.unknown"
