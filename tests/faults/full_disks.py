"""Disks that fill up: what was said to be saved is there, and it goes on once there is room again."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.desk.materials import KEY, SetClock, an_id, sign
from tests.faults.damaged_files import still_there, write
from tests.faults.small_disk import SmallDisk, small_disk
from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TEAM, TENANT, found_firm
from tests.hub.small_firm import SetClock as HubClock
from workstation.casework.case import Case
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import AddNote, Applied
from workstation.casework.wire.sync import FeedRow, PullAnswer
from workstation.hub.services.snapshots import SnapshotBuilder
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.overview import copy_sqlite
from workstation.hub.storage.restoring import restore_sqlite
from workstation.hub.storage.snapshot_files import SnapshotFiles
from workstation.ports import StoreUnusable
from workstation.storage.opening import open_outbox, open_replica
from workstation.storage.room import Room
from workstation.storage.snapshot_spool import SnapshotSpool
from workstation.system import sqlite

_MOST = 3_000
_SCOPE = "team:full"
_PAGE = 50
_LEFT = 700 * 1024
Broken = list[str]


def _noise(size: int) -> str:
    """Text of about that many characters that cannot be packed."""
    return base64.b64encode(os.urandom(size * 3 // 4)).decode()


# ------------------------------------------------------------------ at a desk


def outbox(disk: SmallDisk, what: str) -> Broken:
    """Write until there is no room, and once more after there is."""
    clock = SetClock()
    room = Room(disk.folder, reserve_bytes=256 * 1024, low_bytes=0)
    kept, _ = open_outbox(disk.folder, KEY, clock, sign, room=room)
    kept.set_note("device_id", "device-1")
    saved = [write(kept, clock, number) for number in range(3)]
    kept.disk()
    disk.fill()
    said = ""
    for number in range(3, _MOST):
        try:
            saved.append(write(kept, clock, number))
        except StoreUnusable as error:
            said = error.reason
            break
    broken = [] if said in disk.full_codes else [f"i21: {what}: the desk said {said or 'nothing'}"]
    disk.empty()
    kept.disk()
    try:
        saved.append(write(kept, clock, _MOST + 1))
    except StoreUnusable as error:
        broken.append(f"i21: {what}: there is room again and the desk says {error.reason}")
    kept.close()
    return broken + still_there(disk.folder, saved, what)


def replica(disk: SmallDisk, what: str) -> Broken:
    """Take pages of the feed until there is no room; the cursor must say what is there."""
    clock = SetClock()
    copied = open_replica(disk.folder, KEY, clock)
    copied.apply_page(_page(1, clock))
    disk.fill(_LEFT)
    said, number = "", 1
    while not said and number < _MOST:
        number += 1
        try:
            copied.apply_page(_page(number, clock))
        except StoreUnusable as error:
            said = error.reason
    broken = [] if said in disk.full_codes else [f"i21: {what}: the desk said {said or 'nothing'}"]
    broken += _is_whole(copied, number - 1, what)
    disk.empty()
    try:
        copied.apply_page(_page(number, clock))
    except StoreUnusable as error:
        broken.append(f"i21: {what}: there is room again and the desk says {error.reason}")
    copied.close()
    again = open_replica(disk.folder, KEY, clock)
    broken += _is_whole(again, number, what)
    again.close()
    return broken


def _page(number: int, clock: SetClock) -> PullAnswer:
    rows = []
    for at in range(_PAGE):
        seq = (number - 1) * _PAGE + at + 1
        case = Case(
            case_id=an_id("case", seq), team_id=TEAM, opened_at=clock.now(), number=seq, subject=_noise(900)
        )
        body = msgspec.Raw(encode(case))
        rows.append(FeedRow(scope=_SCOPE, seq=seq, entity="case", id=case.case_id, rev=1, body=body))
    heads = {_SCOPE: number * _PAGE}
    return PullAnswer(
        generation="g",
        scopes=(_SCOPE,),
        rows=tuple(rows),
        cursors=heads,
        heads=heads,
        more=False,
        server_time=clock.now(),
    )


def _is_whole(copied: Any, pages: int, what: str) -> Broken:
    found = len(copied.keys_of(_SCOPE, ("", ""), 1_000_000))
    cursor = copied.cursors()[1].get(_SCOPE, 0)
    if found == cursor == pages * _PAGE:
        return []
    return [f"i13: {what}: {pages * _PAGE} rows were taken, {found} are there, the cursor is {cursor}"]


def spool(disk: SmallDisk, what: str) -> Broken:
    """Fetch a snapshot until there is no room; nothing half may be taken for a whole one."""
    fetched = SnapshotSpool(disk.folder, KEY)
    piece, etag = os.urandom(256 * 1024), "e" * 64
    total = len(piece) * 64
    fetched.begin(_SCOPE, etag, total)
    fetched.append(piece)
    disk.fill()
    said = ""
    for _ in range(63):
        try:
            fetched.append(piece)
        except StoreUnusable as error:
            said = error.reason
            break
    broken = [] if said in disk.full_codes else [f"i21: {what}: the desk said {said or 'nothing'}"]
    disk.empty()
    if fetched.state(_SCOPE) != ("", 0, 0):
        broken.append(f"i13: {what}: half a snapshot was kept: {fetched.state(_SCOPE)}")
    fetched.begin(_SCOPE, etag, len(piece))
    fetched.append(piece)
    if fetched.state(_SCOPE) != (etag, len(piece), len(piece)):
        broken.append(f"i21: {what}: there is room again and nothing can be fetched")
    fetched.discard()
    return broken


# ------------------------------------------------------------------ at the hub


def hub(disk: SmallDisk, what: str) -> Broken:
    """Let commands come until there is no room."""
    database, clock, desk, case_id = _firm(disk.folder)
    answered: list[str] = []
    note(desk, case_id, answered)
    disk.fill()
    is_full = False
    for _ in range(_MOST):
        try:
            note(desk, case_id, answered)
        except Exception:
            is_full = True
            break
    broken = [] if is_full else [f"{what}: the disk did not fill up: nothing was tried"]
    disk.empty()
    broken += _goes_on(desk, case_id, answered, what)
    database.close()
    database = open_database(str(disk.folder / "hub.db"), None, clock)
    broken += all_there(database, answered, what)
    database.close()
    return broken


def snapshots(disk: SmallDisk, what: str) -> Broken:
    """Build a snapshot while there is no room: the one before stays, and nothing half is given out."""
    database, clock, desk, case_id = _firm(disk.folder)
    shelf = SnapshotFiles(disk.folder / "snapshots", None, spare_bytes=0)
    builder = SnapshotBuilder(database, shelf, TENANT, clock, least_moves=1, least_behind=1)
    scope = f"team:{TEAM}"
    before = builder.build(scope)
    answered: list[str] = []
    for _ in range(20):
        note(desk, case_id, answered)
    disk.fill()
    broken: Broken = []
    try:
        if builder.build(scope) is not None:
            broken.append(f"{what}: a snapshot was built: nothing was tried")
    except OSError:
        pass
    for one in (shelf, SnapshotFiles(disk.folder / "snapshots", None, spare_bytes=0)):
        if one.newest(scope) != before or before is None or len(one.read(before, 0, 1 << 30)) != before.size:
            broken.append(f"i13: {what}: the snapshot before is not there any more")
    disk.empty()
    after = builder.build(scope)
    if after is None or before is None or after.seq <= before.seq or shelf.newest(scope) != after:
        broken.append(f"i21: {what}: there is room again and no snapshot can be built")
    broken += all_there(database, answered, what)
    database.close()
    return broken


def backup(disk: SmallDisk, what: str) -> Broken:
    """Back up, and put back, without room: it is said, and no half copy lies there under its name."""
    database, clock, desk, case_id = _firm(disk.folder)
    answered: list[str] = []
    for _ in range(5):
        note(desk, case_id, answered)
    source, target, whole = (disk.folder / name for name in ("hub.db", "copy.db", "whole.db"))
    copy_sqlite(source, None, whole)
    broken: Broken = []
    for left in (0, 128 * 1024):
        disk.fill(left)
        broken += _refused(disk, f"{what}, the copy", lambda: copy_sqlite(source, None, target))
        if target.exists():
            broken.append(f"i07: {what}: half a copy lies there under its name")
        disk.empty()
    copy_sqlite(source, None, target)
    if sqlite.check(target, None) != "ok":
        broken.append(f"i07: {what}: there is room again and the copy is not sound")
    note(desk, case_id, answered)
    database.close()
    for left in (0, 128 * 1024):
        disk.fill(left)
        broken += _refused(
            disk, f"{what}, putting it back", lambda: restore_sqlite(target, None, source, TENANT, clock)
        )
        disk.empty()
    database = open_database(str(source), None, clock)
    broken += all_there(database, answered, what)
    database.close()
    return broken


def _refused(disk: SmallDisk, what: str, work: Callable[[], object]) -> Broken:
    try:
        work()
    except StoreUnusable as error:
        return [] if error.reason in disk.full_codes else [f"i21: {what}: the hub said {error.reason}"]
    except OSError:
        return []
    except Exception as error:
        return [f"i21: {what}: the hub has no words for it: {error!r}"[:200]]
    return [f"{what}: there was room: nothing was tried"]


def _firm(folder: Path) -> tuple[SqlDatabase, HubClock, ServiceDesk, str]:
    clock = HubClock()
    database = open_database(str(folder / "hub.db"), None, clock)
    found_firm(database)
    desk = ServiceDesk(database, clock)
    return database, clock, desk, desk.open_case()


def note(desk: ServiceDesk, case_id: str, answered: list[str]) -> None:
    """Write a note of some size; ``answered`` gets its command once the hub has said yes."""
    envelope = desk.envelope(AddNote(case_id=case_id, message_id=desk.new_id(), text=_noise(8_000)))
    if isinstance(desk.send(envelope)[0], Applied):
        answered.append(envelope.cmd_id)


def _goes_on(desk: ServiceDesk, case_id: str, answered: list[str], what: str) -> Broken:
    before = len(answered)
    try:
        note(desk, case_id, answered)
    except Exception as error:
        return [f"i21: {what}: there is room again and the hub says {error!r}"[:200]]
    return [] if len(answered) > before else [f"i21: {what}: there is room again and the hub takes nothing"]


def all_there(database: SqlDatabase, answered: list[str], what: str) -> Broken:
    """What was answered is in the log, and the hub's rules hold."""
    rows = database.look(
        lambda session: session.rows("SELECT cmd_id FROM command_log WHERE tenant_id = :t", t=TENANT)
    )
    logged = {str(row[0]) for row in rows}
    broken = [f"i07: {what}: {one} was answered and is not there" for one in answered if one not in logged]
    found = database.check_invariants(TENANT)
    return broken + [f"{rule[:3]}: {what}: {rule}: {', '.join(ids[:3])}" for rule, ids in found.items()]


CASES: tuple[tuple[Callable[[SmallDisk, str], Broken], int], ...] = (
    (outbox, 3),
    (outbox, 8),
    (outbox, 20),
    (replica, 4),
    (replica, 12),
    (spool, 3),
    (hub, 8),
    (snapshots, 8),
    (backup, 8),
)
"""What is written on a disk that fills up, and of how many megabytes that is."""


def fill_all(kind: type[SmallDisk] | None = None) -> tuple[int, str, list[str]]:
    """Fill disks under everything; how many cases, on what kind of disk, and what broke."""
    broken: list[str] = []
    kinds: set[str] = set()
    for work, megabytes in CASES:
        with small_disk(megabytes, kind) as disk:
            kinds.add(type(disk).__name__)
            broken += work(disk, f"a full disk of {megabytes} MB under the {work.__name__}")
    told = "full" if kinds == {SmallDisk.__name__} else "forbidden"
    return len(CASES), told, broken
