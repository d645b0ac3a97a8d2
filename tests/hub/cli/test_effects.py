"""``effects``: what is in doubt is listed, and the owner settles it without a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Command
from workstation.casework.case import Case
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.records import DunningNotice, Invoice
from workstation.casework.wire.codec import encode
from workstation.hub.core import HubCore, open_core
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import ReminderRow
from workstation.hub.ports_values import Effect
from workstation.hub.services.dunning_state import book_fee
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.settings import read_settings
from workstation.hub.storage.billing import open_billing
from workstation.system.clock import new_id


def lay_down(firm: Path, number: int = 7) -> tuple[str, str, str]:
    """A mail nobody knows the fate of; returns the ids of effect, case and message."""
    core = open_core(read_settings(firm), None)
    try:
        effect_id, case_id, message_id = (new_id(core.clock) for _ in range(3))
        _put(core, effect_id, case_id, message_id, number)
        return effect_id, case_id, message_id
    finally:
        core.close()


def _put(core: HubCore, effect_id: str, case_id: str, message_id: str, number: int) -> None:
    team_id = core.database.read(core.tenant_id, lambda tx: tx.all_of(Team))[0].team_id
    anna = core.people.find("anna")
    evidence = {"target": "mail", "looks": "0", "sent_at": core.clock.now().isoformat()}

    def work(tx: Tx) -> None:
        tx.put(Case(case_id=case_id, team_id=team_id, opened_at=tx.now, number=number, subject="Schale"))
        message = Message(
            message_id=message_id,
            case_id=case_id,
            kind="outbound",
            at=tx.now,
            author_id=anna.person_id,
            to=("erika@kundin.example",),
            text="Kommt.",
            delivery="sending",
        )
        tx.put(message)
        effect = Effect(
            effect_id=effect_id,
            command_id=new_id(core.clock),
            case_id=case_id,
            message_id=message_id,
            kind="mail",
            target="mail",
            payload=encode({"case_id": case_id, "message_id": message_id}),
            not_before=tx.now,
            created_at=tx.now,
            effect_class="C",
            state="manual",
            attempt=1,
            first_sent_at=tx.now,
            sent_at=tx.now,
            failure_code="effect.outcome_unknown",
            failure_params=evidence,
        )
        tx.add_effect(effect)
        CaseProjector().changed(tx, effect)

    core.database.run(core.tenant_id, work)


def message_of(firm: Path, message_id: str) -> Message:
    core = open_core(read_settings(firm), None)
    try:
        found = core.database.read(core.tenant_id, lambda tx: tx.get(Message, message_id))
        assert found is not None
        assert core.database.check_invariants(core.tenant_id) == {}
        return found
    finally:
        core.close()


def test_what_is_in_doubt_is_listed(command: Command, firm: Path) -> None:
    effect_id, case_id, _ = lay_down(firm)
    assert command(firm, "effects", "list", "--state", "failed").out.count("\n") == 1, "the head alone"
    assert effect_id in command(firm, "effects", "list", "--state", "manual").out
    (shown,) = json.loads(command(firm, "effects", "list", "--json").out)
    assert (shown["effect_id"], shown["case_id"], shown["state"], shown["kind"]) == (
        effect_id,
        case_id,
        "manual",
        "mail",
    )
    assert shown["code"] == "effect.outcome_unknown" and shown["sent_at"]


def test_a_list_that_is_cut_off_says_so(
    command: Command, firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = lay_down(firm)[0], lay_down(firm, 8)[0]
    monkeypatch.setattr("workstation.hub.commands.effects.MOST_LISTED", 1)
    page = command(firm, "effects", "list", language="de")
    assert page.err.strip() == "Es gibt noch mehr: weiter mit --skip 1."
    rest = command(firm, "effects", "list", "--skip", "1", "--json")
    assert rest.err == ""
    (shown,) = json.loads(rest.out)
    assert {first, second} == {shown["effect_id"], next(one for one in (first, second) if one in page.out)}


def test_the_owner_says_that_it_arrived(command: Command, firm: Path) -> None:
    effect_id, _, message_id = lay_down(firm)
    done = command(firm, "effects", "settle", effect_id, "--done", "im Postausgang", "--by", "anna")
    assert done.code == 0, done.err
    assert effect_id in done.out
    assert message_of(firm, message_id).delivery == "accepted"
    again = command(firm, "effects", "settle", effect_id, "--not-done", "--by", "anna")
    assert (again.code, "[effect.not_in_doubt]" in again.err) == (1, True)
    assert message_of(firm, message_id).delivery == "accepted"


def test_the_owner_says_that_it_did_not(command: Command, firm: Path) -> None:
    effect_id, _, message_id = lay_down(firm)
    assert command(firm, "effects", "settle", effect_id, "--not-done", "--by", "anna").code == 0
    message = message_of(firm, message_id)
    assert (message.delivery, message.delivery_code) == ("failed", "mail.not_arrived")
    assert effect_id in command(firm, "effects", "list", "--state", "failed").out


def carry_a_reminder(firm: Path, effect_id: str, case_id: str, message_id: str) -> None:
    """Let the doubtful mail be the first reminder of an invoice."""

    def work(tx: Tx) -> None:
        day = tx.now.date()
        total, fee = Money(9900), Money(500)
        invoice = Invoice(
            invoice_id="i1", number="R-1", customer_id="c1", order_id="o1", total=total, open=total,
            issued_on=day, due_on=day, dunning_level=1, fee_open=fee,
        )  # fmt: skip
        notice = DunningNotice(
            notice_id="n1", invoice_id="i1", customer_id="c1", level=1, sent_on=day, fee=fee, status="planned"
        )
        row = ReminderRow(
            invoice_id="i1", level=1, notice_id="n1", run_on=day, status="planned",
            effect_id=effect_id, message_id=message_id, case_id=case_id,
        )  # fmt: skip
        tx.put(invoice)
        tx.put(notice)
        open_billing(tx).keep_invoice(invoice, opening=total)
        open_billing(tx).keep_reminder(row)
        book_fee(tx, "i1", effect_id, fee)

    core = open_core(read_settings(firm), None)
    try:
        core.database.run(core.tenant_id, work)
    finally:
        core.close()


@pytest.mark.parametrize(
    ("outcome", "status", "level"), [("--done=x", "sent", 1), ("--not-done", "withheld", 0)]
)
def test_an_invoice_follows_its_reminder(
    command: Command, firm: Path, outcome: str, status: str, level: int
) -> None:
    effect_id, case_id, message_id = lay_down(firm)
    carry_a_reminder(firm, effect_id, case_id, message_id)
    assert command(firm, "effects", "settle", effect_id, outcome, "--by", "anna").code == 0
    core = open_core(read_settings(firm), None)
    try:
        invoice, notice = core.database.read(
            core.tenant_id, lambda tx: (tx.get(Invoice, "i1"), tx.get(DunningNotice, "n1"))
        )
    finally:
        core.close()
    assert invoice is not None and notice is not None
    assert (invoice.dunning_level, invoice.fee_open, notice.status) == (level, Money(500 * level), status)
