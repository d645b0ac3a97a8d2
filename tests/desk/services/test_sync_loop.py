"""The sync loop and the session with a hub that misbehaves on cue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.desk.materials import NOW, PRIVATE, SCOPE, a_case, an_id, sign
from tests.desk.services.bench import CASE, Bench
from tests.fakes.hub import ScriptedHub
from tests.fakes.running import in_loop, until
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import (
    MAX_BATCH,
    AddNote,
    Applied,
    CommandsAnswer,
    Envelope,
    Rejected,
)
from workstation.casework.wire.sync import PullAnswer, PullRequest
from workstation.ports import (
    Changes,
    GenerationChanged,
    HubAddress,
    HubUnavailable,
    NewCommand,
    ProtocolMismatch,
    SignInRequired,
    StoreUnusable,
)
from workstation.services import sync as sync_module
from workstation.services import sync_schema
from workstation.services.link import HubLink
from workstation.services.session import Session, checked_url
from workstation.services.sync import Sync
from workstation.services.sync_batches import batches


class Patience:
    """A short wait between tries."""

    def next_s(self) -> float:
        return 0.01

    def reset(self) -> None:
        """Always short."""


class NoHubHere:
    """A computer without a hub of its own."""

    def ensure(self) -> HubAddress:
        raise HubUnavailable("hub.not_here")

    def create_firm(self, name: str, owner: str, login: str, password: str, language: str) -> None:
        raise RuleViolation("hub.setup_failed", what="test")

    def stop(self) -> bool:
        return False


class Live:
    """A bench with session and sync."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.hub = ScriptedHub()
        self.link = HubLink()
        self.hubs = {self.hub.url: self.hub}
        bench = self.bench
        self.session = Session(
            outbox=bench.outbox,
            workers=bench.workers,
            link=self.link,
            me=bench.me,
            changes=bench.changes,
            clock=bench.clock,
            device_key=PRIVATE,
            device_name="PC",
            open_hub=lambda url: self.hubs[url],
            embedded=NoHubHere(),
            key_place="key_file",
        )
        self.sync = Sync(
            outbox=bench.outbox,
            replica=bench.replica,
            workers=bench.workers,
            tasks=bench.tasks,
            link=self.link,
            session=self.session,
            overlay=bench.overlay,
            reference=bench.reference,
            changes=bench.changes,
            clock=bench.clock,
            backoff=Patience,
        )
        bench.writer.on_queued = self.sync.wake_push


@asynccontextmanager
async def live(*, signed_in: bool = True, made: Live | None = None) -> AsyncIterator[Live]:
    made = made or Live()
    made.bench.me.now = None
    await made.bench.start()
    await made.session.start()
    if signed_in:
        await made.session.connect(made.hub.url)
        await made.session.sign_in("lisa", "geheim genug")
    made.bench.tasks.start(made.sync.run(), name="sync", owner=made)
    await asyncio.sleep(0)
    yield made
    await made.bench.tasks.close()


def test_what_is_written_goes_up_and_is_settled() -> None:
    async def play() -> None:
        async with live() as desk:
            item = await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            settled = desk.bench.outbox.item(item.cmd_id)
            assert settled is not None and settled.verdict == Applied(cmd_id=item.cmd_id)
            await until(lambda: desk.sync.connection.state == "online")
            assert desk.sync.connection.last_sync_at == NOW

    in_loop(play)


def test_no_answer_keeps_everything_and_says_offline() -> None:
    async def play() -> None:
        async with live() as desk:
            failures = iter(range(3))

            def fail(batch: tuple[Envelope, ...]) -> None:
                if next(failures, None) is not None:
                    raise HubUnavailable("net.timeout")

            await until(lambda: desk.sync.connection.state == "online")
            desk.hub.on_push = fail
            item = await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            states: set[str] = set()
            desk.bench.changes.subscribe(lambda _: states.add(desk.sync.connection.state))
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert "offline" in states
            assert len(desk.hub.pushed) == 4
            assert set(desk.hub.pushed) == {(item.cmd_id,)}
            await until(lambda: desk.sync.connection.state == "online")

    in_loop(play)


def test_too_old_a_program_still_pushes() -> None:
    async def play() -> None:
        async with live() as desk:
            pulls = 0

            def refuse() -> None:
                nonlocal pulls
                pulls += 1
                raise ProtocolMismatch("feed.schema_unsupported")

            desk.hub.on_pull = refuse
            desk.sync.wake()
            await until(lambda: desk.sync.connection.state == "update_needed")
            await desk.bench.case_desk.add_note(CASE.case_id, "geht trotzdem")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            before = pulls
            await asyncio.sleep(0.1)
            assert pulls == before
            connection = desk.sync.connection
            assert (connection.state, connection.code) == ("update_needed", "feed.schema_unsupported")

    in_loop(play)


def test_an_older_hub_is_spoken_to_in_its_own_schema_until_it_is_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sync_schema, "SCHEMA", 4)
    monkeypatch.setattr(sync_schema, "OLDEST", 2)
    monkeypatch.setattr(sync_module, "SCHEMA", 4)

    async def play() -> None:
        async with live() as desk:
            asked: list[int] = []
            newest = 2
            pull = desk.hub.pull

            def of_then(request: PullRequest) -> PullAnswer:
                asked.append(request.schema)
                if request.schema > newest:
                    oldest = max(1, newest - 2)
                    code = "feed.schema_unsupported"
                    raise ProtocolMismatch(code, oldest=str(oldest), newest=str(newest))
                return pull(request)

            desk.hub.pull = of_then  # type: ignore[method-assign]
            desk.sync.poke()
            await until(lambda: asked[-1:] == [2])
            await until(lambda: desk.sync.connection.state == "online")
            # A hub that is not there for a moment may have been renewed.
            newest = 4
            failing = iter([True])

            def away() -> None:
                if next(failing, False):
                    raise HubUnavailable("net.timeout")

            desk.hub.on_pull = away
            desk.sync.poke()
            await until(lambda: asked[-1:] == [4])
            await until(lambda: desk.sync.connection.state == "online")

    in_loop(play)


def test_a_hub_of_long_ago_is_named_and_keeps_nobody_from_deciding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_schema, "SCHEMA", 4)
    monkeypatch.setattr(sync_schema, "OLDEST", 2)

    async def play() -> None:
        async with live() as desk:

            def refuse() -> None:
                raise ProtocolMismatch("feed.schema_unsupported", oldest="1", newest="1")

            desk.hub.on_pull = refuse
            desk.sync.wake()
            await until(lambda: desk.sync.connection.state == "update_needed")
            assert desk.sync.connection.code == "feed.hub_too_old"
            await desk.bench.case_desk.add_note(CASE.case_id, "geht trotzdem")
            await until(lambda: desk.bench.outbox.unsettled() == 0)

    in_loop(play)


def test_one_refused_token_is_renewed_two_stop_the_pump() -> None:
    async def play() -> None:
        async with live() as desk:
            await until(lambda: desk.sync.connection.state == "online")
            refusals = 1

            def refuse(batch: tuple[Envelope, ...]) -> None:
                nonlocal refusals
                if refusals:
                    refusals -= 1
                    raise SignInRequired("session.token_expired")

            desk.hub.on_push = refuse
            await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert (desk.session.view.state, desk.hub.tokens) == ("signed_in", 1)

            refusals = 2

            def ended() -> None:
                raise SignInRequired("session.ended")

            desk.hub.on_token = ended
            await desk.bench.case_desk.add_note(CASE.case_id, "zwei")
            await until(lambda: desk.session.view.state == "expired")
            assert desk.sync.connection.state == "sign_in"
            assert desk.bench.outbox.unsettled() == 1
            refusals = 0
            await desk.session.sign_in("lisa", "geheim genug")
            await until(lambda: desk.bench.outbox.unsettled() == 0)

    in_loop(play)


def test_one_rejected_act_stops_no_other_and_is_taken_out_of_the_picture() -> None:
    async def play() -> None:
        async with live() as desk:
            desk.hub.verdict = lambda envelope: (
                Rejected(cmd_id=envelope.cmd_id, code="case.illegal_move")
                if envelope.type == "case.snooze"
                else Applied(cmd_id=envelope.cmd_id)
            )
            await desk.bench.case_desk.snooze(CASE.case_id, NOW.replace(hour=20))
            await desk.bench.case_desk.add_note(CASE.case_id, "danach")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            await until(lambda: CASE.case_id not in desk.bench.replica.over)
            assert (await desk.bench.case_desk.open(CASE.case_id)).case.status == "open"

    in_loop(play)


def test_a_restored_hub_is_offered_everything_again() -> None:
    async def play() -> None:
        async with live() as desk:
            item = await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            changed = iter([True])

            def restored() -> None:
                if next(changed, False):
                    desk.hub.feed.generation = "g2"
                    raise GenerationChanged(is_restored=True)

            desk.hub.on_pull = restored
            desk.sync.wake()
            await until(lambda: desk.hub.pushed.count((item.cmd_id,)) == 2)
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            await until(lambda: desk.bench.replica.cursors()[0] == "g2")

    in_loop(play)


def test_a_restored_hub_gets_the_old_acts_before_the_new_one() -> None:
    async def play() -> None:
        async with live() as desk:
            old = await desk.bench.case_desk.add_note(CASE.case_id, "alt")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            await until(lambda: desk.sync.connection.state == "online")

            def nothing_comes_down() -> None:
                raise HubUnavailable("net.timeout")

            # The push is the first to meet the restored hub.
            desk.hub.on_pull = nothing_comes_down
            desk.hub.feed.generation = "g2"
            new = await desk.bench.case_desk.add_note(CASE.case_id, "neu")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert desk.hub.pushed == [(old.cmd_id,), (old.cmd_id, new.cmd_id)]
            assert desk.bench.outbox.note("generation") == "g2"
            desk.hub.on_pull = lambda: None
            desk.sync.poke()
            await until(lambda: desk.bench.replica.cursors()[0] == "g2")
            later = await desk.bench.case_desk.add_note(CASE.case_id, "später")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert desk.hub.pushed[2:] == [(later.cmd_id,)], "it goes on, and nothing is offered a third time"

    in_loop(play)


def test_a_restored_hub_that_kept_its_name_is_known_by_how_far_it_is() -> None:
    async def play() -> None:
        async with live() as desk:
            old = await desk.bench.case_desk.add_note(CASE.case_id, "alt")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            seen = desk.bench.replica.cursors()[1]

            def nothing_comes_down() -> None:
                raise HubUnavailable("net.timeout")

            # Files were put back by hand and nobody said so: the push is the first to meet them.
            desk.hub.on_pull = nothing_comes_down
            desk.hub.feed.heads[SCOPE] = seen[SCOPE] - 1
            new = await desk.bench.case_desk.add_note(CASE.case_id, "neu")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert desk.hub.pushed == [(old.cmd_id,), (old.cmd_id, new.cmd_id)]
            assert desk.bench.replica.cursors()[1] == {}
            desk.hub.on_pull = lambda: None
            desk.sync.poke()
            await until(lambda: desk.bench.replica.cursors()[1].get(SCOPE) == seen[SCOPE] - 1)
            assert len(desk.hub.pushed) == 2, "nothing is offered a third time"

    in_loop(play)


def test_a_hub_that_keeps_changing_its_generation_is_not_stormed() -> None:
    async def play() -> None:
        async with live() as desk:
            await desk.bench.case_desk.add_note(CASE.case_id, "eins")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            tries: list[str] = []
            push = desk.hub.push

            def other_again(
                batch: tuple[Envelope, ...], generation: str = "", cursors: Mapping[str, int] | None = None
            ) -> CommandsAnswer:
                tries.append(generation)
                if len(tries) <= 3:
                    raise GenerationChanged(generation=f"other {len(tries)}")
                desk.hub.feed.generation = generation
                return push(batch, generation)

            desk.hub.push = other_again  # type: ignore[method-assign]
            states: set[str] = set()
            desk.bench.changes.subscribe(lambda _: states.add(desk.sync.connection.code))
            await desk.bench.case_desk.add_note(CASE.case_id, "zwei")
            await until(lambda: desk.bench.outbox.unsettled() == 0)
            assert tries[1] == "other 1", "the hub has said which it is"
            assert "feed.generation_changed" in states
            await until(lambda: desk.sync.connection.state == "online")

    in_loop(play)


def test_a_standstill_is_told_and_the_connections_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "WATCH_EVERY_S", 0.02)

    async def play() -> None:
        async with live() as desk:
            await until(lambda: desk.sync.connection.state == "online")
            states: set[str] = set()
            desk.bench.changes.subscribe(lambda _: states.add(desk.sync.connection.state))

            def is_told() -> bool:
                # A page that was under way is as new as the clock then is: more time passes after it.
                if not desk.hub.renewals:
                    desk.bench.clock.go(seconds=90)
                return desk.hub.renewals > 0

            await until(is_told)
            assert "stale" in states
            await until(lambda: desk.sync.connection.state == "online")

    in_loop(play)


def test_the_hub_must_prove_itself_and_may_not_change_its_key() -> None:
    async def play() -> None:
        async with live(signed_in=False) as desk:
            assert desk.session.view.state == "first_run"
            assert (await desk.session.connect(desk.hub.url)).state == "locked"
            other = ScriptedHub()
            desk.hubs["http://localhost:2"] = other
            other.tenant_id = desk.hub.tenant_id
            with pytest.raises(RuleViolation) as caught:
                await desk.session.connect("http://localhost:2")
            assert caught.value.code == "hub.key_changed"
            assert desk.session.view.hub_url == desk.hub.url
            liar = ScriptedHub()
            desk.hubs["http://localhost:3"] = liar
            liar.hello = lambda nonce: ScriptedHub.hello(liar, nonce + "x")  # type: ignore[method-assign]
            with pytest.raises(RuleViolation) as caught:
                await desk.session.connect("http://localhost:3")
            assert caught.value.code == "hub.proof_wrong"

    in_loop(play)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("hub.example.org", "https://hub.example.org"),
        (" https://hub.example.org:8443/ ", "https://hub.example.org:8443"),
        ("http://127.0.0.1:7411", "http://127.0.0.1:7411"),
        ("http://[::1]:7411", "http://[::1]:7411"),
    ],
)
def test_addresses_people_type(typed: str, address: str) -> None:
    assert checked_url(typed) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("http://hub.example.org", "hub.address_not_safe"),
        ("", "hub.address_malformed"),
        ("ftp://hub", "hub.address_malformed"),
        ("https://hub/pfad", "hub.address_malformed"),
        ("https://hub:99999", "hub.address_malformed"),
        ("https://", "hub.address_malformed"),
    ],
)
def test_addresses_that_are_none(typed: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        checked_url(typed)
    assert caught.value.code == code


def test_batches_keep_cases_together_in_order_and_within_size() -> None:
    bench = Bench()
    for n in range(130):
        case = a_case(n % 7)
        body = AddNote(case_id=case.case_id, message_id=an_id("m", n), text="x" * (9000 if n % 7 == 3 else 5))
        bench.outbox.append(NewCommand(cmd_id=an_id("c", n), body=body, person_id=an_id("p"), wall=NOW), sign)
    ready = bench.outbox.to_send(max_rows=400)
    spread = batches(ready)
    assert 1 < len(spread) <= 4
    seen: dict[str, list[int]] = {}
    for batch in spread:
        assert len(batch) <= MAX_BATCH
        assert sum(len(bytes(envelope.body)) for envelope in batch) <= 256 * 1024
        for envelope in batch:
            seen.setdefault(envelope.case_id, []).append(envelope.device_seq)
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    whole: dict[str, list[int]] = {}
    for envelope in ready:
        whole.setdefault(envelope.case_id, []).append(envelope.device_seq)
    assert all(whole[case_id][: len(numbers)] == numbers for case_id, numbers in seen.items())
    assert len({case for batch in spread for case in {e.case_id for e in batch}}) == sum(
        len({e.case_id for e in batch}) for batch in spread
    )


def test_a_full_disk_stops_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with live() as made:
            bench, faults = made.bench, list[str]()
            bench.tasks.on_error = lambda name, _error: faults.append(name)
            write, tries = bench.replica.apply_page, list[int]()

            def full(answer: PullAnswer) -> Changes:
                tries.append(1)
                if len(tries) < 4:
                    raise StoreUnusable("store.full", Path("replica.db"))
                return write(answer)

            monkeypatch.setattr(bench.replica, "apply_page", full)
            made.sync.poke()
            await until(lambda: len(tries) >= 4)
            await until(lambda: made.sync.connection.state == "online")
            assert faults == []

    in_loop(play)
