"""Makes the demo's hub and fills it: the hub's own set-up, its imports, its intake, and its rules."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from workstation.casework.calendar import Calendar, DatedSpan
from workstation.casework.case_state import CaseState, StateEntity
from workstation.casework.customer import Customer
from workstation.casework.empowerment import budgets_for
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.people import Person
from workstation.casework.records import (
    Commitment as CommitmentRecord,
)
from workstation.casework.records import (
    Invoice,
    Order,
    Payment,
    WorkOrder,
)
from workstation.casework.wire.commands import LinkCases
from workstation.demo.books_of_then import carry_out
from workstation.demo.doubt import leave_one_in_doubt
from workstation.demo.files import write_files
from workstation.demo.generator import make_data_set
from workstation.demo.mails import raw_mail
from workstation.demo.materials import Materials, load_materials
from workstation.demo.playing import House, Played, Player, with_pieces_back
from workstation.demo.purchases import local_day
from workstation.demo.shapes import Beat, CaseScript, DataSet
from workstation.hub.backends.house_books.work_orders import parcel_to_expect, transfer_to_make
from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.channels.mail.transport_folder import make_maildir
from workstation.hub.core import HubCore, load_dunning_texts, open_core
from workstation.hub.mail_room import MailRoom
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import SELLER, Seller
from workstation.hub.services.deciding import reserve
from workstation.hub.services.dunning_run import DunningRun
from workstation.hub.services.imports import Imports
from workstation.hub.services.intake_import import import_mails
from workstation.hub.services.joining import carry_out_joining
from workstation.hub.services.people import NewPerson
from workstation.hub.settings import MailboxRecord, read_settings, write_settings
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.remote.embedded import hub_command

PASSWORD = "backhaus-demo"
LOGIN = "lisa"
KEY_FILE = "hub.key"
_NEWCOMER = timedelta(days=2)
_WINDOW = timedelta(days=90)


class LoadingFailed(Exception):
    """The invented firm could not be set up; the message says what the hub said."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A filled hub that does not run yet: its folder, its two mail folders, and what it was filled with."""

    folder: Path
    incoming: Path
    outgoing: Path
    mail_address: str
    data: DataSet


def load_firm(
    place: Path, *, customers: int = 120, say: Callable[[str], None] = lambda words: None
) -> Loaded:
    """Set up and fill a hub below ``place`` (its folder will be ``place/hub``).

    Raises:
        LoadingFailed: the hub refused something.
    """
    materials = load_materials()
    folder = place / "hub"
    say("setup")
    _set_up(folder, materials)
    settings = read_settings(folder)
    core = open_core(settings, settings.key())
    try:
        data = make_data_set(core.clock.now(), customers=customers, materials=materials)
        staff = _people(core, materials)
        _firm(core, materials)
        say("import")
        _import(core, data, materials, place / "import")
        say("history")
        _past(core, data, staff, materials)
        say("mails")
        _open_mails(core, data, materials, place / "first-mails")
        _open(core, data, staff, materials)
        leave_one_in_doubt(core, staff, materials)
        DunningRun(core.database, open_billing, core.tenant_id, load_dunning_texts()).run(local_day(data.now))
    finally:
        core.close()
    incoming, outgoing = make_maildir(place / "mail" / "in"), make_maildir(place / "mail" / "out")
    box = MailboxRecord(
        name=materials.firm["mailbox"],
        address=materials.firm["mail_address"],
        sender_name=materials.firm["name"],
        team=materials.firm["team"],
        incoming=FolderSettings(
            mailbox=materials.firm["mailbox"], incoming=str(incoming), outgoing=str(outgoing)
        ),
        outgoing=FolderSettings(
            mailbox=materials.firm["mailbox"], incoming=str(incoming), outgoing=str(outgoing)
        ),
    )
    write_settings(settings.with_file(mailboxes=(box,), pushes_per_s=0.0, pulls_per_s=0.0))
    return Loaded(folder, incoming, outgoing, materials.firm["mail_address"], data)


def _set_up(folder: Path, materials: Materials) -> None:
    firm = materials.firm
    options = {
        "--name": firm["name"],
        "--owner": firm["owner"],
        "--login": firm["owner_login"],
        "--team": firm["team"],
        "--region": firm["region"],
        "--mail-address": firm["mail_address"],
        "--key-file": KEY_FILE,
    }
    arguments = [part for option in options.items() for part in option]
    done = subprocess.run(
        hub_command("--folder", str(folder), "--language", "en", "init", "--trial", *arguments),
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise LoadingFailed(done.stderr.strip()[-600:])


def _people(core: HubCore, materials: Materials) -> dict[str, Person]:
    """Add everybody who works there; the one at the counter began two days ago."""
    for row in materials.firm["person"]:
        core.people.add(NewPerson(row["login"], row["name"], row["role"], PASSWORD))

    def work(tx: Tx) -> dict[str, Person]:
        staff = {person.login: person for person in tx.all_of(Person)}
        for login, person in staff.items():
            age = _NEWCOMER if person.role == "counter" else timedelta(days=900)
            staff[login] = tx.put(msgspec.structs.replace(person, created_at=tx.now - age))
        return staff

    return core.database.run(core.tenant_id, work)


def _firm(core: HubCore, materials: Materials) -> None:
    """Let clocks run whenever somebody tries the demo, and say what invoices show about the firm."""

    def work(tx: Tx) -> None:
        for calendar in tx.all_of(Calendar):
            tx.put(always_open(calendar))
        seller = msgspec.convert(materials.firm["seller"], Seller)
        open_billing(tx).keep_setting(SELLER, msgspec.json.encode(seller))

    core.database.run(core.tenant_id, work)


def always_open(calendar: Calendar) -> Calendar:
    """Return ``calendar`` open around the clock, on its public holidays too."""
    days: Iterable[date] = (holiday.on for holiday in calendar.holidays)
    return msgspec.structs.replace(
        calendar,
        name="Vorführung: rund um die Uhr",
        spans=(),
        breaks=(),
        extra_openings=tuple(DatedSpan(day, "00:00", "24:00") for day in days),
    )


def _import(core: HubCore, data: DataSet, materials: Materials, folder: Path) -> None:
    files = write_files(data, materials, folder)
    report = Imports(core.database, open_books, core.tenant_id).import_paths([files])
    if not report.is_clean:
        raise LoadingFailed("; ".join(f"{one.file}:{one.row}: {one.code}" for one in report.problems[:5]))


@dataclass(frozen=True, slots=True)
class _Records:
    """The imported records by the numbers the scripts know."""

    customers: dict[str, Customer]
    orders: dict[str, Order]
    payments: dict[str, Payment]
    invoices: dict[str, Invoice]


def _records(tx: Tx) -> _Records:
    return _Records(
        customers={one.number: one for one in tx.all_of(Customer) if one.number},
        orders={one.number: one for one in tx.all_of(Order)},
        payments={one.order_id: one for one in tx.all_of(Payment)},
        invoices={one.number: one for one in tx.all_of(Invoice)},
    )


def _house(tx: Tx, staff: dict[str, Person], materials: Materials) -> House:
    reference = tx.reference()
    team_id = next(team.team_id for team in reference.teams.values() if team.name == materials.firm["team"])
    return House(
        tenant_id=tx.tenant_id,
        team_id=team_id,
        domain=materials.firm["mail_address"].partition("@")[2],
        staff=staff,
        policy=reference.policy_of(team_id),
        calendar=reference.calendar_of(team_id),
        next_number=tx.next_number,
        carry_out=partial(carry_out, tx),
    )


def _past(core: HubCore, data: DataSet, staff: dict[str, Person], materials: Materials) -> None:
    def work(tx: Tx) -> None:
        records, house = _records(tx), _house(tx, staff, materials)
        for script in data.past:
            _keep(tx, _played(house, records, script), records)
        for owed in data.commitments:
            order = records.orders[owed.order]
            tx.put(
                CommitmentRecord(
                    commitment_id=derived_id(tx.tenant_id, "commitment", owed.key),
                    customer_id=order.customer_id,
                    what=owed.what,
                    on=owed.on,
                    order_id=order.order_id,
                )
            )

    core.database.run(core.tenant_id, work)


def _open_mails(core: HubCore, data: DataSet, materials: Materials, folder: Path) -> None:
    """Take the first mails of open cases in through the intake, in the order they were written."""
    folder.mkdir(parents=True, exist_ok=True)
    mails = sorted((case.mail for case in data.open if case.mail), key=lambda mail: mail.at)
    for number, mail in enumerate(mails):
        (folder / f"{number:03d}.eml").write_bytes(raw_mail(mail, materials.firm["mail_address"]))
    room = MailRoom(core)
    try:
        report = import_mails(room.intake(materials.firm["team"]), folder)
    finally:
        room.close()
    if report.problems or report.unreadable or report.taken != len(mails):
        raise LoadingFailed(f"{report.taken} of {len(mails)} mails were taken: {report.problems[:3]}")


def _open(core: HubCore, data: DataSet, staff: dict[str, Person], materials: Materials) -> None:
    def work(tx: Tx) -> None:
        records, house = _records(tx), _house(tx, staff, materials)
        numbers: dict[str, str] = {}
        for script in sorted(data.open, key=lambda case: case.beats[0].at):
            before = _state_of(tx, script) if script.mail else None
            played = _played(house, records, script, before)
            _keep(tx, played, records)
            numbers[script.key] = played.state.the_case.case_id
        for script in data.open:
            if script.linked:
                link = LinkCases(case_id=numbers[script.key], other_case_id=numbers[script.linked])
                carry_out_joining(tx, link, staff["jonas"], derived_id("demo", "link", script.key))

    core.database.run(core.tenant_id, work)


def _state_of(tx: Tx, script: CaseScript) -> CaseState:
    assert script.mail is not None
    message = tx.message_by_rfc_id(script.mail.rfc_id)
    if message is None:
        raise LoadingFailed(f"the mail of {script.key} is not there")
    file = tx.case_file(message.case_id)
    state = CaseState(
        case=file.case,
        messages=file.messages,
        decisions=file.decisions,
        promises=file.promises,
        approvals=file.approvals,
        customer=file.customer,
    )
    return _opened_at(state, script.beats[0])


def _opened_at(state: CaseState, first: Beat) -> CaseState:
    case = msgspec.structs.replace(state.the_case, opened_at=first.at)
    return msgspec.structs.replace(state, case=case)


def _played(house: House, records: _Records, script: CaseScript, before: CaseState | None = None) -> Played:
    customer = records.customers.get(script.buyer)
    order = records.orders.get(script.order)
    payment = records.payments.get(order.order_id) if order else None
    return Player(house, script, customer, order, payment, before).play()


def _keep(tx: Tx, played: Played, records: _Records) -> None:
    """Store a case with its bookings, as far as they are new or changed."""
    state = played.state
    entities: list[StateEntity] = [state.the_case, *state.messages, *state.decisions, *state.promises]
    customer = state.customer
    if customer is not None and customer != records.customers.get(customer.number, customer):
        entities.append(customer)
    for entity in entities:
        tx.put(entity)
    for decision_id, at in played.given:
        _count(tx, state, decision_id, at)
    books = open_books(tx)
    for booking in played.bookings:
        books.add_booking(booking)
        tx.put(booking)
        _count(tx, state, booking.decision_id, booking.booked_at)
        payment = next(one for one in records.payments.values() if one.payment_id == booking.payment_id)
        work = transfer_to_make(booking, payment)
        _work(tx, work, is_done=booking.status == "paid")
    for opened in played.returns:
        books.add_return(opened, opened.decision_id)
        tx.put(opened)
        _work(tx, parcel_to_expect(opened), is_done=True)
    if played.bookings or played.returns:
        number = next(
            one.number for one in records.orders.values() if one.order_id == state.the_case.order_id
        )
        changed = with_pieces_back(records.orders[number], played.bookings, played.returns)
        records.orders[number] = changed
        tx.put(changed)


def _count(tx: Tx, state: CaseState, decision_id: str, at: datetime) -> None:
    """Count what was given against the limits it was given under, as far as their windows reach."""
    record = state.decision(decision_id)
    if record is None or at < tx.now - _WINDOW:
        return
    reference = tx.reference()
    person = reference.people[record.person_id]
    steps = tuple(step.decision for step in record.steps)
    case = state.the_case
    needs = budgets_for(
        steps,
        person,
        case.customer_id,
        case.case_id,
        case.team_id,
        reference.limits,
        at,
        reference.tenant.time_zone,
    )
    try:
        tx.savepoint(lambda: reserve(tx, decision_id, steps, tx.lock_budgets(needs, at), at))
    except RuleViolation as error:
        if error.code != "budget.exhausted":
            raise
        return  # over the limit: a lead had agreed
    tx.settle(decision_id, 0, is_spent=True, at=at)


def _work(tx: Tx, work: WorkOrder, *, is_done: bool) -> None:
    if is_done:
        work = msgspec.structs.replace(work, status="done", done_at=work.created_at + timedelta(days=1))
    open_books(tx).keep_work_order(work)
    tx.put(work)
