"""T1a, T1c, T2, T3, T17: skeleton, keyring, cold starts, everything loaded, the packaged program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import replicas
from benchmarks.children import ANSWER, ROOT, ask_plainly, environment
from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, ratios

_FIRST, _ALL = "benchmarks.first_paint_child", "benchmarks.starting_child"
_CACHES = Path("/proc/sys/vm/drop_caches")


def measure_skeleton(plan: Plan, folder: Path) -> list[Line]:
    """T1a: a process to its first painted frame while no key is at hand: the window without its rows."""
    profile = folder / "skeleton"
    profile.mkdir()

    def start(side: str) -> float:
        begun = time.monotonic()
        return float(ask_plainly(_FIRST, folder / "home", side, str(profile))["painted_at"]) - begun

    for side in ("bare", "ours"):
        start(side)  # only warms the caches
    found = interleaved(plan.rounds * 2, _sides(start, "bare", "ours"))
    each = ratios(found["ours"], found["limit"])
    return [
        _ratio(
            "T1a", "start to first paint, the window before its rows", "bare QMainWindow", found, each, 1.3
        )
    ]


def measure_keyring(plan: Plan, folder: Path) -> list[Line]:
    """T1c: a process to the first cases shown when the key lies in a keyring (Secret Service)."""
    if not all(map(shutil.which, ("dbus-run-session", "gnome-keyring-daemon"))):
        raise NotMeasured("no Secret Service here: dbus-run-session and gnome-keyring-daemon are missing")
    profile = folder / "keyring"
    key = replicas.new_profile(profile)
    replicas.fill(profile, key, plan.size(10_000, 500))
    kept = _with_keyring(folder, "keep", str(profile))
    if kept["place"] != "keyring":
        raise NotMeasured(f"the keys went to {kept['place']}")
    spans = []
    for number in range(plan.rounds + 1):
        begun = time.monotonic()
        found = _with_keyring(folder, "loaded", str(profile))
        if number:
            spans.append((found["painted_at"] - begun, found["rows_at"] - found["painted_at"]))
    shown = median([rows for _, rows in spans])
    return [
        Line(
            name="T1c",
            what="first cases shown after the first paint, key in the keyring",
            limit="for information",
            ours=ms(shown),
            value=shown * 1000,
            unit="ms",
            rounds=[rows * 1000 for _, rows in spans],
        )
    ]


def measure_loading(plan: Plan, folder: Path) -> list[Line]:
    """T2 and T3: cold starts, everything loaded, the longest stall meanwhile, memory with a million cases."""
    small, large = folder / "small", folder / "large"
    replicas.fill(small, replicas.new_profile(small), plan.size(10_000, 500))
    replicas.generate(large, replicas.new_profile(large), plan.size(1_000_000, 10_000))
    stalls: list[float] = []

    def loaded(profile: Path, until: str) -> float:
        begun = time.monotonic()
        found = ask_plainly(_ALL, folder / "home", "loaded", str(profile))
        stalls.append(float(found["stall_s"]))
        return float(found[until]) - begun

    def bare() -> float:
        begun = time.monotonic()
        return float(ask_plainly(_ALL, folder / "home", "bare")["painted_at"]) - begun

    bare(), loaded(small, "loaded_at")
    stalls.clear()
    warm = interleaved(plan.rounds, {"limit": bare, "ours": lambda: loaded(small, "loaded_at")})
    lines = _cold(plan, bare, lambda: loaded(small, "painted_at"))
    lines.append(
        _ratio(
            "T2",
            "start to everything loaded, warm",
            "bare QMainWindow",
            warm,
            ratios(warm["ours"], warm["limit"]),
            5.0,
        )
    )
    stall = median(stalls[: plan.rounds])
    lines.append(
        Line(
            name="T2",
            what="longest time the window does not take its turn while the rest loads",
            limit="35 ms",
            ours=ms(stall),
            value=stall * 1000,
            unit="ms",
            target=35.0,
        )
    )
    memory = interleaved(
        plan.rounds,
        {
            "limit": lambda: float(ask_plainly(_ALL, folder / "home", "bare")["memory"]),
            "ours": lambda: float(ask_plainly(_ALL, folder / "home", "loaded", str(large))["memory"]),
        },
    )
    each = ratios(memory["ours"], memory["limit"])
    lines.append(
        Line(
            name="T3",
            what=f"memory with everything loaded and {plan.size(1_000_000, 10_000):,} cases in the replica",
            limit=f"bare QMainWindow, {median(memory['limit']) / 1e6:.0f} MB",
            ours=f"{median(memory['ours']) / 1e6:.0f} MB",
            value=median(each),
            target=2.2,
            rounds=each,
        )
    )
    return lines


def _cold(plan: Plan, bare: Callable[[], float], ours: Callable[[], float]) -> list[Line]:
    """Return T2's line of cold starts, or none where the system's caches cannot be emptied."""
    if os.name != "posix" or not os.access(_CACHES, os.W_OK):
        return []

    def cold(start: Callable[[], float]) -> float:
        os.sync()
        _CACHES.write_text("1\n")
        return start()

    found = interleaved(plan.rounds, {"limit": lambda: cold(bare), "ours": lambda: cold(ours)})
    each = ratios(found["ours"], found["limit"])
    return [
        _ratio("T2", "cold start to first paint with 100 cases", "bare QMainWindow, cold", found, each, 1.4)
    ]


def measure_package(plan: Plan, folder: Path) -> list[Line]:
    """T17: the program as one folder against the same from the virtual environment; its size."""
    from build_spec.build import build, size_mb

    if shutil.which("xvfb-run") is None:
        raise NotMeasured("xvfb-run is missing")
    built = build(folder / "dist", folder / "work")
    program = str(built / "workstation")

    def start(command: list[str]) -> float:
        with_picture = ["start", "--profile", str(folder / "packaged"), "--key-files", "--show-and-quit"]
        begun = time.monotonic()
        subprocess.run(
            [*command, *with_picture, str(folder / "window.png")],
            env=environment(folder / "home"),
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=120,
        )
        return time.monotonic() - begun

    sides = {"limit": [sys.executable, "-m", "workstation"], "ours": [program]}
    for command in sides.values():
        start(command)
    found = interleaved(
        plan.rounds,
        {name: lambda command=command: start(command) for name, command in sides.items()},  # type: ignore[misc]
    )
    each = ratios(found["ours"], found["limit"])
    size = size_mb(built)
    return [
        _ratio(
            "T17",
            "the packaged program: start, first cases, end",
            "the same from its environment",
            found,
            each,
            1.3,
        ),
        Line(
            name="T17",
            what="size of the folder",
            limit="180 MB",
            ours=f"{size:.0f} MB",
            value=size,
            unit="",
            target=180.0,
        ),
    ]


def _ratio(
    name: str, what: str, limit: str, found: dict[str, list[float]], each: list[float], target: float
) -> Line:
    return Line(
        name=name,
        what=what,
        limit=f"{limit}, {ms(median(found['limit']))}",
        ours=ms(median(found["ours"])),
        value=median(each),
        target=target,
        rounds=each,
    )


def _sides(start: Callable[[str], float], limit: str, ours: str) -> dict[str, Callable[[], float]]:
    return {"limit": lambda: start(limit), "ours": lambda: start(ours)}


def _with_keyring(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run a child in a session of its own with an unlocked keyring."""
    import json
    import shlex

    home = folder / "home"
    child = shlex.join([sys.executable, "-m", _ALL, *arguments])
    script = (
        "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 &&"
        f" {child}; code=$?; kill $GNOME_KEYRING_PID 2>/dev/null; exit $code"
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(ANSWER):
            found: dict[str, Any] = json.loads(line.removeprefix(ANSWER))
            return found
    raise NotMeasured(f"with a keyring: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
