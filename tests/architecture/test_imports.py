"""The import contracts hold, every folder is declared in them, and the packages import without a warning."""

import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

PACKAGES = (
    "PySide6.QtWidgets",
    "PySide6.QtSvg",
    "PySide6.QtNetwork",
    "PySide6.QtPrintSupport",
    "alembic.command",
    "argon2",
    "babel.numbers",
    "charset_normalizer",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "flufl.bounce",
    "fontpkg_inter",
    "holidays",
    "httptools",
    "imap_tools",
    "jinja2.sandbox",
    "keyring",
    "litestar",
    "lucide",
    "msgspec",
    "nh3",
    "platformdirs",
    "psycopg",
    "qasync",
    "reportlab.pdfgen.canvas",
    "requests",
    "sqlalchemy.orm",
    "sqlcipher3",
    "tnefparse",
    "tomlkit",
    "uvicorn",
)


def test_the_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_each_chosen_package_imports_without_a_warning(package: str) -> None:
    # qasync looks for a Qt binding that is imported already.
    code = f"import PySide6.QtCore, {package}" if package == "qasync" else f"import {package}"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
