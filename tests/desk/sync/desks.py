"""Opening desks, waiting for things to become true, and a desk in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.desk.sync.conftest import PASSWORD
from workstation.app import Desk, build_desk

PATIENCE_S = 120.0


@asynccontextmanager
async def desk_at(profile: Path, hub_folder: Path, *, sign_in: bool = True) -> AsyncIterator[Desk]:
    """A running desk; signed in as the owner."""
    desk = build_desk(profile, may_use_key_files=True, hub_folder=hub_folder)
    try:
        await desk.start()
        if sign_in and desk.session.view.state != "signed_in":
            await desk.session.start_embedded()
            await desk.session.sign_in("lena", PASSWORD)
        if sign_in and not desk.reference.data.people:
            await until(lambda: bool(desk.reference.data.people))
        yield desk
    finally:
        await desk.close(wait_s=0)


async def until(is_true: Callable[[], bool | Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(patience_s):
        while True:
            found = is_true()
            if await found if not isinstance(found, bool) else found:
                return
            await asyncio.sleep(0.05)


async def all_settled(desk: Desk) -> None:
    """Wait until the hub has answered everything."""
    await until(lambda: desk.outbox.unsettled() == 0)


async def a_case_at(desk: Desk, subject: str) -> str:
    """Begin a case."""
    return await desk.case_desk.open_case(
        channel="mail", subject=subject, address="anna@example.org", customer_name="Anna Bergmann"
    )


async def notes_of(desk: Desk, case_id: str) -> list[str]:
    """The notes of a case as the hub has them."""
    documents = await desk.workers.run("read", lambda: desk.replica.base_of_case(case_id))
    return [item.text for item in documents.messages() if item.kind == "note"]


async def compared(desk: Desk) -> None:
    """Wait until this copy has been compared anew; a scope may move meanwhile, or the time run out."""
    before = desk.sync.connection.compared_at

    async def is_newer() -> bool:
        await desk.sync.compare_now()
        return desk.sync.connection.compared_at not in (None, before)

    await until(is_newer)
