"""The room of work orders in the window: for those who lead, made when somebody goes there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from workstation.casework.errors import RuleViolation
from workstation.ports import StoreUnusable
from workstation.services.views import Changes
from workstation.services.work import MOST_OPEN
from workstation.ui.work_orders.view_model import WorkOrdersViewModel

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow
    from workstation.ui.work_orders.view import WorkOrdersView

_LEADING = ("lead", "owner")


class WorkRoom:
    """One for the window. The rail shows the room only to whoever leads, with how many are overdue."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        desk = rooms.desk
        self.model = WorkOrdersViewModel(
            desk.work, desk.tasks, desk.clock.now, rooms.formats, self._confirm, MOST_OPEN
        )
        self.model.rows_changed.connect(self._on_rows)

    @cached_property
    def view(self) -> WorkOrdersView:
        """The room."""
        from workstation.ui.work_orders.view import WorkOrdersView

        view = WorkOrdersView(self._rooms.window.theme, self.model)
        view.place_wanted.connect(self._rooms.open_case)
        self._rooms.window.put_room(view)
        return view

    @property
    def is_open_to_me(self) -> bool:
        """Whether the person signed in leads."""
        session = self._rooms.desk.session.view
        return session.state == "signed_in" and session.role in _LEADING

    def show(self) -> None:
        """Show the room, to whoever leads."""
        if self.is_open_to_me:
            self._rooms.window.show_room(self.view, "work")
            self.model.refresh()
            self.view.begin()

    def on_changes(self, changes: Changes) -> None:
        """Look again when work orders may have changed; who works here may have changed too."""
        rail = self._rooms.window.rail
        is_new = self.is_open_to_me and rail.work.isHidden()
        rail.work.setVisible(self.is_open_to_me)
        if not self.is_open_to_me:
            if rail.work.isChecked():
                self._rooms.show_room("inbox")
        elif is_new or changes.cases or changes.customers or changes.outbox or changes.reference:
            self.model.refresh()

    def tick(self) -> None:
        """Half a minute has passed: what is overdue may be more."""
        if self.is_open_to_me:
            self.model.rows_changed.emit()

    async def _confirm(self, case_id: str, work_order_id: str, title: str) -> None:
        rooms = self._rooms
        try:
            await rooms.case_model.confirm(case_id, work_order_id, title)
        except RuleViolation as error:
            words = rooms.errors.sentence(error.code, error.params)
        except StoreUnusable as error:
            words = rooms.errors.sentence(error.reason, {"path": str(error.path)})
        else:
            return
        rooms.window.toasts.show_toast(words, icon="circle-alert")
        rooms.window.announcer.announce(words, is_urgent=True)
        self.model.rows_changed.emit()  # the button can be pressed again

    def _on_rows(self) -> None:
        self._rooms.window.rail.work.set_badge(self.model.overdue, "ask")
