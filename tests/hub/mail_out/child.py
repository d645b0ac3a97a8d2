"""A hub's worker as a process of its own, to be killed: takes mail in, or carries out effects until all rest.

python -m tests.hub.mail_out.child intake|effects FOLDER NOW
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from tests.hub.mail_out.texts import load_texts
from tests.hub.small_firm import TEAM, TENANT, SetClock
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.transport_folder import FolderSender, FolderSource
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports import Executor
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.services.mailbox_loop import MailboxLoop
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger
from workstation.hub.storage.opening import open_database

_IDLE_ROUNDS = 12


def folders(folder: Path) -> FolderSettings:
    """Mail in and out of a folder."""
    return FolderSettings(mailbox="service", incoming=str(folder / "in"), outgoing=str(folder / "out"))


def take_in(database: SqlDatabase, clock: SetClock, folder: Path) -> None:
    """Take everything that lies in the mailbox."""
    with ParseWorker() as worker:
        ports = IntakePorts(database, open_intake_ledger, open_books, LimitedReader(worker), clock)
        MailboxLoop(FolderSource(folders(folder)), Intake(ports, TENANT, TEAM), clock, Event()).round()


def carry_out(database: SqlDatabase, clock: SetClock, folder: Path) -> None:
    """Carry out effects; time passes while there is nothing to do."""
    outlet = Outlet(FolderSender(folders(folder)), "service@shop.test", "Ofen und Glas")
    executors: list[Executor] = [
        ShopExecutor(HouseBooks(database, open_books)),
        MailExecutor(database, (outlet,), load_texts()),
    ]
    worker = EffectWorker(database, executors, CaseProjector(), clock, "child")
    for _ in range(_IDLE_ROUNDS):
        while worker.step():
            clock.pass_by(timedelta(seconds=1))
        clock.pass_by(timedelta(minutes=2))


def main() -> None:
    """Do what the command line says."""
    act, place, now = sys.argv[1:]
    clock = SetClock(datetime.fromisoformat(now))
    database = open_database(str(Path(place) / "hub.db"), None, clock)
    (take_in if act == "intake" else carry_out)(database, clock, Path(place))
    database.close()


if __name__ == "__main__":
    main()
