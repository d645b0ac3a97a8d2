"""Plays the story of the broken bowl by itself: a mail in, one key, money booked once, one answer out."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from workstation.async_bridge import AsyncTasks
from workstation.casework.money import Money
from workstation.casework.records import Booking, Order, Payment, ReturnAuthorisation
from workstation.demo.feeder import Feeder
from workstation.demo.loading import Loaded
from workstation.hub.core import open_core
from workstation.hub.settings import read_settings
from workstation.services.views import InboxFilter, QueueItem

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow
    from workstation.window import Running

_KEY = "broken_bowl"
_PRICE = Money(2490)
_FORBIDDEN = ("foto", "nachweis", "beweis", "beleg ")


class StepFailed(Exception):
    """Something did not hold; the message says what."""


class Books(msgspec.Struct, frozen=True):
    """What the hub's books have for the order of the story."""

    bookings: tuple[Booking, ...]
    returns: tuple[ReturnAuthorisation, ...]
    payment: Payment


class Walk:
    """Drives the real window as a person would; ``exit_code`` is 0 once everything has held."""

    def __init__(self, loaded: Loaded, pictures: Path, say: Callable[[str], None]) -> None:
        self.exit_code = 1
        self._loaded, self._pictures, self._say = loaded, pictures, say
        self._arrival = next(one for one in loaded.data.arrivals if one.mail.key == _KEY)
        self._order = self._arrival.order
        self._tasks = AsyncTasks()
        self._step = 0
        self._running: Running | None = None

    def attach(self, running: Running) -> None:
        """Begin as soon as the loop runs."""
        self._running = running
        self._pictures.mkdir(parents=True, exist_ok=True)
        self._say(f"no display: playing the story of the broken bowl; pictures go to {self._pictures}")
        running.when_looping.append(self._begin)

    def _begin(self) -> None:
        self._tasks.start(self._walk(), name="demo.walk", owner=self)

    @property
    def _rooms(self) -> DeskWindow:
        assert self._running is not None and self._running.desk_window is not None
        return self._running.desk_window

    async def _walk(self) -> None:
        running = self._running
        assert running is not None
        try:
            await self._ready()
            item = await self._mail_arrives()
            await self._opened(item)
            await self._undone()
            await self._booked()
            await self._left()
            self.exit_code = 0
            self._tell("all of it held")
        except StepFailed as error:
            self._tell(f"FAILED: {error}")
            await self._picture("failed")
        finally:
            running.window.close()

    # -- the steps
    async def _ready(self) -> None:
        running = self._running
        assert running is not None
        await self._until(lambda: running.desk_window is not None, 60, "the window is bound")
        desk = self._rooms.desk
        await self._until(lambda: desk.sync.state == "online", 60, "the hub answers")
        open_cases = len(self._loaded.data.open)
        ends = time.monotonic() + 60
        while (counts := await desk.inbox.counts()).all < open_cases // 2:
            if time.monotonic() > ends:
                raise StepFailed(f"{counts.all} cases in the queue")
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.5)
        self._tell(
            f"window open, signed in as {desk.session.view.person_name}, {counts.all} cases wait for us"
        )
        await self._picture("queue")

    async def _mail_arrives(self) -> QueueItem:
        Feeder(self._loaded, lambda mail: None).drop(self._arrival)
        desk, subject = self._rooms.desk, self._arrival.mail.subject
        ends = time.monotonic() + 30
        while True:
            page = await desk.inbox.page(InboxFilter(), None, 300)
            found = next((row for row in page.rows if row.subject == subject), None)
            if found is not None and found.number is not None:
                break
            if time.monotonic() > ends:
                raise StepFailed("the mail is not in the queue within 30 s")
            await asyncio.sleep(0.05)
        _must(found.due_at is not None and found.waiting_since is not None, "the case has a due time")
        assert found.due_at is not None and found.waiting_since is not None
        waits = found.due_at - found.waiting_since
        _must(waits.total_seconds() == 3600, f"a human answer is due within 60 minutes, not {waits}")
        _must(found.customer_name == self._arrival.mail.sender_name, "the customer is known")
        due = found.due_at.astimezone()
        self._tell(f"mail arrived from {found.customer_name}: case {found.number}, due {due:%H:%M}")
        return found

    async def _opened(self, item: QueueItem) -> None:
        rooms, model = self._rooms, self._rooms.case_model
        rooms.open_case(item.case_id)
        await self._until(
            lambda: model.file is not None and model.file.case.case_id == item.case_id,
            15,
            "the case is shown",
        )
        await asyncio.sleep(0.6)
        file = model.file
        assert file is not None
        _must(file.order is not None and file.order.number == self._order, "the order stands beside it")
        faces = model.faces()
        _must(bool(faces), "there is a decision")
        first = faces[0]
        _must("24,90" in first.title and str(first.state) == "now", f"24,90 € is green: {first}")
        words = " ".join(f"{face.title} {face.reason}" for face in faces).casefold()
        _must(not any(word in words for word in _FORBIDDEN), "no button asks for a proof")
        self._tell(f"opened: order {self._order}, paid by card 4242; first decision «{first.title}»: green")
        await self._picture("case")

    async def _undone(self) -> None:
        model = self._rooms.case_model
        titles = [face.title for face in model.faces()]
        await self._press("Alt+1")
        await self._until(lambda: model.hold is not None, 10, "held for the undo time")
        await asyncio.sleep(0.4)
        await self._picture("undo")
        _must(not self._books().bookings, "nothing is booked while it is held")
        await self._press("Alt+Z")
        await self._until(
            lambda: model.hold is None and [face.title for face in model.faces()] == titles,
            10,
            "taken back, and the same is offered again",
        )
        await asyncio.sleep(0.3)
        _must(not self._books().bookings, "undo leaves no trace in the books")
        self._tell("Alt+1: held; Alt+Z: taken back, no trace in the books")

    async def _booked(self) -> None:
        model, rooms = self._rooms.case_model, self._rooms
        rooms.queue.focus_list()
        # On a slow machine what was taken back is still being put away: a press is none until then.
        for _press in range(10):
            await self._press("Alt+1")
            with suppress(StepFailed):
                await self._until(lambda: model.hold is not None, 2, "held again")
                break
        _must(model.hold is not None, "held again")
        await self._until(lambda: bool(model.text.strip()), 10, "the answer is written")
        hold = model.hold
        self._tell(f"Alt+1: held for {hold.undo_s if hold else 8} s, the answer is written meanwhile")
        await self._picture("answer")
        await self._press("Ctrl+Return")
        await self._until(lambda: self._has_state("booked"), 60, "booked")
        books = self._books()
        _must(len(books.bookings) == 1, f"booked exactly once, not {len(books.bookings)} times")
        _must(books.bookings[0].amount == _PRICE, "24,90 €")
        _must(len(books.returns) == 1, "one return for the other bowl")
        _must(books.payment.refunded == _PRICE, "the payment knows it")
        booking = books.bookings[0]
        at = booking.booked_at.astimezone()
        self._tell(
            f"booked {at:%H:%M:%S}: 24,90 € to card 4242, credit note {booking.credit_note_number}, "
            f"return {books.returns[0].number}"
        )

    async def _left(self) -> None:
        await self._until(self._is_answered, 60, "the answer is delivered")
        await asyncio.sleep(0.4)
        await self._picture("done")
        sent = self._answers()
        _must(len(sent) == 1, f"one answer left, not {len(sent)}")
        path, mail = sent[0]
        text = mail.get_content() if not mail.is_multipart() else _plain_of(mail)
        books = self._books()
        for wanted in ("24,90", "4242", books.bookings[0].credit_note_number, books.returns[0].number):
            _must(wanted in text, f"the answer names {wanted}")
        _must(text.count("openstreetmap.org") == 3, "three drop-off points with a map link")
        self._tell(f"mail left: {path}")

    # -- looking and acting
    def _has_state(self, state: str) -> bool:
        file = self._rooms.case_model.file
        return file is not None and any(record.state == state for record in file.decisions)

    def _is_answered(self) -> bool:
        file = self._rooms.case_model.file
        return file is not None and any(
            message.kind == "outbound" and message.delivery == "accepted" for message in file.messages
        )

    def _answers(self) -> list[tuple[Path, EmailMessage]]:
        found: list[tuple[Path, EmailMessage]] = []
        for path in sorted((self._loaded.outgoing / "new").iterdir()):
            mail: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if self._arrival.mail.sender in str(mail["To"]):
                found.append((path, mail))
        return found

    def _books(self) -> Books:
        """Read the hub's database beside the running hub."""
        settings = read_settings(self._loaded.folder)
        core = open_core(settings, settings.key())
        try:
            return core.database.read(core.tenant_id, lambda tx: _books_of(tx, self._order))
        finally:
            core.close()

    async def _press(self, keys: str) -> None:
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest

        assert self._running is not None
        app, window = self._running.app, self._running.window
        window.activateWindow()
        await self._until(lambda: app.activeWindow() is window, 5, "the window is the active one")
        await self._outside(lambda: QTest.keySequence(app.focusWidget() or window, QKeySequence(keys)))
        await asyncio.sleep(0.05)

    async def _outside(self, act: Callable[[], object]) -> None:
        """Do ``act`` from the loop itself: Qt may deliver events, which must meet no task at work."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def run() -> None:
            act()
            done.set_result(None)

        loop.call_soon(run)
        await done

    async def _until(self, holds: Callable[[], object], within_s: float, what: str) -> None:
        ends = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > ends:
                raise StepFailed(f"not within {within_s:.0f} s: {what}")
            await asyncio.sleep(0.03)

    async def _picture(self, name: str) -> None:
        assert self._running is not None
        window = self._running.window
        self._step += 1
        path = str(self._pictures / f"{self._step}-{name}.png")
        await self._outside(lambda: window.grab().save(path))

    def _tell(self, words: str) -> None:
        self._say(f"{time.strftime('%H:%M:%S')}  {words}")


def _books_of(tx: Any, number: str) -> Books:
    order = next(one for one in tx.all_of(Order) if one.number == number)
    return Books(
        bookings=tuple(one for one in tx.all_of(Booking) if one.order_id == order.order_id),
        returns=tuple(one for one in tx.all_of(ReturnAuthorisation) if one.order_id == order.order_id),
        payment=next(one for one in tx.all_of(Payment) if one.order_id == order.order_id),
    )


def _plain_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _must(holds: object, what: str) -> None:
    if not holds:
        raise StepFailed(what)
