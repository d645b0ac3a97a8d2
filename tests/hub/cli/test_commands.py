"""The command line does what it says: people, devices, rules out and in, mailboxes, copies, the doctor."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.hub.cli.conftest import PASSWORD, Command, content_of
from workstation.hub.settings import read_settings
from workstation.system.sqlite import open_connection


def test_init_makes_a_firm_that_can_begin(command: Command, firm: Path) -> None:
    assert (firm / "hub.toml").stat().st_mode & 0o777 == 0o600
    people = command(firm, "people", "list")
    assert "anna" in people.out and "owner" in people.out
    calendar = tomllib.loads(command(firm, "calendar", "export").out)["calendar"][0]
    assert calendar["spans"] == [{"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "18:00"}]
    assert "Fronleichnam" in {day["name"] for day in calendar["holidays"]}, "a holiday of Bavaria"
    rows = tomllib.loads(command(firm, "limits", "export").out)["limit"]
    limits = {(row["role"], row["kinds"][0]): row for row in rows}
    assert limits["agent", "*"]["per_decision"] == "50.00"
    assert limits["agent", "*"]["per_customer"] == {"amount": "150.00", "window_days": 90}
    assert limits["agent", "goods_again"]["per_decision"] == "500.00"
    assert "per_decision" not in limits["agent", "reversal"]
    assert ("counter", "reversal") not in limits, "the counter asks before it takes back"


def test_people_come_move_and_go(command: Command, firm: Path) -> None:
    assert command(firm, "teams", "add", "Filiale").code == 0
    added = command(
        firm, "people", "add", "--login", "Bea", "--name", "Bea Öz", "--team", "service", stdin="passwort-1\n"
    )
    assert added.out == "Bea Öz can sign in as bea.\n"
    assert "Filiale" in command(firm, "people", "move", "BEA", "filiale").out
    assert command(firm, "people", "disable", "bea").code == 0
    assert "disabled" in command(firm, "people", "list").out
    assert command(firm, "people", "enable", "bea").code == 0
    assert command(firm, "people", "password", "bea", stdin="passwort-2\n").code == 0


@pytest.mark.parametrize("what", ["calendar", "limits", "texts"])
def test_rules_round_trip_without_a_change(command: Command, firm: Path, tmp_path: Path, what: str) -> None:
    file = tmp_path / f"{what}.toml"
    if what == "texts":
        file.write_text('[[text]]\nkey = "gruss"\nde = """\nHallo,\n{customer_name}"""\n', "utf-8")
        assert command(firm, "texts", "import", str(file)).out == "1 new, 0 changed, 0 removed.\n"
    assert command(firm, what, "export", str(file)).code == 0
    before = content_of(firm)["document"]
    assert command(firm, what, "import", str(file)).out == "0 new, 0 changed, 0 removed.\n"
    assert content_of(firm)["document"] == before
    again = command(firm, what, "export").out
    assert again == file.read_text("utf-8")


def test_edited_limits_come_in_whole_and_a_trial_run_changes_nothing(
    command: Command, firm: Path, tmp_path: Path
) -> None:
    file = tmp_path / "limits.toml"
    command(firm, "limits", "export", str(file))
    text = file.read_text("utf-8").replace('per_decision = "50.00"', 'per_decision = "75.50"')
    text = text.replace("undo_s = 8", "undo_s = 15")
    text += '\n[[limit]]\nname = "Anna"\nkinds = ["refund", "goodwill", "reversal"]\nperson = "anna"\n'
    text += "per_decision = 80\nconditions = { needs_reason = true }\n"
    file.write_text(text, "utf-8")
    before = content_of(firm)
    tried = command(firm, "limits", "import", "--dry-run", str(file))
    assert tried.out == "Would be: 1 new, 2 changed, 0 removed. Nothing was changed.\n"
    assert content_of(firm) == before
    assert command(firm, "limits", "import", str(file)).out == "1 new, 2 changed, 0 removed.\n"
    exported = tomllib.loads(command(firm, "limits", "export").out)
    assert exported["firm"]["undo_s"] == 15
    amounts = {row["name"]: row.get("per_decision") for row in exported["limit"]}
    assert amounts["Anna"] == "80.00"
    reasons = {row["name"]: row.get("conditions") for row in exported["limit"]}
    assert reasons["Anna"] == {"needs_reason": True} and reasons["Mitarbeitende"] is None
    assert amounts["Mitarbeitende"] == "75.50"


def test_a_mailbox_keeps_its_passwords_out_of_the_settings(command: Command, firm: Path) -> None:
    added = command(
        firm,
        *("mailbox", "add", "service", "--address", "service@krueger.example", "--team", "Service"),
        *("--imap", "127.0.0.1:1", "--imap-user", "service", "--imap-security", "none"),
        *("--smtp", "127.0.0.1:1", "--smtp-user", "service", "--smtp-security", "none"),
        *("--archive", "archiv@krueger.example", "--archive-imap", "127.0.0.1:1"),
        stdin="imap-geheim\nsmtp-geheim\n",
    )
    assert added.code == 0, added.err
    settings = (firm / "hub.toml").read_text("utf-8")
    assert "geheim" not in settings
    kept = read_settings(firm)
    box = kept.with_passwords(kept.file.mailboxes[0], kept.secrets())
    assert box.incoming.server.password == "imap-geheim"  # type: ignore[union-attr]
    assert box.outgoing.server.password == "smtp-geheim"  # type: ignore[union-attr]
    tested = command(firm, "mailbox", "test", "service")
    assert tested.code == 3
    assert "[mailbox.unreachable]" in tested.out
    assert command(firm, "mailbox", "remove", "service").code == 0
    assert not list((firm / "secrets").glob("mailbox*")), "no password is left behind"


def test_a_folder_mailbox_can_be_tried(command: Command, firm: Path, tmp_path: Path) -> None:
    maildirs = ("--maildir-in", str(tmp_path / "in"), "--maildir-out", str(tmp_path / "out"))
    assert command(firm, "mailbox", "add", "service", "--address", "a@b.example", *maildirs).code == 0
    assert command(firm, "mailbox", "test", "service").out == "The mailbox service can be reached.\n"
    assert "service" in command(firm, "mailbox", "list").out


def test_a_copy_is_whole_and_can_be_served(command: Command, firm: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    done = command(firm, "backup", str(target))
    assert done.code == 0, done.err
    connection = open_connection(target, None, "read")
    assert connection.execute("SELECT count(*) FROM document").fetchone()[0] > 5
    connection.close()
    again = command(firm, "backup", str(target))
    assert (again.code, "[backup.target_exists]" in again.err) == (1, True)
    assert command(firm, "restored").code == 0


def test_an_encrypted_firm_needs_its_key(command: Command, tmp_path: Path) -> None:
    folder, key = tmp_path / "hub", "ab" * 32
    arguments = ("init", "--name", "X", "--owner", "Anna", "--key-on-stdin")
    assert command(folder, *arguments, stdin=f"{key}\n{PASSWORD}\n").code == 0
    assert b"SQLite format" not in (folder / "hub.db").read_bytes()[:32]
    assert "anna" in command(folder, "people", "list", stdin=key + "\n").out
    missing = command(folder, "people", "list")
    assert (missing.code, "[hub.key_missing]" in missing.err) == (1, True)
    wrong = command(folder, "people", "list", stdin="cd" * 32 + "\n")
    assert (wrong.code, "[store.wrong_key]" in wrong.err) == (1, True)
    backup = command(folder, "backup", str(tmp_path / "copy.db"), stdin=key + "\n")
    assert backup.code == 0, backup.err
    assert b"SQLite format" not in (tmp_path / "copy.db").read_bytes()[:32], "the copy is encrypted as well"


def test_a_key_file_is_made_for_its_owner_only(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    arguments = ("init", "--name", "X", "--owner", "Anna", "--key-file", "hub.key")
    assert command(folder, *arguments, stdin=PASSWORD + "\n").code == 0
    assert (folder / "hub.key").stat().st_mode & 0o777 == 0o600
    assert "anna" in command(folder, "people", "list").out
    (folder / "hub.key").chmod(0o644)
    assert "doctor.key_file_readable" in command(folder, "doctor", "--json").out


def test_the_doctor_tells_people_and_programs(command: Command, firm: Path) -> None:
    told = command(firm, "doctor", language="de")
    assert told.code == 0, told.out
    assert "SQLite" in told.out and "Postfach" in told.out
    checks = {check["check"]: check for check in json.loads(command(firm, "doctor", "--json").out)}
    assert checks["database"]["level"] == "ok"
    assert checks["audit"]["code"] == "doctor.audit"


def test_a_bent_audit_row_is_found(command: Command, firm: Path) -> None:
    from workstation.hub.core import open_core

    core = open_core(read_settings(firm), None)
    core.database.seal_audit(core.clock.now())
    core.close()
    assert "whole" in command(firm, "audit", "verify").out
    connection = open_connection(firm / "hub.db", None, "full")
    # Whoever can write the file can take the guard away first; the chain still tells.
    for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE audit SET actor = 'somebody else' WHERE n = 1")
    connection.close()
    verified = command(firm, "audit", "verify")
    assert (verified.code, "row 1" in verified.out) == (3, True)
    assert command(firm, "doctor").code == 3


def test_records_and_mails_are_taken_in(command: Command, firm: Path, tmp_path: Path) -> None:
    customers = tmp_path / "customers.csv"
    customers.write_text("number,name,email\nK1,Erika Muster,erika@example.org\nK2,,kaputt\n", "utf-8")
    done = command(firm, "import", "customers", str(customers))
    assert done.code == 3, "the good row is in, the bad one is named"
    assert "customers.csv:3" in done.out
    mail = tmp_path / "frage.eml"
    mail.write_bytes(
        b"From: erika@example.org\r\nTo: a@b.example\r\nSubject: Hallo\r\nMessage-ID: <1@x>\r\n\r\nHallo\r\n"
    )
    assert "1 emails taken in" in command(firm, "intake", "import", str(mail)).out
    assert "1 were there already" in command(firm, "intake", "import", str(mail)).out


def test_help_and_openapi_are_there_in_both_languages(command: Command, firm: Path) -> None:
    assert "Geräte" in command(firm, "--help", language="de").out
    assert "devices" in command(firm, "--help").out
    assert json.loads(command(firm, "openapi").out)["openapi"] == "3.1.0"
