"""What the package leaves out is nothing the program needs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from build_spec.contents import LOCALES, is_wanted
from workstation.casework.texts import formats
from workstation.hub.defaults import REGIONS
from workstation.ui.shared.icons import NAMES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("place", "is_one"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6\\Qt\\plugins\\tls\\qschannelbackend.dll", False),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", True),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("babel/locale-data/de.dat", True),
        ("babel/locale-data/en_001.dat", True),
        ("babel/locale-data/fr.dat", False),
        ("babel/locale-data/LICENSE.unicode", True),
        ("babel/global.dat", True),
        ("fontpkg_inter/files/Inter[opsz,wght].ttf", True),
        ("fontpkg_inter/files/Inter-Italic[opsz,wght].ttf", False),
        ("workstation/resources/texts/codes.de.toml", True),
    ],
)
def test_files_that_stay_and_files_that_go(place: str, is_one: bool) -> None:
    assert is_wanted(place) is is_one


def test_the_languages_of_the_program_stay() -> None:
    assert set(formats.LOCALES.values()) | set(formats.LOCALES) <= set(LOCALES)


def _done(folder: Path, is_without: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.packaging.without", is_without, str(folder / is_without)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_everything_comes_out_the_same_without_what_is_left_out(tmp_path: Path) -> None:
    """Every module, the holidays of every region on offer, both languages, all papers, all icons."""
    whole, less = _done(tmp_path, "no"), _done(tmp_path, "yes")
    assert less == whole
    assert set(less["holidays"]) == {"all", *REGIONS} and all(less["holidays"].values())
    assert set(less["icons"]) == NAMES and all("<svg" in svg for svg in less["icons"].values())
    assert less["papers"] == ["%PDF-"] * 3
    assert less["refused"] == []
