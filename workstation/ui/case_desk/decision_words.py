"""What became of a decision in words: its title before and after, the numbers it brought, and what failed."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.crediting import amounts_said, money_form
from workstation.casework.decision import (
    CancelOrder,
    Decision,
    DecisionRecord,
    Reverse,
    WaiveDunningFee,
    group_of,
    kind_of,
    value_of,
)
from workstation.casework.money import sum_of
from workstation.casework.params import money_param
from workstation.casework.reversal import target_of
from workstation.casework.texts import Texts, proposal_text
from workstation.casework.texts.formats import param_text
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

_KEYS = {"return_authorisation": "return"}
_NUMBERS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("credit_note_no", later("Decision", "Gutschrift {number}")),
    ("replacement_no", later("Decision", "Ersatz {number}")),
    ("voucher_code", later("Decision", "Code {number}")),
    ("slip_no", later("Decision", "Beleg {number}")),
    ("return_no", later("Decision", "Rücksendung {number}")),
    ("invoice_no", later("Decision", "Rechnung {number}")),
    ("blocked_until", later("Decision", "bis {number}")),
)


class DecisionWords:
    """Titles in the language of the window, from the texts desk and hub share."""

    def __init__(self, formats: Formats, texts: Texts) -> None:
        self._formats = formats
        self._texts = texts

    def title(self, record: DecisionRecord, *, is_done: bool, known: Sequence[DecisionRecord] = ()) -> str:
        """Return «24,90 € erstattet + Rücksendung», or what is to happen while it has not.

        ``known``: decisions of the case; a reversal names the amount of the one it takes back.
        """
        steps = tuple(step.decision for step in record.steps)
        return self.title_of(steps, record.macro, is_done=is_done, known=known)

    def title_of(
        self,
        steps: tuple[Decision, ...],
        macro: str,
        *,
        is_done: bool = False,
        known: Sequence[DecisionRecord] = (),
    ) -> str:
        """The same for the steps of a decision that is no record yet."""
        front = "done" if is_done else "title"
        kinds = tuple(kind_of(step) for step in steps)
        macro = macro or ("damaged_item" if kinds == ("refund", "return_authorisation") else "")
        key = f"{front}.{macro}"
        if macro and key in self._texts.proposals[self._formats.language]:
            is_free = macro == "dunning_before_invoice" and "waive_dunning_fee" not in kinds
            return self._said(f"{key}.no_fee" if is_free else f"{key}{money_form(steps)}", steps)
        return " + ".join(dict.fromkeys(self._of_step(front, step, known) for step in steps))

    def _of_step(self, front: str, step: Decision, known: Sequence[DecisionRecord]) -> str:
        kind = kind_of(step)
        key = f"{front}.{_KEYS.get(kind, kind)}"
        if isinstance(step, CancelOrder):
            key = f"{front}.cancel_{'lines' if step.lines else 'order'}{'' if value_of(step) else '.unpaid'}"
        key += money_form((step,))
        if isinstance(step, Reverse):
            target = target_of(step, known)
            if target is not None:
                return self._said(f"{front}.reversal.{step.undoes}", (target[1].decision,))
            key = f"done.reversal.{step.undoes}"
        if key not in self._texts.proposals[self._formats.language]:
            return translate("Decision", "Entscheidung")
        return self._said(key, (step,))

    def _said(self, key: str, steps: Sequence[Decision]) -> str:
        fees = [step.amount for step in steps if isinstance(step, WaiveDunningFee)]
        params = amounts_said(steps, "EUR") if any(map(value_of, steps)) else {"amount": ""}
        if fees:
            params["fee"] = money_param(sum_of(fees, fees[0].currency))
        return proposal_text(self._texts, key, params, self._formats.language)

    def numbers(self, record: DecisionRecord) -> str:
        """Return what the booking gave: «Gutschrift G-2291, Rücksendung R-1007»."""
        found: dict[str, None] = {}
        for step in record.steps:
            for slot, words in _NUMBERS:
                value = step.result.get(slot, "") if step.state != "reversed" else ""
                if value:
                    shown = param_text(value, self._formats.language)
                    found[translate(*words).format(number=shown)] = None
        return ", ".join(found)

    @staticmethod
    def is_taken_back(record: DecisionRecord) -> bool:
        """Return whether all that was decided has been taken back."""
        return bool(record.steps) and all(step.state == "reversed" for step in record.steps)

    @staticmethod
    def nothing_moved(record: DecisionRecord) -> str:
        """Return what a failure has left behind: a part, or nothing."""
        if any(step.state == "booked" and kind_of(step.decision) != "promise" for step in record.steps):
            return translate("Decision", "Ein Teil ist gebucht, sieh unter den Entscheidungen nach.")
        if any(group_of(step.decision) == "money_back" for step in record.steps):
            return translate("Decision", "Es ist kein Geld geflossen, die Antwort wurde nicht gesendet.")
        return translate("Decision", "Es ist nichts gebucht, die Antwort wurde nicht gesendet.")
