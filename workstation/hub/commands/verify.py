"""``verify``: asks the hub's data whether everything that must always hold does; reads, changes nothing."""

from __future__ import annotations

import argparse
import sys

import msgspec

from workstation.hub.commands.context import DONE, FOUND_SOMETHING, Context
from workstation.hub.commands.words import Words
from workstation.hub.storage.invariants import Finding, survey

_NAMED = 3


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    parser = commands.add_parser("verify", help=words.line("help.verify"))
    parser.add_argument("--json", action="store_true", help=words.line("help.json"))
    parser.set_defaults(run=run)


def run(context: Context) -> int:
    """Ask all questions on one state of the data; exit code 3 when something does not hold."""
    with context.hub() as hub:
        findings = survey(hub.database, hub.tenant_id)
    broken = sum(1 for finding in findings if finding.broken)
    if context.arguments.json:
        told = {
            "holding": len(findings) - broken,
            "asked": len(findings),
            "invariants": [_as_json(context.words, finding) for finding in findings],
        }
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        for finding in findings:
            print(_line(context.words, finding))
        context.say("verify.sum", holding=len(findings) - broken, asked=len(findings))
    return FOUND_SOMETHING if broken else DONE


def _sentence(words: Words, finding: Finding) -> str:
    return words.line(f"verify.{finding.name[:3]}")


def _line(words: Words, finding: Finding) -> str:
    state = words.line("verify.broken" if finding.broken else "verify.holds")
    line = f"{finding.name[:3]}  {state:11} {finding.rows:>9}  {_sentence(words, finding)}"
    if not finding.broken:
        return line
    named = ", ".join(finding.broken[:_NAMED])
    return f"{line}\n     {words.line('verify.ids', count=len(finding.broken), ids=named)}"


def _as_json(words: Words, finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "holds": not finding.broken,
        "rows": finding.rows,
        "violations": list(finding.broken),
        "text": _sentence(words, finding),
    }
