"""What is known of cases that a restored copy lacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from workstation.hub.ports import Tx


class LostCases(Protocol):
    """Questions about cases that are not there, within one transaction."""

    def is_opening_refused(self, case_id: str) -> bool:
        """Whether somebody has offered to open the case and was answered; it is not there, so: refused."""
        ...

    def mails_since(self, since: datetime) -> tuple[tuple[str, str], ...]:
        """Return (intake id, case it was put to) of the mails that were stored since then."""
        ...


OpenLostCases = Callable[[Tx], LostCases]
"""Opens the questions for a transaction."""
