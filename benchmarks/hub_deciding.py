"""T14 and T15: decisions and pages of the feed over real HTTP, against pgbench with the same statements."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.hub_firm import DESKS, TENANT, Durable, Firm, numbered_id
from benchmarks.hub_firm import TEAM as TEAM_KIND
from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, percentile, rate, ratios
from benchmarks.pgbench import Script, find_pgbench, run_pgbench
from benchmarks.recording import Recorded, record
from tests.servers.postgresql import PostgresqlServer
from workstation.casework.people import Person
from workstation.casework.wire.sync import PullRequest
from workstation.hub.ports_access import Device
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.sessions import Caller
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.engines import engines_for
from workstation.system import keys
from workstation.system.clock import SystemClock

_PER_ROUND = 1000
_FEED_ROWS = 500
_SECONDS = 4


@dataclass
class _Load:
    """What the rounds of one kind of request showed."""

    spans: list[float] = field(default_factory=list)
    hub_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    client_share: list[float] = field(default_factory=list)
    size: int = 0

    def details(self) -> dict[str, object]:
        """Return the figures for the report."""
        return {
            "p50_ms": round(percentile(self.spans, 50) * 1000, 1),
            "p99_ms": round(percentile(self.spans, 99) * 1000, 1),
            "hub_cpu_us": round(median(self.hub_cpu) * 1e6),
            "postgresql_cpu_us": round(median(self.database_cpu) * 1e6),
            "client_share_of_a_processor": round(median(self.client_share), 2),
            "bytes": self.size,
        }


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Measure both on one server."""
    find_pgbench()
    with Durable() as server:
        per_round = plan.size(_PER_ROUND, 128)
        # The statements are recorded on the last cases of each desk; the rounds have all others.
        firm = Firm(server, folder / "hub", (plan.rounds + 1) * per_round + 2 * DESKS)
        spare = firm.copy()
        decision = _decision_script(firm, spare, folder / "decision.sql")
        feed = _feed_script(firm, spare, folder / "feed.sql")
        firm.start()
        try:
            lines = _decisions(plan, firm, server, spare, decision, per_round)
            return [*lines, *_pages(plan, firm, server, spare, feed)]
        finally:
            firm.stop()


@dataclass(frozen=True)
class _Limit:
    """A pgbench script in its file."""

    script: Script
    file: Path
    statements: int


def _opened(server: PostgresqlServer, database: str) -> tuple[SqlDatabase, Any]:
    engines = engines_for(server.dsn(database))
    journal = record(engines)
    return SqlDatabase(engines, SystemClock()), journal


def _decision_script(firm: Firm, database: str, file: Path) -> _Limit:
    """Carry one decision out on a copy and write down the statements of its transaction."""
    opened, journal = _opened(firm.server, database)
    routes = {"refund": EffectRoute("house_books", "A")}
    receiver = CommandReceiver(opened, TENANT, routes, _no_work)
    first = firm.cases - 2 * DESKS
    last = firm.cases - DESKS
    try:
        verdicts = set()
        # Each desk has decided once today when the one that counts is made.
        for number in range(first, last + 1):
            body = firm.decision(number).partition(b"\r\n\r\n")[2]
            journal.is_on = number == last
            answer = receiver.receive(
                _caller(firm, number), [msgspec.Raw(msgspec.json.decode(body, type=list[msgspec.Raw])[0])]
            )
            verdicts |= {type(one).__name__ for one in answer.verdicts}
        journal.is_on = False
    finally:
        opened.close()
    if verdicts != {"Scheduled"}:
        raise NotMeasured(f"the decisions to be recorded were {verdicts}")
    groups = list(itertools.takewhile(lambda group: "min(a.device_seq)" not in group[0].sql, journal.groups))
    script = Script()
    for group in groups:
        script.add(group)
    file.write_text(script.text(first, is_transaction=True), "utf-8")
    return _Limit(script, file, sum(len(group) for group in groups))


def _caller(firm: Firm, number: int) -> Caller:
    desk = firm.desks[number % DESKS]
    clock = SystemClock()
    person = Person(
        person_id=desk.person_id,
        name="Lisa",
        login="lisa",
        role="agent",
        team_id=numbered_id(TEAM_KIND, 0),
    )
    device = Device(
        device_id=desk.device_id,
        name="PC",
        public_key=keys.b64(keys.public_key_of(desk.private)),
        state="approved",
        code="",
        enrolled_at=clock.now(),
    )
    return Caller(person=person, device=device, session_id="", scopes=(), token_expires_at=clock.now())


def _no_work(*_: object) -> Any:
    raise NotMeasured("there is no work order here")


def _feed_script(firm: Firm, database: str, file: Path) -> _Limit:
    """Read one page and write down its statement."""
    opened, journal = _opened(firm.server, database)
    try:
        scopes = _scopes(firm)
        journal.is_on = True
        opened.pull(TENANT, scopes, _cursors(firm), _FEED_ROWS, 1024 * 1024)
    finally:
        opened.close()
    script = Script()
    recorded: list[Recorded] = [one for group in journal.groups for one in group]
    script.add(recorded)
    file.write_text(script.text(firm.cases, is_transaction=False), "utf-8")
    return _Limit(script, file, len(recorded))


def _scopes(firm: Firm) -> tuple[str, ...]:
    desk = firm.desks[0]
    team = f"team:{numbered_id(TEAM_KIND, 0)}"
    return ("reference", team, f"person:{desk.person_id}", f"device:{desk.device_id}")


def _cursors(firm: Firm) -> dict[str, int]:
    """The reference data is known: the page holds cases, messages, customers and their records."""
    return {"reference": 1}


def _load(firm: Firm, load: _Load, requests: list[list[bytes]], expected: str, repeat: int = 1) -> float:
    """Send the requests; returns how many were answered a second."""
    hub, database = firm.hub_cpu_s(), firm.postgresql_cpu_s()
    seen = firm.load(requests, expected, repeat)
    count = len(seen["spans"])
    load.hub_cpu.append((firm.hub_cpu_s() - hub) / count)
    load.database_cpu.append((firm.postgresql_cpu_s() - database) / count)
    load.client_share.append(seen["client_cpu_s"] / seen["seconds"])
    load.spans += seen["spans"]
    load.size = seen["bytes"]
    return float(count / seen["seconds"])


def _decisions(
    plan: Plan, firm: Firm, server: PostgresqlServer, spare: str, limit: _Limit, per_round: int
) -> list[Line]:
    load = _Load()
    numbers = iter(range(firm.cases - 2 * DESKS))
    seconds = plan.size(_SECONDS, 1)

    def ours() -> float:
        chosen = list(itertools.islice(numbers, per_round))
        requests: list[list[bytes]] = [[] for _ in range(DESKS)]
        for number in chosen:
            requests[number % DESKS].append(firm.decision(number))
        return _load(firm, load, requests, '"scheduled"')

    ours()
    load = _Load()
    found = interleaved(
        plan.rounds,
        {
            "limit": lambda: run_pgbench(server, spare, limit.script, limit.file, seconds).per_s,
            "ours": ours,
        },
    )
    each = ratios(found["ours"], found["limit"])
    details = {**load.details(), "statements": limit.statements}
    mine = median(load.hub_cpu) / median(load.database_cpu)
    late = percentile(load.spans, 99)
    return [
        Line(
            name="T14",
            what=f"decisions over HTTP, {DESKS} connections: signed, judged under lock, effects, feed, audit",
            limit=f"pgbench, the same {limit.statements} statements, {rate(median(found['limit']))}",
            ours=rate(median(found["ours"])),
            value=median(each),
            target=0.2,
            sense="least",
            moonshot="0.5x",
            rounds=each,
            details=details,
        ),
        Line(
            name="T14",
            what="a decision, 99th percentile at this load",
            limit="60 ms",
            ours=f"{ms(late)}, median {ms(percentile(load.spans, 50))}",
            value=late * 1000,
            unit="ms",
            target=60.0,
        ),
        Line(
            name="T14",
            what="processor time of the hub a decision",
            limit=f"PostgreSQL's own, {median(load.database_cpu) * 1e6:.0f} us",
            ours=f"{median(load.hub_cpu) * 1e6:.0f} us",
            value=mine,
            target=2.0,
        ),
    ]


def _pages(plan: Plan, firm: Firm, server: PostgresqlServer, spare: str, limit: _Limit) -> list[Line]:
    desk = firm.desks[0]
    body = msgspec.json.encode(PullRequest(cursors=_cursors(firm), limit=_FEED_ROWS))
    loads = {"identity": _Load(), "gzip": _Load()}
    times = plan.size(8, 2)
    expected = {"identity": '"rows"', "gzip": ""}

    def ours(encoding: str) -> float:
        request = firm.request("/v1/sync/pull", body, desk, encoding)
        return _load(firm, loads[encoding], [[request]] * DESKS, expected[encoding], times)

    ours("identity")
    loads["identity"] = _Load()
    seconds = plan.size(3, 1)
    found = interleaved(
        plan.rounds,
        {
            "limit": lambda: run_pgbench(server, spare, limit.script, limit.file, seconds).per_s,
            "ours": lambda: ours("identity"),
            "packed": lambda: ours("gzip"),
        },
    )
    each = ratios(found["ours"], found["limit"])
    packed = ratios(found["packed"], found["limit"])
    words = f"pgbench, the same statement, {rate(median(found['limit']))}"
    return [
        Line(
            name="T15",
            what=f"pages of the feed over HTTP, {_FEED_ROWS} rows",
            limit=words,
            ours=rate(median(found["ours"])),
            value=median(each),
            target=0.2,
            sense="least",
            moonshot="0.35x",
            rounds=each,
            details=loads["identity"].details(),
        ),
        Line(
            name="T15",
            what="the same, packed with gzip as a desk asks for it",
            limit=words,
            ours=rate(median(found["packed"])),
            value=median(packed),
            rounds=packed,
            details=loads["gzip"].details(),
        ),
    ]
