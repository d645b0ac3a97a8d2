"""Undoing the transfer encoding of a part, whatever its header claims."""

import binascii
import re

from workstation.hub.channels.mail.encoded_words import decode_base64

_FOREIGN_TO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]*)\r?\n", re.MULTILINE)
_NO_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")  # stays as written
_SOFT_BREAK_SPACE = re.compile(rb"=[ \t]+(?=\r?\n)")


def encoding_name(value: str) -> str:
    """`base64`, `quoted-printable`, `uuencode` or `identity` for a header value with comments and typos."""
    word = re.sub(r"\([^)]*\)", "", value[:200]).lower()
    word = re.sub(r"[^a-z0-9]", "", word)
    if "base64" in word or word == "b64":
        return "base64"
    if "quotedprintable" in word or word in ("quoted", "qp", "quoteprintable", "printable"):
        return "quoted-printable"
    if "uuencode" in word or word == "uue":
        return "uuencode"
    return "identity"


def decode_body(data: bytes, encoding: str, is_text: bool) -> bytes:
    """The bytes of a body; text that is wrongly labelled base64 is left as it is."""
    name = encoding_name(encoding)
    if name == "base64":
        first_line = data[:4000].strip().partition(b"\n")[0].strip()
        if is_text and (b" " in first_line or _FOREIGN_TO_BASE64.search(first_line)):
            return data
        return _base64_with_tail(data)
    if name == "quoted-printable":
        data = _strip_line_ends(_SOFT_BREAK_SPACE.sub(b"=", data))
        return binascii.a2b_qp(_NO_ESCAPE.sub(b"=3D", data))
    if name == "uuencode":
        return _decode_uu(data)
    return data


def _base64_with_tail(data: bytes) -> bytes:
    """Base64, ending at the first line of plain words after it (footers of mailing lists)."""
    foreign = _FOREIGN_TO_BASE64.search(data)
    if foreign is None:
        return decode_base64(data)
    line_start = data.rfind(b"\n", 0, foreign.start()) + 1
    line_end = data.find(b"\n", foreign.start())
    line = data[line_start : line_end if line_end >= 0 else len(data)].strip()
    if line_start and (b" " in line or line.startswith(b"--")):
        return decode_base64(data[:line_start])
    return decode_base64(data)


def _strip_line_ends(data: bytes) -> bytes:
    """Without the blanks that a server added at line ends; encoded ones are kept by their escape."""
    if b" \n" not in data and b" \r\n" not in data and b"\t\n" not in data and b"\t\r\n" not in data:
        return data
    lines = data.split(b"\n")
    return b"\n".join(
        line[:-1].rstrip(b" \t") + b"\r" if line.endswith(b"\r") else line.rstrip(b" \t") for line in lines
    )


def _decode_uu(data: bytes) -> bytes:
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return data
    out = bytearray()
    for line in data[begin.end() :].splitlines():
        if line.strip() == b"end":
            break
        out += _uu_line(line)
    return bytes(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        if not line:
            return b""
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders append a character too many
        try:
            return binascii.a2b_uu(line[:wanted])
        except binascii.Error:
            return b""
