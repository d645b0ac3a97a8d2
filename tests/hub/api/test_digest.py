"""The digest of a scope: what a device compares its copy with, told for own scopes at their head only."""

import hashlib

import pytest

from tests.hub.api.hub_process import Device
from tests.hub.api.test_door import new_case
from workstation.hub.api.pace import Pace
from workstation.hub.api.problems import HttpProblem


def pulled(device: Device, scope: str) -> tuple[int, dict[str, int]]:
    """Head of the scope, and id -> rev of all a device holds of it."""
    held: dict[str, int] = {}
    cursors: dict[str, int] = {}
    while True:
        page = device.pull(cursors=cursors).json()
        for row in page["rows"]:
            if row["scope"] == scope:
                if row.get("gone"):
                    held.pop(row["id"], None)
                else:
                    held[row["id"]] = row["rev"]
        cursors = page["cursors"]
        if not page.get("more"):
            return page["heads"][scope], held


def test_a_complete_copy_adds_up_to_the_digest(bea: Device) -> None:
    bea.push(*(bea.envelope(new_case(bea)) for _ in range(3)))
    scope = f"team:{bea.session['team_id']}"
    head, held = pulled(bea, scope)
    answer = bea.call("GET", f"/v1/sync/digest/{scope}?seq={head}")
    assert answer.status_code == 200, answer.text
    sums = [0] * 256
    for one, rev in held.items():
        value = int.from_bytes(hashlib.sha256(f"{one},{rev}".encode()).digest()[:8], "big")
        bucket = hashlib.sha256(one.encode()).digest()[0]
        sums[bucket] = (sums[bucket] + value) % 2**64
    said = answer.json()
    assert (said["scope"], said["seq"], said["count"]) == (scope, head, len(held))
    assert [int(text) for text in said["buckets"]] == sums


def test_a_head_that_has_moved_is_told(bea: Device) -> None:
    scope = f"team:{bea.session['team_id']}"
    head, _ = pulled(bea, scope)
    bea.push(bea.envelope(new_case(bea)))
    answer = bea.call("GET", f"/v1/sync/digest/{scope}?seq={head}")
    assert (answer.status_code, answer.json()["code"]) == (409, "feed.moved")
    assert int(answer.json()["params"]["head"]) > head


@pytest.mark.parametrize(
    "scope",
    ["team:01980000-0000-7000-8000-00000000dead", "reference' OR 1=1", "device:x", "%2e%2e%2f"],
)
def test_scopes_of_others_are_not_told(bea: Device, scope: str) -> None:
    answer = bea.call("GET", f"/v1/sync/digest/{scope}?seq=0")
    assert (answer.status_code, answer.json()["code"]) in (
        (403, "scope.forbidden"),
        (404, "http.not_found"),
    )


@pytest.mark.parametrize("seq", ["-1", "x", "1e3", str(2**70)])
def test_odd_heads_are_named(bea: Device, seq: str) -> None:
    answer = bea.call("GET", f"/v1/sync/digest/reference?seq={seq}")
    assert (answer.status_code, answer.json()["code"]) == (422, "http.invalid")


def test_strangers_from_one_address_have_to_wait() -> None:
    pace = Pace(per_s=1, burst=3)
    for _ in range(3):
        pace.check("10.0.0.1")
    with pytest.raises(HttpProblem):
        pace.check("10.0.0.1")
    pace.check("10.0.0.2")
