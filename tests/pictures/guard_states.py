"""The states of the first load, and of what is refused while something waits to be sent."""

from __future__ import annotations

import asyncio

from tests.pictures.walk import Walk
from workstation.services.views import Connection


class GuardStates(Walk):
    """A copy on its way, and the guards of «reload data» and «sign out»."""

    async def state_24a_first_load(self, words: str) -> None:
        now = self.rooms.desk.clock.now()
        kind = type(self.rooms.desk.sync)
        real = kind.connection
        shown = Connection("online", now, loading=0.42)
        kind.connection = property(lambda _self: shown)  # type: ignore[assignment,method-assign]
        self.rooms.line.show()
        await self.picture(words)
        kind.connection = real  # type: ignore[method-assign]
        self.rooms.line.show()

    async def state_25a_guards(self, words: str) -> None:
        file = await self.open_offering(lambda found: bool(found.offers))
        desk, menus = self.rooms.desk, self.rooms.menus
        if desk.sync.state != "offline":
            await desk.session.stop_embedded()
            await self._until(lambda: desk.sync.state == "offline", "offline", 60)
        await desk.case_desk.acts.add_note(file.case.case_id, "Noch nicht gesendet.")
        await menus._reload()
        await asyncio.sleep(0.5)
        await self.picture(f"{words}-reload")
        self.rooms.outbox.close_popover()
        for toast in list(self.rooms.window.toasts.shown):
            toast.leave()
        await menus._sign_out()
        sheet = menus.leaving.sheet
        assert sheet is not None
        await self.picture(f"{words}-sign-out")
        await menus.leaving.write(desk.profile / "copy.json")
        await self.picture(f"{words}-sign-out-copied")
        sheet.reject()
        await menus.leaving.bring_back(desk.profile / "copy.json")
        await asyncio.sleep(0.5)
        await self.picture(f"{words}-brought-back")
        self.rooms.outbox.close_popover()
