"""Cases and addresses tied and untied from the window: opens the sheets, acts, and offers the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from workstation.casework.customer import Identity
from workstation.casework.message import Message
from workstation.services.views import CaseFile
from workstation.ui.case_desk.kin_words import KinShown, gone_into, kin_shown
from workstation.ui.case_desk.view_joining import JoinSheet, MessageChoice, SplitSheet
from workstation.ui.customer_pane.view_identities import IdentitiesSheet
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow

_ON_ITS_WAY = frozenset({"waiting_booking", "queued", "sending", "unknown"})


class Joining:
    """One for the window; keys of the case's menu: ``link``, ``merge``, ``split``, ``addresses``."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self.current: Sheet | None = None
        strip, case = rooms.case.kin, rooms.case
        case.acted.connect(self.act_on_case)
        rooms.case_model.file_changed.connect(self._on_file)
        strip.jump_requested.connect(self._jump)
        strip.undo_requested.connect(self._undo)
        strip.answered.connect(self._answer)
        rooms.customer.edit_clicked.connect(lambda _customer_id: self.act_on_case("addresses"))

    def act_on_case(self, key: str) -> None:
        """Open what the case's menu asks for; other keys are for others."""
        file = self._rooms.case_model.shown_file
        opener = {
            "link": lambda shown: self._join(shown, is_merge=False),
            "merge": lambda shown: self._join(shown, is_merge=True),
            "split": self._split,
            "addresses": self._addresses,
        }.get(key)
        if file is not None and opener is not None:
            opener(file)

    @property
    def is_gone(self) -> bool:
        """Whether the case shown has gone into another one: what would be done to it is done there."""
        file = self._rooms.case_model.shown_file
        return file is not None and bool(file.case.merged_into)

    def go_on(self) -> None:
        """Go to the case that goes on with the one shown; what was being written goes along."""
        file = self._rooms.case_model.shown_file
        if file is not None and file.case.merged_into:
            self._jump(file.case.merged_into)

    def say_gone(self) -> None:
        """Say where the case shown went, for keys that would have acted on it."""
        file = self._rooms.case_model.shown_file
        if file is not None and file.case.merged_into:
            gone = gone_into(file)
            self._rooms.window.toasts.show_toast(gone.title, icon="git-merge", act=gone.go, on_act=self.go_on)

    def _jump(self, case_id: str) -> None:
        file = self._rooms.case_model.shown_file
        if file is None or file.case.merged_into != case_id:
            self._rooms.open_case(case_id)
            return
        self._rooms.case.composer.flush()
        left = file.case.case_id

        async def carry() -> None:
            await self._rooms.desk.replies.carry_draft(left, case_id)
            if self._rooms.case_model.case_id == left:
                self._rooms.open_case(case_id)

        self._start(carry(), "joining.go_on")

    def _on_file(self, _is_new: bool) -> None:
        file = self._rooms.case_model.file
        self._rooms.case.kin.show_kin(kin_shown(file) if file is not None else KinShown())

    # -- cases
    def _join(self, file: CaseFile, *, is_merge: bool) -> None:
        case_id, acts = file.case.case_id, self._rooms.desk.joining
        sheet = JoinSheet(self._rooms.window.theme, "merge" if is_merge else "link", self._rooms.window)

        async def find(text: str) -> None:
            found = await acts.find(case_id, text)
            if self.current is sheet:
                sheet.show_cases(found)

        def search(text: str) -> None:
            self._start(find(text), "joining.find")

        async def merge(other: str) -> None:
            await acts.merge(case_id, other)
            await self._rooms.desk.replies.carry_draft(case_id, other)

        def act() -> None:
            other = sheet.other_case_id
            if is_merge:
                self._rooms.case.composer.flush()
                self._done(
                    merge(other),
                    translate("Joining", "Zusammengeführt"),
                    "git-merge",
                    lambda: acts.unmerge(case_id),
                    lambda: self._rooms.open_case(other),
                )
            else:
                self._done(
                    acts.link(case_id, other),
                    translate("Joining", "Verknüpft"),
                    "link",
                    lambda: acts.unlink(case_id, other),
                )

        sheet.text_changed.connect(search)
        self._show(sheet, act)
        search("")

    def _split(self, file: CaseFile) -> None:
        rooms, case_id = self._rooms, file.case.case_id
        now = rooms.desk.clock.now()
        choices = [
            MessageChoice(
                message.message_id,
                f"{self._author(file, message)}  ·  {rooms.formats.moment(message.at, now)}",
                message.rendered or message.text,
            )
            for message in file.messages
            if message.kind != "system" and message.case_id == case_id and message.delivery not in _ON_ITS_WAY
        ]
        sheet = SplitSheet(rooms.window.theme, choices, file.case.subject, rooms.window)

        async def split() -> None:
            new = await rooms.desk.joining.split(case_id, sheet.message_ids, sheet.subject)
            rooms.window.toasts.show_toast(
                translate("Joining", "In einen eigenen Fall abgeteilt"),
                icon="split",
                act=translate("Joining", "Rückgängig"),
                on_act=lambda: rooms.act(rooms.desk.joining.merge(new, case_id)),
            )

        self._show(sheet, lambda: rooms.act(split()))

    def _author(self, file: CaseFile, message: Message) -> str:
        person = file.people.get(message.author_id)
        return person.name if person is not None else message.author_name or message.from_address

    def _undo(self, kind: str, other: str) -> None:
        file = self._rooms.case_model.shown_file
        if file is None:
            return
        case_id, acts = file.case.case_id, self._rooms.desk.joining
        if kind == "linked":
            self._done(
                acts.unlink(case_id, other),
                translate("Joining", "Verknüpfung gelöst"),
                "unlink",
                lambda: acts.link(case_id, other),
            )
            return
        member, root = (other, case_id) if kind == "merged" else (case_id, other)
        self._done(
            acts.unmerge(member),
            translate("Joining", "Wieder ein eigener Fall"),
            "split",
            lambda: acts.merge(member, root),
        )

    # -- addresses
    def _answer(self, is_yes: bool) -> None:
        file = self._rooms.case_model.shown_file
        if file is None or file.case.kinship is None:
            return
        case_id, acts = file.case.case_id, self._rooms.desk.identities
        if is_yes:
            words = translate("Joining", "Verknüpft mit {name}").format(name=file.case.kinship.customer_name)
            self._rooms.case_model.act(acts.accept(case_id, file.case.kinship), words)
        else:
            self._rooms.case_model.act(acts.decline(case_id))

    def _addresses(self, file: CaseFile) -> None:
        customer, rooms, case_id = file.customer, self._rooms, file.case.case_id
        if customer is None:
            return
        acts = rooms.desk.identities
        people = {person_id: person.name for person_id, person in file.people.items()}
        sheet = IdentitiesSheet(
            rooms.window.theme, rooms.formats, customer, people, can_untie=True, parent=rooms.window
        )

        async def unlink(identity: Identity) -> None:
            await acts.unlink(case_id, customer.customer_id, identity)
            after = (await rooms.desk.case_desk.open(case_id)).customer
            if self.current is sheet and after is not None:
                sheet.show_customer(after)
            self._toast(
                translate("Joining", "{value} gelöst").format(value=identity.value),
                "unlink",
                lambda: acts.link(case_id, customer.customer_id, identity.kind, identity.value),
            )

        def untie() -> None:
            sheet.reject()
            self._done(
                acts.untie(case_id),
                translate("Joining", "Der Fall gehört jetzt zu keinem Kundenkonto"),
                "unlink",
                lambda: rooms.desk.case_desk.acts.tie(
                    case_id,
                    customer_id=customer.customer_id,
                    order_id=file.case.order_id,
                    invoice_id=file.case.invoice_id,
                ),
            )

        def link() -> None:
            words = translate("Joining", "{value} verknüpft").format(value=sheet.value)
            rooms.case_model.act(acts.link(case_id, customer.customer_id, sheet.kind, sheet.value), words)

        sheet.unlink_requested.connect(lambda identity: rooms.act(unlink(identity)))
        sheet.untie_requested.connect(untie)
        self._show(sheet, link)

    # -- showing
    def _show(self, sheet: Sheet, act: Callable[[], None]) -> None:
        self.current = sheet
        sheet.accepted.connect(act)
        sheet.finished.connect(lambda _result: setattr(self, "current", None))
        sheet.open()

    def _done(
        self,
        work: Awaitable[Any],
        words: str,
        icon: str,
        back: Callable[[], Awaitable[Any]],
        then: Callable[[], None] | None = None,
    ) -> None:
        async def carry_out() -> None:
            await work
            self._toast(words, icon, back)
            if then is not None:
                then()

        self._rooms.act(carry_out())

    def _toast(self, words: str, icon: str, back: Callable[[], Awaitable[Any]]) -> None:
        async def undo() -> None:
            await back()

        self._rooms.window.toasts.show_toast(
            words,
            icon=icon,
            act=translate("Joining", "Rückgängig"),
            on_act=lambda: self._rooms.act(undo()),
        )
        self._rooms.window.announcer.announce(words)

    def _start(self, work: Any, name: str) -> None:
        self._rooms.desk.tasks.start(work, name=name, owner=self)
