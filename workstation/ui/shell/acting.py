"""Acts on the case shown and on all that are marked: carried out, said, and taken back where they can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from workstation.casework.case import NoCaseReason
from workstation.services.batches import BatchResult, each
from workstation.services.case_acts import USUAL, CheckBack
from workstation.ui.inbox.view_marks import BatchOutcome
from workstation.ui.shared.words import later, translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow

_MOST_NAMES = 2
_NO_CASE: dict[str, NoCaseReason] = {"no_case_spam": "spam", "no_case_newsletter": "newsletter"}
_DONE = {
    "solve": later("Marks", "{count} erledigt."),
    "no_case": later("Marks", "{count} aus dem Eingang genommen."),
    "assign": later("Marks", "{count} zugewiesen: {what}."),
    "assign_nobody": later("Marks", "{count} wieder im Team."),
    "snooze": later("Marks", "{count} zurückgestellt: {what}."),
    "undo": later("Marks", "{count} zurückgenommen."),
}
_OF = later("Marks", "{done} von {all}")


class Acting:
    """One for the window. Nothing of money is decided here: such a decision is made on one case."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self._acts = rooms.desk.case_desk.acts
        self._is_busy = False
        self._left: tuple[str, ...] = ()
        self._undo: Callable[[], None] | None = None
        queue = rooms.queue
        queue.batch_wanted.connect(self.act_on_marked)
        queue.batch_shown.connect(self._show_left)
        queue.batch_undone.connect(self._take_back)
        rooms.case_model.solved.connect(self.say_solved)
        queue.said.connect(rooms.window.announcer.announce)

    # -- the case shown
    def act_on_case(self, key: str) -> None:
        """Carry out what the case's own menu and keys ask: solve, reopen, no_case_spam, is_case ..."""
        model = self._rooms.case_model
        file = model.shown_file
        if file is None:
            return
        case_id, acts = file.case.case_id, self._acts
        if key == "solve":
            self.solve()
        elif key == "reopen":
            model.act(acts.reopen(case_id), translate("Shell", "Wieder geöffnet"))
        elif key in _NO_CASE:
            self._done(
                acts.no_case(case_id, _NO_CASE[key]),
                lambda: translate("Shell", "Kein Fall. Aus dem Eingang genommen."),
                "ban",
                translate("Shell", "Doch ein Fall"),
                lambda: acts.is_case(case_id),
            )
        elif key == "is_case":
            model.act(acts.is_case(case_id), translate("Shell", "Wieder im Eingang"))
        elif key == "copy_number":
            QGuiApplication.clipboard().setText(model.header().number)
            self._rooms.window.toasts.show_toast(translate("Shell", "Kopiert"), icon="copy")

    def solve(self, follow_up_at: CheckBack = USUAL) -> None:
        """Settle the case shown; the toast says when the customer is asked back about it."""
        file = self._rooms.case_model.shown_file
        if file is None:
            return
        case_id, acts = file.case.case_id, self._acts
        name = file.case.customer_name or file.case.subject

        async def carry_out() -> None:
            at = await acts.usual_check_back(case_id) if follow_up_at is USUAL else follow_up_at
            await acts.solve(case_id, at)
            self.say_solved(case_id, name, at)

        self._rooms.case_model.act(carry_out())

    def say_solved(self, case_id: str, name: str, at: datetime | None, first: str = "") -> None:
        """Say that a case is settled, when its customer is asked back, and what was done before it."""
        if at is None:
            words = translate("Shell", "Erledigt: {name}").format(name=name)
        else:
            when = self._rooms.formats.moment(at, self._rooms.desk.clock.now())
            words = f"{translate('Shell', 'Erledigt, Nachfrage {when}').format(when=when)}: {name}"
        self._rooms.window.toasts.show_toast(
            f"{first}. {words}" if first else words,
            icon="check",
            act=translate("Shell", "Wieder öffnen"),
            on_act=lambda: self._rooms.case_model.act(self._acts.reopen(case_id)),
        )

    def open_check_back(self, place: QPoint) -> None:
        """Offer when to ask back, at ``place`` on the screen; each choice is one step."""
        rooms = self._rooms
        file = rooms.case_model.shown_file
        if file is None:
            return
        now = rooms.desk.clock.now()
        menu = QMenu(rooms.queue)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(rooms.window.theme.font("body"))
        is_solved = file.case.status == "solved"
        for at in self._acts.check_back_times(file.case.team_id):
            when = rooms.formats.moment(at, now)
            words = translate("Shell", "Nachfrage {when}")
            if not is_solved:
                words = translate("Shell", "Erledigt, Nachfrage {when}")
            action = menu.addAction(rooms.window.theme.icon("calendar-clock"), words.format(when=when))
            action.triggered.connect(lambda _checked=False, chosen=at: self.plan_check_back(chosen))
        other = menu.addAction(translate("Shell", "Anderer Zeitpunkt …"))
        other.triggered.connect(lambda _checked=False: rooms.sheets.check_back(self.plan_check_back))
        menu.addSeparator()
        none = menu.addAction(
            rooms.window.theme.icon("x"),
            translate("Shell", "Keine Nachfrage")
            if is_solved
            else translate("Shell", "Erledigt ohne Nachfrage"),
        )
        none.triggered.connect(lambda _checked=False: self.plan_check_back(None))
        menu.popup(place)

    def plan_check_back(self, at: datetime | None) -> None:
        """Solve the case shown with this check-back, or give a solved one another; ``None``: none."""
        file = self._rooms.case_model.shown_file
        if file is None:
            return
        if file.case.status != "solved":
            self.solve(at)
            return
        words = translate("Shell", "Keine Nachfrage")
        if at is not None:
            when = self._rooms.formats.moment(at, self._rooms.desk.clock.now())
            words = translate("Shell", "Nachfrage: {when}").format(when=when)
        self._rooms.case_model.act(self._acts.solve(file.case.case_id, at), words)

    def _done(
        self,
        work: Coroutine[Any, Any, Any],
        words: Callable[[], str],
        icon: str,
        back: str,
        undo: Callable[[], Coroutine[Any, Any, Any]],
    ) -> None:
        """Carry out ``work`` and only then say so, with the way back."""
        rooms = self._rooms

        async def carry_out() -> None:
            await work
            rooms.window.toasts.show_toast(
                words(), icon=icon, act=back, on_act=lambda: rooms.case_model.act(undo())
            )

        rooms.case_model.act(carry_out())

    # -- the cases marked
    @property
    def has_marked(self) -> bool:
        """Whether keys act on marked cases now."""
        return self._rooms.window.is_inbox and len(self._rooms.queue_model.marks) > 0

    def act_on_marked(self, key: str) -> None:
        """Carry out assign, snooze, solve, no_case_spam or no_case_newsletter on all marked cases."""
        acts, marked = self._acts, self._rooms.queue_model.marks.case_ids
        if not marked or self._is_busy:
            return
        if key == "assign":
            self._rooms.sheets.assign_many(len(marked), self._assign)
        elif key == "snooze":
            self._rooms.sheets.snooze_many(len(marked), self._snooze)
        elif key == "solve":
            self._begin("solve", lambda case_id: acts.solve(case_id), undo=acts.reopen)
        elif key in _NO_CASE:
            reason = _NO_CASE[key]
            self._begin("no_case", lambda case_id: acts.no_case(case_id, reason), undo=acts.is_case)

    def _assign(self, person_id: str, name: str) -> None:
        kind = "assign" if person_id else "assign_nobody"
        acts, before = self._acts, dict[str, str]()

        async def give(case_id: str) -> None:
            before[case_id] = (await acts.writer.state(case_id)).the_case.assignee_id
            await acts.assign(case_id, person_id=person_id)

        async def give_back(case_id: str) -> None:
            if (await acts.writer.state(case_id)).the_case.assignee_id == person_id:  # nobody took it since
                await acts.assign(case_id, person_id=before[case_id])

        self._begin(kind, give, what=name, undo=give_back)

    def _snooze(self, until: datetime) -> None:
        when = self._rooms.formats.moment(until, self._rooms.desk.clock.now())
        acts, before = self._acts, dict[str, datetime | None]()

        async def put_off(case_id: str) -> None:
            before[case_id] = (await acts.writer.state(case_id)).the_case.snoozed_until
            await acts.snooze(case_id, until)

        async def fetch_back(case_id: str) -> None:
            until_before = before[case_id]
            if until_before is not None and until_before > self._rooms.desk.clock.now():
                await acts.snooze(case_id, until_before)
            else:
                await acts.reopen(case_id)

        self._begin("snooze", put_off, what=when, undo=fetch_back)

    def _begin(
        self,
        kind: str,
        act: Callable[[str], Awaitable[object]],
        *,
        what: str = "",
        undo: Callable[[str], Awaitable[object]] | None = None,
        case_ids: tuple[str, ...] = (),
    ) -> None:
        rows = {row.case_id: row for row in self._rooms.queue_model.model.rows()}
        wanted = case_ids or self._rooms.queue_model.marks.case_ids
        if not wanted or self._is_busy:
            return
        names = {one: row.customer_name or row.subject for one, row in rows.items()}
        self._is_busy = True

        async def carry_out() -> None:
            try:
                result = await each(wanted, act)
            finally:
                self._is_busy = False
            self._undo = None
            if undo is not None and result.done:
                self._undo = lambda: self._begin("undo", undo, case_ids=result.done)
            self._left = tuple(one.case_id for one in result.left)
            self._rooms.queue_model.marks.mark(self._left)
            self._rooms.queue.show_outcome(self._outcome(kind, what, result, names))

        self._rooms.desk.tasks.start(carry_out(), name=f"batch.{kind}", owner=self)

    def _outcome(self, kind: str, what: str, result: BatchResult, names: dict[str, str]) -> BatchOutcome:
        done, left = len(result.done), len(result.left)
        count = translate(*_OF).format(done=done, all=done + left) if left else str(done)
        sentences = [translate(*_DONE[kind]).format(count=count, what=what)]
        reasons: dict[str, list[str]] = {}
        for one in result.left:
            why = self._why(one.code, one.params)
            reasons.setdefault(why, []).append(names.get(one.case_id, translate("Marks", "Ein Fall")))
        sentences += [self._sentence(why, who) for why, who in reasons.items()]
        return BatchOutcome(
            " ".join(sentences),
            is_whole=not left,
            show=translate("Marks", "Zeigen") if left else "",
            undo=translate("Marks", "Rückgängig") if self._undo is not None else "",
        )

    def _why(self, code: str, params: dict[str, object]) -> str:
        return "" if code == "case.unanswered" else self._rooms.errors.sentence(code, params)

    def _sentence(self, why: str, who: list[str]) -> str:
        """«Erika Muster wartet noch auf eine Antwort.»; other reasons in their own words after the names."""
        names = ", ".join(who[:_MOST_NAMES])
        more = len(who) - _MOST_NAMES
        if more > 0:
            names = translate("Marks", "{names} und {count} weitere").format(names=names, count=more)
        if why:
            return f"{names}: {why}"
        if len(who) == 1:
            return translate("Marks", "{name} wartet noch auf eine Antwort.").format(name=names)
        return translate("Marks", "{names} warten noch auf eine Antwort.").format(names=names)

    def _show_left(self) -> None:
        queue, marks = self._rooms.queue, self._rooms.queue_model.marks
        marks.mark(self._left)
        first = next(iter(marks.case_ids), "") or next(iter(self._left), "")
        if first:
            queue.choose_case(first)
            queue.case_chosen.emit(first)
            queue.focus_list()

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()
