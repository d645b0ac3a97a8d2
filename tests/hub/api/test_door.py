"""The door of the hub over real HTTP: coming in, commands up, state down, events, blobs, search."""

import gzip
import hashlib
import json
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from tests.hub.api.hub_process import OWNER, PASSWORD, Device, HubProcess, hub_command
from workstation.casework.wire.commands import AddNote, Decide, MarkNoCase, OpenCase
from workstation.system.keys import unb64, verify
from workstation.system.sqlite import open_connection


def new_case(device: Device, subject: str = "Eine Frage", **more: Any) -> OpenCase:
    return OpenCase(
        case_id=str(uuid.uuid4()),
        channel="mail",
        subject=subject,
        team_id=more.pop("team_id", device.session["team_id"]),
        address="kundin@example.org",
        customer_name="Erika Muster",
        **more,
    )


def test_hello_is_signed_by_the_key_of_the_endpoint_file(hub: HubProcess) -> None:
    answer = requests.post(hub.url + "/v1/hello", json={"nonce": "a-random-nonce"}, timeout=40)
    said = answer.json()
    assert answer.headers["Workstation-Hub"] == "1"
    assert said["public_key"] == hub.endpoint["public_key"]
    verify(unb64(said["public_key"]), b"workstation-hello\na-random-nonce", unb64(said["signature"]))
    assert said["tenant_name"] == "Müller & Söhne"


def test_endpoint_file_is_for_its_owner_only(hub: HubProcess) -> None:
    assert (hub.folder / "endpoint.json").stat().st_mode & 0o777 == 0o600
    assert hub.endpoint["pid"] == hub.pid


def test_a_strange_device_waits_until_an_owner_approves_its_code(hub: HubProcess) -> None:
    device = Device(hub.url)
    said = device.enrol().json()
    assert said["state"] == "waiting"
    assert device.enrol().json() == said, "asking again changes nothing"
    refused = device.call("POST", "/v1/challenge", json={"device_id": device.device_id})
    assert (refused.status_code, refused.json()["code"]) == (403, "device.waiting")
    hub_command(hub.folder, "devices", "approve", said["code"])
    assert device.sign_in()["person_name"] == "Anna Müller"
    hub_command(hub.folder, "devices", "revoke", said["code"])
    ended = device.pull()
    assert (ended.status_code, ended.json()["code"]) == (403, "device.revoked")
    device.http.close()


def test_a_token_is_renewed_by_a_signed_challenge(owner: Device) -> None:
    answer = owner.call("POST", "/v1/token", json=owner.token_body())
    assert answer.status_code == 200
    owner.session["token"] = answer.json()["token"]
    assert owner.pull().status_code == 200


def test_signing_out_ends_the_session_at_once(owner: Device) -> None:
    assert owner.call("DELETE", "/v1/session").status_code == 204
    answer = owner.pull()
    assert (answer.status_code, answer.json()["code"]) == (401, "session.ended")
    again = owner.call("POST", "/v1/token", json=owner.token_body())
    assert (again.status_code, again.json()["code"]) == (401, "session.ended")


def test_disabling_a_person_ends_the_session_at_the_next_request(hub: HubProcess, device: Device) -> None:
    hub_command(
        hub.folder,
        "people",
        "add",
        "--login",
        "dora",
        "--name",
        "Dora",
        "--team",
        "Service",
        stdin="passwort-dora\n",
    )
    device.sign_in("dora", "passwort-dora")
    assert device.pull().status_code == 200
    hub_command(hub.folder, "people", "disable", "dora")
    answer = device.pull()
    assert (answer.status_code, answer.json()["code"]) == (401, "person.inactive")
    refused = device.call("POST", "/v1/session", json=device.session_body("dora", "passwort-dora"))
    assert (refused.status_code, refused.json()["code"]) == (401, "session.password_wrong")


def test_repeated_wrong_passwords_have_to_wait(hub: HubProcess, device: Device) -> None:
    hub_command(
        hub.folder,
        "people",
        "add",
        "--login",
        "emil",
        "--name",
        "Emil",
        "--team",
        "Service",
        stdin="passwort-emil\n",
    )

    def wrong() -> requests.Response:
        return device.call("POST", "/v1/session", json=device.session_body("emil", "falsch-falsch"))

    assert [wrong().json()["code"] for _ in range(4)] == ["session.password_wrong"] * 4
    # The block doubles with each: let it be one that no machine is too slow to meet.
    connection = open_connection(hub.folder / "hub.db", None, "full")
    connection.execute("UPDATE attempt SET failures = failures + 8 WHERE failures = 4")
    connection.close()
    last = wrong()
    assert (last.json()["code"], last.json()["params"]["retry_after_s"]) == ("session.password_wrong", "512")
    answer = wrong()
    assert answer.json()["code"] == "session.too_many_attempts"
    assert int(answer.headers["Retry-After"]) >= 1
    right = device.call("POST", "/v1/session", json=device.session_body("emil", "passwort-emil"))
    assert right.status_code == 429, "the right password does not help while it is blocked"


def test_commands_are_applied_and_come_down_the_feed(owner: Device) -> None:
    before = owner.pull(limit=1000).json()
    opened = new_case(owner)
    note = AddNote(case_id=opened.case_id, message_id=str(uuid.uuid4()), text="Rückruf zugesagt")
    answer = owner.push(owner.envelope(opened), owner.envelope(note))
    assert answer.status_code == 200
    verdicts = answer.json()["verdicts"]
    assert [verdict["verdict"] for verdict in verdicts] == ["applied", "applied"], verdicts
    after = owner.pull(cursors=before["cursors"], generation=before["generation"]).json()
    entities = [(row["entity"], row["body"].get("subject", row["body"].get("text"))) for row in after["rows"]]
    assert ("case", "Eine Frage") in entities
    assert ("message", "Rückruf zugesagt") in entities
    scope = f"team:{owner.session['team_id']}"
    assert after["heads"][scope] > before["heads"].get(scope, 0)


def test_a_push_meant_for_another_generation_is_turned_away_whole(owner: Device) -> None:
    opened = owner.envelope(new_case(owner))
    raw = b"[" + msgspec.json.encode(opened) + b"]"
    headers = {"Content-Type": "application/json"}
    current = owner.pull().json()["generation"]
    refused = owner.call("POST", "/v1/commands?generation=of-yesterday", data=raw, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "feed.generation_changed")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["params"] == {"generation": current}
    lookup = owner.call("POST", "/v1/commands/lookup", json={"ids": [opened["cmd_id"]]})
    assert lookup.json()["verdicts"] == [], "nothing of it was taken"
    taken = owner.call("POST", f"/v1/commands?generation={current}", data=raw, headers=headers).json()
    assert [verdict["verdict"] for verdict in taken["verdicts"]] == ["applied"]
    assert taken["generation"] == current
    assert owner.push(opened).json()["verdicts"] == taken["verdicts"], "a device that names none is served"


def test_an_unknown_command_in_the_middle_fails_alone(owner: Device) -> None:
    first, last = new_case(owner), new_case(owner)
    unknown = owner.envelope(MarkNoCase(case_id=first.case_id))
    strange = {
        **unknown,
        "type": "case.teleport",
        "body": {"type": "case.teleport", "case_id": first.case_id},
    }
    answer = owner.push(owner.envelope(first), strange, b'{"cmd_id": 7}', b'"words"', owner.envelope(last))
    assert answer.status_code == 200
    by_id = {verdict["cmd_id"]: verdict["verdict"] for verdict in answer.json()["verdicts"]}
    assert sorted(by_id.values()) == ["applied", "applied", "quarantined"]
    assert by_id[strange["cmd_id"]] == "quarantined"


def test_the_same_command_again_gets_the_same_verdict_and_other_bytes_do_not(owner: Device) -> None:
    envelope = owner.envelope(new_case(owner))
    first = owner.push(envelope).json()["verdicts"]
    assert owner.push(envelope).json()["verdicts"] == first
    other = owner.envelope(new_case(owner, "anders"))
    other["cmd_id"] = envelope["cmd_id"]
    assert owner.push(other).json()["verdicts"][0]["verdict"] == "id_reuse"
    found = owner.call("POST", "/v1/commands/lookup", json={"ids": [envelope["cmd_id"], str(uuid.uuid4())]})
    assert [verdict["cmd_id"] for verdict in found.json()["verdicts"]] == [envelope["cmd_id"]]


def test_pull_waits_for_news_and_is_woken_by_it(hub: HubProcess, owner: Device, tmp_path: Path) -> None:
    state = drained(owner)
    began = time.monotonic()
    nothing = owner.pull(cursors=state["cursors"], generation=state["generation"], wait_s=1).json()
    assert nothing["rows"] == []
    assert time.monotonic() - began >= 0.9

    def act() -> None:
        time.sleep(0.5)
        other.push(other.envelope(new_case(other, "Neu")))

    other = Device(hub.url, hub.endpoint["local_proof"])
    other.enrol()
    other.sign_in()
    thread = threading.Thread(target=act)
    thread.start()
    began = time.monotonic()
    woken = owner.pull(cursors=state["cursors"], generation=state["generation"], wait_s=20).json()
    took_s = time.monotonic() - began
    thread.join()
    other.http.close()
    assert any(row["entity"] == "case" for row in woken["rows"])
    assert took_s < 20, "nobody woke it: it waited its time out"


def drained(device: Device) -> dict[str, Any]:
    state = device.pull(limit=1000).json()
    while state.get("more"):
        state = device.pull(limit=1000, cursors=state["cursors"], generation=state["generation"]).json()
    return dict(state)


def test_pull_is_packed_and_never_shows_another_team(hub: HubProcess, bea: Device) -> None:
    carl = Device(hub.url, hub.endpoint["local_proof"])
    carl.enrol()
    carl.sign_in("carl", "passwort-carl")
    secret = new_case(carl, "Geheim der Filiale")
    assert carl.push(carl.envelope(secret)).json()["verdicts"][0]["verdict"] == "applied"
    answer = bea.call("POST", "/v1/sync/pull", json={}, headers={"Accept-Encoding": "gzip"}, stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(answer.raw.read()).decode()
    assert "Geheim der Filiale" not in text
    assert f"team:{carl.session['team_id']}" not in json.loads(text)["scopes"]
    cheating = bea.pull(cursors={f"team:{carl.session['team_id']}": 0})
    assert "Geheim der Filiale" not in cheating.text
    assert bea.call("GET", f"/v1/cases/{secret.case_id}").status_code == 404
    assert "Geheim" not in bea.call("GET", "/v1/search", params={"q": "Geheim der Filiale"}).text
    found = carl.call("GET", "/v1/search", params={"q": "Filiale"}).json()["rows"]
    assert [row["id"] for row in found if row["entity"] == "case"] == [secret.case_id]
    whole = carl.call("GET", f"/v1/cases/{secret.case_id}").json()["rows"]
    assert whole[0]["body"]["subject"] == "Geheim der Filiale"
    carl.http.close()


def test_a_push_of_a_desk_that_has_seen_more_is_turned_away_whole(owner: Device) -> None:
    opened = owner.envelope(new_case(owner))
    raw = b"[" + msgspec.json.encode(opened) + b"]"
    headers = {"Content-Type": "application/json"}
    heads = owner.pull().json()["heads"]
    ahead = {**heads, "reference": heads["reference"] + 1, "team:of-others": 7}

    def pushed(cursors: object) -> requests.Response:
        query = {"cursors": msgspec.json.encode(cursors).decode()}
        return owner.call("POST", "/v1/commands", params=query, data=raw, headers=headers)

    refused = pushed(ahead)
    assert (refused.status_code, refused.json()["code"]) == (409, "feed.cursor_ahead")
    assert refused.json()["params"] == {"scope": "reference"}
    lookup = owner.call("POST", "/v1/commands/lookup", json={"ids": [opened["cmd_id"]]})
    assert lookup.json()["verdicts"] == [], "nothing of it was taken"
    assert pushed(["reference"]).status_code == 422
    taken = pushed({**heads, "team:of-others": 7})
    assert [verdict["verdict"] for verdict in taken.json()["verdicts"]] == ["applied"]


def test_another_generation_or_a_cursor_from_the_future_is_said(owner: Device) -> None:
    answer = owner.pull(generation="another")
    assert (answer.status_code, answer.json()["code"]) == (409, "feed.generation_changed")
    answer = owner.pull(cursors={"reference": 10**9})
    assert (answer.status_code, answer.json()["code"]) == (409, "feed.cursor_ahead")
    answer = owner.pull(schema=99)
    assert (answer.status_code, answer.json()["code"]) == (426, "feed.schema_unsupported")


def test_events_poke_at_once_resume_by_id_and_beat(owner: Device) -> None:
    with owner.call("GET", "/v1/events", stream=True) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.headers["Cache-Control"] == "no-store"
        assert stream.headers["X-Accel-Buffering"] == "no"
        lines = stream.iter_lines(chunk_size=1)
        event = read_event(lines)
        assert event["event"] == "poke"
        heads = json.loads(event["data"])
        assert heads["reference"] > 0
        case = new_case(owner, "Stups")
        owner.push(owner.envelope(case))
        poke = json.loads(read_event(lines)["data"])
        scope = f"team:{owner.session['team_id']}"
        assert poke[scope] > heads.get(scope, 0)
    with owner.call("GET", "/v1/events", stream=True, headers={"Last-Event-ID": event["id"]}) as stream:
        missed = json.loads(read_event(stream.iter_lines(chunk_size=1))["data"])
        assert missed[scope] == poke[scope], "what was missed in between is told at once"


def read_event(lines: Any) -> dict[str, str]:
    event: dict[str, str] = {}
    for raw in lines:
        line = raw.decode()
        if not line and "data" in event:
            return event
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
    raise AssertionError("the stream ended")


def test_blobs_go_up_in_parts_and_come_down_in_parts(owner: Device) -> None:
    content = os.urandom(2_500_000)
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"/v1/blobs/{sha256}"
    missing = owner.call("HEAD", path)
    assert (missing.status_code, missing.headers["Upload-Offset"]) == (404, "0")
    cut = 1_600_000
    headers = {"Content-Range": f"bytes 0-{cut - 1}/{len(content)}"}
    part = owner.call("PUT", path, data=content[:cut], headers=headers)
    assert (part.status_code, part.json()["received"]) == (202, cut)
    assert owner.call("GET", path).status_code == 404, "half a blob is none"
    offset = int(owner.call("HEAD", path).headers["Upload-Offset"])
    wrong = {"Content-Range": f"bytes {offset + 5}-{len(content) - 1}/{len(content)}"}
    refused = owner.call("PUT", path, data=content[offset + 5 :], headers=wrong)
    assert (refused.status_code, refused.json()["code"]) == (409, "blob.gap")
    headers = {"Content-Range": f"bytes {offset}-{len(content) - 1}/{len(content)}"}
    whole = owner.call("PUT", path, data=content[offset:], headers=headers)
    assert (whole.status_code, whole.json()["is_complete"]) == (201, True)
    there = owner.call("HEAD", path)
    assert (there.status_code, there.headers["Blob-Size"], there.content) == (200, str(len(content)), b"")
    assert owner.call("PUT", path, data=content).status_code == 200, "again costs nothing"
    assert owner.call("GET", path).content == content
    rest = owner.call("GET", path, headers={"Range": "bytes=2000000-"})
    assert (rest.status_code, rest.content) == (206, content[2_000_000:])
    assert rest.headers["Content-Range"] == f"bytes 2000000-{len(content) - 1}/{len(content)}"


def test_a_blob_with_another_hash_is_thrown_away(owner: Device) -> None:
    sha256 = hashlib.sha256(b"right").hexdigest()
    answer = owner.call("PUT", f"/v1/blobs/{sha256}", data=b"wrong")
    assert (answer.status_code, answer.json()["code"]) == (422, "blob.wrong_hash")
    assert owner.call("PUT", f"/v1/blobs/{sha256}", data=b"right").status_code == 201


def test_presence_shows_colleagues_of_the_team_only(hub: HubProcess, bea: Device) -> None:
    devices = {}
    for login in ("anna", "carl"):
        other = devices[login] = Device(hub.url, hub.endpoint["local_proof"])
        other.enrol()
        other.sign_in(login, PASSWORD if login == OWNER else f"passwort-{login}")
    case_id = str(uuid.uuid4())
    bea.call("POST", "/v1/presence", json={"case_id": case_id, "is_typing": True})
    seen = devices["anna"].call("POST", "/v1/presence", json={}).json()["present"]
    assert [(one["name"], one["is_typing"]) for one in seen if one["case_id"] == case_id] == [("Bea", True)]
    unseen = devices["carl"].call("POST", "/v1/presence", json={}).json()["present"]
    assert case_id not in {one["case_id"] for one in unseen}
    bea.call("DELETE", "/v1/session")
    gone = devices["anna"].call("POST", "/v1/presence", json={}).json()["present"]
    assert case_id not in {one["case_id"] for one in gone}
    for other in devices.values():
        other.http.close()


def test_openapi_names_every_route(hub: HubProcess) -> None:
    answer = requests.get(hub.url + "/v1/openapi.json", timeout=40)
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    paths = set(described["paths"])
    assert {"/v1/hello", "/v1/commands", "/v1/sync/pull", "/v1/events", "/v1/blobs/{sha256}"} <= paths
    assert "Envelope" in described["components"]["schemas"]


def test_time_needs_nobody(hub: HubProcess) -> None:
    answer = requests.get(hub.url + "/v1/time", timeout=40)
    assert answer.status_code == 200
    assert answer.json()["server_time"].endswith("Z")


def test_a_decision_over_the_wire_is_judged_by_the_hub(bea: Device) -> None:
    case = new_case(bea)
    decide = Decide(case_id=case.case_id, customer_id=str(uuid.uuid4()), steps=())
    answer = bea.push(bea.envelope(case), bea.envelope(decide)).json()
    assert answer["verdicts"][0]["verdict"] == "applied"
    assert answer["verdicts"][1]["verdict"] == "rejected"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_no_address_answers_without_our_header(hub: HubProcess, method: str) -> None:
    answer = requests.request(method, hub.url + "/anything", timeout=40)
    assert answer.status_code == 404
    assert answer.headers["Workstation-Hub"] == "1"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "http.not_found"
