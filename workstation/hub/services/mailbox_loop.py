"""Reads one mailbox for as long as the hub runs: take, settle, file away, wait; reconnects with patience."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Literal

from workstation.casework.clock import Clock
from workstation.hub.ports_mail import MailboxUnavailable, MailSource
from workstation.hub.services.intake import Intake
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
_WAIT_S = 300.0
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """How a mailbox does; ``code`` and ``params`` say why it is unreachable."""

    mailbox: str
    state: Literal["starting", "reading", "unreachable", "stopped"]
    since: datetime
    taken: int = 0
    code: str = ""
    params: dict[str, str] | None = None


class MailboxLoop:
    """One mailbox and one thread, which is given from outside: :meth:`run` returns when ``stop`` is set."""

    def __init__(
        self,
        source: MailSource,
        intake: Intake,
        clock: Clock,
        stop: Event,
        pause: Callable[[float], float] = lambda longest: random.uniform(longest / 2, longest),
    ) -> None:
        self._source = source
        self._intake = intake
        self._clock = clock
        self._stop = stop
        self._pause = pause
        self._status = MailboxStatus(source.mailbox, "starting", clock.now())

    @property
    def status(self) -> MailboxStatus:
        """How it does now."""
        return self._status

    def run(self) -> None:
        """Read until ``stop`` is set."""
        longest = _FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                # A server tells of a new mail once, with whatever it is asked next. Only after a look that
                # found nothing can nothing have been told unheard.
                while self.round() and not self._stop.is_set():
                    continue
                self._say("reading")
                longest = _FIRST_PAUSE_S
                self._source.wait(_WAIT_S, self._stop.is_set)
            except MailboxUnavailable as error:
                _log.warning("mailbox %s: %s", self._source.mailbox, error.code)
                self._say("unreachable", error.code, error.params)
                self._source.close()
                self._stop.wait(self._pause(longest))
                longest = min(longest * 2, _LONGEST_PAUSE_S)
            except Exception:
                # The database is away, or a bug: the mails still lie in their mailbox.
                _log.exception("mailbox %s", self._source.mailbox)
                self._say("unreachable", "mailbox.intake_failed", {})
                self._source.close()
                self._stop.wait(self._pause(longest))
                longest = min(longest * 2, _LONGEST_PAUSE_S)
        self._source.close()
        self._say("stopped")

    def round(self) -> int:
        """Take everything that is there now; returns how many mails were new.

        Raises:
            MailboxUnavailable
        """
        mailbox = self._source.mailbox
        self._intake.resume(mailbox)
        uidvalidity = self._source.open()
        self._file_away(uidvalidity)
        taken = 0
        for mail in self._source.new_since(self._intake.cursor(mailbox, uidvalidity)):
            self._intake.take(mail)
            taken += 1
            if self._stop.is_set():
                break
        if taken:
            self._file_away(uidvalidity)
            self._say("reading", taken=taken)
        return taken

    def _file_away(self, uidvalidity: int) -> None:
        rows = self._intake.unfiled(self._source.mailbox, uidvalidity)
        if rows:
            self._source.file_away(uidvalidity, tuple(row.uid for row in rows))
            crashpoint("intake.filed")
            self._intake.filed(rows)

    def _say(
        self,
        state: Literal["reading", "unreachable", "stopped"],
        code: str = "",
        params: dict[str, str] | None = None,
        taken: int = 0,
    ) -> None:
        now = self._clock.now()
        since = self._status.since if self._status.state == state else now
        self._status = MailboxStatus(
            self._source.mailbox, state, since, self._status.taken + taken, code, params
        )
