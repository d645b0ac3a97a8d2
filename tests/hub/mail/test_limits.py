"""Mails that attack the reader: it never raises, and each is read within seconds of processor time."""
# ruff: noqa: E501 - mails in tables read better unbroken

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hub.mail.build import mail
from workstation.hub.channels.mail import ParsedMail, parse
from workstation.hub.channels.mail.quoting import fold
from workstation.system.sanitise import sanitise


def _nested(depth: int) -> bytes:
    head = b"From: a@b.test\r\nSubject: tief\r\n"
    parts = [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth)]
    tails = [b"\r\n--b%d--\r\n" % i for i in reversed(range(depth))]
    return head + b"".join(parts) + b"Content-Type: text/plain\r\n\r\nganz innen\r\n" + b"".join(tails)


HOSTILE = {
    "nested 1,000 deep": lambda: _nested(1_000),
    "same boundary nested": lambda: b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' * 2_000,
    "brackets in an address": lambda: b"From: " + b"(" * 50_000 + b"a@b.test\r\n\r\nx",
    "closed brackets in an address": lambda: b"From: " + b"(" * 50_000 + b")" * 50_000 + b" a@b.test\r\n\r\nx",
    "angles in an address": lambda: b"From: " + b"<" * 50_000 + b"\r\n\r\nx",
    "open angles with text": lambda: b"From: " + b'<a"' * 50_000 + b">\r\n\r\nx",
    "quotes in an address": lambda: b"From: " + b'"a ' * 50_001 + b"\r\n\r\nx",
    "backslashes": lambda: b'From: "' + b"\\" * 100_000 + b'" <a@b.test>\r\n\r\nx',
    "commas": lambda: b"To: " + b"," * 500_000 + b"a@b.test\r\n\r\nx",
    "many addresses": lambda: b"To: " + b"a@b.test, " * 90_000 + b"\r\n\r\nx",
    "at signs": lambda: b"To: " + b"@" * 300_000 + b"\r\n\r\nx",
    "words and spaces": lambda: b"From: " + b"a@ " * 100_000 + b"\r\n\r\nx",
    "route": lambda: b"From: <" + b"@a," * 100_000 + b">\r\n\r\nx",
    "a long name": lambda: b"From: " + b"x" * 900_000 + b" <a@b.test>\r\n\r\nx",
    "a long name with an at": lambda: b"From: " + b"@" + b"x" * 900_000 + b"\r\n\r\nx",
    "blanks in a name": lambda: b'From: "a' + b" " * 900_000 + b'b" <a@b.test>\r\n\r\nx',
    "addresses in a name": lambda: b'From: "<' + b"a@" * 400_000 + b'>"\r\n\r\nx',
    "a long reference": lambda: b"References: " + b"x" * 900_000 + b"\r\n\r\nx",
    "semicolons": lambda: b"Content-Type: text/plain" + b";" * 900_000 + b"\r\n\r\nx",
    "open comments in an encoding": lambda: b"Content-Transfer-Encoding: " + b"(" * 900_000 + b"\r\n\r\nx",
    "failed recipients": lambda: b"X-Failed-Recipients: " + b"x" * 900_000 + b"\r\n\r\nx",
    "group marks": lambda: b"To: " + b"a:" * 100_000 + b";\r\n\r\nx",
    "20,000 encoded words": lambda: b"Subject: " + b"=?utf-8?Q?a=C3=A4?= " * 20_000 + b"\r\n\r\nx",
    "20,000 unfinished words": lambda: b"Subject: " + b"=?utf-8?Q?a " * 20_000 + b"\r\n\r\nx",
    "20,000 words in a name": lambda: b"From: " + b"=?utf-8?Q?a?= " * 20_000 + b"<a@b.test>\r\n\r\nx",
    "10 MB subject": lambda: b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\nx",
    "10 MB folded subject": lambda: b"Subject: x" + b"\r\n x" * 2_500_000 + b"\r\n\r\nx",
    "10 MB of blanks": lambda: b"Subject: a" + b" " * 10_000_000 + b"b\r\n\r\nx",
    "one million headers": lambda: b"X-A: b\r\n" * 1_000_000 + b"\r\nx",
    "one million odd lines": lambda: b"From: a@b.test\r\n" + b"no header here\r\n" * 300_000 + b"\r\nx",
    "odd lines, then a header": lambda: (b"garbage\r\n" * 40 + b"X-A: b\r\n") * 5_000 + b"\r\nx",
    "5,000 links": lambda: mail(body=b"<a href='http://x.test/1'>x</a>" * 5_000, content_type="text/html"),
    "100,000 open tags": lambda: mail(body=b"<div>" * 100_000, content_type="text/html"),
    "comment starts": lambda: mail(body=b"<!--" * 200_000, content_type="text/html"),
    "tag starts": lambda: mail(body=b"<a " * 200_000, content_type="text/html"),
    "entities": lambda: mail(body=b"&#x1F600;&amp;&" * 100_000, content_type="text/html"),
    "parameters": lambda: b"Content-Type: text/plain; " + b"a*1*=b; " * 100_000 + b"\r\n\r\nx",
    "parameter quotes": lambda: b"Content-Type: text/plain; name=" + b'"\\' * 200_000 + b"\r\n\r\nx",
    "10,000 parts": lambda: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--",
    "boundary everywhere": lambda: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b" * 1_000_000,
    "broken base64": lambda: mail(body=b"AAA=" * 1_000_000, encoding="base64"),
    "long base64 line with odd bytes": lambda: mail(body=b"QUJD\xff" * 1_000_000, encoding="base64"),
    "quoted-printable": lambda: mail(body=b"=" * 2_000_000, encoding="quoted-printable"),
    "references": lambda: b"References: " + b"<a@b.test> " * 80_000 + b"\r\n\r\nx",
    "open references": lambda: b"References: " + b"<" * 900_000 + b"\r\n\r\nx",
    "carriage returns": lambda: b"Subject: x" + b"\r" * 1_000_000 + b"\n\nx",
    "carriage returns then text": lambda: b"Subject: x" + b"\r" * 500_000 + b"y\n\nx",
    "only carriage returns": lambda: b"\r" * 1_000_000,
    "only line ends": lambda: b"\n" * 3_000_000,
    "bounce subject, large body": lambda: (
        b"From: MAILER-DAEMON@x.test\r\nSubject: Undelivered mail\r\n\r\n" + b"to: <a@b.test\n an: x " * 100_000
    ),
    "bounce of blanks": lambda: b"From: MAILER-DAEMON@x.test\r\nSubject: Undelivered mail\r\n\r\n" + b" " * 900_000,
    "bounce of brackets": lambda: b"From: MAILER-DAEMON@x.test\r\nSubject: Undelivered mail\r\n\r\n" + b"<" * 900_000,
    "bounce of letters": lambda: b"From: MAILER-DAEMON@x.test\r\nSubject: Undelivered mail\r\n\r\n" + b"x" * 900_000,
    "bounce of addresses": lambda: b"From: MAILER-DAEMON@x.test\r\nSubject: failure notice\r\n\r\n" + b"<a@b.test>:\n" * 80_000,
    "bounce of mails in mails": lambda: b"From: MAILER-DAEMON@x.test\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    "status blocks": lambda: (
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\nFinal-Recipient: rfc822; a@b.test\n\n" * 50_000
    ),
    "absence": lambda: (
        b"Auto-Submitted: auto-generated\r\nSubject: a\r\n\r\n" + b"ich bin " * 200_000
    ),
    "winmail": lambda: mail(
        body=b"\x78\x9f\x3e\x22\x01\x00" + b"\x01" + b"\0" * 4_000_000, content_type="application/ms-tnef", encoding="binary"
    ),
    "content types": lambda: b"Content-Type: " + b"a/" * 400_000 + b"\r\n\r\nx",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_in_time(name: str) -> None:
    raw = HOSTILE[name]()
    started = time.process_time()
    parsed = parse(raw)
    took = time.process_time() - started
    assert isinstance(parsed, ParsedMail)
    assert "unreadable" not in parsed.warnings
    assert took < 5.0, f"{took:.1f} s"


def test_depth_beyond_the_bound_is_still_shown() -> None:
    parsed = parse(_nested(1_000))
    assert parsed.subject == "tief"
    assert "cut_parts" in parsed.warnings
    assert "ganz innen" in parsed.text
    assert parse(_nested(90)).text.strip() == "ganz innen"
    assert parse(_nested(90)).warnings == ()


def test_parts_beyond_the_bound_are_said() -> None:
    parsed = parse(HOSTILE["10,000 parts"]())
    assert "cut_parts" in parsed.warnings
    assert parsed.text.count("x") == 1_000


def test_a_header_keeps_one_megabyte_of_it() -> None:
    parsed = parse(HOSTILE["10 MB subject"]())
    assert len(parsed.subject) == 1_000_000 - 1 or len(parsed.subject) == 1_000_000
    assert "cut_headers" in parsed.warnings


def test_folding_odd_text_is_quick() -> None:
    for text in (
        "On 1 1 1 1 1 wrote\n" * 20_000,
        "Am 1.1. " * 100_000,
        "> " * 200_000,
        "Von: x\n" * 50_000,
        "a <b@c> schrieb 1:\n" * 20_000,
        "-" * 500_000,
        "on " * 300 + "\n" + "on 1 wrote 1:\n" * 10_000,
    ):
        started = time.process_time()
        assert "".join(block.text for block in fold(text)) == text
        assert time.process_time() - started < 5.0


_WORDS = [
    b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed", b"multipart/alternative", b"text/plain",
    b"text/html", b"message/rfc822", b"message/delivery-status", b"; boundary=b", b'; boundary="b"', b"--b", b"--b--",
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable",
    b"=?utf-8?Q?", b"=?iso-2022-jp?B?", b"?=", b"=C3", b"=", b"<a@b.test>", b"<", b">", b"(", b")", b'"', b"\\", b",",
    b";", b":", b"@", b"; name*0*=utf-8''a", b"; name*1=b", b"; charset=utf-7", b"; charset=hz", b"; charset=utf-16",
    b"\x00", b"\xff", b"\xc3\xa4", b"\x1b$B", b"\x1b(J", b"<div>", b"<script>", b"&#0;", b"\x78\x9f\x3e\x22",
    b"application/ms-tnef", b"Content-Disposition: attachment; filename=", b"Action: failed", b"From ", b"> ",
    b"Auto-Submitted: auto-replied", b"MAILER-DAEMON@x", b"multipart/report; report-type=delivery-status",
]  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.one_of(st.sampled_from(_WORDS), st.binary(max_size=6)), max_size=40).map(b"".join),
    )
)
@settings(max_examples=600, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    parsed = parse(raw)
    assert "unreadable" not in parsed.warnings
    for line in (
        parsed.subject,
        *(a.name for a in parsed.attachments),
        *(a.name + a.address for a in parsed.from_),
    ):
        line.encode("utf-8")
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in line)
    assert "\0" not in parsed.text + parsed.html
    (parsed.text + parsed.html).encode("utf-8")
    assert "".join(block.text for block in fold(parsed.text)) == parsed.text
    sanitise(parsed.html).encode("utf-8")
    assert parse(raw) == parsed


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_folding_never_loses_a_character(text: str) -> None:
    assert "".join(block.text for block in fold(text)) == text
