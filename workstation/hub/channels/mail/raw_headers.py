"""Splitting the headers off a mail by our own rules: garbage lines, bare CR, and no header is lost."""

import re
from dataclasses import dataclass

MAX_HEADER_BYTES = 1_000_000
MAX_HEADERS = 5_000
_LINE_END = re.compile(rb"\r{0,8}\n|\r")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_SURE_FIELD = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|message-id|mime-version|received|return-path|reply-to|sender"
    rb"|in-reply-to"
    rb"|references|delivered-to|content-[a-z\-]+|list-[a-z\-]+|auto-submitted|precedence|x-[a-z0-9\-]+"
    rb"|dkim-signature|authentication-results|arc-[a-z\-]+|user-agent|importance|priority"
    rb"|thread-[a-z]+)[ \t]*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Headers:
    """Raw header fields in order: lower-case name and unfolded raw value, each at most 1 MB."""

    fields: tuple[tuple[str, bytes], ...] = ()
    is_cut: bool = False

    def first(self, name: str) -> bytes:
        """The first non-empty value under `name` (lower case), or empty bytes."""
        return next((value for key, value in self.fields if key == name and value), b"")

    def all(self, name: str) -> list[bytes]:
        """All values under `name` (lower case), in order."""
        return [value for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        """Whether the field is there, even when empty."""
        return any(key == name for key, _value in self.fields)

    def text(self, name: str) -> str:
        """The first value as lower-case ASCII text, for comparing with known words."""
        return self.first(name).decode("latin-1").strip().lower()


def normalise(raw: bytes) -> bytes:
    """The same mail with line ends we can split at and without an mbox `From ` line in front."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    stripped = raw.lstrip(b"\r\n")
    if stripped is not raw and _FIELD.match(stripped):
        raw = stripped  # empty lines in front of the headers
    for _ in range(3):
        if not raw.startswith((b"From ", b">From ")) or _FIELD.match(raw):
            break
        end = _LINE_END.search(raw)
        if end is None:
            break
        raw = raw[end.end() :]
    return raw


def split_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers of the part in `raw[start:end]` and the offset where its body begins."""
    fields: list[tuple[str, bytes]] = []
    position = start
    name = ""
    value_start = value_end = 0
    is_cut = False
    header_ahead = -1
    is_open = False  # whether a continuation line belongs to the last header

    def finish() -> None:
        nonlocal is_cut
        if not name:
            return
        if value_end - value_start > MAX_HEADER_BYTES or len(fields) >= MAX_HEADERS:
            is_cut = True
        if len(fields) < MAX_HEADERS:
            value = raw[value_start : min(value_end, value_start + MAX_HEADER_BYTES)]
            fields.append((name, b" ".join(line.strip(b" \t") for line in _LINE_END.split(value)).strip()))

    while position < end:
        line_end = _LINE_END.search(raw, position, end)
        stop, following = (line_end.start(), line_end.end()) if line_end else (end, end)
        if stop == position:
            finish()
            return Headers(tuple(fields), is_cut), following
        if raw[position] in b" \t" and name:
            if is_open:
                value_end = stop
        else:
            field = _FIELD.match(raw, position, stop)
            if field:
                finish()
                name = field[1].decode("latin-1").lower()
                value_start, value_end = field.end(), stop
                is_open = True
            elif position < header_ahead:
                is_open = False  # an odd line, skipped
            elif (header_ahead := _next_sure_header(raw, following, end)) < 0:
                finish()  # the empty line between headers and body is missing
                return Headers(tuple(fields), is_cut), position
            elif raw.startswith(b"--", position) and not fields and not name:
                return Headers(), position
            else:
                is_open = False
        position = following
    finish()
    return Headers(tuple(fields), is_cut), end


def _next_sure_header(raw: bytes, position: int, end: int) -> int:
    """Offset of a line, at most 50 ahead and before the next empty one, that is surely a header; else -1."""
    for _ in range(50):
        if position >= end:
            return -1
        line_end = _LINE_END.search(raw, position, end)
        stop, following = (line_end.start(), line_end.end()) if line_end else (end, end)
        if stop == position:
            return -1
        if _SURE_FIELD.match(raw, position, stop):
            return position
        position = following
    return -1
