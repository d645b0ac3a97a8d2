"""Spreading what waits over a few batches that go up side by side."""

from __future__ import annotations

from workstation.casework.wire.commands import MAX_BATCH, MAX_BATCH_BYTES, Envelope

LANES = 4
ROWS_A_LANE = 25


def batches(ready: tuple[Envelope, ...]) -> tuple[tuple[Envelope, ...], ...]:
    """Spread envelopes over at most four batches; those of one case stay together and in order.

    Raises nothing; what does not fit the size of a batch goes in the next round, later ones of its case too.
    """
    count = max(1, min(LANES, -(-len(ready) // ROWS_A_LANE)))
    lanes: list[list[Envelope]] = [[] for _ in range(count)]
    sizes = [0] * count
    lane_of: dict[str, int] = {}
    full: set[str] = set()
    for envelope in ready:
        lane = lane_of.setdefault(envelope.case_id, min(range(count), key=lambda index: len(lanes[index])))
        size = len(bytes(envelope.body)) + 1024
        has_room = len(lanes[lane]) < MAX_BATCH and sizes[lane] + size <= MAX_BATCH_BYTES
        if envelope.case_id in full or (lanes[lane] and not has_room):
            full.add(envelope.case_id)
            continue
        lanes[lane].append(envelope)
        sizes[lane] += size
    return tuple(tuple(lane) for lane in lanes if lane)
