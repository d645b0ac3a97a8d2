"""Snapshots: exactly the scope at a moment, whatever happens while they are built; few, sealed, resumable."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.hub.small_firm import ERIKA, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.ids import derived_id
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import FeedRow, SnapshotHeader
from workstation.hub.ports import Tx
from workstation.hub.ports_feed import SnapshotInfo
from workstation.hub.services.snapshots import SnapshotBuilder
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.snapshot_files import SnapshotFiles
from workstation.system.keys import CannotOpen

SCOPE = f"team:{TEAM}"
KEY = b"s" * 32


def case_id(number: int) -> str:
    return derived_id("snapshot-case", str(number))


def put_cases(database: SqlDatabase, numbers: range, subject: str = "Frage") -> None:
    def work(tx: Tx) -> None:
        for number in numbers:
            tx.put(
                Case(
                    case_id=case_id(number),
                    team_id=TEAM,
                    opened_at=tx.now,
                    customer_id=ERIKA if number == 0 else "",
                    subject=f"{subject} {number}",
                )
            )

    database.run(TENANT, work)


def remove_case(database: SqlDatabase, number: int) -> None:
    database.run(TENANT, lambda tx: tx.remove(Case, case_id(number)))


def content(shelf: SnapshotFiles, info: SnapshotInfo) -> tuple[SnapshotHeader, list[FeedRow]]:
    packed = shelf.read(info, 0, info.size)
    assert hashlib.sha256(packed).hexdigest() == info.etag
    head, *lines = gzip.decompress(packed).splitlines(keepends=True)
    header = msgspec.json.decode(head, type=SnapshotHeader)
    assert hashlib.sha256(b"".join(lines)).hexdigest() == header.sha256
    return header, [msgspec.json.decode(line, type=FeedRow) for line in lines]


def assert_is_the_scope(database: SqlDatabase, shelf: SnapshotFiles, info: SnapshotInfo) -> None:
    """The file is what a desk has that pulls everything up to its seq, and its sums are those of the hub."""
    header, rows = content(shelf, info)
    sums = Sums()
    sums.add_all((row.id, row.rev) for row in rows)
    assert (header.seq, header.count, header.digest) == (info.seq, len(rows), sums.digest())
    assert len({(row.entity, row.id) for row in rows}) == len(rows)
    told = database.digest(TENANT, SCOPE, info.seq)
    assert told is not None and (told.count, told.buckets) == (sums.count, sums.buckets)


@pytest.fixture
def shelf(tmp_path: Path) -> SnapshotFiles:
    return SnapshotFiles(tmp_path / "snapshots", KEY)


def builder(database: SqlDatabase, shelf: SnapshotFiles, clock: SetClock) -> SnapshotBuilder:
    return SnapshotBuilder(database, shelf, TENANT, clock, least_moves=20, least_behind=10)


def test_a_snapshot_is_the_scope(firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles) -> None:
    put_cases(firm, range(60))
    remove_case(firm, 7)
    (info,) = builder(firm, shelf, clock).build_due()
    assert info == shelf.newest(SCOPE)
    assert_is_the_scope(firm, shelf, info)
    _, rows = content(shelf, info)
    assert {row.entity for row in rows} == {"case", "customer", "order", "payment"}
    assert case_id(7) not in {row.id for row in rows}


def test_what_changes_meanwhile_is_in_it(firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles) -> None:
    put_cases(firm, range(3100))

    def several() -> None:
        remove_case(firm, 3)
        remove_case(firm, 2400)
        put_cases(firm, range(3100, 3110))

    steps: list[Callable[[], None]] = [
        lambda: put_cases(firm, range(5), "Geändert"),
        several,
        lambda: put_cases(firm, range(3105, 3107), "Zweimal"),
    ]

    def wait(_: float) -> None:
        if steps:
            steps.pop(0)()

    info = builder(firm, shelf, clock).build(SCOPE, wait=wait)
    assert info is not None and not steps
    assert_is_the_scope(firm, shelf, info)
    subjects = {
        row.id: msgspec.json.decode(row.body, type=Case).subject
        for row in content(shelf, info)[1]
        if row.entity == "case"
    }
    assert len(subjects) == 3108
    assert (subjects[case_id(4)], subjects[case_id(3106)]) == ("Geändert 4", "Zweimal 3106")


def test_one_is_made_anew_when_it_is_behind_old_or_of_another_generation(
    firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles
) -> None:
    made = builder(firm, shelf, clock)
    put_cases(firm, range(60))
    (first,) = made.build_due()
    put_cases(firm, range(60, 65))
    clock.pass_by(timedelta(hours=1))
    assert made.build_due() == ()  # five changes are pulled
    put_cases(firm, range(65, 80))
    (second,) = made.build_due()
    assert second.seq > first.seq and shelf.with_etag(SCOPE, first.etag) == first
    put_cases(firm, range(80, 200))
    assert made.build_due() == ()  # far behind, but made a moment ago
    firm.bump_generation()
    (third,) = made.build_due()
    assert third.generation == firm.generation
    assert shelf.with_etag(SCOPE, first.etag) is None  # only the one before is kept
    assert len(list((shelf._folder).iterdir())) == 4


def test_one_below_the_floor_is_made_anew(firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles) -> None:
    made = builder(firm, shelf, clock)
    put_cases(firm, range(40))
    (first,) = made.build_due()
    remove_case(firm, 0)
    clock.pass_by(timedelta(days=181))
    firm.tidy(clock.now())
    assert firm.pull(TENANT, [SCOPE], {SCOPE: first.seq}, 10, 1000).below_floor == (SCOPE,)
    (second,) = made.build_due()
    assert firm.pull(TENANT, [SCOPE], {SCOPE: second.seq}, 10, 1000).below_floor == ()
    assert_is_the_scope(firm, shelf, second)


def test_small_scopes_have_none(firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles) -> None:
    put_cases(firm, range(5))
    assert builder(firm, shelf, clock).build_due() == ()
    assert list(shelf._folder.iterdir()) == []


def test_a_stop_leaves_nothing_behind(firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles) -> None:
    put_cases(firm, range(1200))
    assert builder(firm, shelf, clock).build(SCOPE, is_stopping=lambda: True) is None
    assert list(shelf._folder.iterdir()) == []


def test_files_are_found_again_sealed_and_bounded(
    firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles, tmp_path: Path
) -> None:
    put_cases(firm, range(60), "Streng geheim")
    (info,) = builder(firm, shelf, clock).build_due()
    (shelf._folder / "spool-1").write_bytes(b"left by a hub that was killed")
    again = SnapshotFiles(tmp_path / "snapshots", KEY)
    assert again.newest(SCOPE) == info
    assert {path.suffix for path in shelf._folder.iterdir()} == {".gz", ".json"}
    (sealed,) = shelf._folder.glob("*.gz")
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert not sealed.read_bytes().startswith(b"\x1f\x8b")
    with pytest.raises(CannotOpen):
        SnapshotFiles(tmp_path / "snapshots", b"o" * 32).read(info, 0, 10)
    small = SnapshotFiles(tmp_path / "snapshots", KEY, most_bytes=info.size - 1)
    small.tidy([SCOPE])
    assert small.newest(SCOPE) is None and list(shelf._folder.iterdir()) == []


def test_no_room_no_snapshot(firm: SqlDatabase, clock: SetClock, tmp_path: Path) -> None:
    put_cases(firm, range(60))
    shelf = SnapshotFiles(tmp_path / "snapshots", None, spare_bytes=2**62)
    assert builder(firm, shelf, clock).build_due() == ()


def test_a_scope_nobody_reads_any_more_is_tidied(
    firm: SqlDatabase, clock: SetClock, shelf: SnapshotFiles
) -> None:
    put_cases(firm, range(60))
    builder(firm, shelf, clock).build_due()
    shelf.tidy(["reference"])
    assert shelf.newest(SCOPE) is None


def test_a_bucket_has_its_entities_and_kinds_come_in_pages(firm: SqlDatabase) -> None:
    put_cases(firm, range(300))
    head = firm.heads()[TENANT, SCOPE]
    sums = firm.digest(TENANT, SCOPE, head)
    assert sums is not None
    found = Sums()
    for number in range(256):
        rows = firm.bucket(TENANT, SCOPE, head, number)
        assert rows is not None
        alone = Sums()
        alone.add_all((row.id, row.rev) for row in rows)
        assert alone.buckets[number] == sums.buckets[number] and sum(map(bool, alone.buckets)) <= 1
        found.add_all((row.id, row.rev) for row in rows)
    assert (found.count, found.buckets) == (sums.count, sums.buckets)
    assert firm.bucket(TENANT, SCOPE, head - 1, 0) is None
    assert firm.digest(TENANT, SCOPE, head + 1) is None
    pages: list[FeedRow] = []
    after = ("", "")
    while page := firm.of_kinds(TENANT, SCOPE, ("case", "order"), after, 64):
        pages += page
        after = (page[-1].entity, page[-1].id)
    assert [row.entity for row in pages] == ["case"] * 300 + ["order"]
    assert len({row.id for row in pages}) == 301
