"""A whole hub as its own process: life and end, and one mail in, money booked once, one answer out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.hub.api.hub_process import PASSWORD, Device, HubProcess, hub_command, is_running, make_firm
from tests.servers.certificate import write_certificate
from workstation.casework.decision import Refund
from workstation.casework.message import Fact
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.casework.wire.commands import Decide, SendMessage
from workstation.hub.channels.mail.transport_folder import drop_into

RECORDS = {
    "customers": "number,name,email\nK1,Erika Muster,erika@example.org\n",
    "orders": (
        "number,customer,placed_at,shipping,line_name,sku,quantity,unit_price\n"
        "1001,K1,2026-11-01,4.90,Schale meteorgrau,S1,2,24.90\n"
    ),
    "payments": "number,order,method,amount,account_hint\nZ1,1001,card,54.70,4242\n",
}
MAIL = b"""From: Erika Muster <erika@example.org>\r
To: service@krueger.example\r
Subject: Bestellung 1001: Schale zerbrochen\r
Message-ID: <eins@example.org>\r
Date: Mon, 23 Nov 2026 10:11:00 +0100\r
\r
Guten Tag, eine Schale kam zerbrochen an. Erika Muster\r
"""


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until `look` returns something."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def everything(device: Device) -> dict[str, list[dict[str, Any]]]:
    """All entities the device may read, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    request: dict[str, Any] = {"limit": 1000}
    while True:
        page = device.pull(**request).json()
        for row in page["rows"]:
            if not row.get("gone"):
                found.setdefault(row["entity"], []).append(row["body"])
        if not page.get("more"):
            return found
        request |= {"cursors": page["cursors"], "generation": page["generation"]}


@pytest.fixture(scope="session")
def made_post_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm with a customer, an order and a payment, to be copied."""
    place = tmp_path_factory.mktemp("post")
    make_firm(place / "hub")
    for kind, rows in RECORDS.items():
        file = place / f"{kind}.csv"
        file.write_text(rows, "utf-8")
        hub_command(place / "hub", "import", kind, str(file))
    return place / "hub"


@pytest.fixture
def post_office(made_post_office: Path, tmp_path: Path) -> Path:
    """A firm of the test's own with a folder mailbox."""
    folder = tmp_path / "hub"
    shutil.copytree(made_post_office, folder)
    maildirs = ("--maildir-in", str(tmp_path / "in"), "--maildir-out", str(tmp_path / "out"))
    hub_command(folder, "mailbox", "add", "service", "--address", "service@krueger.example", *maildirs)
    return folder


def signed_in(hub: HubProcess) -> Device:
    device = Device(hub.url, hub.endpoint["local_proof"])
    device.enrol()
    device.sign_in()
    return device


def test_a_mail_becomes_a_case_money_is_booked_and_one_answer_leaves(
    post_office: Path, tmp_path: Path
) -> None:
    with HubProcess(post_office) as hub:
        device = signed_in(hub)
        drop_into(tmp_path / "in", MAIL, "1.eml")
        case = until(lambda: everything(device).get("case", [None])[0])
        assert case["subject"] == "Bestellung 1001: Schale zerbrochen"
        state = everything(device)
        order, payment = state["order"][0], state["payment"][0]
        refund = Refund(
            order_id=order["order_id"],
            payment_id=payment["payment_id"],
            amount=Money(2490),
            lines=(LineQuantity(order["lines"][0]["line_id"], 1),),
            reason="damaged_in_transit",
        )
        decide = device.envelope(
            Decide(case_id=case["case_id"], customer_id=case["customer_id"], steps=(refund,))
        )
        inbound = next(m for m in state["message"] if m["kind"] == "inbound")
        answer = SendMessage(
            case_id=case["case_id"],
            message_id=str(uuid.uuid4()),
            text="Wir haben {amount} erstattet, Gutschrift {credit_note_no}.",
            to=("erika@example.org",),
            facts=(Fact(slot="amount", value="24,90 €"), Fact(slot="credit_note_no")),
            waits_for=decide["cmd_id"],
            seen_inbound_id=inbound["message_id"],
        )
        sent = device.push(decide, device.envelope(answer)).json()["verdicts"]
        assert [one["verdict"] for one in sent] == ["scheduled", "applied"], sent
        mails = until(lambda: list((tmp_path / "out" / "new").glob("*")))
        booked = until(lambda: everything(device).get("booking"))
        assert [one["amount"]["minor_units"] for one in booked] == [2490]
        again = device.push(decide, device.envelope(answer))
        assert again.status_code == 200
        time.sleep(1)
        assert len(list((tmp_path / "out" / "new").glob("*"))) == len(mails) == 1
        assert len(everything(device)["booking"]) == 1
        text = mails[0].read_text("utf-8")
        assert booked[0]["credit_note_number"] in text
        device.http.close()
    listed = hub_command(post_office, "work", "list").stdout
    assert "24.90 EUR" in listed and "card 4242" in listed
    assert hub_command(post_office, "doctor").returncode == 0


def test_a_second_hub_on_the_same_folder_is_refused(post_office: Path) -> None:
    with HubProcess(post_office) as hub:
        second = hub_command(post_office, "serve", "--embedded", check=False)
        assert second.returncode == 1
        assert f"process {hub.pid}" in second.stderr
        assert json.loads((post_office / "endpoint.json").read_text())["pid"] == hub.pid


def test_a_hub_ends_gently_while_somebody_listens_and_waits(post_office: Path) -> None:
    hub = HubProcess(post_office)
    device = signed_in(hub)
    stream = device.call("GET", "/v1/events", stream=True)
    lines = stream.iter_lines(chunk_size=1)
    next(lines)
    began = time.monotonic()
    assert hub.stop() == 0
    assert time.monotonic() - began < 40, "it waited for those who listen"
    text = b"\n".join(lines).decode()
    assert "event: bye" in text
    assert not (post_office / "endpoint.json").exists()
    device.http.close()


def test_a_killed_hub_comes_back_with_all_it_had(post_office: Path) -> None:
    hub = HubProcess(post_office)
    device = signed_in(hub)
    generation = device.pull().json()["generation"]
    hub.kill()
    assert (post_office / "endpoint.json").exists(), "it had no time to tidy up"
    with HubProcess(post_office) as again:
        assert again.endpoint["start_id"] != hub.endpoint["start_id"]
        assert again.endpoint["public_key"] == hub.endpoint["public_key"], "it is the same hub"
        device.url = again.url
        assert device.pull().json()["generation"] == generation, "the token of before still counts"
    device.http.close()


def test_the_hub_stays_when_the_terminal_goes(post_office: Path) -> None:
    with HubProcess(post_office) as hub:
        os.kill(hub.pid, signal.SIGHUP)
        time.sleep(0.3)
        assert is_running(hub.pid)
        assert requests.get(hub.url + "/v1/time", timeout=40).status_code == 200
        proof = hub.endpoint["local_proof"]
        answer = requests.post(hub.url + "/v1/hub/stop", json={"local_proof": proof}, timeout=40)
        assert answer.status_code == 202
        until(lambda: not (hub.folder / "endpoint.json").exists())


def test_too_many_pushes_and_pulls_have_to_wait(post_office: Path) -> None:
    settings = post_office / "hub.toml"
    # So few in the long run that even a slow machine asks too often.
    settings.write_text("pulls_per_s = 0.01\n" + settings.read_text("utf-8"), "utf-8")
    with HubProcess(post_office) as hub:
        device = signed_in(hub)
        pulls = [device.pull() for _ in range(70)]
        assert pulls[0].status_code == 200
        refused = pulls[-1]
        assert refused.status_code == 429
        assert refused.json()["code"] == "session.too_many_requests"
        assert int(refused.headers["Retry-After"]) >= 1
        device.http.close()


def test_served_over_tls_to_other_machines(post_office: Path, tmp_path: Path) -> None:
    certificate, key = tmp_path / "hub.pem", tmp_path / "hub.key"
    write_certificate(certificate, key)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "workstation.hub.cli", "--language", "en", "--folder", str(post_office)),
            *("serve", "--host", "0.0.0.0", "--port", "0"),
            *("--tls-cert", str(certificate), "--tls-key", str(key)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        assert ready.startswith("The hub is ready: https://0.0.0.0:"), ready
        port = ready.strip().rsplit(":", 1)[1]
        answer = requests.get(f"https://localhost:{port}/v1/time", timeout=40, verify=str(certificate))
        assert answer.status_code == 200
    finally:
        process.terminate()
        assert process.wait(60) == 0
        process.stdout.close()


def test_a_device_of_a_hub_without_embedding_always_waits(post_office: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "workstation.hub.cli", "--language", "de", "--folder", str(post_office)),
            *("serve", "--port", "0"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().split()[-1]
        device = Device(url, local_proof="")
        assert device.enrol().json()["state"] == "waiting"
        stopped = requests.post(url + "/v1/hub/stop", json={"local_proof": ""}, timeout=40)
        assert stopped.status_code == 403
        device.http.close()
    finally:
        process.terminate()
        assert process.wait(60) == 0
        process.stdout.close()
    assert PASSWORD not in (post_office / "logs" / "hub.log").read_text("utf-8")
