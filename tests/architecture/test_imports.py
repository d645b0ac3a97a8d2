"""The import contracts hold, every folder is declared in them, and the packages import without a warning."""

import os
import subprocess
import sys

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


def test_the_chosen_packages_import_without_a_warning() -> None:
    # In this order: qasync looks for a Qt binding that is imported already.
    code = "".join(f"import {package}\n" for package in PACKAGES)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
