"""Acts wait for the files they speak of, and nobody else waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from tests.desk.materials import NOW, PERSON, a_case, a_customer, an_id, sign
from tests.desk.services.bench import CASE
from tests.desk.services.test_sync_loop import Live, Patience, live
from tests.fakes.hub import ScriptedHub
from tests.fakes.running import in_loop, until
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import sha256_hex
from workstation.casework.wire.commands import MAX_BODY_BYTES, AddNote, Body, Envelope, SplitCase
from workstation.ports import BlobSource, HubUnavailable, NewCommand, OutboxItem, StoreUnusable
from workstation.services import uploads as uploads_module
from workstation.services.attachments import Attachments
from workstation.services.sync import Sync
from workstation.services.uploads import Uploads
from workstation.storage.upload_spool import UploadSpool

OTHER = a_case("2", due_in=30)


class Shelf(ScriptedHub):
    """A hub that keeps blobs, when it does."""

    def __init__(self) -> None:
        super().__init__()
        self.blobs: dict[str, bytes] = {}
        self.refusal: Exception | None = None
        self.envelopes: list[Envelope] = []
        self.on_push = self.envelopes.extend

    def put_blob(self, sha256: str, source: BlobSource) -> None:
        if self.refusal is not None:
            raise self.refusal
        content = source.read(0, source.size())
        assert sha256_hex(content) == sha256
        self.blobs[sha256] = content


class WithFiles:
    """A desk at such a hub."""

    def __init__(self, desk: Live, folder: Path) -> None:
        self.hub = Shelf()
        desk.hubs[desk.hub.url] = self.hub
        desk.hub = self.hub
        bench = desk.bench
        self.spool = UploadSpool(folder, bytes(32))
        self.uploads = Uploads(spool=self.spool, workers=bench.workers, link=desk.link, clock=bench.clock)
        desk.sync = Sync(
            outbox=bench.outbox,
            replica=bench.replica,
            workers=bench.workers,
            tasks=bench.tasks,
            link=desk.link,
            session=desk.session,
            overlay=bench.overlay,
            reference=bench.reference,
            changes=bench.changes,
            clock=bench.clock,
            backoff=Patience,
            uploads=self.uploads,
        )
        bench.writer.on_queued = desk.sync.wake_push
        self.attachments = Attachments(
            folder / "attachments", bench.workers, desk.link, self.uploads, desk.sync.wake_uploads
        )
        bench.give(OTHER, a_customer("2"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "schale.jpg"
    path.write_bytes(b"\xff\xd8 photo" * 1000)
    return path


def test_an_answer_waits_for_its_file_and_others_do_not(tmp_path: Path, photo: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        made.hub.refusal = HubUnavailable("net.timeout")
        async with live(made=desk):
            bench = desk.bench
            meta = await made.attachments.put(photo)
            body = AddNote(case_id=CASE.case_id, message_id=an_id("m1"), text="Foto", attachments=(meta,))
            first = await bench.writer.write(body)
            second = await bench.case_desk.add_note(CASE.case_id, "danach")
            other = await bench.case_desk.add_note(OTHER.case_id, "woanders")
            await until(lambda: (other.cmd_id,) in made.hub.pushed)
            await until(lambda: bench.outbox.unsettled() == 2)
            # The line is gone: the watch may not take it for a file on its way.
            await until(lambda: not made.uploads.is_moving)
            # One's own file opens without a hub.
            fetched = await made.attachments.fetch(meta)
            assert fetched.path.read_bytes() == photo.read_bytes()
            made.hub.refusal = None
            desk.sync.wake()
            await until(lambda: bench.outbox.unsettled() == 0)
            assert made.hub.blobs == {meta.sha256: photo.read_bytes()}
            ids = [cmd_id for batch in made.hub.pushed for cmd_id in batch]
            assert ids == [other.cmd_id, first.cmd_id, second.cmd_id]
            assert not made.uploads.has_waiting and not made.uploads.is_moving

    in_loop(play)


def test_a_file_the_hub_will_never_take_does_not_stop_its_answer(tmp_path: Path, photo: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        made.hub.refusal = RuleViolation("blob.wrong_hash")  # a second time, too: the first is tried again
        async with live(made=desk):
            meta = await made.attachments.put(photo)
            body = AddNote(case_id=CASE.case_id, message_id=an_id("m1"), text="Foto", attachments=(meta,))
            await desk.bench.writer.write(body)
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert not made.spool.has(meta.sha256)

    in_loop(play)


def test_a_large_act_travels_without_its_body(tmp_path: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        async with live(made=desk):
            await desk.bench.case_desk.add_note(CASE.case_id, "lang " * 40_000)
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            [envelope] = made.hub.envelopes
            assert envelope.is_body_in_blob and bytes(envelope.body) == b"null"
            content = made.hub.blobs[envelope.sha256]
            assert msgspec.json.decode(content, type=dict)["text"].startswith("lang lang")
            with pytest.raises(RuleViolation) as caught:
                await desk.bench.case_desk.add_note(CASE.case_id, "x" * MAX_BODY_BYTES)
            assert caught.value.code == "command.too_large"
            assert desk.bench.outbox.unsettled() == 0

    in_loop(play)


def test_bad_files_are_named(tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        made = WithFiles(Live(), tmp_path)
        with pytest.raises(RuleViolation) as caught:
            await made.attachments.put(tmp_path / "nicht-da.pdf")
        assert caught.value.code == "attachment.unreadable"
        monkeypatch.setattr(uploads_module, "LARGEST", 100)
        with pytest.raises(RuleViolation) as caught:
            await made.attachments.put(photo)
        assert caught.value.code == "attachment.too_large"
        assert not made.uploads.has_waiting

    in_loop(play)


def test_a_hub_that_fails_at_one_call_and_answers_others_is_not_hammered(tmp_path: Path, photo: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        made.hub.refusal = HubUnavailable("http.failed")
        tries: list[str] = []
        take = made.hub.put_blob
        made.hub.put_blob = lambda sha256, source: (tries.append(sha256), take(sha256, source))[1]  # type: ignore[func-returns-value, method-assign]
        desk.sync._new_backoff = lambda: Long()
        async with live(made=desk):
            await made.attachments.put(photo)
            await until(lambda: len(tries) == 2)
            # Each answered call says that the hub is there: the first time it is worth a try, not for ever.
            for number in range(20):
                await desk.bench.case_desk.add_note(OTHER.case_id, f"{number}")
                await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert len(tries) < 12
            made.hub.refusal = None
            desk.sync.poke()
            await until(lambda: not made.uploads.has_waiting)

    in_loop(play)


def test_what_is_taken_back_while_a_file_is_copied_does_not_go_up(tmp_path: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        async with live(made=desk):
            bench = desk.bench
            parted = made.uploads.parted
            taken_back: list[tuple[OutboxItem, ...]] = []

            async def slow(ready: tuple[Envelope, ...]) -> tuple[tuple[Envelope, ...], frozenset[str]]:
                found = await parted(ready)
                taken_back.extend(bench.outbox.cancel(one.cmd_id, bench.writer.sign) for one in ready)
                made.uploads.parted = parted  # type: ignore[method-assign]
                return found

            made.uploads.parted = slow  # type: ignore[method-assign]
            item = await bench.case_desk.add_note(OTHER.case_id, "doch nicht")
            await until(lambda: bench.outbox.unsettled() == 0)
            assert [[one.cmd_id for one in items] for items in taken_back] == [[item.cmd_id]]
            assert [envelope.type for envelope in made.hub.envelopes] == ["void"]

    in_loop(play)


def test_a_full_disk_keeps_a_large_act_and_nobody_else(tmp_path: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        keep = made.spool.keep

        def full(sha256: str, pieces: Iterable[bytes]) -> None:
            raise StoreUnusable("store.full", tmp_path, "")

        made.spool.keep = full  # type: ignore[method-assign]
        async with live(made=desk):
            large = await desk.bench.case_desk.add_note(CASE.case_id, "lang " * 40_000)
            other = await desk.bench.case_desk.add_note(OTHER.case_id, "woanders")
            await until(lambda: desk.bench.outbox.unsettled() == 1)
            assert [envelope.cmd_id for envelope in made.hub.envelopes] == [other.cmd_id]
            made.spool.keep = keep  # type: ignore[method-assign]
            desk.sync.poke()
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert made.hub.envelopes[-1].cmd_id == large.cmd_id

    in_loop(play)


def test_a_large_split_stays_with_the_case_it_makes(tmp_path: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        made.hub.refusal = HubUnavailable("net.timeout")
        async with live(made=desk):
            ids = tuple(an_id("m", number) for number in range(2000))
            split = SplitCase(case_id=CASE.case_id, new_case_id=an_id("new"), message_ids=ids, subject="s")
            note = AddNote(case_id=an_id("new"), message_id=an_id("n"), text="im neuen")
            bodies: tuple[Body, ...] = (split, note)
            for number, body in enumerate(bodies):
                command = NewCommand(
                    cmd_id=an_id("c", number), body=body, person_id=PERSON.person_id, wall=NOW
                )
                desk.bench.outbox.append(command, sign)
            other = await desk.bench.case_desk.add_note(OTHER.case_id, "woanders")
            await until(lambda: desk.bench.outbox.unsettled() == 2)
            assert [envelope.cmd_id for envelope in made.hub.envelopes] == [other.cmd_id]
            made.hub.refusal = None
            desk.sync.poke()
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            found = [envelope.cmd_id for envelope in made.hub.envelopes]
            assert found == [other.cmd_id, an_id("c", 0), an_id("c", 1)]

    in_loop(play)


def test_a_large_act_the_hub_refuses_waits_and_does_not_hammer(tmp_path: Path) -> None:
    async def play() -> None:
        desk = Live()
        made = WithFiles(desk, tmp_path)
        tries: list[str] = []

        def refuse(sha256: str, source: BlobSource) -> None:
            tries.append(sha256)
            raise RuleViolation("blob.wrong_hash")

        put = made.hub.put_blob
        made.hub.put_blob = refuse  # type: ignore[method-assign]
        desk.sync._new_backoff = lambda: Long()
        async with live(made=desk):
            await desk.bench.case_desk.add_note(CASE.case_id, "lang " * 40_000)
            await until(lambda: bool(tries))
            for number in range(20):
                await desk.bench.case_desk.add_note(OTHER.case_id, f"{number}")
                await until(lambda: desk.bench.outbox.unsettled() == 1)
            assert len(tries) < 12
            made.hub.put_blob = put  # type: ignore[method-assign]
            desk.sync.poke()
            await until(lambda: desk.bench.outbox.unsettled() == 0)

    in_loop(play)


class Long:
    """A wait longer than any test."""

    def next_s(self) -> float:
        return 300.0

    def reset(self) -> None:
        """Always long."""
