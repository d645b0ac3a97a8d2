"""The HTML of one mail: cleaned once more, as high as its content, nothing fetched by itself."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from workstation.system.sanitise import sanitise, show_remote_images

MOST_PX = 1200
_NOTHING = QImage(1, 1, QImage.Format.Format_ARGB32)
_NOTHING.fill(0)
_WITHOUT_SOURCE = re.compile(r'<img\b(?![^>]*\ssrc=)(?:[^>]*\salt="([^"]*)")?[^>]*>')
_SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


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

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Answer with a picture the person has asked for, and with nothing else: no net, no local file."""
        found = self._pictures.get(name.toString() if isinstance(name, QUrl) else name)
        # An empty answer would make Qt look for a local file of that name; a clear pixel does not.
        return found if found is not None else _NOTHING

    def take_pictures(self, found: dict[str, bytes]) -> None:
        """Keep fetched pictures for :meth:`show_html`."""
        for url, content in found.items():
            picture = QImage.fromData(content)
            if not picture.isNull():
                room = QSize(MOST_PX, MOST_PX)
                if picture.width() > MOST_PX or picture.height() > MOST_PX:
                    picture = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
                self._pictures[url] = picture

    def show_html(self, html: str) -> None:
        """Show ``html`` and take the height it needs; it is cleaned again, whoever cleaned it before."""
        clean = sanitise(html)
        shown = show_remote_images(clean) if self._pictures else clean
        self.setHtml(_WITHOUT_SOURCE.sub(r"\1", shown))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width with the height."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        document: QTextDocument = self.document()
        document.setTextWidth(max(120, self.viewport().width()))
        self.setFixedHeight(int(document.size().height()) + 4)


def _open_link(url: QUrl) -> None:
    if url.scheme().lower() in _SAFE_SCHEMES:
        QDesktopServices.openUrl(url)
