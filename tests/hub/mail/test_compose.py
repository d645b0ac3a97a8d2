"""Outgoing mails: readable by others, the same bytes for the same input, nothing smuggled into a header."""
# ruff: noqa: E501 - mails in tables read better unbroken

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.hub.channels.mail import Address, parse
from workstation.hub.channels.mail.compose import (
    ComposeError,
    OutgoingFile,
    OutgoingMail,
    compose,
    html_of,
    message_id_for,
    references_for,
)

MAIL = OutgoingMail(
    from_=Address("Töpferei Grün, Kundendienst", "service@shop.test"),
    to=(Address('Erika "Eri" Muster', "erika@kundin.test"), Address("", "zwei@kundin.test")),
    cc=(Address("Jörg Größer", "joerg@kundin.test"),),
    subject="Re: Ihre zerbrochene Schüssel: wir erstatten 24,90 € und schicken einen Beleg dazu [#48213]",
    text="Guten Tag Frau Muster,\n\nwir erstatten 24,90 €.\nDetails: https://shop.test/a?b=1&c=2.\n<b>kein Fett</b>\n\nFrom here on\n.\n",
    message_id="0190-effect@shop.test",
    date=datetime(2025, 5, 5, 10, 11, 12, tzinfo=UTC),
    in_reply_to="frage@kundin.test",
    references=("alt@kundin.test", "frage@kundin.test"),
    attachments=(
        OutgoingFile("Gutschrift Größe ü.pdf", "application/pdf", b"%PDF\x00\xff" * 100),
        OutgoingFile("plain.txt", "text/plain", b"line\n"),
    ),
    language="de",
)


def test_a_mail_reads_back_as_it_was_meant() -> None:
    raw = compose(MAIL)
    parsed = parse(raw)
    assert parsed.from_ == (MAIL.from_,)
    assert parsed.to == MAIL.to
    assert parsed.cc == MAIL.cc
    assert parsed.subject == MAIL.subject
    assert parsed.text == MAIL.text
    assert (parsed.message_id, parsed.in_reply_to) == (MAIL.message_id, ("frage@kundin.test",))
    assert parsed.references == ("alt@kundin.test", "frage@kundin.test")
    assert parsed.date == MAIL.date
    assert [(one.name, one.content_type, one.content) for one in parsed.attachments] == [
        (one.name, one.content_type, one.content) for one in MAIL.attachments
    ]
    assert not parsed.is_auto_reply
    assert parsed.never_answer == ()


def test_the_standard_parser_reads_it_too() -> None:
    message = email.message_from_bytes(compose(MAIL), policy=email.policy.default)
    assert message["Subject"] == MAIL.subject
    assert message["Content-Language"] == "de"
    assert [part.get_filename() for part in message.iter_attachments()] == [
        "Gutschrift Größe ü.pdf",
        "plain.txt",
    ]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MAIL.text
    assert not message.defects


def test_lines_are_short_ascii_and_end_in_crlf() -> None:
    raw = compose(
        replace(
            MAIL,
            text="x" * 5_000 + "\n" + "ü" * 3_000,
            references=tuple(f"{'r' * 60}{i}@k.test" for i in range(50)),
        )
    )
    raw.decode("ascii")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert raw.count(b"MIME-Version: 1.0") == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    assert compose(MAIL) == compose(replace(MAIL))
    assert compose(MAIL) != compose(replace(MAIL, message_id="other@shop.test"))


def test_the_html_alternative_is_escaped_and_has_links() -> None:
    html = html_of(
        "Hallo <script>alert(1)</script> & Co.\nhttps://x.test/a?b=1&c=2, (siehe https://y.test/z).\nan a.b@c.test!",
        "de",
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert '<a href="https://x.test/a?b=1&amp;c=2">https://x.test/a?b=1&amp;c=2</a>,' in html
    assert '<a href="https://y.test/z">https://y.test/z</a>).' in html
    assert '<a href="mailto:a.b@c.test">a.b@c.test</a>!' in html
    assert 'lang="de"' in html
    assert parse(compose(MAIL)).html.count("<br>") >= 4


def test_automatic_mails_say_so() -> None:
    raw = compose(replace(MAIL, auto_submitted="auto-replied"))
    assert b"Auto-Submitted: auto-replied\r\n" in raw
    assert "auto_submitted" in parse(raw).never_answer
    assert b"Auto-Submitted" not in compose(MAIL)


BAD = {
    "subject CRLF": replace(MAIL, subject="x\r\nBcc: y@evil.test"),
    "subject LF": replace(MAIL, subject="x\nBcc: y@evil.test"),
    "subject NUL": replace(MAIL, subject="x\0"),
    "subject NEL": replace(MAIL, subject="x\x85Bcc: y"),
    "subject line separator": replace(MAIL, subject="x\u2028Bcc: y"),
    "subject surrogate": replace(MAIL, subject="x\ud800"),
    "name": replace(MAIL, to=(Address("x\r\nBcc: y", "a@b.test"),)),
    "address": replace(MAIL, to=(Address("", "a@b.test\r\nBcc: y@evil.test"),)),
    "address with comma": replace(MAIL, to=(Address("", "a@b.test, c@d.test"),)),
    "address with bracket": replace(MAIL, to=(Address("", "a@b.test> <c@d.test"),)),
    "address without at": replace(MAIL, to=(Address("Erika", "erika"),)),
    "empty address": replace(MAIL, to=(Address("Erika", ""),)),
    "local part not ASCII": replace(MAIL, to=(Address("", "jörg@b.test"),)),
    "cc": replace(MAIL, cc=(Address("x\n", "a@b.test"),)),
    "from": replace(MAIL, from_=Address("x\r", "a@b.test")),
    "reply-to": replace(MAIL, reply_to=Address("x", "a b@c.test")),
    "nobody": replace(MAIL, to=()),
    "message id": replace(MAIL, message_id="a@b>\r\nX: y"),
    "empty message id": replace(MAIL, message_id=""),
    "in reply to": replace(MAIL, in_reply_to="a b"),
    "language": replace(MAIL, language="de\r\nX: y"),
    "auto submitted": replace(MAIL, auto_submitted="auto-replied\r\nX: y"),
    "naive date": replace(MAIL, date=datetime(2025, 5, 5)),  # noqa: DTZ001
    "file name": replace(MAIL, attachments=(OutgoingFile("a\r\nX: y.pdf", "application/pdf", b""),)),
    "no file name": replace(MAIL, attachments=(OutgoingFile(" ", "application/pdf", b""),)),
}


@pytest.mark.parametrize("name", BAD)
def test_nothing_is_smuggled_in(name: str) -> None:
    with pytest.raises(ComposeError) as caught:
        compose(BAD[name])
    assert isinstance(caught.value, ValueError)
    assert caught.value.code.startswith("mail_")
    assert caught.value.field


def test_odd_content_types_are_sent_as_plain_bytes() -> None:
    for kind in ("text/html\r\nX: y", "multipart/mixed", "message/rfc822", "", "x"):
        raw = compose(replace(MAIL, attachments=(OutgoingFile("a.bin", kind, b"\x00\x01"),)))
        (one,) = parse(raw).attachments
        assert (one.content_type, one.content) == ("application/octet-stream", b"\x00\x01")


def test_foreign_domains_are_sent_as_ascii() -> None:
    raw = compose(replace(MAIL, to=(Address("", "info@köln.test"),)))
    assert parse(raw).to[0].address == "info@xn--kln-sna.test"


def test_message_ids_of_effects() -> None:
    assert message_id_for("0190-abc", "shop.test") == "0190-abc@shop.test"
    for bad in ("a b", "a>", "a\r\n", "ü"):
        with pytest.raises(ComposeError):
            message_id_for(bad, "shop.test")
    with pytest.raises(ComposeError):
        message_id_for("a", "shop test")


def test_references_stay_bounded() -> None:
    chain = references_for([f"{i}@k.test" for i in range(100)], "parent@k.test")
    assert (len(chain), chain[0], chain[-1]) == (20, "0@k.test", "parent@k.test")
    assert references_for(["bad id", "a@b"], None) == ("a@b",)
    assert references_for(["p@k", "a@k"], "p@k") == ("a@k", "p@k")


@given(st.text(max_size=120), st.text(max_size=60), st.text(max_size=200), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_sent_whole_or_refused(subject: str, name: str, text: str, file_name: str) -> None:
    mail = replace(
        MAIL,
        subject=subject,
        to=(Address(name, "a@b.test"),),
        text=text,
        attachments=(OutgoingFile(file_name, "text/plain", b"x"),),
    )
    try:
        raw = compose(mail)
    except ComposeError:
        return
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert names == [
        b"Content-Type",
        b"MIME-Version",
        b"From",
        b"To",
        b"Cc",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"In-Reply-To",
        b"References",
        b"Content-Language",
    ]
    parsed = parse(raw)
    assert parsed.subject == " ".join(subject.split(" ")).strip()
    assert [one.address for one in parsed.to] == ["a@b.test"]
    assert len(parsed.attachments) == 1
