"""The states of the window that are pictured, in this order."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from datetime import timedelta
from functools import partial

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import msgspec

from tests.pictures.decision_states import DecisionStates
from tests.pictures.guard_states import GuardStates
from tests.pictures.joining_states import JoiningStates
from tests.pictures.walk import FULL, NARROW, SMALL
from tests.pictures.work_states import WorkStates
from workstation.casework.decision import DecisionRecord, Refund, Step
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.wire.session import PresenceOf
from workstation.demo.feeder import Feeder
from workstation.demo.loading import LOGIN
from workstation.services.views import Connection, InboxFilter


class Shoot(WorkStates, DecisionStates, JoiningStates, GuardStates):
    """Each method ``state_NN_name`` brings a state about and pictures it."""

    # -- states, in this order
    async def state_01_queue(self, words: str) -> None:
        await self.picture(words)

    async def state_01a_marked(self, words: str) -> None:
        queue, marks = self.rooms.queue, self.rooms.queue_model.marks
        rows = [row.case_id for row in self.rooms.queue_model.model.rows()]
        self.rooms.open_case(rows[1])
        await self._until(partial(self._is_shown, rows[1]), "case")
        queue.focus_list()
        queue.mark_current()
        queue.extend_by(1)
        marks.toggle(rows[4])
        await self.picture(words)
        self.rooms.window.resize(NARROW)
        await self.picture(f"{words}-narrow", ("light",))
        self.rooms.window.resize(FULL)
        self.rooms.acting.act_on_marked("assign")
        await asyncio.sleep(0.3)
        await self.picture(f"{words}-assign", ("light",))
        sheet = self.rooms.sheets.current
        assert sheet is not None
        sheet.reject()
        marks.clear()

    async def state_01b_batch(self, words: str) -> None:
        marks, line = self.rooms.queue_model.marks, self.rooms.queue
        rows = [row.case_id for row in self.rooms.queue_model.model.rows()]
        files = [await self.rooms.desk.case_desk.open(row) for row in rows[:40]]
        free = [one.case.case_id for one in files if one.case.waiting_since is None][:2]
        held = [one.case.case_id for one in files if one.case.waiting_since is not None][:1]
        marks.mark([*free, *held])
        self.rooms.acting.act_on_marked("solve")
        await self._until(lambda: line.outcome is not None and line.outcome.isVisible(), "batch")
        await asyncio.sleep(0.5)
        await self.picture(words)
        marks.clear()
        assert line.outcome is not None
        line.outcome.undo_button.click()
        await asyncio.sleep(0.5)
        line.outcome.hide()

    async def state_01c_check_back(self, words: str) -> None:
        rooms, model = self.rooms, self.rooms.case_model
        rows = [row.case_id for row in rooms.queue_model.model.rows()]
        files = [await rooms.desk.case_desk.open(row) for row in rows[:40]]
        case_id = next(
            one.case.case_id for one in files if all(item.state != "open" for item in one.promises)
        )
        rooms.open_case(case_id)
        await self._until(partial(self._is_shown, case_id), "case")
        await rooms.desk.case_desk.acts.solve(case_id, without_answer="answered_elsewhere")
        await self._until(lambda: model.file is not None and model.file.case.status == "solved", "solved")
        await asyncio.sleep(0.3)
        await self.picture(f"{words}-planned")
        rooms.acting.plan_check_back(rooms.desk.clock.now() + timedelta(seconds=2))
        await self._until(lambda: self._due_kind(case_id) == "follow_up", "woken by the hub", 60)
        rooms.queue.choose_case(case_id)
        for toast in list(rooms.window.toasts.shown):
            toast.leave()
        await asyncio.sleep(0.5)
        await self.picture(words)

    def _due_kind(self, case_id: str) -> str:
        rows = self.rooms.queue_model.model.rows()
        return next((row.reason for row in rows if row.case_id == case_id), "")

    async def state_02_agent(self, words: str) -> None:
        first = self.loaded.data.arrivals[0]
        Feeder(self.loaded, lambda mail: None).drop(first)
        for _try in range(100):
            page = await self.rooms.desk.inbox.page(InboxFilter(), None, 500)
            if any(row.subject == first.mail.subject for row in page.rows):
                break
            await asyncio.sleep(0.2)
        await self.open_offering(lambda f: any(o.macro == "damaged_item" and o.steps for o in f.offers))
        await self.picture(words)

    async def state_03_undo(self, words: str) -> None:
        model = self.rooms.case_model
        self.rooms.desk.decisions.own_undo_s = 30
        self.rooms.case.press_decision(1)
        await self._until(lambda: model.hold and model.text, "held")
        await asyncio.sleep(0.3)
        await self.picture(words)

    async def state_04_deviation(self, words: str) -> None:
        composer = self.rooms.case.composer
        text = composer.text().replace("24,90", "29,90").replace("24.90", "29.90")
        composer.editor.setPlainText(text)
        composer.flush()
        await asyncio.sleep(0.3)
        await self.picture(words)
        self.rooms.case.press_undo()
        model = self.rooms.case_model
        await self._until(lambda: model.hold is None, "undone")
        self.rooms.desk.decisions.own_undo_s = None
        await self._until(lambda: model.file and all(r.state != "held" for r in model.file.decisions), "read")
        await asyncio.sleep(0.5)
        await self.picture("letter-kept")
        composer.editor.setPlainText("")
        composer.flush()
        await asyncio.sleep(0.3)

    async def state_05_note(self, words: str) -> None:
        self.rooms.case.note()
        self.rooms.case.composer.insert(
            "Fahrer bestätigt: Karton ist beim Ausladen gekippt. Wir sind schuld."
        )
        await asyncio.sleep(0.2)
        await self.picture(words)
        self.rooms.case.composer.editor.clear()
        self.rooms.case.reply()

    async def state_06_line_choice(self, words: str) -> None:
        file = await self.open_offering(lambda f: any(o.needs_line_choice and not o.steps for o in f.offers))
        place = next(n for n, o in enumerate(file.offers) if o.needs_line_choice and not o.steps)
        self.rooms.case_model.choose(place + len(self.rooms.case_model._offers.results(file)))
        await asyncio.sleep(0.2)
        await self.picture(words)
        self.rooms.case_model.cancel_choice()

    async def state_07_amount(self, words: str) -> None:
        file = await self.open_offering(lambda f: any(o.key == "refund" and o.steps for o in f.offers))
        place = next(n for n, o in enumerate(file.offers) if o.key == "refund" and o.steps)
        self.rooms.case._on_amount_wanted(place + len(self.rooms.case_model._offers.results(file)))
        self.rooms.case.decisions.amount.field.setText("80,00")
        self.rooms.case_model.edit_amount("80,00")
        await asyncio.sleep(0.4)
        await self.picture(words)
        self.rooms.case_model.cancel_choice()

    async def state_08_decided(self, words: str) -> None:
        file = await self.open_offering(lambda f: any(o.key == "refund" and o.steps for o in f.offers))
        now = self.rooms.desk.clock.now()
        base = DecisionRecord(
            decision_id="d1",
            case_id=file.case.case_id,
            customer_id=file.case.customer_id,
            person_id="p",
            decided_at=now,
            booked_at=now,
            state="booked",
            steps=(
                Step(
                    decision=Refund(order_id="o", payment_id="p", amount=Money(4290)),
                    state="booked",
                    result={"credit_note_no": "GS-2026-00012"},
                ),
            ),
        )
        asked = msgspec.structs.replace(base, decision_id="d2", state="needs_approval", booked_at=None)
        self.show_file(dataclasses.replace(file, decisions=(base, asked)))
        await self.picture(words)

    async def state_09_error(self, words: str) -> None:
        file = await self.open_offering(lambda f: any(o.key == "refund" and o.steps for o in f.offers))
        step = Step(
            decision=Refund(order_id="o", payment_id="p", amount=Money(4290)),
            state="failed",
            failure="decision.over_refundable",
            failure_params={"rest": "12.40 EUR"},
        )
        record = DecisionRecord(
            decision_id="d1",
            case_id=file.case.case_id,
            customer_id=file.case.customer_id,
            person_id="p",
            decided_at=self.rooms.desk.clock.now(),
            state="failed",
            steps=(step,),
        )
        model = self.rooms.case_model
        before = model.file
        failed = dataclasses.replace(file, decisions=(record,))
        model._look_for_news(before, failed, is_new=False)
        self.show_file(failed)
        await self.picture(words)
        model._set_notice(None)

    async def state_10_conflict(self, words: str) -> None:
        file = await self.open_offering(lambda f: f.newest_inbound is not None)
        model = self.rooms.case_model
        self.rooms.case.composer.editor.setPlainText("Guten Tag,\n\nich schaue mir das gerade an und ")
        self.rooms.case.composer.flush()
        now = self.rooms.desk.clock.now()
        colleague = next(p for p in file.people.values() if p.login != LOGIN)
        answer = Message(
            message_id="m-new",
            case_id=file.case.case_id,
            kind="outbound",
            at=now,
            author_id=colleague.person_id,
            author_name=colleague.name,
            text="Guten Tag, wir haben Ihre Nachricht erhalten und kümmern uns heute noch darum.",
            delivery="accepted",
            delivered_at=now,
        )
        newer = dataclasses.replace(
            file,
            messages=(*file.messages, answer),
            presence=(
                PresenceOf(case_id=file.case.case_id, person_id=colleague.person_id, name=colleague.name),
            ),
        )
        model._look_for_news(model.file, newer, is_new=False)
        self.show_file(newer)
        await self.picture(words)
        model._set_notice(None)
        self.rooms.case.composer.editor.clear()
        self.rooms.case.composer.flush()

    async def state_11_original(self, words: str) -> None:
        await self.open_offering(lambda f: any(m.html for m in f.messages))
        from workstation.ui.case_desk.view_messages import Bubble

        bubble = next(
            b
            for b in self.rooms.case.conversation.findChildren(Bubble)
            if hasattr(b, "_original") and b.isVisible()
        )
        bubble._original.setChecked(True)
        await asyncio.sleep(0.3)
        await self.picture(words)

    async def state_12_attachments(self, words: str) -> None:
        await self.open_offering(lambda f: any(m.attachments for m in f.messages))
        await self.picture(words)

    async def state_13_narrow(self, words: str) -> None:
        self.rooms.window.resize(NARROW)
        await self.open_offering(lambda f: bool(f.orders))
        await self.picture(words)
        self.rooms.window.toggle_context()
        await self.picture(f"{words}-context")
        self.rooms.window.fold_overlays()

    async def state_14_small(self, words: str) -> None:
        self.rooms.window.resize(SMALL)
        await asyncio.sleep(0.2)
        await self.picture(words, ("light",))
        self.rooms.window.toggle_queue()
        await self.picture(f"{words}-queue", ("light",))
        self.rooms.window.fold_overlays()
        self.rooms.window.resize(FULL)
        await asyncio.sleep(0.2)

    async def state_15_scale130(self, words: str) -> None:
        assert self.running is not None
        self.running.theme.apply(scale=1.3)
        await asyncio.sleep(0.3)
        await self.picture(words, ("light",))
        self.running.theme.apply(scale=1.5)
        await asyncio.sleep(0.3)
        await self.picture("scale150", ("light",))
        self.running.theme.apply(scale=1.0, density="compact")
        await asyncio.sleep(0.3)
        await self.picture("compact", ("light",))
        self.running.theme.apply(density="comfortable")

    async def state_16_palette(self, words: str) -> None:
        self.rooms.open_palette()
        self.rooms.palette.field.edit.setText("berg")
        await asyncio.sleep(0.8)
        await self.picture(words)
        self.rooms.palette.leave()

    async def state_17_customers(self, words: str) -> None:
        self.rooms.show_room("customers")
        self.rooms.customers.field.edit.setText("an")
        await asyncio.sleep(1.0)
        await self.picture(words)
        self.rooms.show_room("inbox")

    async def state_18_sheets(self, words: str) -> None:
        await self.open_offering(lambda f: bool(f.orders))
        for name in ("assign", "snooze", "promise", "call", "tie", "recipient", "new_mail", "log_call"):
            await self.sheet(f"sheet-{name.replace('_', '-')}", partial(self.rooms.sheets.open, name))
        await self.sheet("settings", self.rooms.menus.open_settings)
        await self.sheet("shortcuts", self.rooms.menus.open_shortcuts)
        await self.sheet("bug", partial(self.rooms.report_bug, "case.open", RuleViolation("case.unknown")))

    async def state_19_unanswered(self, words: str) -> None:
        await self.open_offering(lambda f: f.case.waiting_since is not None)
        self.rooms.acting.act_on_case("solve")
        await asyncio.sleep(0.5)
        await self.picture(words)
        self.rooms.case_model._set_notice(None)

    async def state_20_loading(self, words: str) -> None:
        case, model = self.rooms.case, self.rooms.case_model
        case._on_loading()
        await asyncio.sleep(0.4)
        await self.picture(words)
        case._skeleton.stop()
        model.file_changed.emit(True)

    async def state_21_empty(self, words: str) -> None:
        from workstation.ui.inbox.view_model import QueueFilter

        self.rooms.queue_model.load(QueueFilter(text="gibtesnicht"))
        await asyncio.sleep(0.6)
        await self.picture("empty-filter")
        self.rooms.queue_model.load(QueueFilter())
        await asyncio.sleep(0.4)
        self.rooms.case_model.close()
        model = self.rooms.queue_model
        model.counts = type(model.counts)(next_promise_at=self.rooms.desk.clock.now() + timedelta(minutes=25))
        model.model.reset([], has_more=False)
        model.counts_changed.emit()
        await asyncio.sleep(0.2)
        await self.picture(words)
        model.load(QueueFilter())
        await asyncio.sleep(0.4)

    async def state_22_sign_in(self, words: str) -> None:
        view, window = self.rooms.sign_in, self.rooms.window
        window.show_cover(view)
        view.show_first_run()
        await self.picture("first-run")
        view._show(view._firm)
        await self.picture("first-run-firm")
        view._show(view._hub)
        await self.picture("first-run-hub", ("light",))
        view.show_waiting("7K4M-2Q", "Backhaus Lindner")
        await self.picture("device-waiting", ("light",))
        view.show_sign_in("Backhaus Lindner", "", is_expired=False)
        await self.picture(words)
        view.show_sign_in("Backhaus Lindner", "lisa", is_expired=True)
        view.back_to(view.current_page(), self.rooms.errors.sentence("session.password_wrong"))
        await self.picture("sign-in-expired")
        view.show_busy("…")
        window.show_work()

    async def state_23_store_problem(self, words: str) -> None:
        from workstation.ui.shell.store_problem import StoreProblem

        problem = StoreProblem(self.rooms.window, self.rooms.words.language, self.rooms.formats)
        for code, name in (("store.no_secret_store", "store-no-keyring"), ("store.corrupt", words)):
            problem = StoreProblem(self.rooms.window, self.rooms.words.language, self.rooms.formats)
            asking = asyncio.ensure_future(problem.ask(code, "Workstation/default/replica.db"))
            await asyncio.sleep(0.2)
            await self.picture(name, ("light",))
            problem._say("again")
            await asking

    async def state_24_connection(self, words: str) -> None:
        now = self.rooms.desk.clock.now()
        sync = self.rooms.desk.sync
        kind = type(sync)
        real = kind.connection
        for name, connection in (
            ("stale", Connection("stale", now, last_sync_at=now - timedelta(minutes=3))),
            ("update-needed", Connection("update_needed", now)),
            ("hub-too-old", Connection("update_needed", now, code="feed.hub_too_old")),
            ("disk-full", Connection("online", now, is_read_only=True)),
        ):
            kind.connection = property(lambda _self, shown=connection: shown)  # type: ignore[assignment,misc]
            self.rooms.line.show()
            await self.picture(name, ("light",))
        kind.connection = real  # type: ignore[method-assign]
        self.rooms.line.show()

    async def state_25_offline(self, words: str) -> None:
        file = await self.open_offering(lambda f: any(o.steps and o.key == "refund" for o in f.offers))
        await self.rooms.desk.session.stop_embedded()
        await self._until(lambda: self.rooms.desk.sync.state == "offline", "offline", 60)
        case_id = file.case.case_id
        await self.rooms.desk.case_desk.acts.add_note(case_id, "Rückfrage beim Fahrer läuft.")
        await self.rooms.desk.case_desk.acts.assign(case_id, self.rooms.desk.session.view.person_id)
        await asyncio.sleep(1.0)
        await self.picture(words)
        self.rooms.open_outbox()
        await asyncio.sleep(0.5)
        await self.picture("outbox")
        self.rooms.outbox.close_popover()
