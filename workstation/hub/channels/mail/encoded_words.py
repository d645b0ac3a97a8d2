"""Header values to text: encoded words (also damaged ones), raw 8-bit bytes, always one clean line."""

import binascii
import re

from workstation.hub.channels.mail.charsets import clean_line, decode_bytes

_START = re.compile(r"=\?([A-Za-z0-9!#$%&'+\-^_`{|}~.:() ]{0,80}?)(?:\*[A-Za-z0-9\-]{0,40})?\?([bBqQ])\?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")


def decode_header(raw: bytes, hint: str = "") -> str:
    """One line of text from the raw bytes of a header value; `hint` is the charset of the body."""
    return clean_line(decode_words(raw.decode("latin-1"), hint))


def decode_words(value: str, hint: str = "") -> str:
    """Decode encoded words in `value`, a string whose characters stand for raw bytes (Latin-1).

    Neighbouring words of one charset are joined before decoding, since senders cut inside characters.
    """
    runs: list[tuple[str | None, list[bytes]]] = []  # charset None: written as it is
    position = 0
    for start, end, charset, data in find_words(value):
        between = value[position:start]
        after_a_word = bool(runs) and runs[-1][0] is not None
        if between and not (after_a_word and between.isspace()):
            runs.append((None, [between.encode("latin-1", "replace")]))
        if runs and runs[-1][0] == charset:
            runs[-1][1].append(data)
        else:
            runs.append((charset, [data]))
        position = end
    if position < len(value):
        runs.append((None, [value[position:].encode("latin-1", "replace")]))
    return "".join(decode_bytes(b"".join(data), charset or "", hint) for charset, data in runs)


def find_words(value: str) -> list[tuple[int, int, str, bytes]]:
    """All encoded words of `value` as (start, end, charset, bytes), found in one pass from left to right."""
    found: list[tuple[int, int, str, bytes]] = []
    match = _START.search(value)
    while match:
        following = _START.search(value, match.end())
        end = value.find("?=", match.end())
        if end < 0:
            break
        if following and following.start() < end:
            match = following  # the earlier one never closes: it stays as written
            continue
        text = value[match.end() : end].encode("latin-1", "replace")
        data = decode_base64(text) if match[2] in "bB" else decode_q(text)
        found.append((match.start(), end + 2, match[1].strip().lower(), data))
        match = following if following and following.start() >= end + 2 else _START.search(value, end + 2)
    return found


def decode_q(text: bytes) -> bytes:
    """Bytes of Q-encoded text; broken escapes stay as written."""
    return binascii.a2b_qp(re.sub(rb"=(?![0-9A-Fa-f]{2})", b"=3D", text), header=True)


def decode_base64(text: bytes) -> bytes:
    """Bytes of base64 text: foreign characters are skipped, and it may go on after padding."""
    compact = _NOT_BASE64.sub(b"", text)
    try:
        return binascii.a2b_base64(compact, strict_mode=True)
    except binascii.Error:
        pass
    out = bytearray()
    for chunk in compact.split(b"="):
        usable = chunk[:-1] if len(chunk) % 4 == 1 else chunk
        out += binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))
    return bytes(out)
