"""Plain text out of HTML, for mails that bring no text of their own and for search."""

import html
import re

from workstation.hub.channels.mail.charsets import clean_text
from workstation.system.html_depth import is_too_deep

MAX_HTML_CHARACTERS = 4_000_000
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "table",
        "tr",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "address",
        "form",
        "dl",
        "dt",
        "dd",
        "center",
        "fieldset",
        "figure",
        "main",
        "nav",
        "aside",
    }
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "dl", "hr"}
)
_KEPT = _BLOCKS | {"br", "li", "td", "th", "img", "a"}
_DROPPED = {"script", "style", "title", "head", "noscript", "template", "textarea", "select", "svg", "math"}
_TOKEN = re.compile(r"<(/?)([a-zA-Z0-9]+)([^>]*)>")
_ALT = re.compile(r'\balt="([^"]*)"')
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")


def text_of_html(source: str) -> str:
    """Readable text of `source`: blocks on their own lines, list marks, `> ` before quotations."""
    import nh3

    source = source[:MAX_HTML_CHARACTERS]
    if not source.strip():
        return ""
    if is_too_deep(source):
        return _squeeze(html.unescape(_ANY_TAG.sub(" ", source)))
    cleaned = nh3.clean(
        source,
        tags=set(_KEPT),
        clean_content_tags=_DROPPED - _KEPT,
        attributes={"img": {"alt"}},
        attribute_filter=lambda _tag, _name, value: re.sub(r"[<>]", "", value),
        link_rel=None,
    )
    return _squeeze(_Writer().write(cleaned))


def _squeeze(text: str) -> str:
    text = clean_text(text).replace("\xa0", " ").replace("\u200b", "")
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


class _Writer:
    """Turns cleaned HTML (well-formed, known tags only) into lines."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quote_depth = 0
        self._preformatted = 0
        self._lists: list[int] = []

    def write(self, cleaned: str) -> str:
        position = 0
        for match in _TOKEN.finditer(cleaned):
            self._text(cleaned[position : match.start()])
            self._tag(match[2].lower(), bool(match[1]), match[3])
            position = match.end()
        self._text(cleaned[position:])
        self._break()
        return "\n".join(self._lines)

    def _text(self, text: str) -> None:
        if not text:
            return
        text = html.unescape(text)
        if self._preformatted:
            first, *others = text.split("\n")
            self._line.append(first)
            for line in others:
                self._break(is_kept=True)
                self._line.append(line)
            return
        text = _BLANKS.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._line.append(text)

    def _tag(self, name: str, is_end: bool, attributes: str) -> None:
        if name == "br":
            self._break(is_kept=True)
        elif name == "img":
            alt = _ALT.search(attributes)
            if alt and alt[1].strip():
                self._text(f"[{alt[1].strip()}]")
        elif name in ("td", "th"):
            if is_end and self._line:
                self._line.append(" ")
        elif name == "li":
            self._break()
            if not is_end:
                self._line.append(self._list_mark())
        elif name in _BLOCKS:
            self._block(name, is_end)

    def _block(self, name: str, is_end: bool) -> None:
        self._break()
        step = -1 if is_end else 1
        before = self._quote_depth
        if name == "blockquote":
            self._quote_depth = min(max(0, self._quote_depth + step), 50)
        if name in _PARAGRAPHS and self._lines and self._lines[-1].strip("> "):
            self._lines.append(">" * min(before, self._quote_depth))
        if name == "blockquote":
            return
        if name == "pre":
            self._preformatted = max(0, self._preformatted + step)
        elif name in ("ul", "ol"):
            if is_end:
                self._lists = self._lists[:-1]
            elif len(self._lists) < 50:
                self._lists.append(1 if name == "ol" else 0)

    def _list_mark(self) -> str:
        number = self._lists[-1] if self._lists else 0
        if not number:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _prefix(self) -> str:
        return "> " * self._quote_depth

    def _break(self, is_kept: bool = False) -> None:
        line = "".join(self._line).rstrip()
        if line or is_kept:
            self._lines.append((self._prefix() + line).rstrip() if self._quote_depth else line)
        self._line = []
