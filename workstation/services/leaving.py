"""Leaving a computer while acts wait: a copy of them first, and the way back for it, here or elsewhere."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.ports import Changes, Outbox, Signer, Workers
from workstation.ports.act_copies import ActCopies, BroughtBack
from workstation.services.changes import ChangeFeed
from workstation.services.decisions import Decisions
from workstation.services.identity import Me
from workstation.services.overlay import Overlay
from workstation.services.session import Session
from workstation.services.waiting import own_waiting
from workstation.system.paths import write_private

_log = logging.getLogger(__name__)
_LARGEST = 64 * 1024 * 1024


class _Copy(msgspec.Struct, kw_only=True):
    """The file: first what a person reads, then what the program needs; ``sha256`` is over ``rows``."""

    about: tuple[str, ...]
    firm: str
    person: str
    written_at: str
    acts: tuple[str, ...]
    tenant_id: str
    person_id: str
    sha256: str
    rows: list[dict[str, Any]]


class Leaving:
    """Signing out despite acts that wait, once each of them lies in a file of its author's choice."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        copies: ActCopies,
        workers: Workers,
        session: Session,
        decisions: Decisions,
        overlay: Overlay,
        changes: ChangeFeed,
        me: Me,
        clock: Clock,
        sign: Signer,
    ) -> None:
        self._outbox = outbox
        self._copies = copies
        self._workers = workers
        self._session = session
        self._decisions = decisions
        self._overlay = overlay
        self._changes = changes
        self._me = me
        self._clock = clock
        self._sign = sign
        self._copied: frozenset[str] = frozenset()
        self.on_queued: Callable[[], None] = lambda: None
        """Set by the composition root: something may leave."""

    async def write_copy(self, path: Path, about: Sequence[str], acts: Sequence[str]) -> int:
        """Write all that waits to ``path`` (mode 0600) and read it back; returns how many acts that are.

        ``about`` and ``acts``: sentences for whoever opens the file. It is readable and holds what customers
        wrote: its author has to know that.

        Raises:
            RuleViolation: ``copy.not_written`` (params: path, reason).
        """
        rows = await self._mine()
        tenant_id = await self._workers.run("outbox", lambda: self._outbox.note("tenant_id"))
        me = self._me.worker
        copy = _Copy(
            about=tuple(about),
            firm=self._session.view.tenant_name,
            person=me.name,
            written_at=self._clock.now().isoformat(),
            acts=tuple(acts),
            tenant_id=tenant_id,
            person_id=me.person_id,
            sha256=_sha256(rows),
            rows=rows,
        )

        def write() -> None:
            write_private(path, msgspec.json.format(msgspec.json.encode(copy), indent=1))
            if _read(path).sha256 != copy.sha256:
                raise OSError("other bytes were read back")

        try:
            await self._workers.run("files", write)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise RuleViolation("copy.not_written", path=str(path), reason=reason) from error
        self._copied = frozenset(str(row["cmd_id"]) for row in rows)
        _log.info("a copy of %d acts that wait was written", len(rows))
        return len(rows)

    async def sign_out(self) -> None:
        """Sign out although acts wait: they stay here, and in the copy.

        Raises:
            RuleViolation: ``session.unsettled`` when something waits that is not in the copy written last.
        """
        waiting = await own_waiting(self._outbox, self._workers, self._me)
        missing = sum(1 for item in waiting if item.cmd_id not in self._copied)
        if missing:
            raise RuleViolation("session.unsettled", waiting=missing)
        await self._session.sign_out(despite_waiting=True)
        self._copied = frozenset()

    async def _mine(self) -> list[dict[str, Any]]:
        """Return what waits of the person here; acts of others are theirs to look after."""
        rows = await self._workers.run("outbox", self._copies.waiting_rows)
        return [row for row in rows if row["person_id"] == self._me.worker.person_id]

    async def bring_back(self, path: Path) -> BroughtBack:
        """Take the acts of a copy in; what never left a computer is shown and asked about before it leaves.

        Raises:
            RuleViolation: ``copy.unreadable``, ``copy.other_firm``, ``copy.other_person`` (params: person).
        """
        try:
            copy = await self._workers.run("files", lambda: _read(path))
        except (OSError, ValueError) as error:
            raise RuleViolation("copy.unreadable") from error
        tenant_id = await self._workers.run("outbox", lambda: self._outbox.note("tenant_id"))
        if copy.tenant_id != tenant_id:
            raise RuleViolation("copy.other_firm", firm=copy.firm)
        mine = self._me.worker.person_id
        if copy.person_id != mine or any(row.get("person_id") != mine for row in copy.rows):
            raise RuleViolation("copy.other_person", person=copy.person)
        try:
            back = await self._workers.run("outbox", lambda: self._copies.take_in(copy.rows, self._sign))
        except ValueError as error:
            raise RuleViolation("copy.unreadable") from error
        self._decisions.ask_about(back.held)
        if len(back.held) < len(back.taken):
            self.on_queued()
        await self._overlay.rebuild()
        cases = frozenset(str(row["case_id"]) for row in copy.rows)
        self._changes.publish(Changes(cases=cases, outbox=True))
        _log.info("%d acts of a copy taken in, %d known, %d left", len(back.taken), back.known, back.left)
        return back


def _sha256(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(msgspec.json.encode(rows, order="deterministic")).hexdigest()


def _read(path: Path) -> _Copy:
    """Return a copy.

    Raises:
        OSError; ValueError: no copy, or one that was changed.
    """
    if path.stat().st_size > _LARGEST:
        raise ValueError("too large for a copy")
    try:
        copy = msgspec.json.decode(path.read_bytes(), type=_Copy)
    except msgspec.MsgspecError as error:
        raise ValueError("no copy of acts") from error
    if _sha256(copy.rows) != copy.sha256:
        raise ValueError("a copy that was changed")
    return copy
