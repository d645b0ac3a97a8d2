"""What the room of a case knows and does: the open file, its decisions and holds, each act as one call."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from PySide6.QtCore import Signal

from workstation.casework.decision import MakePromise
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed
from workstation.casework.proposals import Proposal
from workstation.services.views import CaseFile, Changes, Connection, HeldDecision
from workstation.system.clock import new_id
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.header_words import HeaderWriter
from workstation.ui.case_desk.models import (
    ConversationLine,
    HeaderShown,
    NoticeShown,
    OpenWorkShown,
)
from workstation.ui.case_desk.open_work import OpenWorkWriter
from workstation.ui.case_desk.tending import Tending
from workstation.ui.shared.decision_button import DecisionFace
from workstation.ui.shared.words import translate

PromiseKind = Literal["call_back", "answer", "deliver", "other"]


class CaseDeskViewModel(Tending):
    """One case at a time. Views show what the properties hold and refresh on the signals."""

    file_changed = Signal(bool)
    """True: another case than before."""
    hold_changed = Signal()
    held_elsewhere = Signal(object)
    """A decision (HeldDecision) is held on a case that was left meanwhile."""
    lines_wanted = Signal(object)
    """A proposal that needs its lines chosen."""
    amount_shown = Signal(object)
    """The face a new amount makes, ``None`` while the text is no amount."""
    reason_wanted = Signal(object, str, str)
    """A proposal whose rule asks for one line why, its title, and what the case says already."""
    loading = Signal()

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)  # the parts of Writing, in its order
        self._writer = ConversationWriter(self._formats, self._errors, self._labels)
        self._head = HeaderWriter(self._formats)
        self._work = OpenWorkWriter(self._formats, self._errors)
        self.hold: HeldDecision | None = None
        self._amount_for: Proposal | None = None
        self._amount_offer: Proposal | None = None
        self._lines_for: Proposal | None = None
        self._is_deciding = False
        self._wanted: tuple[str, Proposal] | None = None
        self._loads = self._shown_load = 0

    # -- showing
    def lines(self) -> tuple[ConversationLine, ...]:
        """The conversation of the open case."""
        return self._writer.lines(self.file, self.now) if self.file else ()

    def header(self) -> HeaderShown:
        """The head of the open case."""
        return self._head.header(self.file, self.now) if self.file else HeaderShown("", "")

    def open_work(self) -> OpenWorkShown:
        """What only a person can settle or confirm here."""
        file = self.file
        return self._work.shown(file, self._person_id(), self.now) if file else OpenWorkShown()

    def faces(self) -> tuple[DecisionFace, ...]:
        """The decision buttons, results of what was decided here first."""
        return self._offers.faces(self.file, is_online=self.is_online, now=self.now) if self.file else ()

    def faces_of(self, file: CaseFile, offers: tuple[Proposal, ...]) -> tuple[DecisionFace, ...]:
        """How other offers of a case look as buttons, without keys."""
        return tuple(self._offers.face(file, offer, 0, is_online=self.is_online) for offer in offers)

    def limit_words(self) -> tuple[str, str]:
        """«Dein Rahmen: …» and the rule behind it."""
        return self._offers.limit_words(self.file.allowance) if self.file else ("", "")

    def hold_words(self, held: HeldDecision | None = None) -> tuple[str, str]:
        """Title and sub of the undo bar, of the hold shown or of another."""
        held = held or self.hold
        return self._offers.hold_words(held) if held else ("", "")

    # -- opening
    def open(self, case_id: str) -> None:
        """Show another case; what was written on the one before is kept."""
        if case_id == self.case_id:
            return
        self.case_id = case_id
        self.hold = self._wanted = None
        self._set_notice(None)
        self.loading.emit()
        self._start(self._load(case_id, is_new=True), "case.open")

    def close(self) -> None:
        """Show nothing."""
        self.case_id, self.file, self.hold = "", None, None
        self._set_notice(None)
        self.file_changed.emit(True)

    def on_changes(self, changes: Changes) -> None:
        """Refresh if this case, its customer or the reference data changed."""
        self._look_at_holds(changes)
        file = self.file
        if not self.case_id or file is None:
            return
        if self.case_id in changes.cases or file.case.customer_id in changes.customers or changes.reference:
            self._start(self._load(self.case_id, is_new=False), "case.refresh")

    def on_connection(self, connection: Connection) -> None:
        """Take note of the state of the line; words on buttons follow it."""
        was_online = self.is_online
        self._connection = connection
        if was_online != self.is_online and self.case_id:
            self._start(self._load(self.case_id, is_new=False), "case.refresh")

    async def _load(self, case_id: str, *, is_new: bool) -> None:
        self._loads += 1
        number = self._loads
        file = await self._services.case_desk.open(case_id)
        held = await self._services.decisions.held()
        if case_id != self.case_id or number < self._shown_load:
            return  # what was asked later has been shown already: this would bring back what is over
        self._shown_load = number
        is_new = self.shown_file is None  # a refresh may overtake the opening
        if is_new:
            self.text_wanted.emit()
        before, self.file = self.file, file
        if is_new:
            self._take_drafts(file)
        else:
            self._take_returned(file)
        was_held = self.hold.cmd_id if self.hold else ""
        shown_holds = (h for h in held if h.is_decision and not h.is_from_crash)
        self.hold = next((h for h in shown_holds if h.case_id in file.case_ids), None)
        self._look_for_news(before, file, is_new=is_new)
        self.file_changed.emit(is_new)
        if is_new or was_held != (self.hold.cmd_id if self.hold else ""):
            self.hold_changed.emit()
        self.composer_changed.emit()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted[0] == case_id:
            self.decide_in(*wanted)
        if self._person_id() not in file.case.read_by:
            await self._services.case_desk.acts.mark_read(case_id)

    def _take_returned(self, file: CaseFile) -> None:
        """An answer that reached nobody comes back into an empty composer, also while the case is open."""
        draft = file.draft
        if draft is None or self._draft is not None:
            return
        if draft.saved_at is not None and (self._let_go_at is None or draft.saved_at <= self._let_go_at):
            return  # what is being kept of it is older than its sending
        self.text_wanted.emit()
        if not self._texts["reply"].strip():
            self._take_reply(draft)

    def _look_for_news(self, before: CaseFile | None, file: CaseFile, *, is_new: bool) -> None:
        failed = self._offers.failure(file)
        if failed is not None:
            known = self._offers.failure(before) if before is not None and not is_new else None
            if is_new or known is None:
                self._set_notice(failed, {"hide": lambda: self._set_notice(None)})
        elif before is not None and not is_new:
            self._look_for_answers(before, file)

    def _look_for_answers(self, before: CaseFile, file: CaseFile) -> None:
        known = {message.message_id for message in before.messages}
        for message in file.messages:
            if message.message_id in known or message.author_id == self._person_id():
                continue
            if message.kind == "outbound" and self._texts["reply"].strip():
                self._conflict(message.author_name or translate("CaseDesk", "Jemand"), message.at)
            elif message.kind == "inbound":
                self.said.emit(translate("CaseDesk", "Neue Nachricht in diesem Fall"), False)

    def _conflict(self, name: str, at: datetime) -> None:
        title = translate("CaseDesk", "{name} hat um {time} geschrieben.").format(
            name=name, time=self._formats.time(at)
        )
        buttons = (
            ("show", translate("CaseDesk", "Nachricht zeigen")),
            ("force", translate("CaseDesk", "Trotzdem senden")),
        )
        self._set_notice(
            NoticeShown("accent", title, translate("CaseDesk", "Dein Entwurf bleibt gespeichert."), buttons),
            {"show": self._on_seen, "force": lambda: self.send(solves=False, is_forced=True)},
        )

    def _on_seen(self) -> None:
        self._set_notice(None)
        self.file_changed.emit(True)

    def _violated(self, error: RuleViolation) -> None:
        if error.code == "reply.stale" and self.file is not None:
            newest = self.file.messages[-1] if self.file.messages else None
            name = newest.author_name if newest and newest.author_name else self.file.case.customer_name
            self._conflict(name or translate("CaseDesk", "Jemand"), newest.at if newest else self.now)
            return
        if error.code == "case.unanswered":
            self._ask_why_unanswered()
            return
        super()._violated(error)

    def _ask_why_unanswered(self) -> None:
        buttons = (
            ("thanks", translate("CaseDesk", "War nur ein Dank")),
            ("answered_elsewhere", translate("CaseDesk", "Anderswo beantwortet")),
        )
        notice = NoticeShown(
            "ask",
            translate("CaseDesk", "Hier wartet noch jemand auf Antwort"),
            translate("CaseDesk", "Antworte zuerst, oder sage, warum keine Antwort nötig ist."),
            buttons,
        )
        case_id, file = self.case_id, self.shown_file
        name = (file.case.customer_name or file.case.subject) if file is not None else ""

        async def solve(why: Literal["thanks", "answered_elsewhere"]) -> None:
            item = await self._services.case_desk.acts.solve(case_id, without_answer=why)
            self._say_solved(item, name)

        def without(why: Literal["thanks", "answered_elsewhere"]) -> None:
            self._set_notice(None)
            self.act(solve(why))

        self._set_notice(
            notice,
            {
                "thanks": lambda: without("thanks"),
                "answered_elsewhere": lambda: without("answered_elsewhere"),
            },
        )

    # -- decisions
    def choose(self, index: int) -> None:
        """The person clicked button ``index``."""
        file = self.shown_file
        if file is None or self.hold is not None:
            return
        offer = self._offers.offer_at(file, index)
        if offer is None:
            self._take_result(index)
            return
        if offer.needs_line_choice and not offer.steps:
            self._lines_for = offer
            self.lines_wanted.emit(offer)
            return
        self._decide(offer)

    def choose_usual(self, index: int, place: int) -> None:
        """The person chose the usual amount ``place`` of button ``index``."""
        file = self.shown_file
        offer = self._offers.offer_at(file, index) if file is not None and self.hold is None else None
        usual = file.usual.get(offer.key, ()) if file is not None and offer is not None else ()
        if place < len(usual):
            self._decide(usual[place])

    def _take_result(self, index: int) -> None:
        """A decision already taken: write the answer that belongs to it, or offer it beside a draft."""
        file = self.shown_file
        results = self._offers.results(file) if file else ()
        if file is None or index >= len(results) or results[index].state in ("failed", "rejected"):
            return
        self._start(self._write_for(file.case.case_id, results[index].decision_id), "reply.draft")

    async def _write_for(self, case_id: str, decision_id: str) -> None:
        draft = await self._services.replies.draft_for(case_id, decision_id, language=self._language)
        if case_id == self.case_id:
            self._offer_written(draft)

    def _decide(self, offer: Proposal, reason: str = "") -> None:
        file = self.shown_file
        if file is None or self.hold is not None or self._is_deciding:
            return  # one click, one decision: the second of a double click is none
        refusal = self._offers.refusal(offer)
        if refusal is not None:
            self._set_notice(refusal, {"other": lambda: self._take_alternative(offer)})
            return
        if self._offers.asks_why(offer) and not reason:
            self.reason_wanted.emit(offer, *self._offers.why_words(offer))
            return
        self._is_deciding = True
        self._start(self._hold(file.case.case_id, offer, reason), "decision.hold")

    def decide_in(self, case_id: str, offer: Proposal) -> None:
        """Decide on a case that is being opened: as soon as it is shown, where its answer is written too."""
        if self.shown_file is None or self.case_id != case_id:
            self._wanted = (case_id, offer)
        elif self.hold is not None:
            self._say_held()
        else:
            self._decide(offer)

    def _say_held(self) -> None:
        title = translate("CaseDesk", "Noch nicht festgehalten")
        words = translate("CaseDesk", "Buche zuerst die laufende Entscheidung oder nimm sie zurück.")
        self._set_notice(NoticeShown("ask", title, words))

    def decide_because(self, offer: Proposal, reason: str) -> None:
        """Take an offer whose rule asked for a reason."""
        self._decide(offer, reason)

    def _take_alternative(self, offer: Proposal) -> None:
        self._set_notice(None)
        index = self._offers.alternative_of(self.file, offer) if self.file else None
        if index is not None:
            self.choose(index)

    async def _hold(self, case_id: str, offer: Proposal, reason: str = "") -> None:
        try:
            held = await self._services.decisions.hold(case_id, offer, reason)
        finally:
            self._is_deciding = False
        if case_id != self.case_id:
            self.held_elsewhere.emit(held)
            return
        self.hold = held
        self._set_notice(None)
        self.hold_changed.emit()
        self.said.emit(self._offers.hold_words(held)[0], True)
        draft = await self._services.replies.draft_for(case_id, held.cmd_id, offer.reply_card, self._language)
        if case_id == self.case_id:
            self._take_written(draft)

    def choose_lines(self, quantities: dict[str, int]) -> None:
        """The lines meant are chosen."""
        offer, self._lines_for = self._lines_for, None
        file = self.shown_file
        if offer is not None and file is not None:
            self._start(self._choose_lines(file.case.case_id, offer, quantities), "decision.lines")

    async def _choose_lines(self, case_id: str, offer: Proposal, quantities: dict[str, int]) -> None:
        chosen = await self._services.case_desk.choose_lines(case_id, offer, quantities)
        if case_id == self.case_id:
            self._decide(chosen)

    def promise(self, what: PromiseKind, due_at: datetime, note: str) -> None:
        """Make a promise of one's own words; it is held and undone like every decision."""
        if self.hold is not None:
            self._say_held()
            return
        step = MakePromise(
            what=what, due_at=due_at, promise_id=new_id(self._clock), owner_id=self._person_id(), note=note
        )
        card = f"promise_{what}" if what in ("call_back", "answer") else "answer"
        offer = Proposal(
            key=f"promise_{what}",
            steps=(step,),
            title_key=f"title.promise.{what}",
            title_params={"due_at": due_at.isoformat()},
            judgement=Allowed(),
            reply_card=card,
        )
        self._decide(offer)

    def cancel_choice(self) -> None:
        """Back to the buttons."""
        self._lines_for = self._amount_for = self._amount_offer = None
        self.hold_changed.emit()

    def begin_amount(self, index: int) -> tuple[str, DecisionFace, tuple[str, ...]] | None:
        """Begin to change the amount of button ``index``: the text of the field, the face, usual amounts."""
        file = self.shown_file
        if file is None:
            return None
        offer = self._offers.offer_at(file, index)
        if offer is None or not offer.steps:
            return None
        self._amount_for = self._amount_offer = offer
        face = self._offers.face(file, offer, 0, is_online=self.is_online)
        return self._offers.amount_text(offer), face, self._offers.usual_texts(file, offer)

    def edit_amount(self, text: str) -> None:
        """Show the button this text would make, recoloured when it crosses the limit."""
        file, offer = self.file, self._amount_for
        if file is None or offer is None:
            return
        amount = self._offers.amount_of(text, file.tenant.currency)
        if amount is None:
            self._amount_offer = None
            self.amount_shown.emit(None)
            return

        async def judge() -> None:
            self._amount_offer = await self._services.case_desk.choose_amount(
                file.case.case_id, offer, amount
            )
            self.amount_shown.emit(self._offers.face(file, self._amount_offer, 0, is_online=self.is_online))

        self._start(judge(), "decision.amount")

    def accept_amount(self) -> None:
        """Take the new amount."""
        offer, self._amount_for = self._amount_offer, None
        if offer is not None:
            self._decide(offer)

    def undo(self) -> None:
        """Take the held decision back, or the newest one held on a case that was left; nothing has left."""
        held, self.hold = self.hold, None
        if held is None and not self._is_deciding:
            self._start(self._take_back_newest(), "decision.undo")
        elif held is not None:
            self._is_deciding = True  # what the buttons offer still reckons with what is taken back
            self._start(self._undo(held), "decision.undo")

    async def _undo(self, held: HeldDecision) -> None:
        try:
            if not await self._services.decisions.undo(held.cmd_id):
                raise RuleViolation("decision.too_late")
            self.hold_ended.emit(held.cmd_id)
            self.said.emit(translate("CaseDesk", "Zurückgenommen"), True)
            if self._is_here(held):
                await self._part_here(held)
                await self._load(self.case_id, is_new=False)
            else:
                await self._part_elsewhere(held)
        finally:
            self._is_deciding = False
            self.hold_changed.emit()

    def book_now(self) -> None:
        """End the hold at once."""
        held, self.hold = self.hold, None
        if held is not None:
            self._start(self._services.decisions.release(held.cmd_id), "decision.release")
            self.hold_ended.emit(held.cmd_id)
        self.hold_changed.emit()

    def hold_elapsed(self) -> None:
        """The bar has run down; the service releases the decision by itself."""
        self.hold = None
        self.hold_changed.emit()

    def pause(self, is_paused: bool) -> None:
        """Hover or focus pauses the hold."""
        if self.hold is not None:
            decisions = self._services.decisions
            act = decisions.pause if is_paused else decisions.resume
            self._start(act(self.hold.cmd_id), "decision.pause")
