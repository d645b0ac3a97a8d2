"""From the click to the person: a mail nobody can find and a transfer to make, settled at the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.desk.sync.conftest import HubOnDisk
from tests.desk.sync.cutting_mail import CuttingMail
from tests.desk.sync.desks import all_settled, desk_at, until
from tests.desk.sync.test_restore_and_story import import_records, receive_letter
from tests.fakes.running import in_loop
from workstation.app import Desk
from workstation.casework.doubts import Doubt, doubts_of
from workstation.casework.message import Message
from workstation.casework.wire.commands import Applied, Scheduled
from workstation.services.views import CaseFile
from workstation.ui.case_desk.open_work import OpenWorkWriter
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats

WRITER = OpenWorkWriter(Formats("de"), ErrorText("de", Formats("de")))


async def decide_and_answer(desk: Desk, case_id: str) -> None:
    """One click on the first offer, its answer sent, and all of it at the hub."""
    offer = (await desk.case_desk.open(case_id)).offers[0]
    desk.decisions.own_undo_s = 0.2
    held = await desk.decisions.hold(case_id, offer)
    await desk.replies.send(await desk.replies.draft_for(case_id, held.cmd_id, offer.reply_card))
    await all_settled(desk)
    for sent in await desk.outbox_view.items():
        assert isinstance(sent.verdict, Applied | Scheduled), sent.verdict


async def doubts_at(desk: Desk, case_id: str) -> tuple[Doubt, ...]:
    file = await desk.case_desk.open(case_id)
    return doubts_of(file.decisions, file.messages)


def answers_of(file: CaseFile) -> list[Message]:
    return [message for message in file.messages if message.kind == "outbound"]


async def confirm_the_transfer(desk: Desk, case_id: str) -> None:
    """Confirm it as the strip over the conversation offers it; the booking is paid in the history."""
    me = desk.me.worker.person_id
    file = await desk.case_desk.open(case_id)
    rows = WRITER.shown(file, me, desk.clock.now()).work
    assert sorted(row.act for row in rows) == ["Paket eingegangen", "Überweisung ausgeführt"]
    transfer = next(row for row in rows if row.act == "Überweisung ausgeführt")
    held = await desk.work.confirm(case_id, transfer.work_order_id)
    seen = WRITER.shown(await desk.case_desk.open(case_id), me, desk.clock.now()).work
    done = next(row for row in seen if row.work_order_id == transfer.work_order_id)
    assert done.act == "" and done.state.endswith(", Lena Lindner"), "before the hub has answered"
    assert await desk.decisions.release(held.cmd_id)
    await all_settled(desk)

    async def is_paid() -> bool:
        page = await desk.history.timeline(file.case.customer_id, "money")
        return [item.status_key for item in page.items if item.kind == "booking"] == ["paid"]

    await until(is_paid)
    after = await desk.case_desk.open(case_id)
    (work,) = [one for one in after.work_orders if one.work_order_id == transfer.work_order_id]
    assert (work.status, work.done_by) == ("done", me)


def test_a_lost_mail_is_settled_and_a_transfer_confirmed_at_the_desk(hub: HubOnDisk, tmp_path: Path) -> None:
    async def play(mail: CuttingMail) -> None:
        async with desk_at(tmp_path / "a", hub.folder) as desk:
            now, team_id = datetime.now(UTC), desk.me.worker.team_id
            await desk.workers.run("net", lambda: import_records(hub, tmp_path / "in", now))
            case_id = await desk.workers.run("net", lambda: receive_letter(hub, team_id, now))
            await until(lambda: desk.replica.queue_item(case_id) is not None)
            await decide_and_answer(desk, case_id)
            await until(lambda: len(mail.mails) == 1)

            async def is_unknown() -> bool:
                (answer,) = answers_of(await desk.case_desk.open(case_id))
                return answer.delivery == "unknown"

            await until(is_unknown)
            assert await doubts_at(desk, case_id) == (), "somebody may still look"
            # Nobody can: there is no archive. A hub that starts anew finds that out at once.
            hub.kill()
            await desk.workers.run("net", hub.start)
            desk.sync.poke()

            async def is_left_to_us() -> bool:
                return len(await doubts_at(desk, case_id)) == 1

            await until(is_left_to_us)
            (doubt,) = await doubts_at(desk, case_id)
            await desk.work.settle(case_id, doubt.effect_id, "not_done", note="Im Postausgang ist nichts.")
            await all_settled(desk)

            async def has_failed() -> bool:
                file = await desk.case_desk.open(case_id)
                return answers_of(file)[0].delivery == "failed" and not file.pending

            await until(has_failed)
            file = await desk.case_desk.open(case_id)
            assert file.draft is not None and "24,90" in file.draft.text
            assert file.draft.waits_for and file.case.waiting_since is not None
            mail.is_cutting = False
            await desk.replies.send(file.draft)
            await all_settled(desk)

            async def is_delivered() -> bool:
                answers = answers_of(await desk.case_desk.open(case_id))
                return [one.delivery for one in answers] == ["failed", "accepted"]

            await until(is_delivered)
            answer = answers_of(await desk.case_desk.open(case_id))[-1]
            assert "GS-" in answer.rendered and "{" not in answer.rendered
            assert len(mail.mails) == 2
            await confirm_the_transfer(desk, case_id)

    with CuttingMail() as mail:
        ways = ("--maildir-in", str(tmp_path / "mail"), "--smtp", mail.place, "--smtp-security", "none")
        hub.command("mailbox", "add", "service", "--address", "service@lindner.example", *ways)
        hub.kill()
        hub.start()
        in_loop(lambda: play(mail))
