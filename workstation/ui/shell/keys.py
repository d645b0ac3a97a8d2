"""The keys of the window and the rows of the palette: the same commands, bound once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workstation.ui.palette.view_model import PaletteRow
from workstation.ui.shared.keymap import native_keys
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


_SENDING = frozenset({"write.send", "write.send_done"})
_ON_THE_CASE = frozenset(
    f"case.{name}" for name in ("reply", "note", "done", "assign", "snooze", "promise", "no_case")
)


class Keys:
    """Binds the commands to the rooms and offers them to the palette."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms

    def palette_rows(self) -> tuple[PaletteRow, ...]:
        """Return the decisions of the case and all bound commands, each with its key."""
        rows: list[PaletteRow] = []
        if self._rooms.case_model.file is not None:
            for index, face in enumerate(self._rooms.case_model.faces()):
                rows.append(
                    PaletteRow(
                        "decision",
                        f"decision:{index}:{face.title}",
                        face.title,
                        f"{face.shown_word()} {face.reason}",
                        "zap",
                        face.key,
                        is_forbidden=face.state == "blocked",
                    )
                )
        for command, action in self._rooms.window.keymap.actions():
            if command.group != "decision" and command.id != "window.palette":
                why_not = self._why_not(command.id)
                rows.append(
                    PaletteRow(
                        "command",
                        f"command:{command.id}",
                        action.text(),
                        why_not,
                        "chevron-right",
                        native_keys(command.id),
                        is_forbidden=bool(why_not),
                    )
                )
        return tuple(rows)

    def _why_not(self, command_id: str) -> str:
        """Say why a command would do nothing now; empty when it does something."""
        if command_id == "go.work" and not self._rooms.work_room.is_open_to_me:
            return translate("Keys", "Nur für alle, die ein Team leiten")
        if self._is_of_a_case(command_id) and not self._rooms.window.is_inbox:
            return translate("Keys", "Nur im Eingang, wo der Fall zu sehen ist")
        if command_id == "case.go_on" and not self._rooms.joining.is_gone:
            return translate("Keys", "Dieser Fall ist in keinem anderen aufgegangen")
        return ""

    def run(self, key: str) -> None:
        """Carry out a row of the palette."""
        kind, _colon, rest = key.partition(":")
        if kind == "decision":
            self._decide(*rest.split(":", 1))
        elif kind == "command":
            action = next((a for c, a in self._rooms.window.keymap.actions() if c.id == rest), None)
            why_not = self._why_not(rest)
            if why_not:
                self._rooms.window.toasts.show_toast(why_not, icon="ban")
            elif action is not None:
                action.trigger()
        else:
            entity_id, case_id, customer_id = rest.split(":")
            if kind == "case" or case_id:
                self._rooms.open_case(case_id or entity_id)
            elif customer_id or kind == "customer":
                self._rooms.window.show_room(self._rooms.customers)
                self._rooms.customers_model.refresh()
                self._rooms.second_model.show_customer(customer_id or entity_id)

    def _decide(self, place: str, title: str) -> None:
        """Press what the row said, also when news have moved it meanwhile; what is gone is not decided."""
        if not self._rooms.case.decisions.grid.isVisible():
            return  # a line or an amount is asked for: numbers mean something else
        titles = [face.title for face in self._rooms.case_model.faces()]
        index = int(place)
        if titles[index : index + 1] != [title]:
            index = titles.index(title) if title in titles else len(titles)
        self._rooms.case.press_decision(index + 1)

    def bind(self) -> None:
        """Give every command of the window its act."""
        case, window = self._rooms.case, self._rooms.window
        acting, sheets = self._rooms.acting, self._rooms.sheets
        acts: dict[str, Callable[[], object]] = {
            "queue.next": lambda: self._rooms.queue.step(1),
            "queue.previous": lambda: self._rooms.queue.step(-1),
            "queue.filter": self._rooms.queue.open_filter,
            "queue.mark": self._rooms.queue.mark_current,
            "queue.mark_to": self._rooms.queue.extend_to_current,
            "queue.mark_down": lambda: self._rooms.queue.extend_by(1),
            "queue.mark_up": lambda: self._rooms.queue.extend_by(-1),
            "queue.mark_all": self._rooms.queue.mark_all,
            "case.reply": case.reply,
            "case.note": case.note,
            "case.done": lambda: self._on_several("solve", lambda: acting.act_on_case("solve")),
            "case.assign": lambda: self._on_several("assign", lambda: sheets.open("assign")),
            "case.snooze": lambda: self._on_several("snooze", lambda: sheets.open("snooze")),
            "case.promise": lambda: self._rooms.sheets.open("promise"),
            "case.go_on": self._rooms.joining.go_on,
            "case.no_case": lambda: self._on_several("no_case_spam", self._toggle_no_case),
            "decision.undo": case.press_undo,
            "write.send": lambda: case.press_send(solves=False),
            "write.send_done": lambda: case.press_send(solves=True),
            "write.new_mail": self._rooms.sheets.new_mail,
            "write.log_call": self._rooms.sheets.log_call,
            "go.inbox": lambda: self._rooms.show_room("inbox"),
            "go.customers": lambda: self._rooms.show_room("customers"),
            "go.work": lambda: self._rooms.show_room("work"),
            "window.palette": self._rooms.open_palette,
            "window.find": self._rooms.customer.open_search,
            "window.next_pane": lambda: self._step_pane(1),
            "window.previous_pane": lambda: self._step_pane(-1),
            "window.queue": window.toggle_queue,
            "window.context": window.toggle_context,
            "window.outbox": self._rooms.open_outbox,
            "window.shortcuts": self._rooms.menus.open_shortcuts,
            "window.shortcuts_sheet": self._rooms.menus.open_shortcuts,
            "window.back": self._back,
            "window.larger": lambda: self._rooms.menus.scale(1),
            "window.smaller": lambda: self._rooms.menus.scale(-1),
            "window.normal": lambda: self._rooms.menus.scale(0),
        }
        for command_id, act in acts.items():
            act = self._in_sight(command_id, self._where_it_goes_on(command_id, act))
            window.keymap.bind(command_id, _quiet(act))
        for number in range(1, 7):
            window.keymap.bind(f"decision.{number}", lambda n=number: self._press(n))  # type: ignore[misc]
        window.keymap.set_single_keys(self._rooms.preferences.current.has_single_keys)
        self._rooms.menus.set_undo()

    def _in_sight(self, command_id: str, act: Callable[[], object]) -> Callable[[], object]:
        """While another room is shown nothing is done to a case nobody sees."""
        if not self._is_of_a_case(command_id):
            return act
        return lambda: act() if self._rooms.window.is_inbox else None

    @staticmethod
    def _is_of_a_case(command_id: str) -> bool:
        return command_id.partition(".")[0] in ("queue", "case") or command_id in _SENDING

    def _where_it_goes_on(self, command_id: str, act: Callable[[], object]) -> Callable[[], object]:
        """Of a case that went into another one the keys say so instead of acting on it."""
        if command_id not in _ON_THE_CASE:
            return act

        def guarded() -> object:
            if not self._rooms.joining.is_gone or self._rooms.acting.has_marked:
                return act()
            self._rooms.joining.say_gone()
            return None

        return guarded

    def _press(self, number: int) -> None:
        if self._rooms.window.is_inbox:
            self._rooms.case.press_decision(number)

    def _on_several(self, key: str, on_one: Callable[[], None]) -> None:
        """A key of the case means all that are marked, while some are."""
        if self._rooms.acting.has_marked:
            self._rooms.acting.act_on_marked(key)
        else:
            on_one()

    def _toggle_no_case(self) -> None:
        file = self._rooms.case_model.shown_file
        if file is not None:
            self._rooms.acting.act_on_case("is_case" if file.case.status == "no_case" else "no_case_spam")

    def _back(self) -> None:
        if self._rooms.is_outbox_open:
            self._rooms.outbox.close_popover()
        elif self._rooms.queue.list.hasFocus() and self._rooms.queue.clear_marks():
            pass  # the first Esc unmarks, the second closes
        elif not self._rooms.window.fold_overlays():
            self._rooms.queue.focus_list()

    def _step_pane(self, by: int) -> None:
        panes = [self._rooms.queue.list, *self._rooms.case.panes(), self._rooms.customer.list]
        panes = [pane for pane in panes if pane.isVisible()]
        focus = self._rooms.window.focusWidget()
        now = next(
            (n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), 0
        )
        if panes:
            panes[(now + by) % len(panes)].setFocus()


def _quiet(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        act()

    return run
