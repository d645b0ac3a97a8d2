"""The lock files name no address, carry hashes, and bring no package under GPL or AGPL into the product."""

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.architecture.sources import ROOT

PRODUCT, DEVELOPER = "requirements.lock", "requirements-dev.lock"
# Packages whose metadata say nothing; their licence file was read.
READ_BY_HAND = {"sqlcipher3": "Zlib"}
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(;.*?)?\s*\\?$", re.MULTILINE)
# LGPL and MPL are fine: they bind the library, not what uses it.
_STRONG_COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )(?:\bA?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)


def pins(lock: str) -> dict[str, str]:
    """Name -> version of every package in a lock file."""
    return {name: version for name, version, _ in _PIN.findall((ROOT / lock).read_text("utf-8"))}


def licence_of(name: str) -> str | None:
    """What the installed package says of its licence: the expression, else classifiers and short text."""
    try:
        fields = metadata(name)
    except PackageNotFoundError:
        return None
    for expression in fields.get_all("License-Expression", []):
        return str(expression)
    classifiers = [each for each in fields.get_all("Classifier", []) if each.startswith("License ::")]
    first = [text.strip().splitlines()[0] for text in fields.get_all("License", []) if text.strip()]
    return "; ".join([*classifiers, *first]) or READ_BY_HAND.get(name, "")


def is_acceptable(licence: str) -> bool:
    """Whether at least one way through `A OR B` is free of GPL and AGPL."""
    ways = re.split(r"\bOR\b", licence)
    return any(not _STRONG_COPYLEFT.search(way) for way in ways)


@pytest.mark.parametrize("lock", [PRODUCT, DEVELOPER])
def test_locks_have_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    starts = [match.start() for match in _PIN.finditer(text)]
    assert len(starts) > 50
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert "--hash=sha256:" in text[start:end], text[start:end].splitlines()[0]


def test_the_developers_lock_holds_the_products() -> None:
    assert pins(PRODUCT).items() <= pins(DEVELOPER).items()


def test_the_product_brings_no_strong_copyleft() -> None:
    licences = {name: licence for name in pins(PRODUCT) if (licence := licence_of(name)) is not None}
    assert len(licences) > 50, "the product's packages are not installed"
    unknown = {name for name, licence in licences.items() if not licence}
    refused = {name: licence for name, licence in licences.items() if not is_acceptable(licence)}
    assert (refused, unknown) == ({}, set())


@pytest.mark.parametrize(
    ("licence", "is_fine"),
    [
        ("MIT", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("License :: OSI Approved :: GNU Affero General Public License v3", False),
    ],
)
def test_licences_are_told_apart(licence: str, is_fine: bool) -> None:
    assert is_acceptable(licence) is is_fine


def test_the_project_has_a_licence_of_its_own() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
