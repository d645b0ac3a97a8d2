"""A hub's data opened for work: settings, database, people and devices, without any thread"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from workstation.casework.clock import Clock
from workstation.casework.message import Language
from workstation.casework.texts import LANGUAGES, TEXT_FILES, Texts, texts_from
from workstation.hub.ports_access import AccessStore, PasswordHasher
from workstation.hub.services.devices import Devices
from workstation.hub.services.dunning_texts import DunningText, dunning_texts_from
from workstation.hub.services.earlier_payments import make_earlier_refundable
from workstation.hub.services.people import People
from workstation.hub.settings import HubSettings, SettingsBroken
from workstation.hub.storage.access import SqlAccess
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.passwords import Argon2Hasher
from workstation.system.clock import SystemClock
from workstation.system.resources import resource_path


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("workstation")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class HubCore:
    """A hub's data opened for work: what every command of the command line needs, without any thread."""

    settings: HubSettings
    clock: Clock
    database: SqlDatabase
    access: AccessStore
    hasher: PasswordHasher
    people: People
    devices: Devices

    @property
    def tenant_id(self) -> str:
        """The firm this hub serves."""
        return self.settings.file.tenant_id

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_core(settings: HubSettings, key: bytes | None, local_proof: str = "") -> HubCore:
    """Open the data of a hub; ``local_proof`` lets devices of this PC in by themselves.

    Raises:
        StoreUnusable: the database cannot be opened. SettingsBroken: ``hub.tenant_missing``.
    """
    clock = SystemClock(settings.offset)
    database = open_database(settings.database_url, key, clock)
    if settings.file.tenant_id not in database.tenants():
        database.close()
        raise SettingsBroken("hub.tenant_missing", settings.folder, tenant_id=settings.file.tenant_id)
    try:
        make_earlier_refundable(database, open_books, settings.file.tenant_id)
    except BaseException:
        database.close()
        raise
    access = SqlAccess(database, settings.file.tenant_id)
    hasher = Argon2Hasher()
    return HubCore(
        settings=settings,
        clock=clock,
        database=database,
        access=access,
        hasher=hasher,
        people=People(access, hasher, clock),
        devices=Devices(access, local_proof),
    )


def load_texts() -> Texts:
    """Return the texts of the program."""
    files = {
        name: tomllib.loads(resource_path("texts", f"{name}.toml").read_text("utf-8")) for name in TEXT_FILES
    }
    return texts_from(files)


def load_dunning_texts() -> dict[Language, dict[str, DunningText]]:
    """Return the words of reminders by language."""
    return dunning_texts_from(
        {
            language: tomllib.loads(resource_path("texts", f"dunning.{language}.toml").read_text("utf-8"))
            for language in LANGUAGES
        }
    )
