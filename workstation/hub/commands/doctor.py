"""``doctor``: looks the hub over and says what needs a person; for people to read, or as JSON."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from workstation.hub.commands.context import DONE, FOUND_SOMETHING, Context
from workstation.hub.commands.mailbox import mailbox_troubles
from workstation.hub.commands.words import Words
from workstation.hub.core import HubCore
from workstation.hub.embedded import LOCK_NAME
from workstation.hub.settings import HubSettings
from workstation.hub.storage.overview import effect_counts, quarantined
from workstation.system import sqlite
from workstation.system.lock import is_locked
from workstation.system.paths import why_unsafe

Level = Literal["ok", "note", "warning", "error"]
_LITTLE_SPACE = 200 * 1024 * 1024
_MANY_UNSEALED = 1000


@dataclass(frozen=True)
class Check:
    """One thing looked at; ``code`` and ``params`` have a sentence."""

    name: str
    level: Level
    code: str
    params: dict[str, str] = field(default_factory=dict)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    parser = commands.add_parser("doctor", help=words.line("help.doctor"))
    parser.add_argument("--json", action="store_true", help=words.line("help.json"))
    parser.add_argument("--no-mail", action="store_true", help=words.line("help.doctor.no_mail"))
    parser.set_defaults(run=run)


def run(context: Context) -> int:
    """Look and tell; exit code 3 when something needs a person."""
    settings = context.settings()
    key = context.handed_over_key(settings)
    checks = list(_without_database(settings, key))
    with context.opened(settings, key) as hub:
        checks += _with_database(hub)
    if not context.arguments.no_mail:
        checks += _mailboxes(settings)
    if context.arguments.json:
        told = [
            {
                "check": check.name,
                "level": check.level,
                "code": check.code,
                "params": check.params,
                "text": context.words.of_code(check.code, check.params),
            }
            for check in checks
        ]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        for check in checks:
            level = context.words.line(f"level.{check.level}")
            print(f"{level:8} {check.name:12} {context.words.of_code(check.code, check.params)}")
    is_bad = any(check.level in ("warning", "error") for check in checks)
    return FOUND_SOMETHING if is_bad else DONE


def _without_database(settings: HubSettings, key: bytes | None) -> Iterator[Check]:
    version = str(sqlite.module().sqlite_version)
    yield Check("sqlite", "ok", "doctor.sqlite", {"version": version})
    reason = "" if settings.is_postgresql else why_unsafe(settings.folder)
    if reason:
        yield Check("folder", "error", reason, {"path": str(settings.folder)})
    free = shutil.disk_usage(settings.folder).free
    space = {"free": f"{free // (1024 * 1024)}", "path": str(settings.folder)}
    is_short = free < _LITTLE_SPACE
    yield Check(
        "disk", "warning" if is_short else "ok", "doctor.disk_low" if is_short else "doctor.disk", space
    )
    if not settings.is_postgresql:
        path = Path(settings.database_url)
        found = sqlite.check(path, key)
        level: Level = "ok" if found == "ok" else "error" if found == "corrupt" else "warning"
        yield Check("database", level, f"doctor.database_{found}", {"path": str(path)})
        yield _encryption(settings)
    is_running = is_locked(settings.folder / LOCK_NAME)
    yield Check("process", "note", "doctor.running" if is_running else "doctor.not_running")
    mode = (settings.folder / "hub.toml").stat().st_mode & 0o077
    if mode and sys.platform != "win32":
        yield Check("secrets", "warning", "doctor.settings_readable", {"path": str(settings.folder)})


def _encryption(settings: HubSettings) -> Check:
    match settings.file.encryption:
        case "handed_over":
            return Check("encryption", "ok", "doctor.encrypted_handed_over")
        case "key_file":
            path = settings.folder / settings.file.key_file
            if sys.platform != "win32" and path.stat().st_mode & 0o077:
                return Check("encryption", "warning", "doctor.key_file_readable", {"path": str(path)})
            return Check("encryption", "ok", "doctor.encrypted_key_file", {"path": str(path)})
        case "none":
            return Check("encryption", "note", "doctor.not_encrypted")


def _with_database(hub: HubCore) -> list[Check]:
    checks: list[Check] = []
    finding = hub.database.verify_audit(hub.tenant_id)
    if finding.broken_at is not None:
        checks.append(Check("audit", "error", "doctor.audit_broken", {"number": str(finding.broken_at)}))
    else:
        is_late = finding.unsealed > _MANY_UNSEALED
        params = {"sealed": str(finding.sealed), "unsealed": str(finding.unsealed)}
        checks.append(Check("audit", "warning" if is_late else "ok", "doctor.audit", params))
    counts = effect_counts(hub.database, hub.tenant_id)
    open_doubts = counts.get("unknown", 0) + counts.get("manual", 0)
    params = {"unknown": str(counts.get("unknown", 0)), "manual": str(counts.get("manual", 0))}
    checks.append(
        Check("effects", "warning", "doctor.effects_in_doubt", params)
        if open_doubts
        else Check("effects", "ok", "doctor.effects_fine", {"pending": str(counts.get("pending", 0))})
    )
    broken = hub.database.check_invariants(hub.tenant_id)
    rules = ", ".join(f"{rule} ({', '.join(ids[:3])})" for rule, ids in broken.items() if ids)
    if rules:
        checks.append(Check("invariants", "error", "doctor.invariants_broken", {"rules": rules}))
    else:
        checks.append(Check("invariants", "ok", "doctor.invariants_hold"))
    kept = quarantined(hub.database, hub.tenant_id)
    if kept:
        checks.append(Check("commands", "warning", "doctor.quarantined", {"count": str(kept)}))
    offset_s = int(hub.settings.offset.total_seconds())
    if offset_s:
        checks.append(Check("clock", "note", "doctor.clock_shifted", {"seconds": str(offset_s)}))
    waiting = sum(device.state == "waiting" for device in hub.devices.list())
    if waiting:
        checks.append(Check("devices", "note", "doctor.devices_waiting", {"count": str(waiting)}))
    return checks


def _mailboxes(settings: HubSettings) -> list[Check]:
    if not settings.file.mailboxes:
        return [Check("mail", "note", "doctor.no_mailbox")]
    secrets = settings.secrets()
    checks: list[Check] = []
    for box in settings.file.mailboxes:
        troubles = mailbox_troubles(settings.with_passwords(box, secrets))
        checks += [Check(f"mail {box.name}", "error", code, params) for code, params in troubles]
        if not troubles:
            checks.append(Check(f"mail {box.name}", "ok", "doctor.mailbox_fine", {"name": box.name}))
    return checks
