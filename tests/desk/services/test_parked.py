"""What the hub has parked is offered again as soon as somebody has brought something."""

from __future__ import annotations

from tests.desk.services.bench import CASE
from tests.desk.services.test_sync_loop import Live
from tests.fakes.running import in_loop
from workstation.casework.wire.commands import Applied, CommandsAnswer
from workstation.ports import Changes

BROUGHT = Changes(cases=frozenset({CASE.case_id}))


def test_no_other_batch_of_the_push_hides_what_one_of_them_parked() -> None:
    async def play() -> None:
        desk = Live()
        await desk.bench.start()
        parked = await desk.bench.case_desk.add_note(CASE.case_id, "wartet auf andere")
        gone = await desk.bench.case_desk.add_note(CASE.case_id, "geht")
        sync = desk.sync

        def answer(*settled: str, parked: str = "") -> None:
            waits = {parked: "case.unknown"} if parked else {}
            verdicts = tuple(Applied(cmd_id=cmd_id) for cmd_id in settled)
            sync._settled_by(CommandsAnswer(verdicts=verdicts, generation="g1", parked=waits))
            sync._push_wanted.clear()
            sync._try_parked(BROUGHT)

        answer(parked=parked.cmd_id)
        assert sync._push_wanted.is_set()
        answer(gone.cmd_id)
        assert sync._push_wanted.is_set(), "the batch answered last has parked nothing, another has"
        answer(parked.cmd_id)
        assert not sync._push_wanted.is_set(), "all is answered"
        await desk.bench.tasks.close()

    in_loop(play)
