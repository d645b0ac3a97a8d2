"""A hub's database on a disk that fills up: what was answered is there, and it goes on once there is room."""

from __future__ import annotations

from pathlib import Path

from tests.faults.damaged_files import small_disk
from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TENANT, SetClock, found_firm
from workstation.casework.wire.commands import AddNote, Applied
from workstation.hub.storage.opening import open_database

_MEGABYTES = 8
_MOST = 3_000
_KEPT_FREE = 512 * 1024


def fill_hub() -> list[str]:
    """Let commands come until the disk is full, make room, and compare.

    Raises:
        PermissionError: this process may not mount a small disk.
    """
    with small_disk(_MEGABYTES) as folder:
        (folder / "ballast").write_bytes(b"\0" * _KEPT_FREE)
        return _filled(folder)


def _filled(folder: Path) -> list[str]:
    url, clock = str(folder / "hub.db"), SetClock()
    database = open_database(url, None, clock)
    found_firm(database)
    desk = ServiceDesk(database, clock)
    case_id = desk.open_case()
    answered: list[str] = []
    is_full = False
    for _ in range(_MOST):
        try:
            _note(desk, case_id, answered)
        except Exception:
            is_full = True
            break
    broken = [] if is_full else ["the disk did not fill up: nothing was tried"]
    (folder / "ballast").unlink()
    before = len(answered)
    try:
        _note(desk, case_id, answered)
    except Exception as error:
        broken.append(f"i21: there is room again and the hub says {error!r}"[:200])
    if len(answered) == before:
        broken.append("i21: there is room again and the hub takes nothing")
    database.close()
    database = open_database(url, None, clock)
    logged = {
        str(row[0])
        for row in database.look(
            lambda session: session.rows("SELECT cmd_id FROM command_log WHERE tenant_id = :t", t=TENANT)
        )
    }
    broken += [
        f"i07: {one} was answered on a full disk and is not there" for one in answered if one not in logged
    ]
    broken += [
        f"{rule[:3]}: {rule}: {', '.join(ids[:3])}" for rule, ids in database.check_invariants(TENANT).items()
    ]
    database.close()
    return broken


def _note(desk: ServiceDesk, case_id: str, answered: list[str]) -> None:
    envelope = desk.envelope(AddNote(case_id=case_id, message_id=desk.new_id(), text="voll " * 2_000))
    if isinstance(desk.send(envelope)[0], Applied):
        answered.append(envelope.cmd_id)
