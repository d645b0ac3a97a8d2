"""A dunning run that sent nothing is taken back: later runs are possible, and no letter of it leaves."""

from datetime import timedelta

import pytest

from tests.hub.billing.ground import INVOICE, House, bill
from tests.hub.small_firm import NOW, TENANT
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.hub.services.dunning_undo import RunTakenBack, take_back_run
from workstation.hub.storage.billing import open_billing

AHEAD = NOW + timedelta(days=3 * 365)
TODAY = NOW.date()


def back(house: House, on: object = AHEAD.date()) -> RunTakenBack:
    return take_back_run(house.database, open_billing, TENANT, on, "cli")  # type: ignore[arg-type]


def outcomes(house: House) -> list[str]:
    return [item.outcome for item in house.run().items]


def audited(house: House) -> list[tuple[str, str, str]]:
    rows = house.database.look(
        lambda session: session.rows(
            "SELECT event, actor, subject FROM audit WHERE event = 'dunning.run_taken_back'"
        )
    )
    return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]


def test_a_run_years_ahead_that_sent_nothing_stands_in_nobodys_way_any_more(house: House) -> None:
    bill(house.database, delivery="failed")
    house.clock.at = AHEAD
    assert outcomes(house) == ["withheld"]
    house.clock.at = NOW
    bill(house.database, delivery="delivered")
    with pytest.raises(RuleViolation, match=r"dunning\.run_before_last"):
        house.run()
    assert back(house) == RunTakenBack(on=AHEAD.date(), invoices=1, called_back=0)
    assert audited(house) == [("dunning.run_taken_back", "cli", AHEAD.date().isoformat())]
    assert outcomes(house) == ["reminded"]
    house.work()
    assert len(house.reminders()) == 1
    assert house.invoice().dunning_level == 1


def test_letters_that_wait_are_called_back_with_level_and_fee_and_never_leave(house: House) -> None:
    before = house.invoice()
    house.clock.at = AHEAD
    assert outcomes(house) == ["reminded"]
    house.clock.at = NOW
    assert house.invoice().dunning_level == 1
    assert back(house).called_back == 1
    now = house.invoice()
    assert (now.dunning_level, now.fee_open) == (before.dunning_level, Money(0))
    assert [(one.status, one.code) for one in house.notices()] == [("withheld", "run_taken_back")]
    house.clock.at = AHEAD + timedelta(days=1)
    house.work()
    assert house.reminders() == []
    house.clock.at = NOW
    assert outcomes(house) == ["reminded"]
    house.work()
    assert len(house.reminders()) == 1


def test_the_run_of_that_day_may_be_made_anew_and_leaves_out_who_was_called_back(house: House) -> None:
    house.run()
    assert back(house, TODAY).called_back == 1
    [item] = house.run().items
    assert (item.outcome, item.code) == ("withheld", "run_taken_back")
    assert house.invoice().dunning_level == 0
    house.clock.pass_by(timedelta(days=1))
    assert outcomes(house) == ["reminded"]


def test_a_run_whose_letters_have_left_is_not_taken_back(house: House) -> None:
    house.run()
    house.work()
    heads = house.database.heads()
    with pytest.raises(RuleViolation, match=r"dunning\.run_has_sent") as caught:
        back(house, TODAY)
    assert caught.value.params["count"] == "1"
    assert house.database.heads() == heads
    assert audited(house) == []
    assert house.run().is_repeat
    assert house.invoice().dunning_level == 1


def test_only_the_last_run_is_taken_back_and_only_one_that_was(house: House) -> None:
    with pytest.raises(RuleViolation, match=r"dunning\.no_run"):
        back(house, TODAY)
    bill(house.database, delivery="failed")
    house.run()
    house.clock.pass_by(timedelta(days=1))
    house.run()
    with pytest.raises(RuleViolation, match=r"dunning\.run_not_last"):
        back(house, TODAY)
    assert back(house, TODAY + timedelta(days=1)).invoices == 1
    assert back(house, TODAY).invoices == 1
    assert house.database.read(TENANT, lambda tx: open_billing(tx).last_run()) is None
    assert house.database.read(TENANT, lambda tx: open_billing(tx).has_item(TODAY, INVOICE)) is False
