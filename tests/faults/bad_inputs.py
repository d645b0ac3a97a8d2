"""Bad input to every door of a served hub, made from a table: no 5xx, nothing changed, nothing foreign."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hub.api.hub_process import Device, HubProcess, hub_command, make_firm
from workstation.system.sqlite import open_connection

_MADE_BY_ASKING = frozenset({"challenge", "attempt", "audit", "hub_fact", "session", "device"})
_CAUGHT = 500
_DOORS_THAT_STAY_OPEN = ("/v1/events",)
_SECRET = "Schuster-Geheim"
"""A name that only the other team's case holds."""

VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    2**64,
    1e-9,
    1e308,
    "",
    "x" * 10_000,
    "\x00",
    "\ud83d\ude00",
    "' OR 1=1 --",
    "../../etc/passwd",
    "00000000-0000-0000-0000-000000000000",
    [],
    {},
    [[[[[[[[]]]]]]]],
    {"generation": {}, "cursors": [1], "limit": "x"},
)
"""What is laid into each field of a body, and sent as the body itself."""
RAW: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"", {}),
    (b"{", {}),
    (b"[" * 5_000, {}),
    (b"\xff\xfe\x00", {}),
    (b"NaN", {}),
    (b'{"a":1,"a":2}', {}),
    (b"{}", {"Content-Type": "text/plain"}),
    (b"{}", {"Content-Type": ""}),
    (gzip.compress(b"0" * 5_000_000), {"Content-Encoding": "gzip"}),
    (b"{}", {"Content-Encoding": "br"}),
    (b"0" * 10_000_000, {}),
    (b"{}", {"Authorization": "Bearer x.y.z"}),
    (b"{}", {"Authorization": "Basic eDp5"}),
    (b"{}", {"Range": "bytes=-1-", "Content-Range": "bytes x/y"}),
)
"""Bodies and headers no program of ours sends."""


@dataclass(frozen=True)
class Door:
    """One operation of the description."""

    method: str
    path: str
    fields: tuple[str, ...]


def doors(document: dict[str, Any]) -> Iterator[Door]:
    """All operations of a served description, with the fields of their bodies."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "post", "put", "delete", "patch"):
                continue
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            named = str(schema.get("$ref", "")).rpartition("/")[2]
            shape = document.get("components", {}).get("schemas", {}).get(named, schema)
            yield Door(method.upper(), path, tuple(shape.get("properties", {})))


def requests_for(door: Door) -> Iterator[tuple[str, dict[str, Any]]]:
    """Bad requests for one door: (path, arguments of the request)."""
    path = door.path
    for hole in ("x", "0" * 64, "..%2f..%2fetc", "%00", "é" * 300):
        filled = "/".join(hole if part.startswith("{") else part for part in door.path.split("/"))
        if filled != door.path:
            yield filled, {"data": b"{}", "headers": {"Content-Type": "application/json"}}
            path = filled
    for body, headers in RAW:
        yield path, {"data": body, "headers": {"Content-Type": "application/json", **headers}}
    for value in VALUES:
        yield path, _sent(value)
    for field in door.fields:
        for value in VALUES[:12]:
            yield path, _sent({field: value})


def _sent(value: object) -> dict[str, Any]:
    return {"data": json.dumps(value).encode(), "headers": {"Content-Type": "application/json"}}


def knock(least: int) -> tuple[int, int, list[str]]:
    """Send all bad requests; returns how many to how many doors, and what was wrong with the answers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hub"
        make_firm(folder)
        hub_command(folder, "teams", "add", _SECRET)
        settings = folder / "hub.toml"
        settings.write_text(settings.read_text() + "pushes_per_s = 0\npulls_per_s = 0\n")
        with HubProcess(folder) as hub:
            device = Device(hub.url, hub.endpoint["local_proof"])
            device.enrol()
            device.sign_in()
            broken, count, asked = _knocked(hub, device)
            if device.call("GET", "/v1/time").status_code != 200:
                broken.append("i21: after all this the hub does not answer any more")
            device.http.close()
    if count < least:
        broken.append(f"only {count} bad requests were made, {least} are wanted")
    return count, asked, broken


def _knocked(hub: HubProcess, device: Device) -> tuple[list[str], int, int]:
    document = json.loads(hub_command(hub.folder, "openapi").stdout)
    broken: list[str] = []
    count = asked = 0
    before = rows_of(hub.folder)
    for door in doors(document):
        if door.path in _DOORS_THAT_STAY_OPEN or (door.method, door.path) == ("DELETE", "/v1/session"):
            continue
        asked += 1
        for path, arguments in requests_for(door):
            answer = device.call(door.method, path, **arguments)
            count += 1
            if answer.status_code >= _CAUGHT:
                broken.append(f"i21: {door.method} {path[:60]}: {answer.status_code}")
            if _SECRET.encode() in answer.content and answer.status_code >= 400:
                broken.append(f"i20: {door.method} {path[:60]} told of others")
            answer.close()
    after = rows_of(hub.folder)
    changed = {name for name in before if before[name] != after[name]}
    broken += [f"i08: bad input changed the table {name}" for name in sorted(changed)]
    return broken, count, asked


def rows_of(folder: Path) -> dict[str, int]:
    connection = open_connection(folder / "hub.db", None, "read")
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if name not in _MADE_BY_ASKING
        }
    finally:
        connection.close()
