"""Parts that are measured in a process of their own: started with arguments, answer in one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.measuring import NotMeasured

ROOT = Path(__file__).resolve().parents[1]
ANSWER = "answer "


def environment(data_home: Path) -> dict[str, str]:
    """Return the environment of a child: no screen needed, no files outside ``data_home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKSTATION_")}
    kept |= {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        kept[name] = str(data_home / name.lower())
    kept["LANGUAGE"] = "de"
    # An installed program is compiled; here the bytecode is kept beside the data of the run.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept["PYTHONPYCACHEPREFIX"] = str(data_home / "bytecode")
    return kept


def ask(module: str, data_home: Path, **arguments: Any) -> dict[str, Any]:
    """Run ``python -m module`` with the arguments as JSON and return its answer.

    Raises:
        NotMeasured: it failed or said nothing.
    """
    return ask_plainly(module, data_home, json.dumps(arguments))


def ask_plainly(module: str, data_home: Path, *arguments: str, within_s: float = 900) -> dict[str, Any]:
    """As :func:`ask`, with the arguments as they are."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(data_home),
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(ANSWER):
            answer: dict[str, Any] = json.loads(line.removeprefix(ANSWER))
            return answer
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    raise NotMeasured(f"{module}: {said}")


def given() -> dict[str, Any]:
    """Return the arguments of this child."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    return arguments


def answer(**values: Any) -> None:
    """Say the answer of this child."""
    print(ANSWER + json.dumps(values), flush=True)
