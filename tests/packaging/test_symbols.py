"""A library comes stripped into the package only if a process reads the same of it as before."""

import struct
from dataclasses import dataclass, replace

import pytest

from build_spec.symbols import reads_the_same

_HEADER, _SEGMENT, _SECTION = 64, 56, 64
_PAGE = 0x1000


@dataclass(frozen=True)
class Library:
    """A library of one section of eight bytes, mapped by one segment, and what else is in the file."""

    content: bytes = b"8 bytes."
    address: int = _PAGE
    rights: int = 5
    offset: int = _PAGE
    in_file: int = 8
    begins_with: int = 0
    dead: bytes = b"symbols nobody loads"
    dynamic_at: int = _PAGE

    def build(self) -> bytes:
        """Return the file: header, segments (one to load, one dynamic), the section, its table."""
        table = _HEADER + 2 * _SEGMENT
        place = self.offset + self.begins_with
        segments = struct.pack(
            "<IIQQQQQQ",
            *(1, self.rights, self.offset, self.address, self.address, self.in_file + self.begins_with),
            *(self.in_file + self.begins_with, _PAGE),
        )
        segments += struct.pack("<IIQQQQQQ", 2, 6, place, self.dynamic_at, self.dynamic_at, 8, 8, 8)
        sections = struct.pack("<IIQQQQIIQQ", 0, 1, 2, self.address + self.begins_with, place, 8, 0, 0, 1, 0)
        header = b"\x7fELF\x02\x01".ljust(32, b"\0") + struct.pack("<QQ", _HEADER, table)
        header += struct.pack("<IHHHHHH", 0, _HEADER, _SEGMENT, 2, _SECTION, 1, 0)
        front = header + segments + sections + self.dead
        return front.ljust(place, b"\0") + self.content


def test_the_same_library_reads_the_same() -> None:
    assert reads_the_same(Library().build(), Library().build())


def test_what_is_not_loaded_may_go() -> None:
    assert reads_the_same(Library().build(), Library(dead=b"").build())


def test_it_may_lie_elsewhere_in_the_file() -> None:
    assert reads_the_same(Library(offset=2 * _PAGE).build(), Library().build())


@pytest.mark.parametrize(
    "changed",
    [
        {"content": b"8 Bytes."},
        {"address": 2 * _PAGE},
        {"rights": 4},
        {"in_file": 4},
        {"offset": _PAGE + 16},
        {"dynamic_at": 3 * _PAGE},
    ],
    ids=["other bytes", "other address", "other rights", "cut off", "off the page", "dynamic moved"],
)
def test_whatever_a_process_would_notice_counts(changed: dict[str, int | bytes]) -> None:
    assert not reads_the_same(Library().build(), replace(Library(), **changed).build())  # type: ignore[arg-type]
