"""Money, dates and distances in German and English; sentences for codes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.desk.ui.samples import NOW, SOON, formats
from workstation.casework.money import Money
from workstation.ui.shared.error_text import ErrorText, flatten
from workstation.ui.shared.formats import Language

NB = "\N{NO-BREAK SPACE}"


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("language", "amount", "said"),
    [
        ("de", Money(4290), f"42,90{NB}€"),
        ("de", Money(128400), f"1.284{NB}€"),
        ("de", Money(-840), f"-8,40{NB}€"),
        ("de", Money(0), f"0{NB}€"),
        ("de", Money(500, "JPY"), f"500{NB}¥"),
        ("en", Money(128450), "€1,284.50"),
        ("en", Money(5000), "€50"),
    ],
)
def test_money(language: Language, amount: Money, said: str) -> None:
    assert formats(language).money(amount) == said


@pytest.mark.parametrize(
    ("at", "german", "english"),
    [
        (minutes(0), "heute 14:12", "today 14:12"),
        (minutes(-24 * 60), "gestern 14:12", "yesterday 14:12"),
        (minutes(24 * 60), "morgen 14:12", "tomorrow 14:12"),
        (minutes(3 * 24 * 60), "So 14:12", "Sun 14:12"),
        (datetime(2026, 2, 19, 10, 20, tzinfo=UTC), "19.02. 11:20", "19 Feb 11:20"),
        (datetime(2025, 2, 19, 10, 20, tzinfo=UTC), "19.02.2025 11:20", "19 Feb 2025 11:20"),
    ],
)
def test_moments(at: datetime, german: str, english: str) -> None:
    assert formats("de").moment(at, NOW) == german
    assert formats("en").moment(at, NOW) == english


@pytest.mark.parametrize(
    ("left", "german", "level"),
    [
        (-12, f"−12{NB}min", "overdue"),
        (-150, f"−2{NB}Std.", "overdue"),
        (-60 * 24 * 3, f"−3{NB}Tg.", "overdue"),
        (0, "jetzt", "soon"),
        (-0.5, "jetzt", "overdue"),
        (18.9, f"18{NB}min", "soon"),
        (30, f"30{NB}min", "soon"),
        (48, "15:00", "later"),
        (60 * 20, "Fr 10:12", "later"),
        (60 * 24 * 9, "21.03.", "later"),
    ],
)
def test_due(left: float, german: str, level: str) -> None:
    assert formats("de").due(minutes(left), NOW, SOON) == (german, level)


def test_distances_are_words_for_reading_aloud() -> None:
    assert formats("de").distance(minutes(-12), NOW) == "vor 12 Minuten"
    assert formats("en").distance(minutes(18), NOW) == "in 18 minutes"


def test_days_and_sizes() -> None:
    assert formats("de").month(date(2026, 2, 1)) == "Februar 2026"
    assert formats("en").weekday(date(2026, 3, 9)) == "Monday"
    assert formats("de").number(1284) == "1.284"
    assert [formats("de").size(count) for count in (812, 34_000, 2_400_000)] == [
        f"812{NB}B",
        f"34{NB}KB",
        f"2,4{NB}MB",
    ]


def sentences(tmp_path: Path, text: str) -> ErrorText:
    (tmp_path / "codes.de.toml").write_text(text, encoding="utf-8")
    return ErrorText("de", formats("de"), tmp_path)


def test_a_code_becomes_its_sentence(tmp_path: Path) -> None:
    text = sentences(tmp_path, '"refund.over" = "{amount} sind mehr als {limit} bis {at}."\n')
    given = {"amount": Money(6290), "limit": Money(5000), "at": NOW}
    assert text.sentence("refund.over", given) == f"62,90{NB}€ sind mehr als 50{NB}€ bis 14:12."
    assert text.has("refund.over")
    assert not text.has("other")


def test_gaps_and_unknown_codes_still_give_a_sentence(tmp_path: Path) -> None:
    text = sentences(tmp_path, 'unknown = "Fehler {code}."\n[case]\nmoved = "{who} war schneller."\n')
    assert text.sentence("case.moved") == "… war schneller."
    assert text.sentence("no.such", {"code": "x"}) == "Fehler no.such."


def test_the_files_of_the_program_can_be_read() -> None:
    for language in ("de", "en"):
        text = ErrorText(language, formats(language))
        assert "x.y" in text.sentence("x.y")
        assert text.has("unknown")


@pytest.mark.parametrize("content", ["a = ", "a = 3", "[a]\nb = [1]"])
def test_a_broken_file_of_codes_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(ValueError, match=r"codes\.de\.toml"):
        sentences(tmp_path, content).sentence("a")


def test_nested_tables_become_dotted_codes() -> None:
    assert flatten({"a": {"b": {"c": "x"}}, "d.e": "y"}) == {"a.b.c": "x", "d.e": "y"}
