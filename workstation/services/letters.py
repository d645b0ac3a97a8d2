"""What stays of a reply whose decision was taken back: own words and files; what we wrote for it goes."""

from __future__ import annotations

import dataclasses

from workstation.ports import Draft


def parted_from_decision(draft: Draft) -> Draft | None:
    """Return ``draft`` without its decision and what its booking would have told; ``None``: nothing stays."""
    is_own = draft.text.strip() != draft.letter.strip()
    if not is_own and not draft.attachments:
        return None
    return dataclasses.replace(draft, text=draft.text if is_own else "", letter="", waits_for="", facts=())
