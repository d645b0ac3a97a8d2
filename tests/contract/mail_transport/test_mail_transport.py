"""What every transport has to hold: mails by rising number, filed only afterwards, sent once, found again."""

import threading
import time

import pytest

from tests.contract.mail_transport.conftest import Post
from workstation.hub.ports_mail import Cursor, MailRefused


def a_mail(number: int, to: str = "own@shop.test") -> bytes:
    return (
        f"From: customer@shop.test\r\nTo: {to}\r\nSubject: Nummer {number}\r\n"
        f"Message-ID: <m{number}@shop.test>\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\nZeile mit Umlauten äöü\r\n.\r\n..Punkte\r\nFrom hier\r\n"
    ).encode()


def numbers(post: Post, cursor: Cursor) -> list[int]:
    return [int(mail.raw.split(b"Nummer ")[1].split(b"\r\n")[0]) for mail in post.source.new_since(cursor)]


def test_an_empty_mailbox_has_no_mails(post: Post) -> None:
    assert post.source.open() > 0
    assert list(post.source.new_since(Cursor())) == []
    assert not post.source.wait(0.3, lambda: False)


def test_mails_come_by_rising_number_with_their_bytes(post: Post) -> None:
    for number in (1, 2, 3):
        post.drop(a_mail(number))
    mails = list(post.source.new_since(Cursor()))
    assert [mail.uid for mail in mails] == sorted({mail.uid for mail in mails})
    assert len(mails) == 3
    assert all(mail.uidvalidity == post.source.open() for mail in mails)
    assert all(mail.received_at is not None and mail.received_at.utcoffset() is not None for mail in mails)
    for number, mail in enumerate(mails, start=1):
        assert mail.raw.endswith(a_mail(number).split(b"\r\n\r\n", 1)[1])
    later = Cursor(mails[1].uidvalidity, mails[1].uid)
    assert numbers(post, later) == [3]
    assert numbers(post, Cursor(mails[2].uidvalidity, mails[2].uid)) == []


def test_another_uidvalidity_gives_everything_again(post: Post) -> None:
    post.drop(a_mail(1))
    (mail,) = post.source.new_since(Cursor())
    assert numbers(post, Cursor(mail.uidvalidity + 1, mail.uid)) == [1]


def test_reading_changes_nothing_and_numbers_last(post: Post) -> None:
    post.drop(a_mail(1))
    post.drop(a_mail(2))
    first = [(mail.uidvalidity, mail.uid, mail.raw) for mail in post.source.new_since(Cursor())]
    post.source.file_away(first[0][0], (first[0][1],))
    other = post.again()
    post.opened.append(other)
    assert [(mail.uidvalidity, mail.uid, mail.raw) for mail in other.new_since(Cursor())] == first


def test_filing_twice_or_what_is_gone_is_no_error(post: Post) -> None:
    post.drop(a_mail(1))
    (mail,) = post.source.new_since(Cursor())
    for _ in range(2):
        post.source.file_away(mail.uidvalidity, (mail.uid, mail.uid + 1000))
    post.source.file_away(mail.uidvalidity + 1, (mail.uid,))
    assert len(list(post.source.new_since(Cursor()))) == 1


def test_waiting_ends_when_a_mail_comes(post: Post) -> None:
    post.source.open()
    dropping = threading.Timer(0.7, lambda: post.drop(a_mail(1)))
    dropping.start()
    began = time.monotonic()
    assert post.source.wait(60, lambda: False)
    assert time.monotonic() - began < 50
    dropping.join()
    assert numbers(post, Cursor()) == [1]


def test_waiting_ends_when_asked_to_stop(post: Post) -> None:
    post.source.open()
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    assert not post.source.wait(60, stop.is_set)
    assert time.monotonic() - began < 50
    assert list(post.source.new_since(Cursor())) == []


def test_a_closed_source_opens_again(post: Post) -> None:
    post.drop(a_mail(1))
    post.source.open()
    post.source.close()
    assert numbers(post, Cursor()) == [1]


def test_a_mail_leaves_once_whole_and_is_found(post: Post) -> None:
    raw = a_mail(7, post.customer)
    assert not post.sender.is_archived("m7@shop.test")
    accepted = post.sender.send(raw, post.own_address, (post.customer,))
    assert accepted.refused == {}
    (received,) = post.outside()
    assert received.endswith(raw.split(b"\r\n\r\n", 1)[1]) or received.replace(b"\n", b"\r\n").endswith(
        raw.split(b"\r\n\r\n", 1)[1]
    )
    assert post.sender.is_archived("m7@shop.test")
    assert not post.sender.is_archived("m77@shop.test")
    assert not post.sender.is_archived("7@shop.test")


def test_without_recipient_nothing_leaves(post: Post) -> None:
    with pytest.raises(MailRefused) as refused:
        post.sender.send(a_mail(1), post.own_address, ())
    assert refused.value.code == "mail.no_recipient"
    assert post.outside() == []
