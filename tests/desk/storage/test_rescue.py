"""`workstation doctor --reset-replica`: refused or copied first while something waits; drafts stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.materials import NOW, PERSON, Feed, SetClock, a_case, an_id, sign
from workstation.casework.case import Case
from workstation.casework.wire.commands import AddNote, Applied
from workstation.cli import main
from workstation.ports import Draft, NewCommand
from workstation.storage.opening import open_outbox, open_replica
from workstation.storage.secret_place import key_of, open_secrets
from workstation.system.lock import ProcessLock

CASE = a_case("1", due_in=5)


class Profile:
    """A profile with one case, one draft, and one act that waits until it is settled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        secrets, _ = open_secrets(folder, may_use_files=True)
        self.key = key_of(secrets, "outbox-key", is_new=True)
        self.replica_key = key_of(secrets, "replica-key", is_new=True)
        with self:
            self.outbox.append(
                NewCommand(
                    cmd_id=an_id("act"),
                    body=AddNote(case_id=CASE.case_id, message_id=an_id("note"), text="wartet"),
                    person_id=PERSON.person_id,
                    wall=NOW,
                ),
                sign,
            )
            self.outbox.save_draft(Draft(CASE.case_id, PERSON.person_id, "angefangen"))
            self.replica.apply_page(Feed().page(CASE))

    def __enter__(self) -> Profile:
        self.outbox, _ = open_outbox(self.folder, self.key, SetClock(), sign)
        self.replica = open_replica(self.folder, self.replica_key, SetClock())
        return self

    def __exit__(self, *_: object) -> None:
        self.replica.close()
        self.outbox.close()

    def doctor(self, *arguments: str) -> int:
        return main(["doctor", "--profile", str(self.folder), *arguments])


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path / "desk")


def test_it_is_refused_while_something_waits(profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    assert profile.doctor("--reset-replica") == 1
    told = capsys.readouterr().err
    assert "Noch nicht gesendet: 1" in told and "Not sent yet: 1" in told
    with profile:
        assert profile.replica.get(Case, CASE.case_id) is not None


def test_the_copy_is_sealed_whole_and_never_overwritten(profile: Profile, tmp_path: Path) -> None:
    copy = tmp_path / "saved" / "outbox.db"
    copy.parent.mkdir()
    assert profile.doctor("--reset-replica", "--export-outbox", str(copy)) == 0
    assert not copy.read_bytes().startswith(b"SQLite format") and copy.stat().st_mode & 0o777 == 0o600
    assert copy.with_name("outbox.db.journal").exists()
    assert profile.doctor("--export-outbox", str(copy)) == 1
    saved, _ = open_outbox(copy.parent, profile.key, SetClock(), sign)
    assert [item.cmd_id for item in saved.items()] == [an_id("act")]
    saved.close()
    with profile:
        assert profile.replica.get(Case, CASE.case_id) is None
        assert [item.cmd_id for item in profile.outbox.items()] == [an_id("act")]
        draft = profile.outbox.draft(CASE.case_id, PERSON.person_id, "reply")
        assert draft is not None and draft.text == "angefangen"
    assert list(profile.folder.glob("replica.db.reset-*"))


def test_settled_it_goes_without_a_copy(profile: Profile) -> None:
    with profile:
        profile.outbox.settle([Applied(cmd_id=an_id("act"))], NOW)
    assert profile.doctor("--reset-replica") == 0
    assert profile.doctor("--reset-replica") == 0  # there is none any more


def test_a_desk_that_runs_is_left_alone(profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    lock = ProcessLock(profile.folder / "desk.lock").acquire()
    try:
        assert profile.doctor("--reset-replica") == 1
    finally:
        lock.release()
    assert "process" in capsys.readouterr().err
