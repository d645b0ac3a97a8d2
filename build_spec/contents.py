"""What comes into the folder of the program and what of its libraries stays out, each with the reason."""

import json
from pathlib import Path, PurePosixPath

LEFT_OUT_MODULES = (
    # Tools of developers and tests.
    *("tests", "benchmarks", "pytest", "_pytest", "hypothesis", "mypy", "ruff", "faker", "polyfactory"),
    *("PyInstaller", "setuptools", "pip", "IPython", "tkinter", "matplotlib", "numpy", "pygments"),
    *("unittest", "doctest", "pydoc", "pydoc_data", "sqlalchemy.testing", "uvloop._testbase"),
    "reportlab.graphics.testshapes",
    # Databases nobody can choose; the program's SQLite is sqlcipher3, not the one of the standard library.
    *("sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle", "sqlalchemy.dialects.mssql"),
    *("sqlite3", "_sqlite3"),
    # The drawings of the icons in use come along as one file.
    "lucide",
    # Nobody types Python here; time zones come from the system, as the standard library reads them.
    *("readline", "rlcompleter", "dateutil.zoneinfo"),
    # Pictures are PNG and JPEG, drawn without letters; PyYAML does without its twin in C.
    *("PIL._avif", "PIL._webp", "PIL._imagingft", "PIL._imagingcms", "PIL._imagingtk", "yaml._yaml"),
    # Parts of Qt that no window of ours uses.
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtOpenGL"),
    *("PySide6.QtOpenGLWidgets", "PySide6.QtNetwork", "PySide6.QtPrintSupport", "PySide6.QtDBus"),
    *("PySide6.QtSql", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools", "PySide6.QtConcurrent"),
)

# platformthemes pulls in a whole GTK, the others serve parts of Qt that are not used.
_PLUGINS = (
    *(
        "platformthemes",
        "qmltooling",
        "sqldrivers",
        "egldeviceintegrations",
        "generic",
        "printsupport",
        "tls",
    ),
    *("networkinformation", "wayland-graphics-integration-client", "xcbglintegrations"),
)
_FILES = (
    # Plug-ins that draw to a bare screen or through OpenGL, or read pictures that no mail shows.
    *("libqeglfs.so", "libqminimalegl.so", "libqlinuxfb.so", "libqvnc.so", "libqvkkhrdisplay.so"),
    *("libqtiff.so", "libqtga.so", "libqicns.so", "libqwbmp.so"),
    # The window and the papers are set upright.
    "Inter-Italic[opsz,wght].ttf",
    # The time zones inside dateutil, see above.
    "dateutil-zoneinfo.tar.gz",
)
_QT_WORDS = ("qtbase_de.qm", "qtbase_en.qm")
LOCALES = ("root", "de", "de_DE", "en", "en_001", "en_GB")
"""Of Babel's languages: the two of the program with their countries, and what these are derived from."""
HOLIDAY_WORDS = ("locale/de/LC_MESSAGES/DE.mo", "locale/en_US/LC_MESSAGES/DE.mo")
"""Of the names of holidays: those of the country whose regions a firm can choose."""


def is_wanted(place: str) -> bool:
    """Whether a collected file belongs into the folder; ``place`` is where it would lie there."""
    path = PurePosixPath("/" + place.replace("\\", "/"))
    whole = str(path)
    if any(f"/plugins/{name}/" in whole for name in _PLUGINS) or "libgtk-3" in whole:
        return False
    if path.name in _FILES:
        return False
    if path.parent.name == "translations" and path.suffix == ".qm":
        return path.name in _QT_WORDS
    if path.parent.name == "locale-data":
        return path.suffix != ".dat" or path.stem in LOCALES
    return True


def write_icons(folder: Path) -> Path:
    """Write the drawings of all icons in use into ``folder``; the file, named as the program looks for it."""
    from workstation.ui.shared.icons import PACKAGED, draw_all

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / PACKAGED
    file.write_text(json.dumps(draw_all()), encoding="utf-8")
    return file
