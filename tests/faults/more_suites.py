"""The suites over one part each: PostgreSQL, broken mails, damaged files, a full disk."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults import (
    damaged_files,
    described,
    full_disks,
    full_postgresql,
    hub_clocks,
    postgresql_kills,
    wrong_desks,
)
from tests.faults import flaky_network as flaky_network_runs
from tests.faults.bad_inputs import knock
from tests.faults.broken_mails import take_in
from tests.faults.proxy import FAULTS
from tests.faults.small_disk import SmallDisk, kinds
from tests.faults.suite import Outcome, Suite
from workstation.hub.storage.invariants import INVARIANTS

_HUB_RULES = frozenset(rule.__name__[:3] for rule in INVARIANTS)


def postgresql(is_long: bool) -> Outcome:
    """Kill PostgreSQL under load."""
    if not postgresql_kills.can_run():
        return Outcome("", left_out="no PostgreSQL of our own to kill")
    count = 25 if is_long else 3
    answered, broken = postgresql_kills.kills(count)
    return Outcome(f"{count} kills of the postmaster, {answered} answers kept", broken, _HUB_RULES | {"i07"})


def broken_mails(is_long: bool) -> Outcome:
    """Mails no parser should have to read: received = shown."""
    count = 1_000 if is_long else 150
    broken = take_in(count)
    return Outcome(f"{count} generated broken mails, all shown", broken, _HUB_RULES)


def files(is_long: bool) -> Outcome:
    """Desk files that are damaged, half there, or open twice; folders in use twice, or put back."""
    count, broken = damaged_files.damage(20 if is_long else 6)
    copies, more = wrong_desks.copied_folders()
    told = f"{count} cases of damage to files of a desk, {copies} of copied folders"
    return Outcome(told, broken + more, frozenset({"i06", "i07", "i08", "i09"}))


def clocks(is_long: bool) -> Outcome:
    """Desks whose clock is wrong and goes backwards while somebody works; hubs whose clock is set."""
    count, asked, broken = wrong_desks.clocks()
    shifted, more = hub_clocks.play_all()
    served, most = wrong_desks.set_hubs(wrong_desks.SHIFTS if is_long else ("25 h ahead", "10 years behind"))
    told = f"{count} wrong clocks at desks, {shifted} at a hub, {served} at a served one"
    return Outcome(told, broken + more + most, asked | {"i03", "i07", "i08", "i16", "i21"})


def full_disk(is_long: bool) -> Outcome:
    """No room where something is to be written."""
    count, kind, broken = full_disks.fill_all()
    servers = _full_servers(is_long)
    for server in servers:
        broken += server()
    told = f"{count} {kind} disks under desk and hub, {len(servers)} under PostgreSQL"
    return Outcome(told, broken, _HUB_RULES | {"i06", "i07", "i13", "i21"})


def _full_servers(is_long: bool) -> list[Callable[[], list[str]]]:
    """What can be done to a PostgreSQL here; the short form does one of it."""
    if not postgresql_kills.can_run():
        return []
    possible = [full_postgresql.full_tables] if SmallDisk in kinds() else []
    possible.append(full_postgresql.forbidden_log)
    return possible if is_long else possible[:1]


def flaky_network(is_long: bool) -> Outcome:
    """Each kind of bad line between a real desk and a real hub while somebody writes."""
    runs = 8 if is_long else 1
    played, asked, broken = flaky_network_runs.play_all(runs, bad_s=5.0 if is_long else 1.5)
    hits, acts = sum(one.hits for one in played), sum(one.written for one in played)
    told = f"{len(FAULTS)} faults x {runs}, {hits} requests met one, {acts} acts once each"
    outcome = Outcome(told, broken, asked | {"i06", "i07", "i08", "i09", "i11", "i21"})
    outcome.broken += [f"{one.fault}: {each}" for one in played for each in one.broken]
    outcome.lines = [one.line for one in played]
    return outcome


def bad_inputs(is_long: bool) -> Outcome:
    """Bad input to every door of a served hub."""
    count, asked, broken = knock(400)
    return Outcome(f"{count} bad requests to {asked} doors", broken[:20], frozenset({"i08", "i20", "i21"}))


def schemathesis(is_long: bool) -> Outcome:
    """Requests made from the hub's own description."""
    cases, asked, broken = described.run(40 if is_long else 5)
    told = f"{cases} cases from the description of {asked} doors"
    return Outcome(told, broken, frozenset({"i08", "i21"}))


SUITES = (
    Suite("flaky network", flaky_network),
    Suite("postgresql", postgresql),
    Suite("broken mails", broken_mails),
    Suite("files", files),
    Suite("full disk", full_disk),
    Suite("clocks", clocks),
    Suite("bad inputs", bad_inputs),
    Suite("schemathesis", schemathesis),
)
