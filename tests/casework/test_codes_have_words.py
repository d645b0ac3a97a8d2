"""Every code in the sources has a sentence in German and in English, with the same parameters."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from workstation.casework.texts.book import flat
from workstation.system.resources import resource_path

ROOT = Path(__file__).resolve().parents[2] / "workstation"
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
SLOT = re.compile(r"\{([a-z0-9_]+)\}")
RAISES = frozenset(
    {
        "RuleViolation",
        "EffectRefused",
        "Rejected",
        "Refused",
        "NeedsApproval",
        "Superseded",
        "Quarantined",
        "_Passed",
    }
)
BOTH = ("de", "en")


@cache
def words(language: str) -> dict[str, str]:
    return flat(tomllib.loads(resource_path("texts", f"codes.{language}.toml").read_text(encoding="utf-8")))


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        return node.value
    return ""


def _codes_of(call: ast.Call) -> set[str]:
    name = _name(call)
    found = {_text(keyword.value) for keyword in call.keywords if keyword.arg == "code"}
    if name in RAISES and call.args:
        found.add(_text(call.args[0]))
    if name == "say" and len(call.args) >= 3:  # system lines of the casework
        found.add(_text(call.args[2]))
    return found - {""}


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Every call that names a code: code, place, call."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = f"{path.relative_to(ROOT.parent)}:{node.lineno}"
                found += [(code, place, node) for code in sorted(_codes_of(node))]
    return tuple(found)


def test_codes_are_found_at_all() -> None:
    assert {"reply.stale", "limit.none", "decision.nothing_refundable", "case.solved"} <= {
        code for code, _, _ in calls()
    }


@pytest.mark.parametrize("language", BOTH)
def test_every_code_has_a_sentence(language: str) -> None:
    missing = sorted({f"{code} ({place})" for code, place, _ in calls() if code not in words(language)})
    assert not missing, f"codes.{language}.toml lacks: {', '.join(missing)}"


def test_both_languages_have_the_same_codes_and_parameters() -> None:
    assert words("de").keys() == words("en").keys()
    for code, sentence in words("de").items():
        assert set(SLOT.findall(sentence)) == set(SLOT.findall(words("en")[code])), code


def test_a_sentence_names_only_what_its_code_is_given() -> None:
    wrong = []
    for code, place, call in calls():
        is_open = any(keyword.arg is None for keyword in call.keywords)
        if _name(call) != "RuleViolation" or is_open or code not in words("de"):
            continue
        given = {keyword.arg for keyword in call.keywords}
        unknown = set(SLOT.findall(words("de")[code])) - given
        if unknown:
            wrong.append(f"{code} at {place}: {', '.join(sorted(unknown))}")
    assert not wrong, wrong


@pytest.mark.parametrize("language", BOTH)
def test_sentences_are_sorted_and_calm(language: str) -> None:
    lines = resource_path("texts", f"codes.{language}.toml").read_text(encoding="utf-8").splitlines()
    keys = [line.split(" = ", 1)[0].strip('"') for line in lines if line and not line.startswith(("#", "["))]
    assert keys == sorted(keys)
    assert all("!" not in sentence for sentence in words(language).values())
