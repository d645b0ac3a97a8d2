"""Bad input to every route: a problem with a code, never a 5xx, and nothing in the database has changed."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.hub.api.hub_process import PASSWORD, Device, HubProcess, forged
from workstation.casework.wire.commands import OpenCase
from workstation.hub.services.tokens import Claims, Tokens
from workstation.system.keys import b64, new_signing_key
from workstation.system.sqlite import open_connection

_MUTABLE_BY_SIGNING_IN = {"challenge", "attempt", "audit"}
_NOTED_BY_THE_HUB = {"hub_fact"}
"""What a hub writes down of itself at its own times: the night's look at the rules, its clock."""
HASH = "0" * 64
JSON = {"Content-Type": "application/json"}


def rows_of(hub: HubProcess) -> dict[str, int]:
    """How many rows each table has; challenges and attempts are made by asking."""
    connection = open_connection(hub.folder / "hub.db", None, "read")
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if name not in _MUTABLE_BY_SIGNING_IN | _NOTED_BY_THE_HUB
        }
    finally:
        connection.close()


@dataclass(frozen=True)
class Bad:
    """One request that must be refused; a callable is asked with the signed-in device first."""

    name: str
    method: str
    path: str
    status: int
    code: str
    body: Any = None
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    is_open: bool = False


def raw(name: str, path: str, status: int, code: str, body: bytes, **more: Any) -> Bad:
    return Bad(name, "POST", path, status, code, body=body, headers=JSON, **more)


def post(name: str, path: str, status: int, code: str, value: Any, **more: Any) -> Bad:
    return Bad(name, "POST", path, status, code, json=value, **more)


PULL, COMMANDS, LOOKUP, BLOB = "/v1/sync/pull", "/v1/commands", "/v1/commands/lookup", f"/v1/blobs/{HASH}"
DEEP = b'{"cursors":' * 500

ROWS = [
    # What every route with a body does
    raw("empty body", PULL, 400, "http.malformed", b""),
    raw("cut JSON", PULL, 400, "http.malformed", b'{"limit": 5'),
    raw("not JSON", PULL, 400, "http.malformed", b"limit=5"),
    raw("not UTF-8", PULL, 400, "http.malformed", b'{"generation": "\xff\xfe"}'),
    raw("lone surrogate", PULL, 400, "http.malformed", b'{"generation": "\\ud800"}'),
    raw("NaN", PULL, 400, "http.malformed", b'{"limit": NaN}'),
    raw("number beyond all", PULL, 422, "http.invalid", b'{"limit": 1e400}'),
    raw("nested 500 deep", PULL, 422, "http.invalid", DEEP),
    raw("a list instead", PULL, 422, "http.invalid", b"[]"),
    raw("null instead", PULL, 422, "http.invalid", b"null"),
    raw("10 MB", PULL, 413, "http.too_large", b" " * 10_000_000),
    Bad("no content type", "POST", PULL, 415, "http.media_type", body=b"{}"),
    Bad("XML", "POST", PULL, 415, "http.media_type", body=b"<a/>", headers={"Content-Type": "text/xml"}),
    Bad(
        "packed body",
        "POST",
        PULL,
        415,
        "http.media_type",
        body=b"{}",
        headers={**JSON, "Content-Encoding": "gzip"},
    ),
    # Pull
    post("limit is a text", PULL, 422, "http.invalid", {"limit": "5"}),
    post("limit is a fraction", PULL, 422, "http.invalid", {"limit": 1.5}),
    post("limit is true", PULL, 422, "http.invalid", {"limit": True}),
    post("limit 0", PULL, 422, "http.invalid", {"limit": 0}),
    post("limit -1", PULL, 422, "http.invalid", {"limit": -1}),
    post("limit 2^63", PULL, 422, "http.invalid", {"limit": 2**63}),
    post("limit 1001", PULL, 422, "http.invalid", {"limit": 1001}),
    post("max_bytes 1", PULL, 422, "http.invalid", {"max_bytes": 1}),
    post("wait of an hour", PULL, 422, "http.invalid", {"wait_s": 3600}),
    post("wait below 0", PULL, 422, "http.invalid", {"wait_s": -1}),
    post("cursor is a text", PULL, 422, "http.invalid", {"cursors": {"reference": "1"}}),
    post("cursor -1", PULL, 422, "http.invalid", {"cursors": {"reference": -1}}),
    post("cursor 2^63", PULL, 422, "http.invalid", {"cursors": {"reference": 2**63}}),
    post("cursor from the future", PULL, 409, "feed.cursor_ahead", {"cursors": {"reference": 2**40}}),
    post("10,000 cursors", PULL, 422, "http.invalid", {"cursors": {f"s{n}": 1 for n in range(10_000)}}),
    post("schema 0", PULL, 426, "feed.schema_unsupported", {"schema": 0}),
    post("schema of tomorrow", PULL, 426, "feed.schema_unsupported", {"schema": 9}),
    post("other generation", PULL, 409, "feed.generation_changed", {"generation": "x" * 1000}),
    # Commands as a batch (single bad commands have verdicts, see below)
    raw("batch is an object", COMMANDS, 422, "http.invalid", b"{}"),
    raw("batch is a text", COMMANDS, 422, "http.invalid", b'"all"'),
    raw("batch of 101", COMMANDS, 413, "commands.too_many", b"[" + b",".join([b"1"] * 101) + b"]"),
    raw("batch of 300 KiB", COMMANDS, 413, "http.too_large", b"[" + b" " * 300_000 + b"]"),
    raw("batch cut", COMMANDS, 400, "http.malformed", b'[{"cmd_id": "'),
    post("lookup without ids", LOOKUP, 422, "http.invalid", {}),
    post("lookup of a number", LOOKUP, 422, "http.invalid", {"ids": [1]}),
    post("lookup of a text", LOOKUP, 422, "http.invalid", {"ids": "abc"}),
    post("lookup of 1,001", LOOKUP, 413, "commands.too_many", {"ids": ["a"] * 1001}),
    # Coming in
    post("hello without nonce", "/v1/hello", 422, "http.invalid", {}, is_open=True),
    post("hello, short nonce", "/v1/hello", 422, "session.nonce_malformed", {"nonce": "x"}, is_open=True),
    post(
        "hello, long nonce", "/v1/hello", 422, "session.nonce_malformed", {"nonce": "x" * 5000}, is_open=True
    ),
    post("hello of 20 kB", "/v1/hello", 413, "http.too_large", {"nonce": "x" * 20_000}, is_open=True),
    post(
        "challenge of nobody", "/v1/challenge", 403, "device.unknown", {"device_id": "nobody"}, is_open=True
    ),
    post("challenge of a number", "/v1/challenge", 422, "http.invalid", {"device_id": 5}, is_open=True),
    post(
        "challenge with SQL",
        "/v1/challenge",
        403,
        "device.unknown",
        {"device_id": "' OR 1=1 --"},
        is_open=True,
    ),
    post("session without anything", "/v1/session", 422, "http.invalid", {}, is_open=True),
    post("token without anything", "/v1/token", 422, "http.invalid", {}, is_open=True),
    post("stop without proof", "/v1/hub/stop", 422, "http.invalid", {}, is_open=True),
    post(
        "stop with a wrong proof", "/v1/hub/stop", 403, "scope.forbidden", {"local_proof": "ü"}, is_open=True
    ),
    post("NUL in a device", "/v1/challenge", 422, "http.invalid", {"device_id": "a\0b"}, is_open=True),
    # Presence
    post("presence at no case", "/v1/presence", 422, "id.malformed", {"case_id": "7"}),
    post("presence of a number", "/v1/presence", 422, "http.invalid", {"case_id": 7}),
    post("typing is a text", "/v1/presence", 422, "http.invalid", {"is_typing": "yes"}),
    # Search and cases
    Bad("search for nothing", "GET", "/v1/search", 422, "search.too_short"),
    Bad("search for one letter", "GET", "/v1/search?q=a", 422, "search.too_short"),
    Bad("search for 1,000 letters", "GET", "/v1/search?q=" + "a" * 1000, 422, "http.invalid"),
    Bad("search twice", "GET", "/v1/search?q=aa&q=bb", 422, "http.invalid"),
    Bad("search for NUL", "GET", "/v1/search?q=a%00b", 422, "http.invalid"),
    Bad("limit of a search is a text", "GET", "/v1/search?q=aa&limit=all", 422, "http.invalid"),
    Bad("limit of a search is 0", "GET", "/v1/search?q=aa&limit=0", 422, "http.invalid"),
    Bad("case of nobody", "GET", f"/v1/cases/{uuid.UUID(int=7)}", 404, "case.unknown"),
    Bad("case without a UUID", "GET", "/v1/cases/7", 422, "id.malformed"),
    Bad("case with a path", "GET", "/v1/cases/..%2f..%2fetc", 404, "http.not_found"),
    # Blobs
    Bad("blob nobody has", "GET", BLOB, 404, "blob.unknown"),
    Bad("blob by a short hash", "GET", "/v1/blobs/abc", 422, "blob.malformed"),
    Bad("blob by capitals", "GET", "/v1/blobs/" + "A" * 64, 422, "blob.malformed"),
    Bad("upload under a wrong hash", "PUT", BLOB, 422, "blob.wrong_hash", body=b"something"),
    Bad(
        "upload of 26 MB",
        "PUT",
        BLOB,
        413,
        "blob.too_large",
        headers={"Content-Range": "bytes 0-0/26214401"},
        body=b"x",
    ),
    Bad(
        "range backwards",
        "PUT",
        BLOB,
        422,
        "http.invalid",
        headers={"Content-Range": "bytes 5-1/9"},
        body=b"x",
    ),
    Bad(
        "range of words",
        "PUT",
        BLOB,
        422,
        "http.invalid",
        headers={"Content-Range": "bytes a-b/c"},
        body=b"x",
    ),
    Bad(
        "range and length differ",
        "PUT",
        BLOB,
        422,
        "http.invalid",
        headers={"Content-Range": "bytes 0-9/10"},
        body=b"x",
    ),
    Bad("a gap", "PUT", BLOB, 409, "blob.gap", headers={"Content-Range": "bytes 5-5/10"}, body=b"x"),
    # Addresses and methods
    Bad("no such address", "GET", "/v1/nothing", 404, "http.not_found"),
    Bad("root", "GET", "/", 404, "http.not_found"),
    Bad("wrong method", "GET", PULL, 405, "http.method_not_allowed"),
    Bad("wrong method of a blob", "DELETE", BLOB, 405, "http.method_not_allowed"),
]


@pytest.fixture
def unchanged(hub: HubProcess, owner: Device) -> Iterator[Device]:
    """The owner's device; afterwards every table has as many rows as before."""
    before = rows_of(hub)
    yield owner
    assert rows_of(hub) == before


@pytest.mark.parametrize("bad", ROWS, ids=lambda bad: bad.name)
def test_refused_with_a_code_and_without_a_trace(unchanged: Device, bad: Bad) -> None:
    if bad.is_open:
        unchanged.session = {}
    answer = unchanged.call(bad.method, bad.path, data=bad.body, json=bad.json, headers=bad.headers)
    assert_problem(answer, bad.status, bad.code)


def assert_problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Workstation-Hub"] == "1"
    assert problem["status"] == status
    assert "Traceback" not in answer.text
    return problem


def test_the_path_of_the_wrong_field_is_named(owner: Device) -> None:
    answer = owner.pull(cursors={"reference": "x"}, limit=5)
    detail = assert_problem(answer, 422, "http.invalid")["details"][0]
    assert detail["path"] == "$.cursors[...]"
    assert "int" in detail["expected"]
    answer = owner.pull(limit=0, wait_s=99)
    paths = [one["path"] for one in answer.json()["details"]]
    assert paths == ["$.limit", "$.wait_s"], "all wrong fields at once"


# ------------------------------------------------------------------ tokens

NEEDS_TOKEN = [
    ("POST", PULL),
    ("POST", COMMANDS),
    ("POST", LOOKUP),
    ("GET", "/v1/events"),
    ("GET", BLOB),
    ("PUT", BLOB),
    ("POST", "/v1/presence"),
    ("GET", "/v1/search?q=abc"),
    ("GET", f"/v1/cases/{uuid.UUID(int=7)}"),
    ("DELETE", "/v1/session"),
]


@pytest.mark.parametrize(("method", "path"), NEEDS_TOKEN)
def test_nothing_without_a_token(hub: HubProcess, method: str, path: str) -> None:
    stranger = Device(hub.url)
    try:
        assert_problem(stranger.call(method, path, json={}), 401, "session.token_missing")
        basic = stranger.call(method, path, json={}, headers={"Authorization": "Basic YTpi"})
        assert_problem(basic, 401, "session.token_missing")
    finally:
        stranger.http.close()


def other_hubs_token(device: Device) -> str:
    claims = Claims(
        tenant=str(uuid.uuid4()),
        session=device.session["session_id"],
        device=device.device_id,
        person=device.session["person_id"],
        scopes=tuple(device.session["scopes"]),
        expires=int(time.time()) + 600,
    )
    return Tokens(new_signing_key()).make(claims)


BAD_TOKENS: list[tuple[str, Callable[[Device], str]]] = [
    ("words", lambda _: "abc"),
    ("a dot", lambda _: "."),
    ("not base64", lambda _: "%%%.%%%"),
    ("one bit changed", lambda device: forged(device.token)),
    ("signature cut", lambda device: device.token[:-4]),
    ("signature missing", lambda device: device.token.partition(".")[0] + "."),
    ("claims missing", lambda device: "." + device.token.partition(".")[2]),
    ("of another hub", other_hubs_token),
    ("padded", lambda device: device.token + "=="),
    ("100 kB", lambda _: "a" * 50_000),
]


@pytest.mark.parametrize(("name", "make"), BAD_TOKENS, ids=[name for name, _ in BAD_TOKENS])
def test_a_forged_token_is_refused(unchanged: Device, name: str, make: Callable[[Device], str]) -> None:
    answer = unchanged.call("POST", PULL, json={}, headers={"Authorization": f"Bearer {make(unchanged)}"})
    assert_problem(answer, 401, "session.token_invalid")


# ------------------------------------------------------------------ devices and sessions


def other_signature(device: Device) -> str:
    return Device(device.url).signed(f"workstation-enrol\n{device.device_id}")


ENROLMENTS: list[tuple[str, dict[str, Any], int, str]] = [
    ("no UUID", {"device_id": "kasse"}, 422, "id.malformed"),
    ("UUID in capitals", {"device_id": str(uuid.uuid4()).upper()}, 422, "id.malformed"),
    ("no name", {"name": "  "}, 422, "people.name_malformed"),
    ("name with a line", {"name": "a\nb"}, 422, "people.name_malformed"),
    ("name of 500 letters", {"name": "x" * 500}, 422, "people.name_malformed"),
    ("key is no base64", {"public_key": "%%%"}, 422, "device.key_malformed"),
    ("key is too short", {"public_key": b64(b"short")}, 422, "device.key_malformed"),
    ("proof is no base64", {"proof": "%%%"}, 401, "session.signature_invalid"),
    ("proof of another key", {"proof": b64(b"x" * 64)}, 401, "session.signature_invalid"),
    ("name is a number", {"name": 5}, 422, "http.invalid"),
    ("proof is missing", {"proof": None}, 422, "http.invalid"),
]


@pytest.mark.parametrize(
    ("name", "changes", "status", "code"), ENROLMENTS, ids=[row[0] for row in ENROLMENTS]
)
def test_a_bad_enrolment_leaves_no_device(
    hub: HubProcess, name: str, changes: dict[str, Any], status: int, code: str
) -> None:
    before = rows_of(hub)
    stranger = Device(hub.url)
    assert_problem(stranger.enrol(**changes), status, code)
    stranger.http.close()
    assert rows_of(hub) == before


def test_a_known_device_cannot_be_taken_over_by_another_key(device: Device) -> None:
    thief = Device(device.url, device_id=device.device_id)
    assert_problem(thief.enrol(), 409, "device.key_changed")
    thief.http.close()


def test_a_challenge_works_once_and_for_its_device_only(hub: HubProcess, device: Device) -> None:
    used = device.challenge()
    body = device.session_body(challenge=used)
    assert device.call("POST", "/v1/session", json=body).status_code == 200
    before = rows_of(hub)
    assert_problem(device.call("POST", "/v1/session", json=body), 401, "session.challenge_invalid")
    other = Device(hub.url, hub.endpoint["local_proof"])
    other.enrol()
    stolen = device.challenge()
    before = rows_of(hub)
    answer = other.call("POST", "/v1/session", json=other.session_body(challenge=stolen))
    assert_problem(answer, 401, "session.challenge_invalid")
    invented = other.call("POST", "/v1/session", json=other.session_body(challenge="x" * 43))
    assert_problem(invented, 401, "session.challenge_invalid")
    assert rows_of(hub) == before
    other.http.close()


SESSIONS: list[tuple[str, dict[str, Any], int, str]] = [
    ("unknown login", {"login": "nobody"}, 401, "session.password_wrong"),
    ("wrong password", {"password": "falsch-falsch"}, 401, "session.password_wrong"),
    ("empty password", {"password": ""}, 401, "session.password_wrong"),
    ("password of 10 kB", {"password": "x" * 10_000}, 401, "session.password_wrong"),
    ("password with NUL", {"password": "\x00"}, 422, "http.invalid"),
    ("login with SQL", {"login": "anna' --"}, 401, "session.password_wrong"),
]


@pytest.mark.parametrize(("name", "changes", "status", "code"), SESSIONS, ids=[row[0] for row in SESSIONS])
def test_signing_in_tells_nothing(
    hub: HubProcess, device: Device, name: str, changes: dict[str, Any], status: int, code: str
) -> None:
    before = rows_of(hub)
    # A login of its own each time, so that waiting for one attempt does not hide the next.
    login = changes.get("login", f"nobody-{uuid.uuid4()}" if "password" in changes else "nobody")
    body = device.session_body(login, changes.get("password", PASSWORD))
    assert_problem(device.call("POST", "/v1/session", json=body), status, code)
    assert rows_of(hub) == before


def test_a_session_signed_by_another_key_or_for_another_login_is_refused(device: Device) -> None:
    body = device.session_body()
    swapped = {**body, "login": "bea"}
    assert_problem(device.call("POST", "/v1/session", json=swapped), 401, "session.signature_invalid")
    thief = Device(device.url, device_id=device.device_id)
    answer = thief.call("POST", "/v1/session", json=thief.session_body(challenge=body["challenge"]))
    assert_problem(answer, 401, "session.signature_invalid")
    thief.http.close()


def test_the_session_of_another_device_gives_no_token(hub: HubProcess, owner: Device) -> None:
    other = Device(hub.url, hub.endpoint["local_proof"])
    other.enrol()
    other.sign_in("bea", "passwort-bea")
    answer = other.call("POST", "/v1/token", json=other.token_body(session_id=owner.session["session_id"]))
    assert_problem(answer, 401, "session.ended")
    other.http.close()


# ------------------------------------------------------------------ single commands in a batch


def opening(device: Device) -> OpenCase:
    return OpenCase(
        case_id=str(uuid.uuid4()),
        channel="mail",
        subject="x",
        team_id=device.session["team_id"],
        address="a@b.de",
    )


Change = Callable[[Device, dict[str, Any]], dict[str, Any]]


def flying(device: Device, envelope: dict[str, Any]) -> dict[str, Any]:
    raw = b'{"type":"case.fly","case_id":"' + envelope["case_id"].encode() + b'"}'
    return device.envelope(opening(device), raw, type="case.fly")


def half(device: Device, envelope: dict[str, Any]) -> dict[str, Any]:
    return device.envelope(opening(device), b'{"type":"case.open","case_id":"x"}')


COMMANDS_BAD: list[tuple[str, Change, str, str]] = [
    ("unknown type", flying, "quarantined", "command.unknown_type"),
    ("half a body", half, "rejected", "command.malformed"),
    ("version 99", lambda d, e: d.envelope(opening(d), type_v=99), "quarantined", "command.unknown_type"),
    (
        "forged signature",
        lambda d, e: e | {"signature": b64(b"x" * 64)},
        "quarantined",
        "command.bad_signature",
    ),
    ("words for a signature", lambda d, e: e | {"signature": "abc"}, "quarantined", "command.bad_signature"),
    ("another case", lambda d, e: e | {"case_id": HASH}, "quarantined", "command.bad_signature"),
    ("another person", lambda d, e: e | {"person_id": HASH}, "quarantined", "command.bad_signature"),
    ("another number", lambda d, e: e | {"device_seq": 10**6}, "quarantined", "command.bad_signature"),
    ("another body", lambda d, e: e | {"body": {"type": "void"}}, "quarantined", "command.wrong_hash"),
    ("another device", lambda d, e: e | {"device_id": HASH}, "rejected", "command.other_device"),
    ("number as text", lambda d, e: e | {"device_seq": "1"}, "quarantined", "command.unreadable"),
    (
        "number 2^63",
        lambda d, e: d.envelope(opening(d), device_seq=2**63),
        "quarantined",
        "command.unreadable",
    ),
    ("number -1", lambda d, e: d.envelope(opening(d), device_seq=-1), "quarantined", "command.unreadable"),
    ("NUL in the type", lambda d, e: d.envelope(opening(d), type="a\0"), "quarantined", "command.unreadable"),
    ("wall is no time", lambda d, e: e | {"wall": "yesterday"}, "quarantined", "command.unreadable"),
]


@pytest.mark.parametrize(
    ("name", "change", "verdict", "code"), COMMANDS_BAD, ids=[row[0] for row in COMMANDS_BAD]
)
def test_a_bad_command_has_a_verdict_and_its_neighbours_are_applied(
    owner: Device, name: str, change: Change, verdict: str, code: str
) -> None:
    first, third = owner.envelope(opening(owner)), owner.envelope(opening(owner))
    bad = change(owner, owner.envelope(opening(owner)))
    answer = owner.push(first, bad, third)
    assert answer.status_code == 200
    verdicts = {one["cmd_id"]: one for one in answer.json()["verdicts"]}
    assert verdicts[first["cmd_id"]]["verdict"] == "applied"
    assert verdicts[third["cmd_id"]]["verdict"] == "applied"
    told = verdicts[bad["cmd_id"]]
    assert (told["verdict"], told["code"]) == (verdict, code)
    assert owner.call("GET", f"/v1/cases/{bad['case_id']}").status_code in (404, 422)


@pytest.mark.parametrize("item", [b"7", b"null", b"[]", b"{}", b'"x"', b'{"cmd_id": null}', b"1e5"])
def test_items_that_are_no_commands_are_passed_over(owner: Device, item: bytes) -> None:
    good = owner.envelope(opening(owner))
    answer = owner.push(item, good)
    assert answer.status_code == 200
    assert [one["verdict"] for one in answer.json()["verdicts"]] == ["applied"]
