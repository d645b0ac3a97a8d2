"""The HTML of one mail: cleaned once more, as high as its content, nothing fetched by itself."""

from __future__ import annotations

import html as markup
import re
from urllib.parse import urlsplit

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QImageReader, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from workstation.system.sanitise import sanitise, show_remote_images
from workstation.ui.shared.plain import set_tip

MOST_PX = 1200
MOST_PIXELS = 40_000_000
"""A picture of more is not unpacked: a few bytes can ask for gigabytes."""
_FORMATS = frozenset({"png", "jpeg", "gif", "webp", "bmp"})
"""Drawings (SVG) are left out: they can name files of this computer."""
_NOTHING = QImage(1, 1, QImage.Format.Format_ARGB32)
_NOTHING.fill(0)
_WITHOUT_SOURCE = re.compile(r'<img\b(?![^>]*\ssrc=)(?:[^>]*\salt="([^"]*)")?[^>]*>')
_SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_TARGET = re.compile(r'\bhref="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_HOST = re.compile(
    r"(?<![\w@.\-])(?:https?://)?((?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w@])", re.IGNORECASE
)


class MailBody(QTextBrowser):
    """Sanitised HTML of a mail: as high as its content, links open outside, nothing is fetched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, QImage] = {}
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.anchorClicked.connect(_open_link)
        self.highlighted.connect(self._say_target)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Answer with a picture the person has asked for, and with nothing else: no net, no local file."""
        found = self._pictures.get(name.toString() if isinstance(name, QUrl) else name)
        # An empty answer would make Qt look for a local file of that name; a clear pixel does not.
        return found if found is not None else _NOTHING

    def take_pictures(self, found: dict[str, bytes]) -> None:
        """Keep fetched pictures for :meth:`show_html`."""
        for url, content in found.items():
            picture = _picture_of(content)
            if not picture.isNull():
                self._pictures[url] = picture

    def show_html(self, html: str) -> None:
        """Show ``html`` and take the height it needs; it is cleaned again, whoever cleaned it before."""
        clean = sanitise(html)
        shown = show_remote_images(clean) if self._pictures else clean
        self.setHtml(_LINK.sub(_with_true_host, _WITHOUT_SOURCE.sub(r"\1", shown)))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width with the height."""
        super().resizeEvent(event)
        self._fit()

    def _say_target(self, url: QUrl) -> None:
        """Show where the link under the pointer goes, without the part in front of «@» that only misleads."""
        user = f"{url.userInfo(QUrl.ComponentFormattingOption.FullyEncoded)}@"
        shown = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        set_tip(self, shown.replace(f"://{user}", "://", 1)[:300])

    def _fit(self) -> None:
        document: QTextDocument = self.document()
        document.setTextWidth(max(120, self.viewport().width()))
        self.setFixedHeight(int(document.size().height()) + 4)


def _open_link(url: QUrl) -> None:
    if url.scheme().lower() in _SAFE_SCHEMES:
        QDesktopServices.openUrl(url)


def _picture_of(content: bytes) -> QImage:
    """Return the picture, no larger than is shown; an empty one for what is none or asks for too much."""
    buffer = QBuffer()
    buffer.setData(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    kind = bytes(QImageReader.imageFormat(buffer).data()).decode("ascii", "replace")
    if kind not in _FORMATS:
        return QImage()
    reader = QImageReader(buffer, kind.encode())
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > MOST_PIXELS:
        return QImage()
    if size.width() > MOST_PX or size.height() > MOST_PX:
        room = QSize(MOST_PX, MOST_PX)
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()


def _with_true_host(link: re.Match[str]) -> str:
    """Return the link, and beside it where it goes when its words name another place."""
    target = _TARGET.search(link[1])
    named = _HOST.search(markup.unescape(_TAG.sub("", link[2])))
    host = _host_of(markup.unescape(target[1])) if target else ""
    if named is None or not host or _is_same_place(named[1].lower(), host):
        return link[0]
    return f"{link[0]} [→ {markup.escape(host)}]"


def _host_of(target: str) -> str:
    try:
        parts = urlsplit(target)
        return (parts.hostname or "") if parts.scheme.lower() in ("http", "https") else ""
    except ValueError:
        return "?"


def _is_same_place(named: str, host: str) -> bool:
    named, host = named.removeprefix("www."), host.lower().removeprefix("www.")
    return host == named or host.endswith(f".{named}")
