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
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import Order
from workstation.casework.wire.commands import Applied, Scheduled
from workstation.hub.core import HubCore, open_core
from workstation.hub.ports import Tx
from workstation.hub.settings import read_settings
from workstation.hub.storage.books import open_books
from workstation.system.keys import FileSecrets

LETTER = (
    "Guten Tag, eine Schale meteorgrau kam zerbrochen an, die andere sieht nicht aus wie abgebildet. "
    "Was soll ich tun? Anna Bergmann"
)


def opened(hub: HubOnDisk) -> HubCore:
    """Open the hub's data beside the running hub, as its command line does."""
    key = FileSecrets(hub.folder.parent / "hub-keys").read("hub-key")
    return open_core(read_settings(hub.folder), key)


def import_records(hub: HubOnDisk, folder: Path, now: datetime) -> None:
    """Bring in a customer, her order of glasses and bowls, the payment and the parcel of yesterday."""

    def at(days: int) -> str:
        return (now - timedelta(days=days)).strftime("%d.%m.%Y 10:00")

    files = {
        "kunden": "Kundennummer;Anrede;Vorname;Nachname;E-Mail\nK-1;Frau;Anna;Bergmann;anna@example.org\n",
        "bestellungen": (
            "Bestellnummer;Kunde;Bestelldatum;Versandkosten;Artikelnummer;Bezeichnung;Menge;Einzelpreis;MwSt\n"
            f"B-10482;K-1;{at(4)};4,90;A-1;Glas;2;14,50;19\n"
            "B-10482;;;;A-2;Schale meteorgrau;2;24,90;19\n"
        ),
        "zahlungen": f"Zahlung;Bestellung;Zahlart;Betrag;Datum;Karte\nZ-1;B-10482;Karte;83,70;{at(4)};4242\n",
        "pakete": f"Sendungsnummer;Bestellung;Paketdienst;zugestellt am\nS-1;B-10482;DHL;{at(1)}\n",
    }
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, "utf-8")
    hub.command("import", "all", str(folder))


def receive_letter(hub: HubOnDisk, team_id: str, now: datetime) -> str:
    """Put the mail about the bowl on a case of its own; returns the case."""
    core, message_id = opened(hub), an_id("mail")

    def work(tx: Tx) -> str:
        customer_id = open_books(tx).customer_by_number("K-1")
        assert customer_id is not None
        (order,) = tx.records_of(customer_id, Order)
        case = Case(
            case_id=an_id("case", "bowl"),
            team_id=team_id,
            opened_at=now,
            number=48213,
            customer_id=customer_id,
            customer_name="Anna Bergmann",
            subject="Schale zerbrochen",
            reply_to="anna@example.org",
            order_id=order.order_id,
            waiting_since=now,
            last_inbound_at=now,
            last_inbound_id=message_id,
        )
        letter = Message(
            message_id=message_id,
            case_id=case.case_id,
            kind="inbound",
            at=now,
            author_id="customer",
            author_name="Anna Bergmann",
            from_address="anna@example.org",
            subject="Schale zerbrochen",
            text=LETTER,
        )
        tx.put(case, is_new=True)
        tx.put(letter, is_new=True)
        return case.case_id

    try:
        return core.database.run(core.tenant_id, work)
    finally:
        core.close()


def test_one_click_on_the_broken_bowl(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            now, team_id = datetime.now(UTC), desk.me.worker.team_id
            await desk.workers.run("net", lambda: import_records(hub, tmp_path / "in", now))
            case_id = await desk.workers.run("net", lambda: receive_letter(hub, team_id, now))
            await until(lambda: desk.replica.queue_item(case_id) is not None)
            file = await desk.case_desk.open(case_id)
            assert file.order is not None and file.order.number == "B-10482"
            assert [hit.entity for hit in await desk.find.find("B-10482")] == ["order"]
            timeline = await desk.history.timeline(file.case.customer_id)
            assert [item.kind for item in timeline.items] == ["message_in", "shipment", "payment", "order"]
            assert (await desk.history.figures(file.case.customer_id)).revenue == Money(8370)
            offer = file.offers[0]
            assert offer.macro == "damaged_item"
            held = await desk.decisions.hold(case_id, offer)
            draft = await desk.replies.draft_for(case_id, held.cmd_id, offer.reply_card)
            assert "24,90" in draft.text and draft.waits_for == held.cmd_id
            item = await desk.replies.send(draft, solves=True)
            assert item.depends_on == (held.cmd_id,)
            await desk.decisions.release(held.cmd_id)
            await all_settled(desk)
            for sent in await desk.outbox_view.items():
                assert isinstance(sent.verdict, Applied | Scheduled), sent.verdict
            await until(lambda: _is_booked(desk, case_id))
            done = await desk.case_desk.open(case_id)
            (booking,) = done.bookings
            assert (booking.amount, done.decisions[0].amount) == (Money(2490), Money(2490))
            assert [len(item.lines) for item in done.returns] == [1]
            after = await desk.history.timeline(file.case.customer_id, "money")
            assert [line.kind for line in after.items] == ["booking", "payment"]
            await until(lambda: desk.outbox.pending() == ())

    in_loop(play)


async def _is_booked(desk: Desk, case_id: str) -> bool:
    file = await desk.case_desk.open(case_id)
    return [record.state for record in file.decisions] == ["booked"] and bool(file.bookings and file.returns)


def test_a_restored_hub_gets_back_what_its_copy_lacks(hub: HubOnDisk, tmp_path: Path) -> None:
    async def before(desk: Desk) -> str:
        case_id = await a_case_at(desk, "Vor der Sicherung")
        await desk.case_desk.add_note(case_id, "in der Sicherung")
        await all_settled(desk)
        return case_id

    async def play() -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            case_id = await before(desk)
            copy = tmp_path / "copy"
            with hub.down():
                shutil.copytree(hub.folder, copy)
            await desk.workers.run("net", hub.start)
            desk.sync.poke()
            await desk.case_desk.add_note(case_id, "nach der Sicherung")
            await all_settled(desk)
            before_restore, _ = desk.replica.cursors()
            with hub.down():
                for path in hub.folder.glob("hub.db*"):
                    path.unlink()
                for path in copy.glob("hub.db*"):
                    shutil.copy(path, hub.folder / path.name)
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

    in_loop(play)


def bump(hub: HubOnDisk) -> None:
    """Say that the hub's data came from a copy, as its restore command does."""
    core = opened(hub)
    try:
        core.database.bump_generation()
    finally:
        core.close()
