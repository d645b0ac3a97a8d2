"""The mail executor: late facts filled, held without them, one Message-ID, doubts left as doubts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.hub.mail_out.ground import (
    CASE,
    MESSAGE,
    RFC_ID,
    Post,
    lay_down,
    the_effect,
    the_message,
    the_record,
)
from tests.hub.small_firm import TENANT, small_firm
from workstation.casework.decision import DecisionState
from workstation.casework.message import AttachmentMeta, Fact
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import (
    Accepted,
    MailboxUnavailable,
    MailNotSent,
    MailRefused,
    MailUnknown,
)
from workstation.hub.ports_values import EffectHeld, EffectRefused, EffectRetry, EffectUnknown


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with small_firm(tmp_path) as (database, clock):
        yield Post(database, clock, tmp_path)


class OtherSender:
    """A way out that ends as it is told."""

    visibility_lag_s = 900.0

    def __init__(self, outcome: Exception | Accepted, *, has_archive: bool = True) -> None:
        self.outcome = outcome
        self.has_archive = has_archive
        self.sent: list[tuple[bytes, str, tuple[str, ...], bool]] = []

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        self.sent.append((message, envelope_from, recipients, takes_partial))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def is_archived(self, message_id: str) -> bool:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return message_id == RFC_ID


def test_the_answer_leaves_with_the_facts_of_the_booking(post: Post) -> None:
    lay_down(post.database, the_message(), the_record())
    done = post.executor.perform(the_effect())
    assert done.ext_ref == RFC_ID
    (mail,) = post.sent()
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "24,90 € erstattet, Gutschrift GS-2026-00001 vom 20. November 2026." in text
    assert "Rücksendung RMA-2026-00001 bis Freitag, den 4. Dezember 2026." in text
    assert "{" not in text
    assert mail["Message-ID"] == f"<{RFC_ID}>"
    assert mail["In-Reply-To"] == "<m1@kundin.test>"
    assert mail["References"].split() == ["<first@kundin.test>", "<m1@kundin.test>"]
    assert mail["Subject"] == "Re: Schale zerbrochen [#4711]"
    assert mail["From"] == "Ofen und Glas <service@shop.test>"
    assert mail["Auto-Submitted"] is None
    assert mail["Content-Language"] == "de"
    stored = post.message()
    assert stored.rendered.split() == text.split()
    assert stored.rfc_message_id == RFC_ID
    assert {fact.slot: fact.value for fact in stored.facts}["credit_note_no"] == "GS-2026-00001"
    assert stored.text == the_message().text


@pytest.mark.parametrize("state", ["queued", "scheduled", "booking", "failed", "needs_approval", "cancelled"])
def test_without_a_confirmed_booking_it_is_held(post: Post, state: DecisionState) -> None:
    lay_down(post.database, the_message(), the_record(state))
    with pytest.raises(EffectHeld) as held:
        post.executor.perform(the_effect())
    assert held.value.code == "mail.booking_not_confirmed"
    assert post.sent() == []


def test_what_was_taken_back_meanwhile_is_not_told(post: Post) -> None:
    record = the_record()
    first = msgspec.structs.replace(record.steps[0], state="reversed")
    lay_down(post.database, the_message(), msgspec.structs.replace(record, steps=(first, *record.steps[1:])))
    with pytest.raises(EffectHeld) as held:
        post.executor.perform(the_effect())
    assert held.value.code == "mail.booking_taken_back"
    assert post.sent() == []


def test_a_slot_nobody_has_a_fact_for_holds_it(post: Post) -> None:
    lay_down(post.database, the_message(text="Hier: {voucher_code}"), the_record())
    with pytest.raises(EffectHeld) as held:
        post.executor.perform(the_effect())
    assert (held.value.code, held.value.params) == ("text.slot_without_fact", {"slot": "voucher_code"})
    assert post.sent() == []
    assert post.message().rendered == ""


def test_the_same_effect_again_is_the_same_mail(post: Post) -> None:
    lay_down(post.database, the_message(), the_record())
    assert post.executor.look_up(the_effect()) is None
    for attempt in (1, 2, 3):
        post.clock.pass_by(timedelta(minutes=5))
        assert post.executor.perform(the_effect(attempt)).ext_ref == RFC_ID
    assert len(post.sent()) == 1
    found = post.executor.look_up(the_effect())
    assert found is not None
    assert found.ext_ref == RFC_ID


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (MailRefused("mail.recipient_refused", answer="550"), EffectRefused),
        (MailNotSent("no connection", 42.0), EffectRetry),
        (MailUnknown("cut"), EffectUnknown),
    ],
)
def test_each_outcome_keeps_its_name(post: Post, outcome: Exception, expected: type[Exception]) -> None:
    lay_down(post.database, the_message(), the_record())
    with pytest.raises(expected) as raised:
        post.over(OtherSender(outcome)).perform(the_effect())
    if isinstance(raised.value, EffectRefused):
        assert (raised.value.code, raised.value.params) == ("mail.recipient_refused", {"answer": "550"})
    if isinstance(raised.value, EffectRetry):
        assert raised.value.after_s == 42.0


def test_the_archive_decides_the_class_and_may_be_away(post: Post) -> None:
    lay_down(post.database, the_message(), the_record())
    away = post.over(OtherSender(MailboxUnavailable("mailbox.unreachable")))
    assert (away.effect_class, away.visibility_lag_s) == ("B", 900.0)
    with pytest.raises(EffectRetry):
        away.look_up(the_effect())
    without = post.over(OtherSender(Accepted(), has_archive=False))
    assert without.effect_class == "C"
    assert without.look_up(the_effect()) is None


def test_a_refused_copy_is_said_and_late_tries_go_without(post: Post) -> None:
    lay_down(post.database, the_message(cc=("chef@kundin.test",)), the_record())
    sender = OtherSender(Accepted({"chef@kundin.test": "550 unknown"}))
    executor = post.over(sender)
    executor.perform(the_effect(1))
    executor.perform(the_effect(5))
    assert "mail.recipient_refused" in post.message().hints
    assert [one[3] for one in sender.sent] == [False, True]
    assert sender.sent[0][1:3] == ("service@shop.test", ("erika@kundin.test", "chef@kundin.test"))


def test_what_a_rule_sends_says_so_and_cannot_bounce_into_a_loop(post: Post) -> None:
    lay_down(post.database, the_message(author_id="rule:follow_up"), the_record())
    sender = OtherSender(Accepted())
    post.over(sender).perform(the_effect())
    assert sender.sent[0][1] == ""
    assert b"Auto-Submitted: auto-generated\r\n" in sender.sent[0][0]


def test_the_eleventh_mail_in_ten_minutes_waits(post: Post) -> None:
    lay_down(post.database, the_message(), the_record())

    def ten_before(tx: Tx) -> None:
        for index in range(10):
            sent = the_message(message_id=f"earlier-{index}", delivery="accepted", facts=(), text="x")
            tx.put(msgspec.structs.replace(sent, delivered_at=tx.now - timedelta(minutes=index)))

    post.database.run(TENANT, ten_before)
    with pytest.raises(EffectRetry) as later:
        post.executor.perform(the_effect())
    assert 0 < later.value.after_s <= 601
    post.clock.pass_by(timedelta(seconds=later.value.after_s))
    post.executor.perform(the_effect())
    assert len(post.sent()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ("erika@kundin.test\r\nBcc: x@y.test",)},
        {"to": ()},
        {"to": ("kein-at",)},
        {"subject": "Hallo\r\nBcc: x@y.test", "in_reply_to": ()},
    ],
)
def test_a_mail_that_cannot_be_made_is_refused(post: Post, changes: dict[str, object]) -> None:
    lay_down(post.database, the_message(**changes), the_record())
    with pytest.raises(EffectRefused) as refused:
        post.executor.perform(the_effect())
    assert refused.value.code == "mail.cannot_be_composed"
    assert post.sent() == []


def test_attachments_go_with_it_and_a_missing_one_holds_it(post: Post) -> None:
    sha256 = post.database.blobs.put(TENANT, b"%PDF-1.4 x")
    kept = AttachmentMeta(sha256=sha256, name="Gutschrift ü.pdf", size=10, content_type="application/pdf")
    lay_down(post.database, the_message(attachments=(kept,)), the_record())
    post.executor.perform(the_effect())
    (file,) = post.sent()[0].iter_attachments()
    assert file.get_filename() == "Gutschrift ü.pdf"
    assert file.get_content() == b"%PDF-1.4 x"
    gone = msgspec.structs.replace(kept, sha256="0" * 64)
    post.database.run(TENANT, lambda tx: tx.put(the_message(attachments=(gone,))))
    with pytest.raises(EffectHeld) as held:
        post.executor.perform(the_effect())
    assert held.value.code == "mail.attachment_missing"


def test_an_effect_without_its_message_is_refused(post: Post) -> None:
    with pytest.raises(EffectRefused) as refused:
        post.executor.perform(the_effect())
    assert (refused.value.code, refused.value.params) == ("message.unknown", {"message_id": MESSAGE})
    assert CASE


def test_an_answer_without_late_facts_needs_no_decision(post: Post) -> None:
    plain = the_message(text="Danke, {name}.", facts=(Fact(slot="name", value="Erika"),), waits_for="")
    lay_down(post.database, plain, the_record())
    post.executor.perform(the_effect())
    assert "Danke, Erika." in post.sent()[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
