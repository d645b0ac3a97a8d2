"""The writing half of the room: mode, text, draft with its facts, recipients, files, sending."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Language
from workstation.casework.slots import slots_in
from workstation.casework.wire.commands import SendMessage, SolveCase
from workstation.ports import Draft, HubUnavailable, OutboxItem, SignInRequired, StoreUnusable
from workstation.services.letters import parted_from_decision
from workstation.services.views import CaseFile, Connection, FactDeviation
from workstation.ui.case_desk.models import (
    ComposerMode,
    ComposerState,
    FactShown,
    NoticeShown,
    SendWord,
    Services,
    Snippet,
)
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.slots import shown, stored
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate

_NEVER_BOOKED = frozenset({"reply.decision_unknown", "reply.decision_not_booked"})


class Writing(QObject):
    """What is being written on the open case. The other half, :class:`CaseDeskViewModel`, builds on it."""

    notice_changed = Signal()
    composer_changed = Signal()
    text_replaced = Signal()
    """The text was set by us, not by typing."""
    text_wanted = Signal()
    """What was typed last and not yet reported is wanted now: something is about to take its place."""
    said = Signal(str, bool)
    """A sentence for the screen reader, and whether it is urgent."""
    toast = Signal(str)
    solved = Signal(str, str, object, str)
    """A case was settled from here: its id, its name, when the customer is asked back (``datetime`` or
    ``None``), and what else was done, in a sentence without its full stop."""

    def __init__(
        self,
        services: Services,
        tasks: TaskStarter,
        clock: Clock,
        formats: Formats,
        errors: ErrorText,
        offers: OfferWriter,
        person_id: Callable[[], str],
    ) -> None:
        super().__init__()
        self._services = services
        self._tasks = tasks
        self._clock = clock
        self._formats = formats
        self._errors = errors
        self._offers = offers
        self._person_id = person_id
        self.case_id = ""
        self.file: CaseFile | None = None
        self.notice: NoticeShown | None = None
        self._let_go_at: datetime | None = None
        self._notice_acts: dict[str, Callable[[], None]] = {}
        self.mode: ComposerMode = "reply"
        self.first_mode: ComposerMode = "reply"
        """How the composer begins on the next case opened, once."""
        self._texts: dict[ComposerMode, str] = {"reply": "", "note": ""}
        self._draft: Draft | None = None
        self._language: Language | None = None
        self._deviations: tuple[FactDeviation, ...] = ()
        self._connection: Connection | None = None
        self._is_sending = False
        self._uploads = 0
        self._labels = offers.late_labels()

    # -- showing
    @property
    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    @property
    def is_online(self) -> bool:
        """Whether the hub answers."""
        return self._connection is None or self._connection.state in ("online", "stale")

    @property
    def shown_file(self) -> CaseFile | None:
        """The open case once it is shown; while another one is on its way nothing can be done to either."""
        file = self.file
        return file if file is not None and file.case.case_id == self.case_id else None

    @property
    def is_written_on(self) -> bool:
        """Whether a reply or a note is being written here; a file put to a reply is a beginning too."""
        has_files = self._draft is not None and bool(self._draft.attachments)
        return has_files or any(text.strip() for text in self._texts.values())

    @property
    def text(self) -> str:
        """What stands in the composer."""
        return self._texts[self.mode]

    @property
    def language(self) -> Language:
        """The language of the answer."""
        return self._language or (self.file.case.language if self.file else "de")

    def recipients(self) -> tuple[str, ...]:
        """Who gets the answer."""
        if self._draft and self._draft.to:
            return self._draft.to
        return (self.file.case.reply_to,) if self.file and self.file.case.reply_to else ()

    def composer(self) -> ComposerState:
        """The state of the composer but its text."""
        file, draft = self.file, self._draft
        word: SendWord = "send"
        if draft is not None and draft.waits_for and not self._is_booked(draft.waits_for):
            word = "after_booking"
        if not self.is_online:
            word = "to_outbox"
        return ComposerState(
            mode=self.mode,
            recipients=self.recipients(),
            cc=draft.cc if draft else (),
            channel="mail",
            language=self.language,
            send_word=word,
            facts=self._facts(),
            attachments=draft.attachments if draft else (),
            snippets=self._offers.snippets() if file else (),
            is_enabled=file is not None and not self._is_sending,
        )

    def _is_booked(self, decision_id: str) -> bool:
        records = self.file.decisions if self.file else ()
        return any(item.decision_id == decision_id and item.state == "booked" for item in records)

    def _facts(self) -> tuple[FactShown, ...]:
        if self._draft is None:
            return ()
        wrong = {deviation.slot: deviation for deviation in self._deviations}
        chips = (self._offers.fact(fact, wrong.get(fact.slot), self.language) for fact in self._draft.facts)
        known = {fact.slot for fact in self._draft.facts}
        unfilled = dict.fromkeys(slots_in(stored(self._texts["reply"], self._labels)))
        empty = (self._offers.empty_fact(slot) for slot in unfilled if slot not in known)
        return tuple(chip for chip in (*chips, *empty) if chip is not None)

    def wrong_words(self) -> tuple[str, ...]:
        """Words in the text that differ from the booking."""
        return tuple(deviation.found for deviation in self._deviations if deviation.found)

    # -- drafts
    def _take_drafts(self, file: CaseFile) -> None:
        self._draft = file.draft
        self._language = None
        self._texts = {
            "reply": shown(file.draft.text, self._labels) if file.draft else "",
            "note": file.note_draft.text if file.note_draft else "",
        }
        self.mode, self.first_mode = self.first_mode, "reply"
        self._check_facts()
        self.text_replaced.emit()

    def _take_written(self, draft: Draft) -> None:
        """A reply was written from a decision: it fills an empty composer, else only its facts are taken."""
        self.text_wanted.emit()
        if draft.text and not self._texts["reply"].strip():
            self._draft = replace(draft, letter=draft.text)
            self.mode = "reply"
            self._texts["reply"] = shown(draft.text, self._labels)
        else:
            kept = self._draft or draft
            self._draft = replace(kept, facts=draft.facts, waits_for=draft.waits_for, letter="")
        self._save_reply()
        self._check_facts()
        self.text_replaced.emit()
        self.composer_changed.emit()

    def _forget_reply(self) -> None:
        self._let_go_at = self.now
        if self.mode == "note":
            self.text_wanted.emit()
        self._draft = None
        self._texts["reply"] = ""
        self._deviations = ()
        self.text_replaced.emit()
        self.composer_changed.emit()

    def set_mode(self, mode: ComposerMode) -> None:
        """Switch between reply and note; each keeps its own text."""
        if mode != self.mode:
            self.mode = mode
            self.text_replaced.emit()
            self.composer_changed.emit()

    def set_language(self, language: str) -> None:
        """Choose the language of the answer."""
        self._language = "en" if language == "en" else "de"
        self.composer_changed.emit()

    def save_text(self, text: str) -> None:
        """Keep what is written, on disk."""
        if self.file is None or text == self._texts[self.mode]:
            return
        self._texts[self.mode] = text
        if self.mode == "reply" and self._is_sending:
            return  # it is on its way: a draft kept now would outlive it
        self._save()
        if self.mode == "reply":
            self._check_facts()
            self.composer_changed.emit()

    def _save(self) -> None:
        file = self.file
        if file is None:
            return
        if self.mode == "note":
            text = self._texts["note"]
            self._start(self._services.case_desk.acts.save_note_draft(file.case.case_id, text), "draft.note")
            return
        self._save_reply()

    def _save_reply(self) -> None:
        if self.file is not None:
            self._draft = self._draft_now(self.file)
            self._start(self._services.replies.save_draft(self._draft), "draft.save")

    async def _unbind_reply(self, *, keeps_letter: bool = False) -> None:
        """The decision the reply states will not be booked: own words stay, what we wrote for it goes."""
        file, draft = self.file, self._draft
        if file is None or draft is None or not draft.waits_for:
            return
        draft = self._draft_now(file)
        parted = parted_from_decision(replace(draft, letter="") if keeps_letter else draft)
        if parted is not None:
            self._take_reply(parted)
            await self._services.replies.save_draft(parted)
        else:
            self._forget_reply()
            await self._services.replies.discard_draft(draft.case_id)

    def _take_reply(self, draft: Draft) -> None:
        """Show a draft as the reply being written."""
        self._draft = draft
        self._texts["reply"] = shown(draft.text, self._labels)
        self._check_facts()
        if self.mode == "reply":
            self.text_replaced.emit()
        self.composer_changed.emit()

    def _draft_now(self, file: CaseFile) -> Draft:
        written = stored(self._texts["reply"], self._labels)
        if self._draft is not None:
            return replace(self._draft, text=written)
        newest = file.newest_inbound
        return Draft(
            case_id=file.case.case_id,
            person_id=self._person_id(),
            text=written,
            to=self.recipients(),
            seen_inbound_id=newest.message_id if newest else "",
            saved_at=self.now,
        )

    def _check_facts(self) -> None:
        facts = self._draft.facts if self._draft else ()
        text = stored(self._texts["reply"], self._labels)
        self._deviations = self._services.replies.check_facts(text, facts) if facts else ()

    # -- sending
    def send(self, *, solves: bool, is_forced: bool = False) -> None:
        """Send the reply (after the booking it states, if there is one)."""
        file = self.shown_file
        if file is None or self._is_sending:
            return
        if self._uploads:
            title = translate("CaseDesk", "Ein Anhang ist noch unterwegs")
            self._set_notice(
                NoticeShown("ask", title, translate("CaseDesk", "Sende, sobald er unter der Antwort steht."))
            )
            return
        if not self._texts["reply"].strip():
            title = translate("CaseDesk", "Noch kein Text")
            self._set_notice(
                NoticeShown("ask", title, translate("CaseDesk", "Schreibe zuerst eine Antwort."))
            )
            return
        self._is_sending = True
        draft = self._draft_now(file)
        name = file.case.customer_name or file.case.subject
        self._start(self._send(draft, name, solves=solves, is_forced=is_forced), "reply.send")

    async def _send(self, draft: Draft, name: str, *, solves: bool, is_forced: bool) -> None:
        waits = bool(draft.waits_for) and not self._is_booked(draft.waits_for)
        try:
            item = await self._services.replies.send(
                draft, solves=solves, is_forced=is_forced, language=self._language
            )
        except RuleViolation as error:
            if error.code in _NEVER_BOOKED and draft.case_id == self.case_id:
                await self._unbind_reply(keeps_letter=True)
            raise
        finally:
            self._is_sending = False
            self.composer_changed.emit()
        if draft.case_id == self.case_id:
            self._forget_reply()
            self._set_notice(None)
        words = translate("CaseDesk", "Antwort gesendet")
        if waits:
            words = translate("CaseDesk", "Antwort geht raus, sobald gebucht ist")
        if not self.is_online:
            words = translate("CaseDesk", "Antwort liegt im Ausgang")
        if solves:
            self._say_solved(item, name, words)
        else:
            self.toast.emit(words)

    def _say_solved(self, item: OutboxItem, name: str, words: str = "") -> None:
        at = item.body.follow_up_at if isinstance(item.body, SendMessage | SolveCase) else None
        self.solved.emit(item.case_id, name, at, words)

    def save_note(self) -> None:
        """Keep the note on the case."""
        file, text = self.shown_file, self._texts["note"].strip()
        if file is None or not text or self._is_sending:
            return
        self._is_sending = True
        self._start(self._add_note(file.case.case_id, text), "note.add")

    async def _add_note(self, case_id: str, text: str) -> None:
        try:
            await self._services.case_desk.acts.add_note(case_id, text)
        finally:
            self._is_sending = False
        if case_id == self.case_id:
            self._texts["note"] = ""
            self.mode = "reply"
            self.text_replaced.emit()
            self.composer_changed.emit()
        self.toast.emit(translate("CaseDesk", "Notiz gespeichert"))

    def set_recipients(self, to: tuple[str, ...], cc: tuple[str, ...]) -> None:
        """Change who gets the answer."""
        if self.file is not None:
            self._draft = replace(self._draft_now(self.file), to=to, cc=cc)
            self._start(self._services.replies.save_draft(self._draft), "draft.save")
            self.composer_changed.emit()

    def snippets(self) -> tuple[Snippet, ...]:
        """Text blocks that fit any case."""
        return self._offers.snippets()

    def take_snippet(self, key: str) -> None:
        """Put a text block into the reply."""
        if self.file is not None:
            self._start(self._take_snippet(self.file.case.case_id, key), "reply.snippet")

    async def _take_snippet(self, case_id: str, key: str) -> None:
        draft = await self._services.replies.snippet(case_id, key, self._language)
        if case_id != self.case_id:
            return
        self.text_wanted.emit()
        before = self._texts["reply"].rstrip()
        self._texts["reply"] = f"{before}\n\n{draft.text}" if before else draft.text
        self._save_reply()
        self.text_replaced.emit()
        self.composer_changed.emit()

    # -- notices and failures
    def say_refused(self, title: str, why: str) -> None:
        """Say in place what the hub did not take of the case shown, and why."""
        hide = ("hide", translate("Decision", "Verstanden"))
        self._set_notice(NoticeShown("danger", title, why, (hide,)), {"hide": lambda: self._set_notice(None)})

    def _set_notice(
        self, notice: NoticeShown | None, acts: dict[str, Callable[[], None]] | None = None
    ) -> None:
        self._notice_acts = acts or {}
        if notice == self.notice:
            return
        self.notice = notice
        self.notice_changed.emit()
        if notice is not None:
            self.said.emit(f"{notice.title} {notice.text}", notice.tone == "danger")

    def press_notice(self, number: int) -> None:
        """A button of the notice was pressed."""
        if self.notice is None or number >= len(self.notice.buttons):
            return
        act = self._notice_acts.get(self.notice.buttons[number][0])
        if act is not None:
            act()

    def _violated(self, error: RuleViolation) -> None:
        self._set_notice(self._offers.trouble(error))

    def _start(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        self._tasks.start(self._guarded(coro), name=name, owner=self)

    async def _guarded(self, coro: Coroutine[Any, Any, Any]) -> None:
        try:
            await coro
        except RuleViolation as error:
            self._violated(error)
        except (StoreUnusable, SignInRequired, HubUnavailable) as error:
            self._set_notice(self._offers.trouble(error))
