"""Files on their way to the hub: sealed, whole or not there, kept for a while and no longer."""

from __future__ import annotations

import errno
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.materials import NOW
from workstation.ports import StoreUnusable
from workstation.storage.upload_spool import UploadSpool
from workstation.system import keys

KEY = bytes(range(32))


def kept(spool: UploadSpool, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    spool.keep(sha256, (content[:10], content[10:]))
    return sha256


def test_what_is_kept_survives_and_is_not_readable_on_the_disk(tmp_path: Path) -> None:
    content = b"Frau Bergmann, Konto DE89 " * 30_000
    one, empty = kept(UploadSpool(tmp_path, KEY), content), kept(UploadSpool(tmp_path, KEY), b"")
    again = UploadSpool(tmp_path, KEY)
    assert again.waiting() == {one, empty}
    source = again.source(one)
    assert source.size() == len(content) and source.read(300_000, 50) == content[300_000:300_050]
    assert (again.source(empty).size(), again.source(empty).read(0, 5)) == (0, b"")
    assert all(b"Bergmann" not in path.read_bytes() for path in (tmp_path / "uploads").iterdir())
    with pytest.raises(keys.CannotOpen):
        UploadSpool(tmp_path, bytes(32)).source(one).read(0, 10)


def test_a_half_written_file_is_forgotten(tmp_path: Path) -> None:
    spool = UploadSpool(tmp_path, KEY)
    one = kept(spool, b"ganz")
    (tmp_path / "uploads" / f"{'a' * 64}.part").write_bytes(b"halb")
    again = UploadSpool(tmp_path, KEY)
    assert again.waiting() == {one} and not again.has("a" * 64)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [f"{one}.waiting"]


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("workstation.system.sealed_file.os.fsync", full)
    spool = UploadSpool(tmp_path, KEY)
    with pytest.raises(StoreUnusable) as caught:
        kept(spool, b"x" * 1_000_000)
    assert caught.value.reason == "store.full"
    assert spool.waiting() == frozenset() and list((tmp_path / "uploads").iterdir()) == []


def test_what_was_taken_waits_again_after_a_restore_and_goes_in_the_end(tmp_path: Path) -> None:
    spool = UploadSpool(tmp_path, KEY)
    old, new, waiting = (kept(spool, name) for name in (b"alt", b"neu", b"wartet"))
    spool.taken(old, NOW - timedelta(days=40))
    spool.taken(new, NOW - timedelta(days=3))
    assert spool.waiting() == {waiting}
    assert UploadSpool(tmp_path, KEY).offer_again() == 3
    spool = UploadSpool(tmp_path, KEY)
    assert spool.waiting() == {old, new, waiting}
    spool.taken(old, NOW - timedelta(days=40))
    spool.taken(new, NOW - timedelta(days=3))
    spool.prune(NOW - timedelta(days=35), 1000)
    assert (spool.has(old), spool.has(new), spool.has(waiting)) == (False, True, True)
    spool.prune(NOW - timedelta(days=35), 1)
    assert (spool.has(new), spool.has(waiting)) == (False, True)
    assert len(list((tmp_path / "uploads").iterdir())) == 1


def test_a_file_somebody_took_away_is_no_end(tmp_path: Path) -> None:
    spool = UploadSpool(tmp_path, KEY)
    one = kept(spool, b"weg")
    spool.taken(one, NOW)
    (tmp_path / "uploads" / f"{one}.taken").unlink()
    spool.offer_again()
    spool.prune(NOW, 0)
    assert not spool.has(one)
