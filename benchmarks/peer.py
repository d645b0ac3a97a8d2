"""RT: the same twelve everyday acts by REST, at our hub and at Request Tracker 5 on the same machine.

Both sides stand on a SQLite file of their own, are spoken to one request after the other over one kept
connection, and hold the same cases. Ours does more in an act (a signature is checked, the act is logged for
ever and judged, an audit row and the feed are written); theirs writes a mail into a file.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import Line, NotMeasured, Plan, median, ms
from benchmarks.request_tracker import QUEUE, RequestTracker
from tests.hub.api.hub_process import Device, HubProcess, hub_command, make_firm
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.commands import (
    AddNote,
    AssignCase,
    Body,
    OpenCase,
    ReopenCase,
    SendMessage,
    SnoozeCase,
    SolveCase,
)
from workstation.hub.settings import read_settings, write_settings
from workstation.system.clock import SystemClock, new_id

_TEXT = "Guten Tag, eine der Schalen war zerbrochen. Was soll ich tun? Viele Grüße, Erika"
_ANSWER = "Guten Tag, das tut uns leid. Das Geld ist unterwegs. Viele Grüße, Lisa"
_FILE = b"%PDF-1.4 " + bytes(range(256)) * 40
ACTS = (
    "open a case",
    "read a case with its messages",
    "what is new since the last look",
    "answer the customer",
    "write an internal note",
    "answer with a file of 10 KB",
    "give the case to a person",
    "put it off",
    "settle it",
    "open it again",
    "find the cases of a customer",
    "find a case by its order number",
)


def measure(plan: Plan, folder: Path) -> list[Line]:
    """Do the twelve acts on as many cases at both, in turns."""
    times = plan.size(20, 3)
    with _Ours(folder / "ours") as ours, RequestTracker(folder / "rt") as tracker:
        theirs = _Theirs(tracker)
        found: dict[str, dict[str, list[float]]] = {
            name: {act: [] for act in ACTS} for name in ("ours", "theirs")
        }
        for number in range(times + 1):
            for name, side in (("ours", ours), ("theirs", theirs)):
                for act, run in zip(ACTS, side.acts(number), strict=True):
                    begun = time.perf_counter()
                    run()
                    if number:  # the first time warms both
                        found[name][act].append(time.perf_counter() - begun)
    return [
        Line(
            name="RT",
            what=f"{act}: how many times as fast",
            limit=f"Request Tracker 5, {ms(median(found['theirs'][act]))}",
            ours=ms(median(found["ours"][act])),
            value=median(found["theirs"][act]) / median(found["ours"][act]),
            details={"times": times},
        )
        for act in ACTS
    ]


class _Ours:
    """A hub of its own process over a SQLite file, and a desk that signs what it sends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = SystemClock()
        self._cursors: dict[str, int] = {}
        self._team = self._case = ""
        self._started: HubProcess | None = None
        self._device: Device | None = None

    def __enter__(self) -> _Ours:
        hub = self._folder / "hub"
        make_firm(hub, "Ofen und Glas", "--secrets", "files")
        for name in ("in", "out"):
            (self._folder / name).mkdir()
        boxes = ("--maildir-in", str(self._folder / "in"), "--maildir-out", str(self._folder / "out"))
        hub_command(hub, "mailbox", "add", "service", "--address", "service@shop.example", *boxes)
        settings = read_settings(hub)
        write_settings(settings.with_file(pushes_per_s=0.0, pulls_per_s=0.0))
        self._started = HubProcess(hub)
        endpoint = self._started.endpoint
        self._device = Device(self._started.url, str(endpoint.get("local_proof", "")))
        enrolled = self._device.enrol()
        if enrolled.status_code != 200:
            raise NotMeasured(f"the device was not let in: {enrolled.text[:200]}")
        if enrolled.json().get("state") != "approved":
            hub_command(hub, "devices", "approve", str(enrolled.json()["code"]))
        self._team = str(self._device.sign_in().get("team_id", ""))
        self._pull()
        return self

    def __exit__(self, *_: object) -> None:
        if self._started is not None:
            self._started.stop()

    @property
    def device(self) -> Device:
        assert self._device is not None
        return self._device

    def acts(self, number: int) -> list[Callable[[], object]]:
        """Return the twelve acts on a new case."""
        self._case = case = new_id(self._clock)
        address = f"erika{number}@kundin.example"
        until = datetime.now(UTC) + timedelta(days=1)
        opened = OpenCase(
            case_id=case,
            channel="mail",
            subject=f"Schale zerbrochen, Bestellung B{10_000 + number}",
            team_id=self._team,
            customer_name=f"Erika {number}",
            address=address,
        )
        me = str(self.device.session["person_id"])
        return [
            lambda: self._give(opened, AddNote(case_id=case, message_id=new_id(self._clock), text=_TEXT)),
            lambda: self._get(f"/v1/cases/{case}"),
            self._pull,
            lambda: self._give(self._reply(case, address)),
            lambda: self._give(AddNote(case_id=case, message_id=new_id(self._clock), text="Fall 4711")),
            lambda: self._give(self._reply(case, address, self._upload(number))),
            lambda: self._give(AssignCase(case_id=case, person_id=me)),
            lambda: self._give(SnoozeCase(case_id=case, until=until)),
            lambda: self._give(SolveCase(case_id=case)),
            lambda: self._give(ReopenCase(case_id=case)),
            lambda: self._get(f"/v1/search?q={address}"),
            lambda: self._get(f"/v1/search?q=B{10_000 + number}"),
        ]

    def _reply(self, case: str, address: str, *files: AttachmentMeta) -> SendMessage:
        return SendMessage(
            case_id=case,
            message_id=new_id(self._clock),
            text=_ANSWER,
            to=(address,),
            subject="Ihre Bestellung",
            attachments=files,
        )

    def _give(self, *bodies: Body) -> None:
        answer = self.device.push(*(self.device.envelope(body) for body in bodies))
        said = answer.json().get("verdicts", []) if answer.status_code == 200 else []
        if [one["verdict"] for one in said] != ["applied"] * len(bodies):
            raise NotMeasured(f"the hub did not do it: {answer.status_code} {answer.text[:300]}")

    def _get(self, path: str) -> None:
        answer = self.device.call("GET", path)
        if answer.status_code != 200 or not answer.json()["rows"]:
            raise NotMeasured(f"nothing found: {answer.status_code} {path} {answer.text[:200]}")

    def _pull(self) -> None:
        more = True
        while more:
            answer = self.device.pull(cursors=self._cursors, limit=1000).json()
            self._cursors, more = answer["cursors"], answer.get("more", False)
            for row in answer["rows"]:
                if row["entity"] == "team" and not self._team:
                    self._team = row["id"]

    def _upload(self, number: int) -> AttachmentMeta:
        raw = _FILE + str(number).encode()
        name = hashlib.sha256(raw).hexdigest()
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes 0-{len(raw) - 1}/{len(raw)}",
        }
        answer = self.device.call("PUT", f"/v1/blobs/{name}", data=raw, headers=headers)
        if answer.status_code not in (200, 201):
            raise NotMeasured(f"the file was not taken: {answer.status_code} {answer.text[:200]}")
        return AttachmentMeta(sha256=name, name="beleg.pdf", content_type="application/pdf", size=len(raw))


class _Theirs:
    """The same acts in the words of REST 2."""

    def __init__(self, tracker: RequestTracker) -> None:
        self._call = tracker.call
        self._newest = 0
        self._ticket = 0

    def acts(self, number: int) -> list[Callable[[], object]]:
        """Return the twelve acts on a new ticket."""
        address = f"erika{number}@kundin.example"
        note = {"Content": "Fall 4711", "ContentType": "text/plain"}
        answer = {"Content": _ANSWER, "ContentType": "text/plain"}
        file = {
            "FileName": "beleg.pdf",
            "FileType": "application/pdf",
            "FileContent": base64.b64encode(_FILE + str(number).encode()).decode(),
        }
        with_file = {**answer, "Attachments": [file]}
        shown = "Subject,Status,Created"
        return [
            lambda: self._open(number, address),
            self._read,
            self._look,
            lambda: self._call("POST", f"ticket/{self._ticket}/correspond", answer),
            lambda: self._call("POST", f"ticket/{self._ticket}/comment", note),
            lambda: self._call("POST", f"ticket/{self._ticket}/correspond", with_file),
            lambda: self._put({"Owner": "desk"}),
            lambda: self._put({"Status": "stalled"}),
            lambda: self._put({"Status": "resolved"}),
            lambda: self._put({"Status": "open"}),
            lambda: self._find(f"Requestor.EmailAddress = '{address}'", shown),
            lambda: self._find(f"'CF.{{Order}}' = 'B{10_000 + number}'", shown),
        ]

    def _open(self, number: int, address: str) -> None:
        body = {
            "Queue": QUEUE,
            "Subject": f"Schale zerbrochen, Bestellung B{10_000 + number}",
            "Requestor": address,
            "Content": _TEXT,
            "ContentType": "text/plain",
            "CustomFields": {"Order": f"B{10_000 + number}"},
        }
        self._ticket = int(self._call("POST", "ticket", body)["id"])

    def _read(self) -> None:
        """A ticket, its history, and the texts in it: three kinds of requests."""
        self._call("GET", f"ticket/{self._ticket}")
        self._call("GET", f"ticket/{self._ticket}/history", fields="Type,Creator,Created", per_page="50")
        parts = self._call("GET", f"ticket/{self._ticket}/attachments", fields="Content", per_page="50")
        if not parts["items"]:
            raise NotMeasured("Request Tracker shows no text of the ticket")

    def _look(self) -> None:
        asked = [{"field": "id", "operator": ">", "value": str(self._newest)}]
        found: dict[str, Any] = self._call(
            "POST", "transactions", asked, fields="Type,ObjectId,Created", per_page="100", orderby="id"
        )
        self._newest = max([self._newest, *(int(one["id"]) for one in found["items"])])

    def _put(self, body: dict[str, str]) -> None:
        said = self._call("PUT", f"ticket/{self._ticket}", body)
        if not said:
            raise NotMeasured(f"Request Tracker did not do it: {body}")

    def _find(self, query: str, fields: str) -> None:
        found = self._call("GET", "tickets", query=query, fields=fields)
        if not found["total"]:
            raise NotMeasured(f"Request Tracker found nothing: {query}")
