"""Bounces, delays, automatic answers, and the ordinary mails that are none of them."""
# ruff: noqa: E501 - mails in tables read better unbroken

import pytest

from tests.hub.mail.build import mail, multi
from workstation.hub.channels.mail import parse

OURS = "01900000-aaaa@shop.test"
RETURNED = f"From: service@shop.test\r\nTo: erika@kundin.test\r\nSubject: Ihre Schale\r\nMessage-ID: <{OURS}>\r\n\r\nText"
DAEMON = (
    "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.shop.test>\r\nTo: service@shop.test\r\n"
)


def _report(
    status: str, subject: str = "Undelivered Mail Returned to Sender", headers: str = DAEMON
) -> bytes:
    raw = multi(
        "report; report-type=delivery-status",
        (
            "Content-Type: text/plain",
            "I'm sorry to have to inform you that your message could not be delivered.",
        ),
        ("Content-Type: message/delivery-status", status),
        ("Content-Type: message/rfc822", RETURNED),
        headers=f"{headers}Subject: {subject}\r\nAuto-Submitted: auto-replied",
    )
    return raw.replace(
        b'"multipart/report; report-type=delivery-status"', b"multipart/report; report-type=delivery-status"
    )


HEAD = "Reporting-MTA: dns; mx.shop.test\r\n\r\n"


@pytest.mark.parametrize(
    ("status", "recipients"),
    [
        (
            HEAD + "Final-Recipient: rfc822; erika@kundin.test\r\nAction: failed\r\nStatus: 5.1.1",
            ("erika@kundin.test",),
        ),
        (
            HEAD
            + "Final-Recipient: rfc822; e2@kundin.test\r\nOriginal-Recipient: rfc822;erika@kundin.test\r\nAction: failed",
            ("erika@kundin.test",),
        ),
        (
            HEAD
            + "Final-Recipient: RFC822; <erika@kundin.test>\r\nAction: Failed (user unknown)\r\nStatus: 5.0.0",
            ("erika@kundin.test",),
        ),
        (HEAD + "Final-Recipient: <erika@kundin.test>\r\nAction: failed", ("erika@kundin.test",)),
        (
            HEAD
            + "Final-Recipient: LOCAL;\\erika\r\nX-Actual-Recipient: rfc822; erika@kundin.test\r\nAction: failed",
            ("erika@kundin.test",),
        ),
        (
            HEAD
            + "Final-Recipient: rfc822; a@k.test\r\nAction: failed\r\n\r\nFinal-Recipient: rfc822; b@k.test\r\nAction: failed\r\nStatus: 4.4.1",
            ("a@k.test", "b@k.test"),
        ),
        (
            HEAD
            + "Final-Recipient: rfc822; a@k.test\r\nAction: delayed\r\n\r\nFinal-Recipient: rfc822; b@k.test\r\nAction: failed",
            ("b@k.test",),
        ),
        (HEAD + "Final-Recipient: rfc822; a@k.test\r\nAction: error", ("a@k.test",)),
        (HEAD + "Final-Recipient: rfc822; a@k.test\r\nStatus: 5.2.2", ("a@k.test",)),
        (HEAD.replace("\r\n", "\n") + "Final-Recipient: rfc822; a@k.test\nAction: failed", ("a@k.test",)),
        ("Final-Recipient: rfc822; a@k.test\r\nAction: failed", ("a@k.test",)),
    ],
)
def test_delivery_reports(status: str, recipients: tuple[str, ...]) -> None:
    parsed = parse(_report(status))
    assert parsed.is_bounce
    assert not parsed.is_auto_reply
    assert not parsed.is_delayed
    assert parsed.bounce_recipients == recipients
    assert OURS in parsed.returned_message_ids
    assert "could not be delivered" in parsed.text


def test_a_delay_is_no_bounce() -> None:
    parsed = parse(
        _report(
            HEAD + "Final-Recipient: rfc822; erika@kundin.test\r\nAction: delayed\r\nStatus: 4.4.1",
            "Delayed Mail (still being retried)",
        )
    )
    assert (parsed.is_bounce, parsed.is_delayed, parsed.is_auto_reply, parsed.bounce_recipients) == (
        False,
        True,
        True,
        (),
    )
    assert OURS in parsed.returned_message_ids


def test_a_success_notice_is_no_bounce() -> None:
    parsed = parse(
        _report(
            HEAD + "Final-Recipient: rfc822; erika@kundin.test\r\nAction: delivered\r\nStatus: 2.0.0",
            "Successful Mail Delivery Report",
        )
    )
    assert (parsed.is_bounce, parsed.is_delayed) == (False, False)


STYLES = {
    "qmail": (
        DAEMON + "Subject: failure notice",
        "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<erika@kundin.test>:\n550 user unknown\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: <{OURS}>\nSubject: x\n",
    ),
    "exim": (
        "Return-Path: <>\r\nX-Failed-Recipients: erika@kundin.test\r\nAuto-Submitted: auto-replied\r\nFrom: Mail Delivery System <Mailer-Daemon@mx.test>\r\nSubject: Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients.\n\n  erika@kundin.test\n    Unrouteable address\n\n------ This is a copy of the message ------\n\n"
        f"Message-ID: <{OURS}>\nTo: erika@kundin.test\n",
    ),
    "german, plain": (
        "From: postmaster@web.test\r\nReturn-Path: <>\r\nSubject: Unzustellbar: Ihre Schale",
        f"Ihre Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: <erika@kundin.test>\nGrund: Postfach unbekannt\n\n--- Ursprüngliche Nachricht ---\nMessage-ID: <{OURS}>\n",
    ),
    "german GMX style": (
        "From: GMX Mailer Daemon <mailer-daemon@gmx.test>\r\nReturn-Path: <>\r\nAuto-Submitted: auto-replied\r\nSubject: Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\none or more of its recipients. This is a permanent error.\nThe following address failed:\n\nerika@kundin.test:\nSMTP error from remote server for RCPT TO command\n\n"
        f"--- The header of the original message is following. ---\n\nMessage-ID: <{OURS}>\n",
    ),
    "German failure words": (
        DAEMON + "Subject: Zustellung fehlgeschlagen",
        f"erika@kundin.test: Postfach voll\n\nMessage-ID: <{OURS}>\n",
    ),
}


@pytest.mark.parametrize("name", STYLES)
def test_bounces_without_a_report(name: str) -> None:
    headers, body = STYLES[name]
    parsed = parse(mail(headers=headers, body=body))
    assert parsed.is_bounce
    assert parsed.bounce_recipients == ("erika@kundin.test",)
    assert OURS in parsed.returned_message_ids


def test_exchange_report_without_status_part() -> None:
    raw = mail(
        headers=DAEMON
        + "X-MS-Exchange-Message-Is-Ndr:\r\nIn-Reply-To: <"
        + OURS
        + ">\r\nSubject: Unzustellbar: Ihre Schale",
        body="Fehler bei der Nachrichtenzustellung an folgende Empfänger:\n\nerika@kundin.test\nDie Adresse wurde nicht gefunden.\n",
    )
    parsed = parse(raw)
    assert parsed.is_bounce
    assert parsed.bounce_recipients == ("erika@kundin.test",)
    assert parsed.returned_message_ids == (OURS,)


def test_delay_without_a_report() -> None:
    raw = mail(
        headers=DAEMON + "Subject: Warning: message delayed 24 hours, delivery problem",
        body="The message has not yet been delivered to erika@kundin.test. We will still try.\n",
    )
    parsed = parse(raw)
    assert (parsed.is_bounce, parsed.is_delayed) == (False, True)


ORDINARY = {
    "complaint about delivery": ("From: Erika <erika@kundin.test>\r\nSubject: Paket nicht zugestellt", "Mein Paket wurde nicht zugestellt. Bitte an erika@arbeit.test schreiben.\n"),
    "quoted bounce": ("From: Erika <erika@kundin.test>\r\nSubject: AW: Undelivered Mail Returned to Sender", "Das kam zurück:\n> <x@y.test>: 550 user unknown\n"),
    "delivery failed, person": ("From: Erika <erika@kundin.test>\r\nSubject: Delivery failed again", "The courier failed to deliver.\n"),
    "vacation word": ("From: Erika <erika@kundin.test>\r\nSubject: Abwesenheit am Liefertag", "Ich bin im Urlaub am Donnerstag, bitte Freitag liefern.\n"),
    "holiday": ("From: Erika <erika@kundin.test>\r\nSubject: Urlaub", "Wir sind im Urlaub. Wann kommt das Paket?\n"),
    "answer to an absence note": ("From: Erika <erika@kundin.test>\r\nSubject: Re: Automatische Antwort: Ihre Schale\r\nIn-Reply-To: <a@shop.test>", "Danke, dann warte ich.\n"),
    "answer, German prefix": ("From: Erika <erika@kundin.test>\r\nSubject: AW: Abwesenheitsnotiz", "Danke, ich bin wieder da.\n"),
    "Auto-Submitted: no": ("From: Erika <erika@kundin.test>\r\nSubject: Frage\r\nAuto-Submitted: no", "Ich bin nicht im Büro, erreichen Sie mich mobil?\n"),
    "newsletter": ("From: News <n@firma.test>\r\nSubject: Neuigkeiten\r\nList-Id: <n.firma.test>\r\nList-Unsubscribe: <mailto:x@firma.test>\r\nPrecedence: bulk\r\nAuto-Submitted: auto-generated", "Wir sind im Urlaub: 20 %!\n"),
    "mailing list": ("From: Erika <erika@kundin.test>\r\nSubject: [liste] Frage\r\nList-Id: <l.k.test>\r\nPrecedence: list\r\nIn-Reply-To: <x@l.k.test>", "Text\n"),
    "order confirmation": ("From: Shop <no-reply@partner.test>\r\nSubject: Ihre Bestellung\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All", "Vielen Dank.\n"),
    "suppress header of Outlook": ("From: Erika <erika@kundin.test>\r\nSubject: Frage zur Schale\r\nX-Auto-Response-Suppress: DR, OOF, AutoReply", "Wo ist sie?\n"),
    "forwarded by a rule": ("From: Erika <erika@kundin.test>\r\nSubject: Frage\r\nAuto-Submitted: auto-forwarded", "Text\n"),
    "automobile": ("From: Erika <erika@kundin.test>\r\nSubject: Automatikuhr: Antwort bitte", "Text\n"),
    "office chair": ("From: Erika <erika@kundin.test>\r\nSubject: Out of office chairs?", "Text\n"),
    "response wanted": ("From: Erika <erika@kundin.test>\r\nSubject: Automatic response needed on my order", "Text\n"),
    "on vacation": ("From: Erika <erika@kundin.test>\r\nSubject: On vacation, hold my parcel", "I am on vacation.\n"),
    "holiday cover": ("From: Erika <erika@kundin.test>\r\nSubject: Urlaubsvertretung gesucht", "Text\n"),
    "out of stock": ("From: Erika <erika@kundin.test>\r\nSubject: Out of stock?", "Text\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_mails_are_ordinary(name: str) -> None:
    headers, body = ORDINARY[name]
    parsed = parse(mail(headers=headers, body=body))
    assert not parsed.is_bounce
    assert not parsed.is_auto_reply
    assert not parsed.is_delayed
    assert parsed.bounce_recipients == ()


AUTOMATIC = {
    "Exchange, German": ("Subject: Automatische Antwort: Ihre Schale\r\nX-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-generated", "Ich bin bis 12.5. nicht im Büro."),
    "Exchange, English": ("Subject: Automatic reply: Your bowl\r\nAuto-Submitted: auto-generated", "I am out of the office."),
    "old Outlook": ("Subject: Abwesenheitsnotiz: Ihre Schale", "Bin bald zurück."),
    "Out of Office": ("Subject: Out of Office: Your bowl", "Back soon."),
    "GMX": ("Subject: Abwesenheitsnotiz\r\nAuto-Submitted: auto-replied", "Bin im Urlaub."),
    "Web.de without subject words": ("Subject: Re: Ihre Schale\r\nAuto-Submitted: auto-replied\r\nPrecedence: bulk", "Ich bin zur Zeit nicht erreichbar."),
    "Out of office, bare": ("Subject: Out of office", "x"),
    "Out of office, reply": ("Subject: Out-of-Office reply from Erika", "x"),
    "bracketed": ("Subject: [Auto-Reply] Ihre Schale", "x"),
    "Auto-Reply with dash": ("Subject: Auto-Reply - Ihre Schale", "x"),
    "T-Online": ("Subject: Autoreply: Ihre Schale", "Danke für Ihre Mail."),
    "vacation program": ("Subject: Re: Ihre Schale\r\nPrecedence: bulk\r\nIn-Reply-To: <a@shop.test>", "Ich bin vom 1. bis 9. Mai im Urlaub."),
    "sieve": ("Subject: Auto: Ihre Schale\r\nAuto-Submitted: auto-replied (vacation)", "x"),
    "null path and absence": ("Return-Path: <>\r\nSubject: Ihre Schale", "Vielen Dank. Ich bin derzeit nicht im Hause."),
    "X-Autoreply": ("Subject: Ihre Schale\r\nX-Autoreply: yes", "x"),
    "X-Autorespond": ("Subject: Ihre Schale\r\nX-Autorespond: Ihre Schale", "x"),
    "precedence": ("Subject: Ihre Schale\r\nPrecedence: auto_reply", "x"),
    "ticket system": ("Subject: Re: Ihre Schale\r\nAuto-Submitted: auto-generated\r\nIn-Reply-To: <a@shop.test>", "Ihre Anfrage ist eingegangen."),
    "Eigene Abwesenheit": ("Subject: Abwesend bis 5.5.", "x"),
    "encoded subject": ("Subject: =?utf-8?Q?Automatische_R=C3=BCckmeldung?=", "x"),
    "French": ("Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_commande?=", "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", AUTOMATIC)
def test_automatic_answers(name: str) -> None:
    headers, body = AUTOMATIC[name]
    parsed = parse(mail(headers=f"From: erika@kundin.test\r\n{headers}", body=body))
    assert parsed.is_auto_reply
    assert not parsed.is_bounce


def test_a_read_receipt_is_automatic() -> None:
    raw = multi(
        "report; report-type=disposition-notification",
        ("Content-Type: text/plain", "Die Nachricht wurde gelesen."),
        (
            "Content-Type: message/disposition-notification",
            f"Original-Message-ID: <{OURS}>\r\nDisposition: manual-action; displayed",
        ),
        headers="From: erika@kundin.test\r\nSubject: Gelesen: Ihre Schale",
    )
    parsed = parse(raw)
    assert parsed.is_auto_reply
    assert not parsed.is_bounce


def test_odd_reports_do_not_raise() -> None:
    for status in (
        "",
        "\xff\xfe",
        "Action",
        "Action: failed",
        "Final-Recipient: rfc822;",
        "Final-Recipient: ;;;\r\nAction: failed",
    ):
        assert "unreadable" not in parse(_report(status)).warnings
    assert parse(_report("Action: failed")).is_bounce
