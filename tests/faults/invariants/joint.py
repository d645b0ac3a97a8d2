"""What must always hold between a hub and its desks: questions to values that any harness can gather."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from workstation.casework.wire.commands import (
    Applied,
    NeedsApproval,
    RecordedException,
    Scheduled,
    Verdict,
)
from workstation.casework.wire.entities import entity_id, entity_name
from workstation.ports import OutboxItem, Replica
from workstation.services.joint_state import JointState, joint_state
from workstation.services.reference import ReferenceData

Violations = tuple[str, ...]
Row = tuple[str, str]
"""Entity and its id."""
_REPLAY = JointState.fold
"""Kept here, so that a bug planted in the program is not in the measure as well."""
DONE = (Applied, Scheduled, NeedsApproval, RecordedException)


def i06_saved_is_somewhere(saved: Iterable[str], *places: Iterable[str]) -> Violations:
    """What a person was told is saved is in the outbox, in its journal, or at the hub."""
    there = set().union(*(set(place) for place in places))
    return tuple(f"i06: {one} was saved and is nowhere" for one in saved if one not in there)


def i07_answered_survives(answered: Iterable[str], logged: Iterable[str]) -> Violations:
    """What the hub has answered is in its log, whatever died meanwhile."""
    there = set(logged)
    return tuple(f"i07: {one} was answered and is not in the log" for one in answered if one not in there)


def i09_numbers_without_gap(numbers: Iterable[tuple[str, str, int]]) -> Violations:
    """At rest the numbers of a device go from one to the last without a gap: (device, epoch, number)."""
    by_device: dict[tuple[str, str], set[int]] = {}
    for device, epoch, number in numbers:
        by_device.setdefault((device, epoch), set()).add(number)
    return tuple(
        f"i09: of {device} the numbers {sorted(set(range(1, max(found) + 1)) - found)[:5]} are missing"
        for (device, _), found in by_device.items()
        if len(found) != max(found)
    )


def i10_dependants_waited(
    depends_on: Mapping[str, Sequence[str]], verdicts: Mapping[str, Verdict]
) -> Violations:
    """Nothing was done that depends on something that was not: command -> what it depends on."""
    return tuple(
        f"i10: {one} was done although {need} was not"
        for one, needs in depends_on.items()
        for need in needs
        if isinstance(verdicts.get(one), DONE) and not isinstance(verdicts.get(need), DONE)
    )


def i11_replica_is_the_hub(replica: Mapping[Row, int], hub: Mapping[Row, int]) -> Violations:
    """At rest a desk holds exactly what its person may read, in the hub's revisions."""
    missing = [f"i11: {row} is missing at the desk" for row in hub if row not in replica]
    extra = [f"i11: {row} is at the desk and not at the hub" for row in replica if row not in hub]
    other = [
        f"i11: {row} is {replica[row]} at the desk and {rev} at the hub"
        for row, rev in hub.items()
        if row in replica and replica[row] != rev
    ]
    return tuple((missing + extra + other)[:5])


def i13_cursor_came_with_the_data(
    cursor: int, members: Mapping[Row, int], feed: Iterable[tuple[str, str, int, int, int]]
) -> Violations:
    """A scope's cursor says what the replica holds; ``feed``: (entity, id, seq, rev, gone)."""
    broken: list[str] = []
    for entity, one, seq, rev, gone in feed:
        if seq > cursor:
            continue
        if gone and (entity, one) in members:
            broken.append(f"i13: {entity} {one} is gone since {seq}, the cursor is {cursor}, and it is here")
        if not gone and members.get((entity, one), -1) < rev:
            broken.append(
                f"i13: {entity} {one} in revision {rev} of {seq} is not here, the cursor is {cursor}"
            )
    return tuple(broken[:5])


def i14_overlay_is_replay(
    overlay: Mapping[Row, bytes],
    replica: Replica,
    pending: Sequence[OutboxItem],
    reference: ReferenceData,
) -> Violations:
    """What lies over the hub's state is the pending acts replayed on it, in the order of their numbers."""
    ordered = tuple(sorted(pending, key=lambda one: one.device_seq))
    expected: dict[Row, bytes] = {}
    for case_id in {item.case_id for item in ordered}:
        joint = joint_state(replica, ordered, (case_id,))
        _REPLAY(joint, reference)
        for one in joint.base:
            for entity in joint.changed(one):
                expected[(entity_name(entity), entity_id(entity))] = msgspec.json.encode(entity)
    rows = {row for row in {*expected, *overlay} if expected.get(row) != overlay.get(row)}
    # A customer belongs to many cases; each of them shows them.
    differing = sorted(row for row in rows if row[0] != "customer")
    return tuple(f"i14: the overlay of {row} is not the replay" for row in differing[:3])


def i14_shown_until_seen(
    items: Iterable[OutboxItem], shown: Iterable[str], cursors: Mapping[str, int]
) -> Violations:
    """An act leaves the overlay only when the feed has brought what the hub made of it."""
    still = set(shown)
    return tuple(
        f"i14: {item.cmd_id} left the overlay before the feed had come that far"
        for item in items
        if isinstance(item.verdict, DONE)
        and any(scope in cursors and cursors[scope] < seq for scope, seq in item.verdict.seqs.items())
        and item.cmd_id not in still
        and item.is_original
    )


def i16_taken_back_is_undone(undone: Iterable[str], at_hub: Iterable[str]) -> Violations:
    """What was taken back before it left has done nothing at the hub: ids of decisions and messages there."""
    there = set(at_hub)
    return tuple(f"i16: {one} was taken back and is at the hub" for one in undone if one in there)


def i17_lost_scopes_are_gone(members: Iterable[str], readable: Iterable[str]) -> Violations:
    """After a pull nothing is left of scopes the person may not read any more."""
    lost = set(members) - set(readable)
    return tuple(f"i17: rows of {scope} are still here" for scope in sorted(lost))


def i02_left_once(references: Iterable[str]) -> Violations:
    """Nothing has left the house twice under one reference."""
    counts = Counter(references)
    return tuple(f"i02: {one} left {count} times" for one, count in counts.items() if count > 1)


def i21_all_came_to_rest(is_at_rest: bool, waiting: Iterable[str]) -> Violations:
    """With the net up and no fault everything is settled, or waits for a person who is named."""
    return (
        () if is_at_rest else (f"i21: still waiting after everything was healed: {', '.join(waiting)[:300]}",)
    )
