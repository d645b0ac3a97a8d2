"""Copies of what waits: taken in elsewhere behind what is there, with the ids they had, each once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.desk.materials import KEY, NOW, SetClock, an_id, sign
from tests.desk.storage.test_outbox_file import command, opened
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.codec import sha256_hex
from workstation.casework.wire.commands import Applied, SendMessage
from workstation.ports import NewCommand
from workstation.storage.opening import OUTBOX_FILE, open_outbox
from workstation.storage.outbox import SqlOutbox

CHILD = """
import json, sys
from pathlib import Path
from tests.desk.materials import sign
from tests.desk.storage.test_outbox_file import opened
opened(Path(sys.argv[1])).take_in(json.loads(Path(sys.argv[2]).read_text()), sign)
"""
ROOT = Path(__file__).parents[3]


def as_read(rows: object) -> list[dict[str, object]]:
    """Rows as they come out of a file."""
    return msgspec.json.decode(msgspec.json.encode(rows), type=list[dict[str, object]])


def pair(folder: Path) -> tuple[SqlOutbox, SqlOutbox]:
    """The outboxes of two computers."""
    for name in ("one", "other"):
        (folder / name).mkdir()
    return opened(folder / "one"), opened(folder / "other")


def test_what_waits_goes_to_another_outbox_and_is_there_once(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    try:
        other.set_note("device_id", an_id("other device"))
        settled, sent, queued, held, undone = (
            one.append(command(name, held=name == "held"), sign)
            for name in ("settled", "sent", "queued", "held", "undone")
        )
        one.settle([Applied(cmd_id=settled.cmd_id)], NOW)
        one.mark_sent([sent.cmd_id], NOW)
        one.cancel(undone.cmd_id, sign)
        rows = as_read(one.waiting_rows())
        assert [row["cmd_id"] for row in rows] == [sent.cmd_id, queued.cmd_id, held.cmd_id]
        own = other.append(command("own"), sign)
        back = other.take_in(rows, sign)
        assert back.taken == (sent.cmd_id, queued.cmd_id, held.cmd_id)
        assert back.held == (queued.cmd_id, held.cmd_id)
        assert other.take_in(rows, sign).known == 3
        assert [(item.cmd_id, item.state, item.device_seq) for item in other.items()] == [
            (own.cmd_id, "queued", 1),
            (sent.cmd_id, "queued", 2),
            (queued.cmd_id, "held", 3),
            (held.cmd_id, "held", 4),
        ]
        assert [item.cmd_id for item in other.pending()] == [item.cmd_id for item in other.items()]
        leaving = other.to_send(max_rows=9)
        assert [(one.cmd_id, one.was_offered) for one in leaving] == [
            (own.cmd_id, False),
            (sent.cmd_id, True),
        ]
        assert {one.device_id for one in leaving} == {an_id("other device")}
        assert other.release([queued.cmd_id]) == (queued.cmd_id,)
        body = next(envelope for envelope in other.to_send(max_rows=9) if envelope.cmd_id == queued.cmd_id)
        assert body.sha256 == queued_sha(rows, queued.cmd_id) == sha256_hex(bytes(body.body))
    finally:
        one.close()
        other.close()


def queued_sha(rows: list[dict[str, object]], cmd_id: str) -> object:
    return next(row["sha256"] for row in rows if row["cmd_id"] == cmd_id)


def test_acts_taken_in_are_in_the_journal_too(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    item = one.append(command("eins"), sign)
    other.take_in(as_read(one.waiting_rows()), sign)
    one.close()
    other.close()
    (tmp_path / "other" / OUTBOX_FILE).unlink()
    again, salvaged = open_outbox(tmp_path / "other", KEY, SetClock(), sign)
    try:
        assert salvaged == 1 and [kept.cmd_id for kept in again.held()] == [item.cmd_id]
    finally:
        again.close()


def test_what_is_no_act_or_was_changed_is_refused_whole(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    try:
        for name in ("eins", "zwei"):
            one.append(command(name), sign)
        first, second = as_read(one.waiting_rows())
        for wrong in (
            {**second, "body": str(second["body"]).replace("zwei", "acht")},
            {**second, "case_id": an_id("case", "other")},
            {**second, "type": "case.of_tomorrow"},
            {"cmd_id": "x"},
        ):
            with pytest.raises(ValueError, match="act"):
                other.take_in([first, wrong], sign)
        assert other.items() == ()
    finally:
        one.close()
        other.close()


def test_a_mail_with_files_stays_where_its_files_are(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    meta = AttachmentMeta(sha256="0" * 64, name="bild.png", size=3, content_type="image/png")
    body = SendMessage(
        case_id=an_id("case"), message_id=an_id("message"), text="Hallo", to=("a@b.de",), attachments=(meta,)
    )
    try:
        one.append(NewCommand(cmd_id=an_id("mail"), body=body, person_id=an_id("person"), wall=NOW), sign)
        back = other.take_in(as_read(one.waiting_rows()), sign)
        assert (back.taken, back.left) == ((), 1) and other.items() == ()
    finally:
        one.close()
        other.close()


def test_a_kill_while_taking_in_leaves_nothing_half(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    try:
        acts = [one.append(command(name), sign).cmd_id for name in ("a", "b")]
        rows = msgspec.json.encode(one.waiting_rows())
    finally:
        one.close()
        other.close()
    (tmp_path / "copy.json").write_bytes(rows)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "other"), str(tmp_path / "copy.json")],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "WORKSTATION_CRASH_AT": "desk.take_in.before_commit",
        },
        check=False,
        timeout=240,
    )
    assert done.returncode == -signal.SIGKILL
    again = opened(tmp_path / "other")
    try:
        assert list(again.items()) == []
        assert again.take_in(as_read(msgspec.json.decode(rows)), sign).taken == tuple(acts)
    finally:
        again.close()
