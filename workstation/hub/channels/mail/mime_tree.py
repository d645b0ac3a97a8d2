"""The tree of parts of a mail as offsets into its bytes: bounded in depth and number, never recursive twice.

The standard library's parser ends the headers at the first odd line and recurses as deep as the mail asks;
therefore the splitting is our own, and only offsets are kept so that depth costs no memory.
"""

import re
from dataclasses import dataclass, field

from workstation.hub.channels.mail.field_params import parse_field
from workstation.hub.channels.mail.raw_headers import Headers, split_headers

MAX_DEPTH = 100
MAX_PARTS = 1_000
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r*\n|\r|\Z)")
_FIRST_BOUNDARY = re.compile(rb"(?:\A|(?<=[\r\n]))--([^\r\n]{1,200}?)[ \t]*\r*\n[A-Za-z\-]+:", re.MULTILINE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+\-]+/[a-z0-9!#$&^_.+\-]+")


@dataclass(slots=True)
class Part:
    """One part: its headers, its body as `raw[start:end]`, and its children if it is a multipart."""

    headers: Headers
    start: int
    end: int
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    children: "list[Part]" = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether it holds parts of its own (a multipart without any boundary line does not)."""
        return bool(self.children)


@dataclass(slots=True)
class Budget:
    """How many parts may still be opened; `is_cut` says that something was left closed."""

    parts_left: int = MAX_PARTS
    is_cut: bool = False


def read_tree(raw: bytes, start: int, end: int, budget: Budget, default_type: str = "text/plain") -> Part:
    """The part in `raw[start:end]` with all parts in it; what exceeds the bounds stays one closed part."""
    root = _open(raw, start, end, default_type)
    waiting = [(root, 1)]
    while waiting:
        part, depth = waiting.pop()
        if not part.content_type.startswith("multipart/"):
            continue
        if depth >= MAX_DEPTH:
            budget.is_cut = True
            _close(part)
            continue
        spans = _spans(raw, part, budget)
        inner_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        part.children = [_open(raw, *span, inner_type) for span in spans]
        if not part.children:
            _close(part)
        waiting.extend((child, depth + 1) for child in part.children)
    return root


def _close(part: Part) -> None:
    """A multipart without a single boundary line, or nested too deeply, is shown as the text it is."""
    part.content_type = "text/plain"
    part.params.pop("boundary", None)


def _open(raw: bytes, start: int, end: int, default_type: str) -> Part:
    headers, body = split_headers(raw, start, end)
    part = Part(headers, body, end, default_type)
    value = headers.first("content-type")
    if value:
        declared, part.params = parse_field(value)
        part.content_type = _known_type(declared, default_type)
    value = headers.first("content-disposition")
    if value:
        part.disposition, part.disposition_params = parse_field(value)
    return part


def _known_type(declared: str, default_type: str) -> str:
    found = _TYPE.match(declared)
    if found:
        return found[0]
    bare = declared.strip("/ ")
    if bare in ("text", "plain", "text/plain", ""):
        return "text/plain" if bare else default_type
    if bare == "html":
        return "text/html"
    if bare in ("multipart", "mixed", "alternative", "related"):
        return "multipart/mixed" if bare in ("multipart", "mixed") else f"multipart/{bare}"
    return "text/plain" if "/" not in declared else "application/octet-stream"


def _spans(raw: bytes, part: Part, budget: Budget) -> list[tuple[int, int]]:
    """Offsets of the parts between the boundary lines; the last one may lack its closing line."""
    boundary = part.params.get("boundary", "").encode("latin-1", "replace")
    spans = _between(raw, part, boundary, budget) if boundary else []
    if spans:
        return spans
    first = _FIRST_BOUNDARY.search(raw, part.start, min(part.end, part.start + 100_000))
    if first and first[1] != boundary:  # missing or misspelt in the header: take the one in use
        return _between(raw, part, first[1], budget)
    return []


def _between(raw: bytes, part: Part, boundary: bytes, budget: Budget) -> list[tuple[int, int]]:
    mark = b"--" + boundary.rstrip(b" \t")
    spans: list[tuple[int, int]] = []
    open_at: int | None = None
    position = part.start
    while True:
        found = raw.find(mark, position, part.end)
        if found < 0:
            break
        position = found + len(mark)
        if found > part.start and raw[found - 1] not in b"\r\n":
            continue
        after = _AFTER_BOUNDARY.match(raw, position, part.end)
        if after is None:
            continue
        if open_at is not None and not _add(spans, raw, open_at, found, budget):
            return spans
        open_at = after.end()
        position = max(position, after.end() - 1)
        if after[1]:
            return spans
    if open_at is not None:
        _add(spans, raw, open_at, part.end, budget)
    return spans


def _add(spans: list[tuple[int, int]], raw: bytes, start: int, end: int, budget: Budget) -> bool:
    if budget.parts_left <= 0:
        budget.is_cut = True
        return False
    budget.parts_left -= 1
    end = max(start, end)
    if end > start and raw[end - 1 : end] == b"\n" and end < len(raw):
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    elif end > start and raw[end - 1 : end] == b"\r" and end < len(raw):
        end -= 1
    spans.append((start, max(start, end)))
    return True
