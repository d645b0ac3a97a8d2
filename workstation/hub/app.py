"""Composition root of the hub: builds and wires every object; nothing else does."""

from __future__ import annotations

from dataclasses import dataclass

from workstation.casework.clock import Clock
from workstation.hub.ports_access import AccessStore, PasswordHasher
from workstation.hub.services.devices import Devices
from workstation.hub.services.people import People
from workstation.hub.settings import HubSettings, SettingsBroken
from workstation.hub.storage.access import SqlAccess
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.passwords import Argon2Hasher
from workstation.system.clock import SystemClock


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
