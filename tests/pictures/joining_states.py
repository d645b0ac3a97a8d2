"""The states of cases and addresses tied together, as they are pictured."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import msgspec
from PySide6.QtWidgets import QApplication

from tests.pictures.walk import Walk
from workstation.casework.case import Kinship
from workstation.casework.customer import Customer, Identity
from workstation.services.views import CaseFile, InboxFilter
from workstation.ui.case_desk.view_joining import JoinSheet, SplitSheet


class JoiningStates(Walk):
    """Linked, merged and split cases, and addresses with their history."""

    async def _pair(self) -> tuple[CaseFile, str]:
        """Open a case of a customer; return it with the id of another case that may be joined."""
        page = await self.rooms.desk.inbox.page(InboxFilter(), None, 500)
        file = await self.open_offering(lambda f: f.customer is not None and not f.case.related_case_ids)
        other = next(row.case_id for row in page.rows if row.case_id != file.case.case_id)
        return file, other

    async def state_21p_joined_linked(self, words: str) -> None:
        file, other = await self._pair()
        await self.sheet("join-link", lambda: self.rooms.joining.act_on_case("link"))
        self.rooms.joining.act_on_case("link")
        sheet = await self._until(QApplication.activeModalWidget, "sheet")
        assert isinstance(sheet, JoinSheet)
        sheet.field.edit.setText("Paket")
        await asyncio.sleep(0.6)
        await self.picture("join-link-found")
        sheet.close()
        await self.rooms.desk.joining.link(file.case.case_id, other)
        await self._until(lambda: self.rooms.case.kin.isVisible(), "chip")
        await asyncio.sleep(0.4)
        await self.picture(words)
        await self.rooms.desk.joining.unlink(file.case.case_id, other)

    async def state_21q_joined_merged(self, words: str) -> None:
        file = await self.open_offering(lambda f: f.customer is not None and len(f.messages) >= 2)
        desk, case_id = self.rooms.desk, file.case.case_id
        last = [item for item in file.messages if item.kind == "inbound"][-1]
        await desk.case_desk.acts.add_note(case_id, "Anderes Thema: fragt auch nach einem Gutschein.")
        note = (await desk.case_desk.open(case_id)).messages[-1]
        self.rooms.joining.act_on_case("split")
        sheet = await self._until(QApplication.activeModalWidget, "sheet")
        assert isinstance(sheet, SplitSheet)
        sheet._toggle(sheet.list.item(sheet.list.count() - 1))
        await self.picture("split-messages")
        sheet.close()
        assert last.message_id
        new = await desk.joining.split(case_id, (note.message_id,), "Gutschein")
        await asyncio.sleep(1.0)
        await self.picture("split-off")
        await self.sheet("join-merge", lambda: self.rooms.joining.act_on_case("merge"))
        await desk.joining.merge(new, case_id)
        await asyncio.sleep(1.0)
        await self.picture(words)
        self.rooms.open_case(new)
        await self._until(lambda: self._is_shown(new), "merged case")
        await asyncio.sleep(0.6)
        await self.picture("merged-into")
        await desk.joining.unmerge(new)

    async def state_21r_joined_address(self, words: str) -> None:
        file, _other = await self._pair()
        hint = Kinship(
            customer_id="c",
            customer_name="Erika Muster",
            value="erika.privat@web.example",
            why="order",
            detail="B-10482",
        )
        await self._shown_as(dataclasses.replace(file, case=msgspec.structs.replace(file.case, kinship=hint)))
        await self._until(lambda: self.rooms.case.kin.question.isVisible(), "question")
        await self.picture(words)
        delattr(self.rooms.desk.case_desk, "open")

    async def _shown_as(self, file: CaseFile) -> None:
        """Let the case shown be ``file``, also when it is read again."""

        async def read(case_id: str) -> CaseFile:
            return file

        setattr(self.rooms.desk.case_desk, "open", read)  # noqa: B010
        self.show_file(file)
        await asyncio.sleep(0.3)

    async def state_21s_joined_addresses(self, words: str) -> None:
        file, _other = await self._pair()
        customer, me = file.customer, self.rooms.desk.session.view.person_id
        assert isinstance(customer, Customer)
        now = self.rooms.desk.clock.now()
        former = Identity(
            identity_id="f",
            kind="email",
            value="frueher@web.example",
            normalised="frueher@web.example",
            linked_at=now - timedelta(days=200),
            linked_by="rule:import",
            unlinked_at=now - timedelta(days=3),
            unlinked_by=me,
        )
        phone = msgspec.structs.replace(
            former, identity_id="p", kind="phone", value="0761 123456", linked_by=me, unlinked_at=None
        )
        shown = msgspec.structs.replace(customer, identities=(*customer.identities, phone, former))
        await self._shown_as(dataclasses.replace(file, customer=shown))
        await self.sheet(words, lambda: self.rooms.joining.act_on_case("addresses"))
        delattr(self.rooms.desk.case_desk, "open")
