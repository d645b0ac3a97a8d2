"""Files of strangers: names that are harmless everywhere, and nothing that runs is opened by a click."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath

import pytest

from tests.desk.services.bench import Bench
from tests.fakes.hub import ScriptedHub
from tests.fakes.running import in_loop
from workstation.casework.message import AttachmentMeta
from workstation.casework.wire.codec import sha256_hex
from workstation.services.attachments import Attachments
from workstation.services.file_names import is_openable, safe_name
from workstation.services.link import HubLink
from workstation.services.uploads import Uploads
from workstation.storage.upload_spool import UploadSpool

CONTENT = b"%PDF-1.7 the bill"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brief.doc", "brief.doc"),
        ("\\\\evil\\share\\brief.pdf", "brief.pdf"),
        ("a<b>:c.pdf", "a_b__c.pdf"),
        ("", "anhang"),
        ("...", "anhang"),
        ("Rücksendung ü.pdf", "Rücksendung ü.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("rech\u200bnung.pdf\u2028", "rechnung.pdf"),
        ("rechnung.pdf.exe. . ", "rechnung.pdf.exe"),
        ("bild.png\n.exe", "bild.png_.exe"),
        ("nul", "_nul"),
        ("COM1.pdf", "_COM1.pdf"),
        ("con .txt", "_con .txt"),
        ("lpt\u00b2.pdf", "_lpt\u00b2.pdf"),
        ("console.pdf", "console.pdf"),
    ],
)
def test_a_name_is_one_for_every_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("letter", ["a", "ü", "漢", "😀"])
def test_a_long_name_fits_and_keeps_its_ending(letter: str, tmp_path: Path) -> None:
    name = safe_name(letter * 300 + ".pdf")
    assert name.endswith(f"{letter}.pdf")
    (tmp_path / f".{name}.{2**22}").touch()


@pytest.mark.parametrize(
    "name",
    [
        "rechnung.exe",
        "rechnung.pdf.exe. ",
        "rechnung.pdf.scr.",
        "rechnung\u202efdp.exe",
        "start.command",
        "start.COMMAND",
        "makro.xlsm",
        "makro.doc",
        "platte.iso",
        "verweis.library-ms",
        "seite.html",
        "bild.svg",
        "archiv.zip",
        "ohne",
        ".pdf",
    ],
)
def test_what_may_run_is_not_opened(name: str) -> None:
    assert not is_openable(PurePath(safe_name(name)))


@pytest.mark.parametrize("name", ["rechnung.pdf", "FOTO.JPG", "brief.docx", "rechnung.exe.pdf"])
def test_what_only_shows_is_opened(name: str) -> None:
    assert is_openable(PurePath(safe_name(name)))


class Shelf(ScriptedHub):
    """A hub with one file."""

    def get_blob(self, sha256: str, target: Path) -> None:
        assert sha256 == sha256_hex(CONTENT)
        target.write_bytes(CONTENT)


def test_what_was_looked_at_does_not_stay(tmp_path: Path) -> None:
    bench, link = Bench(), HubLink()
    link.set(Shelf())
    spool = UploadSpool(tmp_path / "uploads", bytes(32))
    uploads = Uploads(spool=spool, workers=bench.workers, link=link, clock=bench.clock)
    folder = tmp_path / "attachments"
    attachments = Attachments(folder, bench.workers, link, uploads, lambda: None)
    meta = AttachmentMeta(
        sha256=sha256_hex(CONTENT), name="../bill.pdf", size=len(CONTENT), content_type="application/pdf"
    )

    async def play() -> Path:
        await attachments.forget()
        fetched = await attachments.fetch(meta)
        assert fetched.path.read_bytes() == CONTENT
        assert fetched.path.is_relative_to(folder)
        # What another program would save there would be lost: it is told so by the file.
        assert sys.platform == "win32" or fetched.path.stat().st_mode & 0o777 == 0o400
        assert (await attachments.fetch(meta)).path == fetched.path
        await attachments.forget()
        return fetched.path

    place = in_loop(play)
    assert not place.exists()
    assert not folder.exists()

    async def again() -> bytes:
        return (await attachments.fetch(meta)).path.read_bytes()

    assert in_loop(again) == CONTENT
