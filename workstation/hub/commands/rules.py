"""``calendar``, ``limits`` and ``texts``: out as TOML, edited by people, in again whole or not at all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from workstation.casework.calendar import Calendar
from workstation.casework.card import CustomCard
from workstation.casework.limit import Limit
from workstation.casework.people import Person, Team
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire.entities import entity_id
from workstation.hub.commands import rule_files as files
from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.toml_files import Loaded, Wrong, dump, load
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.core import HubCore
from workstation.hub.ports import Tx
from workstation.system.clock import new_id

Ruling = TypeVar("Ruling", Calendar, SlaPolicy, Limit, CustomCard)
Counts = tuple[int, int, int]
Write = Callable[[Tx], Counts]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    for name, export, read in (
        ("calendar", _calendar_text, _calendar_change),
        ("limits", _limit_text, _limit_change),
        ("texts", _text_text, _text_change),
    ):
        parser = commands.add_parser(name, help=words.line(f"help.{name}"))
        acts = parser.add_subparsers(required=True, metavar="ACT")
        out = acts.add_parser("export", help=words.line("help.rules.export"))
        out.add_argument("file", nargs="?", default="-")
        out.set_defaults(run=_export(export))
        into = acts.add_parser("import", help=words.line("help.rules.import"))
        into.add_argument("file")
        into.add_argument("--dry-run", action="store_true", help=words.line("help.rules.dry_run"))
        into.set_defaults(run=_import(read))


def _export(text_of: Callable[[HubCore, Words], str]) -> Callable[[Context], int]:
    def run(context: Context) -> int:
        with context.hub() as hub:
            text = text_of(hub, context.words)
        target = context.arguments.file
        if target == "-":
            sys.stdout.write(text)
            return DONE
        try:
            Path(target).write_text(text, "utf-8")
        except OSError as error:
            raise failed("file.unwritable", path=target, why=error.strerror or "") from error
        context.say("rules.exported", file=target)
        return DONE

    return run


def _import(read: Callable[[HubCore, Path], Write]) -> Callable[[Context], int]:
    def run(context: Context) -> int:
        with context.hub() as hub:
            write = read(hub, Path(context.arguments.file))
            is_trial = context.arguments.dry_run
            if is_trial:
                new, changed, removed = _tried(hub, write)
            else:
                new, changed, removed = hub.database.run(hub.tenant_id, write)
        key = "rules.would_import" if is_trial else "rules.imported"
        context.say(key, new=new, changed=changed, removed=removed)
        return DONE

    return run


class _OnlyTried(Exception):
    """Ends a transaction that was only to be tried."""


def _tried(hub: HubCore, write: Write) -> Counts:
    counts: list[Counts] = []

    def work(tx: Tx) -> None:
        counts.append(write(tx))
        raise _OnlyTried

    try:
        hub.database.run(hub.tenant_id, work)
    except _OnlyTried:
        pass
    return counts[-1]


def replace_all(tx: Tx, kind: type[Ruling], wanted: Sequence[Ruling]) -> Counts:
    """Make ``wanted`` all there is of a kind; returns how many are new, changed and removed."""
    before = {entity_id(entity): entity for entity in tx.all_of(kind)}
    new = changed = 0
    for entity in wanted:
        known = before.pop(entity_id(entity), None)
        if known is None:
            tx.put(entity)
            new += 1
        elif msgspec.structs.replace(entity, rev=known.rev) != known:
            tx.put(msgspec.structs.replace(entity, rev=known.rev))
            changed += 1
    for gone in before:
        tx.remove(kind, gone)
    return new, changed, len(before)


def _plus(first: Counts, second: Counts) -> Counts:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _id_for(given: str, name: str, known: Iterable[tuple[str, str]], hub: HubCore) -> str:
    """Return the id an entry means: its own if that exists, else that of its name, else a new one."""
    by_id = dict(known)
    if given in by_id:
        return given
    same = [known_id for known_id, known_name in by_id.items() if known_name.casefold() == name.casefold()]
    return same[0] if same else new_id(hub.clock)


def _calendar_text(hub: HubCore, words: Words) -> str:
    calendars, policies = hub.database.read(
        hub.tenant_id, lambda tx: (tx.all_of(Calendar), tx.all_of(SlaPolicy))
    )
    return dump(
        words.line("head.calendar"),
        [
            ("calendar", [files.calendar_table(calendar) for calendar in calendars]),
            ("targets", [files.policy_table(policy) for policy in policies]),
        ],
    )


def _calendar_change(hub: HubCore, path: Path) -> Write:
    loaded = load(path, files.CalendarFile)
    file = loaded.value
    loaded.refuse(files.calendar_errors(file))
    calendars, policies, teams = hub.database.read(
        hub.tenant_id, lambda tx: (tx.all_of(Calendar), tx.all_of(SlaPolicy), tx.all_of(Team))
    )
    known = [(calendar.calendar_id, calendar.name) for calendar in calendars]
    known_targets = [(policy.sla_policy_id, policy.name) for policy in policies]
    wanted = [files.calendar_of(e, _id_for(e.id, e.name, known, hub)) for e in file.calendar]
    targets = [files.policy_of(e, _id_for(e.id, e.name, known_targets, hub)) for e in file.targets]
    ids = {calendar.calendar_id for calendar in wanted} | {policy.sla_policy_id for policy in targets}
    loaded.refuse(_twice("calendar", [calendar.calendar_id for calendar in wanted]))
    loaded.refuse(_twice("targets", [policy.sla_policy_id for policy in targets]))
    loaded.refuse(
        Wrong((), "calendar.still_used", {"name": name, "team": team.name})
        for team in teams
        for used, names in ((team.calendar_id, known), (team.sla_policy_id, known_targets))
        for known_id, name in names
        if used == known_id and used not in ids
    )
    return lambda tx: _plus(replace_all(tx, Calendar, wanted), replace_all(tx, SlaPolicy, targets))


def _twice(table: str, ids: Sequence[str]) -> list[Wrong]:
    return [
        Wrong((table, number, "id"), "file.id_twice", {"id": found})
        for number, found in enumerate(ids)
        if found in ids[:number]
    ]


def _limit_text(hub: HubCore, words: Words) -> str:
    def work(tx: Tx) -> tuple[dict[str, Any], tuple[Limit, ...], dict[str, Person]]:
        reference = tx.reference()
        tenant = reference.tenant
        firm: dict[str, Any] = {
            "proof_threshold": files.major(tenant.proof_threshold),
            "undo_s": tenant.undo_s,
            "return_days": tenant.return_days,
        }
        return firm, reference.limits, reference.people

    firm, limits, people = hub.database.read(hub.tenant_id, work)
    logins = {person_id: person.login for person_id, person in people.items()}
    tables = [files.limit_table(limit, logins.get(limit.person_id, "")) for limit in limits]
    return dump(words.line("head.limits"), [("firm", firm), ("limit", tables)])


def _limit_change(hub: HubCore, path: Path) -> Write:
    loaded: Loaded[files.LimitFile] = load(path, files.LimitFile)
    file = loaded.value
    reference = hub.database.read(hub.tenant_id, lambda tx: tx.reference())
    people = {person.login.casefold(): person.person_id for person in reference.people.values()}
    loaded.refuse(files.limit_errors(file, people))
    known = [(limit.limit_id, limit.name) for limit in reference.limits]
    currency = reference.tenant.currency
    wanted = [
        files.limit_of(e, _id_for(e.id, e.name, known, hub), people.get(e.person.casefold(), ""), currency)
        for e in file.limit
    ]
    loaded.refuse(_twice("limit", [limit.limit_id for limit in wanted]))

    def write(tx: Tx) -> Counts:
        counts = replace_all(tx, Limit, wanted)
        tenant = tx.reference().tenant
        if file.firm is not None:
            changed = msgspec.structs.replace(
                tenant,
                proof_threshold=files.minor(file.firm.proof_threshold) or 0,
                undo_s=file.firm.undo_s,
                return_days=file.firm.return_days,
            )
            if changed != tenant:
                tx.put(changed)
                counts = _plus(counts, (0, 1, 0))
        tx.audit("limits.imported", actor="cli", subject=tenant.tenant_id)
        return counts

    return write


def _text_text(hub: HubCore, words: Words) -> str:
    cards = hub.database.read(hub.tenant_id, lambda tx: tx.all_of(CustomCard))
    return dump(words.line("head.texts"), [("text", [files.text_table(card) for card in cards])])


def _text_change(hub: HubCore, path: Path) -> Write:
    loaded = load(path, files.TextFile)
    loaded.refuse(files.text_errors(loaded.value))
    cards = hub.database.read(hub.tenant_id, lambda tx: tx.all_of(CustomCard))
    known = [(card.card_id, card.key) for card in cards]
    wanted = [files.text_of(e, _id_for(e.id, e.key, known, hub)) for e in loaded.value.text]
    loaded.refuse(_twice("text", [card.card_id for card in wanted]))
    return lambda tx: replace_all(tx, CustomCard, wanted)
