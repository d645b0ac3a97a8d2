"""Files an older program left behind, recorded with it: opened, sent unchanged, read with new eyes."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from tests.desk.materials import KEY, NOW, PERSON, SCOPE, SetClock, an_id, sign
from tests.fakes.hub import ScriptedHub
from tests.fakes.outbox import MemoryOutbox
from tests.fakes.running import InlineWorkers, in_loop
from workstation.casework.case import Case
from workstation.casework.records import Voucher
from workstation.casework.wire.codec import SCHEMA, sha256_hex
from workstation.casework.wire.commands import Envelope, signed_bytes
from workstation.casework.wire.sync import BackfillAnswer, BackfillRequest, FeedRow, PullRequest
from workstation.services.link import HubLink
from workstation.services.sync_care import CopyCare
from workstation.storage.opening import open_outbox, open_replica
from workstation.system import keys

RECORDED = Path(__file__).parents[1] / "recorded"
CASE = an_id("case", "1")


class Recorded(msgspec.Struct):
    """What the older program would have sent."""

    public_key: str
    envelopes: tuple[Envelope, ...]
    pull: PullRequest


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return msgspec.json.decode((RECORDED / "commands_schema_1.json").read_bytes(), type=Recorded)


def test_its_outbox_goes_on_and_sends_the_very_same_bytes(tmp_path: Path, recorded: Recorded) -> None:
    shutil.copy(RECORDED / "outbox_schema_1.db", tmp_path / "outbox.db")
    outbox, salvaged = open_outbox(tmp_path, KEY, SetClock(), sign)
    try:
        assert salvaged == 0
        waiting = outbox.to_send(max_rows=100)
        assert [one.cmd_id for one in waiting] == [one.cmd_id for one in recorded.envelopes]
        public = keys.unb64(recorded.public_key)
        for now, then in zip(waiting, recorded.envelopes, strict=True):
            assert sha256_hex(bytes(now.body)) == now.sha256 == then.sha256
            assert now.signature == then.signature
            keys.verify(public, signed_bytes(now), keys.unb64(now.signature))
        types = [item.type for item in outbox.items()]
        assert {"case.open", "note.add", "message.send", "decision.make"} <= set(types)
        draft = outbox.draft(CASE, PERSON.person_id, "reply")
        assert draft is not None and draft.text == "Angefangen"
        assert outbox.reoffer(sign) == 1
    finally:
        outbox.close()


def test_what_it_could_not_read_is_asked_for_again(tmp_path: Path) -> None:
    shutil.copy(RECORDED / "replica_schema_1.db", tmp_path / "replica.db")
    replica = open_replica(tmp_path, KEY, SetClock())
    asked: list[BackfillRequest] = []

    class Hub(ScriptedHub):
        def backfill(self, request: BackfillRequest) -> BackfillAnswer:
            asked.append(request)
            kinds = [kind for kind in request.kinds if (kind, "") > request.after]
            rows = tuple(body for body in bodies if body.entity in kinds)[:1]
            return BackfillAnswer(generation="g1", rows=rows, more=len(rows) == 1)

    def stored(entity: str, entity_id: str) -> FeedRow:
        with replica._reader.connect() as connection:
            rev, body = connection.exec_driver_sql(
                "SELECT rev, body FROM doc WHERE entity = ? AND entity_id = ?", (entity, entity_id)
            ).one()
        return FeedRow(scope=SCOPE, seq=1, entity=entity, id=entity_id, rev=rev, body=msgspec.Raw(body))

    try:
        assert replica.filled_schema() == 1
        assert replica.get(Case, CASE) is not None and replica.cursors() == ("g1", {SCOPE: 4})
        customer = an_id("customer", "1")
        assert replica.customer_records(customer).of(Voucher) == ()
        bodies = [stored("case", CASE), stored("voucher", an_id("voucher"))]
        link = HubLink()
        link.set(Hub())
        care = CopyCare(
            replica=replica,
            outbox=MemoryOutbox(SetClock()),
            workers=InlineWorkers(),
            link=link,
            clock=SetClock(),
        )
        changes = in_loop(lambda: care.fill_in((SCOPE,)))
        assert CASE in changes.cases and {"case", "voucher"} <= set(asked[0].kinds)
        (voucher,) = replica.customer_records(customer).of(Voucher)
        assert voucher.amount.minor_units == 1500 and voucher.created_at == NOW
        assert replica.filled_schema() == SCHEMA
        assert not in_loop(lambda: care.fill_in((SCOPE,)))
    finally:
        replica.close()
