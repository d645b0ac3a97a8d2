"""What a person has chosen is kept; a damaged file counts as empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from workstation.ui.shared.preferences import Preferences, PreferencesFile


def test_a_choice_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "new" / "preferences.json"
    PreferencesFile(path).change(scheme="dark", text_scale=1.15, undo_s=15)
    assert PreferencesFile(path).current == Preferences(scheme="dark", text_scale=1.15, undo_s=15)
    assert [file.name for file in path.parent.iterdir()] == ["preferences.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"scheme": "green"}',
        '{"undo_s": 9}',
        '{"undo_s": true}',
        '{"has_single_keys": 1}',
        '{"text_scale": "1"}',
        '{"language": null}',
        "\ufffd",
        "[" * 100_000,
    ],
)
def test_a_damaged_file_counts_as_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(text, "utf-8")
    assert PreferencesFile(path).current == Preferences()


def test_what_a_newer_program_has_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"density": "compact", "shape": {"round": 1}, "text_scale": 1}', "utf-8")
    assert PreferencesFile(path).current == Preferences(density="compact", text_scale=1.0)
