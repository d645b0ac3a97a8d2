"""The journal does not grow for ever: what the outbox has let go of leaves it too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.materials import KEY, NOW, PERSON, SetClock, an_id, sign
from workstation.casework.wire.commands import AddNote, Applied
from workstation.ports import NewCommand
from workstation.storage import outbox_rows
from workstation.storage.opening import open_outbox
from workstation.storage.outbox import SqlOutbox
from workstation.system.sqlite import set_aside


def note(outbox: SqlOutbox, name: str) -> None:
    outbox.append(
        NewCommand(
            cmd_id=an_id("act", name),
            body=AddNote(case_id=an_id("case"), message_id=an_id("note", name), text=name),
            person_id=PERSON.person_id,
            wall=NOW,
        ),
        sign,
    )


def test_it_is_written_anew_with_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_rows, "SPARE_LINES", 4)
    outbox, _ = open_outbox(tmp_path, KEY, SetClock(), sign)
    for name in map(str, range(40)):
        note(outbox, name)
    old = [an_id("act", str(number)) for number in range(30)]
    outbox.settle([Applied(cmd_id=one) for one in old], NOW - timedelta(days=36))
    outbox.settle([Applied(cmd_id=an_id("act", "30"))], NOW - timedelta(days=3))
    outbox.mark_seen({})
    long = (tmp_path / "outbox.journal").stat().st_size
    monkeypatch.setattr(outbox_rows, "LINES_A_ROW", 1)
    assert outbox.prune(NOW - timedelta(days=35)) == 30
    assert (tmp_path / "outbox.journal").stat().st_size < long / 2
    note(outbox, "later")
    outbox.close()
    set_aside(tmp_path / "outbox.db", "lost")
    again, salvaged = open_outbox(tmp_path, KEY, SetClock(), sign)
    assert salvaged == 10
    assert {item.cmd_id for item in again.items()} == {
        an_id("act", name) for name in (*map(str, range(31, 40)), "later")
    }
    again.close()
