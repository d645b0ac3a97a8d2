"""A bound on how deeply HTML may be nested before a tree is built of it: deeper takes quadratic time."""

import re

MAX_DEPTH = 3_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:\-]{0,40})")
# These close themselves or one another, so that leaving them open does not nest.
_FLAT = frozenset(
    {
        "p",
        "li",
        "td",
        "th",
        "tr",
        "br",
        "img",
        "hr",
        "input",
        "meta",
        "link",
        "area",
        "base",
        "col",
        "embed",
        "source",
        "track",
        "wbr",
        "option",
        "dt",
        "dd",
        "tbody",
        "thead",
        "tfoot",
        "html",
        "body",
        "head",
    }
)


def is_too_deep(source: str) -> bool:
    """Whether more than `MAX_DEPTH` elements are open at once somewhere."""
    depth = 0
    for match in _TAG.finditer(source):
        if match[2].lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False
