"""A firm in a folder, made once and copied for each test, and the command line called in this process."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workstation.hub.cli import main
from workstation.hub.settings import read_settings
from workstation.system.sqlite import open_connection

PASSWORD = "richtig-geheim"


@dataclass(frozen=True)
class Said:
    """Exit code, standard output and standard error of one command."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Call `command(folder, *arguments, stdin="", language="en")`."""

    def call(folder: Path, *arguments: str, stdin: str = "", language: str = "en") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            code = main(["--language", language, "--folder", str(folder), *arguments])
        except SystemExit as ended:
            code = int(str(ended.code))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def made_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm nobody changes."""
    folder = tmp_path_factory.mktemp("firm") / "hub"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        arguments = (
            "init",
            "--name",
            "Bäckerei Krüger",
            "--owner",
            "Anna Krüger",
            "--trial",
            "--region",
            "by",
        )
        assert main(["--language", "en", "--folder", str(folder), *arguments]) == 0
    return folder


@pytest.fixture
def firm(made_firm: Path, tmp_path: Path) -> Path:
    """A firm of the test's own."""
    folder = tmp_path / "hub"
    shutil.copytree(made_firm, folder)
    return folder


def content_of(folder: Path) -> dict[str, list[str]]:
    """All rows of all tables: what must not change when a command is refused."""
    settings = read_settings(folder)
    connection = open_connection(Path(settings.database_url), None, "read")
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}
    finally:
        connection.close()
