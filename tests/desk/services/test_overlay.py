"""The overlay follows what comes down: the case, and also only the customer of a case with acts under way."""

from __future__ import annotations

import pytest

from tests.desk.materials import NOW, TEAM, a_case, a_customer, an_id
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.customer import Customer, Identity
from workstation.casework.wire.commands import LinkIdentity, OpenCase
from workstation.ports import Changes

NOBODYS = a_case("8", customer_id="", customer_name="")


async def bench() -> Bench:
    made = Bench()
    await made.start()
    return made


def test_the_name_of_a_customer_who_comes_alone_is_shown_while_acts_wait() -> None:
    async def play() -> None:
        desk = await bench()
        case_id, ida = an_id("case", "new"), a_customer("ida", name="Ida Noll")
        begun = OpenCase(
            case_id=case_id,
            channel="mail",
            subject="Neu",
            team_id=TEAM,
            customer_id=ida.customer_id,
            address="i@x.org",
        )
        await desk.writer.write(begun)
        await desk.overlay.refresh([case_id])
        row = desk.replica.queue_item(case_id)
        assert row is not None and "Ida" not in row.customer_name
        changes = desk.replica.apply_page(desk.feed.page(ida))
        assert not changes.cases and changes.customers == frozenset({ida.customer_id})
        assert await desk.overlay.rebase(changes) == {case_id}
        row = desk.replica.queue_item(case_id)
        assert row is not None and row.customer_name == "Ida Noll"

    in_loop(play)


@pytest.mark.parametrize("case_id", [CASE.case_id, NOBODYS.case_id], ids=["own case", "case of nobody"])
def test_a_customer_whom_an_act_changed_shows_what_the_hub_has_changed_since(case_id: str) -> None:
    async def play() -> None:
        desk = await bench()
        customer = a_customer("1")
        identity = Identity(
            identity_id=an_id("identity", "new"),
            kind="email",
            value="neu@x.org",
            normalised="neu@x.org",
            linked_at=NOW,
        )
        desk.give(NOBODYS)
        await desk.writer.write(
            LinkIdentity(case_id=case_id, customer_id=customer.customer_id, identity=identity)
        )
        await desk.overlay.refresh([case_id])
        changes = desk.replica.apply_page(desk.feed.page(a_customer("1", rev=2, name="Anna Neumann")))
        assert not changes.cases
        await desk.overlay.rebase(changes)
        shown = desk.replica.get(Customer, customer.customer_id)
        assert shown is not None and shown.name == "Anna Neumann"
        assert "neu@x.org" in [one.normalised for one in shown.identities]

    in_loop(play)


def test_customers_of_other_cases_cost_nothing() -> None:
    async def play() -> None:
        desk = await bench()
        await desk.case_desk.add_note(CASE.case_id, "wartet")
        assert (
            await desk.overlay.rebase(Changes(customers=frozenset({an_id("customer", "9")}))) == frozenset()
        )

    in_loop(play)
