"""The private mail servers: deliver, refuse, bounce, speak TLS, survive a kill, let nothing out."""

import imaplib
import smtplib
import ssl
from email.message import EmailMessage

import pytest

from tests.servers.ground import ServerMissingError, is_listening
from tests.servers.mail import ERIKA, HOST, SERVICE, MailServers

pytestmark = pytest.mark.mail_server


def _mail(subject: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ERIKA, SERVICE, subject
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@kundin.test>"
    message.set_content("Die Schüssel kam zerbrochen an.\n")
    return message.as_bytes()


def test_a_mail_arrives_and_imap_shows_it(mail_servers: MailServers) -> None:
    password = mail_servers.create_mailbox("arrivals@shop.test")
    mail_servers.send(_mail("broken bowl"), ERIKA, "arrivals@shop.test")
    (raw,) = mail_servers.wait_for_messages("arrivals@shop.test")
    assert b"Subject: broken bowl" in raw
    trust = ssl.create_default_context(cafile=str(mail_servers.certificate_file))
    with imaplib.IMAP4(HOST, mail_servers.ports.imap) as imap:
        imap.starttls(trust)
        imap.login("arrivals@shop.test", password)
        assert imap.select("INBOX") == ("OK", [b"1"])
    with imaplib.IMAP4_SSL("localhost", mail_servers.ports.imaps, ssl_context=trust) as imap:
        imap.login("arrivals@shop.test", password)
        assert b"IDLE" in imap.capability()[1][0]


def test_smtp_offers_tls_and_checks_passwords(mail_servers: MailServers) -> None:
    trust = ssl.create_default_context(cafile=str(mail_servers.certificate_file))
    with smtplib.SMTP("localhost", mail_servers.ports.smtp) as smtp:
        smtp.starttls(context=trust)
        smtp.login(ERIKA, "erika-pw")
    with smtplib.SMTP_SSL("localhost", mail_servers.ports.smtps, context=trust) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(ERIKA, "wrong")


@pytest.mark.parametrize("address", ["nobody@shop.test", "someone@example.org"])
def test_unknown_and_foreign_addresses_are_refused(mail_servers: MailServers, address: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail_servers.send(_mail("lost"), ERIKA, address)


def test_an_address_can_be_refused_for_a_while(mail_servers: MailServers) -> None:
    mail_servers.create_mailbox("greylisted@kundin.test")
    mail_servers.refuse("greylisted@kundin.test", "450 4.2.0 try again later")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        mail_servers.send(_mail("early"), SERVICE, "greylisted@kundin.test")
    assert refused.value.recipients["greylisted@kundin.test"][0] == 450
    mail_servers.accept("greylisted@kundin.test")
    mail_servers.send(_mail("later"), SERVICE, "greylisted@kundin.test")
    assert len(mail_servers.wait_for_messages("greylisted@kundin.test")) == 1


def test_a_bounce_comes_back_to_the_sender(mail_servers: MailServers) -> None:
    mail_servers.create_mailbox("sender@shop.test")
    mail_servers.bounce("full@kundin.test", "5.2.2 mailbox is full")
    mail_servers.send(_mail("to a full box"), "sender@shop.test", "full@kundin.test")
    (bounce,) = mail_servers.wait_for_messages("sender@shop.test")
    assert b"multipart/report" in bounce
    assert b"5.2.2" in bounce
    assert mail_servers.messages("full@kundin.test") == []


def test_a_killed_server_comes_back_with_what_it_had_taken() -> None:
    with MailServers() as mail:
        mail.send(_mail("before"), ERIKA, SERVICE)
        mail.kill_smtp()
        with pytest.raises(OSError):
            mail.send(_mail("meanwhile"), ERIKA, SERVICE)
        mail.start_smtp()
        mail.send(_mail("after"), ERIKA, SERVICE)
        mail.wait_for_messages(SERVICE, 2)
        mail.settle()
        subjects = sorted(
            raw.split(b"Subject: ")[1].split(b"\r\n")[0].split(b"\n")[0] for raw in mail.messages(SERVICE)
        )
        folder, ports = mail.folder, mail.ports
    assert subjects == [b"after", b"before"]
    assert not folder.exists()
    assert not is_listening(ports.smtp) and not is_listening(ports.imap)


def test_mailboxes_outside_test_domains_are_not_made(mail_servers: MailServers) -> None:
    with pytest.raises(ValueError, match=r"end in \.test"):
        mail_servers.create_mailbox("real@example.org")


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.servers.mail.is_root", lambda: False)
    with pytest.raises(ServerMissingError, match="root"):
        MailServers().start()
