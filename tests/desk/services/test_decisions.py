"""Holding, undoing, pausing, letting go, closing, and what a crash leaves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.desk.materials import NOW, an_id
from tests.desk.services.bench import CASE, Bench, a_refund
from tests.fakes.running import in_loop, quiet, until
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Refused
from workstation.casework.wire.commands import Applied, CancelDecision, Decide, Scheduled
from workstation.services import decisions
from workstation.services.decisions import MAX_PAUSE_S


async def bench(undo_s: float = 8) -> Bench:
    made = Bench()
    made.decisions.own_undo_s = undo_s
    await made.start()
    return made


def test_a_click_is_on_the_disk_and_nothing_leaves_before_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def play() -> None:
        waited, is_over = list[float](), asyncio.Event()

        async def wait(seconds: float) -> None:
            waited.append(seconds)
            await is_over.wait()

        monkeypatch.setattr(decisions, "asyncio", SimpleNamespace(sleep=wait))
        desk = await bench(0.2)
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        item = desk.outbox.item(held.cmd_id)
        assert item is not None and item.state == "held"
        assert item.held_until == NOW + timedelta(seconds=0.2)
        assert desk.outbox.to_send(max_rows=9) == ()
        assert (held.undo_s, held.is_paused, held.is_from_crash) == (0.2, False, False)
        assert held.amount is not None and held.amount.minor_units == 2490
        file = await desk.case_desk.open(CASE.case_id)
        assert [record.state for record in file.decisions] == ["held"]
        assert waited == [0.2] and desk.outbox.to_send(max_rows=9) == ()
        is_over.set()
        await until(lambda: desk.outbox.to_send(max_rows=9) != ())
        (envelope,) = desk.outbox.to_send(max_rows=9)
        assert envelope.cmd_id == held.cmd_id
        body = desk.outbox.item(held.cmd_id)
        assert body is not None and isinstance(body.body, Decide) and body.body.undo_left_s == 0
        assert await desk.decisions.held() == ()
        await desk.tasks.close()

    in_loop(play)


def test_undo_is_exact_and_can_only_be_done_once() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        assert await desk.decisions.undo(held.cmd_id)
        assert not await desk.decisions.undo(held.cmd_id)
        assert not await desk.decisions.release(held.cmd_id)
        (envelope,) = desk.outbox.to_send(max_rows=9)
        assert (envelope.type, envelope.device_seq) == ("void", 1)
        await quiet()
        file = await desk.case_desk.open(CASE.case_id)
        assert file.decisions == ()
        assert desk.tasks.running == () or all("hold" not in name for name in desk.tasks.running)
        await desk.tasks.close()

    in_loop(play)


def test_the_pause_ends_by_itself_and_is_thirty_seconds_in_all() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.go(3)
        paused = await desk.decisions.pause(held.cmd_id)
        assert paused is not None and (paused.is_paused, paused.left_s, paused.until) == (True, 5.0, None)
        await desk.go(20)
        resumed = await desk.decisions.resume(held.cmd_id)
        assert resumed is not None and (resumed.is_paused, resumed.left_s) == (False, 5.0)
        await desk.go(1)
        assert await desk.decisions.pause(held.cmd_id) is not None
        await desk.go(MAX_PAUSE_S)
        again = await desk.decisions.resume(held.cmd_id)
        assert again is not None and again.left_s == 4.0
        third = await desk.decisions.pause(held.cmd_id)
        assert third is not None and not third.is_paused
        assert await desk.decisions.release(held.cmd_id)
        assert await desk.decisions.pause(held.cmd_id) is None
        await desk.tasks.close()

    in_loop(play)


def test_closing_lets_go_what_was_decided_now_and_keeps_what_a_crash_left() -> None:
    async def play() -> None:
        desk = await bench()
        crashed = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.tasks.close()
        desk.decisions._undo_s.clear()
        await desk.decisions.start()
        (found,) = await desk.decisions.held()
        assert found.cmd_id == crashed.cmd_id and found.is_from_crash
        other = await desk.decisions.hold(CASE.case_id, a_refund(500))
        await desk.go(1000)
        assert await desk.decisions.flush_all(wait_s=0) == 1
        states = {item.cmd_id: item.state for item in desk.outbox.items()}
        assert states == {crashed.cmd_id: "held", other.cmd_id: "queued"}
        assert await desk.decisions.release(crashed.cmd_id)
        await desk.tasks.close()

    in_loop(play)


def test_a_decision_found_after_a_crash_can_be_discarded() -> None:
    async def play() -> None:
        desk = await bench()
        crashed = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.decisions.start()
        assert await desk.decisions.undo(crashed.cmd_id)
        assert await desk.decisions.held() == ()
        await desk.tasks.close()

    in_loop(play)


def test_what_may_not_be_is_not_stored() -> None:
    async def play() -> None:
        import msgspec

        desk = await bench()
        no = msgspec.structs.replace(a_refund(), judgement=Refused(code="decision.already_paid"))
        with pytest.raises(RuleViolation) as caught:
            await desk.decisions.hold(CASE.case_id, no)
        assert caught.value.code == "decision.already_paid"
        with pytest.raises(RuleViolation) as caught:
            await desk.decisions.hold(CASE.case_id, msgspec.structs.replace(a_refund(), steps=()))
        assert caught.value.code == "decision.line_needed"
        with pytest.raises(RuleViolation) as caught:
            await desk.decisions.hold(an_id("case", "nobody's"), a_refund())
        assert caught.value.code == "case.unknown"
        assert desk.outbox.items() == ()
        await desk.tasks.close()

    in_loop(play)


def test_withdrawing_asks_the_hub_once_it_has_been_sent() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.decisions.release(held.cmd_id)
        desk.outbox.mark_sent((held.cmd_id,), NOW)
        verdict = Scheduled(cmd_id=held.cmd_id, not_before=NOW, seqs={"team:team-1": 99})
        desk.outbox.settle([verdict], NOW)
        assert not await desk.decisions.withdraw(held.cmd_id)
        (waiting,) = [item for item in desk.outbox.items() if item.is_waiting]
        assert waiting.body == CancelDecision(case_id=CASE.case_id, decision_id=held.cmd_id)
        with pytest.raises(RuleViolation):
            await desk.decisions.withdraw(an_id("command", "nobody's"))
        await desk.tasks.close()

    in_loop(play)


def test_withdrawing_offline_is_local_and_sure() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.decisions.release(held.cmd_id)
        assert await desk.outbox_view.withdraw(held.cmd_id)
        assert [envelope.type for envelope in desk.outbox.to_send(max_rows=9)] == ["void"]
        await desk.tasks.close()

    in_loop(play)


def test_a_decision_of_the_hub_replaces_the_own_preview() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        await desk.decisions.release(held.cmd_id)
        desk.outbox.settle([Applied(cmd_id=held.cmd_id, seqs={"team:team-1": 4})], NOW)
        file = await desk.case_desk.open(CASE.case_id)
        (preview,) = file.decisions
        booked = DecisionRecord(
            decision_id=held.cmd_id,
            case_id=CASE.case_id,
            customer_id=CASE.customer_id,
            person_id=preview.person_id,
            decided_at=NOW,
            steps=preview.steps,
            state="booked",
            rev=2,
        )
        desk.give(booked)
        assert desk.outbox.mark_seen({"team:team-1": 4}) == {CASE.case_id}
        await desk.overlay.refresh([CASE.case_id])
        assert (await desk.case_desk.open(CASE.case_id)).decisions == (booked,)
        await desk.tasks.close()

    in_loop(play)
