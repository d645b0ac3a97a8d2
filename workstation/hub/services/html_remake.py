"""HTML that an older sanitiser made safe is made anew from the raw mail, once after each renewal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import msgspec

from workstation.casework.message import Message
from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.services.intake import IntakePorts

_log = logging.getLogger(__name__)
_PAGE = 50


class HtmlRemake:
    """Walks the ledger of incoming mail of one tenant; stopped half-way, it begins again and finds less.

    ``version``: the number of the sanitiser of this program.
    """

    def __init__(self, ports: IntakePorts, tenant_id: str, version: int) -> None:
        self._ports = ports
        self._tenant_id = tenant_id
        self._version = version
        self._fact = f"html_sanitiser/{tenant_id}"
        self._after = ""

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = 0.2
    ) -> None:
        """Work page by page until all is done or ``should_stop``; mail that comes in goes first."""
        if self._ports.database.fact(self._fact) == str(self._version):
            return
        while not should_stop():
            try:
                if self.step():
                    return
                wait(pause_s)
            except Exception:
                _log.exception("HTML could not be made anew")
                wait(60.0)

    def step(self) -> bool:
        """Deal with one page; says whether it was the last."""
        database = self._ports.database
        rows = database.read(
            self._tenant_id, lambda tx: self._ports.open_ledger(tx).done_after(self._after, _PAGE)
        )
        if not rows:
            database.set_fact(self._fact, str(self._version))
            return True
        old = database.read(self._tenant_id, lambda tx: self._old(tx, rows))
        for row in old:
            self._remake(row)
        self._after = rows[-1].intake_id
        return False

    def _old(self, tx: Tx, rows: tuple[IntakeRow, ...]) -> tuple[IntakeRow, ...]:
        messages = tx.get_many(Message, (row.message_id for row in rows))
        return tuple(
            row for row in rows if (known := messages.get(row.message_id)) is not None and self._is_old(known)
        )

    def _is_old(self, message: Message) -> bool:
        return bool(message.html) and message.html_sanitiser < self._version

    def _remake(self, row: IntakeRow) -> None:
        raw = self._ports.database.blobs.read(self._tenant_id, row.sha256)
        if raw is None:
            return
        mail = self._ports.reader.read(raw)
        if not mail.is_readable or "mail.html_unreadable" in mail.hints:
            # Better the old one, which is cleaned again before it is shown, than none.
            return
        work = partial(self._store, message_id=row.message_id, html=mail.html)
        self._ports.database.run(self._tenant_id, work)

    def _store(self, tx: Tx, message_id: str, html: str) -> None:
        message = tx.get(Message, message_id)
        if message is not None and self._is_old(message):
            tx.put(msgspec.structs.replace(message, html=html, html_sanitiser=self._version))
