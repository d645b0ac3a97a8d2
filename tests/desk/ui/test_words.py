"""Labels: English is complete, blanks survive, the language can change while running."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.desk.ui import ts_files
from workstation.ui.shared.words import Words, later, read_ts, translate


def test_every_label_has_english() -> None:
    assert ts_files.missing() == {}, "python -m tests.desk.ui.ts_files lists and adds them"


def test_no_translation_loses_or_invents_a_blank() -> None:
    wrong = [
        (source, text)
        for (_, source), text in ts_files.english().items()
        if ts_files.blanks(source) != ts_files.blanks(text)
    ]
    assert not wrong


def test_the_language_changes_while_running(words: Words, qtbot: QtBot) -> None:
    assert translate("Queue", "Überfällig") == "Überfällig"
    words.use("en")
    assert translate("Queue", "Überfällig") == "Overdue"
    assert translate(*later("Queue", "Später")) == "Later"
    assert translate("Queue", "gibt es nicht") == "gibt es nicht"
    words.use("de")
    assert translate("Queue", "Überfällig") == "Überfällig"


def test_the_buttons_of_qt_follow(words: Words, qtbot: QtBot) -> None:
    texts = {}
    for language in ("de", "en"):
        words.use(language)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        qtbot.addWidget(box)
        texts[language] = box.buttons()[0].text()
    assert texts == {"de": "Abbrechen", "en": "Cancel"}


@pytest.mark.parametrize("content", ["", "<TS>", "<TS><context></TS>"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "room.en.ts"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"room\.en\.ts"):
        read_ts(path)


def test_unfinished_messages_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "room.en.ts"
    path.write_text(
        "<TS><context><name>A</name><message><source>x</source>"
        '<translation type="unfinished">y</translation></message></context></TS>'
    )
    assert read_ts(path) == {}


def test_labels_are_added_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "room.en.ts"
    assert ts_files.add(path, iter(["A\tEins & <zwei>\tOne & <two>\n", "\n", "B\t{n} Tage\t{n} days"])) == 2
    assert read_ts(path) == {("A", "Eins & <zwei>"): "One & <two>", ("B", "{n} Tage"): "{n} days"}


@pytest.mark.parametrize("line", ["A\tnur zwei", "A\t{n} Tage\tdays"])
def test_bad_lines_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        ts_files.add(tmp_path / "room.en.ts", iter([line]))
