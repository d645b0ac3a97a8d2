"""The ground floor: ids that grow, locks that one holds, private secrets, files checked in three ways."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workstation.system import keys, log, paths, sqlite
from workstation.system.clock import SystemClock, new_id
from workstation.system.lock import AlreadyRunning, ProcessLock, is_locked
from workstation.system.resources import resource_path


class Standing:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


def test_ids_grow_even_when_time_stands_still() -> None:
    made: list[str] = []

    def make() -> None:
        made.extend(new_id(Standing()) for _ in range(2000))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000
    alone = [new_id(Standing()) for _ in range(2000)]
    assert alone == sorted(alone) and alone[0] > max(made)


def test_the_clock_is_aware_and_can_be_shifted() -> None:
    clock = SystemClock(timedelta(days=3))
    assert clock.now().tzinfo is UTC
    assert timedelta(days=2, hours=23) < clock.now() - SystemClock().now() < timedelta(days=3, hours=1)
    clock.shift(timedelta(hours=-72))
    assert abs(clock.now() - SystemClock().now()) < timedelta(minutes=1)


def test_a_lock_is_held_by_one_process_and_freed_by_its_end(tmp_path: Path) -> None:
    path = tmp_path / "hub.lock"
    program = (
        "import sys, time; from pathlib import Path; from workstation.system.lock import ProcessLock;"
        " ProcessLock(Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        assert is_locked(path)
        with pytest.raises(AlreadyRunning) as caught:
            ProcessLock(path).acquire()
        assert caught.value.pid == other.pid
        other.kill()
        other.wait()
    with ProcessLock(path) as lock:
        assert lock.is_held and is_locked(path)
    assert not is_locked(path) and not is_locked(tmp_path / "none")


def test_a_look_at_a_lock_ends_nobody_who_takes_it_and_writes_no_number(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hub.lock"
    program = (
        "import sys; from pathlib import Path; from workstation.system.lock import is_locked;"
        " path = Path(sys.argv[1]); print('looking', flush=True)\nwhile True: is_locked(path)"
    )
    with ProcessLock(path):
        written = path.read_bytes()
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "looking\n"
            for _ in range(300):
                with ProcessLock(path) as lock:
                    assert lock.is_held
            assert path.read_bytes() == written, "a look wrote its own number, which somebody may end"
        finally:
            other.kill()


def test_signatures_and_seals() -> None:
    private = keys.new_signing_key()
    signature = keys.sign(private, b"24.90")
    keys.verify(keys.public_key_of(private), b"24.90", signature)
    for public, message in (
        (keys.public_key_of(private), b"24.91"),
        (bytes(32), b"24.90"),
        (b"short", b"24.90"),
    ):
        with pytest.raises(keys.BadSignature):
            keys.verify(public, message, signature)
    key = keys.random_key()
    sealed = keys.seal(key, b"secret", b"row 1")
    assert keys.unseal(key, sealed, b"row 1") == b"secret"
    for bad_key, bad, context in (
        (keys.random_key(), sealed, b"row 1"),
        (key, sealed[:-1], b"row 1"),
        (key, sealed, b"row 2"),
        (key, b"", b""),
    ):
        with pytest.raises(keys.CannotOpen):
            keys.unseal(bad_key, bad, context)
    assert keys.derive(key, "journal") != keys.derive(key, "replica") != key
    with pytest.raises(ValueError, match="base64"):
        keys.unb64("ä")


def test_secrets_in_files_are_private(tmp_path: Path) -> None:
    kept = keys.FileSecrets(tmp_path / "secrets")
    assert kept.read("outbox") is None
    kept.write("outbox", b"1")
    kept.write("outbox", b"2")
    assert kept.read("outbox") == b"2"
    if sys.platform != "win32":
        assert (tmp_path / "secrets" / "outbox.key").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in (tmp_path / "secrets").iterdir()) == ["outbox.key"]
    kept.delete("outbox")
    kept.delete("outbox")
    assert kept.read("outbox") is None
    for name in ("", "../outbox", "a/b"):
        with pytest.raises(ValueError, match="name"):
            kept.read(name)


def test_without_a_keyring_nothing_is_written_in_plain_text_by_itself() -> None:
    with pytest.raises(keys.NoKeyring):
        keys.KeyringSecrets("default")


def test_profiles_have_plain_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    assert paths.profile_dir("werkstatt-2") == tmp_path / "profiles" / "werkstatt-2"
    for name in ("", "..", "a/b", "Ä", "x" * 41):
        with pytest.raises(ValueError, match="profile"):
            paths.profile_dir(name)


def test_folders_that_others_copy_are_no_place_for_a_database(tmp_path: Path) -> None:
    assert paths.why_unsafe(tmp_path) == ""
    assert paths.why_unsafe(tmp_path / "OneDrive - Firma" / "ws") == "store.synced_folder"
    assert paths.why_unsafe(tmp_path / "Dropbox") == "store.synced_folder"


def test_a_database_is_checked_in_three_ways(tmp_path: Path) -> None:
    path, key = tmp_path / "a.db", keys.random_key()
    connection = sqlite.open_connection(path, key)
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    connection.execute("CREATE TABLE t (a TEXT)")
    connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
    connection.close()
    assert sqlite.check(path, key) == "ok"
    assert sqlite.check(path, keys.random_key()) == "could_not_run"
    assert sqlite.check(tmp_path / "none.db", key) == "could_not_run"
    with pytest.raises(sqlite.StoreUnusable) as caught:
        sqlite.open_connection(path, keys.random_key())
    assert caught.value.reason == "store.wrong_key"
    content = bytearray(path.read_bytes())
    content[4096 * 5 + 100] ^= 0xFF
    path.write_bytes(content)
    assert sqlite.check(path, key) == "corrupt"
    moved = sqlite.set_aside(path, "corrupt-1")
    assert moved.exists() and not path.exists()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    writer = sqlite.open_connection(path, None)
    writer.execute("CREATE TABLE t (a INT)")
    reader = sqlite.open_connection(path, None, "read")
    with pytest.raises(sqlite.module().OperationalError):
        reader.execute("INSERT INTO t VALUES (1)")
    reader.close()
    writer.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("Das ist ein Brief." * 500, "utf-8")
    with pytest.raises(sqlite.StoreUnusable) as caught:
        sqlite.open_connection(path, None)
    assert caught.value.reason == "store.unreadable" and caught.value.path == path


def test_a_crash_point_ends_the_process_at_the_named_pass_only() -> None:
    program = (
        "from workstation.system.crashpoint import crashpoint\n"
        "crashpoint('b'); print('one', flush=True); crashpoint('a'); print('two', flush=True)\n"
        "crashpoint('a'); print('three', flush=True)"
    )
    environment = {**os.environ, "WORKSTATION_CRASH_AT": "a:2"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stdout == "one\ntwo\n" and ended.returncode != 0
    del environment["WORKSTATION_CRASH_AT"]
    whole = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert whole.stdout == "one\ntwo\nthree\n" and whole.returncode == 0


def test_the_log_is_one_line_a_record(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "hub.log"
    [handler] = log.configure(file, to_stderr=False)
    try:
        logging.getLogger("workstation.test").warning("case %s", 4711)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    [line] = file.read_text("utf-8").splitlines()
    assert line.endswith("WARNING workstation.test [MainThread] case 4711")


def test_nobody_else_writes_a_line_of_the_log(tmp_path: Path) -> None:
    file = tmp_path / "hub.log"
    [handler] = log.configure(file, to_stderr=False)
    answer = "no\r\n2026-01-01T00:00:00.000000Z INFO    hub [MainThread] all is well\x1b[2J\u2028\x85"
    try:
        logging.getLogger("workstation.test").warning("the server said: %s", answer)
        try:
            raise ValueError("inside")
        except ValueError:
            logging.getLogger("workstation.test").exception("it failed")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    first, second, *traceback = file.read_text("utf-8").splitlines()
    assert "said: no\\r\\n2026-01-01" in first
    assert "\\x1b[2J\\u2028\\x85" in first
    assert second.endswith("it failed")
    assert traceback[-1] == "ValueError: inside"


def test_resources_are_found() -> None:
    assert resource_path("themes", "tokens.json").is_file()
