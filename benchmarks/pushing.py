"""T16: what a waiting desk costs the hub, and how long it takes until a thousand of them are told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.children import ROOT, environment
from benchmarks.hub_firm import DESKS, TENANT, Durable, Firm
from benchmarks.machine import memory_of
from benchmarks.measuring import Line, NotMeasured, Plan, median, ms, percentile, ratios
from tests.servers.ground import free_port
from workstation.casework.card import CustomCard
from workstation.casework.ids import derived_id
from workstation.hub.core import open_core

_CHILD = "benchmarks.pushing_child"
_CASTS = 5


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Let desks wait at the hub, and at a writer loop that does nothing else; tell all of them something."""
    count = plan.size(1000, 64)
    with Durable() as server:
        firm = Firm(server, folder / "hub", 2 * DESKS)
        firm.start()
        try:
            found, bytes_each, since_commit = _rounds(plan, folder, firm, count)
        finally:
            firm.stop()
    each = ratios(found["ours"], found["limit"])
    return [
        Line(
            name="T16",
            what="memory of the hub a waiting desk",
            limit="30 KB",
            ours=f"{bytes_each / 1024:.1f} KB",
            value=bytes_each / 1024,
            unit="",
            target=30.0,
        ),
        Line(
            name="T16",
            what=f"from the first to the 99th of a hundred of {count:,} waiting desks told",
            limit=f"a plain asyncio writer loop, {ms(median(found['limit']))}",
            ours=ms(median(found["ours"])),
            value=median(each),
            target=4.0,
            rounds=each,
            details={"from_commit_to_99th_percentile_ms": round(since_commit * 1000, 1)},
        ),
    ]


def _rounds(plan: Plan, folder: Path, firm: Firm, count: int) -> tuple[dict[str, list[float]], float, float]:
    desks = [firm.desks[number % DESKS] for number in range(count)]
    heads = [
        f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {desk.token}\r\n\r\n"
        for desk in desks
    ]
    file = folder / "heads.json"
    file.write_text(json.dumps(heads), "utf-8")
    plain_port = free_port()
    plain = _child(folder, side="server", port=plain_port)
    core = open_core(firm.settings, None)
    number = 0

    def tell_hub() -> None:
        nonlocal number
        number += 1
        card = CustomCard(card_id=derived_id("card", str(number)), key=f"text-{number}", de="Guten Tag")
        core.database.run_sql(TENANT, lambda tx: tx.put(card))

    def tell_plain() -> None:
        assert plain.stdin is not None
        plain.stdin.write("\n")
        plain.stdin.flush()

    try:
        before = memory_of(firm.hub_pid)
        waiting = {
            "ours": _waiting(folder, firm.port, file, plan.rounds * _CASTS),
            "limit": _waiting(folder, plain_port, file, plan.rounds * _CASTS),
        }
        bytes_each = max(0, memory_of(firm.hub_pid) - before) / count
        found: dict[str, list[float]] = {"ours": [], "limit": []}
        since: list[float] = []
        for _ in range(plan.rounds):
            for side, tell in (("ours", tell_hub), ("limit", tell_plain)):
                spans = [_cast(waiting[side], tell, count) for _ in range(_CASTS)]
                found[side].append(median([span for span, _ in spans]))
                since += [whole for _, whole in spans] if side == "ours" else []
        return found, bytes_each, median(since)
    finally:
        core.close()
        for child in (plain, *locals().get("waiting", {}).values()):
            child.kill()
            child.wait()


def _cast(waiting: subprocess.Popen[str], tell: Callable[[], None], count: int) -> tuple[float, float]:
    """Return seconds from the first desk told, and from the commit, to 99 of a hundred told."""
    tell()
    written = time.monotonic()
    assert waiting.stdout is not None
    told: list[float] = json.loads(waiting.stdout.readline() or "[]")
    if len(told) != count:
        raise NotMeasured(f"{len(told)} of {count} waiting desks were told")
    late = percentile(told, 99)
    return late - told[0], late - written


def _waiting(folder: Path, port: int, file: Path, casts: int) -> subprocess.Popen[str]:
    return _child(folder, side="client", port=port, file=str(file), casts=casts)


def _child(folder: Path, **asked: object) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", _CHILD, json.dumps(asked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(folder / "home"),
    )
    assert child.stdout is not None
    if child.stdout.readline().strip() != "ready":
        child.kill()
        raise NotMeasured("a child did not get ready")
    return child
