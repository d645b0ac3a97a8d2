"""Acts too large to travel among the others come as a blob first; they count once like any other."""

from __future__ import annotations

import msgspec
import pytest

from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.message import Message
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import (
    MAX_BODY_BYTES,
    MAX_INLINE_BODY_BYTES,
    AddNote,
    Applied,
    Envelope,
    Quarantined,
    Rejected,
)
from workstation.hub.storage.database import SqlDatabase

LONG = "Lange Abschrift eines Gesprächs. " * 6000


@pytest.fixture
def desk(firm: SqlDatabase, clock: SetClock) -> ServiceDesk:
    return ServiceDesk(firm, clock)


def large(desk: ServiceDesk, case_id: str, text: str = LONG) -> tuple[Envelope, bytes]:
    """A note as it travels, and its bytes."""
    body = AddNote(case_id=case_id, message_id=desk.new_id(), text=text)
    envelope = desk.envelope(body, body=msgspec.Raw(b"null"), is_body_in_blob=True)
    return envelope, encode(body)


def notes(desk: ServiceDesk) -> list[str]:
    found = desk.database.read(TENANT, lambda tx: tx.all_of(Message))
    return [message.text for message in found if message.kind == "note"]


def test_a_large_act_is_carried_out_once_and_its_blob_is_gone(desk: ServiceDesk) -> None:
    envelope, content = large(desk, desk.open_case())
    assert len(content) > MAX_INLINE_BODY_BYTES
    desk.database.blobs.put(TENANT, content)
    [verdict] = desk.send(envelope)
    assert isinstance(verdict, Applied)
    assert notes(desk) == [LONG]
    assert desk.database.blobs.info(TENANT, envelope.sha256) is None
    # Asked again it has its answer, although the bytes are no longer there.
    [again] = desk.send(envelope)
    assert isinstance(again, Applied)
    assert notes(desk) == [LONG]


def test_what_has_not_come_yet_gets_no_verdict_and_nothing_overtakes_it(desk: ServiceDesk) -> None:
    case_id, other = desk.open_case(), desk.open_case()
    envelope, content = large(desk, case_id)
    later = desk.envelope(AddNote(case_id=case_id, message_id=desk.new_id(), text="danach"))
    elsewhere = desk.envelope(AddNote(case_id=other, message_id=desk.new_id(), text="woanders"))
    assert [one.cmd_id for one in desk.send(envelope, later, elsewhere)] == [elsewhere.cmd_id]
    # Half of it is not it.
    desk.database.blobs.upload(TENANT, envelope.sha256, len(content), 0, content[:1000])
    assert desk.send(envelope) == []
    desk.database.blobs.upload(TENANT, envelope.sha256, len(content), 1000, content[1000:])
    assert [type(one) for one in desk.send(envelope, later)] == [Applied, Applied]
    assert sorted(notes(desk)) == sorted([LONG, "danach", "woanders"])


def test_too_large_is_too_large(desk: ServiceDesk) -> None:
    envelope, content = large(desk, desk.open_case(), "x" * (MAX_BODY_BYTES + 10))
    desk.database.blobs.put(TENANT, content)
    [verdict] = desk.send(envelope)
    assert isinstance(verdict, Rejected) and verdict.code == "command.too_large"
    inline = AddNote(case_id=desk.open_case(), message_id=desk.new_id(), text=LONG)
    [verdict] = desk.send(desk.envelope(inline))
    assert isinstance(verdict, Rejected) and verdict.code == "command.too_large"
    assert notes(desk) == []


def test_a_blob_somebody_else_needs_is_neither_carried_out_nor_deleted(desk: ServiceDesk) -> None:
    sha256 = desk.database.blobs.put(TENANT, b"%PDF-1.7 an invoice")
    envelope, _ = large(desk, desk.open_case())
    stolen = desk.envelope(
        AddNote(case_id=envelope.case_id, message_id=desk.new_id(), text="x"),
        sha256=sha256,
        body=msgspec.Raw(b"null"),
        is_body_in_blob=True,
    )
    [verdict] = desk.send(stolen)
    assert isinstance(verdict, Quarantined | Rejected)
    assert desk.database.blobs.read(TENANT, sha256) == b"%PDF-1.7 an invoice"
