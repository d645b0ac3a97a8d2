"""T8: a click saved for good in the encrypted outbox, against the disk's own fdatasync."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, percentile, ratios
from workstation.casework.decision import Refund
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.wire.commands import Decide
from workstation.ports import NewCommand
from workstation.storage.opening import open_outbox
from workstation.storage.outbox import SqlOutbox
from workstation.system import keys
from workstation.system.clock import SystemClock, new_id

_TIMES = 200


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Write in turn to a plain file and to the outbox on the same disk."""
    if not hasattr(os, "fdatasync"):
        raise NotMeasured("this system has no fdatasync")
    private = keys.new_signing_key()
    deferred: list[Callable[[], None]] = []

    def sign(message: bytes) -> str:
        return keys.b64(keys.sign(private, message))

    outbox, _ = open_outbox(folder, keys.random_key(), SystemClock(), sign, defer=deferred.append)
    times = plan.size(_TIMES, 40)

    def save() -> float:
        spans = []
        for number in range(times):
            command = _command(number)
            begun = time.perf_counter()
            outbox.append(command, sign)
            spans.append(time.perf_counter() - begun)
            # The journal follows on the same lane; nobody waits for it.
            while deferred:
                deferred.pop()()
        _let_go(outbox)
        return percentile(spans, 50)

    save()
    found = interleaved(plan.rounds, {"disk": lambda: _sync(folder, times), "ours": save})
    outbox.close()
    each = ratios(found["ours"], found["disk"])
    return [
        Line(
            name="T8",
            what="a decision numbered, signed and committed in the encrypted outbox (FULL), median",
            limit=f"pwrite + fdatasync of 4 KiB, {ms(median(found['disk']))}",
            ours=ms(median(found["ours"])),
            value=median(each),
            target=2.5,
            moonshot="1.3x",
            rounds=each,
        )
    ]


def _sync(folder: Path, times: int) -> float:
    block = os.urandom(4096)
    file = os.open(folder / "plain", os.O_RDWR | os.O_CREAT, 0o600)
    os.pwrite(file, bytes(4096 * 256), 0)
    os.fsync(file)
    spans = []
    for number in range(times):
        begun = time.perf_counter()
        os.pwrite(file, block, 4096 * (number % 256))
        os.fdatasync(file)
        spans.append(time.perf_counter() - begun)
    os.close(file)
    return percentile(spans, 50)


def _command(number: int) -> NewCommand:
    amount = Money(2490)
    case_id = derived_id("case", str(number % 50))
    return NewCommand(
        cmd_id=new_id(SystemClock()),
        body=Decide(
            case_id=case_id,
            customer_id=derived_id("customer", str(number % 50)),
            steps=(Refund(order_id=derived_id("o"), payment_id=derived_id("p"), amount=amount),),
        ),
        person_id=derived_id("person"),
        wall=datetime.now(UTC),
        title_key="decision.refund",
        title_params={"amount": "24,90 €"},
    )


def _let_go(outbox: SqlOutbox) -> None:
    """Look once at what waits, as the sync loop does, so that the file is in daily use."""
    outbox.to_send(max_rows=100)
