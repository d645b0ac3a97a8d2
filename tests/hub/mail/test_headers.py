"""Headers as they come in: encodings, damage, addresses, ids."""
# ruff: noqa: E501 - mails in tables read better unbroken

import base64
from datetime import UTC, datetime

import pytest

from tests.hub.mail.build import mail
from workstation.hub.channels.mail import Address, parse


def _subject(raw: bytes, charset: str = "utf-8") -> str:
    return parse(
        mail(b"From: a@b.test\r\nSubject: " + raw, content_type=f"text/plain; charset={charset}")
    ).subject


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=", "Grüße aus Köln"),
        (b"=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?iso-8859-1?q?Gr=FC=DFe?= und mehr", "Grüße und mehr"),
        (b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?B?R3LD?=\r\n =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?Q?a?= =?iso-8859-1?Q?=E4?= b =?utf-8?Q?c?=", "aä b c"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?Q?mit Leerzeichen im Wort?=", "mit Leerzeichen im Wort"),
        (b"=?utf-8?Q?Frage?_ja?=", "Frage? ja"),
        (b"=?utf-8?Q?kaputt=ZZ=4?=", "kaputt=ZZ=4"),
        (b"=?utf-8?Q?offen", "=?utf-8?Q?offen"),
        (b"=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b"),
        (b"vor=?utf-8?Q?=C3=A4?=nach", "voränach"),
        (b"=?utf-8?B?R3LDvMOfZQ=?=", "Grüße"),
        (b"=?utf-8?B?R3Ls?=", "Grì"),
        (b"=?utf-8?Q?Gr\xc3\xbc\xc3\x9fe?=", "Grüße"),
        (b"=?iso-8859-1?Q?Gr\xfc\xdfe?=", "Grüße"),
        (b"=?utf-8?Q?Gr\xfc\xdfe?=", "Grüße"),
        (b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"),
        (b"\x84So nicht\x93 \x96 80 \x80", "„So nicht“ – 80 €"),
        (b"=?x-unknown?Q?Gr=FC=DFe?=", "Grüße"),
        (b"=?unknown-8bit?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?us-ascii?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?gb2312?B?" + base64.b64encode("你好镕".encode("gbk")) + b"?=", "你好镕"),
        (b"=?windows-1252?Q?=8020?=", "€20"),
        (b"=?iso-8859-1?Q?=8020?=", "€20"),
        (b"=?ks_c_5601-1987?B?vsiz5w==?=", "안녕"),
        (b"=?cp932?B?k/qWe4zq?=", "日本語"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?iso-2022-jp?B?" + base64.b64encode(b"\x1b$B-!-j\x1b(B") + b"?=", "①㈱"),
        (b"=?iso-2022-jp?B?" + base64.b64encode(b"\x1b(I1\x1b(B") + b"?=", "ｱ"),
        (b"=?utf-7?Q?Gr+APw-n?=", "Grün"),
        (b"=?unicode_escape?Q?=5Cud800?=", "\\ud800"),
        (b"a\r\n b\r\n\tc", "a b c"),
        (b"a\tb\x0bc\x00d", "a b c\ufffdd"),
        (b"  zwei  Leerzeichen  ", "zwei  Leerzeichen"),
        (b"", ""),
    ],
)
def test_subjects(raw: bytes, expected: str) -> None:
    assert _subject(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"=?utf-8?Q?hello=0D=0ABcc:_x@evil.test?=",
        b"=?utf-8?B?" + base64.b64encode(b"hello\r\nBcc: x@evil.test") + b"?=",
        b"=?utf-8?Q?hello=0ABcc:_x@evil.test?=",
        b"=?utf-8?Q?hello=0DBcc:_x@evil.test?=",
        b"=?utf-8?Q?hello=C2=85Bcc:_x@evil.test?=",
        b"=?utf-8?Q?hello=E2=80=A8Bcc:_x@evil.test?=",
        b"=?utf-8?Q?hello=0D?= =?utf-8?Q?=0ABcc:_x@evil.test?=",
    ],
)
def test_encoded_line_ends_collapse(raw: bytes) -> None:
    assert _subject(raw) == "hello Bcc: x@evil.test"
    parsed = parse(b"From: " + raw + b" <a@b.test>\r\nTo: " + raw + b" <c@d.test>\r\n\r\nx")
    assert parsed.from_ == (Address("hello Bcc: x@evil.test", "a@b.test"),)
    assert parsed.to == (Address("hello Bcc: x@evil.test", "c@d.test"),)


def test_raw_bytes_take_the_charset_of_the_body() -> None:
    assert _subject("Заказ".encode("koi8-r"), "koi8-r") == "Заказ"
    assert _subject("订单问题".encode("gbk"), "gb2312") == "订单问题"
    assert _subject("Grüße".encode("latin-1"), "utf-8") == "Grüße"


def test_short_german_text_is_never_taken_for_chinese() -> None:
    parsed = parse(b"From: a@b.test\r\nSubject: M\xfcll\r\n\r\nF\xfcr \xfcbermorgen\r\n")
    assert (parsed.subject, parsed.text) == ("Müll", "Für übermorgen\n")


ODD = {
    "odd line between": b"From: a@b.test\r\nwhat is this\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "odd line first": b"what is this\r\nFrom: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "odd line with continuation": b"From: a@b.test\r\n?? odd\r\n\tmore\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "mbox line": b"From a@b.test Mon May  5 10:11:00 2025\r\nFrom: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "quoted mbox line": b">From a@b.test Mon May  5\r\nFrom: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "bare CR in headers": b"From: a@b.test\rTo: c@d.test\rSubject: S\r\n\r\nText",
    "CR only": b"From: a@b.test\rTo: c@d.test\rSubject: S\r\rText",
    "LF only": b"From: a@b.test\nTo: c@d.test\nSubject: S\n\nText",
    "CR CR LF": b"From: a@b.test\r\r\nTo: c@d.test\r\r\nSubject: S\r\r\n\r\r\nText",
    "empty lines first": b"\r\n\r\nFrom: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "byte order mark": b"\xef\xbb\xbfFrom: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n\r\nText",
    "blank before colon": b"From : a@b.test\r\nTo\t: c@d.test\r\nSubject : S\r\n\r\nText",
    "no blank after colon": b"FROM:a@b.test\r\nto:c@d.test\r\nSUBJECT:S\r\n\r\nText",
    "continuation of blanks": b"From: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\n \r\n\r\nText",
    "no empty line": b"From: a@b.test\r\nTo: c@d.test\r\nSubject: S\r\nText",
    "folded at once": b"From:\r\n a@b.test\r\nTo:\r\n\tc@d.test\r\nSubject:\r\n S\r\n\r\nText",
}


@pytest.mark.parametrize("name", ODD)
def test_no_header_is_lost(name: str) -> None:
    parsed = parse(ODD[name])
    assert parsed.from_ == (Address("", "a@b.test"),)
    assert parsed.to == (Address("", "c@d.test"),)
    assert parsed.subject == "S"
    assert parsed.text.strip() == "Text"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Erika Muster <e@k.test>", [("Erika Muster", "e@k.test")]),
        (b'"Muster, Erika" <e@k.test>', [("Muster, Erika", "e@k.test")]),
        (b"Muster, Erika <e@k.test>", [("Muster, Erika", "e@k.test")]),
        (b"e@k.test (Erika Muster)", [("Erika Muster", "e@k.test")]),
        (b"Erika (die (gute)) Muster <e@k.test>", [("Erika Muster", "e@k.test")]),
        (
            b"pete(A nice \\) chap) @(his account)silly.test(his host)",
            [("A nice ) chap his account his host", "pete@silly.test")],
        ),
        (b"<e@k.test>", [("", "e@k.test")]),
        (b"< e@k.test >", [("", "e@k.test")]),
        (b"<<e@k.test>>", [("", "e@k.test")]),
        (b"Erika <e@k.test", [("Erika", "e@k.test")]),
        (b"e@k.test>", [("", "e@k.test")]),
        (b"Erika <mailto:e@k.test>", [("Erika", "e@k.test")]),
        (b"a@b.test; c@d.test", [("", "a@b.test"), ("", "c@d.test")]),
        (b"a@b.test,,, c@d.test,", [("", "a@b.test"), ("", "c@d.test")]),
        (b"undisclosed-recipients:;", []),
        (b"Erika <>", [("Erika", "")]),
        (b"e@k@test.test", [("", "e@k@test.test")]),
        (b"e@[192.0.2.1]", [("", "e@[192.0.2.1]")]),
        (b'"e@innen"@k.test', [("", '"e@innen"@k.test')]),
        (b'"nicht: falsch@evil.test" e@k.test', [("nicht: falsch@evil.test", "e@k.test")]),
        (b"Erika ist unter e@k.test erreichbar", [("Erika ist unter erreichbar", "e@k.test")]),
        (b"Aussen: Innen: e@k.test;;", [("", "e@k.test")]),
        (b"T1: a@b.test; T2: c@d.test;", [("", "a@b.test"), ("", "c@d.test")]),
        (b"=?utf-8?Q?=22J=C3=B6rg=22_=3Cj@k.test=3E?=, a@b.test", [("Jörg", "j@k.test"), ("", "a@b.test")]),
        (b"Team: a@b.test, C <c@d.test>;, e@f.test", [("", "a@b.test"), ("C", "c@d.test"), ("", "e@f.test")]),
        (b"Route <@old.test,@relay.test:e@k.test>", [("Route", "e@k.test")]),
        (b'"sender desk"@k.test', [("", '"sender desk"@k.test')]),
        (b'Pult <"sender desk"@k.test>', [("Pult", '"sender desk"@k.test')]),
        (b"Erika <e@[IPv6:2001:db8::1]>", [("Erika", "e@[IPv6:2001:db8::1]")]),
        (b'"Er \\"ika\\"" <e@k.test>', [('Er "ika"', "e@k.test")]),
        (b"root", [("", "root")]),
        (b"MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        (b"MAILER-DAEMON (Mail Delivery System)", [("Mail Delivery System", "MAILER-DAEMON")]),
        (b"Erika Muster", [("Erika Muster", "")]),
        (b'"Erika Muster"', [("Erika Muster", "")]),
        (b"", []),
        (b"=?utf-8?Q?J=C3=B6rg?= =?utf-8?Q?_M=C3=BCller?= <j@k.test>", [("Jörg Müller", "j@k.test")]),
        (b'"=?utf-8?Q?J=C3=B6rg?=" <j@k.test>', [("Jörg", "j@k.test")]),
        (b"=?utf-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <j@k.test>", [("Müller, Jörg", "j@k.test")]),
        (b"=?utf-8?Q?J=C3=B6rg_=3Cj@k.test=3E?=", [("Jörg", "j@k.test")]),
        (b"=?utf-8?Q?j@k.test?=", [("", "j@k.test")]),
        (b"j@k.test (=?utf-8?Q?J=C3=B6rg?=)", [("Jörg", "j@k.test")]),
        (b"J\xc3\xb6rg <j\xc3\xb6rg@k\xc3\xb6ln.test>", [("Jörg", "jörg@köln.test")]),
        (b"J\xf6rg <j@k.test>", [("Jörg", "j@k.test")]),
        (b"Chef <chef@xn--kln-sna.test>", [("Chef", "chef@xn--kln-sna.test")]),
        (b"a@b.test <c@d.test>", [("a@b.test", "c@d.test")]),
        (b'"bank@sicher.test" <x@evil.test>', [("bank@sicher.test", "x@evil.test")]),
        (b"bad (unterminated <e@k.test>", [("bad unterminated", "e@k.test")]),
        (b"'Erika' <e@k.test>", [("'Erika'", "e@k.test")]),
    ],
)
def test_addresses(raw: bytes, expected: list[tuple[str, str]]) -> None:
    for header in (b"To", b"Cc"):
        parsed = parse(header + b": " + raw + b"\r\nFrom: x@y.test\r\n\r\nx")
        found = parsed.to if header == b"To" else parsed.cc
        assert [(one.name, one.address) for one in found] == expected


def test_two_from_headers_are_both_seen_and_said() -> None:
    parsed = parse(b"From: Erika <e@k.test>\r\nFrom: x@evil.test\r\nSubject: S\r\n\r\nx")
    assert parsed.from_ == (Address("Erika", "e@k.test"), Address("", "x@evil.test"))
    assert "several_from" in parsed.warnings


def test_a_name_that_shows_another_address_is_a_warning() -> None:
    for name in (b'"service@bank.test"', b"service@bank.test", b"=?utf-8?Q?service@bank.test_=28Bank=29?="):
        assert "name_shows_other_address" in parse(b"From: " + name + b" <x@evil.test>\r\n\r\nx").warnings
    for same in (b"E@k.test <e@K.test>", b"Erika <e@k.test>", b"e@k.test"):
        assert parse(b"From: " + same + b"\r\n\r\nx").warnings == ()


def test_missing_from_is_taken_from_what_is_there() -> None:
    assert parse(b"Reply-To: E <e@k.test>\r\n\r\nx").from_ == (Address("E", "e@k.test"),)
    assert parse(b"From:\r\nReply-To: e@k.test\r\n\r\nx").from_ == (Address("", "e@k.test"),)
    assert parse(b"Sender: s@k.test\r\n\r\nx").from_ == (Address("", "s@k.test"),)
    assert parse(b"Return-Path: <r@k.test>\r\n\r\nx").from_ == (Address("", "r@k.test"),)
    assert parse(b"Subject: x\r\n\r\nx").from_ == ()


def test_reply_to_and_several_recipient_headers() -> None:
    parsed = parse(
        b"From: a@b.test\r\nReply-To: R <r@b.test>\r\nTo: a@x.test\r\nTo: b@x.test\r\nCC: c@x.test\r\n\r\nx"
    )
    assert parsed.reply_to == (Address("R", "r@b.test"),)
    assert [one.address for one in parsed.to] == ["a@x.test", "b@x.test"]
    assert [one.address for one in parsed.cc] == ["c@x.test"]


def test_message_ids_are_exact_and_without_brackets() -> None:
    parsed = parse(
        b"Message-Id: <own@k.test>\r\nIn-Reply-To: <one@shop.test> (Shop's message of Monday)\r\n"
        b"References: <zero@shop.test>\r\n\t<one@shop.test><two@\r\n shop.test> <one@shop.test>\r\n\r\nx"
    )
    assert parsed.message_id == "own@k.test"
    assert parsed.in_reply_to == ("one@shop.test",)
    assert parsed.references == ("zero@shop.test", "one@shop.test", "two@shop.test")
    encoded = b"References:\r\n =?utf-8?q?=3Clang=2Eid=40mx=2E?=\r\n =?utf-8?q?k=2Etest=3E?=\r\n\r\nx"
    assert parse(encoded).references == ("lang.id@mx.k.test",)
    assert parse(b"Message-ID: bare@k.test\r\nIn-Reply-To: a@b.test\r\n\r\n").message_id == "bare@k.test"
    assert parse(b"In-Reply-To: your mail of Monday\r\n\r\n").in_reply_to == ()
    assert parse(b"Subject: x\r\n\r\n").message_id is None
    assert parse(b"Message-ID: <>\r\n\r\n").message_id is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Mon, 5 May 2025 10:11:12 +0200", datetime(2025, 5, 5, 8, 11, 12, tzinfo=UTC)),
        (b"5 May 2025 10:11 GMT", datetime(2025, 5, 5, 10, 11, tzinfo=UTC)),
        (b"Mon, 5 May 2025 10:11:12 -0000", datetime(2025, 5, 5, 10, 11, 12, tzinfo=UTC)),
        (b"gestern", None),
        (b"Mon, 99 May 20255 99:99:99 +9999", None),
    ],
)
def test_dates_are_aware_or_none(raw: bytes, expected: datetime | None) -> None:
    assert parse(b"Date: " + raw + b"\r\n\r\nx").date == expected
