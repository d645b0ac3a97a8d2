"""Two cases in one act at the hub: on both databases, with both feeds, and however many do it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from tests.hub.service_desk import LISA, TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import ERIKA, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.customer import Customer, Identity, normalise
from workstation.casework.decision import DecisionRecord, MakePromise
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.people import Team
from workstation.casework.wire import commands as c
from workstation.casework.wire.entities import E
from workstation.hub.ports import Tx
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.identity import customer_for
from workstation.hub.storage.database import SqlDatabase

BRANCH = "01890000-0000-7000-8000-0000000000c2"


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    return ServiceDesk(firm, clock)


def messages(desk: ServiceDesk, case_id: str) -> list[Message]:
    return list(desk.database.read(TENANT, lambda tx: tx.messages_of(case_id)))


def refusal(verdict: c.Verdict) -> str:
    assert isinstance(verdict, c.Rejected)
    return verdict.code


def done(verdict: c.Verdict) -> None:
    assert isinstance(verdict, c.Applied), verdict


def rows_of(desk: ServiceDesk, scope: str) -> dict[tuple[str, str], bool]:
    """Return what a reader of one scope has from its beginning: key -> is still there."""
    page = desk.database.pull(TENANT, [scope], {}, 1000, 10**6)
    return {(row.entity, row.id): not row.gone for row in page.rows}


def get(desk: ServiceDesk, kind: type[E], entity_id: str) -> E:
    found = desk.database.read(TENANT, lambda tx: tx.get(kind, entity_id))
    assert found is not None
    return found


def bare(case: Case) -> Case:
    return msgspec.structs.replace(case, rev=0, taken_apart=())


def test_a_link_is_written_on_both_cases_and_taken_back(desk: ServiceDesk) -> None:
    one, two = desk.open_case(), desk.open_case()
    done(desk.give(c.LinkCases(case_id=one, other_case_id=two)))
    assert desk.case(two).related_case_ids == (one,)
    done(desk.give(c.UnlinkCases(case_id=two, other_case_id=one)))
    assert desk.case(one).related_case_ids == ()


def test_a_merge_shows_one_entry_and_comes_apart_again(desk: ServiceDesk) -> None:
    one, two = desk.open_case(), desk.open_case()
    before = bare(desk.case(one)), bare(desk.case(two))
    done(desk.give(c.MergeCase(case_id=two, into_case_id=one)))
    assert desk.case(two).due is None
    assert desk.case(one).merged_case_ids == (two,)
    opened = desk.database.read(TENANT, lambda tx: [case.case_id for case in tx.open_cases()])
    assert opened == [one]
    done(desk.give(c.UnmergeCase(case_id=two)))
    assert (bare(desk.case(one)), bare(desk.case(two))) == before


def test_into_a_merged_case_means_where_that_went(desk: ServiceDesk) -> None:
    root, member, third = desk.open_case(), desk.open_case(), desk.open_case()
    done(desk.give(c.MergeCase(case_id=member, into_case_id=root)))
    done(desk.give(c.MergeCase(case_id=third, into_case_id=member)))
    assert desk.case(third).merged_into == root
    assert desk.case(root).merged_case_ids == (member, third)
    assert refusal(desk.give(c.MergeCase(case_id=root, into_case_id=member))) == "case.merge_has_merged"


def test_a_promise_of_the_merged_case_stays_due_and_its_booking_goes_on(desk: ServiceDesk) -> None:
    one, two = desk.open_case(), desk.open_case()
    due = desk.clock.now() + timedelta(minutes=30)
    step = MakePromise(what="call_back", due_at=due, promise_id=desk.new_id(), owner_id=LISA.person_id)
    done(desk.give(c.Decide(case_id=two, customer_id=ERIKA, steps=(step,))))
    held = desk.envelope(broken_bowl(two, undo_left_s=30))
    desk.send(held)
    done(desk.give(c.MergeCase(case_id=two, into_case_id=one)))
    found = desk.case(one).due
    assert found is not None
    assert (found.kind, found.at) == ("promise", due)
    done(desk.give(c.CancelDecision(case_id=two, decision_id=held.cmd_id)))
    assert get(desk, DecisionRecord, held.cmd_id).state == "cancelled"
    done(desk.give(c.KeepPromise(case_id=two, promise_id=step.promise_id)))
    found = desk.case(one).due
    assert found is None or found.kind != "promise"


def test_a_merged_case_that_wakes_brings_the_other_back(desk: ServiceDesk) -> None:
    one, two = desk.open_case(), desk.open_case()
    done(desk.give(c.SnoozeCase(case_id=two, until=desk.clock.now() + timedelta(hours=1))))
    done(desk.give(c.SolveCase(case_id=one, without_answer="thanks")))
    done(desk.give(c.MergeCase(case_id=two, into_case_id=one)))
    assert desk.case(one).shown_status == "snoozed"
    clocks = Clocks(desk.database, desk.clock)
    desk.clock.pass_by(timedelta(hours=2))
    clocks.tick()
    assert desk.case(one).shown_status == "open"


def test_a_lead_merges_across_teams_and_the_messages_go_along(desk: ServiceDesk) -> None:
    desk.database.run(TENANT, lambda tx: tx.put(Team(team_id=BRANCH, name="Filiale")))
    one, two = desk.open_case(), desk.open_case()
    lead = ServiceDesk(desk.database, desk.clock, TANJA)
    done(lead.give(c.AssignCase(case_id=two, team_id=BRANCH)))
    assert refusal(desk.give(c.MergeCase(case_id=one, into_case_id=two))) == "case.other_team"
    done(lead.give(c.MergeCase(case_id=one, into_case_id=two)))
    moved = messages(desk, one)[0].message_id
    assert rows_of(desk, f"team:{BRANCH}")["message", moved]
    assert not rows_of(desk, f"team:{TEAM}").get(("message", moved), False)
    done(lead.give(c.UnmergeCase(case_id=one)))
    assert rows_of(desk, f"team:{TEAM}")["message", moved]


def test_a_merged_pair_moves_to_another_team_together(desk: ServiceDesk) -> None:
    desk.database.run(TENANT, lambda tx: tx.put(Team(team_id=BRANCH, name="Filiale")))
    one, two = desk.open_case(), desk.open_case()
    done(desk.give(c.MergeCase(case_id=two, into_case_id=one)))
    done(desk.give(c.AssignCase(case_id=one, team_id=BRANCH)))
    assert desk.case(two).team_id == BRANCH


def test_split_off_messages_have_a_number_and_their_replies_follow_them(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    note = c.AddNote(case_id=case_id, message_id=desk.new_id(), text="Zweites Anliegen: Gutschein")
    done(desk.give(note))
    new = desk.new_id()
    body = c.SplitCase(case_id=case_id, new_case_id=new, message_ids=(note.message_id,), subject="Gutschein")
    done(desk.give(body))
    assert desk.case(new).number == (desk.case(case_id).number or 0) + 1
    assert [item.message_id for item in messages(desk, new) if item.kind == "note"] == [note.message_id]
    assert note.message_id not in [item.message_id for item in messages(desk, case_id)]
    done(desk.give(c.MergeCase(case_id=new, into_case_id=case_id)))
    # A refused split leaves no gap in the numbers.
    nothing = c.SplitCase(case_id=case_id, new_case_id=desk.new_id(), message_ids=(), subject="")
    assert refusal(desk.give(nothing)) == "case.split_unknown_message"
    after = desk.new_id()
    more = c.AddNote(case_id=case_id, message_id=desk.new_id(), text="Drittes")
    done(desk.give(more))
    body = c.SplitCase(case_id=case_id, new_case_id=after, message_ids=(more.message_id,), subject="")
    done(desk.give(body))
    assert desk.case(after).number == (desk.case(new).number or 0) + 1


def test_an_address_goes_from_one_customer_to_another_and_says_when(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    address = "erika.privat@web.test"

    def stranger(tx: Tx) -> Customer:
        made = customer_for(
            tx,
            "email",
            address,
            name="E. B.",
            language="de",
            seed="mail",
            rule="intake",
        )
        assert made is not None
        return made

    other = desk.database.run(TENANT, stranger)
    identity = Identity(
        identity_id=derived_id("x"),
        kind="email",
        value=address,
        normalised=normalise("email", address),
        linked_at=desk.clock.now(),
    )
    linking = c.LinkIdentity(case_id=case_id, customer_id=ERIKA, identity=identity)
    assert refusal(desk.give(linking)) == "identity.linked_elsewhere"
    unlinking = c.UnlinkIdentity(case_id=case_id, customer_id=other.customer_id, identity=identity)
    done(desk.give(unlinking))
    done(desk.give(linking))
    found = desk.database.read(TENANT, lambda tx: tx.customer_by_identity("email", address))
    assert found is not None
    assert found.customer_id == ERIKA
    gone = get(desk, Customer, other.customer_id).identities[0]
    assert gone.unlinked_by == LISA.person_id
    assert gone.unlinked_at is not None


def test_many_merges_at_once_end_sound_and_none_waits_for_ever(desk: ServiceDesk) -> None:
    cases = [desk.open_case() for _ in range(4)]
    desks = [ServiceDesk(desk.database, desk.clock) for _ in range(4)]

    def busy(place: int) -> list[str]:
        one = desks[place]
        said: list[str] = []
        for turn in range(6):
            mine, theirs = cases[(place + turn) % 4], cases[(place + turn * 2 + 1) % 4]
            for body in (
                c.MergeCase(case_id=mine, into_case_id=theirs),
                c.AddNote(case_id=mine, message_id=one.new_id(), text="dabei"),
                c.UnmergeCase(case_id=mine),
                c.LinkCases(case_id=theirs, other_case_id=mine),
            ):
                verdict = one.give(body)
                said.append(verdict.code if isinstance(verdict, c.Rejected) else type(verdict).__name__)
        return said

    with ThreadPoolExecutor(4) as pool:
        told = [word for words in pool.map(busy, range(4)) for word in words]
    known = {"case.already_merged", "case.merge_has_merged", "case.not_merged", "case.joined_with_itself"}
    assert set(told) <= {"Applied", "case.merge_into_merged", *known}
    found = {case_id: desk.case(case_id) for case_id in cases}
    for case in found.values():
        if case.merged_into:
            assert case.case_id in found[case.merged_into].merged_case_ids
        for member in case.merged_case_ids:
            assert found[member].merged_into == case.case_id
        for other in case.related_case_ids:
            assert case.case_id in found[other].related_case_ids
