"""Opens the sheets of a case and turns what was entered into an act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workstation.casework.clock import Clock
from workstation.casework.people import Person
from workstation.ui.case_desk.dialogs import (
    AssignSheet,
    CallSheet,
    NewMailSheet,
    OrderSheet,
    PromiseSheet,
    RecipientSheet,
    SnoozeSheet,
)
from workstation.ui.case_desk.view_model import CaseDeskViewModel
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.services.case_desk import CaseDesk


class Sheets:
    """One for the window; ``open_case`` shows a case that was begun here."""

    def __init__(
        self,
        window: QWidget,
        theme: Theme,
        formats: Formats,
        clock: Clock,
        model: CaseDeskViewModel,
        case_desk: CaseDesk,
        me: Callable[[], str],
        open_case: Callable[[str], None],
        people: Callable[[], Sequence[Person]],
    ) -> None:
        self._window = window
        self._theme = theme
        self._formats = formats
        self._clock = clock
        self._model = model
        self._acts = case_desk.acts
        self._me = me
        self._open_case = open_case
        self._people = people
        self.current: Sheet | None = None

    def _show(self, sheet: Sheet, act: Callable[[], None]) -> None:
        self.current = sheet
        sheet.accepted.connect(act)
        sheet.finished.connect(lambda _result: setattr(self, "current", None))
        sheet.open()

    def open(self, name: str) -> None:
        """Open the sheet ``name`` for the case shown; without a case only those that begin one."""
        begin = {"new_mail": self.new_mail, "log_call": self.log_call}.get(name)
        if begin is not None:
            begin()
            return
        if self._model.shown_file is None:
            return
        opener = {
            "assign": self._assign,
            "snooze": self._snooze,
            "promise": self._promise,
            "call": self._call,
            "tie": self._tie,
            "recipient": self._recipient,
        }.get(name)
        if opener is not None:
            opener()

    def _assign(self) -> None:
        file = self._model.file
        assert file is not None
        case = file.case
        people = [person for person in file.people.values() if person.is_active]
        sheet = AssignSheet(self._theme, people, self._me(), case.assignee_id, self._window)

        def act() -> None:
            name = next((p.name for p in people if p.person_id == sheet.person_id), "")
            words = (
                translate("Sheets", "Liegt jetzt bei {name}").format(name=name)
                if name
                else translate("Sheets", "Liegt wieder im Team")
            )
            self._model.act(self._acts.assign(case.case_id, person_id=sheet.person_id), words)

        self._show(sheet, act)

    def _snooze(self) -> None:
        file = self._model.file
        assert file is not None
        case_id, now = file.case.case_id, self._clock.now()
        sheet = SnoozeSheet(self._theme, self._formats, now, self._window)

        def act() -> None:
            words = translate("Sheets", "Kommt wieder: {when}").format(
                when=self._formats.moment(sheet.until, now)
            )
            self._model.act(self._acts.snooze(case_id, sheet.until), words)

        self._show(sheet, act)

    def _promise(self) -> None:
        file = self._model.file
        assert file is not None
        sheet = PromiseSheet(self._theme, self._formats, self._clock.now(), self._window)

        def act() -> None:
            self._model.promise(sheet.what, sheet.due_at, sheet.note)

        self._show(sheet, act)

    def _call(self) -> None:
        file = self._model.file
        assert file is not None
        case_id = file.case.case_id
        phones = file.customer.linked("phone") if file.customer else ()
        sheet = CallSheet(self._theme, phones[0].value if phones else "", is_new=False, parent=self._window)

        def act() -> None:
            self._model.act(
                self._acts.log_call(
                    case_id,
                    sheet.text,
                    direction=sheet.direction,
                    duration_s=sheet.duration_s,
                    is_reached=sheet.is_reached,
                ),
                translate("Sheets", "Anruf festgehalten"),
            )

        self._show(sheet, act)

    def _tie(self) -> None:
        file = self._model.file
        assert file is not None
        case = file.case
        sheet = OrderSheet(self._theme, self._formats, file.orders, case.order_id, self._window)

        def act() -> None:
            self._model.act(
                self._acts.tie(case.case_id, order_id=sheet.order_id),
                translate("Sheets", "Bestellung zugeordnet"),
            )

        self._show(sheet, act)

    def _recipient(self) -> None:
        state = self._model.composer()
        others = self._model.file.others_on_newest if self._model.file is not None else ()
        sheet = RecipientSheet(self._theme, state.recipients, state.cc, self._window, others)
        self._show(sheet, lambda: self._model.set_recipients(sheet.to, sheet.cc))

    def assign_many(self, count: int, take: Callable[[str, str], None]) -> None:
        """Ask to whom ``count`` cases go; ``take`` gets the person's id and name, empty for nobody."""
        people = [person for person in self._people() if person.is_active]
        title = translate("Sheets", "{count} Fälle zuweisen").format(count=count)
        me = self._me()
        sheet = AssignSheet(self._theme, people, me, me, self._window, title)

        def act() -> None:
            chosen = sheet.person_id
            take(chosen, next((p.name for p in people if p.person_id == chosen), ""))

        self._show(sheet, act)

    def snooze_many(self, count: int, take: Callable[[datetime], None]) -> None:
        """Ask until when ``count`` cases are put off."""
        title = translate("Sheets", "Wiedervorlage für {count} Fälle").format(count=count)
        sheet = SnoozeSheet(self._theme, self._formats, self._clock.now(), self._window, title)
        self._show(sheet, lambda: take(sheet.until))

    def check_back(self, take: Callable[[datetime], None]) -> None:
        """Ask when the customer is asked whether all is well."""
        title = translate("Sheets", "Wann nachfragen?")
        sheet = SnoozeSheet(self._theme, self._formats, self._clock.now(), self._window, title)
        sheet.main.setText(translate("Sheets", "Nachfrage planen"))
        self._show(sheet, lambda: take(sheet.until))

    def new_mail(self, address: str = "") -> None:
        """A mail we write first."""
        sheet = NewMailSheet(self._theme, address, self._window)

        async def begin() -> None:
            case_id = await self._acts.open_case(
                channel="mail",
                subject=sheet.subject,
                address=sheet.address,
                customer_name=sheet.name,
                language=sheet.language,
            )
            self._open_case(case_id)

        self._show(sheet, lambda: self._model.act(begin()))

    def log_call(self, number: str = "") -> None:
        """A call about something new."""
        sheet = CallSheet(self._theme, number, is_new=True, parent=self._window)

        async def begin() -> None:
            case_id = await self._acts.open_case(
                channel="phone", subject=sheet.subject, address=sheet.number, customer_name=sheet.name
            )
            await self._acts.log_call(
                case_id,
                sheet.text,
                direction=sheet.direction,
                duration_s=sheet.duration_s,
                is_reached=sheet.is_reached,
            )
            self._open_case(case_id)

        self._show(sheet, lambda: self._model.act(begin(), translate("Sheets", "Anruf festgehalten")))
