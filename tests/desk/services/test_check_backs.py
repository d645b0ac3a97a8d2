"""Solving plans a check-back as the tenant's targets say, unless somebody chose otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.desk.materials import NOW, TEAM, a_case, a_message
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.message import Message
from workstation.casework.people import Team
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire.commands import SendMessage, SolveCase
from workstation.ports import OutboxItem

FREE = a_case("7", waiting_since=None)


async def bench(days: int = 3) -> Bench:
    made = Bench()
    made.give(FREE)
    policy = SlaPolicy(sla_policy_id="p", name="Service", check_back_days=days)
    team = Team(team_id=TEAM, name="Service", sla_policy_id="p")
    made.replica.apply_page(made.feed.page(policy, team, scope="reference"))
    await made.start()
    return made


def planned(item: OutboxItem) -> datetime | None:
    assert isinstance(item.body, SolveCase | SendMessage)
    return item.body.follow_up_at


def test_solving_plans_it_and_a_choice_is_kept() -> None:
    async def play() -> None:
        desk = await bench()
        assert planned(await desk.case_desk.solve(FREE.case_id)) == NOW + timedelta(days=3)
        assert planned(await desk.case_desk.solve(FREE.case_id, None)) is None
        chosen = NOW + timedelta(days=9)
        assert planned(await desk.case_desk.solve(FREE.case_id, chosen)) == chosen

    in_loop(play)


def test_a_tenant_may_plan_none_and_is_still_offered_times() -> None:
    async def play() -> None:
        desk = await bench(days=0)
        assert planned(await desk.case_desk.solve(FREE.case_id)) is None
        times = desk.case_desk.check_back_times(TEAM)
        assert list(times) == [NOW + timedelta(days=days) for days in (3, 5, 10)]

    in_loop(play)


def test_who_only_said_thanks_is_not_asked_back() -> None:
    async def play() -> None:
        desk = await bench()
        assert planned(await desk.case_desk.solve(CASE.case_id, without_answer="thanks")) is None
        desk = await bench()
        item = await desk.case_desk.solve(CASE.case_id, without_answer="answered_elsewhere")
        assert planned(item) is not None

    in_loop(play)


def test_sending_and_solving_plans_it_and_sending_alone_does_not() -> None:
    async def play() -> None:
        for solves in (True, False):
            desk = await bench()
            draft = await desk.replies.empty_draft(CASE.case_id)
            item = await desk.replies.send(replace(draft, text="Alles erledigt."), solves=solves)
            assert (planned(item) is not None) == solves

    in_loop(play)


def test_after_a_check_back_nobody_is_asked_a_second_time() -> None:
    async def play() -> None:
        desk = await bench()
        line = Message(
            message_id="line",
            case_id=FREE.case_id,
            kind="system",
            channel="system",
            at=NOW,
            code="case.check_back",
            rev=1,
        )
        desk.give(line)
        assert planned(await desk.case_desk.solve(FREE.case_id)) is None
        desk.give(a_message(FREE, 2, at=NOW + timedelta(hours=1)))
        assert planned(await desk.case_desk.solve(FREE.case_id)) is not None

    in_loop(play)
