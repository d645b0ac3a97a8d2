"""Answer targets and the one clock of a case: what is due next, stopped only by a delivered human answer."""

from __future__ import annotations

import msgspec

from workstation.casework.message import Channel


class ChannelTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Targets of one channel, in seconds of open time."""

    channel: Channel
    first_response_s: int
    next_response_s: int


class SlaPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``sla_policy``: targets in seconds of open time."""

    sla_policy_id: str
    name: str
    rev: int = 0
    first_response_s: int = 3600
    next_response_s: int = 3600
    approval_s: int = 7200
    """How long an approval may wait, in seconds of open time."""
    channels: tuple[ChannelTarget, ...] = ()
