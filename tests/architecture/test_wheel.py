"""The wheel can be built without a network, and the program inside it finds its resources."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FILES = ("pyproject.toml", "setup.py", "LICENSE", "README.md", "requirements.in")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the source folder stays clean."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    for name in ("workstation", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-build-isolation", "--no-index", "--wheel-dir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


def test_the_wheel_holds_the_code_and_every_resource(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = {file.relative_to(ROOT).as_posix() for file in _files("workstation", "*.py")}
    resources = {f"workstation/{file.relative_to(ROOT).as_posix()}" for file in _files("resources", "*")}
    assert resources and code
    assert (code | resources | {"workstation/py.typed"}) - inside == set()
    assert not [name for name in inside if name.startswith(("tests/", "benchmarks/", "resources/"))]


def test_the_installed_program_finds_its_resources_and_commands(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "from workstation.system.resources import resource_path as r; print(r('themes', 'tokens.json'))"
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(tmp_path / "workstation/resources/themes/tokens.json"), done.stderr
    (entry_points,) = tmp_path.glob("*.dist-info/entry_points.txt")
    text = entry_points.read_text("utf-8")
    assert "workstation = workstation.cli:main" in text
    assert "workstation-hub = workstation.hub.cli:main" in text


def _files(folder: str, pattern: str) -> list[Path]:
    return [
        file for file in (ROOT / folder).rglob(pattern) if file.is_file() and "__pycache__" not in file.parts
    ]
