"""A full disk loses nothing under a desk's and a hub's files, and the harness sees when something is lost."""

from __future__ import annotations

import msgspec
import pytest

from tests.faults import full_disks
from tests.faults.full_disks import CASES
from tests.faults.small_disk import kinds, small_disk
from workstation.casework.wire.sync import PullAnswer
from workstation.ports import Changes
from workstation.storage.scope_copies import CopiedScopes


@pytest.mark.parametrize("work", sorted({work.__name__ for work, _ in CASES}))
def test_nothing_is_lost_for_want_of_room(work: str) -> None:
    for kind in kinds():
        with small_disk(8, kind) as disk:
            assert getattr(full_disks, work)(disk, work) == []


def test_a_cursor_that_runs_ahead_of_the_disk_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = CopiedScopes.apply_page

    def torn(self: CopiedScopes, answer: PullAnswer) -> Changes:
        whole(self, msgspec.structs.replace(answer, rows=()))
        return whole(self, answer)

    monkeypatch.setattr(CopiedScopes, "apply_page", torn)
    with small_disk(4, kinds()[0]) as disk:
        assert [one for one in full_disks.replica(disk, "torn") if one.startswith("i13")]
