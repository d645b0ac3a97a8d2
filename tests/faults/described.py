"""Requests made from the hub's own description by schemathesis: no error of the hub, nothing changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.bad_inputs import rows_of
from tests.hub.api.hub_process import Device, HubProcess, hub_command, make_firm

SEED = 7
LEAST = 400
_LEFT_OUT = ("/v1/events", "/v1/hub/stop")
"""Streams without an end, and the door that ends the hub."""
_ENDS_SESSION = "delete_v1_session"
_MADE = re.compile(r"(\d+) generated")
_MOST_S = 120


def run(examples: int) -> tuple[int, int, list[str]]:
    """Let schemathesis knock with at most ``examples`` cases a door in each of its phases.

    Returns how many cases it made for how many doors, and what broke.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hub"
        make_firm(folder)
        settings = folder / "hub.toml"
        settings.write_text(settings.read_text("utf-8") + "pushes_per_s = 0\npulls_per_s = 0\n", "utf-8")
        document = json.loads(hub_command(folder, "openapi").stdout)
        (Path(name) / "openapi.json").write_text(json.dumps(document), "utf-8")
        with HubProcess(folder) as hub:
            device = Device(hub.url, hub.endpoint["local_proof"])
            device.enrol()
            device.sign_in()
            before = rows_of(folder)
            found, cases = _knock(hub.url, device.token, Path(name), examples)
            after = rows_of(folder)
            broken = [f"i21: {one}" for one in found]
            if cases < LEAST:
                broken.append(f"only {cases} cases were made, {LEAST} are wanted")
            broken += [
                f"i08: it changed the table {one}" for one in sorted(before) if before[one] != after[one]
            ]
            if device.call("GET", "/v1/time").status_code != 200:
                broken.append("i21: after all this the hub does not answer any more")
            device.http.close()
    doors = sum(len(item) for path, item in document["paths"].items() if path not in _LEFT_OUT) - 1
    return cases, doors, broken


def _knock(url: str, token: str, folder: Path, examples: int) -> tuple[list[str], int]:
    """Run schemathesis in a process of its own, as it is meant to be run; errors found, cases made."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(folder / "openapi.json"), "--url", url]
    command += ["--header", f"Authorization:Bearer {token}", "--checks", "not_a_server_error"]
    command += ["--max-examples", str(examples), "--seed", str(SEED), "--no-color", "--request-timeout", "20"]
    command += ["--generation-database", "none", "--phases", "examples,coverage,fuzzing", "--warnings", "off"]
    command += ["--suppress-health-check", "all", "--continue-on-failure"]
    for path in _LEFT_OUT:
        command += ["--exclude-path", path]
    command += ["--exclude-operation-id", _ENDS_SESSION]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=_MOST_S + 20 * examples
    )
    made = _MADE.search(done.stdout)
    return ([done.stdout[-2000:]] if done.returncode else []), int(made.group(1)) if made else 0
