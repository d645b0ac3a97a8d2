"""Attached files: their names for display, their bytes, and what Outlook packs into winmail.dat."""

import logging
import mimetypes
import re
from typing import Any

from workstation.hub.channels.mail.body_bytes import decode_body
from workstation.hub.channels.mail.charsets import clean_line, decode_bytes
from workstation.hub.channels.mail.encoded_words import decode_header, decode_words
from workstation.hub.channels.mail.field_params import parse_field
from workstation.hub.channels.mail.mime_tree import Part
from workstation.hub.channels.mail.parsed import Attachment
from workstation.hub.channels.mail.raw_headers import split_headers

MAX_NAME_CHARACTERS = 255
_FRACTION = re.compile(r"(?<=[\d ])/(?=[\d ])")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MAX_WINMAIL_FILES = 500
_LONG_FILENAME = 0x3707
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
_EXTENSIONS = {"image/jpeg": ".jpg", "message/rfc822": ".eml", "text/plain": ".txt", "text/calendar": ".ics"}
_FORBIDDEN_IN_FILES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE_NAME = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)")


def display_name(raw: str) -> str:
    """A name to show: one line, without folders, drives or marks that turn the writing direction."""
    name = _BIDI.sub("", clean_line(raw)).strip("\"' ")
    name = _FRACTION.sub("_", name).replace("\\", "/").rstrip("/")
    name = name.rsplit("/", 1)[-1].strip()
    if name.strip(". ") == "":
        return ""
    if len(name) > MAX_NAME_CHARACTERS:
        stem, dot, extension = name.rpartition(".")
        tail = f"{dot}{extension}" if dot and len(extension) <= 10 else ""
        name = (stem if tail else name)[: MAX_NAME_CHARACTERS - len(tail)] + tail
    return name


def name_to_save_as(attachment: Attachment, number: int) -> str:
    """A file name that is legal on every system; `number` (from 1) tells nameless files apart."""
    name = _FORBIDDEN_IN_FILES.sub("_", attachment.name).rstrip(". ").lstrip(" ")
    if not name:
        kind = attachment.content_type
        name = f"{number}{_EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or '.bin'}"
    if _DEVICE_NAME.match(name):
        name = f"_{name}"
    return name[-200:]


def name_of(part: Part, hint: str) -> str:
    """The display name a part gives itself in either header, or the subject of an enclosed mail."""
    disposition_params, type_params = part.disposition_params, part.params
    if hint and not part.headers.first("content-disposition").isascii():
        disposition_params = parse_field(part.headers.first("content-disposition"), hint)[1]
    if hint and not part.headers.first("content-type").isascii():
        type_params = parse_field(part.headers.first("content-type"), hint)[1]
    for params, key in (
        (disposition_params, "filename"),
        (type_params, "name"),
        (type_params, "filename"),
        (disposition_params, "name"),
    ):
        value = params.get(key, "")
        if value:
            if "=?" in value:  # an encoded word inside RFC 2231, or kept apart by its sender
                value = decode_words(value, hint) if value.isascii() else value
            name = display_name(value)
            if name:
                return name
    description = part.headers.first("content-description")
    if description and part.disposition == "attachment":
        described = display_name(decode_header(description, hint))
        if re.fullmatch(r".+\.[A-Za-z0-9]{1,5}", described):
            return described
    return ""


def attachment_of(raw: bytes, part: Part, hint: str) -> Attachment:
    """The attachment that a leaf part is."""
    is_mail = part.content_type.startswith("message/")
    encoding = part.headers.text("content-transfer-encoding")
    content = decode_body(raw[part.start : part.end], encoding, is_text=is_mail)
    name = name_of(part, hint)
    if not name and part.content_type in ("message/rfc822", "message/global"):
        name = _enclosed_name(content, hint)
    content_id = clean_line(part.headers.first("content-id").decode("latin-1")).strip("<> ")
    return Attachment(
        name=name,
        size=len(content),
        content_type=part.content_type,
        content=content,
        content_id=content_id,
        is_inline=part.disposition == "inline" or (bool(content_id) and part.disposition != "attachment"),
    )


def _enclosed_name(content: bytes, hint: str) -> str:
    headers, _body = split_headers(content, 0, len(content))
    subject = decode_header(headers.first("subject")[:2000], hint)
    subject = re.sub(r"[/\\:]+", "_", subject)[:120].strip()
    return display_name(f"{subject}.eml") if subject else ""


def is_winmail(attachment: Attachment) -> bool:
    """Whether it is Outlook's container: by type or name, and by its first bytes."""
    named = attachment.content_type in _TNEF_TYPES or attachment.name.lower() in ("winmail.dat", "win.dat")
    return named and attachment.content.startswith(_TNEF_SIGNATURE)


def unpack_winmail(attachment: Attachment) -> tuple[tuple[Attachment, ...], str, str]:
    """(files, text, html) inside winmail.dat; nothing when it is damaged: the container is then kept."""
    from tnefparse import TNEF

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    if not _is_walkable(attachment.content):
        return (), "", ""
    try:
        container = TNEF(attachment.content, do_checksum=False)
        codepage = str(container.codepage or "")
        files = tuple(_winmail_file(inner, codepage) for inner in container.attachments[:MAX_WINMAIL_FILES])
        return files, _as_text(container.body, codepage), _as_text(container.htmlbody, codepage)
    except Exception:  # the library raises many kinds on damaged data; the container itself is not lost
        return (), "", ""


def _is_walkable(content: bytes) -> bool:
    """The library copies the rest of the container at each object: refuse where that would take minutes."""
    offset, count = 6, 0
    while offset + 11 < len(content):
        offset += int.from_bytes(content[offset + 5 : offset + 9], "little") + 11
        count += 1
        if count * len(content) > 2_000_000_000:
            return False
    return True


def _as_text(value: object, codepage: str) -> str:
    if isinstance(value, bytes):
        return decode_bytes(value.rstrip(b"\0"), codepage)
    return value.rstrip("\0") if isinstance(value, str) else ""


def _winmail_file(inner: Any, codepage: str) -> Attachment:
    long_names = [a.data for a in inner.mapi_attrs if a.name == _LONG_FILENAME and a.data]
    name = display_name(_as_text(long_names[0] if long_names else inner._name, codepage))
    data = bytes(inner.data or b"")
    return Attachment(name, len(data), mimetypes.guess_type(name)[0] or "application/octet-stream", data)
