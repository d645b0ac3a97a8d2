"""A desk with its real window in a process of its own, acted on by keys through lines of JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from workstation.services.views import InboxFilter
from workstation.ui.shell.desk_window import DeskWindow
from workstation.window import Running, StartOptions, run_window

Reply = dict[str, Any]
_log = logging.getLogger(__name__)


class _Reader(QObject):
    """Reads commands on a thread and hands them to the window's thread."""

    came = Signal(dict)
    ended = Signal()

    def start(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            if line.strip():
                self.came.emit(json.loads(line))
        self.ended.emit()


class Hands:
    """Does with the window what a person would: keys, clicks, looking."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.reader = _Reader()
        self.reader.came.connect(self._on_command)
        self.reader.ended.connect(lambda: running.window.close())
        self._lock: asyncio.Lock | None = None
        self._running: list[asyncio.Future[None]] = []
        running.when_looping.append(self.reader.start)

    def _on_command(self, command: dict[str, Any]) -> None:
        self._running.append(asyncio.ensure_future(self._answer(command)))

    async def _answer(self, command: dict[str, Any]) -> None:
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            try:
                name, number = command.pop("do"), command.pop("ticket")
                reply = await getattr(self, f"do_{name}")(**command)
            except Exception as error:
                _log.exception("the command failed")
                reply = {"error": f"{type(error).__name__}: {error}"}
        answer = {"ticket": number, **(reply or {})}
        sys.stdout.write(json.dumps(answer, default=str, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    @property
    def rooms(self) -> DeskWindow:
        assert self.running.desk_window is not None
        return self.running.desk_window

    async def _until(self, holds: Callable[[], Any], within_s: float, what: str) -> Any:
        ends = time.monotonic() + within_s
        while True:
            found = holds()
            if found:
                return found
            if time.monotonic() > ends:
                raise TimeoutError(f"not within {within_s} s: {what}")
            await asyncio.sleep(0.02)

    async def _outside(self, act: Callable[[], object]) -> None:
        """Run ``act`` from the loop itself: what turns Qt's loop must not run inside a task."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def run() -> None:
            try:
                act()
            finally:
                if not done.done():
                    done.set_result(None)

        asyncio.get_running_loop().call_soon(run)
        await done

    # -- commands
    async def do_ready(self, within_s: float = 60) -> Reply:
        """Wait until the window is bound, somebody is signed in and the hub answers."""
        await self._until(lambda: self.running.desk_window, within_s, "rooms")
        desk = self.rooms.desk
        session = desk.session
        await self._until(
            lambda: session.view.state == "signed_in" or session.view.device_state == "waiting",
            within_s,
            "signed in",
        )
        self.running.window.activateWindow()
        code = "" if session.view.state == "signed_in" else session.view.device_code
        return {"state": desk.sync.state, "code": code}

    async def do_sign_in(self, login: str, password: str) -> Reply:
        """Fill in name and password, as at the first start after the device was let in."""
        self.rooms.sign_in.asked_again.emit()
        session = self.rooms.desk.session
        await self._until(lambda: session.view.device_state == "approved", 20, "device let in")
        self.rooms.sign_in.signed_in.emit(login, password)
        await self._until(lambda: session.view.state == "signed_in", 20, "signed in")
        return {}

    async def do_online(self, within_s: float = 60) -> Reply:
        """Wait until the hub answers."""
        await self._until(lambda: self.rooms.desk.sync.state == "online", within_s, "online")
        return {}

    async def do_wait_case(self, subject: str, within_s: float = 30) -> Reply:
        """Wait until the queue has a case of that subject."""
        ends = time.monotonic() + within_s
        while True:
            page = await self.rooms.desk.inbox.page(InboxFilter(), None, 200)
            for item in page.rows:
                if item.subject == subject:
                    return {
                        "case_id": item.case_id,
                        "number": item.number,
                        "due_at": item.due_at,
                        "due_kind": item.due_kind,
                        "customer": item.customer_name,
                        "waiting_since": item.waiting_since,
                    }
            if time.monotonic() > ends:
                raise TimeoutError(f"no case «{subject}» in the queue: {[row.subject for row in page.rows]}")
            await asyncio.sleep(0.1)

    async def do_open(self, case_id: str, within_s: float = 20) -> Reply:
        """Choose the case in the list and wait until its pane shows it."""
        rooms = self.rooms
        # While the list has the focus, new rows wait behind «1 neuer über dir»: press it, as a person would.
        await self._until(
            lambda: self._chosen(case_id),
            within_s,
            "row in the list",
        )
        rooms.open_case(case_id)
        await self._until(
            lambda: rooms.case_model.file is not None and rooms.case_model.file.case.case_id == case_id,
            within_s,
            "case shown",
        )
        await asyncio.sleep(0.1)
        return await self.do_look()

    def _chosen(self, case_id: str) -> bool:
        self.rooms.queue_model.apply_pending()
        return self.rooms.queue.choose_case(case_id, is_silent=False)

    async def do_look(self) -> Reply:
        """Tell what stands on the screen."""
        rooms = self.rooms
        model = rooms.case_model
        file = model.file
        notice = model.notice
        return {
            "title": self.running.window.windowTitle(),
            "faces": [
                {
                    "state": str(face.state),
                    "title": face.title,
                    "reason": face.reason,
                    "word": face.shown_word(),
                }
                for face in model.faces()
            ],
            "limit": model.limit_words()[0],
            "hold": model.hold.left_s if model.hold else None,
            "text": rooms.case.composer.text(),
            "facts": [fact.words for fact in model.composer().facts],
            "send": rooms.case.composer._send.text(),
            "lines": [(line.kind, line.text, line.state) for line in model.lines()],
            "notice": f"{notice.title} {notice.text}" if notice else "",
            "timeline": [getattr(item, "title", "") for item in rooms.customer_model.model._items],
            "figures": [f"{f.value} {f.label}" for f in rooms.customer_model.head.figures]
            if rooms.customer_model.head
            else [],
            "customer": rooms.customer_model.head.name if rooms.customer_model.head else "",
            "decisions": [record.state for record in file.decisions] if file else [],
            "status": file.case.status if file else "",
            "invoice": file.case.invoice_id if file else "",
            "connection": rooms.desk.sync.state,
            "waiting": rooms.desk.sync.connection.waiting,
            "labels": [
                label.text()
                for label in self.running.window.findChildren(QLabel)
                if label.isVisible() and label.text()
            ],
        }

    async def do_key(self, keys: str) -> Reply:
        """Press a key or a combination, where the focus is."""
        window = self.running.window
        window.activateWindow()
        target: QWidget = QApplication.focusWidget() or window
        await self._outside(lambda: QTest.keySequence(target, QKeySequence(keys)))
        await asyncio.sleep(0.05)
        return {}

    async def do_type(self, text: str) -> Reply:
        """Write text where the focus is."""
        target: QWidget = QApplication.focusWidget() or self.running.window
        await self._outside(lambda: QTest.keyClicks(target, text))
        await asyncio.sleep(0.05)
        return {}

    async def do_no_check_back(self, case_id: str) -> Reply:
        """Say of a settled case that nobody need ask back, as its header's button does."""
        await self.rooms.desk.case_desk.solve(case_id, follow_up_at=None)
        return {}

    async def do_queue(self) -> Reply:
        """Tell what the queue holds."""
        page = await self.rooms.desk.inbox.page(InboxFilter(), None, 200)
        return {"rows": [{"case_id": row.case_id, "subject": row.subject} for row in page.rows]}

    async def do_focus_list(self) -> Reply:
        """Put the focus into the queue, as after choosing a case there."""
        self.rooms.queue.focus_list()
        return {}

    async def do_wait(self, what: str, within_s: float = 30) -> Reply:
        """Wait for ``held``, ``not_held``, ``booked``, ``failed``, ``answered``, ``draft``, ``settled``."""
        model = self.rooms.case_model

        def state() -> list[str]:
            return [record.state for record in model.file.decisions] if model.file else []

        tests: dict[str, Callable[[], Any]] = {
            "held": lambda: model.hold is not None,
            "not_held": lambda: model.hold is None,
            "booked": lambda: "booked" in state(),
            "cancelled": lambda: "booked" not in state() and model.hold is None,
            "failed": lambda: "failed" in state(),
            "asked": lambda: "needs_approval" in state(),
            "draft": lambda: bool(model.text.strip()),
            "answered": lambda: (
                model.file is not None
                and any(m.kind == "outbound" and m.delivery == "accepted" for m in model.file.messages)
            ),
            "settled": lambda: self.rooms.desk.sync.connection.waiting == 0,
        }
        await self._until(tests[what], within_s, what)
        return {}

    async def do_held_after_crash(self) -> Reply:
        """Tell what a crash has left held."""
        held = await self.rooms.desk.decisions.held()
        return {"held": [item.cmd_id for item in held if item.is_from_crash]}

    async def do_answer_held(self, book: bool) -> Reply:
        """Answer the question about what was held: book or discard."""
        held = await self.rooms.desk.decisions.held()
        outbox = self.rooms.outbox
        for item in held:
            (outbox.booked if book else outbox.discarded).emit(item.cmd_id)
        await asyncio.sleep(0.3)
        return {"answered": len(held)}

    async def do_decide_small(self, case_id: str) -> Reply:
        """Refund what the case is about through the services, without the undo time (earlier history)."""
        desk = self.rooms.desk
        file = await desk.case_desk.open(case_id)
        found = [offer for offer in file.offers if offer.key == "refund" and offer.steps]
        if not found:
            raise LookupError(f"no refund among {[(o.key, o.title_key, len(o.steps)) for o in file.offers]}")
        held = await desk.decisions.hold(case_id, found[0])
        await desk.decisions.release(held.cmd_id)
        return {"cmd_id": held.cmd_id}

    async def do_picture(self, path: str) -> Reply:
        """Take a picture of the window."""
        await asyncio.sleep(0.1)  # never processEvents here: it would run other tasks inside this one
        self.running.window.grab().save(path)
        return {}

    async def do_close(self) -> Reply:
        """Close the window as a person would."""
        self.running.window.close()
        return {}


def main() -> int:
    """Run until the window is closed; the arguments are a JSON object."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    given = json.loads(sys.argv[1])
    options = StartOptions(
        profile=Path(given["profile"]),
        may_use_key_files=True,
        hub_url=given["hub_url"],
        login=given["login"],
        password=given["password"],
        language=given.get("language", "de"),
    )
    hands: list[Hands] = []
    return run_window(options, lambda running: hands.append(Hands(running)))


if __name__ == "__main__":
    sys.exit(main())
