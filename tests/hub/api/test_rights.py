"""Every route of the hub, asked by those who may not: strangers, lost devices, another team."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import ModuleType

import pytest
import requests

from tests.hub.api.hub_process import Device, HubProcess, hub_command
from workstation.casework.wire.codec import SCHEMA
from workstation.casework.wire.commands import AddNote, OpenCase
from workstation.hub.api import blob_routes, copy_routes, events, openapi, session_routes, sync_routes

MODULES: tuple[ModuleType, ...] = (session_routes, sync_routes, copy_routes, events, blob_routes, openapi)
OPEN = {
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/time"),
    ("POST", "/v1/challenge"),
    ("POST", "/v1/devices/enrol"),
    ("POST", "/v1/hello"),
    ("POST", "/v1/hub/stop"),
    ("POST", "/v1/session"),
    ("POST", "/v1/token"),
}
"""What is asked before anybody is known; each has a proof of its own or tells nothing of the firm."""
VALUES = {"{scope_id:str}": "reference", "{sha256:str}": "0" * 64, "{case_id:str}": str(uuid.UUID(int=7))}


def routes() -> set[tuple[str, str]]:
    """Return method and path of all that the application serves."""
    return {
        (str(method), path)
        for module in MODULES
        for route in module.ROUTES
        for path in route.paths
        for method in route.http_methods
        if str(method) != "OPTIONS"
    }


def guarded() -> list[tuple[str, str]]:
    """Return those that need somebody signed in, ready to be asked."""
    found = []
    for method, path in sorted(routes() - OPEN):
        for name, value in VALUES.items():
            path = path.replace(name, value)
        assert "{" not in path, path
        found.append((method, path))
    return found


def code_of(answer: requests.Response) -> str:
    return "" if not answer.content else str(answer.json()["code"])


def refused(device: Device, status: int, code: str) -> None:
    """Ask for everything; each answer is that refusal, and the same one for what is there and what is not."""
    for method, path in guarded():
        answer = device.call(method, path, json={})
        assert answer.status_code == status, (method, path)
        assert code_of(answer) == ("" if method == "HEAD" else code), (method, path)


def test_open_routes_are_those_that_are_known() -> None:
    assert routes() >= OPEN
    assert len(guarded()) >= 14


def test_nothing_for_a_stranger(hub: HubProcess) -> None:
    stranger = Device(hub.url)
    refused(stranger, 401, "session.token_missing")
    stranger.session = {"token": "a.b"}
    refused(stranger, 401, "session.token_invalid")
    stranger.http.close()


def test_nothing_for_a_device_that_was_lost(hub: HubProcess, device: Device) -> None:
    device.sign_in()
    assert device.call("GET", "/v1/search?q=abc").status_code == 200
    hub_command(hub.folder, "devices", "revoke", device.device_id)
    refused(device, 403, "device.revoked")
    again = device.call("POST", "/v1/challenge", json={"device_id": device.device_id})
    assert (again.status_code, code_of(again)) == (403, "device.revoked")
    assert code_of(device.enrol()) == "device.revoked"


def test_nothing_after_signing_out(bea: Device) -> None:
    assert bea.call("DELETE", "/v1/session").status_code == 204
    refused(bea, 401, "session.ended")


@pytest.fixture
def carl(hub: HubProcess) -> Iterator[Device]:
    """A device with the agent of the other team signed in."""
    made = Device(hub.url, hub.endpoint["local_proof"])
    made.enrol()
    made.sign_in("carl", "passwort-carl")
    yield made
    made.http.close()


def test_nothing_of_another_team(hub: HubProcess, bea: Device, carl: Device) -> None:
    case_id, word = str(uuid.uuid4()), f"geheim{uuid.uuid4().hex[:8]}"
    subject = f"Betreff {word}"
    team_id = bea.session["team_id"]
    opened = OpenCase(case_id=case_id, channel="phone", subject=subject, team_id=team_id)
    note = AddNote(case_id=case_id, message_id=str(uuid.uuid4()), text=word)
    verdicts = bea.push(bea.envelope(opened), bea.envelope(note)).json()["verdicts"]
    assert [one["verdict"] for one in verdicts] == ["applied", "applied"]
    assert word in bea.call("GET", f"/v1/search?q={word}").text

    foreign = sorted(set(bea.session["scopes"]) - set(carl.session["scopes"]))
    assert {scope.partition(":")[0] for scope in foreign} == {"team", "person", "device"}
    for scope in foreign:
        for path in ("snapshot/{}", "digest/{}?seq=1", "bucket/{}?seq=1&bucket=0"):
            answer = carl.call("GET", "/v1/sync/" + path.format(scope))
            assert (answer.status_code, code_of(answer)) == (403, "scope.forbidden"), (scope, path)
        body = {"scope": scope, "kinds": ["case"], "schema": SCHEMA, "limit": 10, "after": ["", ""]}
        answer = carl.call("POST", "/v1/sync/backfill", json=body)
        assert (answer.status_code, code_of(answer)) == (403, "scope.forbidden"), scope
        pulled = carl.call("POST", "/v1/sync/pull", json={"cursors": {scope: 0}, "schema": SCHEMA})
        assert word not in pulled.text, scope

    here, nowhere = (carl.call("GET", f"/v1/cases/{one}") for one in (case_id, uuid.uuid4()))
    # Whether there is such a case at all is not told either.
    assert (here.status_code, code_of(here)) == (nowhere.status_code, code_of(nowhere))
    assert code_of(here) == "case.unknown"
    assert word not in carl.call("GET", f"/v1/search?q={word}").text
    ids = [one["cmd_id"] for one in verdicts]
    assert carl.call("POST", "/v1/commands/lookup", json={"ids": ids}).json()["verdicts"] == []
    told = carl.push(carl.envelope(AddNote(case_id=case_id, message_id=str(uuid.uuid4()), text="x")))
    assert [one["code"] for one in told.json()["verdicts"]] == ["case.other_team"]


def test_a_command_another_device_has_signed_is_not_taken(hub: HubProcess, bea: Device, carl: Device) -> None:
    case_id = str(uuid.uuid4())
    own = OpenCase(case_id=case_id, channel="phone", subject="A", team_id=bea.session["team_id"])
    theirs = bea.envelope(own)
    played = carl.push(theirs).json()["verdicts"]
    assert [one["code"] for one in played] == ["command.other_device"]
    posing = carl.push({**theirs, "device_id": carl.device_id}).json()["verdicts"]
    assert [one["code"] for one in posing] == ["command.bad_signature"]
    # Neither has taken a number away from the device that made it.
    other = bea.envelope(own)
    verdicts = bea.push(other).json()["verdicts"]
    assert [one["verdict"] for one in verdicts] == ["applied"]


def test_only_who_reads_the_endpoint_file_stops_the_hub(hub: HubProcess, owner: Device) -> None:
    for proof in ("", "x", hub.endpoint["local_proof"][:-1], hub.endpoint["start_id"]):
        answer = owner.call("POST", "/v1/hub/stop", json={"local_proof": proof})
        assert (answer.status_code, code_of(answer)) == (403, "scope.forbidden")
    assert owner.call("GET", "/v1/time").status_code == 200
