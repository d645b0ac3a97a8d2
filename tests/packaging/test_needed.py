"""Only libraries that something in the folder links to come into the package."""

import pytest

from build_spec.needed import Entry, is_library, needed

_LINKS = {
    "/v/PySide6/QtGui.so": ["libQt6Gui.so.6"],
    "/v/PySide6/Qt/lib/libQt6Gui.so.6": ["libicudata.so.73", "libQt6Core.so.6"],
    "/usr/lib/libgdk-3.so.0": ["libcairo.so.2"],
    "/usr/lib/libcairo.so.2": ["libgdk-3.so.0"],
    "/v/PySide6/Qt/plugins/platforms/libqxcb.so": ["libX11.so.6"],
}
_ENTRIES: list[Entry] = [
    ("PySide6/QtGui.abi3.so", "/v/PySide6/QtGui.so", "EXTENSION"),
    ("PySide6/Qt/plugins/platforms/libqxcb.so", "/v/PySide6/Qt/plugins/platforms/libqxcb.so", "BINARY"),
    ("PySide6/Qt/lib/libQt6Gui.so.6", "/v/PySide6/Qt/lib/libQt6Gui.so.6", "BINARY"),
    ("PySide6/Qt/lib/libicudata.so.73", "/v/PySide6/Qt/lib/libicudata.so.73", "BINARY"),
    ("PySide6/Qt/lib/libQt6OpenGL.so.6", "/v/PySide6/Qt/lib/libQt6OpenGL.so.6", "BINARY"),
    ("libX11.so.6", "/usr/lib/libX11.so.6", "BINARY"),
    ("libgdk-3.so.0", "/usr/lib/libgdk-3.so.0", "BINARY"),
    ("libcairo.so.2", "/usr/lib/libcairo.so.2", "BINARY"),
    ("pillow.libs/libavif-c6.so.16", "/v/pillow.libs/libavif-c6.so.16", "BINARY"),
    ("libpython3.11.so.1.0", "/usr/lib/libpython3.11.so.1.0", "BINARY"),
]


def test_what_nothing_links_to_is_left_out_even_when_two_link_to_one_another() -> None:
    places = [place for place, *_ in needed(_ENTRIES, lambda source: _LINKS.get(source, []))]
    assert places == [
        "PySide6/QtGui.abi3.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "libX11.so.6",
        "libpython3.11.so.1.0",
    ]


@pytest.mark.parametrize(
    ("place", "is_one"),
    [
        ("libgnutls.so.30", True),
        ("psycopg_binary.libs/libpq-e9b5c9ac.so.5.18", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/libpyside6.abi3.so.6.11", False),
        ("libpython3.11.so.1.0", False),
        ("PIL/_imaging.cpython-311-x86_64-linux-gnu.so", False),
    ],
)
def test_modules_and_plugins_are_no_mere_libraries(place: str, is_one: bool) -> None:
    assert is_library(place) is is_one
