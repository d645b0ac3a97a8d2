"""What a person reads of a mail: text and HTML out of its parts, and everything else as attachments."""

import html as html_escape
import re
from dataclasses import dataclass, field

from workstation.hub.channels.mail.attachments import attachment_of, is_winmail, name_of, unpack_winmail
from workstation.hub.channels.mail.body_bytes import decode_body
from workstation.hub.channels.mail.charsets import clean_text, codec_for, decode_bytes
from workstation.hub.channels.mail.flowed import unflow
from workstation.hub.channels.mail.html_text import text_of_html
from workstation.hub.channels.mail.mime_tree import Part
from workstation.hub.channels.mail.parsed import Attachment

MAX_TEXT_CHARACTERS = 20_000_000
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_\-]{2,40})", re.IGNORECASE
)


@dataclass(slots=True)
class _Piece:
    """One stretch of the mail: as text, as HTML, or as both (alternatives of one another)."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Body:
    """Text with plain line ends, HTML as received, and the attachments in order."""

    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)


def text_charset(part: Part) -> str:
    """The charset that the first text part declares: the hint for raw bytes in headers and names."""
    waiting = [part]
    while waiting:
        current = waiting.pop()
        if current.content_type.startswith("text/"):
            charset = current.params.get("charset", "")
            if codec_for(charset) not in (None, "utf-8"):
                return charset
        waiting.extend(reversed(current.children))
    return ""


def read_body(raw: bytes, root: Part, hint: str) -> Body:
    """Sort the leaves of the tree into text, HTML and attachments."""
    body = Body()
    pieces = _collect(raw, root, hint, body)
    _unpack_containers(body, pieces)
    has_html = any(piece.html and piece.html.strip() for piece in pieces)
    body.text = _join_text(pieces)
    body.html = _join_html(pieces) if has_html else ""
    return body


def _collect(raw: bytes, part: Part, hint: str, body: Body) -> list[_Piece]:
    """Depth is bounded by the tree, so recursion here is too."""
    if part.is_multipart:
        groups = [_collect(raw, child, hint, body) for child in part.children]
        if part.content_type == "multipart/alternative":
            return [_alternative([piece for group in groups for piece in group])]
        return [piece for group in groups for piece in group]
    if not _is_shown(part, hint, body):
        if part.end > part.start or part.disposition or part.headers.fields:
            body.attachments.append(attachment_of(raw, part, hint))
        return []
    text = _text_of(raw, part, hint)
    body_piece = _Piece(html=text) if part.content_type == "text/html" else _Piece(text=text)
    return [body_piece]


def _is_shown(part: Part, hint: str, body: Body) -> bool:
    """Whether a leaf is running text rather than a file."""
    if part.content_type not in (
        "text/plain",
        "text/html",
        "text/enriched",
        "text/markdown",
        "text/x-amp-html",
    ):
        return False
    if part.content_type == "text/x-amp-html" or part.disposition == "attachment":
        return False
    if not name_of(part, hint):
        return True
    # A name makes it a file, unless nothing else was there to read: some clients name the text itself.
    return part.disposition != "inline" and not body.attachments and "filename" not in part.disposition_params


def _text_of(raw: bytes, part: Part, hint: str) -> str:
    data = decode_body(
        raw[part.start : part.end], part.headers.text("content-transfer-encoding"), is_text=True
    )
    charset = part.params.get("charset", "")
    if part.content_type == "text/html":
        found = _META_CHARSET.search(data[:4000])
        if found and codec_for(charset) in (None, "utf-8") and not _is_utf8(data):
            charset = found[1].decode("ascii")
    text = clean_text(decode_bytes(data[:MAX_TEXT_CHARACTERS], charset, hint))
    if part.content_type == "text/plain" and part.params.get("format", "").lower() == "flowed":
        text = unflow(text, part.params.get("delsp", "").lower() == "yes")
    if part.content_type == "text/enriched":
        text = re.sub(r"<(?!<)[^>\n]{1,200}>", "", text).replace("<<", "<")
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _alternative(pieces: list[_Piece]) -> _Piece:
    """Versions of the same content: all texts that differ are kept, of the HTML likewise."""
    texts = [piece.text for piece in pieces if piece.text and piece.text.strip()]
    htmls = [piece.html for piece in pieces if piece.html and piece.html.strip()]
    text = "\n".join(_without_repeats(texts)) if texts else None
    return _Piece(text, "\n".join(_without_repeats(htmls)) if htmls else None)


def _without_repeats(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _words(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _join_text(pieces: list[_Piece]) -> str:
    """All text in order; HTML-only stretches are turned into text unless they repeat what was there."""
    texts: list[str] = []
    seen = ""
    for piece in pieces:
        text = piece.text
        if (text is None or not text.strip()) and piece.html:
            text = text_of_html(piece.html)
            words = _words(text)
            if words and words in seen:
                continue
        if text and text.strip():
            texts.append(text)
            seen += _words(text)
    if not texts:
        return ""
    return "\n".join(text.rstrip("\n") for text in texts[:-1]) + ("\n" if len(texts) > 1 else "") + texts[-1]


def _join_html(pieces: list[_Piece]) -> str:
    """All HTML in order; stretches that came as text only are put in as paragraphs."""
    htmls: list[str] = []
    html_words = _words("".join(text_of_html(p.html) for p in pieces if p.html)) if len(pieces) > 1 else ""
    for piece in pieces:
        if piece.html and piece.html.strip():
            htmls.append(piece.html)
        elif piece.text and piece.text.strip() and _words(piece.text) not in html_words:
            escaped = html_escape.escape(piece.text.strip("\n"), quote=False).replace("\n", "<br>\n")
            htmls.append(f"<div>{escaped}</div>")
    return "\n".join(htmls)


def _unpack_containers(body: Body, pieces: list[_Piece]) -> None:
    unpacked: list[Attachment] = []
    has_text = any((piece.text or piece.html or "").strip() for piece in pieces)
    for attachment in body.attachments:
        files, text, html = unpack_winmail(attachment) if is_winmail(attachment) else ((), "", "")
        if not (files or text.strip() or html.strip()):
            unpacked.append(attachment)
            continue
        unpacked.extend(files)
        if (text.strip() or html.strip()) and not has_text:
            pieces.append(_Piece(clean_text(text) or None, clean_text(html) or None))
            has_text = True
    body.attachments = unpacked
