"""What a command says no with: a code with parameters, and the place in a file where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; ``line`` counts from 1, 0 means the file (or the command) as a whole."""

    code: str
    params: dict[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0


class CommandFailed(Exception):
    """The command did nothing; ``findings`` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings


def failed(code: str, **params: str | int) -> CommandFailed:
    """Return the failure of a command for one reason."""
    return CommandFailed(Finding(code, {name: str(value) for name, value in params.items()}))
