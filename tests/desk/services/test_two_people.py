"""Two people at one computer: each looks after their own acts, and nobody is kept by those of the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.materials import NOW, PERSON, a_case, an_id, sign
from tests.desk.services.bench import CASE, Bench, a_refund
from tests.desk.services.test_sync_loop import live
from tests.fakes.running import in_loop, until
from workstation.casework.decision import Refund
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import AddNote, Decide, MarkRead
from workstation.ports import HubUnavailable, NewCommand
from workstation.services.outbox_view import OutboxView

STRANGER = an_id("person", "stranger")
OTHER = a_case("2")


def _left_by(person_id: str, bench: Bench) -> tuple[str, str]:
    """Let somebody have left a held decision and a note; returns their ids."""
    step = a_refund().steps[0]
    assert isinstance(step, Refund)
    held, queued = an_id("held", person_id), an_id("queued", person_id)
    decide = Decide(case_id=CASE.case_id, customer_id=CASE.customer_id or "", steps=(step,))
    bench.outbox.append(
        NewCommand(
            cmd_id=held,
            body=decide,
            wall=NOW,
            person_id=person_id,
            held_until=NOW + timedelta(seconds=8),
        ),
        sign,
    )
    note = AddNote(case_id=CASE.case_id, message_id=an_id("note"), text="von jemand anderem")
    bench.outbox.append(NewCommand(cmd_id=queued, body=note, wall=NOW, person_id=person_id), sign)
    return held, queued


async def _refused(work: object) -> str:
    with pytest.raises(RuleViolation) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


def test_acts_of_another_keep_nobody_here_and_are_theirs_to_discard() -> None:
    async def play() -> None:
        bench = Bench()
        held, queued = _left_by(STRANGER, bench)
        await bench.start()
        view: OutboxView = bench.outbox_view
        assert await view.mine() == () and await bench.decisions.held() == ()
        assert [view.author(item) for item in await view.items()] == ["", ""]
        for work in (
            bench.decisions.undo(held),
            bench.decisions.release(held),
            view.withdraw(held),
            view.withdraw(queued),
        ):
            assert await _refused(work) == "outbox.other_person"
        assert {item.cmd_id: item.state for item in bench.outbox.items()} == {
            held: "held",
            queued: "queued",
        }
        assert bench.me.now is not None
        own = await bench.case_desk.add_note(CASE.case_id, "von mir")
        assert [item.cmd_id for item in await view.mine()] == [own.cmd_id]
        assert await view.withdraw(own.cmd_id)
        assert await view.mine() == (), "what was taken back waits for nobody"
        await bench.tasks.close()

    in_loop(play)


def test_one_signs_out_while_only_others_and_quiet_acts_wait() -> None:
    async def play() -> None:
        async with live() as desk:
            bench = desk.bench

            def fail(*_: object) -> None:
                raise HubUnavailable("net.timeout")

            desk.hub.on_push = fail
            _left_by(STRANGER, bench)
            bench.give(OTHER)
            own = await bench.case_desk.add_note(OTHER.case_id, "von mir")
            bench.outbox.append(
                NewCommand(
                    cmd_id=an_id("read"),
                    body=MarkRead(case_id=CASE.case_id, message_id=CASE.last_inbound_id),
                    wall=NOW,
                    person_id=PERSON.person_id,
                ),
                sign,
            )
            with pytest.raises(RuleViolation) as caught:
                await desk.session.sign_out()
            assert (caught.value.code, caught.value.params["waiting"]) == ("session.unsettled", 1)
            desk.hub.on_push = lambda batch: None
            await until(lambda: not _waits(bench, own.cmd_id))
            desk.hub.on_push = fail
            assert (await desk.session.sign_out()).state == "locked"
            assert _waits(bench, an_id("held", STRANGER)), "it stays for its author"

    in_loop(play)


def _waits(bench: Bench, cmd_id: str) -> bool:
    item = bench.outbox.item(cmd_id)
    return item is not None and item.is_waiting
