"""A desk's first copy of a firm, by snapshot and page by page: `python -m benchmarks.first_copy --cases N`"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import msgspec

from benchmarks.replicas import a_case
from workstation.app import Desk, build_desk
from workstation.casework.customer import Customer
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.people import Team
from workstation.hub.core import open_core
from workstation.hub.ports import Tx
from workstation.hub.settings import read_settings
from workstation.remote.embedded import ProcessHub
from workstation.services import sync_snapshot
from workstation.system.keys import FileSecrets

PASSWORD = "ein langes Passwort 1"
BATCH = 5_000
WAYS = ("snapshot", "pulled")
ROWS_A_CASE = 3
STANDSTILL_S = 1.0
"""A look at the queue that takes longer has stopped a person who works meanwhile."""
_LETTER = "Guten Tag, eine der Schalen kam zerbrochen an, die andere sieht anders aus als auf dem Bild. " * 4


def fill(core_folder: Path, key: bytes | None, cases: int) -> None:
    """Put cases with a customer and a letter each into the firm's first team."""
    core = open_core(read_settings(core_folder), key)

    def work(numbers: range, tx: Tx) -> None:
        team_id = tx.all_of(Team)[0].team_id
        for number in numbers:
            case = msgspec.structs.replace(a_case(number, tx.now), team_id=team_id, assignee_id="", rev=0)
            letter = Message(
                message_id=derived_id("letter", str(number)),
                case_id=case.case_id,
                kind="inbound",
                at=case.opened_at,
                author_id="customer",
                text=f"{_LETTER}{number}",
            )
            tx.put(case, is_new=True)
            tx.put(letter, is_new=True)
            tx.put(Customer(customer_id=case.customer_id, name=case.customer_name), is_new=True)

    try:
        for start in range(0, cases, BATCH):
            numbers = range(start, min(cases, start + BATCH))
            core.database.run(core.tenant_id, partial(work, numbers))
    finally:
        core.close()


async def load(profile: Path, hub_folder: Path, rows: int, *, is_pulled: bool) -> dict[str, float]:
    """Sign in on a fresh profile and wait until all rows are there."""
    if is_pulled:
        sync_snapshot.WORTH_ROWS = 2**60
        (sync_snapshot.SnapshotLoader.__init__.__kwdefaults__ or {})["worth_rows"] = 2**60
    desk = build_desk(profile, may_use_key_files=True, hub_folder=hub_folder)
    await desk.start()
    await desk.session.start_embedded()
    begun, worked = time.perf_counter(), time.process_time()
    await desk.session.sign_in("lena", PASSWORD)

    def stored() -> int:
        with desk.replica._reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM doc").scalar() or 0)

    late: list[float] = []
    desk.tasks.start(_feel(desk, late), name="feel", owner=desk)
    changed = asyncio.Event()
    desk.changes.subscribe(lambda _: changed.set())
    while desk.sync.connection.loading is not None or await desk.workers.run("read", stored) < rows:
        changed.clear()
        await changed.wait()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    standstills = sum(1 for one in late if one > STANDSTILL_S)
    await desk.close(wait_s=0)
    late.sort()
    return {
        "seconds": round(seconds, 1),
        "desk_cpu_s": round(cpu, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "looks": len(late),
        "look_median_ms": round(late[len(late) // 2] * 1000, 1),
        "look_p99_ms": round(late[len(late) * 99 // 100] * 1000, 1),
        "standstills": standstills,
    }


async def _feel(desk: Desk, late: list[float]) -> None:
    """Ask for the top of the queue again and again, as a person who works meanwhile does."""
    while True:
        await asyncio.sleep(0.05)
        begun = time.perf_counter()
        await desk.inbox.page()
        late.append(time.perf_counter() - begun)


def _child(folder: Path, name: str, rows: int) -> dict[str, float]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.first_copy", "--child", name),
            *("--folder", str(folder), "--cases", str(rows)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    line = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM")), "")
    return int(line.split()[1]) // 1024 if line else 0


def _cpu_s(pid: int) -> float:
    """Return the seconds a process has worked so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ratios(found: dict[str, dict[str, float]]) -> dict[str, float]:
    snapshot, pulled = found["snapshot"], found["pulled"]
    both = {way: found[way]["desk_cpu_s"] + found[way]["hub_cpu_s"] for way in WAYS}
    return {
        "seconds": round(snapshot["seconds"] / pulled["seconds"], 2),
        "desk_cpu": round(snapshot["desk_cpu_s"] / pulled["desk_cpu_s"], 2),
        "hub_cpu": round(snapshot["hub_cpu_s"] / max(0.01, pulled["hub_cpu_s"]), 2),
        "cpu": round(both["snapshot"] / both["pulled"], 2),
    }


def measure(folder: Path, cases: int) -> None:
    """Print one line of JSON for each way."""
    secrets = FileSecrets(folder / "hub-keys")
    control = ProcessHub(folder / "hub", secrets)
    control.create_firm("Backhaus Lindner", "Lena Lindner", "lena", PASSWORD, "de")
    begun = time.perf_counter()
    fill(folder / "hub", secrets.read("hub-key"), cases)
    print(json.dumps({"filled_s": round(time.perf_counter() - begun, 1), "cases": cases}), flush=True)
    settings = folder / "hub" / "hub.toml"
    settings.write_text(settings.read_text() + "pulls_per_s = 0\n")
    address = control.ensure()
    try:
        begun = time.perf_counter()
        place = folder / "hub" / "snapshots"
        while not list(place.glob("*.json")):
            time.sleep(0.1)
        built = {
            "built_s": round(time.perf_counter() - begun, 1),
            "bytes": next(iter(place.glob("*.gz"))).stat().st_size,
            "hub_peak_mb": _peak_mb(address.pid),
        }
        print(json.dumps(built), flush=True)
        rows = cases * ROWS_A_CASE
        found: dict[str, dict[str, float]] = {}
        for name in WAYS:
            before = _cpu_s(address.pid)
            found[name] = _child(folder, name, rows)
            found[name]["hub_cpu_s"] = round(_cpu_s(address.pid) - before, 1)
            print(json.dumps({"way": name, **found[name]}), flush=True)
        print(json.dumps({"snapshot_to_pulled": _ratios(found)}), flush=True)
    finally:
        control.stop()


def main() -> None:
    """Measure, or be the desk of one measurement."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--child", choices=WAYS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.child:
        profile, hub = given.folder / given.child, given.folder / "hub"
        found = asyncio.run(load(profile, hub, given.cases, is_pulled=given.child == "pulled"))
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory(prefix="first-copy-") as name:
        os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
        measure(Path(name), given.cases)


if __name__ == "__main__":
    main()
