"""HTML of an older sanitiser is made anew from the raw mail: once, and never at the price of the mail."""

from __future__ import annotations

import msgspec
import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from tests.hub.small_firm import TENANT
from workstation.casework.message import Message
from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.ports_mail import IncomingMail
from workstation.hub.services.html_remake import HtmlRemake
from workstation.hub.services.intake import IntakePorts
from workstation.system.sanitise import SANITISER_VERSION

OLD = "<p>made safe by <blink>an older</blink> version</p>"


def html_mail(number: int) -> bytes:
    plain = a_mail("<p>Hallo <b>Welt</b><script>x()</script></p>", message_id=f"h{number}@kundin.test")
    return plain.replace(b"text/plain", b"text/html")


def aged(desk: Desk, row: IntakeRow) -> None:
    """Let a message look as if an older program had taken it in."""

    def work(tx: Tx) -> None:
        message = tx.get(Message, row.message_id)
        assert message is not None and message.html_sanitiser == SANITISER_VERSION
        tx.put(msgspec.structs.replace(message, html=OLD, html_sanitiser=0))

    desk.database.run(TENANT, work)


def remake(desk: Desk, **changes: object) -> HtmlRemake:
    ports = desk.intake._ports
    if changes:
        ports = IntakePorts(**{name: changes.get(name, getattr(ports, name)) for name in ports.__slots__})  # type: ignore[arg-type]
    return HtmlRemake(ports, TENANT, SANITISER_VERSION)


def never() -> bool:
    return False


def no_wait(_: float) -> None:
    return None


def test_only_old_html_is_made_anew_and_only_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.hub.services.html_remake._PAGE", 2)
    rows = [desk.take(html_mail(number)) for number in range(5)]
    plain = desk.take(a_mail())
    for row in rows[:3]:
        aged(desk, row)
    before = {row.message_id: desk.message(row) for row in (*rows, plain)}
    remake(desk).run(never, no_wait)
    for row in rows[:3]:
        message = desk.message(row)
        assert (message.html, message.html_sanitiser) == (before[rows[3].message_id].html, SANITISER_VERSION)
        assert "script" not in message.html and "<b>Welt</b>" in message.html
    assert [desk.message(row) for row in (*rows[3:], plain)] == [
        before[row.message_id] for row in (*rows[3:], plain)
    ]
    aged(desk, rows[0])
    remake(desk).run(never, no_wait)
    assert desk.message(rows[0]).html == OLD


def test_stopped_half_way_it_begins_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.hub.services.html_remake._PAGE", 1)
    rows = [desk.take(html_mail(number)) for number in range(3)]
    for row in rows:
        aged(desk, row)
    answers = iter([False, True])
    remake(desk).run(lambda: next(answers), no_wait)
    assert sorted(desk.message(row).html == OLD for row in rows) == [False, True, True]
    remake(desk).run(never, no_wait)
    assert not any(desk.message(row).html == OLD for row in rows)


def test_a_mail_that_cannot_be_read_any_more_keeps_what_it_has(desk: Desk) -> None:
    class Blind:
        def read(self, raw: bytes) -> IncomingMail:
            return IncomingMail(is_readable=False, unreadable_why="timeout")

    row = desk.take(html_mail(1))
    aged(desk, row)
    remake(desk, reader=Blind()).run(never, no_wait)
    assert desk.message(row).html == OLD
