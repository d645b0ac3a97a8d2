"""Which schema a desk and its hub speak together: the newest that both know, or a word who is too old"""

from __future__ import annotations

from workstation.casework.wire.codec import OLDEST, SCHEMA
from workstation.ports import ProtocolMismatch


def common_schema(refusal: ProtocolMismatch, asked: int) -> int:
    """Return the schema to go on with after the hub has refused ``asked``.

    Raises:
        ProtocolMismatch: the hub's own word where this program is too old; ``feed.hub_too_old`` (params:
            newest, oldest) where the hub speaks nothing that this program still reads.
    """
    oldest, newest = (_number(refusal.params.get(name, "")) for name in ("oldest", "newest"))
    common = min(SCHEMA, newest)
    if newest and newest < OLDEST:
        raise ProtocolMismatch("feed.hub_too_old", newest=str(newest), oldest=str(OLDEST)) from refusal
    if not newest or common < oldest or common == asked:
        raise refusal
    return common


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
