"""Bytes to text under any declared, wrong or missing charset, and the one cleaning of that text."""

import codecs
import re

# Senders name the smaller charset and use the larger one; the web reads these names the same way.
_WIDER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "johab",
}
_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "windows-949": "cp949",
    "x-windows-949": "cp949",
    "x-sjis": "cp932",
    "x-ms-cp932": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-big5": "big5hkscs",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "windows-874": "cp874",
    "x-koi8-r": "koi8-r",
}
_JAPANESE_7BIT = re.compile(r"iso-?2022-?jp|csiso2022jp|cp5022[01]|x-iso-2022-jp")
# Codecs that are not charsets: they execute escapes, or differ from machine to machine.
_NOT_A_CHARSET = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}
_TEXT_CONTROLS = re.compile("[\x00\ud800-\udfff]")
_BLANK_RUN = re.compile("[\x01-\x20\x7f-\x9f\u2028\u2029]+")


def codec_for(charset: str) -> str | None:
    """The Python codec for a charset name out of a mail, or None when it names none."""
    name = charset.strip(" \t'\"<>;,").lower()
    if not name or len(name) > 60:
        return None
    if _JAPANESE_7BIT.match(name):
        return "iso-2022-jp"
    name = _ALIASES.get(name, name)
    for candidate in (name, name.replace("_", "-"), re.sub(r"^(?:cp|windows|ibm|x)[-_ ]*(?=\d)", "cp", name)):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        canonical = found.name.lower()
        if not getattr(found, "_is_text_encoding", True) or canonical.replace("-", "_") in _NOT_A_CHARSET:
            return None
        return _WIDER.get(canonical, canonical)
    return None


def decode_bytes(data: bytes, declared: str = "", hint: str = "") -> str:
    """Text of `data` under its declared charset, else under `hint`, else under the best guess."""
    if data.isascii() and b"\x1b" not in data and not _changes_ascii(declared):
        return data.decode("ascii")
    codec = codec_for(declared) if declared else None
    if codec == "iso-2022-jp" or (codec in (None, "utf-8") and _looks_japanese_7bit(data)):
        return _decode_japanese_7bit(data)
    if codec is None or codec == "utf-8":
        return _guess(data, codec is not None and declared.strip().lower() != "us-ascii", hint)
    if codec == "cp1252":
        # Real western text that is also valid UTF-8 hardly exists; UTF-8 under the wrong name does.
        text = _strictly(data, "utf-8")
        if text is not None:
            return text
    text = _strictly(data, codec)
    if text is not None:
        return text
    text = _strictly(data, "utf-8")
    return text if text is not None else data.decode(codec, "replace")


def clean_text(text: str) -> str:
    """Several lines of text with plain line ends; NUL and lone surrogates become U+FFFD, once, here."""
    text = _TEXT_CONTROLS.sub("\ufffd", text)
    if text.startswith("\ufeff"):
        text = text[1:]
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean_line(text: str) -> str:
    """One line of text: control characters (also decoded ones) collapse to a space, ends stripped."""
    text = _TEXT_CONTROLS.sub("\ufffd", text)
    return _BLANK_RUN.sub(lambda run: " " if run[0].strip(" ") else run[0], text).strip()


def _changes_ascii(declared: str) -> bool:
    lowered = declared.lower()
    return any(
        word in lowered
        for word in (
            "utf-16",
            "utf16",
            "utf-32",
            "utf-7",
            "utf7",
            "hz",
            "unicode",
            "ebcdic",
            "2022",
            "cp037",
            "ucs",
        )
    )


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _guess(data: bytes, is_utf8_declared: bool, hint: str) -> str:
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    if is_utf8_declared:
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") * 2 <= sum(1 for character in text if character >= "\x80"):
            return text
    hinted = codec_for(hint) if hint else None
    if hinted is not None and hinted not in ("utf-8", "iso-2022-jp"):
        text = _strictly(data, hinted)
        if text is not None:
            return text
    sample = data[:20_000]
    is_hardly_western = len(sample) > 64 and sum(byte >= 0x80 for byte in sample) * 3 > len(sample)
    if not is_hardly_western:
        text = _strictly(data, "cp1252")
        if text is not None:
            return text
    return _statistical_guess(data, sample)


def _statistical_guess(data: bytes, sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    codec = codec_for(best.encoding) if best is not None else None
    return data.decode(codec or "cp1252", "replace")


def _looks_japanese_7bit(data: bytes) -> bool:
    return (b"\x1b$B" in data or b"\x1b$@" in data or b"\x1b(J" in data) and data.isascii()


def _decode_japanese_7bit(data: bytes) -> str:
    """ISO-2022-JP with the vendor characters (circled digits, half-width kana) that Python's codec lacks."""
    text = _strictly(data, "iso2022_jp")
    if text is not None:
        return text
    out: list[str] = []
    pieces = re.split(rb"\x1b(\$[@B]|\$\([A-Z]|\([A-Z])", data)
    mode = b"(B"
    for index, piece in enumerate(pieces):
        if index % 2:
            mode = piece
        elif mode in (b"$B", b"$@"):
            out.append(_shift_jis(piece).decode("cp932", "replace"))
        elif mode == b"$(D":
            high = b"".join(
                b"\x8f" + bytes((a | 0x80, b | 0x80)) for a, b in zip(piece[::2], piece[1::2], strict=False)
            )
            out.append(high.decode("euc_jp", "replace"))
        elif mode == b"(I":
            out.append(bytes(byte | 0x80 for byte in piece).decode("cp932", "replace"))
        else:
            out.append(piece.decode("cp932", "replace"))
    return "".join(out)


def _shift_jis(pairs: bytes) -> bytes:
    """JIS X 0208 byte pairs as Shift-JIS; bytes outside the plane (line ends) pass through."""
    out = bytearray()
    index = 0
    while index < len(pairs):
        first = pairs[index]
        if first < 0x21 or index + 1 >= len(pairs):
            out.append(first)
            index += 1
            continue
        second = pairs[index + 1]
        index += 2
        if first & 1:
            second = second + (0x1F if second < 0x60 else 0x20)
        else:
            second = second + 0x7E
        first = (first + 1) // 2 + 0x70
        out += bytes((min(first + 0x40 if first >= 0xA0 else first, 0xFF), min(second, 0xFF)))
    return bytes(out)
