"""Commands at the hub: each gets one verdict for ever, judged under lock, whatever stands beside it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.hub.service_desk import TANJA, ServiceDesk, broken_bowl
from tests.hub.small_firm import BOWLS, ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.approval import Approval
from workstation.casework.decision import DecisionRecord, Refund
from workstation.casework.message import Fact, Message
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.records import LineQuantity
from workstation.casework.wire.codec import encode, sha256_hex
from workstation.casework.wire.commands import (
    AddNote,
    Applied,
    AssignCase,
    Blocked,
    CancelDecision,
    IdReuse,
    NeedsApproval,
    OpenCase,
    Quarantined,
    Rejected,
    Scheduled,
    SendMessage,
    Superseded,
    Void,
)
from workstation.hub.services.case_acts import mail_effect_id
from workstation.hub.storage.database import SqlDatabase
from workstation.system import keys


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    return ServiceDesk(firm, clock)


def note(desk: ServiceDesk, case_id: str, text: str = "angerufen") -> AddNote:
    return AddNote(case_id=case_id, message_id=desk.new_id(), text=text)


def budgets(desk: ServiceDesk) -> dict[str, tuple[int, int]]:
    rows = desk.database.look(lambda s: s.rows("SELECT level, reserved, spent FROM budget"))
    return {str(row[0]): (int(row[1]), int(row[2])) for row in rows}


def test_a_note_is_applied_and_names_where_it_shows(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    verdict = desk.give(note(desk, case_id))
    assert isinstance(verdict, Applied)
    page = desk.database.pull(TENANT, [f"team:{TEAM}"], {}, 100, 10**6)
    assert verdict.seqs == page.cursors == page.heads
    assert [row.entity for row in page.rows].count("message") == 2


def test_the_same_command_again_gets_the_same_verdict_and_changes_nothing(desk: ServiceDesk) -> None:
    envelope = desk.envelope(broken_bowl(desk.open_case()))
    first = desk.send(envelope)
    heads = desk.database.heads()
    assert desk.send(envelope) == first
    assert desk.database.heads() == heads
    assert len(desk.database.read(TENANT, lambda tx: tx.effects_of_command(envelope.cmd_id))) == 2


def test_the_same_id_for_another_body_is_told(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    envelope = desk.envelope(note(desk, case_id))
    desk.send(envelope)
    other = desk.envelope(note(desk, case_id, "anders"), cmd_id=envelope.cmd_id)
    assert desk.send(other) == [IdReuse(cmd_id=envelope.cmd_id)]


def test_an_unknown_type_does_not_fail_its_batch(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    good = desk.envelope(note(desk, case_id))
    raw = encode({"type": "moon.land", "case_id": case_id})
    odd = desk.envelope(note(desk, case_id), body=msgspec.Raw(raw), sha256=sha256_hex(raw), type="moon.land")
    last = desk.envelope(note(desk, case_id))
    items = [encode(good), b"[1,2]", encode(odd), b'{"cmd_id": 7}', encode(last)]
    answer = desk.receiver.receive(desk.caller, [msgspec.Raw(item) for item in items])
    verdicts = {verdict.cmd_id: verdict for verdict in answer.verdicts}
    assert isinstance(verdicts[good.cmd_id], Applied)
    assert verdicts[odd.cmd_id] == Quarantined(cmd_id=odd.cmd_id, code="command.unknown_type")
    assert isinstance(verdicts[last.cmd_id], Applied)
    assert answer.last_contiguous == 3
    kept = desk.database.look(lambda s: s.rows("SELECT body FROM quarantine"))
    assert [row[0] for row in kept] == [raw.decode()]


def test_a_forged_signature_ends_in_quarantine_and_changes_nothing(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    envelope = desk.envelope(note(desk, case_id))
    forged = msgspec.structs.replace(envelope, signature=keys.b64(keys.sign(keys.new_signing_key(), b"x")))
    assert desk.send(forged) == [Quarantined(cmd_id=envelope.cmd_id, code="command.bad_signature")]
    assert len(desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))) == 1


def test_commands_of_another_device_take_up_no_numbers_of_it(desk: ServiceDesk, clock: SetClock) -> None:
    case_id = desk.open_case()
    other = ServiceDesk(desk.database, clock, TANJA)
    stolen = other.envelope(note(other, case_id))
    [verdict] = desk.send(stolen)
    assert verdict == Rejected(cmd_id=stolen.cmd_id, code="command.other_device")
    assert isinstance(other.send(stolen)[0], Applied)


def test_a_number_used_twice_shows_a_copied_file(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    desk.give(note(desk, case_id))
    desk.seq = 0
    verdict = desk.give(note(desk, case_id))
    assert isinstance(verdict, Quarantined) and verdict.code == "command.number_taken"
    assert len(desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))) == 2


def test_what_depends_on_a_refused_command_is_blocked_and_on_a_missing_one_waits(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    refused = desk.envelope(note(desk, case_id, " "))
    follower = desk.envelope(note(desk, case_id), depends_on=(refused.cmd_id,))
    missing = desk.envelope(note(desk, case_id), depends_on=(desk.new_id(),))
    verdicts = {verdict.cmd_id: verdict for verdict in desk.send(follower, refused, missing)}
    assert isinstance(verdicts[refused.cmd_id], Rejected)
    assert verdicts[follower.cmd_id] == Blocked(cmd_id=follower.cmd_id, dependency=refused.cmd_id)
    assert missing.cmd_id not in verdicts


def test_a_void_keeps_the_numbers_without_gap(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    envelopes = [desk.envelope(Void(case_id="")), desk.envelope(note(desk, case_id))]
    answer = desk.receiver.receive(desk.caller, [msgspec.Raw(encode(one)) for one in envelopes])
    assert all(isinstance(verdict, Applied) for verdict in answer.verdicts)
    assert answer.last_contiguous == 2


def test_a_gap_is_seen_and_healed(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    first, second, third = (desk.envelope(note(desk, case_id)) for _ in range(3))

    def contiguous(envelope: object) -> int:
        return desk.receiver.receive(desk.caller, [msgspec.Raw(encode(envelope))]).last_contiguous

    assert contiguous(second) == 0
    assert contiguous(first) == 2
    assert contiguous(third) == 3


def test_a_new_case_gets_the_next_number_and_a_refused_one_leaves_no_gap(desk: ServiceDesk) -> None:
    def ask(team_id: str) -> OpenCase:
        return OpenCase(
            case_id=desk.new_id(), channel="mail", subject="Rückruf", team_id=team_id, customer_id=ERIKA
        )

    first, bad, second = ask(TEAM), ask(""), ask(TEAM)
    assert isinstance(desk.give(first), Applied)
    assert isinstance(desk.give(bad), Rejected)
    assert isinstance(desk.give(second), Applied)
    assert (desk.case(first.case_id).number, desk.case(second.case_id).number) == (1, 2)


def test_a_macro_is_scheduled_with_an_effect_a_step_and_its_sum_reserved(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    envelope = desk.envelope(broken_bowl(case_id, undo_left_s=8))
    [verdict] = desk.send(envelope)
    assert isinstance(verdict, Scheduled)
    assert (verdict.not_before - desk.clock.now()).total_seconds() == 8
    effects = desk.database.read(TENANT, lambda tx: tx.effects_of_command(envelope.cmd_id))
    assert [effect.kind for effect in effects] == ["refund", "return_authorisation"]
    assert effects[1].after_effect_id == effects[0].effect_id
    assert set(budgets(desk).values()) == {(2490, 0)}
    record = desk.database.read(TENANT, lambda tx: tx.get(DecisionRecord, envelope.cmd_id))
    assert record is not None and record.state == "scheduled" and record.rev == 1


def test_over_the_limit_asks_a_lead_and_reserves_nothing(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    much = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(5001))
    envelope = desk.envelope(broken_bowl(case_id, much))
    [verdict] = desk.send(envelope)
    assert isinstance(verdict, NeedsApproval) and verdict.code == "limit.per_decision"
    approval = desk.database.read(TENANT, lambda tx: tx.get(Approval, verdict.approval_id))
    assert approval is not None and approval.state == "open" and approval.due_at is not None
    assert desk.case(case_id).is_held_for_approval
    codes = [message.code for message in desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))]
    assert "approval.asked" in codes
    assert all(part == (0, 0) for part in budgets(desk).values())
    assert desk.database.read(TENANT, lambda tx: tx.effects_of_command(envelope.cmd_id)) == ()


def test_two_decisions_count_together(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    twice = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2600))
    assert isinstance(desk.give(broken_bowl(case_id, twice)), Scheduled)
    second = desk.give(broken_bowl(case_id, twice))
    assert isinstance(second, NeedsApproval) and second.code == "limit.per_decision"


def test_taken_back_in_time_leaves_no_trace_in_the_budgets(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    envelope = desk.envelope(broken_bowl(case_id, undo_left_s=8))
    desk.send(envelope)
    verdict = desk.give(CancelDecision(case_id=case_id, decision_id=envelope.cmd_id))
    assert isinstance(verdict, Applied)
    assert set(budgets(desk).values()) == {(0, 0)}
    effects = desk.database.read(TENANT, lambda tx: tx.effects_of_command(envelope.cmd_id))
    assert {effect.state for effect in effects} == {"cancelled"}
    again = desk.give(CancelDecision(case_id=case_id, decision_id=envelope.cmd_id))
    assert isinstance(again, Applied)


def reply(desk: ServiceDesk, case_id: str, waits_for: str = "", seen: str = "") -> SendMessage:
    return SendMessage(
        case_id=case_id,
        message_id=desk.new_id(),
        text="24,90 € sind angewiesen, Gutschrift {credit_note_no}." if waits_for else "Wir prüfen das.",
        to=("erika@kundin.test",),
        facts=(Fact(slot="credit_note_no"),) if waits_for else (),
        waits_for=waits_for,
        seen_inbound_id=seen or desk.case(case_id).last_inbound_id,
    )


def test_a_reply_waits_for_the_last_step_of_its_decision(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    decision = desk.envelope(broken_bowl(case_id))
    answer = desk.envelope(reply(desk, case_id, decision.cmd_id), depends_on=(decision.cmd_id,))
    verdicts = desk.send(decision, answer)
    assert isinstance(verdicts[1], Applied)
    effect = desk.database.read(TENANT, lambda tx: tx.effect(mail_effect_id(answer.cmd_id)))
    steps = desk.database.read(TENANT, lambda tx: tx.effects_of_command(decision.cmd_id))
    assert effect is not None and effect.after_effect_id == steps[-1].effect_id
    assert b"Gutschrift" not in effect.payload
    [message] = [
        one
        for one in desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))
        if one.kind == "outbound"
    ]
    assert message.delivery == "waiting_booking"


@pytest.mark.parametrize(("minor_units", "kind"), [(2490, Scheduled), (5001, NeedsApproval)])
def test_cancelling_makes_the_waiting_reply_a_draft_again(
    desk: ServiceDesk, minor_units: int, kind: type
) -> None:
    case_id = desk.open_case()
    refund = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(minor_units))
    decision = desk.envelope(broken_bowl(case_id, refund, undo_left_s=8))
    answer = desk.envelope(reply(desk, case_id, decision.cmd_id))
    assert isinstance(desk.send(decision, answer)[0], kind)
    desk.give(CancelDecision(case_id=case_id, decision_id=decision.cmd_id))
    effect = desk.database.read(TENANT, lambda tx: tx.effect(mail_effect_id(answer.cmd_id)))
    assert effect is not None and effect.state == "held_back"
    messages = desk.database.read(TENANT, lambda tx: tx.messages_of(case_id))
    assert [one.delivery for one in messages if one.kind == "outbound"] == ["held_back"]


def test_a_reply_to_an_older_message_is_superseded(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    verdict = desk.give(reply(desk, case_id, seen="01890000-0000-7000-8000-0000000000ff"))
    assert isinstance(verdict, Superseded) and verdict.code == "reply.stale"


def test_a_case_that_changes_team_leaves_its_scope_with_all_it_has(
    desk: ServiceDesk, clock: SetClock
) -> None:
    other_team = "01890000-0000-7000-8000-000000000003"
    desk.database.run(TENANT, lambda tx: tx.put(Team(team_id=other_team, name="Reklamation")))
    case_id = desk.open_case()
    before = desk.database.pull(TENANT, [f"team:{TEAM}"], {}, 1000, 10**6)
    verdict = desk.give(AssignCase(case_id=case_id, team_id=other_team))
    assert isinstance(verdict, Applied) and set(verdict.seqs) == {f"team:{TEAM}", f"team:{other_team}"}
    after = desk.database.pull(TENANT, [f"team:{TEAM}"], before.cursors, 1000, 10**6)
    assert {row.entity for row in after.rows if row.gone} == {
        "case",
        "message",
        "customer",
        "order",
        "payment",
    }
    there = desk.database.pull(TENANT, [f"team:{other_team}"], {}, 1000, 10**6)
    assert {row.entity for row in there.rows} == {"case", "message", "customer", "order", "payment"}
    refused = desk.give(note(desk, case_id))
    assert isinstance(refused, Rejected) and refused.code == "case.other_team"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"type":"note.add","case_id":7}', "command.malformed"),
        (b"[]", "command.unknown_type"),
        (b'{"type":7}', "command.unknown_type"),
        (b'{"type":"decision.make","case_id":"x","customer_id":"","steps":[]}', "command.malformed"),
    ],
)
def test_bad_bodies_are_named(desk: ServiceDesk, raw: bytes, code: str) -> None:
    case_id = desk.open_case()
    verdict = desk.give(note(desk, case_id), body=msgspec.Raw(raw), sha256=sha256_hex(raw))
    assert isinstance(verdict, Rejected | Quarantined) and verdict.code == code
    tampered = msgspec.structs.replace(desk.envelope(note(desk, case_id)), body=msgspec.Raw(raw))
    assert desk.send(tampered) == [Quarantined(cmd_id=tampered.cmd_id, code="command.wrong_hash")]


def test_every_command_leaves_an_audit_row_and_the_chain_holds(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    for _ in range(3):
        desk.give(note(desk, case_id))
    assert desk.database.verify_audit(TENANT).unsealed == 3
    assert desk.database.seal_audit(desk.clock.now()) == 3
    found = desk.database.verify_audit(TENANT)
    assert (found.sealed, found.unsealed, found.broken_at) == (3, 0, None)


def test_amounts_across_cases_of_one_customer_age_out_of_the_window(
    desk: ServiceDesk, clock: SetClock
) -> None:
    amount = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=(LineQuantity(BOWLS, 1),))
    envelope = desk.envelope(broken_bowl(desk.open_case(), amount))
    desk.send(envelope)
    desk.database.run(TENANT, lambda tx: tx.settle(envelope.cmd_id, 0, is_spent=True, at=clock.now()))
    assert budgets(desk)["customer_window"] == (0, 2490)
    clock.pass_by(timedelta(days=91))
    small = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(100))
    assert isinstance(desk.give(broken_bowl(desk.open_case(), small)), Scheduled)
    rows = desk.database.look(
        lambda s: s.rows("SELECT reserved, spent FROM budget WHERE level = 'customer_window'")
    )
    assert [tuple(row) for row in rows] == [(100, 0)]


def test_message_is_stored_once(desk: ServiceDesk) -> None:
    case_id = desk.open_case()
    body = note(desk, case_id)
    desk.give(body)
    desk.give(body)
    found = desk.database.read(TENANT, lambda tx: tx.get(Message, body.message_id))
    assert found is not None and found.rev == 1
