"""Two cases in one act at the desk: shown at once, gone when taken back, equal to what the hub makes."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest

from tests.desk.materials import NOW, PERSON, a_case, a_customer, a_message, an_id, sign
from tests.desk.services.bench import CASE, Bench, a_refund
from tests.fakes.running import in_loop
from workstation.casework.case import Case, Kinship
from workstation.casework.case_state import Given
from workstation.casework.customer import Customer
from workstation.casework.decision import Reverse
from workstation.casework.errors import RuleViolation
from workstation.casework.projection import apply, changed
from workstation.casework.promise import Promise
from workstation.casework.wire.commands import Applied
from workstation.ports import InboxFilter
from workstation.services.folding import state_of
from workstation.services.identities import IdentityActs
from workstation.services.joining import JoiningActs

OTHER = a_case(
    "2",
    customer_id=CASE.customer_id,
    customer_name=CASE.customer_name,
    due_in=50,
    waiting_since=NOW - timedelta(minutes=10),
)


class Desk(Bench):
    """The bench with a second case of the same customer."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.give(OTHER, a_message(OTHER, "o", text="Noch eine Frage"))
        self.joining = JoiningActs(
            writer=self.writer, replica=self.replica, workers=self.workers, clock=self.clock
        )
        self.identities = IdentityActs(
            writer=self.writer, replica=self.replica, workers=self.workers, me=self.me, clock=self.clock
        )

    async def rows(self) -> dict[str, int]:
        """Case id -> pending acts, of what is in the queue."""
        await self.overlay.refresh({CASE.case_id, OTHER.case_id})
        page = await self.inbox.page(InboxFilter(), None, 50)
        return {row.case_id: row.pending for row in page.rows}


def played(test: Callable[[Desk], Awaitable[None]]) -> Callable[[], None]:
    """A test that runs on a loop with a desk of its own."""

    async def play() -> None:
        desk = Desk()
        await desk.start()
        await test(desk)

    def run() -> None:
        in_loop(play)

    run.__name__ = run.__qualname__ = test.__name__
    return run


@played
async def test_a_link_is_seen_from_both_sides_at_once(desk: Desk) -> None:
    await desk.joining.link(CASE.case_id, OTHER.case_id)
    here, there = await desk.case_desk.open(CASE.case_id), await desk.case_desk.open(OTHER.case_id)
    assert [ref.case_id for ref in here.related] == [OTHER.case_id]
    assert [ref.subject for ref in there.related] == [CASE.subject]
    await desk.joining.unlink(OTHER.case_id, CASE.case_id)
    assert (await desk.case_desk.open(CASE.case_id)).related == ()


@played
async def test_a_merge_shows_one_row_and_one_conversation_before_the_hub_knows(desk: Desk) -> None:
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    assert set(await desk.rows()) == {CASE.case_id}
    file = await desk.case_desk.open(CASE.case_id)
    assert [ref.case_id for ref in file.merged] == [OTHER.case_id]
    assert "Noch eine Frage" in [message.text for message in file.messages]
    assert [message.at for message in file.messages] == sorted(message.at for message in file.messages)
    newest = max((item for item in file.messages if item.kind == "inbound"), key=lambda item: item.at)
    assert file.newest_inbound == newest
    gone = await desk.case_desk.open(OTHER.case_id)
    assert gone.merged_into is not None
    assert gone.merged_into.case_id == CASE.case_id


@played
async def test_taken_back_there_are_two_rows_again(desk: Desk) -> None:
    item = await desk.joining.merge(OTHER.case_id, CASE.case_id)
    await desk.rows()
    desk.outbox.cancel(item.cmd_id, sign)
    assert await desk.rows() == {CASE.case_id: 0, OTHER.case_id: 0}
    assert (await desk.case_desk.open(CASE.case_id)).merged == ()


@played
async def test_merge_and_unmerge_in_one_go_offline(desk: Desk) -> None:
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    await desk.joining.unmerge(OTHER.case_id)
    assert set(await desk.rows()) == {CASE.case_id, OTHER.case_id}


@played
async def test_what_may_not_be_merged_is_said_before_anything_is_stored(desk: Desk) -> None:
    stranger = a_case("3")
    desk.give(stranger, a_customer("3"))
    with pytest.raises(RuleViolation, match=r"case\.merge_other_customer"):
        await desk.joining.merge(stranger.case_id, CASE.case_id)
    assert desk.outbox.pending() == ()


@played
async def test_split_off_messages_have_a_row_of_their_own(desk: Desk) -> None:
    more = a_message(CASE, "2", text="Und ein Gutschein fehlt", at=NOW - timedelta(minutes=5))
    desk.give(more)
    new = await desk.joining.split(CASE.case_id, (more.message_id,), "Gutschein")
    await desk.overlay.refresh({CASE.case_id})
    assert new in await desk.rows()
    file = await desk.case_desk.open(new)
    assert [message.text for message in file.messages if message.kind == "inbound"] == [more.text]
    assert file.code
    here = await desk.case_desk.open(CASE.case_id)
    assert more.message_id not in [message.message_id for message in here.messages]
    await desk.joining.merge(new, CASE.case_id)
    back = await desk.case_desk.open(CASE.case_id)
    assert more.message_id in [message.message_id for message in back.messages]


@played
async def test_the_desk_shows_what_the_hub_will_make_of_it(desk: Desk) -> None:
    item = await desk.joining.merge(OTHER.case_id, CASE.case_id)
    shown = await desk.writer.joint((OTHER.case_id, CASE.case_id))
    base = [state_of(desk.replica.base_of_case(one), one) for one in (OTHER.case_id, CASE.case_id)]
    reference = desk.reference.data
    given = Given(
        at=item.wall,
        person_id=PERSON.person_id,
        person_name=shown.state(CASE.case_id).messages[-1].author_name,
        command_id=item.cmd_id,
        policy=reference.policy_of(CASE.team_id),
        calendar=reference.calendar_of(CASE.team_id),
    )
    before = msgspec.structs.replace(base[0], other=base[1])
    made = apply(before, item.body, given)
    hub = {getattr(one, "case_id", ""): one for one in changed(before, made) if isinstance(one, Case)}
    assert hub == {one: shown.state(one).case for one in (OTHER.case_id, CASE.case_id)}
    desk.give(*(msgspec.structs.replace(one, rev=one.rev + 1) for one in changed(before, made)))
    desk.outbox.settle((Applied(cmd_id=item.cmd_id),), desk.clock.now())
    desk.outbox.mark_seen({})
    assert set(await desk.rows()) == {CASE.case_id}


@played
async def test_a_promise_of_the_merged_case_is_kept_from_the_common_conversation(desk: Desk) -> None:
    promise = Promise(
        promise_id=an_id("promise"),
        case_id=OTHER.case_id,
        customer_id=CASE.customer_id,
        what="call_back",
        due_at=NOW + timedelta(minutes=5),
        owner_id=PERSON.person_id,
        made_at=NOW,
        made_by=PERSON.person_id,
        rev=1,
    )
    desk.give(promise)
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    file = await desk.case_desk.open(CASE.case_id)
    assert file.case.due is not None
    assert file.case.due.kind == "promise"
    assert file.promises == (promise,)
    await desk.case_desk.acts.keep_promise(CASE.case_id, promise.promise_id)
    file = await desk.case_desk.open(CASE.case_id)
    assert file.case.due is None or file.case.due.kind != "promise"


@played
async def test_other_cases_are_found_by_number_and_without_words_the_customers_own(desk: Desk) -> None:
    own = await desk.joining.find(CASE.case_id)
    assert [ref.case_id for ref in own] == [OTHER.case_id]
    stranger = a_case("3")
    desk.give(stranger)
    found = await desk.joining.find(CASE.case_id, f"#{stranger.number}")
    assert stranger.case_id in [ref.case_id for ref in found]


@played
async def test_an_address_is_linked_and_unlinked_with_its_history(desk: Desk) -> None:
    await desk.identities.link(CASE.case_id, CASE.customer_id, "email", "zweite@web.test")
    customer = (await desk.case_desk.open(CASE.case_id)).customer
    assert customer is not None
    added = customer.identities[-1]
    assert (added.value, added.linked_by) == ("zweite@web.test", PERSON.person_id)
    await desk.identities.unlink(CASE.case_id, CASE.customer_id, added)
    customer = (await desk.case_desk.open(CASE.case_id)).customer
    assert customer is not None
    assert customer.identities[-1].unlinked_by == PERSON.person_id
    await desk.identities.untie(CASE.case_id)
    assert (await desk.case_desk.open(CASE.case_id)).case.customer_id == ""


@played
async def test_one_click_links_the_second_address_and_the_case(desk: Desk) -> None:
    hint = Kinship(
        customer_id=CASE.customer_id,
        customer_name=CASE.customer_name,
        value="kunde-9@example.org",
        why="order",
    )
    newcomer, case = a_customer("9"), a_case("9", kinship=hint)
    desk.give(newcomer, case, a_message(case))
    await desk.identities.accept(case.case_id, hint)
    file = await desk.case_desk.open(case.case_id)
    assert file.case.customer_id == CASE.customer_id
    assert file.case.kinship is None
    assert isinstance(file.customer, Customer)
    assert "kunde-9@example.org" in [item.normalised for item in file.customer.linked("email")]
    joint = await desk.writer.joint((case.case_id,))
    assert joint.refused == {}
    assert joint.customers[newcomer.customer_id].linked("email") == ()


@played
async def test_no_takes_the_question_away(desk: Desk) -> None:
    hint = Kinship(customer_id=CASE.customer_id, customer_name="x", value="y@z.test", why="order")
    case = a_case("9", kinship=hint)
    desk.give(a_customer("9"), case)
    await desk.identities.decline(case.case_id)
    file = await desk.case_desk.open(case.case_id)
    assert file.case.kinship is None
    assert file.case.customer_id == case.customer_id


@played
async def test_a_merged_case_offers_nothing_and_takes_no_decision(desk: Desk) -> None:
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    assert (await desk.case_desk.open(OTHER.case_id)).offers == ()
    with pytest.raises(RuleViolation, match=r"decision\.case_merged") as caught:
        await desk.decisions.hold(OTHER.case_id, a_refund())
    assert caught.value.params["case_id"] == CASE.case_id
    with pytest.raises(RuleViolation, match=r"decision\.case_merged"):
        await desk.case_desk.acts.promise(OTHER.case_id, "answer", NOW + timedelta(hours=1))
    await desk.joining.unmerge(OTHER.case_id)
    await desk.case_desk.acts.promise(OTHER.case_id, "answer", NOW + timedelta(hours=1))


@played
async def test_what_waits_on_the_merged_case_counts_and_is_shown_where_it_goes_on(desk: Desk) -> None:
    held = await desk.decisions.hold(OTHER.case_id, a_refund())
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    file = await desk.case_desk.open(CASE.case_id)
    assert held.case_id in file.case_ids
    assert [record.decision_id for record in file.decisions] == [held.cmd_id]
    assert held.cmd_id in [item.cmd_id for item in file.pending]
    facts = await desk.case_desk.facts(CASE.case_id)
    assert facts.usage.case_spent == {"money_back": held.amount.minor_units if held.amount else 0}
    await desk.joining.unmerge(OTHER.case_id)
    # Taken apart it still counts, offline as well, and says that it was decided elsewhere.
    usage = (await desk.case_desk.facts(CASE.case_id)).usage
    assert usage.case_spent == usage.case_elsewhere == facts.usage.case_spent
    assert (await desk.case_desk.facts(OTHER.case_id)).usage.case_elsewhere == {}
    assert (await desk.case_desk.open(CASE.case_id)).decisions == ()


@played
async def test_taking_back_what_the_merged_case_had_is_decided_where_it_was_made(desk: Desk) -> None:
    held = await desk.decisions.hold(OTHER.case_id, a_refund())
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    back = Reverse(decision_id=held.cmd_id, step=0, undoes="refund", reason="mistake")
    offer = msgspec.structs.replace(a_refund(), key="reversal", steps=(back,))
    reversal = await desk.decisions.hold(CASE.case_id, offer)
    assert reversal.case_id == OTHER.case_id


@played
async def test_an_answer_in_the_common_conversation_has_seen_all_of_it(desk: Desk) -> None:
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    draft = await desk.replies.empty_draft(CASE.case_id)
    file = await desk.case_desk.open(CASE.case_id)
    assert file.newest_inbound is not None
    assert draft.seen_inbound_id == file.newest_inbound.message_id
    item = await desk.replies.send(dataclasses.replace(draft, text="Guten Tag, wir kümmern uns."))
    assert item.case_id == CASE.case_id
    old = dataclasses.replace(draft, text="Und noch etwas.", seen_inbound_id=file.case.last_inbound_id)
    later = a_message(OTHER, "9", text="Noch mehr", at=NOW + timedelta(minutes=1))
    asked = msgspec.structs.replace(
        OTHER, last_inbound_id=later.message_id, last_inbound_at=later.at, waiting_since=later.at, rev=2
    )
    desk.give(asked, later)
    with pytest.raises(RuleViolation, match=r"reply\.stale"):
        await desk.replies.send(old)


@played
async def test_what_was_being_written_goes_along_to_the_case_that_goes_on(desk: Desk) -> None:
    draft = await desk.replies.empty_draft(OTHER.case_id)
    await desk.replies.save_draft(dataclasses.replace(draft, text="Angefangen"))
    await desk.case_desk.acts.save_note_draft(OTHER.case_id, "Merken")
    await desk.joining.merge(OTHER.case_id, CASE.case_id)
    assert await desk.replies.carry_draft(OTHER.case_id, CASE.case_id)
    there, left = await desk.case_desk.open(CASE.case_id), await desk.case_desk.open(OTHER.case_id)
    assert there.draft is not None
    assert there.note_draft is not None
    assert (there.draft.text, there.note_draft.text) == ("Angefangen", "Merken")
    assert (left.draft, left.note_draft) == (None, None)
    # Nothing is written over.
    await desk.replies.save_draft(dataclasses.replace(draft, text="Etwas anderes"))
    assert not await desk.replies.carry_draft(OTHER.case_id, CASE.case_id)
    assert (await desk.case_desk.open(OTHER.case_id)).draft is not None
