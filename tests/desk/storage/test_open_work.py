"""Of more work orders than are listed, money is listed before what may take its days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.desk.materials import KEY, NOW, Feed, SetClock, an_id
from workstation.casework.money import Money
from workstation.casework.records import WorkOrder
from workstation.storage.opening import open_replica


def test_the_cut_leaves_money(tmp_path: Path) -> None:
    parcels = [
        WorkOrder(
            work_order_id=an_id("work", f"parcel {day}"),
            kind="expect_parcel",
            created_at=NOW - timedelta(days=day),
        )
        for day in (30, 20)
    ]
    money = [
        WorkOrder(
            work_order_id=an_id("work", f"money {day}"),
            kind="till" if day == 3 else "transfer",
            created_at=NOW - timedelta(days=day),
            amount=Money(500),
        )
        for day in (3, 2)
    ]
    replica = open_replica(tmp_path, KEY, SetClock())
    try:
        replica.apply_page(Feed().page(*parcels, *reversed(money)))
        assert replica.open_work(3, ("transfer", "till")) == (*money, parcels[0])
        assert replica.open_work(3, ()) == (*parcels, money[0])
    finally:
        replica.close()
