"""What is done beside deciding: doubts, work orders and their slips, and holds of cases that were left."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal

from workstation.casework.doubts import doubts_of
from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.ports import Draft
from workstation.services.letters import parted_from_decision
from workstation.services.views import Changes, HeldDecision
from workstation.ui.case_desk.attaching import Attaching
from workstation.ui.case_desk.models import NoticeShown, Outcome
from workstation.ui.case_desk.slots import shown, stored
from workstation.ui.shared.words import translate
from workstation.ui.shared.work_words import work_words


class Tending(Attaching):
    """Nothing is done while another case than the one shown is on its way."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._letters: dict[str, str] = {}
        """Decision -> the letter that was written for it, as its card gave it."""
        self._watched: set[str] = set()
        self._letter_notice: NoticeShown | None = None
        """What offers the answer to a decision beside a draft, while it is shown."""

    confirmed = Signal(object, str)
    """A held confirmation (HeldDecision) and what was to be done."""
    hold_ended = Signal(str)
    """Id of a decision that is held no longer: undone, or let go."""

    # -- work for people
    def settle(self, effect_id: str, outcome: Outcome, reference: str = "", note: str = "") -> None:
        """Say what became of something that may have happened."""
        file = self.shown_file
        if file is None:
            return
        # It is settled on the case it belongs to, also when that one went into the case shown.
        known = {one.effect_id: one.case_id for one in doubts_of(file.decisions, file.messages)}
        case_id = known.get(effect_id, self.case_id)
        work = self._services.work.settle(case_id, effect_id, outcome, reference, note)
        self.act(work, translate("OpenWork", "Festgehalten"))

    def confirm_work(self, work_order_id: str) -> None:
        """Say that a work order has been done; it can be taken back for the time of every undo."""
        file = self.shown_file
        for work in file.work_orders if file is not None else ():
            if work.work_order_id == work_order_id:
                title = work_words(work, self._formats).title
                self._start(self.confirm(self.case_id, work_order_id, title), "work.confirm")

    async def confirm(self, case_id: str, work_order_id: str, title: str) -> None:
        """Confirm a work order of any case; ``title`` says what was to be done."""
        held = await self._services.work.confirm(case_id, work_order_id)
        self.confirmed.emit(held, title)

    def open_slip(self, work_order_id: str) -> None:
        """Open the printable slip of a work order, to print it or to read its number."""
        file = self.shown_file
        for work in file.work_orders if file is not None else ():
            if work.work_order_id == work_order_id and work.slip_sha256:
                name = f"{work.number or work.work_order_id}.pdf"
                meta = AttachmentMeta(
                    sha256=work.slip_sha256, name=name, size=work.slip_size, content_type="application/pdf"
                )
                self.open_attachment(meta)

    # -- the case as a whole
    def act(self, work: Coroutine[Any, Any, Any], words: str = "") -> None:
        """Carry out an act and say that it is done."""
        self._start(self._acted(work, words), "case.act")

    async def _acted(self, work: Coroutine[Any, Any, Any], words: str) -> None:
        await work
        if words:
            self.toast.emit(words)

    # -- holds on cases that were left
    def take_back(self, held: HeldDecision) -> None:
        """Undo a decision held on a case that is not shown; its letter goes with it."""
        self._start(self._take_back(held), "decision.undo")

    def watch_hold(self, cmd_id: str) -> None:
        """Tell by ``hold_ended`` also when it is let go by itself."""
        self._watched.add(cmd_id)

    def _look_at_holds(self, changes: Changes) -> None:
        if self._watched and (changes.outbox or changes.cases):
            self._start(self._drop_ended(), "decision.held")

    async def _drop_ended(self) -> None:
        watched = set(self._watched)
        held = {one.cmd_id for one in await self._services.decisions.held()}
        for cmd_id in watched - held:
            self._watched.discard(cmd_id)
            self.hold_ended.emit(cmd_id)

    async def _take_back_newest(self) -> None:
        running = [held for held in await self._services.decisions.held() if not held.is_from_crash]
        if running:
            await self._take_back(running[-1])

    def _is_here(self, held: HeldDecision) -> bool:
        """Whether the case shown is that of the decision, or goes on with it."""
        return held.case_id == self.case_id or (
            self.shown_file is not None and held.case_id in self.shown_file.case_ids
        )

    async def _take_back(self, held: HeldDecision) -> None:
        if not await self._services.decisions.undo(held.cmd_id):
            raise RuleViolation("decision.too_late")
        self.hold_ended.emit(held.cmd_id)
        if self._is_here(held):
            await self._part_here(held)
        else:
            await self._part_elsewhere(held)
        words = translate("CaseDesk", "Zurückgenommen: {title}")
        self.toast.emit(words.format(title=self._offers.hold_words(held)[0]))

    # -- the answer that belongs to a decision
    def _take_written(self, draft: Draft) -> None:
        """What is being written stays; begun before the decision, it has the answer to it offered beside."""
        if draft.waits_for:
            self._letters[draft.waits_for] = draft.text
        super()._take_written(draft)
        kept = self._texts["reply"].strip()
        if draft.text and kept and kept != shown(draft.text, self._labels).strip():
            self._offer_letter(draft, translate("CaseDesk", "Dein Entwurf ist älter als die Entscheidung"))

    def _offer_written(self, draft: Draft) -> None:
        """The answer to a decision made before was asked for: what is being written may be about another one.

        It keeps its own facts and what it waits for until the person takes the answer in its place.
        """
        self.text_wanted.emit()
        kept = self._texts["reply"].strip()
        if not kept:
            self._take_written(draft)
        elif kept != shown(draft.text, self._labels).strip():
            self._offer_letter(draft, translate("CaseDesk", "Hier steht schon ein Entwurf"))

    def _offer_letter(self, draft: Draft, title: str) -> None:
        words = translate("CaseDesk", "Prüfe, ob er noch stimmt, oder nimm die Antwort zur Entscheidung.")
        buttons = (
            ("take", translate("CaseDesk", "Antwort zur Entscheidung")),
            ("keep", translate("CaseDesk", "Meinen Entwurf behalten")),
        )
        self._choose_letter(
            NoticeShown("ask", title, words, buttons),
            {"take": lambda: self._exchange_letter(draft, title), "keep": lambda: self._set_notice(None)},
        )

    def _exchange_letter(self, draft: Draft, offered: str) -> None:
        """Put the decision's own answer in the place of the draft, which can be fetched back."""
        self.text_wanted.emit()
        before = self._draft
        if self.file is None or before is None:
            return
        older = replace(before, text=stored(self._texts["reply"], self._labels))
        if draft.waits_for:
            self._letters[draft.waits_for] = draft.text
        written = replace(older, text=draft.text, letter=draft.text)
        self._show_reply(replace(written, facts=draft.facts, waits_for=draft.waits_for))
        title = translate("CaseDesk", "Die Antwort zur Entscheidung steht da")
        buttons = (
            ("back", translate("CaseDesk", "Meinen Entwurf zurück")),
            ("hide", translate("Decision", "Verstanden")),
        )
        self._choose_letter(
            NoticeShown("accent", title, translate("CaseDesk", "Dein Entwurf ist beiseitegelegt."), buttons),
            {"back": lambda: self._fetch_back(older, draft, offered), "hide": lambda: self._set_notice(None)},
        )

    def _fetch_back(self, older: Draft, draft: Draft, offered: str) -> None:
        self._show_reply(older)
        self._offer_letter(draft, offered)

    def _show_reply(self, draft: Draft) -> None:
        self.mode = "reply"
        self._take_reply(draft)
        self._save_reply()

    def _choose_letter(self, notice: NoticeShown, acts: dict[str, Callable[[], None]]) -> None:
        self._letter_notice = notice
        self._set_notice(notice, acts)

    def _set_notice(
        self, notice: NoticeShown | None, acts: dict[str, Callable[[], None]] | None = None
    ) -> None:
        if notice is not self._letter_notice:
            self._letter_notice = None
        super()._set_notice(notice, acts)

    def _forget_reply(self) -> None:
        self._drop_letter_notice()
        super()._forget_reply()

    def _drop_letter_notice(self) -> None:
        """The decision is not made after all, or the reply is on its way: nothing is left to choose."""
        if self._letter_notice is not None:
            self._set_notice(None)

    async def _part_elsewhere(self, held: HeldDecision) -> Draft | None:
        """A letter nobody changed goes with its decision; words of one's own stay, without its facts."""
        replies, letter = self._services.replies, self._letters.pop(held.cmd_id, "")
        draft = await replies.draft_waiting(held.case_id, held.cmd_id)
        if draft is None:
            return None
        # What was to be sent and comes back does not know how it was written.
        parted = parted_from_decision(draft if draft.letter else replace(draft, letter=letter))
        if parted is None:
            await replies.discard_draft(draft.case_id)
        else:
            await replies.save_draft(parted)
        return parted

    async def _part_here(self, held: HeldDecision) -> None:
        """The same for the case shown, whose draft is being written or lay among what was to be sent."""
        self.text_wanted.emit()
        self._drop_letter_notice()
        if self._draft is not None and self._draft.waits_for == held.cmd_id:
            await self._unbind_reply()
        elif not self._texts["reply"].strip():
            kept = await self._part_elsewhere(held)
            if kept is not None and self._is_here(held) and not self._texts["reply"].strip():
                self._take_reply(kept)
