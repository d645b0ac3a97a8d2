"""Asks a simulated world whether what must always hold does: cheaply after a step, wholly at the end."""

from __future__ import annotations

from collections import Counter

from tests.faults.invariants import joint
from tests.faults.sim.desk import SimDesk
from tests.faults.sim.firm import TENANT
from tests.faults.sim.world import OPEN_EFFECTS, World
from workstation.casework.wire.codec import decode
from workstation.casework.wire.commands import Verdict
from workstation.hub.storage.invariants import INVARIANTS
from workstation.hub.storage.sql import moment

JOINT = ("i02", "i06", "i07", "i08", "i09", "i10", "i11", "i12", "i13", "i14", "i16", "i17", "i20", "i21")
ASKED = tuple(sorted({*JOINT, *(rule.__name__[:3] for rule in INVARIANTS)}))
"""All numbers that a run asks about."""
_BOOKED_ALL_THE_SAME = (
    "SELECT b.reference FROM book_booking b JOIN effect e ON e.tenant_id = b.tenant_id"
    " AND e.effect_id = b.reference WHERE b.tenant_id = ? AND e.state = 'cancelled'"
)
_UNSETTLED = "SELECT type, state, device_seq FROM outbox WHERE verdict IS NULL"


def after_step(world: World) -> tuple[str, ...]:
    """Cheap questions: what was told, what one desk holds, what the hub's data says."""
    broken = [*world.heard.broken]
    desk = world.desks[world.chance.random.randrange(len(world.desks))]
    broken += desk.line.broken
    broken += _saved(world, desk)
    broken += _cursors(world, desk)
    broken += joint.i02_left_once(one for one, _ in world.hub.post.sent)
    if world.chance.hit(0.15):
        broken += _hub(world)
        for observer in world.observers:
            observer.look(world.hub)
    return tuple(broken)


def at_the_end(world: World, is_at_rest: bool) -> tuple[str, ...]:
    """All questions, after everything was healed."""
    broken = [*world.heard.broken]
    waiting = [
        f"{row[0]} {row[1]} number {row[2]} of {desk.name}"
        for desk in world.desks
        for row in desk.outbox_file.connection.execute(_UNSETTLED)
    ]
    broken += joint.i21_all_came_to_rest(is_at_rest, [*waiting, *_open_effects(world)])
    for desk in world.desks:
        broken += desk.line.broken
        broken += _saved(world, desk)
        broken += _cursors(world, desk)
        broken += _desk(world, desk)
    broken += _hub(world)
    broken += _log(world)
    broken += joint.i02_left_once(one for one, _ in world.hub.post.sent)
    broken += _mails(world)
    broken += _observers(world)
    return tuple(broken)


def _logged(world: World) -> dict[str, Verdict]:
    rows = world.hub.node.database.look(
        lambda session: session.rows("SELECT cmd_id, verdict FROM command_log WHERE tenant_id = :t", t=TENANT)
    )
    return {str(row[0]): decode(row[1], Verdict) for row in rows}  # type: ignore[arg-type]


def _saved(world: World, desk: SimDesk) -> joint.Violations:
    kept = [str(row[0]) for row in desk.outbox_file.connection.execute("SELECT cmd_id FROM outbox")]
    missing = [one for one in desk.saved if one not in set(kept)]
    return joint.i06_saved_is_somewhere(missing, _logged(world)) if missing else ()


def _cursors(world: World, desk: SimDesk) -> joint.Violations:
    generation, cursors = desk.replica.cursors()
    if generation != world.hub.node.database.generation:
        return ()
    broken: list[str] = []
    anew = _read_anew(desk)
    for scope, cursor in cursors.items():
        members = {
            (str(row[0]), str(row[1])): int(row[2] if row[2] is not None else -1)
            for row in desk.replica_file.connection.execute(
                "SELECT m.entity, m.entity_id, d.rev FROM membership m LEFT JOIN doc d"
                " ON d.entity = m.entity AND d.entity_id = m.entity_id WHERE m.scope = ?",
                (scope,),
            )
        }
        feed = world.hub.memory.connection.execute(
            "SELECT entity, entity_id, seq, rev, gone FROM feed WHERE tenant_id = ? AND scope_id = ?",
            (TENANT, scope),
        ).fetchall()
        # A scope that is read anew keeps what it had until all has come again.
        rows = [row for row in feed if not row[4]] if scope in anew else feed
        broken += joint.i13_cursor_came_with_the_data(cursor, members, rows)
    return tuple(broken)


def _read_anew(desk: SimDesk) -> frozenset[str]:
    rows = desk.replica_file.connection.execute("SELECT scope FROM scope_load")
    return frozenset(str(row[0]) for row in rows)


def _desk(world: World, desk: SimDesk) -> list[str]:
    scopes = world.hub.caller(desk.name).scopes
    marks = ", ".join("?" * len(scopes))
    hub = {
        (str(row[0]), str(row[1])): int(row[2])
        for row in world.hub.memory.connection.execute(
            f"SELECT entity, entity_id, rev FROM feed WHERE tenant_id = ? AND gone = 0"
            f" AND scope_id IN ({marks})",
            (TENANT, *scopes),
        )
    }
    here = desk.replica_file.connection
    rows = {(str(r[0]), str(r[1])): int(r[2]) for r in here.execute("SELECT entity, entity_id, rev FROM doc")}
    members = {str(row[0]) for row in here.execute("SELECT DISTINCT scope FROM membership")}
    over = {
        (str(row[0]), str(row[1])): str(row[2]).encode()
        for row in here.execute("SELECT entity, entity_id, body FROM ov_doc")
    }
    pending = desk.outbox.pending()
    broken = [*joint.i11_replica_is_the_hub(rows, hub)]
    broken += joint.i17_lost_scopes_are_gone(members, scopes)
    broken += joint.i14_overlay_is_replay(over, desk.replica, pending, desk.reference.data)
    if not pending and over:
        broken.append("i14: nothing is pending and there is an overlay")
    there = {one for _, one in _documents(world)}
    broken += joint.i16_taken_back_is_undone(desk.undone, there)
    return broken


def overlay_now(world: World, desk: SimDesk) -> list[str]:
    """The overlay of a desk whose lists have caught up."""
    if desk.tasks.waiting:
        return []
    over = {
        (str(row[0]), str(row[1])): str(row[2]).encode()
        for row in desk.replica_file.connection.execute("SELECT entity, entity_id, body FROM ov_doc")
    }
    pending = desk.outbox.pending()
    broken = [*joint.i14_overlay_is_replay(over, desk.replica, pending, desk.reference.data)]
    if not (world.hub.is_restored or world.has_moved or desk.crashes):
        anew = _read_anew(desk)
        cursors = {scope: seq for scope, seq in desk.replica.cursors()[1].items() if scope not in anew}
        shown = [item.cmd_id for item in pending]
        broken += joint.i14_shown_until_seen(desk.outbox.items(), shown, cursors)
    return broken


def _documents(world: World) -> list[tuple[str, str]]:
    return [
        (str(row[0]), str(row[1]))
        for row in world.hub.memory.connection.execute(
            "SELECT entity, entity_id FROM document WHERE tenant_id = ?", (TENANT,)
        )
    ]


def _hub(world: World) -> list[str]:
    found = world.hub.node.database.check_invariants(TENANT)
    broken = [f"{name[:3]}: {name}: {', '.join(ids[:3])}" for name, ids in found.items()]
    booked = world.hub.memory.connection.execute(_BOOKED_ALL_THE_SAME, (TENANT,)).fetchall()
    return broken + [f"i16: {row[0]} was taken back before it left, and booked" for row in booked]


def _log(world: World) -> list[str]:
    logged = _logged(world)
    broken: list[str] = []
    for desk in world.desks:
        items = desk.outbox.items(limit=100_000)
        answered = [item.cmd_id for item in items if item.verdict is not None]
        broken += joint.i07_answered_survives(answered, logged)
        originals = {item.cmd_id: item.depends_on for item in items if item.is_original}
        broken += joint.i10_dependants_waited(originals, logged)
    numbers = world.hub.memory.connection.execute(
        "SELECT device_id, outbox_epoch, device_seq FROM command_log WHERE tenant_id = ?", (TENANT,)
    ).fetchall()
    broken += joint.i09_numbers_without_gap((str(r[0]), str(r[1]), int(r[2])) for r in numbers)
    messages = {one for entity, one in _documents(world) if entity == "message"}
    broken += [f"i08: {one} of a cloned file was carried out" for one in world.cloned if one in messages]
    return broken


def _open_effects(world: World) -> list[str]:
    rows = world.hub.node.database.look(lambda session: session.rows(OPEN_EFFECTS, tenant_id=TENANT))
    return [
        f"effect {row[0]} {row[1]} until {moment(int(row[2]))} ({row[3]} tries), now {world.time.at}"
        for row in rows
    ]


def _mails(world: World) -> list[str]:
    """Received = shown: every mail is a message, and a mail that came twice is one message."""
    rows = world.hub.memory.connection.execute(
        "SELECT uid, state, message_id, rfc_message_id FROM intake WHERE tenant_id = ?", (TENANT,)
    ).fetchall()
    broken = [f"i21: mail {row[0]} is {row[1]}" for row in rows if row[1] not in ("done", "repeat")]
    if len(rows) != len(world.hub.mails):
        broken.append(f"i06: {len(world.hub.mails)} mails came, {len(rows)} are in the ledger")
    messages = {one for entity, one in _documents(world) if entity == "message"}
    broken += [f"i06: mail {row[0]} is not shown" for row in rows if row[2] not in messages]
    shown = Counter(str(row[3]) for row in rows if row[1] == "done")
    broken += [f"i02: mail {one} is shown {count} times" for one, count in shown.items() if count > 1]
    return broken


def _observers(world: World) -> list[str]:
    broken: list[str] = []
    for observer in world.observers:
        observer.look(world.hub)
        rows = {
            (str(row[0]), str(row[1])): int(row[2])
            for row in world.hub.memory.connection.execute(
                "SELECT entity, entity_id, rev FROM feed WHERE tenant_id = ? AND scope_id = ? AND gone = 0",
                (TENANT, observer.scope),
            )
        }
        if rows != observer.rows:
            differing = {one for one in {*rows, *observer.rows} if rows.get(one) != observer.rows.get(one)}
            broken.append(f"i12: who follows the feed of {observer.scope} lacks {sorted(differing)[:3]}")
    return broken
