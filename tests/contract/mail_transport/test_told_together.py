"""A mail that is told of together with an answer, and not by itself, is noticed all the same."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workstation.hub.channels.mail.mailbox_settings import ImapSettings, ServerAddress
from workstation.hub.channels.mail.transport_imap import ImapSource
from workstation.hub.ports_mail import Cursor

NEWS = b"* 1 EXISTS\r\n"


class Told:
    """An IMAP server for one connection; ``told_with`` names the command whose answer brings the news."""

    def __init__(self, told_with: str) -> None:
        self._told_with = told_with
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(60)
        self.port: int = self._listener.getsockname()[1]
        self._idle_tag = b""
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as client, client.makefile("rb") as lines:
            client.settimeout(60)
            client.sendall(b"* OK ready\r\n")
            while line := lines.readline():
                client.sendall(self._answer(line))

    def _answer(self, line: bytes) -> bytes:
        tag, *words = line.split()
        if not words:  # DONE
            return self._idle_tag + b" OK idled\r\n"
        command = b" ".join(words[:2]).upper() if words[0].upper() == b"UID" else words[0].upper()
        news = NEWS if command.decode() == self._told_with else b""
        if command == b"IDLE":
            self._idle_tag = tag
            return b"+ idling\r\n" + news
        said = {
            b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
            b"SELECT": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n",
            b"UID SEARCH": b"* SEARCH\r\n",
        }.get(command, b"")
        return said + news + tag + b" OK done\r\n"


@contextmanager
def mailbox(told_with: str) -> Iterator[ImapSource]:
    server = Told(told_with)
    server.thread.start()
    address = ServerAddress(host="127.0.0.1", port=server.port, security="none", user="a", password="b")
    source = ImapSource(ImapSettings(mailbox="x", server=address))
    try:
        yield source
    finally:
        source.close()
        server.thread.join()


@pytest.mark.parametrize("told_with", ["IDLE", "UID SEARCH"])
def test_news_that_come_with_an_answer_end_the_waiting(told_with: str) -> None:
    with mailbox(told_with) as source:
        assert list(source.new_since(Cursor())) == []
        assert source.wait(5, lambda: False), "the mail would have waited for the next one"


def test_what_was_there_at_the_beginning_is_no_news() -> None:
    with mailbox("nothing") as source:
        assert list(source.new_since(Cursor())) == []
        assert not source.wait(0.3, lambda: False)
    with mailbox("SELECT") as source:
        source.open()
        assert not source.wait(0.3, lambda: False)
