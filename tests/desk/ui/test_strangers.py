"""What strangers send cannot run, load or pose as something else in the window."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import msgspec
import pytest
from PySide6 import QtGui
from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.desk.ui.test_writing import META, Room, play
from workstation.services.file_names import safe_name
from workstation.services.views import FetchedFile
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.case_desk.view_mail_body import MOST_PIXELS, MOST_PX, MailBody
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.plain import plain_tip
from workstation.ui.shared.theme import Theme

SUBJECT = '<img src="//evil.test/share/x.png"> Ihre <b>Rechnung</b>'
ASKED = "https://shop.test/p.png"


def read(tip: str) -> str:
    """Return what a person reads of a tooltip."""
    if not QtGui.Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


def test_a_tooltip_says_the_letters_of_a_subject(theme: Theme, qtbot: QtBot) -> None:
    label = ElidingLabel(theme, SUBJECT)
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    assert "<img" not in label.toolTip()
    assert "&lt;img" in label.toolTip()
    assert read(label.toolTip()) == SUBJECT


@pytest.mark.parametrize("text", ["Müller", "Müller & Söhne", "a < b", "&lt;img src=x&gt;", "eins\nzwei <i>"])
def test_a_tooltip_reads_as_it_was_written(text: str) -> None:
    assert read(plain_tip(text)) == text


def test_the_theme_makes_labels_plain(theme: Theme, qtbot: QtBot) -> None:
    label = QLabel(SUBJECT)
    qtbot.addWidget(label)
    theme.style(label, "body")
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize(
    ("name", "is_opened"),
    [
        ("rechnung.pdf", True),
        ("rechnung.pdf.exe", False),
        ("rechnung.pdf.exe. ", False),
        ("rechnung\u202efdp.exe", False),
        ("start.command", False),
    ],
)
def test_a_click_opens_nothing_that_runs(
    qapp: QApplication,
    theme: Theme,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_opened: bool,
) -> None:
    opened: list[QUrl] = []
    asked: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)

    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        monkeypatch.setattr(view, "_on_save_asked", asked.append)
        meta = msgspec.structs.replace(META, name=name)
        view._on_file_ready(FetchedFile(meta=meta, path=tmp_path / safe_name(name)))
        view.deleteLater()

    play(acts)
    assert (len(opened), len(asked)) == ((1, 0) if is_opened else (0, 1))


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def claimed(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose head promises a huge picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def taken(body: MailBody, content: bytes) -> QSize:
    body.take_pictures({ASKED: content})
    found = body.loadResource(2, QUrl(ASKED))
    assert isinstance(found, QImage)
    return found.size()


NOTHING = QSize(1, 1)


def test_pictures_that_were_asked_for_are_shown_no_larger_than_needed(theme: Theme, qtbot: QtBot) -> None:
    body = MailBody()
    qtbot.addWidget(body)
    assert taken(body, picture(30, 20)) == QSize(30, 20)
    assert taken(body, picture(30, 20, "JPG")) == QSize(30, 20)
    assert taken(body, picture(2 * MOST_PX, 10)) == QSize(MOST_PX, 5)


@pytest.mark.parametrize("kind", ["svg", "svg with a file", "bomb", "no picture", "tiff"])
def test_a_picture_that_could_do_harm_is_none(theme: Theme, qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture(9, 9))
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = {
        "svg": f'{head} width="9" height="9"/>'.encode(),
        "svg with a file": (
            f'{head} width="9" height="9"><image width="9" height="9" xlink:href="{secret.as_uri()}"/></svg>'
        ).encode(),
        "bomb": claimed(100_000, MOST_PIXELS // 100_000 + 1),
        "no picture": b"<html>",
        "tiff": picture(9, 9, "TIFF"),
    }[kind]
    body = MailBody()
    qtbot.addWidget(body)
    assert taken(body, content) == NOTHING


@pytest.mark.parametrize(
    ("target", "words", "beside"),
    [
        ("https://evil.test/login", "www.sparkasse.de", "[→ evil.test]"),
        ("https://evil.test/login", "Zu <b>https://sparkasse.de/login</b>", "[→ evil.test]"),
        ("https://sparkasse.de.evil.test/", "sparkasse.de", "[→ sparkasse.de.evil.test]"),
        ("https://sparkasse.de@evil.test/", "https://sparkasse.de", "[→ evil.test]"),
        ("http://xn--sprkasse-7za.de/", "sparkasse.de", "[→ xn--sprkasse-7za.de]"),
        ("https://www.sparkasse.de/login", "sparkasse.de", ""),
        ("https://mail.sparkasse.de/", "https://www.sparkasse.de/x", ""),
        ("https://news.test/t?u=1", "Zum Angebot", ""),
        ("mailto:erika@kundin.test", "erika@kundin.test", ""),
        ("https://news.test/t?u=1", "erika@kundin.test", ""),
    ],
)
def test_a_link_that_names_another_place_says_where_it_goes(
    theme: Theme, qtbot: QtBot, target: str, words: str, beside: str
) -> None:
    body = MailBody()
    qtbot.addWidget(body)
    body.show_html(f'<p>Bitte <a href="{target}">{words}</a> ansehen</p>')
    text = body.toPlainText()
    assert (beside in text) if beside else ("→" not in text)
    assert text.endswith("ansehen")


def test_the_target_of_a_link_is_told_before_the_click(theme: Theme, qtbot: QtBot) -> None:
    body = MailBody()
    qtbot.addWidget(body)
    body.highlighted.emit(QUrl("https://sparkasse.de@evil.test/login"))
    assert body.toolTip() == "https://evil.test/login"
    body.highlighted.emit(QUrl())
    assert body.toolTip() == ""
