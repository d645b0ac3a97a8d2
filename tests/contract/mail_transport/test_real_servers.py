"""Real servers that refuse, break or vanish: each outcome gets its own name."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.contract.mail_transport.conftest import Post, imap_address, real_post, smtp_address
from tests.contract.mail_transport.test_mail_transport import a_mail
from tests.servers.mail import MailServers
from workstation.hub.channels.mail.mailbox_settings import ImapSettings, ServerAddress, SmtpSettings
from workstation.hub.channels.mail.transport_imap import ImapSource
from workstation.hub.channels.mail.transport_smtp import SmtpSender
from workstation.hub.ports_mail import Cursor, MailboxUnavailable, MailNotSent, MailRefused, MailUnknown

pytestmark = pytest.mark.mail_server


@pytest.fixture
def real(mail_servers: MailServers) -> Iterator[Post]:
    made = real_post(mail_servers)
    yield made
    made.source.close()


def test_a_refused_recipient_is_refused_for_sure(real: Post, mail_servers: MailServers) -> None:
    with pytest.raises(MailRefused) as refused:
        real.sender.send(a_mail(1), real.own_address, ("nobody-here@shop.test",))
    assert refused.value.code == "mail.recipient_refused"
    assert "550" in refused.value.params["answer"]
    mail_servers.settle()
    assert not real.sender.is_archived("m1@shop.test")


def test_one_of_two_recipients_refused_is_said(real: Post) -> None:
    accepted = real.sender.send(a_mail(1), real.own_address, (real.customer, "nobody-here@shop.test"))
    assert list(accepted.refused) == ["nobody-here@shop.test"]
    assert len(real.outside()) == 1


def test_try_again_later_hands_nothing_over(real: Post, mail_servers: MailServers) -> None:
    mail_servers.refuse(real.customer)
    try:
        with pytest.raises(MailNotSent, match="450"):
            real.sender.send(a_mail(1), real.own_address, (real.own_address, real.customer))
        assert not real.sender.is_archived("m1@shop.test")
        partial = real.sender.send(
            a_mail(2), real.own_address, (real.own_address, real.customer), takes_partial=True
        )
        assert list(partial.refused) == [real.customer]
    finally:
        mail_servers.accept(real.customer)


def test_too_large_is_refused_before_anything_leaves(real: Post) -> None:
    with pytest.raises(MailRefused, match=r"mail\.refused"):
        real.sender.send(a_mail(1) + b"x" * 31 * 1024 * 1024, real.own_address, (real.customer,))


def test_a_wrong_password_hands_nothing_over(mail_servers: MailServers) -> None:
    address = smtp_address(mail_servers, "starttls", "service@shop.test")
    wrong = ServerAddress(
        host=address.host,
        port=address.port,
        security="starttls",
        user=address.user,
        password="wrong",
        ca_file=address.ca_file,
    )
    with pytest.raises(MailNotSent, match="sign-in refused"):
        SmtpSender(SmtpSettings(server=wrong)).send(a_mail(1), "a@shop.test", ("b@shop.test",))
    imap = imap_address(mail_servers, "service@shop.test")
    bad = ServerAddress(host=imap.host, port=imap.port, security="none", user=imap.user, password="wrong")
    with pytest.raises(MailboxUnavailable) as unavailable:
        ImapSource(ImapSettings(mailbox="x", server=bad)).open()
    assert unavailable.value.code == "mailbox.sign_in_refused"


def test_an_unknown_certificate_is_not_trusted(mail_servers: MailServers) -> None:
    strange = ServerAddress(host="localhost", port=mail_servers.ports.imaps, security="tls", user="x")
    with pytest.raises(MailboxUnavailable) as unavailable:
        ImapSource(ImapSettings(mailbox="x", server=strange)).open()
    assert unavailable.value.code == "mailbox.certificate"
    smtp = ServerAddress(host="localhost", port=mail_servers.ports.smtps, security="tls")
    with pytest.raises(MailNotSent, match="CERTIFICATE"):
        SmtpSender(SmtpSettings(server=smtp)).send(a_mail(1), "a@shop.test", ("b@shop.test",))


def test_plain_text_beyond_this_machine_is_not_tried() -> None:
    far = ServerAddress(host="mail.example.org", port=143, security="none", user="x", password="y")
    with pytest.raises(MailboxUnavailable) as unavailable:
        ImapSource(ImapSettings(mailbox="x", server=far)).open()
    assert unavailable.value.code == "mailbox.unsafe"
    with pytest.raises(MailNotSent, match="without TLS"):
        SmtpSender(SmtpSettings(server=far)).send(a_mail(1), "a@shop.test", ("b@shop.test",))


def test_nobody_listening_hands_nothing_over() -> None:
    # Bound, so that nobody else gets the port, and nobody listens at it.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        nobody = ServerAddress(host="127.0.0.1", port=port, security="none", timeout_s=30)
        with pytest.raises(MailNotSent):
            SmtpSender(SmtpSettings(server=nobody)).send(a_mail(1), "a@shop.test", ("b@shop.test",))
        with pytest.raises(MailboxUnavailable) as unavailable:
            ImapSource(ImapSettings(mailbox="x", server=nobody)).open()
    assert unavailable.value.code == "mailbox.unreachable"


def test_a_missing_folder_is_named(mail_servers: MailServers) -> None:
    server = imap_address(mail_servers, "service@shop.test")
    with pytest.raises(MailboxUnavailable) as unavailable:
        ImapSource(ImapSettings(mailbox="x", server=server, folder="Nirgends")).open()
    assert (unavailable.value.code, unavailable.value.params["folder"]) == (
        "mailbox.no_such_folder",
        "Nirgends",
    )


def test_moving_files_mails_away_and_deletes_none(real: Post, mail_servers: MailServers) -> None:
    settings = ImapSettings(
        mailbox="x",
        server=imap_address(mail_servers, real.own_address),
        filing="move",
        filed_folder="Erledigt",
    )
    source = ImapSource(settings)
    for number in (1, 2):
        real.drop(a_mail(number))
    first, _second = list(source.new_since(Cursor()))
    source.file_away(first.uidvalidity, (first.uid,))
    assert len(mail_servers.messages(real.own_address)) == 1
    assert len(mail_servers.messages(real.own_address, "Erledigt")) == 1
    assert len(list(source.new_since(Cursor()))) == 1
    source.close()


def test_marking_leaves_foreign_deletion_marks_alone(real: Post, mail_servers: MailServers) -> None:
    from imap_tools import MailBoxUnencrypted

    for number in (1, 2):
        real.drop(a_mail(number))
    first, second = list(real.source.new_since(Cursor()))
    box = MailBoxUnencrypted("127.0.0.1", mail_servers.ports.imap)
    box.login(real.own_address, f"{real.own_address.split('@')[0]}-pw")
    box.client.uid("STORE", str(first.uid), "+FLAGS", r"(\Deleted)")
    real.source.file_away(second.uidvalidity, (second.uid,))
    assert len(mail_servers.messages(real.own_address)) == 2
    box.logout()


def test_a_server_that_ends_is_noticed_and_found_again(real: Post, mail_servers: MailServers) -> None:
    real.source.open()
    ending = threading.Timer(0.5, mail_servers.stop_imap)
    ending.start()
    began = time.monotonic()
    with pytest.raises(MailboxUnavailable):
        real.source.wait(80, lambda: False)
    assert time.monotonic() - began < 60
    ending.join()
    with pytest.raises(MailboxUnavailable):
        real.source.open()
    mail_servers.start_imap()
    real.drop(a_mail(5))
    assert len(list(real.source.new_since(Cursor()))) == 1


@contextmanager
def cutting_proxy(port: int, is_enough: Callable[[bytes], bool]) -> Iterator[int]:
    """Pass bytes on to `port` until what the client said is enough, then cut; what it said is passed on."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)

    def serve() -> None:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", port), timeout=60)
        ended = threading.Event()

        def back() -> None:
            while not ended.is_set():
                try:
                    data = server.recv(65536)
                    if not data or ended.is_set():
                        return
                    client.sendall(data)
                except OSError:
                    return

        answers = threading.Thread(target=back)
        answers.start()
        said = b""
        while True:
            data = client.recv(65536)
            said += data
            if not data or is_enough(said):
                ended.set()
                break
            server.sendall(data)
        if data:
            server.sendall(data)
            # It has taken the last of it once it answers, and nobody passes that on; then the line is cut.
            answers.join()
        client.close()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        answers.join()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


def through(real: Post, mail_servers: MailServers, port: int) -> SmtpSender:
    """The sender of `real` over another port."""
    sender = real.sender
    assert isinstance(sender, SmtpSender)
    server = ServerAddress(host="127.0.0.1", port=port, security="none", timeout_s=60)
    return SmtpSender(SmtpSettings(server=server, archive=sender._settings.archive))


def test_cut_after_the_text_left_is_unknown_and_the_archive_tells(
    real: Post, mail_servers: MailServers
) -> None:
    with cutting_proxy(mail_servers.ports.smtp, lambda said: said.endswith(b"\r\n.\r\n")) as port:
        with pytest.raises(MailUnknown):
            through(real, mail_servers, port).send(a_mail(1), real.own_address, (real.customer,))
    assert len(real.outside()) == 1
    assert real.sender.is_archived("m1@shop.test")


def test_cut_before_the_end_of_the_text_is_unknown_and_nothing_arrived(
    real: Post, mail_servers: MailServers
) -> None:
    with cutting_proxy(mail_servers.ports.smtp, lambda said: b"DATA\r\n" in said.upper()) as port:
        with pytest.raises(MailUnknown):
            through(real, mail_servers, port).send(a_mail(1), real.own_address, (real.customer,))
    assert real.outside() == []
    assert not real.sender.is_archived("m1@shop.test")


def test_cut_before_the_text_hands_nothing_over(real: Post, mail_servers: MailServers) -> None:
    with cutting_proxy(mail_servers.ports.smtp, lambda said: b"RCPT" in said.upper()) as port:
        with pytest.raises(MailNotSent):
            through(real, mail_servers, port).send(a_mail(1), real.own_address, (real.customer,))
    assert real.outside() == []
