"""Spreading what waits over a few batches that go up side by side."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workstation.casework.wire.commands import MAX_BATCH, MAX_BATCH_BYTES, Envelope

LANES = 4
ROWS_A_LANE = 25


class _Second(msgspec.Struct):
    """The other case a command is about, by whichever name its body has for it."""

    other_case_id: str = ""
    into_case_id: str = ""
    new_case_id: str = ""


def batches(
    ready: tuple[Envelope, ...],
    held_back: frozenset[str] = frozenset(),
    group_of: Mapping[str, str] | None = None,
) -> tuple[tuple[Envelope, ...], ...]:
    """Spread envelopes over at most four batches; those of one case stay together and in order.

    So do those of cases that one of them ties together: what is done in a case that was split off must not
    overtake the split. Raises nothing; what does not fit the size of a batch goes in the next round, later
    ones of its cases too. So does what is ``held_back``, by its id.
    ``group_of``: what `groups_of` has found, where bodies of large acts are no longer in their envelopes.
    """
    count = max(1, min(LANES, -(-len(ready) // ROWS_A_LANE)))
    group_of = groups_of(ready) if group_of is None else group_of
    lanes: list[list[Envelope]] = [[] for _ in range(count)]
    sizes = [0] * count
    lane_of: dict[str, int] = {}
    full: set[str] = set()
    for envelope in ready:
        group = group_of[envelope.case_id]
        if envelope.cmd_id in held_back:
            full.add(group)
            continue
        lane = lane_of.setdefault(group, min(range(count), key=lambda index: len(lanes[index])))
        size = len(bytes(envelope.body)) + 1024
        has_room = len(lanes[lane]) < MAX_BATCH and sizes[lane] + size <= MAX_BATCH_BYTES
        if group in full or (lanes[lane] and not has_room):
            full.add(group)
            continue
        lanes[lane].append(envelope)
        sizes[lane] += size
    return tuple(tuple(lane) for lane in lanes if lane)


def groups_of(ready: tuple[Envelope, ...]) -> dict[str, str]:
    """Return for each case the name of the group it belongs to: itself, where nothing ties it to another."""
    group_of: dict[str, str] = {}
    for envelope in ready:
        group_of.setdefault(envelope.case_id, envelope.case_id)
        if envelope.type not in ("case.link", "case.unlink", "case.merge", "case.split"):
            continue
        body = msgspec.json.decode(bytes(envelope.body), type=_Second)
        second = body.other_case_id or body.into_case_id or body.new_case_id
        one, other = group_of[envelope.case_id], group_of.setdefault(second, second)
        if one != other:
            group_of.update({case: one for case, group in group_of.items() if group == other})
    return group_of
