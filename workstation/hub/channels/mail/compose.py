"""Outgoing mails as RFC 5322 bytes: the same input gives the same bytes, and no header can be smuggled in."""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import charset, encoders, policy
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

from workstation.hub.channels.mail.parsed import Address

_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP
_POLICY = policy.compat32.clone(linesep="\r\n", mangle_from_=False, max_line_length=None)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@[^\s<>()\[\],;:@\"\\]{1,255}")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]*/[a-z0-9][a-z0-9!#$&^_.+\-]*")
_AUTO_SUBMITTED = ("auto-replied", "auto-generated", "auto-notified")
_LINK = re.compile(r"https?://[^\s<>\"]+|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{2,63}){1,5}")
_TRAILING = ".,;:!?)]}'\""


class ComposeError(ValueError):
    """An outgoing mail that must not be made: `code` says why, `field` which part of it."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code}: {field}")
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """One file to attach; `name` may hold any letters, but no control characters."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """All of one mail to send. Message ids have no brackets; `date` is aware.

    `auto_submitted` is empty for an answer of a person, else `auto-replied` or `auto-generated`; such a
    mail goes out with an empty envelope sender. `archive_to` is no header: it belongs to the envelope.
    """

    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    date: datetime
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingFile, ...] = ()
    language: str = ""
    auto_submitted: str = ""


def message_id_for(effect_id: str, domain: str) -> str:
    """The Message-ID (without brackets) of the mail that an effect sends: a retry finds it again."""
    message_id = f"{effect_id}@{_ascii_domain(domain, 'domain')}"
    _check_id(message_id, "message_id")
    return message_id


def references_for(references: Sequence[str], parent: str | None) -> tuple[str, ...]:
    """References of an answer to `parent`: the first and the latest ids, at most 20, parent last."""
    chain = [one for one in dict.fromkeys(references) if one != parent and _MESSAGE_ID.fullmatch(one)]
    if parent and _MESSAGE_ID.fullmatch(parent):
        chain.append(parent)
    return tuple(chain if len(chain) <= 20 else [chain[0], *chain[-19:]])


def compose(mail: OutgoingMail) -> bytes:
    """The bytes to hand to the mail server, lines ended by CRLF.

    Raises ComposeError (a ValueError) for control characters in any header, addresses or ids that are
    none, an empty recipient list, or a local part that is not ASCII.
    """
    if not mail.to:
        raise ComposeError("mail_without_recipient", "to")
    if mail.date.tzinfo is None:
        raise ComposeError("mail_date_not_aware", "date")
    if mail.auto_submitted and mail.auto_submitted not in _AUTO_SUBMITTED:
        raise ComposeError("mail_field_malformed", "auto_submitted")
    if mail.language and not _LANGUAGE.fullmatch(mail.language):
        raise ComposeError("mail_field_malformed", "language")
    _check_id(mail.message_id, "message_id")
    message = _body(mail)
    for name, value in _headers(mail):
        if "\r" in value.replace("\r\n ", "") or "\n" in value.replace("\r\n ", ""):
            raise ComposeError("mail_control_character", name)
        message[name] = value
    return message.as_bytes(policy=_POLICY)


def html_of(text: str, language: str = "") -> str:
    """Simple HTML of a plain answer: escaped, paragraphs kept, links clickable."""
    out: list[str] = []
    position = 0
    for match in _LINK.finditer(text):
        found = match[0].rstrip(_TRAILING)
        out.append(_escaped(text[position : match.start()]))
        target = found if found.startswith("http") else f"mailto:{found}"
        out.append(f'<a href="{html.escape(target)}">{_escaped(found)}</a>')
        position = match.start() + len(found)
    out.append(_escaped(text[position:]))
    lang = f' lang="{html.escape(language)}"' if language else ""
    body = "".join(out).replace("\n", "<br>\n")
    head = f'<!DOCTYPE html>\n<html{lang}><head><meta charset="utf-8"></head>'
    return f"{head}<body><div>{body}</div></body></html>\n"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("  ", "&nbsp; ")


def _headers(mail: OutgoingMail) -> list[tuple[str, str]]:
    headers = [
        ("From", _mailbox(mail.from_, "from")),
        ("To", ",\r\n ".join(_mailbox(one, "to") for one in mail.to)),
    ]
    if mail.cc:
        headers.append(("Cc", ",\r\n ".join(_mailbox(one, "cc") for one in mail.cc)))
    if mail.reply_to:
        headers.append(("Reply-To", _mailbox(mail.reply_to, "reply_to")))
    headers.append(("Subject", _unstructured(mail.subject, "subject")))
    headers.append(("Date", format_datetime(mail.date)))
    headers.append(("Message-ID", f"<{mail.message_id}>"))
    if mail.in_reply_to:
        _check_id(mail.in_reply_to, "in_reply_to")
        headers.append(("In-Reply-To", f"<{mail.in_reply_to}>"))
    references = references_for(mail.references, mail.in_reply_to)
    if references:
        headers.append(("References", "\r\n ".join(f"<{one}>" for one in references)))
    if mail.language:
        headers.append(("Content-Language", mail.language))
    if mail.auto_submitted:
        headers.append(("Auto-Submitted", mail.auto_submitted))
        headers.append(("X-Auto-Response-Suppress", "All"))
    return headers


def _body(mail: OutgoingMail) -> MIMEBase:
    text = _BODY_CONTROL.sub("\ufffd", mail.text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        text += "\n"
    alternative = MIMEMultipart("alternative", boundary=_boundary(mail, "alternative"))
    alternative.attach(_text_part(text, "plain"))
    alternative.attach(_text_part(html_of(text, mail.language), "html"))
    if not mail.attachments:
        return alternative
    mixed = MIMEMultipart("mixed", boundary=_boundary(mail, "mixed"))
    del alternative["MIME-Version"]
    mixed.attach(alternative)
    for one in mail.attachments:
        mixed.attach(_file_part(one))
    return mixed


def _text_part(text: str, subtype: str) -> MIMEText:
    part = MIMEText(text, subtype, _UTF8)  # type: ignore[arg-type]
    del part["MIME-Version"]
    return part


def _file_part(one: OutgoingFile) -> MIMEBase:
    _check(one.name, "attachment_name")
    if not one.name.strip():
        raise ComposeError("mail_field_malformed", "attachment_name")
    kind = (
        one.content_type.lower() if _TYPE.fullmatch(one.content_type.lower()) else "application/octet-stream"
    )
    if kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    part = MIMEBase(*kind.split("/", 1))
    del part["MIME-Version"]
    part.set_payload(one.content)
    encoders.encode_base64(part)
    name: str | tuple[str, str, str] = one.name if one.name.isascii() else ("utf-8", "", one.name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _boundary(mail: OutgoingMail, kind: str) -> str:
    """Fixed by the Message-ID, and a line that quoted-printable and base64 bodies cannot contain."""
    digest = hashlib.sha256(f"{kind}\0{mail.message_id}".encode()).hexdigest()[:32]
    return f"=_{kind[:3]}_{digest}"


def _mailbox(address: Address, field: str) -> str:
    _check(address.name, field)
    _check(address.address, field)
    if not _ADDRESS.fullmatch(address.address):
        raise ComposeError("mail_address_malformed", field)
    local, _at, domain = address.address.rpartition("@")
    bare = f"{local}@{_ascii_domain(domain, field)}"
    name = address.name.strip()
    if not name:
        return bare
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{bare}>'
    return f"{Header(name, 'utf-8', maxlinelen=70).encode(linesep=chr(13) + chr(10))} <{bare}>"


def _ascii_domain(domain: str, field: str) -> str:
    if domain.isascii():
        if not re.fullmatch(r"[A-Za-z0-9.\-]{1,253}", domain):
            raise ComposeError("mail_address_malformed", field)
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ComposeError("mail_address_malformed", field) from error


def _unstructured(value: str, field: str) -> str:
    _check(value, field)
    if value.isascii() and len(value) <= 60 and "=?" not in value:
        return value
    return Header(value, "utf-8", maxlinelen=70, header_name="Subject").encode(linesep="\r\n")


def _check(value: str, field: str) -> None:
    if _CONTROL.search(value):
        raise ComposeError("mail_control_character", field)


def _check_id(message_id: str, field: str) -> None:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ComposeError("mail_message_id_malformed", field)
