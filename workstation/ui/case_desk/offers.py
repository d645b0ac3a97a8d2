"""From proposals and decisions to what the decision area says: titles, reasons, limits, results, failures."""

from __future__ import annotations

from datetime import datetime

from workstation.casework.decision import DecisionRecord, MakePromise, total_cost
from workstation.casework.doubts import is_in_doubt
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed, NeedsApproval, Refused
from workstation.casework.message import Fact, Language
from workstation.casework.money import Money
from workstation.casework.proposals import Proposal, may_change_amount, usual_amounts, usual_shares
from workstation.casework.texts import Texts, proposal_text
from workstation.casework.wire.commands import Decide
from workstation.ports import HubUnavailable, SignInRequired, StoreUnusable
from workstation.services.views import Allowance, CaseFile, FactDeviation, HeldDecision
from workstation.ui.case_desk.decision_words import DecisionWords
from workstation.ui.case_desk.models import FactShown, NoticeShown, Snippet
from workstation.ui.case_desk.why_words import WhyWords
from workstation.ui.shared.decision_button import DecisionFace, DecisionState, word_of
from workstation.ui.shared.error_text import DUE, ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.keymap import native_keys
from workstation.ui.shared.words import later, translate

SNIPPETS = ("answer", "answered_and_solved")
"""Cards that fit any case, offered as text blocks where the firm's texts have them."""

_LABELS: dict[str, tuple[str, str]] = {
    "amount": later("Facts", "Erstattung"),
    "credit_note_no": later("Facts", "Gutschrift-Nr."),
    "booked_on": later("Facts", "Buchungstag"),
    "days": later("Facts", "Laufzeit"),
    "return_no": later("Facts", "Rücksende-Nr."),
    "deadline": later("Facts", "Frist"),
    "due_at": later("Facts", "Zusage bis"),
    "voucher_amount": later("Facts", "Gutschein"),
    "voucher_code": later("Facts", "Gutscheincode"),
    "expires_on": later("Facts", "Gutschein bis"),
    "replacement_no": later("Facts", "Ersatz-Nr."),
    "till_amount": later("Facts", "Auszahlung"),
    "slip_no": later("Facts", "Beleg-Nr."),
    "invoice_no": later("Facts", "Rechnung"),
    "fee": later("Facts", "Mahngebühr"),
    "until": later("Facts", "Mahnsperre bis"),
}
_QUIET = frozenset({"booked_on"})
"""Late facts shown in the text alone: a chip of their own would say nothing more."""
_NUMBERS = frozenset(
    {"credit_note_no", "return_no", "voucher_code", "replacement_no", "slip_no", "invoice_no"}
)
"""Facts that are written alike in every language."""
_IN: dict[Language, tuple[str, str]] = {
    "de": later("Facts", "{what}, auf Deutsch: {value}"),
    "en": later("Facts", "{what}, auf Englisch: {value}"),
}
_STATES: dict[str, DecisionState] = {
    "held": DecisionState.RUNNING,
    "queued": DecisionState.RUNNING,
    "scheduled": DecisionState.RUNNING,
    "booking": DecisionState.RUNNING,
    "booked": DecisionState.DONE,
    "needs_approval": DecisionState.ASKED,
    "rejected": DecisionState.DECLINED,
    "failed": DecisionState.DECLINED,
}


class OfferWriter:
    """Writes in the language of the person; the texts are those desk and hub share."""

    def __init__(self, formats: Formats, errors: ErrorText, texts: Texts) -> None:
        self._formats = formats
        self._errors = errors
        self._texts = texts
        self._words = DecisionWords(formats, texts)
        self._why = WhyWords(formats, errors)

    # -- buttons
    def faces(self, file: CaseFile, *, is_online: bool, now: datetime) -> tuple[DecisionFace, ...]:
        """Return results of decisions taken here (newest first), then what may be decided."""
        results = tuple(self._result(file, record, now, is_online=is_online) for record in self.results(file))
        offers = tuple(
            self.face(file, offer, number, is_online=is_online)
            for number, offer in enumerate(file.offers, start=len(results) + 1)
        )
        return (*results, *offers)

    def results(self, file: CaseFile) -> tuple[DecisionRecord, ...]:
        """Return the decisions whose outcome is shown as a button: at most the two newest."""
        shown = [record for record in file.decisions if record.state in _STATES and record.state != "held"]
        shown.sort(key=lambda record: record.decided_at, reverse=True)
        return tuple(shown[:2])

    def offer_at(self, file: CaseFile, index: int) -> Proposal | None:
        """Return the offer behind button ``index``; ``None`` for a result."""
        place = index - len(self.results(file))
        return file.offers[place] if 0 <= place < len(file.offers) else None

    def face(self, file: CaseFile, offer: Proposal, number: int, *, is_online: bool) -> DecisionFace:
        """Return how an offer looks."""
        judgement = offer.judgement
        sub = offer.sub_key if is_online or not isinstance(judgement, Allowed) else "sub.offline"
        reason = self.title(sub, offer.sub_params) if sub else ""
        is_refused = isinstance(judgement, Refused)
        return DecisionFace(
            _state_of(offer, is_online=is_online),
            title=self.title(offer.title_key, offer.title_params),
            reason=reason,
            key=native_keys(f"decision.{number}") if 0 < number <= 6 else "",
            rule=self._why.why(offer, reason),
            may_change_amount=may_change_amount(offer) and not is_refused,
            quick=() if is_refused else self._quick(file, offer, is_online=is_online),
        )

    def _quick(self, file: CaseFile, offer: Proposal, *, is_online: bool) -> tuple[tuple[str, str], ...]:
        """Return the usual amounts, «10 %: 4 € Preisnachlass», each with the word of its state."""
        shares = usual_shares(offer, file.orders) if offer.key == "price_adjustment" else {}
        found = []
        for other in file.usual.get(offer.key, ()):
            title = self.title(other.title_key, other.title_params)
            percent = shares.get(total_cost(other.steps))
            if percent is not None:
                title = f"{percent}\N{NO-BREAK SPACE}%: {title}"
            found.append((title, word_of(_state_of(other, is_online=is_online))))
        return tuple(found)

    def title(self, key: str, params: dict[str, str]) -> str:
        """Return a title or the line below one."""
        if DUE in params:
            params = {**params, DUE: self._errors.param(DUE, params[DUE])}
        return proposal_text(self._texts, key, params, self._formats.language)

    def decided(self, body: Decide) -> str:
        """Return the words of a decision that waits, as its button had them."""
        return self._words.title_of(body.steps, body.macro)

    def _result(
        self, file: CaseFile, record: DecisionRecord, now: datetime, *, is_online: bool
    ) -> DecisionFace:
        state = _STATES[record.state]
        is_booked, reason, word = record.state == "booked", "", ""
        if state is DecisionState.RUNNING and not is_online:
            state = DecisionState.OFFLINE
            word, reason = self._without_hub(record)
        title = self._words.title(record, is_done=is_booked, known=file.decisions)
        if record.state == "booked" and self._words.is_taken_back(record):
            state, word = DecisionState.DECLINED, translate("Decision", "Zurückgeholt")
        elif record.state == "booked":
            at = record.booked_at or record.decided_at
            word = translate("Decision", "Gebucht {time}")
            if all(isinstance(step.decision, MakePromise) for step in record.steps):
                word = translate("Decision", "Zugesagt {time}")  # there is nothing to book about a promise
            word = word.format(time=self._formats.time(at))
            reason = self._words.numbers(record)
        elif record.state == "needs_approval":
            word = translate("Decision", "Freigabe angefragt")
            reason = translate("Decision", "seit {time}, du kannst weiterarbeiten").format(
                time=self._formats.time(record.decided_at)
            )
        elif record.state in ("failed", "rejected"):
            word = translate("Decision", "Nicht gebucht")
            code, params = self._failure_code(record)
            reason = self._errors.sentence(code, params) if code else ""
        elif any(is_in_doubt(step) for step in record.steps):
            state, word = DecisionState.ASKED, translate("Decision", "Ungeklärt")
            reason = translate("Decision", "jemand muss nachsehen, siehe oben")
        elif is_online and record.not_before is not None and record.not_before > now:
            reason = translate("Decision", "gleich")
        rule = (
            "" if record.state in ("failed", "rejected") else translate("Decision", "Antwort dazu schreiben")
        )
        if record.reason_text:
            why = translate("Decision", "Grund: {reason}").format(reason=record.reason_text)
            rule = f"{why}\n{rule}".strip()
        return DecisionFace(state, title=title, reason=reason, word=word, rule=rule)

    def _without_hub(self, record: DecisionRecord) -> tuple[str, str]:
        """What is true of a decision on its way while the hub cannot be asked: it is no offer any more."""
        if record.state == "queued":
            return translate("Decision", "Vorgemerkt"), self.title("sub.offline", {})
        return translate("Decision", "Beim Hub"), translate("Decision", "Ergebnis, sobald du online bist")

    @staticmethod
    def asks_why(offer: Proposal) -> bool:
        """Return whether the rule that allows it wants one line why."""
        return isinstance(offer.judgement, Allowed) and offer.judgement.needs_reason

    def why_words(self, offer: Proposal) -> tuple[str, str]:
        """Return the title of an offer, and the reason the words of the case speak for."""
        reason = self._texts.reasons.get(offer.reason)
        known = reason.label[self._formats.language] if reason is not None and offer.reason != "other" else ""
        return self.title(offer.title_key, offer.title_params), known

    # -- sentences around the buttons
    def limit_words(self, allowance: Allowance) -> tuple[str, str]:
        """«Dein Rahmen: 50 € je Fall, heute noch 212 €» and the rule for the tooltip."""
        parts: list[str] = []
        if allowance.per_case is not None:
            amount = self._formats.money(allowance.per_case)
            parts.append(translate("Decision", "{amount} je Fall").format(amount=amount))
        if allowance.day_left is not None:
            amount = self._formats.money(allowance.day_left)
            parts.append(translate("Decision", "heute noch {amount}").format(amount=amount))
        if not parts:
            return "", allowance.rule_name
        return translate("Decision", "Dein Rahmen: {what}").format(what=", ".join(parts)), allowance.rule_name

    def hold_words(self, held: HeldDecision) -> tuple[str, str]:
        """Title and sub of the undo bar: «24,90 € werden erstattet»."""
        if not held.is_decision:
            return translate("Decision", "Auftrag bestätigt"), ""
        key = held.title_key.replace("title.", "held.", 1)
        is_known = key in self._texts.proposals[self._formats.language]
        title = self.title(key if is_known else held.title_key, held.title_params)
        return title, translate("Decision", "vorher ist nichts gebucht")

    def refusal(self, offer: Proposal) -> NoticeShown | None:
        """What a click on a grey button says: the reason, and the way that is open."""
        judgement = offer.judgement
        if not isinstance(judgement, Refused):
            return None
        buttons: tuple[tuple[str, str], ...] = ()
        if judgement.alternative:
            word = proposal_text(
                self._texts, f"alternative.{judgement.alternative}", {}, self._formats.language
            )
            if not word.startswith("alternative."):
                buttons = (("other", word),)
        title = translate("Decision", "{what}: geht hier nicht").format(
            what=self.title(offer.title_key, offer.title_params)
        )
        return NoticeShown("ask", title, self._errors.sentence(judgement.code, judgement.params), buttons)

    def alternative_of(self, file: CaseFile, offer: Proposal) -> int | None:
        """Return the index of the button that is the way open instead of ``offer``."""
        wanted = offer.judgement.alternative if isinstance(offer.judgement, Refused) else ""
        place = next((n for n, other in enumerate(file.offers) if wanted and other.key == wanted), None)
        return None if place is None else place + len(self.results(file))

    def failure(self, file: CaseFile) -> NoticeShown | None:
        """The red notice of the newest decision if it failed: what failed, whether money moved, what now."""
        record = next(iter(self.results(file)), None)
        if record is None or record.state not in ("failed", "rejected"):
            return None
        code, params = self._failure_code(record)
        money = self._words.nothing_moved(record)
        why = self._errors.sentence(code, params) if code else ""
        return NoticeShown(
            "danger",
            translate("Decision", "{what}: nicht gebucht").format(
                what=self._words.title(record, is_done=False, known=file.decisions)
            ),
            f"{why} {money}".strip(),
            (("hide", translate("Decision", "Verstanden")),),
            details=f"{code} · {record.decision_id}" if code else record.decision_id,
        )

    def trouble(self, error: RuleViolation | StoreUnusable | SignInRequired | HubUnavailable) -> NoticeShown:
        """Return what an act that did not go through says."""
        if isinstance(error, RuleViolation):
            sentence = self._errors.sentence(error.code, error.params)
            return NoticeShown("danger", translate("CaseDesk", "Das ging nicht"), sentence)
        if isinstance(error, StoreUnusable):
            sentence = self._errors.sentence(error.reason, {"path": str(error.path)})
            title = translate("CaseDesk", "Konnte nicht gespeichert werden")
            return NoticeShown("danger", title, sentence)
        sentence = translate("CaseDesk", "Versuche es noch einmal, sobald du online bist.")
        if isinstance(error, SignInRequired):
            sentence = self._errors.sentence(error.code, error.params)
        return NoticeShown("ask", translate("CaseDesk", "Dafür braucht es eine Verbindung"), sentence)

    def _failure_code(self, record: DecisionRecord) -> tuple[str, dict[str, str]]:
        failed = next((step for step in record.steps if step.failure), None)
        if failed is not None:
            return failed.failure, failed.failure_params
        return record.code, record.params

    # -- facts of the reply
    def late_labels(self) -> dict[str, str]:
        """Return what the composer shows for a slot whose fact is late."""
        return {slot: self._late(words) for slot, words in _LABELS.items()}

    @staticmethod
    def _late(words: tuple[str, str]) -> str:
        return translate("Facts", "{what} folgt").format(what=translate(*words))

    def fact(
        self, fact: Fact, wrong: FactDeviation | None, language: Language | None = None
    ) -> FactShown | None:
        """Return the chip of a fact; ``None`` for those that need none (names, greetings).

        The value stands as the letter has it, so that it can be found there; where the letter's ``language``
        is not that of the window, the chip says so.
        """
        words = _LABELS.get(fact.slot)
        if words is None or fact.slot in _QUIET or (fact.value and len(fact.value) > 40):
            return None
        if fact.value is None:
            return FactShown(fact.slot, self._late(words), "late")
        shown = f"{translate(*words)} {fact.value}"
        if language not in (None, self._formats.language) and fact.slot not in _NUMBERS:
            shown = translate(*_IN[language or "de"]).format(what=translate(*words), value=fact.value)
        if wrong is not None:
            why = translate("Facts", "Weicht von der Buchung ab: {value}").format(value=wrong.expected)
            return FactShown(fact.slot, shown, "deviating", why)
        return FactShown(fact.slot, shown)

    @staticmethod
    def empty_fact(slot: str) -> FactShown | None:
        """Return the chip of a place in the text that no booking will fill; ``None`` for unknown ones."""
        words = _LABELS.get(slot)
        if words is None:
            return None
        why = translate("Facts", "Nichts ist entschieden, was das füllt: streiche es oder entscheide neu")
        return FactShown(slot, translate(*words), "deviating", why)

    def snippets(self) -> tuple[Snippet, ...]:
        """Return the text blocks offered, by their names in the language of the window."""
        english = self._formats.language == "en"
        cards = (self._texts.cards[key] for key in SNIPPETS if key in self._texts.cards)
        return tuple(Snippet(card.key, card.name_en if english else card.name_de) for card in cards)

    # -- amounts
    def amount_text(self, offer: Proposal) -> str:
        """Return the amount of an offer as one types it."""
        return self._typed(total_cost(offer.steps))

    def usual_texts(self, file: CaseFile, offer: Proposal) -> tuple[str, ...]:
        """Return the usual amounts for an offer as one types them; none where the amount is settled."""
        return tuple(self._typed(amount) for amount in usual_amounts(offer, file.orders))

    def _typed(self, amount: Money) -> str:
        point = "." if self._formats.language == "en" else ","
        return f"{amount.minor_units // 100}{point}{amount.minor_units % 100:02d}"

    @staticmethod
    def amount_of(text: str, currency: str) -> Money | None:
        """Return the amount typed: ``12``, ``12,5``, ``12.50``; ``None`` while it is none."""
        plain = text.strip().replace("€", "").replace("\N{NO-BREAK SPACE}", "").strip().replace(",", ".")
        whole, _dot, cents = plain.partition(".")
        if not whole.isdecimal() or len(cents) > 2 or (cents and not cents.isdecimal()) or len(whole) > 7:
            return None
        units = int(whole) * 100 + int(cents.ljust(2, "0") or "0")
        return Money(units, currency) if units else None


def _state_of(offer: Proposal, *, is_online: bool) -> DecisionState:
    if isinstance(offer.judgement, Refused):
        return DecisionState.BLOCKED
    if isinstance(offer.judgement, NeedsApproval):
        return DecisionState.APPROVAL
    return DecisionState.NOW if is_online else DecisionState.OFFLINE
