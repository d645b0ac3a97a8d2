"""HTML of strangers made safe: nothing active, nothing loaded from afar until a person asks for it."""

import html
import re
from collections.abc import Collection

from workstation.system.html_depth import is_too_deep

# Raised whenever the rules below change: stored HTML of an older version is made again from the raw mail.
SANITISER_VERSION = 1
MAX_HTML_CHARACTERS = 4_000_000

_TAGS = frozenset(
    """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup
    dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd
    li main mark nav ol p pre q s samp section small span strike strong sub sup table tbody td tfoot
    th thead tr tt u ul var wbr
    """.split()  # noqa: SIM905
)
_DROPPED_WITH_CONTENT = frozenset(
    """
    script style title noscript template iframe frame frameset object embed applet svg math audio
    video canvas textarea select option button noframes xmp plaintext noembed
    """.split()  # noqa: SIM905
)
_EVERYWHERE = frozenset(
    {"align", "valign", "bgcolor", "color", "dir", "lang", "title", "style", "width", "height"}
)
_ATTRIBUTES = {
    "*": set(_EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt", "border", "hspace", "vspace"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
}
_LINK_SCHEMES = ("http:", "https:", "mailto:", "tel:")
_IMAGE_SCHEMES = ("http:", "https:", "cid:")
_STYLE_PROPERTIES = re.compile(
    r"(?:color|background-color|font(?:-(?:family|size|style|weight|variant))?|text-(?:align|decoration"
    r"|indent|transform)"
    r"|line-height|letter-spacing|word-spacing|white-space|vertical-align|direction|list-style-type"
    r"|(?:margin|padding)(?:-(?:top|right|bottom|left))?|border(?:-(?:top|right|bottom|left))?"
    r"(?:-(?:color|style|width))?|border-(?:collapse|spacing|radius)|(?:max-|min-)?(?:width|height))\Z"
)
_STYLE_VALUE = re.compile(
    r"(?:[a-z0-9#%.,\s\"'!\-+/]|(?:rgba?|hsla?)\([0-9.,%\s/]{1,60}\))*\Z", re.IGNORECASE
)
_IMAGE = re.compile(r"<img\b([^>]*)>")
_SOURCE = re.compile(r'(?<=\s)src="([^"]*)"')
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff]")
_TAG = re.compile(r"<[^<>]{0,5000}>")


def sanitise(source: str, inline_ids: Collection[str] | None = None) -> str:
    """Safe HTML of `source`, which may be any text.

    Links keep http, https, mailto and tel. Remote images lose `src` and keep it in `data-blocked-src`;
    `cid:` images stay if their id is in `inline_ids` (None: all stay). Deeper nesting than a person could
    have written comes back as plain escaped text.
    """
    import nh3

    source = source[:MAX_HTML_CHARACTERS].replace("\0", "\ufffd")
    if is_too_deep(source):
        return f"<pre>{html.escape(html.unescape(_TAG.sub(' ', source)), quote=False)}</pre>"
    cleaned = nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_kept_attribute,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
    )
    return _IMAGE.sub(lambda match: _block_remote(match[1], inline_ids), cleaned)


def show_remote_images(sanitised: str) -> str:
    """The same sanitised HTML with its remote images let in, after a person asked for them."""
    return re.sub(r'(<img\b[^>]*?\s)data-blocked-src="(https?:[^"]*)"', r'\1src="\2"', sanitised)


def has_blocked_images(sanitised: str) -> bool:
    """Whether `sanitised` holds remote images that were not loaded."""
    return "data-blocked-src=" in sanitised


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "rel":
        return value
    if name == "style":
        return _safe_style(value)
    if name in ("href", "src"):
        bare = _IGNORED_IN_URLS.sub("", value).lower()
        allowed = _LINK_SCHEMES if tag == "a" else _IMAGE_SCHEMES
        if not bare.startswith(allowed):
            return None
        return re.sub(r"[\x00-\x20<>\"]", lambda match: f"%{ord(match[0]):02X}", value.strip())
    # No mark of a tag inside an attribute: whatever reads the result by pattern cannot be misled.
    return re.sub(r"[<>\x00-\x1f]", " ", value)[:1000]


def _safe_style(value: str) -> str | None:
    """Only harmless declarations: no url(), no expression(), no escapes, no comments, nothing positioned."""
    if len(value) > 4000 or "\\" in value or "/*" in value:
        return None
    kept: list[str] = []
    for declaration in value.split(";"):
        name, colon, content = declaration.partition(":")
        name = name.strip().lower()
        content = content.strip()
        if colon and content and _STYLE_PROPERTIES.match(name) and _STYLE_VALUE.match(content):
            if "//" not in content and not re.search(r"(?i)(?:^|\s)-\d|-moz|behavio|expression", content):
                kept.append(f"{name}: {content}")
    return "; ".join(kept) or None


def _block_remote(attributes: str, inline_ids: Collection[str] | None) -> str:
    source = _SOURCE.search(attributes)
    if source is None:
        return f"<img{attributes}>"
    target = html.unescape(source[1])
    if target.lower().startswith("cid:"):
        content_id = target[4:].strip("<>")
        if inline_ids is None or content_id in inline_ids:
            return f"<img{attributes}>"
        return f"<img{attributes[: source.start()].rstrip()}{attributes[source.end() :]}>"
    return f"<img{attributes[: source.start()]}data-blocked-{attributes[source.start() :]}>"
