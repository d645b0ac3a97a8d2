"""Each rule about the hub's data sees the damage it is there for, on both databases."""

from __future__ import annotations

import pytest

from tests.hub.service_desk import ServiceDesk, broken_bowl
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.wire.commands import AddNote, SendMessage
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.commands.words import Words
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.nightly_check import NightlyCheck
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.invariants import INVARIANTS, survey

DAMAGE = {
    "i01_money_is_conserved": "UPDATE book_booking SET amount = amount + 1",
    "i02_booked_at_most_once": "UPDATE effect SET ext_ref = 'twice', kind = 'refund', state = 'confirmed'",
    "i04_budgets_are_their_uses": "UPDATE budget SET spent = spent + 1, limit_amt = limit_amt + 1",
    "i08_one_verdict_a_command": """UPDATE command_log SET verdict = '{"verdict":"rejected"}'
 WHERE type = 'decision.make'""",
    "i09_commands_in_order": "UPDATE command_log SET received_at = 0 WHERE type = 'message.send'",
    "i10_nothing_before_what_it_waits_for": "UPDATE effect SET state = 'unknown' WHERE kind = 'refund'",
    "i11_feed_is_the_documents": "UPDATE document SET rev = rev + 1 WHERE entity = 'case'",
    "i12_no_row_beyond_the_head": "UPDATE scope SET head_seq = 1",
    "i15_four_eyes": """INSERT INTO document (tenant_id, entity, entity_id, rev, scopes, body)
 SELECT tenant_id, 'approval', 'a1', 1, '',
 '{"asked_by":"p","decided_by":"p","state":"granted","decision_id":"d"}' FROM tenant""",
    "i16_nothing_leaves_too_early": "UPDATE effect SET first_sent_at = not_before - 1 WHERE kind = 'refund'",
    "i17_a_case_is_where_its_team_is": "UPDATE document SET scopes = 'team:x' WHERE entity = 'message'",
    "i18_revoked_devices_do_nothing": "UPDATE device SET revoked_at = 1",
    "i19_times_are_the_hubs_own": "UPDATE effect SET attempt = 0, not_before = created_at - 1",
    "i20_tenants_are_apart": "UPDATE effect SET tenant_id = 'another'",
    "i22_ledger_sums_to_zero": """INSERT INTO ledger SELECT tenant_id, 'x', 1, 'a', 5, 'EUR', '', 1
 FROM tenant""",
    "i23_no_words_before_money": """UPDATE effect SET state = 'confirmed', first_sent_at = not_before,
 after_effect_id = 'nobody' WHERE kind = 'mail'""",
    "i24_credit_notes_have_no_gaps": "UPDATE number_series SET last = 9 WHERE name = 'credit_note_2026'",
    "i25_taken_back_once": "UPDATE book_booking SET is_withdrawn = 1",
    "i26_tax_is_the_amount": "UPDATE book_tax SET net = net + 1",
    "i27_rows_are_their_documents": """INSERT INTO book_voucher
 SELECT tenant_id, 'v', 'CODE', 'EUR', 100, 'open' FROM tenant""",
    "i28_merged_cases_agree": "UPDATE case_row SET status = 'merged'",
}
"""Rule -> what breaks it. Overdrawn budgets (i03) cannot even be stored, see below."""


@pytest.fixture
def booked(firm: SqlDatabase, clock: SetClock) -> SqlDatabase:
    """A firm with a decision that was booked, a note, and a mail that waits to leave."""
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    decision = desk.envelope(broken_bowl(case_id))
    desk.send(decision)
    clock.at = clock.at.replace(minute=clock.at.minute + 1)
    desk.give(AddNote(case_id=case_id, message_id=desk.new_id(), text="angerufen"))
    desk.give(
        SendMessage(
            case_id=case_id,
            message_id=desk.new_id(),
            text="Das Geld kommt.",
            to=("erika@kundin.test",),
            waits_for=decision.cmd_id,
            is_forced=True,
        )
    )
    worker = EffectWorker(firm, [ShopExecutor(HouseBooks(firm, open_books))], CaseProjector(), clock, "w")
    while worker.step():
        pass
    return firm


def test_all_rules_hold_after_ordinary_work(booked: SqlDatabase) -> None:
    findings = survey(booked, TENANT)
    assert [finding.name for finding in findings if finding.broken] == []
    assert len(findings) == len(INVARIANTS) and all(finding.rows >= 0 for finding in findings)
    assert {finding.name: finding.rows for finding in findings}["i22_ledger_sums_to_zero"] == 2


@pytest.mark.parametrize("rule", sorted(DAMAGE))
def test_each_rule_sees_its_damage(booked: SqlDatabase, rule: str) -> None:
    booked.outside(lambda session: session.do(DAMAGE[rule]))
    tenant_id = "another" if rule == "i20_tenants_are_apart" else TENANT
    assert rule in booked.check_invariants(tenant_id)


def test_no_rule_is_without_a_proof() -> None:
    assert {rule.__name__ for rule in INVARIANTS} == {*DAMAGE, "i03_no_budget_overdrawn"}


def test_every_rule_has_a_sentence() -> None:
    for language in ("de", "en"):
        words = Words(language)
        assert all(words.line(f"verify.{rule.__name__[:3]}") for rule in INVARIANTS)


def test_an_overdrawn_budget_cannot_be_stored(booked: SqlDatabase) -> None:
    with pytest.raises(Exception, match="not_overdrawn"):
        booked.outside(lambda session: session.do("UPDATE budget SET spent = limit_amt + 1"))


def test_the_nightly_check_logs_what_is_broken(
    booked: SqlDatabase, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    check = NightlyCheck(booked, clock)
    assert check.is_due() and check.look() == 0
    assert not check.is_due()
    clock.at = clock.at.replace(day=clock.at.day + 1)
    assert check.is_due()
    booked.outside(lambda session: session.do(DAMAGE["i02_booked_at_most_once"]))
    assert check.look() == 1 and "i02_booked_at_most_once" in caplog.text
