"""Mails from files: .eml, Maildir and mbox go in once, whatever way they come; bad ones are named."""

from pathlib import Path

import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from workstation.hub.channels.mail.transport_folder import drop_into
from workstation.hub.services.intake_import import import_mails


def mbox_of(*mails: bytes) -> bytes:
    """An mbox as mail programs write it: «From » lines between, «From » inside marked."""
    parts = []
    for mail in mails:
        body = mail.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        parts.append(b"From erika@kundin.test Fri Nov 20 10:11:00 2026\n" + body + b"\n")
    return b"".join(parts)


def test_a_folder_of_everything_goes_in_once(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "alt"
    (place / "unter").mkdir(parents=True)
    (place / "1.eml").write_bytes(a_mail("eins", message_id="1@x.test"))
    (place / "unter" / "2.eml").write_bytes(a_mail("zwei", message_id="2@x.test"))
    (place / "alt.mbox").write_bytes(
        mbox_of(
            a_mail("drei\nFrom hier an", message_id="3@x.test"), a_mail("vier\n\n\n", message_id="4@x.test")
        )
    )
    drop_into(place / "Maildir", a_mail("fünf", message_id="5@x.test"), "5.mail")
    (place / "notiz.pdf").write_bytes(b"%PDF")
    report = import_mails(desk.intake, place)
    assert (report.taken, report.known, report.unreadable, report.problems) == (5, 0, 0, [])
    (case,) = desk.cases()  # all of one customer, none answered: one matter
    texts = {one.text.strip() for one in desk.file(case.case_id).messages if one.kind == "inbound"}
    assert texts == {"eins", "zwei", "drei\nFrom hier an", "vier", "fünf"}
    again = import_mails(desk.intake, place)
    assert (again.taken, again.known) == (0, 5)
    assert sum(one.kind == "inbound" for one in desk.file(case.case_id).messages) == 5


def test_an_imported_mail_waits_since_its_date(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(a_mail())
    import_mails(desk.intake, tmp_path / "1.eml")
    (case,) = desk.cases()
    assert case.waiting_since is not None
    assert case.waiting_since.isoformat() == "2026-11-20T09:11:00+00:00"


@pytest.mark.parametrize(
    ("name", "content", "number", "code"),
    [
        ("leer.eml", b"", 1, "import.empty"),
        ("bild.eml", b"\x89PNG\r\n\x1a\n\x00\x00", 1, "import.not_a_mail"),
        ("text.eml", b"Nur Text ohne Kopf\n", 1, "import.not_a_mail"),
        ("alt.mbox", mbox_of(a_mail(message_id="1@x.test"), b"kein Kopf\n"), 2, "import.not_a_mail"),
    ],
)
def test_what_is_no_mail_is_named_and_the_rest_goes_in(
    desk: Desk, tmp_path: Path, name: str, content: bytes, number: int, code: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content)
    (tmp_path / "in" / "gut.eml").write_bytes(a_mail("gut", message_id="gut@x.test"))
    report = import_mails(desk.intake, tmp_path / "in")
    assert [(Path(one.file).name, one.row, one.code) for one in report.problems] == [(name, number, code)]
    assert report.taken == (2 if name.endswith("mbox") else 1)


def test_a_path_that_is_not_there_is_named(desk: Desk, tmp_path: Path) -> None:
    report = import_mails(desk.intake, tmp_path / "fehlt")
    assert [one.code for one in report.problems] == ["import.no_such_file"]
