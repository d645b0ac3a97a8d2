"""A run and a block at the same moment: whichever is first, no letter leaves once the block is there."""

import threading

import pytest

from tests.hub.billing.ground import INVOICE, House
from tests.hub.small_firm import TENANT
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.ports_billing import BlockRequest
from workstation.hub.storage.billing import open_billing


@pytest.mark.parametrize("turn", range(4))
def test_a_run_and_a_block_at_the_same_moment(house: House, turn: int) -> None:
    errors: list[Exception] = []
    gate = threading.Barrier(2)

    def guard() -> None:
        gate.wait()
        try:
            HouseBilling(house.database, open_billing).block(
                BlockRequest(tenant_id=TENANT, reference=f"b-{turn}", invoice_id=INVOICE, actor="person:lisa")
            )
        except Exception as error:
            errors.append(error)

    def run() -> None:
        gate.wait()
        try:
            house.run()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for work in (guard, run)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    house.work()
    assert house.sent() == []
    invoice = house.invoice()
    assert invoice.is_dunning_blocked
    assert (invoice.dunning_level, invoice.fee_open.minor_units) == (0, 0)
    assert [(one.status, one.code) for one in house.notices()] in ([], [("withheld", "dunning_blocked")])
