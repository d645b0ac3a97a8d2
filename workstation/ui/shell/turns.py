"""The rooms are loaded a module a turn, so that the window paints and answers in between."""

from __future__ import annotations

import asyncio
from importlib import import_module

ROOMS = (
    "workstation.ui.shared.error_text",
    "workstation.ui.case_desk.models",
    "workstation.ui.case_desk.offers",
    "workstation.ui.case_desk.view_messages",
    "workstation.ui.case_desk.view_composer",
    "workstation.ui.case_desk.view_decisions",
    "workstation.ui.case_desk.view_model",
    "workstation.ui.case_desk.view",
    "workstation.ui.customer_pane.view",
    "workstation.ui.case_desk.dialogs",
    "workstation.ui.case_desk.view_joining",
    "workstation.ui.customer_pane.view_identities",
    "workstation.ui.outbox.view_model",
    "workstation.ui.shell.sheets",
    "workstation.ui.shell.acting",
    "workstation.ui.shell.document_popover",
    "workstation.ui.shell.menus",
    "workstation.ui.shell.sources",
    "workstation.ui.shell.desk_window",
)
"""In this order none of them brings more than its own share along."""


async def import_in_turns() -> None:
    """Load the rooms on the window's own thread: Qt makes each of its classes when it is first named."""
    for name in ROOMS:
        import_module(name)
        await asyncio.sleep(0)
