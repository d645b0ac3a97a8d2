"""Values with parameters (Content-Type, Content-Disposition): RFC 2231, RFC 2047 and their mixtures."""

import re
from urllib.parse import unquote_to_bytes

from workstation.hub.channels.mail.charsets import clean_line, decode_bytes
from workstation.hub.channels.mail.encoded_words import decode_header

_MAX_PARAMS = 500
_SECTION = re.compile(r"(.+?)\*(?:(\d{1,4})(\*)?)?\Z")
_GAP = re.compile(rb"[ \t;,]*")
_NAME = re.compile(rb"([^\s=;\"]{1,100})[ \t]*=[ \t]*")
_COMMENT_END = re.compile(rb"\)[ \t]*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb'\\(["\\])')


def parse_field(raw: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """The lower-case main value and the decoded parameters of a raw header value."""
    head, _, rest = raw.partition(b";")
    main = clean_line(head.decode("latin-1")).split("(")[0].strip().strip("\"'").lower()
    if "=" in main and "/" not in main:
        main, rest = "", raw
    plain: dict[str, bytes] = {}
    extended: dict[str, bytes] = {}
    sections: dict[str, list[tuple[int, bytes, bool]]] = {}
    for name, value in _pairs(rest):
        section = _SECTION.match(name)
        if section is None:
            plain.setdefault(name, value)
        elif section[2] is None:
            extended.setdefault(section[1], value)
        else:
            sections.setdefault(section[1], []).append((int(section[2]), value, section[3] is not None))
    params = {name: decode_header(value, hint) for name, value in plain.items()}
    for name, pieces in sections.items():
        params[name] = _join_sections(pieces, hint)
    for name, value in extended.items():
        charset, data = _extended(value)
        params[name] = clean_line(decode_bytes(data, charset, hint))
    return main, params


def _pairs(rest: bytes) -> list[tuple[str, bytes]]:
    """(lower-case name, raw value) of each parameter; survives missing quotes, spaces and semicolons."""
    pairs: list[tuple[str, bytes]] = []
    position = 0
    while position < len(rest) and len(pairs) < _MAX_PARAMS:
        gap = _GAP.match(rest, position)
        position = gap.end() if gap else position
        match = _NAME.match(rest, position)
        if match is None:
            semicolon = rest.find(b";", position)
            if semicolon < 0:
                break
            position = semicolon + 1
            continue
        position = match.end()
        quoted = _QUOTED.match(rest, position)
        if quoted:
            value = _unescape(quoted[1])
            position = quoted.end()
        else:
            semicolon = rest.find(b";", position)
            stop = len(rest) if semicolon < 0 else semicolon
            value = rest[position:stop].strip().strip(b'"')
            position = stop
        pairs.append((match[1].decode("latin-1").lower(), value))
    return pairs


def _unescape(value: bytes) -> bytes:
    # A DOS path in quotes is not escaped by those who send it: only quote and doubled backslash count.
    if re.match(rb"[A-Za-z]:\\|\\\\", value):
        return value
    return _ESCAPE.sub(rb"\1", value)


def _extended(value: bytes) -> tuple[str, bytes]:
    """charset'language'percent-encoded, with the two marks possibly missing."""
    pieces = value.split(b"'", 2)
    if len(pieces) == 3:
        return pieces[0].decode("latin-1"), unquote_to_bytes(pieces[2])
    return "", unquote_to_bytes(value)


def _join_sections(pieces: list[tuple[int, bytes, bool]], hint: str) -> str:
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    data: list[bytes] = []
    is_extended = False
    for index, (_number, value, is_encoded) in enumerate(pieces):
        if is_encoded and index == 0:
            charset, decoded = _extended(value)
            data.append(decoded)
        else:
            data.append(unquote_to_bytes(value) if is_encoded else value)
        is_extended = is_extended or is_encoded
    joined = b"".join(data)
    if not is_extended or joined.startswith(b"=?"):
        return decode_header(joined, hint)  # encoded words cut into sections: seen from many clients
    return clean_line(decode_bytes(joined, charset, hint))
