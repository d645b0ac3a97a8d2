"""A hub restored from a copy, and the whole way of one click: mail, offer, hold, booking, answer."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.desk.materials import an_id
from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.desks import a_case_at, all_settled, desk_at, notes_of, until
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.case import Case
from workstation.casework.customer import Customer, Identity
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import Order, OrderLine, ParcelEvent, Payment, Shipment
from workstation.casework.wire.entities import Entity
from workstation.hub.app import open_core
from workstation.hub.ports import Tx
from workstation.hub.settings import read_settings
from workstation.system.keys import FileSecrets

LETTER = (
    "Guten Tag, eine Schale meteorgrau kam zerbrochen an, die andere sieht nicht aus wie abgebildet. "
    "Was soll ich tun? Anna Bergmann"
)


def seed(hub: HubOnDisk, *entities: Entity) -> None:
    """Put entities into the hub's data beside the running hub, as an import does."""
    key = FileSecrets(hub.folder.parent / "hub-keys").read("hub-key")
    core = open_core(read_settings(hub.folder), key)

    def work(tx: Tx) -> None:
        for entity in entities:
            tx.put(entity, is_new=True)

    try:
        core.database.run(core.tenant_id, work)
    finally:
        core.close()


def bowls(team_id: str, now: datetime) -> tuple[Entity, ...]:
    """An order of glasses and bowls, delivered yesterday, and a mail about it."""
    customer_id, order_id, case_id = an_id("anna"), an_id("order"), an_id("case", "bowl")
    message_id = an_id("mail")
    identity = Identity(
        identity_id=an_id("identity"),
        kind="email",
        value="anna@example.org",
        normalised="anna@example.org",
        linked_at=now,
    )
    return (
        Customer(customer_id=customer_id, name="Anna Bergmann", identities=(identity,)),
        Order(
            order_id=order_id,
            number="B-10482",
            customer_id=customer_id,
            placed_at=now - timedelta(days=4),
            lines=(
                OrderLine(line_id="l1", name="Glas", quantity=2, unit_price=Money(1450)),
                OrderLine(line_id="l2", name="Schale meteorgrau", quantity=2, unit_price=Money(2490)),
            ),
            shipping=Money(490),
            status="delivered",
        ),
        Payment(
            payment_id=an_id("payment"),
            order_id=order_id,
            customer_id=customer_id,
            method="card",
            captured=Money(8370),
            refunded=Money(0),
            captured_at=now - timedelta(days=4),
            account_hint="4242",
        ),
        Shipment(
            shipment_id=an_id("shipment"),
            order_id=order_id,
            customer_id=customer_id,
            carrier="DHL",
            tracking_number="JJD0001",
            events=(ParcelEvent(at=now - timedelta(days=1), code="delivered"),),
        ),
        Case(
            case_id=case_id,
            team_id=team_id,
            opened_at=now,
            number=48213,
            customer_id=customer_id,
            customer_name="Anna Bergmann",
            subject="Schale zerbrochen",
            reply_to="anna@example.org",
            order_id=order_id,
            waiting_since=now,
            last_inbound_at=now,
            last_inbound_id=message_id,
        ),
        Message(
            message_id=message_id,
            case_id=case_id,
            kind="inbound",
            at=now,
            author_id="customer",
            author_name="Anna Bergmann",
            from_address="anna@example.org",
            subject="Schale zerbrochen",
            text=LETTER,
        ),
    )


def test_one_click_on_the_broken_bowl(hub: HubOnDisk, tmp_path: Path) -> None:
    case_id = an_id("case", "bowl")

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            await desk.workers.run(
                "net", lambda: seed(hub, *bowls(desk.me.worker.team_id, datetime.now(UTC)))
            )
            await until(lambda: desk.replica.queue_item(case_id) is not None)
            file = await desk.case_desk.open(case_id)
            assert file.order is not None and file.order.number == "B-10482"
            assert [hit.entity for hit in await desk.find.find("B-10482")] == ["order"]
            timeline = await desk.history.timeline(file.case.customer_id)
            assert [item.kind for item in timeline.items] == ["message_in", "shipment", "payment", "order"]
            figures = await desk.history.figures(file.case.customer_id)
            assert figures.revenue == Money(8370)
            offer = file.offers[0]
            assert (offer.macro, offer.title_params.get("amount", "")) != ("", "")
            desk.decisions.own_undo_s = 0.3
            held = await desk.decisions.hold(case_id, offer)
            draft = await desk.replies.draft_for(case_id, held.cmd_id, offer.reply_card)
            assert "24,90" in draft.text and draft.waits_for == held.cmd_id
            item = await desk.replies.send(draft, solves=True)
            assert item.depends_on == (held.cmd_id,)
            await all_settled(desk)
            for sent in await desk.outbox_view.items():
                assert type(sent.verdict).__name__ in ("Applied", "Scheduled"), sent
            await until(lambda: desk.outbox.pending() == ())
            done = await desk.case_desk.open(case_id)
            assert [record.decision_id for record in done.decisions] == [held.cmd_id]
            assert done.decisions[0].amount == Money(2490)

    in_loop(play, 110)


def test_a_restored_hub_gets_back_what_its_copy_lacks(hub: HubOnDisk, tmp_path: Path) -> None:
    async def before(desk: Desk) -> str:
        case_id = await a_case_at(desk, "Vor der Sicherung")
        await desk.case_desk.add_note(case_id, "in der Sicherung")
        await all_settled(desk)
        return case_id

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await before(desk)
            hub.kill()
            copy = tmp_path / "copy"
            shutil.copytree(hub.folder, copy)
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await desk.case_desk.add_note(case_id, "nach der Sicherung")
            await all_settled(desk)
            hub.kill()
            for path in hub.folder.glob("hub.db*"):
                path.unlink()
            for path in copy.glob("hub.db*"):
                shutil.copy(path, hub.folder / path.name)
            before_restore, _ = desk.replica.cursors()
            await desk.workers.run("net", lambda: bump(hub))
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            wanted = ["in der Sicherung", "nach der Sicherung"]

            async def has_both() -> bool:
                generation, _ = desk.replica.cursors()
                if generation in ("", before_restore) or desk.sync.connection.state != "online":
                    return False
                return await notes_of(desk, case_id) == wanted and desk.outbox.unsettled() == 0

            await until(has_both)
        async with desk_at(tmp_path / "b", hub.folder) as other:

            async def sees_both() -> bool:
                return await notes_of(other, case_id) == wanted

            await until(sees_both)
            assert other.replica.all_of(Person)

    in_loop(play, 115)


def bump(hub: HubOnDisk) -> None:
    """Say that the hub's data came from a copy, as its restore command does."""
    key = FileSecrets(hub.folder.parent / "hub-keys").read("hub-key")
    core = open_core(read_settings(hub.folder), key)
    try:
        core.database.bump_generation()
    finally:
        core.close()
