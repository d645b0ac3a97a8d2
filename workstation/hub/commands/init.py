"""``init``: makes a firm with its first team, its owner, opening hours, targets and limits."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from workstation.casework.people import Person, Team, Tenant
from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.defaults import REGIONS, default_calendar, default_entities, default_targets
from workstation.hub.embedded import key_from
from workstation.hub.ports import Tx
from workstation.hub.services.earlier_payments import make_earlier_refundable
from workstation.hub.services.people import NewPerson, checked_name, checked_password
from workstation.hub.settings import (
    FILE_NAME,
    SQLITE_NAME,
    Encryption,
    HubFile,
    HubSettings,
    write_settings,
)
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.books import open_books
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.passwords import Argon2Hasher
from workstation.hub.storage.transaction import SqlTx
from workstation.system.clock import SystemClock, new_id
from workstation.system.keys import random_key
from workstation.system.paths import make_private, why_unsafe, write_private

_PROOF_THRESHOLD = 100_00


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    parser = commands.add_parser("init", help=words.line("help.init"))
    parser.add_argument("--name", required=True, metavar="FIRM", help=words.line("help.init.name"))
    parser.add_argument("--owner", required=True, metavar="NAME", help=words.line("help.init.owner"))
    parser.add_argument("--login", default="", help=words.line("help.init.login"))
    parser.add_argument("--team", default="Service", help=words.line("help.init.team"))
    parser.add_argument("--person-language", choices=("de", "en"), default="de")
    parser.add_argument("--mail-address", default="", metavar="ADDRESS", help=words.line("help.init.mail"))
    parser.add_argument("--region", default="", help=words.line("help.init.region"))
    parser.add_argument(
        "--database", default=SQLITE_NAME, metavar="URL", help=words.line("help.init.database")
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--key-file", default="", metavar="FILE", help=words.line("help.init.key_file"))
    where.add_argument("--key-on-stdin", action="store_true", help=words.line("help.init.key_on_stdin"))
    parser.add_argument("--secrets", choices=("keyring", "files"), default="files")
    parser.add_argument("--trial", action="store_true", help=words.line("help.init.trial"))
    parser.add_argument(
        "--time-offset", type=int, default=0, metavar="S", help=words.line("help.init.offset")
    )
    parser.set_defaults(run=run)


def run(context: Context) -> int:
    """Make the firm, or nothing at all."""
    arguments = context.arguments
    folder = context.folder
    if (folder / FILE_NAME).exists():
        raise failed("hub.already_here", folder=str(folder))
    firm = checked_name("name", arguments.name)
    region = arguments.region.upper()
    if region and region not in REGIONS:
        raise failed("hub.region_unknown", given=region[:20], regions=", ".join(REGIONS))
    if arguments.time_offset and not arguments.trial:
        raise failed("hub.offset_needs_trial")
    settings = _settings(context, folder)
    handed_over = key_from() if settings.file.encryption == "handed_over" else ""
    login = arguments.login or checked_name("owner", arguments.owner).split()[0].casefold()
    password = checked_password(context.secret("prompt.password", twice=True))
    owner = NewPerson(
        login=login,
        name=arguments.owner,
        role="owner",
        password=password,
        language=arguments.person_language,
    )
    was_there = set(folder.iterdir()) if folder.exists() else None
    try:
        key = _prepared(settings, handed_over)
        create_firm(settings, key, firm, arguments.team, owner, region, arguments.mail_address)
        write_settings(settings)
    except BaseException:
        _take_back(folder, was_there)
        raise
    context.say("init.done", firm=firm, login=login.casefold(), folder=folder)
    if settings.file.encryption == "none" and not settings.is_postgresql:
        context.say("init.not_encrypted")
    context.say("init.next")
    return DONE


def _settings(context: Context, folder: Path) -> HubSettings:
    arguments = context.arguments
    encryption: Encryption = "none"
    if arguments.key_on_stdin:
        encryption = "handed_over"
    elif arguments.key_file:
        encryption = "key_file"
    file = HubFile(
        tenant_id=new_id(SystemClock()),
        database=arguments.database,
        encryption=encryption,
        key_file=arguments.key_file,
        secrets=arguments.secrets,
        is_trial=arguments.trial,
        time_offset_s=arguments.time_offset,
    )
    settings = HubSettings(folder, file)
    if not settings.is_postgresql:
        if "://" in arguments.database:
            raise failed("hub.database_unknown", given=arguments.database[:80])
        if Path(settings.database_url).exists():
            raise failed("hub.database_exists", path=settings.database_url)
        reason = why_unsafe(folder)
        if reason:
            raise failed(reason, path=str(folder))
    return settings


def _prepared(settings: HubSettings, handed_over: str) -> bytes | None:
    """Make folder, key file and place of secrets; return the key of the database."""
    make_private(settings.folder)
    if settings.file.encryption == "key_file":
        path = settings.folder / settings.file.key_file
        if not path.exists():
            make_private(path.parent)
            write_private(path, random_key().hex().encode() + b"\n")
    settings.secrets()
    return settings.key(handed_over)


def create_firm(
    settings: HubSettings,
    key: bytes | None,
    firm: str,
    team: str,
    owner: NewPerson,
    region: str = "",
    mail_address: str = "",
) -> None:
    """Write firm, team, owner and what a firm begins with, in one transaction.

    Raises:
        RuleViolation: malformed names. StoreUnusable: the database cannot be opened.
    """
    clock, tenant_id = SystemClock(settings.offset), settings.file.tenant_id
    person_id, team_id = new_id(clock), new_id(clock)
    login = checked_name("login", owner.login, 80).casefold()
    tenant = Tenant(
        tenant_id=tenant_id,
        name=firm,
        proof_threshold=_PROOF_THRESHOLD,
        mail_domain=mail_address.rpartition("@")[2],
        sender_address=mail_address,
        is_trial=settings.file.is_trial,
    )
    today = clock.now().date()
    first_team = Team(
        team_id=team_id,
        name=checked_name("team", team),
        calendar_id=default_calendar(tenant_id, region, today).calendar_id,
        sla_policy_id=default_targets(tenant_id).sla_policy_id,
    )
    person = Person(
        person_id=person_id,
        name=checked_name("owner", owner.name),
        login=login,
        role="owner",
        team_id=team_id,
        language=owner.language,
        created_at=clock.now(),
    )
    password_hash = Argon2Hasher().hash(owner.password)
    database = open_database(settings.database_url, key, clock)
    try:
        database.create_tenant(tenant_id)

        def work(tx: SqlTx) -> None:
            _put_all(tx, tenant, region)
            tx.put(first_team, is_new=True)
            tx.put(person, is_new=True)
            access = SqlAccessTx(tx)
            access.identity()
            access.set_password_hash(person_id, password_hash)
            tx.audit("firm.created", actor=person_id, subject=tenant_id)

        database.run_sql(tenant_id, work)
        # There is none; this is only noted, so that nothing changes when the firm is opened.
        make_earlier_refundable(database, open_books, tenant_id)
    finally:
        database.close()


def _put_all(tx: Tx, tenant: Tenant, region: str) -> None:
    tx.put(tenant, is_new=True)
    today = tx.now.date()
    entities = default_entities(tenant.tenant_id, region, today, tenant.proof_threshold, tenant.currency)
    for entity in entities:
        tx.put(entity, is_new=True)


def _take_back(folder: Path, was_there: set[Path] | None) -> None:
    """Leave nothing half done: whatever a failed init has laid into the folder goes again."""
    if not folder.exists():
        return
    for path in folder.iterdir():
        if was_there is None or path not in was_there:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    if was_there is None:
        folder.rmdir()
