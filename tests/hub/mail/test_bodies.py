"""Text, HTML and files of a mail: what a person gets to see."""
# ruff: noqa: E501 - mails in tables read better unbroken

import base64

import pytest

from tests.hub.mail.build import mail, multi
from workstation.hub.channels.mail import Attachment, parse
from workstation.hub.channels.mail.attachments import name_to_save_as
from workstation.hub.channels.mail.html_text import text_of_html

PNG = b"\x89PNG\r\n\x1a\n\x00\x01"
PNG64 = base64.b64encode(PNG)


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "expected"),
    [
        ("Grüße".encode(), "text/plain; charset=utf-8", "8bit", "Grüße"),
        ("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1", "8bit", "Grüße"),
        ("Grüße".encode("latin-1"), "text/plain; charset=utf-8", "8bit", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=iso-8859-1", "8bit", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=us-ascii", "7bit", "Grüße"),
        ("Grüße".encode("latin-1"), "text/plain", "8bit", "Grüße"),
        ("Grüße".encode("latin-1"), "text/plain; charset=x-nonsense", "8bit", "Grüße"),
        ("Grüße".encode(), 'text/plain; charset="utf-8"; x', "8bit", "Grüße"),
        ("Grüße".encode(), "text/plain; charset='utf-8'", "8bit", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=UTF8", "8bit", "Grüße"),
        ("Grüße".encode(), "text/plain; charset*=us-ascii'en'utf-8", "8bit", "Grüße"),
        ("Grüße".encode("utf-16"), "text/plain; charset=utf-16", "8bit", "Grüße"),
        ("„€“".encode("cp1252"), "text/plain; charset=iso-8859-1", "8bit", "„€“"),
        ("שלום".encode("iso8859-8"), "text/plain; charset=iso-8859-8-i", "8bit", "שלום"),
        ("日本語".encode("iso2022_jp"), "text/plain; charset=iso-2022-jp", "7bit", "日本語"),
        ("日本語".encode("iso2022_jp"), "text/plain", "7bit", "日本語"),
        (b"\x1b$B-!\x1b(B", "text/plain; charset=ISO-2022-JP", "7bit", "①"),
        ("안녕".encode("cp949"), "text/plain; charset=ks_c_5601-1987", "8bit", "안녕"),
        (b"Gr=C3=BC=C3=9Fe", "text/plain; charset=utf-8", "quoted-printable", "Grüße"),
        (b"Gr=C3=BC=\r\n=C3=9Fe", "text/plain; charset=utf-8", "Quoted-Printable", "Grüße"),
        (b"Gr=C3=BC= \r\n=C3=9Fe", "text/plain; charset=utf-8", "quoted-printable", "Grüße"),
        (
            b"a==b===c 1+1=2 =41=ZZ=C3=A4==",
            "text/plain; charset=utf-8",
            "quoted-printable",
            "a==b===c 1+1=2 A=ZZä=",
        ),
        (b"=41BC=42=ZZ=43==44=G1=4a", "text/plain", "quoted-printable", "ABCB=ZZC=D=G1J"),
        (b"text=C3=B5end=C3", "text/plain; charset=utf-8", "quoted-printable", "textõend\ufffd"),
        (b"100 % =ZZ =3D 5=", "text/plain; charset=utf-8", "quoted-printable", "100 % =ZZ = 5"),
        (base64.b64encode("Grüße".encode()), "text/plain; charset=utf-8", "base64", "Grüße"),
        (base64.b64encode("Grüße".encode()), "text/plain; charset=utf-8", "BASE64 (as usual)", "Grüße"),
        (base64.b64encode("Grüße".encode()), "text/plain; charset=utf-8", '"base64"', "Grüße"),
        (base64.b64encode("Grüße".encode()), "text/plain; charset=utf-8", "base64;", "Grüße"),
        (b"R3LDvMOf\r\n!!\r\nZQ==", "text/plain; charset=utf-8", "base64", "Grüße"),
        (b"SGFsbG8=V2VsdA==", "text/plain", "base64", "HalloWelt"),
        (b"SGFsbG8=\r\n-- \r\nlist footer, not base64 at all\r\n", "text/plain", "base64", "Hallo"),
        (b"SGFsbG8", "text/plain", "base64", "Hallo"),
        (
            b"Das ist gar kein Base64, sondern Text.",
            "text/plain",
            "base64",
            "Das ist gar kein Base64, sondern Text.",
        ),
        ("Grüße".encode(), "text/plain; charset=utf-8", "utf-8", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=utf-8", "7bit (wrong)", "Grüße"),
        ("Grüße".encode(), "text; charset=utf-8", "8bit", "Grüße"),
        ("Grüße".encode(), "plain", "8bit", "Grüße"),
        (b"begin 644 x.txt\r\n%2&%L;&\\ \r\n \r\nend\r\n", "text/plain", "x-uuencode", "Hallo"),
        (b"a\x00b", "text/plain; charset=utf-8", "8bit", "a\ufffdb"),
        (b"a\r\nb\rc\nd", "text/plain", "8bit", "a\nb\nc\nd"),
        ("\ufeffGrüße".encode(), "text/plain; charset=utf-8", "8bit", "Grüße"),
        (b"+2AA-x", "text/plain; charset=utf-7", "7bit", "\ufffdx"),
    ],
)
def test_text_in_any_dress(body: bytes, content_type: str, encoding: str, expected: str) -> None:
    parsed = parse(mail(body=body, content_type=content_type, encoding=encoding))
    assert parsed.text.strip() == expected
    assert parsed.attachments == ()


def test_mail_without_any_header_is_text() -> None:
    assert parse(b"Hallo Welt\r\nzweite Zeile").text == "Hallo Welt\nzweite Zeile"
    assert parse(b"").text == ""
    assert parse(b"\r\n").text == ""


def test_alternatives_give_both() -> None:
    parsed = parse(
        multi(
            "alternative",
            ("Content-Type: text/plain; charset=utf-8", "Hällo"),
            ("Content-Type: text/html", "<p>Hallo</p>"),
        )
    )
    assert parsed.text.strip() == "Hällo"
    assert parsed.html.strip() == "<p>Hallo</p>"


def test_html_only_gives_text() -> None:
    parsed = parse(mail(body="<html><head><title>weg</title><style>p{}</style></head><body><p>Hallo&nbsp;Sie</p>"
                             "<ul><li>eins</li><li>zwei</li></ul><blockquote>alt</blockquote>a<br>b</body></html>",
                        content_type="text/html; charset=utf-8"))  # fmt: skip
    assert parsed.text == "Hallo Sie\n\n- eins\n- zwei\n\n> alt\n\na\nb"
    assert parsed.html.startswith("<html>")


def test_gmail_html_only_quotes_can_be_folded() -> None:
    text = text_of_html(
        '<div dir="ltr">Danke!</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Mo., 5. Mai 2025 um'
        ' 10:11 Uhr schrieb Shop &lt;<a href="mailto:s@x.test">s@x.test</a>&gt;:<br></div>'
        '<blockquote class="gmail_quote">Guten Tag</blockquote></div>'
    )
    assert "Danke!" in text
    assert "schrieb Shop <s@x.test>:" in text
    assert "> Guten Tag" in text


def test_html_charset_from_its_own_head() -> None:
    body = '<html><head><meta charset="koi8-r"></head><body>Привет</body></html>'.encode("koi8-r")
    assert parse(mail(body=body, content_type="text/html")).text == "Привет"


def test_empty_text_beside_html_is_filled() -> None:
    parsed = parse(
        multi(
            "alternative", ("Content-Type: text/plain", "  \r\n"), ("Content-Type: text/html", "<p>Hallo</p>")
        )
    )
    assert parsed.text == "Hallo"


def test_several_text_parts_are_all_shown() -> None:
    parsed = parse(multi("mixed", ("Content-Type: text/plain", "eins"), ("Content-Type: image/png; name=a.png", PNG),
                         ("Content-Type: text/plain", "zwei")))  # fmt: skip
    assert parsed.text.split() == ["eins", "zwei"]
    assert [one.name for one in parsed.attachments] == ["a.png"]


def test_html_after_the_signature_is_shown_too() -> None:
    parsed = parse(multi("mixed", ("Content-Type: text/plain", "Hallo\r\n-- \r\nErika"),
                         ("Content-Type: text/html", "<p>Nachtrag in HTML</p>")))  # fmt: skip
    assert "Erika" in parsed.text
    assert "Nachtrag in HTML" in parsed.text
    assert "Hallo" in parsed.html
    assert "<p>Nachtrag in HTML</p>" in parsed.html


def test_the_same_content_twice_is_shown_once() -> None:
    parsed = parse(
        multi(
            "mixed",
            ("Content-Type: text/plain", "Hallo Welt"),
            ("Content-Type: text/html", "<p>Hallo <b>Welt</b></p>"),
        )
    )
    assert parsed.text.strip() == "Hallo Welt"
    assert parsed.html == "<p>Hallo <b>Welt</b></p>"


def test_inline_images_keep_their_ids() -> None:
    parsed = parse(
        multi("related", ("Content-Type: text/html", '<p>Bild <img src="cid:b@x"></p>'),
              ("Content-Type: image/png\nContent-ID: <b@x>\nContent-Transfer-Encoding: base64", PNG64))
    )  # fmt: skip
    (image,) = parsed.attachments
    assert (image.content_id, image.is_inline, image.content, image.size) == ("b@x", True, PNG, len(PNG))
    assert "cid:b@x" in parsed.html


def test_forwarded_message_is_a_file_with_its_subject() -> None:
    inner = (
        b"From: x@y.test\r\nSubject: =?utf-8?Q?Alte_Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <in@y.test>\r\n\r\ninnen"
    )
    parsed = parse(
        multi("mixed", ("Content-Type: text/plain", "siehe Anhang"), ("Content-Type: message/rfc822", inner))
    )
    (attached,) = parsed.attachments
    assert (attached.name, attached.content_type, attached.content) == (
        "Alte Grüße.eml",
        "message/rfc822",
        inner,
    )
    assert parsed.text.strip() == "siehe Anhang"
    encoded = parse(
        multi(
            "mixed",
            ("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", base64.b64encode(inner)),
        )
    )
    assert encoded.attachments[0].content == inner


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ('Content-Disposition: attachment; filename="Rechnung.pdf"', "Rechnung.pdf"),
        ("Content-Disposition: attachment; filename=Rechnung Mai.pdf", "Rechnung Mai.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''Rechnung%20%C3%BC.pdf", "Rechnung ü.pdf"),
        ("Content-Disposition: attachment; filename*=iso-8859-1'de'Rechnung%20%FC.pdf", "Rechnung ü.pdf"),
        (
            "Content-Disposition: attachment; filename*0*=utf-8''Rech; filename*1*=nung%20%C3; filename*2*=%BC.pdf",
            "Rechnung ü.pdf",
        ),
        ("Content-Disposition: attachment; filename*1=nung.pdf; filename*0=Rech", "Rechnung.pdf"),
        (
            "Content-Disposition: attachment; filename*0=Rech; filename*1*=n%C3%BCng; filename*2=.pdf",
            "Rechnüng.pdf",
        ),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?Rechnung_=C3=BC.pdf?="', "Rechnung ü.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?B?UmVjaG51bmcgw7wucGRm?=", "Rechnung ü.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?Rech?= =?utf-8?Q?nung.pdf?="', "Rechnung.pdf"),
        ("Content-Disposition: attachment; filename*0==?utf-8?Q?Rech; filename*1=nung.pdf?=", "Rechnung.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''=?utf-8?Q?Rechnung=2Epdf?=", "Rechnung.pdf"),
        ("Content-Disposition: attachment; filename*=%C3%BC.pdf", "ü.pdf"),
        (
            'Content-Type: application/pdf; name="=?iso-8859-1?Q?Rechn=FCng.pdf?="\nContent-Disposition: attachment',
            "Rechnüng.pdf",
        ),
        (
            'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="b.pdf"',
            "b.pdf",
        ),
        ('Content-Disposition: attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="/etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\Dokumente\\neu.pdf"', "neu.pdf"),
        ('Content-Disposition: attachment; filename="\\\\server\\share\\neu.pdf"', "neu.pdf"),
        ('Content-Disposition: attachment; filename="Rechnung 1/2.pdf"', "Rechnung 1_2.pdf"),
        ('Content-Disposition: attachment; filename=".."', ""),
        ('Content-Disposition: attachment; filename=""', ""),
        ("Content-Disposition: attachment", ""),
        ("Content-Disposition: ATTACHMENT; FILENAME=X.PDF", "X.PDF"),
        ('Content-Disposition: attachment;\n filename="a\n b.pdf"', "a b.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?a=0D=0Ab.pdf?="', "a b.pdf"),
        ('Content-Disposition: attachment; filename="rech\u202efdp.exe"', "rechfdp.exe"),
        ('Content-Disposition: attachment; filename="' + "x" * 400 + '.pdf"', "x" * 251 + ".pdf"),
    ],
)
def test_names_of_files(headers: str, expected: str) -> None:
    if "Content-Type" not in headers:
        headers = f"Content-Type: application/octet-stream\n{headers}"
    (one,) = parse(multi("mixed", ("Content-Type: text/plain", "x"), (headers, b"data"))).attachments
    assert one.name == expected
    assert one.content == b"data"


def test_names_in_raw_bytes() -> None:
    def name(raw: bytes, charset: bytes = b"utf-8") -> str:
        head = (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset="
            + charset
        )
        part = (
            b'\r\n\r\nx\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="'
            + raw
        )
        return parse(head + part + b'"\r\n\r\ndata\r\n--b--').attachments[0].name

    assert name("Übersicht.png".encode()) == "Übersicht.png"
    assert name("Übersicht.png".encode("latin-1")) == "Übersicht.png"
    assert name("订单图片.png".encode("gbk"), b"gb2312") == "订单图片.png"


def test_same_names_stay_apart_by_position() -> None:
    part = ("Content-Type: image/png; name=a.png", PNG)
    parsed = parse(multi("mixed", part, part, ("Content-Type: application/pdf", b"%PDF")))
    assert [one.name for one in parsed.attachments] == ["a.png", "a.png", ""]
    assert [name_to_save_as(one, i) for i, one in enumerate(parsed.attachments, 1)] == [
        "a.png",
        "a.png",
        "3.pdf",
    ]
    assert name_to_save_as(Attachment("con.txt", 1, "text/plain", b"x"), 1) == "_con.txt"
    assert name_to_save_as(Attachment('a<b>:"?*|.txt', 1, "text/plain", b"x"), 1) == "a_b______.txt"
    assert name_to_save_as(Attachment("", 1, "image/jpeg", b"x"), 2) == "2.jpg"


def test_text_files_are_files_and_a_named_body_is_a_body() -> None:
    parsed = parse(
        multi(
            "mixed",
            ("Content-Type: text/plain", "Text"),
            ('Content-Type: text/plain; name="log.txt"\nContent-Disposition: attachment', "log"),
        )
    )
    assert (parsed.text.strip(), [one.name for one in parsed.attachments]) == ("Text", ["log.txt"])
    parsed = parse(mail(body=b"Text", content_type='text/plain; name="body.txt"'))
    assert (parsed.text, parsed.attachments) == ("Text", ())
    parsed = parse(
        mail(
            headers="From: a@b.test\r\nContent-Disposition: attachment; filename=a.html",
            content_type="text/html",
            body="<p>x",
        )
    )
    assert (parsed.text, [one.name for one in parsed.attachments]) == ("", ["a.html"])


def test_a_mail_that_is_one_file() -> None:
    parsed = parse(
        mail(
            headers="From: scan@k.test",
            content_type="application/pdf; name=scan.pdf",
            body=base64.b64encode(b"%PDF"),
            encoding="base64",
        )
    )
    assert (parsed.text, parsed.attachments[0].name, parsed.attachments[0].content) == (
        "",
        "scan.pdf",
        b"%PDF",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\nnur Text, keine Teile\r\n",
        b"Content-Type: multipart/mixed\r\n\r\nnur Text, keine Teile\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nnur Text, keine Teile\r\n--b--",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nnur Text, keine Teile\r\n",
        b'Content-Type: multipart/mixed; boundary="b b:?="\r\n\r\n--b b:?=\r\n\r\nnur Text, keine Teile\r\n--b b:?=--',
        b"Content-Type: multipart/mixed; boundary=falsch\r\n\r\n--wahr\r\nContent-Type: text/plain\r\n\r\nnur Text, keine Teile\r\n--wahr--\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\nnur Text, keine Teile\r\n--b--",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b  \nContent-Type: text/plain\n\nnur Text, keine Teile\n--b--",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\nnur Text, keine Teile\r\n--b--",
        b"content-type: MULTIPART/MIXED; BOUNDARY=b\r\n\r\n--b\r\n\r\nnur Text, keine Teile\r\n--b--",
    ],
)
def test_broken_multiparts_are_shown(raw: bytes) -> None:
    assert parse(raw).text.strip() == "nur Text, keine Teile"
    assert parse(raw).attachments == ()


def test_lines_like_boundaries_are_text() -> None:
    body = "eins --GRENZE\r\n---GRENZE\r\n--GRENZEN\r\n--GRENZE- \r\nzwei"
    parsed = parse(multi("mixed", ("Content-Type: text/plain", body), ("Content-Type: text/plain", "drei")))
    assert parsed.text.split()[-3:] == ["-", "zwei", "drei"] or parsed.text.split()[-2:] == ["zwei", "drei"]
    assert "--GRENZEN" in parsed.text


def test_inner_boundary_that_begins_like_the_outer() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=b-1\r\n\r\n"
        b"--b-1\r\nContent-Type: text/plain\r\n\r\nText\r\n--b-1\r\nContent-Type: text/html\r\n\r\n<p>Text\r\n"
        b"--b-1--\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nPNG\r\n--b--\r\n"
    )
    parsed = parse(raw)
    assert (parsed.text.strip(), parsed.html.strip(), parsed.attachments[0].name) == (
        "Text",
        "<p>Text",
        "a.png",
    )


def test_flowed_text() -> None:
    body = "Das ist ein \r\nAbsatz.\r\n\r\n> zitiert \r\n> weiter\r\n Eingerückt\r\n-- \r\nErika"
    parsed = parse(mail(body=body, content_type="text/plain; charset=utf-8; format=flowed"))
    assert parsed.text == "Das ist ein Absatz.\n\n> zitiert weiter\nEingerückt\n-- \nErika"
    parsed = parse(mail(body="Wort \r\nteil", content_type="text/plain; format=flowed; delsp=yes"))
    assert parsed.text == "Wortteil"


def test_signed_mail_and_calendar() -> None:
    parsed = parse(
        multi(
            "signed",
            ("Content-Type: text/plain", "Text"),
            ("Content-Type: application/pkcs7-signature; name=smime.p7s", b"sig"),
        )
    )
    assert (parsed.text.strip(), [one.name for one in parsed.attachments]) == ("Text", ["smime.p7s"])
    parsed = parse(
        multi(
            "alternative",
            ("Content-Type: text/plain", "Termin"),
            ("Content-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR"),
        )
    )
    assert parsed.attachments[0].content_type == "text/calendar"


def _tnef(*objects: tuple[int, int, bytes]) -> bytes:
    out = b"\x78\x9f\x3e\x22\x01\x00"
    for level, name, data in objects:
        out += bytes([level]) + name.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data
        out += (sum(data) & 0xFFFF).to_bytes(2, "little")
    return out


def test_winmail_is_unpacked() -> None:
    container = _tnef(
        (1, 0x00069007, (1252).to_bytes(4, "little") + b"\0\0\0\0"),
        (1, 0x0002800C, b"Hallo aus Outlook\0"),
        (2, 0x00069002, b"\x01\x00" + b"\xff" * 4 + b"\0" * 8),
        (2, 0x00018010, "Preisübersicht.xls\0".encode("cp1252")),
        (2, 0x0006800F, b"XLS-Daten"),
    )
    parsed = parse(multi("mixed", ("Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64",
                                   base64.b64encode(container))))  # fmt: skip
    assert parsed.text.strip() == "Hallo aus Outlook"
    (one,) = parsed.attachments
    assert (one.name, one.content) == ("Preisübersicht.xls", b"XLS-Daten")


def test_damaged_winmail_is_kept_as_it_is() -> None:
    for content in (b"", b"nothing", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22\x01\x00" + b"\xff" * 50):
        parsed = parse(
            multi(
                "mixed",
                ("Content-Type: text/plain", "x"),
                ("Content-Type: application/ms-tnef; name=winmail.dat", content),
            )
        )
        assert [(one.name, one.content) for one in parsed.attachments] == [("winmail.dat", content)]


def test_archives_are_never_opened() -> None:
    zipped = b"PK\x03\x04" + b"\0" * 50
    (one,) = parse(multi("mixed", ("Content-Type: application/zip; name=a.zip", zipped))).attachments
    assert (one.name, one.content) == ("a.zip", zipped)
