"""Lets the hub's own books carry out what was decided a while ago, dated as of then."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from workstation.hub.backends.facts import done
from workstation.hub.backends.house_books.replacing import replace
from workstation.hub.backends.house_books.vouchers import issue
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import ReplacementRequest, VoucherRequest
from workstation.hub.storage.books import open_books


class _AsOf:
    """A transaction whose clock stands at a moment before."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        self._tx, self.now = tx, now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


def carry_out(tx: Tx, request: ReplacementRequest | VoucherRequest, at: datetime) -> dict[str, str]:
    """Order goods again or give a voucher as of ``at``; returns the facts a reply may state.

    Raises:
        RuleViolation: the books refuse it.
    """
    then, books = cast(Tx, _AsOf(tx, at)), open_books(tx)
    if isinstance(request, ReplacementRequest):
        return dict(done(replace(then, books, request)).facts)
    return dict(done(issue(then, books, request)).facts)
