"""One act on several cases: saved one by one, refusals left alone and named, a full disk ends it."""

from __future__ import annotations

from pathlib import Path

from tests.desk.materials import PERSON, a_case, an_id
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.wire.commands import SolveCase
from workstation.ports import OutboxItem, StoreUnusable
from workstation.services.batches import LeftAlone, each

FREE = [a_case(name, waiting_since=None) for name in ("7", "8", "9")]
IDS = [case.case_id for case in FREE]


async def bench() -> Bench:
    made = Bench()
    made.give(*FREE)
    await made.start()
    return made


def test_what_the_rules_refuse_is_left_and_the_rest_is_saved() -> None:
    async def play() -> None:
        desk = await bench()
        wanted = [IDS[0], CASE.case_id, IDS[1]]
        result = await each(wanted, lambda case_id: desk.case_desk.solve(case_id))
        assert result.done == (IDS[0], IDS[1])
        assert result.left == (LeftAlone(CASE.case_id, "case.unanswered"),)
        bodies = [item.body for item in desk.outbox.items()]
        assert [type(body) for body in bodies] == [SolveCase, SolveCase], "one command a case"
        assert {body.case_id for body in bodies} == {IDS[0], IDS[1]}

    in_loop(play)


def test_a_batch_is_taken_back_case_by_case() -> None:
    async def play() -> None:
        desk = await bench()
        done = (await each(IDS, lambda case_id: desk.case_desk.no_case(case_id, "newsletter"))).done
        assert done == tuple(IDS)
        assert (await each(done, desk.case_desk.is_case)).left == ()
        for case_id in IDS:
            assert (await desk.writer.state(case_id)).the_case.status == "open"

    in_loop(play)


def test_a_case_that_has_gone_is_named() -> None:
    async def play() -> None:
        desk = await bench()
        gone = an_id("case", "none")
        result = await each([gone, IDS[0]], lambda one: desk.case_desk.assign(one, PERSON.person_id))
        assert (result.done, [one.code for one in result.left]) == ((IDS[0],), ["case.unknown"])

    in_loop(play)


def test_a_full_disk_ends_it_and_says_which_cases_are_untouched() -> None:
    async def play() -> None:
        desk = await bench()

        async def act(case_id: str) -> OutboxItem:
            if case_id == IDS[1]:
                raise StoreUnusable("store.full", Path("outbox.db"))
            return await desk.case_desk.solve(case_id)

        result = await each(IDS, act)
        assert result.done == (IDS[0],)
        assert [(one.case_id, one.code) for one in result.left] == [
            (IDS[1], "store.full"),
            (IDS[2], "store.full"),
        ]
        assert len(desk.outbox.items()) == 1

    in_loop(play)
