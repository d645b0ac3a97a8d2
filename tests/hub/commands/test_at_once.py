"""Two people who decide at the same moment, on two cases of one customer: the second knows of the first."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest

from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import BOWLS as PIECES
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, SetClock
from workstation.casework import empowerment
from workstation.casework.decision import Refund
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.casework.wire.commands import Decide, Scheduled, Verdict
from workstation.hub.services import deciding
from workstation.hub.storage.database import SqlDatabase

BOTH = (LineQuantity(PIECES, 2),)
MONEY = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=BOTH)


def test_the_same_pieces_are_made_good_once(
    firm: SqlDatabase, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [ServiceDesk(firm, clock), ServiceDesk(firm, clock)]
    envelopes = [
        desk.envelope(Decide(case_id=desk.open_case(), customer_id=ERIKA, steps=(MONEY,))) for desk in desks
    ]
    both = threading.Barrier(2, timeout=1.0)
    budgets_for = empowerment.budgets_for

    def together(*given: Any) -> Any:
        """Let both have read before either writes, if the database lets them."""
        with suppress(threading.BrokenBarrierError):
            both.wait()
        return budgets_for(*given)

    monkeypatch.setattr(deciding, "budgets_for", together)
    verdicts: list[Verdict] = []

    def send(place: int) -> None:
        verdicts.extend(desks[place].send(envelopes[place]))

    threads = [threading.Thread(target=send, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = sorted(getattr(one, "code", type(one).__name__) for one in verdicts)
    assert codes == [Scheduled.__name__, "decision.duplicate"]
