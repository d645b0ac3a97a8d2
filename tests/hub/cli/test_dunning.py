"""``dunning`` and the acts of ``books`` for the tax adviser: what they write, and what they refuse."""

import json
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Command, content_of

LEVELS = """
[[level]]
level = 1
days = 10
text = "friendly"

[[level]]
level = 2
days = 30
fee = "7.50"
text = "last"
"""
SELLER = """
[seller]
name = "Bäckerei Krüger"
street = "Am Markt 1"
postcode = "80331"
city = "München"
tax_number = "143/123/45678"
"""
RUN = ("dunning", "run", "--on", "2026-11-20")
EXPORT = ("books", "export", "--datev", "--from", "2026-01-01", "--to", "2026-12-31")


def test_levels_come_out_and_go_in_again(firm: Path, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "levels.toml"
    file.write_text(LEVELS)
    assert command(firm, "dunning", "levels", "import", "--dry-run", str(file)).code == 0
    assert "yes" in command(firm, "dunning", "levels", "import", str(file)).out
    said = command(firm, "dunning", "levels", "export")
    assert 'fee = "7.50"' in said.out
    again = tmp_path / "again.toml"
    again.write_text(said.out)
    assert "no" in command(firm, "dunning", "levels", "import", str(again)).out


def test_the_seller_comes_out_and_goes_in_again(firm: Path, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "seller.toml"
    file.write_text(SELLER)
    assert command(firm, "books", "seller", "import", str(file)).code == 0
    assert 'tax_number = "143/123/45678"' in command(firm, "books", "seller", "export").out


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 0, "dunning.levels_missing"),
        ("[[level]]\nlevel = 2\ndays = 1\ntext = 'friendly'\n", 2, "dunning.not_in_order"),
        ("[[level]]\nlevel = 1\ndays = 366\ntext = 'friendly'\n", 3, "dunning.out_of_range"),
        ("[[level]]\nlevel = 1\ndays = -1\ntext = 'friendly'\n", 3, "dunning.out_of_range"),
        ("[[level]]\nlevel = 1\ndays = 1\ntext = 'unfriendly'\n", 4, "dunning.text_unknown"),
        ("[[level]]\nlevel = 1\ndays = 1\nfee = '100.01'\ntext = 'last'\n", 4, "dunning.out_of_range"),
        ("[[level]]\nlevel = 1\ndays = 1\nfee = '1.001'\ntext = 'last'\n", 4, "dunning.out_of_range"),
        ("[[level]]\nlevel = 1\ndays = 1\nfee = 'nan'\ntext = 'last'\n", 4, "dunning.out_of_range"),
        ("[[level]]\nlevel = 1\ndays = 1\nfee = 'viel'\ntext = 'last'\n", 4, "file.field_wrong"),
        (LEVELS.replace("30", "10"), 9, "dunning.days_not_rising"),
        ("[[level]]\nlevel = 1\ndays = 1\ntext = 'last'\nfees = 1\n", 5, "file.field_wrong"),
        ("[[level]\n", 1, "file.not_toml"),
    ],
)
def test_bad_levels_are_named_by_line_and_change_nothing(
    firm: Path, command: Command, tmp_path: Path, text: str, line: int, code: str
) -> None:
    command(firm, "dunning", "levels", "export")
    before = content_of(firm)
    file = tmp_path / "levels.toml"
    file.write_text(text)
    said = command(firm, "dunning", "levels", "import", str(file))
    assert said.code == 1
    assert f"[{code}]" in said.err
    assert f"{file}:{line}: " in said.err if line else True
    assert "{" not in said.err
    assert content_of(firm) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("Am Markt 1", ""), "seller.field_missing"),
        (("tax_number", "fax_number"), "seller.field_unknown"),
        (("143/123/45678", " "), "seller.tax_missing"),
        (("München", "M" * 201), "seller.field_malformed"),
    ],
)
def test_a_seller_who_may_not_write_invoices_is_refused(
    firm: Path, command: Command, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    command(firm, "books", "seller", "export")
    before = content_of(firm)
    file = tmp_path / "seller.toml"
    file.write_text(SELLER.replace(*change))
    said = command(firm, "books", "seller", "import", str(file), language="de")
    assert said.code == 1
    assert f"[{code}]" in said.err
    assert content_of(firm) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (RUN, "dunning.no_mailbox"),
        ((*RUN, "--dry-run"), "billing.seller_missing"),
        (("dunning", "run", "--on", "20.11.2026"), "cli.not_a_day"),
        (("dunning", "take-back", "--on", "20.11.2026"), "cli.not_a_day"),
        (("dunning", "take-back", "--on", "2026-11-20"), "dunning.no_run"),
        (("dunning", "run", "--on", "2026-02-30"), "cli.not_a_day"),
        (("dunning", "run", "--on", "20261120"), "cli.not_a_day"),
        (("dunning", "run", "--on", "0001-01-01"), "cli.not_a_day"),
        (("dunning", "run", "--on", ""), "cli.not_a_day"),
        (
            ("books", "export", "--from", "2026-01-01", "--to", "2026-12-31", "out.csv"),
            "datev.format_missing",
        ),
        ((*EXPORT[:-1], "2025-12-31", "out.csv"), "datev.days_backwards"),
        ((*EXPORT[:-1], "2027-01-31", "out.csv"), "datev.other_year"),
        ((*EXPORT, "/nowhere/at/all.csv"), "file.unwritable"),
        ((*EXPORT, "--accounts", "/nowhere.toml", "out.csv"), "file.unreadable"),
    ],
)
def test_a_bad_command_says_why_and_changes_nothing(
    firm: Path,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    command(firm, "dunning", "levels", "export")
    before = content_of(firm)
    said = command(firm, *arguments)
    assert said.code == 1
    assert f"[{code}]" in said.err
    assert "Traceback" not in said.err
    assert content_of(firm) == before
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[accounts]\ndebtors = '12x'\n", "datev.account_malformed"),
        ("[[revenue]]\nrate = '19'\naccount = '840'\n", "datev.account_malformed"),
        ("[[revenue]]\nrate = '119'\naccount = '8400'\n", "dunning.out_of_range"),
        (
            "[[revenue]]\nrate = '7'\naccount = '8300'\n[[revenue]]\nrate = '7.00'\naccount = '8301'\n",
            "datev.rate_twice",
        ),
        ("[accounts]\nlength = 'vier'\n", "file.field_wrong"),
    ],
)
def test_bad_accounts_are_refused(firm: Path, command: Command, tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text)
    said = command(firm, *EXPORT, "--accounts", str(file), str(tmp_path / "out.csv"))
    assert said.code == 1
    assert f"[{code}]" in said.err
    assert not (tmp_path / "out.csv").exists()


def test_a_run_and_an_export_over_imported_files(firm: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "seller.toml").write_text(SELLER)
    (tmp_path / "kunden.csv").write_text("Kundennummer;Name;E-Mail\nK-1;Erika Beispiel;erika@kundin.test\n")
    (tmp_path / "bestellungen.csv").write_text(
        "Bestellnummer;Kunde;Bestelldatum;Versand;Artikel;Menge;Einzelpreis\n"
        "B-1;K-1;01.09.2026;0;Brot;2;5,95\nB-2;K-1;01.09.2026;0;Kuchen;1;11,90\n"
    )
    (tmp_path / "rechnungen.csv").write_text(
        "Rechnungsnummer;Bestellung;Betrag;Offen;Rechnungsdatum;Faellig;Versand\n"
        "R-1;B-1;11,90;11,90;01.10.2026;15.10.2026;versandt\n"
        "R-2;B-2;11,90;11,90;01.10.2026;15.10.2026;nicht versandt\n"
    )
    assert command(firm, "books", "seller", "import", str(tmp_path / "seller.toml")).code == 0
    files = [str(tmp_path / f"{name}.csv") for name in ("kunden", "bestellungen", "rechnungen")]
    said = command(firm, "import", "all", *files)
    assert said.code == 0, said.err + said.out
    box = ("mailbox", "add", "service", "--address", "a@b.example", "--maildir-in", str(tmp_path / "in"))
    assert command(firm, *box, "--maildir-out", str(tmp_path / "out")).code == 0
    dry = command(firm, *RUN, "--dry-run", "--json")
    told = {item["invoice_number"]: (item["outcome"], item["code"]) for item in json.loads(dry.out)["items"]}
    assert told == {"R-1": ("reminded", ""), "R-2": ("withheld", "invoice_not_delivered")}
    done = command(firm, *RUN, language="de")
    assert done.code == 3
    assert "1 erinnert, 1 zurückgehalten, 0 gesperrt" in done.out
    assert "Die Rechnung wurde nie zugestellt." in done.out
    assert "Nothing has been changed" in command(firm, *RUN).out
    assert command(firm, "dunning", "run", "--on", "2026-11-19").code == 1
    other = command(firm, "dunning", "take-back", "--on", "2026-11-19")
    assert (other.code, "[dunning.run_not_last]" in other.err) == (1, True)
    out = tmp_path / "stapel.csv"
    exported = command(firm, *EXPORT, str(out))
    assert exported.code == 0, exported.err
    assert "2 bookings" in exported.out
    assert "23.80 EUR" in exported.out
    assert out.read_bytes().startswith(b'"EXTF";700;21;"Buchungsstapel";13;')
    back = command(firm, "dunning", "take-back", "--on", "2026-11-20", language="de")
    assert back.code == 0, back.err
    assert "Rechnungen: 2, angehaltene Briefe: 1." in back.out
    assert command(firm, "dunning", "run", "--on", "2026-11-19", "--dry-run").code == 3
