"""Killed at any place and started again: one message for one mail, one booking and one mail for one click."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.hub.intake.mails import a_mail
from tests.hub.mail_out.child import folders
from tests.hub.service_desk import ServiceDesk, broken_bowl
from tests.hub.small_firm import ERIKA, NOW, PAYMENT, TENANT, SetClock, database_at, small_firm
from workstation.casework.message import Fact
from workstation.casework.money import Money
from workstation.casework.records import Booking, Payment, ReturnAuthorisation
from workstation.casework.wire.commands import Applied, Scheduled, SendMessage
from workstation.hub.channels.mail.transport_folder import drop_into
from workstation.hub.storage.intake_ledger import open_intake_ledger

TEXT = "Wir haben {amount} erstattet, Gutschrift {credit_note_no}. Rücksendung: {return_no}."


def child(act: str, folder: Path, minutes: int, kill_at: str = "") -> int:
    environment = {**os.environ, "WORKSTATION_CRASH_AT": kill_at}
    now = (NOW + timedelta(minutes=minutes)).isoformat()
    done = subprocess.run(
        [sys.executable, "-m", "tests.hub.mail_out.child", act, str(folder), now],
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.parametrize(
    "place",
    ["intake.blob", "intake.stored", "intake.read", "intake.committed", "intake.filed", "intake.stored:2"],
)
def test_a_kill_during_the_intake_loses_and_doubles_nothing(tmp_path: Path, place: str) -> None:
    for number in (1, 2, 3):
        # Three people: two mails of one person belong to one matter.
        raw = a_mail(
            f"Nummer {number}", from_=f"Kundin {number} <k{number}@x.test>", message_id=f"m{number}@x.test"
        )
        drop_into(tmp_path / "in", raw, f"{number}.mail")
    with small_firm(tmp_path):
        pass
    assert child("intake", tmp_path, 1, place) == -signal.SIGKILL
    assert child("intake", tmp_path, 2) == 0
    assert child("intake", tmp_path, 3) == 0
    with database_at(str(tmp_path / "hub.db"), SetClock()) as database:
        cases = database.read(TENANT, lambda tx: tx.open_cases())
        assert sorted(case.number or 0 for case in cases) == [1, 2, 3]
        messages = database.read(
            TENANT, lambda tx: [one for case in tx.open_cases() for one in tx.messages_of(case.case_id)]
        )
        texts = [one.text.strip() for one in messages if one.kind == "inbound"]
        assert sorted(texts) == ["Nummer 1", "Nummer 2", "Nummer 3"]
        ledger = database.read(TENANT, lambda tx: open_intake_ledger(tx).count("done"))
        assert ledger == 3
    assert len(list((tmp_path / "in" / "cur").iterdir())) == 3
    assert not list((tmp_path / "in" / "new").iterdir())


@pytest.mark.parametrize(
    "place",
    [
        "effect.claimed",
        "effect.sent",
        "effect.called",
        "effect.confirmed",
        "effect.sent:2",
        "effect.called:2",
        "mail.marked_sent",
        "mail.before_send",
        "mail.sent",
        "mail.accepted",
        "effect.confirmed:3",
    ],
)
def test_a_kill_between_money_and_mail_leaves_one_of_each(tmp_path: Path, place: str) -> None:
    with small_firm(tmp_path) as (database, clock):
        desk = ServiceDesk(database, clock)
        case_id = desk.open_case()
        decide = desk.envelope(broken_bowl(case_id))
        case = desk.case(case_id)
        answer = SendMessage(
            case_id=case_id,
            message_id=desk.new_id(),
            text=TEXT,
            to=("erika@kundin.test",),
            facts=(
                Fact(slot="amount", value="24,90 €"),
                Fact(slot="credit_note_no"),
                Fact(slot="return_no"),
            ),
            waits_for=decide.cmd_id,
            seen_inbound_id=case.last_inbound_id,
        )
        verdicts = desk.send(decide, desk.envelope(answer))
        assert isinstance(verdicts[0], Scheduled | Applied), verdicts
        assert isinstance(verdicts[1], Scheduled | Applied), verdicts
    assert child("effects", tmp_path, 1, place) == -signal.SIGKILL
    assert child("effects", tmp_path, 30) == 0
    with database_at(str(tmp_path / "hub.db"), SetClock()) as database:
        (booking,) = database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
        (back,) = database.read(TENANT, lambda tx: tx.records_of(ERIKA, ReturnAuthorisation))
        payment = database.read(TENANT, lambda tx: tx.get(Payment, PAYMENT))
        assert payment is not None
        assert payment.refunded == booking.amount == Money(2490)
        sent = next(
            one for one in database.read(TENANT, lambda tx: tx.messages_of(case_id)) if one.kind == "outbound"
        )
        assert sent.delivery == "accepted"
        assert sent.delivered_at is not None
        assert booking.booked_at < sent.delivered_at
    (mail,) = (tmp_path / "out" / "new").iterdir()
    parsed = message_from_bytes(mail.read_bytes())
    text = parsed.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert booking.credit_note_number in text
    assert back.number in text
    assert parsed["Message-ID"] == f"<{sent.rfc_message_id}>"
    assert not list(Path(folders(tmp_path).outgoing, "tmp").iterdir())
