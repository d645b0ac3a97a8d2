"""T6 and T7: the queue at a million cases against ten and a hundred thousand; rows read against raw SQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import replicas
from benchmarks.children import ask
from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, percentile, ratios
from workstation.ports import InboxFilter, Key
from workstation.storage.opening import REPLICA_FILE, open_replica
from workstation.storage.queue import page_sql
from workstation.storage.replica import SqlReplica
from workstation.system import sqlite
from workstation.system.clock import SystemClock

_SMALL, _MIDDLE, _LARGE = 10_000, 100_000, 1_000_000
_PAGE = 100
_REPEATS = 40
_DAY_US = 86_400 * 1_000_000


def _profile(folder: Path, rows: int) -> tuple[Path, bytes]:
    """Return a profile with so many cases and its key; made once a run."""
    profile = folder / f"cases-{rows}"
    if (profile / "keys").exists():
        from workstation.system.keys import FileSecrets

        key = FileSecrets(profile / "keys").read("replica-key")
        assert key is not None
        return profile, key
    key = replicas.new_profile(profile)
    replicas.generate(profile, key, rows)
    return profile, key


def measure_opening(plan: Plan, folder: Path) -> list[Line]:
    """T6: open the queue and switch its filter at both sizes."""
    sizes = {"small": plan.size(_SMALL, 1_000), "large": plan.size(_LARGE, 10_000)}
    profiles = {name: str(_profile(folder, rows)[0]) for name, rows in sizes.items()}
    answer = ask(
        "benchmarks.queue_size_child",
        folder / "home",
        profiles=profiles,
        rounds=plan.rounds,
        home=str(folder / "icons"),
    )
    if min(answer["rows"].values()) < _PAGE:
        raise NotMeasured(f"the queue shows {answer['rows']} rows")
    lines = []
    for act, words in (("open", "open the queue"), ("switch", "switch the filter of the queue")):
        small, large = answer["found"]["small"][act], answer["found"]["large"][act]
        each = ratios(large, small)
        lines.append(
            Line(
                name="T6",
                what=f"{words} at {sizes['large']:,} cases",
                limit=f"the same at {sizes['small']:,} cases, {ms(median(small))}",
                ours=ms(median(large)),
                value=median(each),
                target=1.3,
                rounds=each,
            )
        )
        lines.append(
            Line(
                name="T6",
                what=f"{words} at {sizes['large']:,} cases, to the painted list",
                limit="50 ms",
                ours=ms(median(large)),
                value=median(large) * 1000,
                unit="ms",
                target=50.0,
                rounds=[one * 1000 for one in large],
            )
        )
    return lines


def measure_reading(plan: Plan, folder: Path) -> list[Line]:
    """T7: pages of the queue at both sizes; the same rows through our reader and through bare statements."""
    sizes = {"small": plan.size(_MIDDLE, 2_000), "large": plan.size(_LARGE, 10_000)}
    opened = {}
    for name, rows in sizes.items():
        profile, key = _profile(folder, rows)
        opened[name] = (open_replica(profile, key, SystemClock()), profile / REPLICA_FILE, key)
    # A page in the middle of the queue.
    after = Key(0, int(time.time() * 1_000_000) + 100 * _DAY_US, 0, "")
    sides: dict[str, Callable[[], float]] = {
        name: _timed(lambda replica=one[0]: _page(replica, after))  # type: ignore[misc]
        for name, one in opened.items()
    }
    raw = sqlite.open_connection(opened["large"][1], opened["large"][2], "read")
    sql, params = page_sql(InboxFilter(), after, _PAGE)
    sides["raw"] = _timed(lambda: len(raw.execute(sql, params).fetchall()))
    found = interleaved(plan.rounds, sides)
    raw.close()
    for replica, _, _ in opened.values():
        replica.close()
    by_size, by_way = ratios(found["large"], found["small"]), ratios(found["large"], found["raw"])
    return [
        Line(
            name="T7",
            what=f"a page of {_PAGE} rows deep in the queue at {sizes['large']:,} cases",
            limit=f"the same at {sizes['small']:,} cases, {ms(median(found['small']))}",
            ours=ms(median(found["large"])),
            value=median(by_size),
            target=2.0,
            rounds=by_size,
        ),
        Line(
            name="T7",
            what="the same page as values the window can use",
            limit=f"raw statement and tuples, {ms(median(found['raw']))}",
            ours=ms(median(found["large"])),
            value=median(by_way),
            target=2.0,
            rounds=by_way,
        ),
    ]


def _page(replica: SqlReplica, after: Key) -> int:
    return len(replica.queue_page(InboxFilter(), after, _PAGE))


def _timed(read: Callable[[], int]) -> Callable[[], float]:
    def run() -> float:
        if read() != _PAGE:
            raise NotMeasured("the queue is shorter than one page")
        spans = []
        for _ in range(_REPEATS):
            # Processor time: all pages are in memory, and other work on the machine counts less.
            begun = time.process_time()
            read()
            spans.append(time.process_time() - begun)
        return percentile(spans, 50)

    return run
