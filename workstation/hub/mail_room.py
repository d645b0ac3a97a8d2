"""The mailboxes of a hub: where mail is read from, where answers leave, and the process that parses"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workstation.hub.backends.house_books.case_stops import HouseCaseStops
from workstation.hub.channels.mail.executor import Outlet
from workstation.hub.channels.mail.mailbox_settings import FolderSettings, ImapSettings, SmtpSettings
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.transport_folder import FolderSender, FolderSource
from workstation.hub.channels.mail.transport_imap import ImapSource
from workstation.hub.channels.mail.transport_smtp import SmtpSender
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports_mail import MailSender, MailSource
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.services.mailbox_loop import MailboxLoop
from workstation.hub.settings import MailboxRecord, SettingsBroken
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.hub.storage.intake_ledger import open_intake_ledger

if TYPE_CHECKING:
    pass


from workstation.casework.proposal import TopicWords
from workstation.hub.core import HubCore, load_texts


def source_of(box: MailboxRecord) -> MailSource:
    """Return where a mailbox is read from."""
    if isinstance(box.incoming, ImapSettings):
        return ImapSource(box.incoming)
    return FolderSource(box.incoming)


def sender_of(box: MailboxRecord) -> MailSender:
    """Return where a mailbox's answers leave."""
    if isinstance(box.outgoing, SmtpSettings):
        return SmtpSender(box.outgoing)
    assert isinstance(box.outgoing, FolderSettings)
    return FolderSender(box.outgoing)


@dataclass
class MailRoom:
    """The mailboxes of a hub: what reads them, and one child process that parses."""

    core: HubCore
    parser: ParseWorker = field(default_factory=ParseWorker)

    def boxes(self) -> tuple[MailboxRecord, ...]:
        """Return the mailboxes with their passwords."""
        settings = self.core.settings
        if not settings.file.mailboxes:
            return ()
        secrets = settings.secrets()
        return tuple(settings.with_passwords(box, secrets) for box in settings.file.mailboxes)

    def intake(self, team: str = "") -> Intake:
        """Return an intake whose new cases go to ``team`` (name or id; empty: the first team).

        Raises:
            SettingsBroken: ``hub.mailbox_team_unknown``.
        """
        return Intake(self.ports(), self.core.tenant_id, self.team_id(team))

    def ports(self) -> IntakePorts:
        """Return what reading mail stands on."""
        return IntakePorts(
            database=self.core.database,
            open_ledger=open_intake_ledger,
            open_books=open_books,
            reader=LimitedReader(self.parser),
            clock=self.core.clock,
            open_billing=open_billing,
            dunning_words=_words_of("dunning"),
            case_stops=HouseCaseStops(open_billing),
        )

    def team_id(self, team: str) -> str:
        """Return the id of a team given by name or id.

        Raises:
            SettingsBroken: ``hub.mailbox_team_unknown``.
        """
        teams = self.core.people.teams()
        for known in teams:
            if not team or team == known.team_id or team.casefold() == known.name.casefold():
                return known.team_id
        names = ", ".join(known.name for known in teams)
        raise SettingsBroken("hub.mailbox_team_unknown", self.core.settings.folder, given=team, teams=names)

    def loops(self, stop: threading.Event) -> list[MailboxLoop]:
        """Return a loop a mailbox."""
        return [
            MailboxLoop(source_of(box), self.intake(box.team), self.core.clock, stop) for box in self.boxes()
        ]

    def outlets(self) -> tuple[Outlet, ...]:
        """Return a way out a mailbox."""
        return tuple(
            Outlet(
                sender=sender_of(box),
                address=box.address,
                name=box.sender_name,
                team_id=self.team_id(box.team) if box.team else "",
            )
            for box in self.boxes()
        )

    def close(self) -> None:
        """End the child process."""
        self.parser.close()


def _words_of(topic: str) -> TopicWords | None:
    return next((one for one in load_texts().topics.topics if one.topic == topic), None)
