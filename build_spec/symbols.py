"""Takes debugging symbols out of libraries, and checks that what a process reads of them stays the same."""

import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x7fELF\x02\x01"
"""A library of 64 bit, lowest byte first."""
_LOAD, _NO_BITS, _IN_MEMORY = 1, 8, 2


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    rights: int
    offset: int
    address: int
    in_file: int
    in_memory: int
    alignment: int


def strip_symbols(folder: Path) -> int:
    """Strip each library below ``folder`` that stays the same to a process; bytes saved, 0 without the tool.

    Libraries that were renamed inside their wheels have parts where strip does not expect them. What it makes
    of those is compared, and thrown away where something has moved or changed.
    """
    strip = shutil.which("strip")
    if strip is None:
        return 0
    saved = 0
    with tempfile.TemporaryDirectory(prefix="workstation-strip-") as scratch:
        smaller = Path(scratch) / "library"
        for library in sorted(folder.rglob("*.so*")):
            if library.is_symlink() or not library.is_file() or not _is_elf(library):
                continue
            command = [strip, "--strip-unneeded", "-o", str(smaller), str(library)]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode == 0:
                before, after = library.read_bytes(), smaller.read_bytes()
                if len(after) < len(before) and reads_the_same(before, after):
                    library.write_bytes(after)
                    saved += len(before) - len(after)
            smaller.unlink(missing_ok=True)
    return saved


def reads_the_same(before: bytes, after: bytes) -> bool:
    """Return whether a process finds every section of the library ``before`` in ``after`` too.

    That is: at the same address, with the same bytes and rights, mapped by segments the loader accepts, and
    with the same further segments (dynamic section, thread storage, what becomes read-only).
    """
    old, new = _segments(before), _segments(after)
    if any(one.kind == _LOAD and (one.offset - one.address) % max(1, one.alignment) for one in new):
        return False
    if _further(old) != _further(new):
        return False
    return all(
        _mapped(before, old, address, size, in_file=in_file)
        == _mapped(after, new, address, size, in_file=in_file)
        is not None
        for address, size, in_file in _sections(before)
    )


def _further(segments: list[_Segment]) -> list[tuple[int, int, int, int]]:
    return [(one.kind, one.rights, one.address, one.in_memory) for one in segments if one.kind != _LOAD]


def _mapped(
    content: bytes, segments: list[_Segment], address: int, size: int, *, in_file: bool
) -> tuple[int, bytes] | None:
    """Rights and bytes at an address; no bytes for what begins as zeros; None if it is not mapped whole."""
    for one in segments:
        reach = one.in_file if in_file else one.in_memory
        if one.kind == _LOAD and one.address <= address and address + size <= one.address + reach:
            begin = one.offset + address - one.address
            return one.rights, content[begin : begin + size] if in_file else b""
    return None


def _segments(content: bytes) -> list[_Segment]:
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    found = []
    for number in range(count):
        kind, rights, offset, address, _physical, in_file, in_memory, alignment = struct.unpack_from(
            "<IIQQQQQQ", content, table + number * size
        )
        found.append(_Segment(kind, rights, offset, address, in_file, in_memory, alignment))
    return found


def _sections(content: bytes) -> list[tuple[int, int, bool]]:
    """Address, size and whether the file has its bytes, of each section that is there in memory."""
    (table,) = struct.unpack_from("<Q", content, 40)
    size, count = struct.unpack_from("<HH", content, 58)
    found = []
    for number in range(count):
        _name, kind, flags, address, _offset, length = struct.unpack_from(
            "<IIQQQQ", content, table + number * size
        )
        if flags & _IN_MEMORY and length:
            found.append((address, length, kind != _NO_BITS))
    return found


def _is_elf(library: Path) -> bool:
    with library.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
