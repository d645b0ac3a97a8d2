"""The report: a table to read, JSON to keep, and the page of the documentation."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import Line

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def value_words(line: Line) -> str:
    """Return the value with its unit."""
    if line.unit == "x":
        return f"{line.value:.2f}x"
    return f"{line.value:.3g} ms" if line.unit == "ms" else f"{line.value:.0f}"


def target_words(line: Line) -> str:
    """Return the target with its sense."""
    if line.target is None:
        return ""
    sign = "<=" if line.sense == "most" else ">="
    unit = {"x": "x", "ms": " ms", "": ""}[line.unit]
    return f"{sign} {line.target:g}{unit}"


def table(lines: Sequence[Line]) -> str:
    """Return the table for a terminal."""
    head = ("", "what", "limit", "ours", "value", "target", "", "moonshot")
    rows = [head]
    for line in lines:
        rows.append(
            (
                line.name,
                textwrap.shorten(line.what, 58, placeholder="…"),
                textwrap.shorten(line.limit, 52, placeholder="…"),
                line.ours,
                value_words(line),
                target_words(line),
                line.verdict,
                line.moonshot,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def closing(lines: Sequence[Line], missing: Mapping[str, str]) -> str:
    """Return what misses its target and what could not be measured, in sentences."""
    missed = [line for line in lines if line.is_met is False]
    said = [
        f"{line.name} misses its target: {line.what}: {value_words(line)}, wanted {target_words(line)}."
        for line in missed
    ]
    said += [f"{name} could not be measured: {why}" for name, why in missing.items()]
    return "\n".join(said) if said else "Every target is met."


def as_json(lines: Sequence[Line], missing: Mapping[str, str], facts: Mapping[str, object]) -> str:
    """Return everything as JSON."""
    values: dict[str, Any] = {
        "machine": facts,
        "lines": [
            {**dataclasses.asdict(line), "is_met": line.is_met, "rounds": list(line.rounds)} for line in lines
        ],
        "not_measured": missing,
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def write_docs(lines: Sequence[Line], missing: Mapping[str, str], facts: Mapping[str, object]) -> None:
    """Put the figures into the page of the documentation, between its two marks."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{_figures(lines, missing, facts)}{END}{after}", "utf-8")


def _figures(lines: Sequence[Line], missing: Mapping[str, str], facts: Mapping[str, object]) -> str:
    libraries = facts.get("libraries")
    named = libraries if isinstance(libraries, dict) else {}
    versions = ", ".join(f"{name} {number}" for name, number in named.items() if number)
    parts = [
        f"\nRevision {facts.get('revision')}, {facts.get('system')}, {facts.get('processors')} processors,"
        f" {facts.get('memory_gb')} GB, Python {facts.get('python')}; load at the start"
        f" {facts.get('load_before')}.\n{versions}.\n\n",
        "| | what | limit of the same run | ours | value | target | | moonshot |\n",
        "|---|---|---|---|---|---|---|---|\n",
    ]
    for line in lines:
        cells = (line.name, line.what, line.limit, line.ours, value_words(line))
        more = (target_words(line), line.verdict, line.moonshot)
        parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, *more)) + " |\n")
    details = [line for line in lines if line.details]
    if details:
        parts.append("\nBeside them:\n\n")
        for line in details:
            words = ", ".join(f"{key} {value}" for key, value in line.details.items())
            parts.append(f"- {line.name}, {line.what}: {words}\n")
    sentences = closing(lines, missing).splitlines()
    parts.append("\n" + "\n".join(f"- {sentence}" for sentence in sentences) + "\n\n")
    return "".join(parts)
