"""A hub process that receives one batch: started by tests that end it at a crash point."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import msgspec

from tests.hub.service_desk import LISA, ROUTES
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.records import WorkOrder
from workstation.casework.wire.codec import encode
from workstation.hub.ports import Tx
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.sessions import Caller
from workstation.hub.storage.opening import open_database


def _no_work(tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
    raise AssertionError("no work order in this test")


def main(url: str, device_id: str, batch: str) -> None:
    """Receive the batch in the file and print the answer."""
    clock = SetClock()
    database = open_database(url, None, clock)
    device = database.read(TENANT, lambda tx: tx.device(device_id))
    assert device is not None
    caller = Caller(
        person=LISA,
        device=device,
        session_id="s",
        scopes=(),
        token_expires_at=clock.now() + timedelta(minutes=10),
    )
    items = msgspec.json.decode(Path(batch).read_bytes(), type=list[msgspec.Raw])
    answer = CommandReceiver(database, TENANT, ROUTES, _no_work).receive(caller, items)
    sys.stdout.buffer.write(encode(answer))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
