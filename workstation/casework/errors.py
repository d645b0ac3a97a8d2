"""The one error of the rules: a code with parameters; sentences for codes live in the texts."""

from __future__ import annotations


class RuleViolation(Exception):
    """A rule says no. Nothing has been stored.

    ``code`` is a dotted name such as ``money.currency_mismatch``; ``params`` fill its sentence.
    The sentence itself lives in ``resources/texts/codes.<language>.toml``.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({listed})"
