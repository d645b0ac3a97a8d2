"""Bad input to every command and file: one clear line with code, place and remedy; nothing has changed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hub.cli.conftest import PASSWORD, Command, content_of

LONG = "x" * 600
INIT = ("init", "--name", "X", "--owner", "Anna")
ADD = ("people", "add", "--login", "bea", "--name", "Bea")
BOX = ("mailbox", "add", "service", "--address", "a@b.example")
FOLDERS = ("--maildir-in", "in", "--maildir-out", "out")


@dataclass(frozen=True)
class Bad:
    """A command that must be refused; code 2 is wrong usage, 1 is everything a person can mend."""

    name: str
    arguments: tuple[str, ...]
    code: str
    exit_code: int = 1
    stdin: str = ""


COMMANDS = [
    Bad("no command", (), "usage", 2),
    Bad("unknown command", ("fly",), "usage", 2),
    Bad("shortened option", (*ADD, "--rol", "agent"), "usage", 2),
    Bad("init over a hub", INIT, "hub.already_here"),
    Bad("person without login", ("people", "add", "--name", "Bea"), "usage", 2),
    Bad("empty login", ("people", "add", "--login", " ", "--name", "Bea"), "people.name_malformed"),
    Bad(
        "login with a blank",
        ("people", "add", "--login", "a b", "--name", "Bea"),
        "people.name_malformed",
        1,
        "passwort-1\n",
    ),
    Bad("login with a tab", ("people", "add", "--login", "a\tb", "--name", "Bea"), "people.name_malformed"),
    Bad(
        "name of 600 letters",
        ("people", "add", "--login", "b", "--name", LONG),
        "people.name_malformed",
        1,
        "passwort-1\n",
    ),
    Bad("unknown role", (*ADD, "--role", "king"), "people.role_unknown"),
    Bad("unknown team", (*ADD, "--team", "Mars"), "people.team_unknown", 1, "passwort-1\n"),
    Bad("no password", ADD, "cli.no_secret"),
    Bad("short password", ADD, "people.password_too_short", 1, "abc\n"),
    Bad("endless password", ADD, "people.password_too_long", 1, "x" * 1000 + "\n"),
    Bad(
        "login taken",
        ("people", "add", "--login", "ANNA", "--name", "B"),
        "people.login_taken",
        1,
        "passwort-1\n",
    ),
    Bad("unknown person", ("people", "disable", "nobody"), "people.login_unknown"),
    Bad("last owner", ("people", "disable", "anna"), "people.last_owner"),
    Bad("password of nobody", ("people", "password", "nobody"), "people.login_unknown", 1, "passwort-1\n"),
    Bad("move into nothing", ("people", "move", "anna", "Mars"), "people.team_unknown"),
    Bad("team taken", ("teams", "add", "SERVICE"), "people.team_taken"),
    Bad("team without name", ("teams", "add", ""), "people.name_malformed"),
    Bad("device of nobody", ("devices", "approve", "XXXX"), "device.code_unknown"),
    Bad("revoke nobody", ("devices", "revoke", "XXXX"), "device.code_unknown"),
    Bad("mailbox without a way", BOX, "mailbox.one_way_in"),
    Bad("mailbox with two ways", (*BOX, *FOLDERS, "--imap", "x"), "mailbox.one_way_in"),
    Bad("mailbox without way out", (*BOX, "--maildir-in", "in"), "mailbox.one_way_out"),
    Bad(
        "mailbox of no address",
        ("mailbox", "add", "s", "--address", "nix", *FOLDERS),
        "mailbox.address_malformed",
    ),
    Bad(
        "mailbox of a bad name",
        ("mailbox", "add", "../s", "--address", "a@b", *FOLDERS),
        "mailbox.name_malformed",
    ),
    Bad("mailbox of no team", (*BOX, *FOLDERS, "--team", "Mars"), "hub.mailbox_team_unknown"),
    Bad("server with a bad port", (*BOX, "--imap", "x:99999", "--smtp", "x"), "mailbox.server_malformed"),
    Bad("server without name", (*BOX, "--imap", ":993", "--smtp", "x"), "mailbox.server_malformed"),
    Bad("user without password", (*BOX, "--imap", "x", "--imap-user", "u", "--smtp", "x"), "cli.no_secret"),
    Bad(
        "since no day", (*BOX, "--imap", "x", "--since", "gestern", "--smtp", "x"), "mailbox.since_malformed"
    ),
    Bad(
        "move to nowhere",
        (*BOX, "--imap", "x", "--filing", "move", "--smtp", "x"),
        "mailbox.filed_folder_missing",
    ),
    Bad(
        "archive without server",
        (*BOX, "--imap", "x", "--smtp", "x", "--archive", "a@b"),
        "mailbox.archive_imap_missing",
    ),
    Bad("test of no mailbox", ("mailbox", "test", "nix"), "mailbox.name_unknown"),
    Bad("removal of no mailbox", ("mailbox", "remove", "nix"), "mailbox.name_unknown"),
    Bad("import of no file", ("import", "orders", "/nowhere/orders.csv"), "import.no_such_file"),
    Bad("import of no kind", ("import", "dreams", "x.csv"), "usage", 2),
    Bad("mails of no file", ("intake", "import", "/nowhere"), "import.no_such_file"),
    Bad("backup to nowhere", ("backup", "/nowhere/deep/copy.db"), "backup.no_place"),
    Bad("work of nobody", ("work", "confirm", "x", "--by", "nobody"), "people.login_unknown"),
    Bad("no such work", ("work", "confirm", "x", "--by", "anna"), "work_order.unknown"),
    Bad(
        "doubt of nobody", ("effects", "settle", "x", "--done", "1", "--by", "nobody"), "people.login_unknown"
    ),
    Bad("no such doubt", ("effects", "settle", "x", "--not-done", "--by", "anna"), "effect.unknown"),
    Bad(
        "a doubt both ways", ("effects", "settle", "x", "--done", "1", "--not-done", "--by", "a"), "usage", 2
    ),
    Bad("a doubt no way", ("effects", "settle", "x", "--by", "anna"), "usage", 2),
    Bad("effects of no state", ("effects", "list", "--state", "lost"), "usage", 2),
    Bad("rules from nowhere", ("limits", "import", "/nowhere.toml"), "file.unreadable"),
    Bad("rules to nowhere", ("limits", "export", "/nowhere/x.toml"), "file.unwritable"),
    Bad("rules from a folder", ("limits", "import", "/"), "file.unreadable"),
    Bad("heard by all without TLS", ("serve", "--host", "0.0.0.0"), "hub.tls_needed"),
    Bad("heard by a name without TLS", ("serve", "--host", "hub.example.org"), "hub.tls_needed"),
    Bad("half of TLS", ("serve", "--tls-cert", "x.pem"), "hub.tls_needed"),
    Bad(
        "TLS of no file",
        ("serve", "--host", "0.0.0.0", "--tls-cert", "/n.pem", "--tls-key", "/n.key"),
        "hub.tls_unusable",
    ),
    Bad("port of words", ("serve", "--port", "abc"), "usage", 2),
    Bad("port 70000", ("serve", "--port", "70000"), "usage", 2),
    Bad("stop of nothing", ("stop",), "hub.not_running"),
]


@pytest.mark.parametrize("bad", COMMANDS, ids=lambda bad: bad.name)
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_bad_command_says_why_and_changes_nothing(
    command: Command, firm: Path, bad: Bad, language: str
) -> None:
    before, settings = content_of(firm), (firm / "hub.toml").read_bytes()
    said = command(firm, *bad.arguments, stdin=bad.stdin, language=language)
    assert said.code == bad.exit_code, said
    assert "Traceback" not in said.err
    if bad.exit_code == 2:
        assert ("Siehe" if language == "de" else "See") in said.err
    else:
        assert f"[{bad.code}]" in said.err, said.err
        assert "{" not in said.err, f"a sentence with a hole: {said.err}"
        assert bad.code != said.err.split(" [")[0], "a code alone helps nobody"
    assert content_of(firm) == before
    assert (firm / "hub.toml").read_bytes() == settings


INITS = [
    Bad("no password", INIT, "cli.no_secret"),
    Bad("short password", INIT, "people.password_too_short", 1, "abc\n"),
    Bad(
        "firm without name",
        ("init", "--name", " ", "--owner", "Anna"),
        "people.name_malformed",
        1,
        PASSWORD + "\n",
    ),
    Bad(
        "owner without name",
        ("init", "--name", "X", "--owner", ""),
        "people.name_malformed",
        1,
        PASSWORD + "\n",
    ),
    Bad("region of Mars", (*INIT, "--region", "MA"), "hub.region_unknown"),
    Bad("shifted clock in earnest", (*INIT, "--time-offset", "60"), "hub.offset_needs_trial"),
    Bad("database of another make", (*INIT, "--database", "mysql://x/y"), "hub.database_unknown"),
    Bad(
        "server that is not there",
        (*INIT, "--database", "postgresql://127.0.0.1:1/x"),
        "store.unreachable",
        1,
        PASSWORD + "\n",
    ),
    Bad(
        "address that is none",
        (*INIT, "--database", "postgresql://a:b:c/x"),
        "store.unreachable",
        1,
        PASSWORD + "\n",
    ),
    Bad("key too short", (*INIT, "--key-on-stdin"), "hub.key_malformed", 1, f"abcd\n{PASSWORD}\n"),
    Bad("key of words", (*INIT, "--key-on-stdin"), "hub.key_malformed", 1, f"geheim\n{PASSWORD}\n"),
    Bad("keyring that is not there", (*INIT, "--secrets", "keyring"), "hub.no_keyring", 1, PASSWORD + "\n"),
    Bad("two keys", (*INIT, "--key-on-stdin", "--key-file", "x"), "usage", 2),
]


@pytest.mark.parametrize("bad", INITS, ids=lambda bad: bad.name)
@pytest.mark.parametrize("is_there", [False, True], ids=["new folder", "folder with a file"])
def test_a_failed_init_leaves_nothing_behind(
    command: Command, tmp_path: Path, bad: Bad, is_there: bool
) -> None:
    folder = tmp_path / "hub"
    if is_there:
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
    said = command(folder, *bad.arguments, stdin=bad.stdin)
    assert said.code == bad.exit_code, said
    assert "Traceback" not in said.err
    if bad.exit_code == 1:
        assert f"[{bad.code}]" in said.err, said.err
    left = sorted(path.name for path in folder.iterdir()) if folder.exists() else None
    assert left == (["mine.txt"] if is_there else None)


SETTINGS = [
    ("no TOML", "tenant_id = ", "hub.settings_malformed"),
    ("no tenant", 'database = "hub.db"', "hub.settings_malformed"),
    ("unknown field", 'tenant_id = "x"\ncolour = "red"', "hub.settings_malformed"),
    ("unknown encryption", 'tenant_id = "x"\nencryption = "rot13"', "hub.settings_malformed"),
    ("another tenant", 'tenant_id = "x"', "hub.tenant_missing"),
    ("key file gone", 'tenant_id = "x"\nencryption = "key_file"\nkey_file = "no.key"', "hub.key_missing"),
    ("not a database", 'tenant_id = "x"\ndatabase = "hub.toml"', "store.unreadable"),
]


@pytest.mark.parametrize(("name", "text", "code"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_broken_settings_are_named(command: Command, firm: Path, name: str, text: str, code: str) -> None:
    (firm / "hub.toml").write_text(text)
    said = command(firm, "people", "list")
    assert (said.code, f"[{code}]" in said.err) == (1, True), said
    assert "Traceback" not in said.err


def test_no_hub_is_named_with_its_folder(command: Command, tmp_path: Path) -> None:
    said = command(tmp_path / "nothing", "people", "list", language="de")
    assert said.code == 1
    assert str(tmp_path / "nothing") in said.err
    assert "workstation-hub init" in said.err


LIMIT = '[[limit]]\nname = "A"\nkinds = ["*"]\nrole = "agent"\n'
CALENDAR = '[[calendar]]\nname = "A"\n'
HOURS = '{days = [1], opens = "08:00", closes = "12:00"}'

FILES = [
    ("limits", "no TOML", LIMIT + "per_decision = \n", 5, "file.not_toml"),
    ("limits", "quote not closed", 'name = "A\n', 1, "file.not_toml"),
    ("limits", "key twice", LIMIT + 'name = "B"\n', 5, "file.not_toml"),
    ("limits", "ends too soon", LIMIT + "kinds2 = [", 5, "file.not_toml"),
    ("limits", "nothing at all", "", 1, "file.field_wrong"),
    ("limits", "unknown table", LIMIT + "[limits]\n", 5, "file.field_wrong"),
    ("limits", "misspelt key", LIMIT + "per_decisoin = 50\n", 5, "file.field_wrong"),
    ("limits", "name missing", '[[limit]]\nkinds = ["*"]\n', 1, "file.field_wrong"),
    ("limits", "name empty", '[[limit]]\nkinds = ["*"]\nname = ""\n', 3, "file.field_wrong"),
    ("limits", "kinds is a text", '[[limit]]\nname = "A"\nkinds = "*"\n', 3, "file.field_wrong"),
    ("limits", "kinds is empty", '[[limit]]\nname = "A"\nkinds = []\n', 3, "file.field_wrong"),
    (
        "limits",
        "unknown kind",
        '[[limit]]\nname = "A"\nrole = "agent"\nkinds = [\n"*",\n"gift"]\n',
        6,
        "limit.kind_unknown",
    ),
    (
        "limits",
        "unknown role",
        '[[limit]]\nname = "A"\nkinds = ["*"]\nrole = "king"\n',
        4,
        "file.field_wrong",
    ),
    ("limits", "no role", '[[limit]]\nname = "A"\nkinds = ["*"]\n', 2, "limit.role_or_person"),
    ("limits", "role and person", LIMIT + 'person = "anna"\n', 4, "limit.role_or_person"),
    (
        "limits",
        "unknown person",
        '[[limit]]\nname = "A"\nkinds = ["*"]\nperson = "nix"\n',
        4,
        "people.login_unknown",
    ),
    ("limits", "negative amount", LIMIT + "\nper_decision = -1\n", 6, "limit.amount_wrong"),
    ("limits", "three digits", LIMIT + 'per_person_day = "1.005"\n', 5, "limit.amount_wrong"),
    ("limits", "amount of words", LIMIT + 'per_decision = "viel"\n', 5, "file.field_wrong"),
    ("limits", "amount is NaN", LIMIT + "per_decision = nan\n", 5, "limit.amount_wrong"),
    ("limits", "amount is endless", LIMIT + "per_decision = inf\n", 5, "limit.amount_wrong"),
    ("limits", "amount 2^63", LIMIT + "per_decision = 9223372036854775807\n", 5, "limit.amount_wrong"),
    ("limits", "amount is true", LIMIT + "per_decision = true\n", 5, "file.field_wrong"),
    (
        "limits",
        "window of 0 days",
        LIMIT + 'per_customer = {amount = "5", window_days = 0}\n',
        5,
        "file.field_wrong",
    ),
    ("limits", "window negative", LIMIT + 'per_customer = {amount = "-5"}\n', 5, "limit.amount_wrong"),
    ("limits", "percent 101", LIMIT + "percent_of_order = 101\n", 5, "limit.percent_wrong"),
    (
        "limits",
        "time without zone",
        LIMIT + "valid_from = 2026-01-01T00:00:00\n",
        5,
        "limit.time_without_zone",
    ),
    ("limits", "unknown channel", LIMIT + '[limit.conditions]\nchannels = ["fax"]\n', 6, "file.field_wrong"),
    ("limits", "undo of 9 s", LIMIT + "[firm]\nproof_threshold = 1\nundo_s = 9\n", 7, "file.field_wrong"),
    ("limits", "threshold negative", "[firm]\nproof_threshold = -1\n" + LIMIT, 2, "limit.amount_wrong"),
    ("limits", "name twice", LIMIT + LIMIT, 6, "file.name_twice"),
    ("calendar", "zone of Mars", CALENDAR + 'time_zone = "Mars/Base"\n', 3, "calendar.time_zone_unknown"),
    (
        "calendar",
        "zone with a path",
        CALENDAR + 'time_zone = "../../etc/passwd"\n',
        3,
        "calendar.time_zone_unknown",
    ),
    ("calendar", "day 8", CALENDAR + f"spans = [{HOURS.replace('1', '8', 1)}]\n", 3, "file.field_wrong"),
    ("calendar", "no days", CALENDAR + f"spans = [{HOURS.replace('[1]', '[]')}]\n", 3, "file.field_wrong"),
    (
        "calendar",
        "25 o'clock",
        CALENDAR + f"spans = [{HOURS.replace('12:00', '25:00')}]\n",
        3,
        "file.field_wrong",
    ),
    (
        "calendar",
        "hours as a number",
        CALENDAR + "spans = [{days = [1], opens = 8, closes = 12}]\n",
        3,
        "file.field_wrong",
    ),
    (
        "calendar",
        "backwards",
        CALENDAR + f"\nspans = [\n{HOURS.replace('12:00', '07:00')}]\n",
        5,
        "calendar.span_backwards",
    ),
    ("calendar", "overlapping", CALENDAR + f"spans = [\n{HOURS},\n{HOURS}]\n", 5, "calendar.spans_overlap"),
    ("calendar", "holiday without day", CALENDAR + 'holidays = [{name = "X"}]\n', 3, "file.field_wrong"),
    ("calendar", "30 February", CALENDAR + "holidays = [{on = 2026-02-30}]\n", 3, "file.not_toml"),
    (
        "calendar",
        "holiday with a time",
        CALENDAR + "holidays = [{on = 2026-02-01T10:00:00Z}]\n",
        3,
        "file.field_wrong",
    ),
    (
        "calendar",
        "closing backwards",
        CALENDAR + "closings = [{first = 2026-02-02, last = 2026-02-01}]\n",
        3,
        "calendar.span_backwards",
    ),
    ("calendar", "still used", "calendar = []\n", 1, "calendar.still_used"),
    (
        "calendar",
        "0 minutes",
        CALENDAR + '[[targets]]\nname = "A"\nfirst_response_min = 0\n',
        5,
        "file.field_wrong",
    ),
    ("texts", "no German", '[[text]]\nkey = "a"\n', 1, "file.field_wrong"),
    ("texts", "German empty", '[[text]]\nkey = "a"\nde = ""\n', 3, "file.field_wrong"),
    ("texts", "key with a blank", '[[text]]\nkey = "a b"\nde = "x"\n', 2, "text.key_malformed"),
    (
        "texts",
        "key twice",
        '[[text]]\nkey = "a"\nde = "x"\n[[text]]\nkey = "a"\nde = "y"\n',
        5,
        "file.name_twice",
    ),
    ("texts", "text of 30 kB", '[[text]]\nkey = "a"\nde = "' + "x" * 30_000 + '"\n', 3, "file.field_wrong"),
]


@pytest.mark.parametrize(
    ("what", "name", "text", "line", "code"), FILES, ids=[f"{r[0]}: {r[1]}" for r in FILES]
)
def test_a_bad_file_is_named_with_its_line(
    command: Command, firm: Path, tmp_path: Path, what: str, name: str, text: str, line: int, code: str
) -> None:
    file = tmp_path / f"{what}.toml"
    file.write_text(text, "utf-8")
    before = content_of(firm)
    for language in ("de", "en"):
        said = command(firm, what, "import", str(file), language=language)
        assert said.code == 1, said
        first = said.err.splitlines()[0]
        assert first.startswith(f"{file}:{line}: "), first
        assert first.endswith(f"[{code}]"), first
    assert content_of(firm) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "file.not_utf8"),
        (b'[[text]]\nkey = "a"\nde = "\xe4"\n', "file.not_utf8"),
        (b"a = " + b"[" * 5000, "file.not_toml"),
        (b"# " + b"x" * 3_000_000, "file.too_large"),
    ],
    ids=["UTF-16", "Latin-1", "deep", "3 MB"],
)
def test_bytes_that_are_no_text_are_refused(
    command: Command, firm: Path, tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "texts.toml"
    file.write_bytes(content)
    said = command(firm, "texts", "import", str(file))
    assert said.code == 1, said
    assert code in said.err or "file.too_deep" in said.err


def test_all_that_is_wrong_in_a_file_is_said_at_once(command: Command, firm: Path, tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text(
        LIMIT + "per_decision = -1\nper_person_day = -2\n" + LIMIT.replace('"*"', '"gift"'), "utf-8"
    )
    said = command(firm, "limits", "import", str(file))
    lines = [row.split(": ")[0].rsplit(":", 1)[1] for row in said.err.splitlines()]
    assert lines == ["5", "6", "8", "9"]
