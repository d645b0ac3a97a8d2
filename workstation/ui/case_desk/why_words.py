"""Why a decision is green, amber or grey, in words: the rule, what is left of it, and who may say yes."""

from __future__ import annotations

from workstation.casework.decision import total_cost
from workstation.casework.limit import Allowed, NeedsApproval, Refused
from workstation.casework.proposal import Proposal
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

_WHO: dict[str, tuple[str, str]] = {
    "lead": later("Decision", "Entscheiden darf es eine Leitung."),
    "owner": later("Decision", "Entscheiden darf es der Inhaber."),
}


class WhyWords:
    """Writes in the language of the window."""

    def __init__(self, formats: Formats, errors: ErrorText) -> None:
        self._formats = formats
        self._errors = errors

    def why(self, offer: Proposal, sub: str) -> str:
        """Return why an offer has its colour; ``sub`` is the line below its title."""
        judgement = offer.judgement
        if isinstance(judgement, Refused):
            return self._errors.sentence(judgement.code, judgement.params)
        if isinstance(judgement, NeedsApproval):
            return self._approval(judgement, sub)
        return self._allowed(judgement, costs=bool(total_cost(offer.steps)))

    def _approval(self, judgement: NeedsApproval, sub: str) -> str:
        parts = [f"{sub}."] if sub else []
        if judgement.rule_name:
            parts.append(translate("Decision", "Regel «{rule}».").format(rule=judgement.rule_name))
        if judgement.who_may in _WHO:
            parts.append(translate(*_WHO[judgement.who_may]))
        return " ".join(parts)

    def _allowed(self, judgement: Allowed, *, costs: bool) -> str:
        parts: list[str] = []
        if judgement.rule_name:
            words = translate("Decision", "Das darfst du: Regel «{rule}».")
            parts.append(words.format(rule=judgement.rule_name))
        elif not costs:
            parts.append(translate("Decision", "Das darfst du: Es belastet deinen Rahmen nicht."))
        left = []
        if judgement.rest_case is not None:
            amount = self._formats.money(judgement.rest_case)
            left.append(translate("Decision", "{amount} in diesem Fall").format(amount=amount))
        if judgement.rest_day is not None:
            amount = self._formats.money(judgement.rest_day)
            left.append(translate("Decision", "{amount} heute").format(amount=amount))
        if left:
            words = translate("Decision", "Danach bleiben dir {what}.")
            parts.append(
                words.format(
                    what=translate("Decision", "{one} und {other}").format(one=left[0], other=left[1])
                    if len(left) == 2
                    else left[0]
                )
            )
        if judgement.needs_reason:
            parts.append(translate("Decision", "Die Regel verlangt eine kurze Begründung."))
        return " ".join(parts)
