"""One transaction a booking: run again when another worker was first, refused in the backend's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workstation.casework.errors import RuleViolation
from workstation.hub.backends.house_books.acts import Raced
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import BackendRefused, BackendUnavailable

T = TypeVar("T")
_BOOKED_MEANWHILE = 4
_LATER_S = 1.0


def settle(database: Database, tenant_id: str, work: Callable[[Tx], T]) -> T:
    """Do ``work`` in one transaction.

    Raises:
        BackendRefused: the rules say no; nothing was stored.
        BackendUnavailable: others were first again and again; nothing was stored.
    """
    for _ in range(_BOOKED_MEANWHILE):
        try:
            return database.run(tenant_id, work)
        except Raced:
            continue
        except RuleViolation as error:
            told = {name: str(value) for name, value in error.params.items()}
            raise BackendRefused(error.code, **told) from error
    raise BackendUnavailable("others book on the same", _LATER_S)
