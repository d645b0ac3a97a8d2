"""A mailbox read by IMAP: raw bytes by rising UID, IDLE, filed only after they are stored, never deleted."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from workstation.hub.channels.mail.connection import close_imap, open_imap
from workstation.hub.channels.mail.mailbox_settings import ImapSettings
from workstation.hub.ports_mail import Cursor, MailboxUnavailable, RawMail

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

_UID = re.compile(rb"\bUID (\d+)")
_INTERNALDATE = re.compile(rb'INTERNALDATE "[^"]+"')
_POLL_S = 0.5
_IDLE_S = 9 * 60.0
"""A server may end a silent connection after half an hour, many a router after ten minutes."""
_POLL_WITHOUT_IDLE_S = 30.0


class ImapSource:
    """Implements :class:`workstation.hub.ports_mail.MailSource` over one connection; one thread uses it."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._box: BaseMailBox | None = None
        self._uidvalidity = 0

    @property
    def mailbox(self) -> str:
        """Name of the mailbox, unique within the tenant."""
        return self._settings.mailbox

    def open(self) -> int:
        """Connect if need be and return the UIDVALIDITY.

        Raises:
            MailboxUnavailable
        """
        if self._box is None:
            box = open_imap(self._settings.server, self._settings.folder)
            told = box.client.response("UIDVALIDITY")[1]
            first = told[0] if told else None
            if not isinstance(first, bytes) or not first.isdigit():
                close_imap(box)
                raise MailboxUnavailable("mailbox.no_lasting_ids", host=self._settings.server.host)
            _forget_news(box)
            self._box, self._uidvalidity = box, int(first)
        return self._uidvalidity

    def new_since(self, cursor: Cursor) -> Iterator[RawMail]:
        """Yield mails after ``cursor`` by rising uid; all of them when its uidvalidity is another one.

        Raises:
            MailboxUnavailable: the connection was lost; what was yielded before stays valid.
        """
        after = cursor.uid if cursor.uidvalidity == self.open() else 0
        criteria = f"UID {after + 1}:*"
        if self._settings.since is not None:
            criteria += f" SINCE {_imap_date(self._settings.since)}"
        found = self._ask(lambda box: _search(box, criteria))
        # «n:*» also names the last mail when its id is below n.
        for uid in sorted(number for number in map(int, found) if number > after):
            mail = self._fetch(uid)
            if mail is not None:
                yield mail

    def _fetch(self, uid: int) -> RawMail | None:
        typ, data = self._ask(lambda box: box.client.uid("FETCH", str(uid), "(INTERNALDATE BODY.PEEK[])"))
        if typ != "OK":
            self.close()
            raise MailboxUnavailable("mailbox.unreachable", host=self._settings.server.host, port=0, why=typ)
        for part in data:
            if not isinstance(part, tuple) or len(part) < 2:
                continue
            told = _UID.search(part[0])
            if told is not None and int(told[1]) != uid:
                continue
            return RawMail(self.mailbox, self._uidvalidity, uid, bytes(part[1]), _received_at(part[0]))
        # Gone since the search: somebody else moved it.
        return None

    def file_away(self, uidvalidity: int, uids: tuple[int, ...]) -> None:
        """Mark or move mails that are stored safely; never deletes, never expunges.

        Raises:
            MailboxUnavailable
        """
        if not uids or self._settings.filing == "leave" or uidvalidity != self.open():
            return
        listed = ",".join(map(str, sorted(uids)))
        folder = self._settings.filed_folder
        if self._settings.filing == "move" and folder and self._can("MOVE"):
            self._make_folder(folder)
            self._ask(lambda box: box.move(listed, folder))
        else:
            # A copy and a deletion could take foreign mails with it: without MOVE they are marked only.
            self._ask(lambda box: box.client.uid("STORE", listed, "+FLAGS.SILENT", r"(\Seen)"))

    def _make_folder(self, folder: str) -> None:
        if not self._ask(lambda box: box.folder.exists(folder)):
            self._ask(lambda box: box.folder.create(folder))

    def wait(self, timeout_s: float, should_stop: Callable[[], bool]) -> bool:
        """Wait by IDLE until a mail may have come (True), time is over or ``should_stop`` (False).

        A mail that was told of since the last search, with whatever else was asked, ends it at once.

        Raises:
            MailboxUnavailable: the connection was lost.
        """
        self.open()
        if not self._can("IDLE"):
            return self._wait_by_asking(timeout_s, should_stop)
        self._ask(_start_idle)
        has_come = bool(self._ask(_forget_news))
        ends = time.monotonic() + min(timeout_s, _IDLE_S)
        early = 0
        while not has_come and not should_stop() and (left := ends - time.monotonic()) > 0:
            span = min(_POLL_S, left)
            began = time.monotonic()
            told = self._ask(partial(_poll_idle, span))
            if any(b" BYE" in line for line in told):
                self._lost("the server said good-bye")
            has_come = any(b"EXISTS" in line for line in told)
            # A closed connection is readable at once, for ever, and says nothing.
            early = early + 1 if not told and time.monotonic() - began < span / 2 else 0
            if early > 3:
                self._lost("the connection was closed")
        self._ask(_stop_idle)
        return has_come

    def _wait_by_asking(self, timeout_s: float, should_stop: Callable[[], bool]) -> bool:
        left = min(timeout_s, _POLL_WITHOUT_IDLE_S)
        while left > 0 and not should_stop():
            time.sleep(min(_POLL_S, left))
            left -= _POLL_S
        return not should_stop()

    def close(self) -> None:
        """End the connection; the next call makes a new one."""
        close_imap(self._box)
        self._box = None

    def _can(self, capability: str) -> bool:
        return bool(self._ask(lambda box: capability in box.client.capabilities))

    def _lost(self, why: str) -> None:
        self.close()
        server = self._settings.server
        raise MailboxUnavailable("mailbox.unreachable", host=server.host, port=server.port, why=why[:200])

    def _ask(self, ask: Callable[[BaseMailBox], Any]) -> Any:
        from imap_tools.errors import ImapToolsError

        self.open()
        assert self._box is not None
        try:
            return ask(self._box)
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            self._lost(str(error))
            raise


def _search(box: BaseMailBox, criteria: str) -> list[str]:
    _forget_news(box)
    return box.uids(criteria, charset=None)


def _forget_news(box: BaseMailBox) -> bool:
    """Whether the server has told of new mails since the last look; each is told of once, with any answer."""
    told: dict[str, Any] = box.client.untagged_responses
    return told.pop("EXISTS", None) is not None


def _start_idle(box: BaseMailBox) -> Any:
    idle: Any = box.idle
    return idle.start()


def _poll_idle(span: float, box: BaseMailBox) -> list[bytes]:
    # What came in one piece with the answer before has been read already: of that no socket wakes anybody.
    return _read_ahead(box) or box.idle.poll(span)


def _read_ahead(box: BaseMailBox) -> list[bytes]:
    client: Any = box.client
    patience = client.sock.gettimeout()
    client.sock.settimeout(0)
    told: list[bytes] = []
    try:
        while True:
            told.append(client._get_line())
    except OSError:
        return told
    except imaplib.IMAP4.abort as error:
        # Nothing more is told like an end; whether it is one, the next look at the socket says.
        if "EOF" not in str(error):
            raise
        return told
    finally:
        client.sock.settimeout(patience)


def _stop_idle(box: BaseMailBox) -> Any:
    idle: Any = box.idle
    return idle.stop()


def _received_at(line: bytes) -> datetime | None:
    told = _INTERNALDATE.search(line)
    parsed = imaplib.Internaldate2tuple(told[0]) if told else None
    if parsed is None:
        return None
    # imaplib gives the moment as local time of this machine.
    return datetime.fromtimestamp(time.mktime(parsed), UTC)


def _imap_date(day: date) -> str:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day:02d}-{months[day.month - 1]}-{day.year}"
