"""The hub of the simulation: the product's services over memory, outside systems that misbehave, backups."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tests.faults.sim.chance import Chance, Died, ShiftedClock, TrueTime
from tests.faults.sim.firm import ADDRESSES, PEOPLE, TEAMS, TENANT, device_of, founded
from tests.faults.sim.memory import Memory
from tests.faults.sim.on_disk import KeptList, OnDisk
from tests.hub.mail_out.texts import load_texts
from workstation.casework.people import Person
from workstation.casework.records import WorkOrder
from workstation.casework.wire.commands import CommandsAnswer
from workstation.casework.wire.sync import PullAnswer, PullRequest
from workstation.hub.backends.billing_executor import BillingExecutor
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.backends.house_books.case_stops import HouseCaseStops
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.core import load_dunning_texts
from workstation.hub.ports import Executor, Tx
from workstation.hub.ports_mail import Accepted, Cursor, IncomingMail, MailNotSent, MailUnknown, RawMail
from workstation.hub.ports_values import Done, Effect, EffectRetry, EffectUnknown
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.copy_mails import CopyMailExecutor
from workstation.hub.services.dunning_run import DunningRun
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.feed import Feed
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.services.mailbox_loop import MailboxLoop
from workstation.hub.services.promise_executor import PromiseExecutor
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.scoping import readable_by
from workstation.hub.services.sessions import Caller
from workstation.hub.services.snapshots import SnapshotBuilder
from workstation.hub.services.working_set import WorkingSet
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger
from workstation.hub.storage.lost_cases import open_lost_cases
from workstation.hub.storage.overview import copy_sqlite
from workstation.hub.storage.restoring import restore_sqlite
from workstation.hub.storage.snapshot_files import SnapshotFiles

LAG_S = 60.0
"""How long an accepted mail may take until the archive shows it, as the hub is told."""
MAILBOX = "service"
_TEXTS, _LETTERS = load_texts(), load_dunning_texts()


class PostOffice:
    """The mail server and its archive: outside of every crash and every restore."""

    has_archive = True
    visibility_lag_s = LAG_S

    def __init__(self, chance: Chance, time: TrueTime) -> None:
        self.chance = chance
        self.time = time
        self.trouble = 0.0
        self.sent: list[list[str]] = []
        """Message-IDs of all mails that were accepted, with the moment (ISO) they are to be seen."""

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        """Take a mail, or not, or take it and say nothing."""
        if self.chance.hit(self.trouble):
            if self.chance.hit(0.5):
                raise MailNotSent("no connection", 5.0)
            if self.chance.hit(0.5):
                raise MailUnknown("broke before the server had it")
            self._take(message)
            raise MailUnknown("broke after the server had it")
        self._take(message)
        return Accepted()

    def _take(self, message: bytes) -> None:
        head = message.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
        unfolded = head.replace("\r\n ", " ")
        found = next(line for line in unfolded.split("\r\n") if line.lower().startswith("message-id:"))
        late = timedelta(seconds=self.chance.random.uniform(0, LAG_S * 0.9))
        name = found.partition(":")[2].strip().strip("<>")
        self.sent.append([name, (self.time.at + late).isoformat()])

    def is_archived(self, message_id: str) -> bool:
        """Look into the archive; what was sent just now may not be there yet."""
        return any(
            name == message_id and datetime.fromisoformat(at) <= self.time.at for name, at in self.sent
        )


class ShakyShop:
    """The hub's books behind a line that breaks: before the booking, or after it."""

    def __init__(self, inner: Executor, chance: Chance) -> None:
        self._inner = inner
        self._chance = chance
        self.trouble = 0.0
        self.kinds = inner.kinds
        self.effect_class = inner.effect_class
        self.visibility_lag_s = inner.visibility_lag_s
        self.timeout_s = inner.timeout_s

    def perform(self, effect: Effect) -> Done:
        """Book, with trouble."""
        is_shaky = self._chance.hit(self.trouble)
        if is_shaky and self._chance.hit(0.3):
            raise EffectRetry("busy", 5.0)
        if is_shaky and self._chance.hit(0.4):
            raise EffectUnknown("no answer, nothing booked")
        done = self._inner.perform(effect)
        if is_shaky:
            raise EffectUnknown("no answer, but booked")
        return done

    def look_up(self, effect: Effect) -> Done | None:
        """Look, with trouble."""
        if self._chance.hit(self.trouble / 2):
            raise EffectRetry("cannot look", 5.0)
        return self._inner.look_up(effect)


class _PlainReader:
    """Reads the simulation's mails: three lines of text."""

    def read(self, raw: bytes) -> IncomingMail:
        sender, message_id, answered, text = raw.decode().split("\n", 3)
        return IncomingMail(
            from_address=sender,
            subject="Anfrage",
            bare_subject="Anfrage",
            text=text,
            message_id=message_id,
            answered_ids=(answered,) if answered else (),
            language="de",
        )


class Mailbox:
    """The firm's mailbox on its mail server: mails by uid, in which those taken are marked."""

    mailbox = MAILBOX

    def __init__(self, mails: list[str], clock: ShiftedClock) -> None:
        self._mails = mails
        self._clock = clock
        self.marked: set[int] = set()

    def open(self) -> int:
        """It is always there."""
        return 1

    def new_since(self, cursor: Cursor) -> Iterator[RawMail]:
        """Give what came after the cursor."""
        for uid in range(cursor.uid + 1, len(self._mails) + 1):
            yield RawMail(MAILBOX, 1, uid, self._mails[uid - 1].encode(), self._clock.now())

    def file_away(self, uidvalidity: int, uids: tuple[int, ...]) -> None:
        """Mark them."""
        self.marked.update(uids)

    def wait(self, timeout_s: float, should_stop: Callable[[], bool]) -> bool:
        """Nobody waits here."""
        return False

    def close(self) -> None:
        """Nothing to close."""


class Node:
    """One hub process: everything in it is lost when it dies, the database is not."""

    def __init__(
        self,
        memory: Memory,
        clock: ShiftedClock,
        chance: Chance,
        post: PostOffice,
        mailbox: Mailbox,
        folder: Path | None,
    ) -> None:
        self.database = SqlDatabase(memory.engines, clock)
        self.shop = ShakyShop(ShopExecutor(HouseBooks(self.database, open_books)), chance)
        outlet = Outlet(post, "service@shop.test", "Eins")
        mail = MailExecutor(self.database, (outlet,), _TEXTS, timeout_s=10.0)
        executors: list[Executor] = [self.shop, mail, PromiseExecutor()]
        executors.append(BillingExecutor(HouseBilling(self.database, open_billing), self.database))
        executors.append(CopyMailExecutor(self.database, _TEXTS, EffectRoute("mail", mail.effect_class)))
        routes = {
            kind: EffectRoute("mail" if kind == "mail" else "house_books", one.effect_class)
            for one in executors
            for kind in one.kinds
        }
        stops = HouseCaseStops(open_billing)
        self.receiver = CommandReceiver(
            self.database, TENANT, routes, _confirm, open_billing, stops, open_lost_cases
        )
        self.feed = Feed(self.database, TENANT, clock)
        self.workers = [
            EffectWorker(self.database, executors, CaseProjector(open_billing), clock, f"w{number}", TENANT)
            for number in range(2)
        ]
        self.clocks = Clocks(self.database, clock, open_books)
        ports = IntakePorts(
            self.database,
            open_intake_ledger,
            open_books,
            _PlainReader(),
            clock,
            open_billing=open_billing,
            case_stops=stops,
        )
        self.intake = Intake(ports, TENANT, TEAMS[0])
        self.mailbox = MailboxLoop(mailbox, self.intake, clock, threading.Event())
        self.dunning = DunningRun(self.database, open_billing, TENANT, _LETTERS, mail.effect_class)
        self.working_set = WorkingSet(self.database, TENANT, clock)
        self.shelf = SnapshotFiles(folder / "snapshots", None, spare_bytes=0) if folder else None
        self.snapshots = (
            SnapshotBuilder(self.database, self.shelf, TENANT, clock, least_moves=1, least_behind=1)
            if self.shelf
            else None
        )


def _confirm(tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
    raise AssertionError("no work order here")


class SimHub:
    """A hub that dies and comes back, whose data may be put back to an older copy."""

    def __init__(self, chance: Chance, time: TrueTime, folder: Path | None = None) -> None:
        self.chance = chance
        self.time = time
        self.folder = folder
        self.clock = ShiftedClock(time)
        self.memory = OnDisk(folder / "hub.db", founded()) if folder else Memory(founded())
        self.post = PostOffice(chance, time)
        self.mails: list[str] = []
        """The mailbox of the firm, by uid - 1; mails stay in it."""
        if folder:
            self.post.sent = KeptList(folder / "sent")
            self.mails = KeptList(folder / "mails")
        self.mailbox = Mailbox(self.mails, self.clock)
        self.deaths = 0
        self.is_restored = False
        self._generations = 0
        self._copy: tuple[Memory, datetime] | None = None
        self.node = self._start()
        if folder is None and self.node.database.generation not in (f"g{number}" for number in range(1000)):
            self.node.database.set_fact("generation", "g0")
            self.node = self._start()

    def _start(self) -> Node:
        node = Node(self.memory, self.clock, self.chance, self.post, self.mailbox, self.folder)
        node.database.take_over_claims(self.clock.now())
        return node

    def alive(self) -> Node:
        """The running process."""
        return self.node

    def died(self) -> None:
        """The process has ended: what was in memory is gone, another one starts."""
        self.deaths += 1
        self.node = self._start()

    def trouble(self, share: float) -> None:
        """How often outside systems misbehave from now on."""
        self.post.trouble = share
        self.node.shop.trouble = share

    # ------------------------------------------------------------------ what others ask of it

    def caller(self, name: str) -> Caller:
        """A signed-in person at their desk, as the hub knows them now."""
        known = next(person for person in PEOPLE if person.login == name)
        person = self.node.database.read(TENANT, lambda tx: tx.get(Person, known.person_id)) or known
        device = device_of(name)
        return Caller(
            person=person,
            device=device,
            session_id=f"session of {name}",
            scopes=readable_by(person, device.device_id, TEAMS),
            token_expires_at=self.clock.now() + timedelta(minutes=10),
        )

    def receive(self, name: str, items: Sequence[bytes], generation: str = "") -> CommandsAnswer:
        """Take commands in."""
        raw = [msgspec.Raw(item) for item in items]
        return self.node.receiver.receive(self.caller(name), raw, generation)

    def pull(self, name: str, request: PullRequest) -> PullAnswer:
        """Give a page of the feed."""
        return self.node.feed.pull(self.caller(name).scopes, request)

    # ------------------------------------------------------------------ what it does by itself

    def work(self, worker: int) -> bool:
        """Let a worker deal with one effect."""
        return self.node.workers[worker].step()

    def tick(self) -> None:
        """Look what time has brought about."""
        self.node.clocks.tick()

    def take_mail(self) -> None:
        """Read the mailbox from where the ledger ends."""
        self.node.mailbox.round()

    def write_mail(self, customer: int, text: str, message_id: str, answered: str = "") -> None:
        """A customer writes."""
        self.mails.append("\n".join((ADDRESSES[customer], message_id, answered, text)))

    # ------------------------------------------------------------------ copies

    def back_up(self) -> None:
        """Make a copy of the data."""
        if isinstance(self.memory, OnDisk):
            copied = self.memory.path.with_name("copy.db")
            copied.unlink(missing_ok=True)
            copy_sqlite(self.memory.path, None, copied)
            return
        if self._copy is not None:
            self._copy[0].close()
        self._copy = (self.memory.copy(), self.clock.now())

    def restore(self) -> bool:
        """Put the last copy back and say so, as the hub's own command does; False without a copy."""
        if isinstance(self.memory, OnDisk):
            return self._restored_file(self.memory.path)
        if self._copy is None:
            return False
        self.memory.put_back(self._copy[0])
        self.is_restored = True
        node = self._start()
        node.database.bump_generation()
        self._generations += 1
        node.database.set_fact("generation", f"g{self._generations}")
        self.node = self._start()
        return True

    def _restored_file(self, path: Path) -> bool:
        copied = path.with_name("copy.db")
        if not copied.exists():
            return False
        self.memory.close()
        restore_sqlite(copied, None, path, TENANT, self.clock)
        self.memory = OnDisk(path)
        self.is_restored = True
        self.node = self._start()
        return True

    def close(self) -> None:
        """Throw everything away."""
        if self._copy is not None:
            self._copy[0].close()
        self.memory.close()


__all__ = ["Died", "Node", "PostOffice", "SimHub"]
