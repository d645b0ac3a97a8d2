"""Contract of the port Outbox: numbering, lanes, holding, voids, verdicts, overlay, drafts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.materials import NOW, PRIVATE, SetClock, an_id, sign
from workstation.casework.message import Fact
from workstation.casework.wire import codec
from workstation.casework.wire.commands import (
    PARKED,
    AddNote,
    Applied,
    Blocked,
    Body,
    Decide,
    Envelope,
    Rejected,
    SendMessage,
    Void,
    signed_bytes,
)
from workstation.ports import Draft, NewCommand, Outbox, OutboxItem
from workstation.system import keys

PERSON = an_id("person")


def note(case: str, text: str = "Notiz") -> AddNote:
    return AddNote(case_id=an_id("case", case), message_id=an_id("message", case, text), text=text)


def reply(case: str, text: str = "Guten Tag") -> SendMessage:
    return SendMessage(
        case_id=an_id("case", case),
        message_id=an_id("message", case, text),
        text=text,
        to=("kunde@example.org",),
        facts=(Fact(slot="credit_note_no"),),
    )


def decide(case: str) -> Decide:
    return Decide(case_id=an_id("case", case), customer_id=an_id("customer", case), steps=())


def put(
    outbox: Outbox, name: str, body: Body, *, held_s: float | None = None, needs: tuple[str, ...] = ()
) -> OutboxItem:
    until = NOW + timedelta(seconds=held_s) if held_s is not None else None
    command = NewCommand(
        cmd_id=an_id("command", name),
        body=body,
        person_id=PERSON,
        wall=NOW,
        depends_on=needs,
        held_until=until,
        title_key="act.test",
        title_params={"n": "1"},
    )
    return outbox.append(command, sign)


def names(envelopes: tuple[Envelope, ...], *wanted: str) -> list[str]:
    known = {an_id("command", name): name for name in wanted}
    return [known[envelope.cmd_id] for envelope in envelopes]


def test_a_saved_command_is_there_as_it_was_given(outbox: Outbox) -> None:
    saved = put(outbox, "a", note("1", "Ä"))
    assert saved == outbox.item(saved.cmd_id)
    assert (saved.state, saved.device_seq, saved.body) == ("queued", 1, note("1", "Ä"))
    assert (saved.title_key, saved.title_params) == ("act.test", {"n": "1"})
    assert outbox.items() == (saved,)
    assert outbox.pending(saved.case_id) == (saved,)
    assert outbox.unsettled() == 1
    assert outbox.oldest_waiting() == NOW


def test_numbers_have_no_gap_and_envelopes_are_signed_over_their_bytes(outbox: Outbox) -> None:
    for name in "abc":
        put(outbox, name, note(name))
    sent = outbox.to_send(max_rows=10)
    assert [envelope.device_seq for envelope in sent] == [1, 2, 3]
    for envelope in sent:
        assert codec.sha256_hex(bytes(envelope.body)) == envelope.sha256
        signature = keys.unb64(envelope.signature)
        keys.verify(keys.public_key_of(PRIVATE), signed_bytes(envelope), signature)


def test_the_same_id_twice_is_an_error_and_changes_nothing(outbox: Outbox) -> None:
    put(outbox, "a", note("1"))
    with pytest.raises(Exception, match=r"(?i)unique|known"):
        put(outbox, "a", note("1", "anders"))
    assert len(outbox.items()) == 1
    assert put(outbox, "b", note("1")).device_seq == 2


def test_a_held_row_stops_its_own_case_and_no_other(outbox: Outbox) -> None:
    put(outbox, "held", decide("1"), held_s=8)
    put(outbox, "after", note("1"))
    put(outbox, "other", note("2"))
    assert names(outbox.to_send(max_rows=10), "held", "after", "other") == ["other"]
    assert outbox.release((an_id("command", "held"), an_id("command", "other"))) == (
        an_id("command", "held"),
    )
    assert names(outbox.to_send(max_rows=10), "held", "after", "other") == ["held", "after", "other"]
    assert outbox.release((an_id("command", "held"),)) == ()


def test_what_depends_on_another_case_waits_until_that_is_settled(outbox: Outbox) -> None:
    put(outbox, "first", note("1"))
    put(outbox, "second", note("2"), needs=(an_id("command", "first"),))
    put(outbox, "third", note("2", "noch eine"))
    assert names(outbox.to_send(max_rows=10), "first", "second", "third") == ["first"]
    outbox.settle([Applied(cmd_id=an_id("command", "first"))], NOW)
    assert names(outbox.to_send(max_rows=10), "second", "third") == ["second", "third"]


def test_pausing_keeps_the_rest_of_the_undo_time(outbox: Outbox) -> None:
    held = put(outbox, "a", decide("1"), held_s=8)
    assert held.state == "held"
    assert held.held_until == NOW + timedelta(seconds=8)
    assert outbox.pause(held.cmd_id, 5.5)
    (paused,) = outbox.held()
    assert (paused.is_paused, paused.undo_left_s, paused.held_until) == (True, 5.5, None)
    assert outbox.resume(held.cmd_id, NOW + timedelta(seconds=20))
    (again,) = outbox.held()
    assert (again.is_paused, again.held_until) == (False, NOW + timedelta(seconds=20))
    outbox.release((held.cmd_id,))
    assert not outbox.pause(held.cmd_id, 1)
    assert not outbox.resume(held.cmd_id, NOW)


def test_a_cancelled_row_goes_up_as_a_void_with_its_number(outbox: Outbox) -> None:
    held = put(outbox, "a", decide("1"), held_s=8)
    put(outbox, "b", note("1"))
    (before,) = outbox.cancel(held.cmd_id, sign)
    assert before == held
    void, other = outbox.to_send(max_rows=10)
    assert (void.cmd_id, void.device_seq, void.type) == (held.cmd_id, 1, "void")
    assert codec.decode(void.body, Void) == Void(case_id=held.case_id)
    keys.verify(keys.public_key_of(PRIVATE), signed_bytes(void), keys.unb64(void.signature))
    assert other.device_seq == 2
    cancelled = outbox.item(held.cmd_id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.body, cancelled.is_original) == ("cancelled", held.body, False)
    assert [item.cmd_id for item in outbox.pending()] == [an_id("command", "b")]
    outbox.settle([Applied(cmd_id=held.cmd_id)], NOW)
    settled = outbox.item(held.cmd_id)
    assert settled is not None and settled.state == "cancelled"
    assert outbox.unsettled() == 1


def test_taking_back_a_decision_takes_its_reply_back_into_the_draft(outbox: Outbox) -> None:
    held = put(outbox, "a", decide("1"), held_s=8)
    put(outbox, "b", reply("1", "Ihr Geld kommt."), needs=(held.cmd_id,))
    gone = outbox.cancel(held.cmd_id, sign)
    assert [item.type for item in gone] == ["decision.make", "message.send"]
    draft = outbox.draft(held.case_id, PERSON, "reply")
    assert draft is not None
    assert (draft.text, draft.to) == ("Ihr Geld kommt.", ("kunde@example.org",))
    assert [envelope.type for envelope in outbox.to_send(max_rows=10)] == ["void", "void"]


def test_what_has_been_sent_cannot_be_cancelled(outbox: Outbox) -> None:
    item = put(outbox, "a", note("1"))
    outbox.mark_sent((item.cmd_id,), NOW)
    assert outbox.cancel(item.cmd_id, sign) == ()
    sent = outbox.item(item.cmd_id)
    assert sent is not None and (sent.state, sent.attempts, sent.sent_at) == ("sent", 1, NOW)
    outbox.mark_unanswered((item.cmd_id,), "net.timeout")
    again = outbox.item(item.cmd_id)
    assert again is not None and again.last_error == "net.timeout"
    assert [envelope.cmd_id for envelope in outbox.to_send(max_rows=10)] == [item.cmd_id]


def test_the_first_verdict_counts_for_ever(outbox: Outbox) -> None:
    item = put(outbox, "a", note("1"))
    (settled,) = outbox.settle([Applied(cmd_id=item.cmd_id, rev=3)], NOW)
    assert (settled.state, settled.verdict) == ("settled", Applied(cmd_id=item.cmd_id, rev=3))
    assert outbox.settle([Rejected(cmd_id=item.cmd_id, code="case.unknown")], NOW) == ()
    assert outbox.settle([Applied(cmd_id=an_id("command", "unknown"))], NOW) == ()
    assert outbox.to_send(max_rows=10) == ()
    assert outbox.oldest_waiting() is None


def test_a_settled_row_stays_in_the_overlay_until_the_feed_has_shown_it(outbox: Outbox) -> None:
    item = put(outbox, "a", note("1"))
    outbox.settle([Applied(cmd_id=item.cmd_id, seqs={"team:1": 7})], NOW)
    assert len(outbox.pending()) == 1
    assert outbox.mark_seen({"team:1": 6}) == frozenset()
    assert outbox.mark_seen({"team:1": 7}) == frozenset({item.case_id})
    assert outbox.pending() == ()


def test_what_was_turned_down_leaves_the_overlay_and_returns_as_a_draft(outbox: Outbox) -> None:
    item = put(outbox, "a", reply("1"))
    outbox.settle([Rejected(cmd_id=item.cmd_id, code="reply.stale")], NOW)
    assert outbox.pending() == ()
    draft = outbox.draft(item.case_id, PERSON, "reply")
    assert draft is not None and draft.text == "Guten Tag"


def test_after_a_restore_all_is_offered_again_but_not_what_was_turned_down(outbox: Outbox) -> None:
    good = put(outbox, "a", note("1"))
    bad = put(outbox, "b", note("2"))
    outbox.settle([Applied(cmd_id=good.cmd_id), Blocked(cmd_id=bad.cmd_id, dependency="x")], NOW)
    assert outbox.reoffer(sign) == 2
    first, second = outbox.to_send(max_rows=10)
    assert (first.cmd_id, first.type, first.sha256) == (good.cmd_id, "note.add", _sha(good))
    assert (second.cmd_id, second.type, second.device_seq) == (bad.cmd_id, "void", 2)


def test_what_was_handed_over_before_says_so_when_it_goes_again(outbox: Outbox) -> None:
    item = put(outbox, "a", note("1"))
    assert [one.was_offered for one in outbox.to_send(max_rows=10)] == [False]
    outbox.mark_sent((item.cmd_id,), NOW)
    assert [one.was_offered for one in outbox.to_send(max_rows=10)] == [True], "its answer was lost"
    outbox.settle([Applied(cmd_id=item.cmd_id)], NOW)
    outbox.reoffer(sign)
    fresh = put(outbox, "b", note("2"))
    offers = [(one.cmd_id, one.was_offered) for one in outbox.to_send(max_rows=10)]
    assert offers == [(item.cmd_id, True), (fresh.cmd_id, False)]


def test_what_the_hub_did_not_take_is_as_it_was(outbox: Outbox) -> None:
    first, second = put(outbox, "a", note("1")), put(outbox, "b", note("2"))
    outbox.mark_sent((first.cmd_id,), NOW)
    outbox.mark_sent((first.cmd_id, second.cmd_id), NOW)
    outbox.mark_untaken((first.cmd_id, second.cmd_id))
    tried, untried = outbox.item(first.cmd_id), outbox.item(second.cmd_id)
    assert tried is not None and untried is not None
    assert (tried.state, tried.attempts, tried.sent_at) == ("sent", 1, NOW)
    assert (untried.state, untried.attempts, untried.sent_at) == ("queued", 0, None)
    assert outbox.cancel(first.cmd_id, sign) == () and len(outbox.cancel(second.cmd_id, sign)) == 1


def test_what_the_hub_parked_is_here_again_and_may_be_given_up(outbox: Outbox) -> None:
    first, second = put(outbox, "a", note("1")), put(outbox, "b", note("2"))
    ids = (first.cmd_id, second.cmd_id)
    outbox.mark_sent(ids, NOW)
    assert outbox.cancel(first.cmd_id, sign) == (), "the hub may have it"
    outbox.mark_unanswered(ids, PARKED)
    waiting = outbox.item(first.cmd_id)
    assert waiting is not None
    assert (waiting.state, waiting.last_error) == ("queued", PARKED)
    assert outbox.oldest_waiting() is None, "it does not stand still: it waits for somebody"
    # It goes up again as one that was offered before, and meanwhile nobody can take it back.
    assert [one.was_offered for one in outbox.to_send(max_rows=10)] == [True, True]
    outbox.mark_sent(ids, NOW)
    assert outbox.cancel(first.cmd_id, sign) == ()
    outbox.mark_unanswered(ids, PARKED)
    assert [item.cmd_id for item in outbox.cancel(first.cmd_id, sign)] == [first.cmd_id]
    assert [one.type for one in outbox.to_send(max_rows=10)] == ["void", second.type]


def _sha(item: OutboxItem) -> str:
    return codec.sha256_hex(codec.encode(item.body))


def test_old_settled_rows_go_and_the_newest_number_stays(outbox: Outbox) -> None:
    for name in "ab":
        item = put(outbox, name, note(name))
        outbox.settle([Applied(cmd_id=item.cmd_id)], NOW - timedelta(days=40))
    assert outbox.prune(NOW - timedelta(days=35)) == 1
    assert put(outbox, "c", note("c")).device_seq == 3


def test_a_draft_is_kept_per_case_person_and_kind(outbox: Outbox) -> None:
    case_id = an_id("case", "1")
    mine = Draft(case_id=case_id, person_id=PERSON, text="Hallo", to=("a@b.de",), saved_at=NOW)
    outbox.save_draft(mine)
    outbox.save_draft(Draft(case_id=case_id, person_id=PERSON, text="intern", kind="note", saved_at=NOW))
    assert outbox.draft(case_id, PERSON, "reply") == mine
    assert outbox.draft(case_id, an_id("person", "2"), "reply") is None
    outbox.save_draft(Draft(case_id=case_id, person_id=PERSON, text="  ", saved_at=NOW))
    assert outbox.draft(case_id, PERSON, "reply") is None
    outbox.drop_draft(case_id, PERSON, "note")
    assert outbox.draft(case_id, PERSON, "note") is None


def test_notes_are_kept_and_an_empty_one_is_removed(outbox: Outbox, clock: SetClock) -> None:
    assert outbox.note("hub_url") == ""
    outbox.set_note("hub_url", "https://hub.example")
    assert outbox.note("hub_url") == "https://hub.example"
    outbox.set_note("hub_url", "")
    assert outbox.note("hub_url") == ""
    assert clock.now() == NOW


def test_what_append_returns_is_what_is_stored(outbox: Outbox) -> None:
    queued = put(outbox, "one", note("a"))
    held = put(outbox, "two", decide("b"), held_s=8.0, needs=(queued.cmd_id,))

    assert outbox.item(queued.cmd_id) == queued
    assert outbox.item(held.cmd_id) == held
