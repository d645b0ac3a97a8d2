"""What the room of a case knows and does: the open file, the hold, the draft, and every act as one call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.casework.proposals import Proposal
from workstation.ports import Draft, StoreUnusable
from workstation.services.views import CaseFile, Changes, Connection, FactDeviation, HeldDecision
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.models import (
    ComposerMode,
    ComposerState,
    ConversationLine,
    FactShown,
    HeaderShown,
    NoticeShown,
    SendWord,
    Snippet,
)
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.slots import shown, stored
from workstation.ui.shared.decision_button import DecisionFace
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.services.attachments import Attachments
    from workstation.services.case_desk import CaseDesk
    from workstation.services.decisions import Decisions
    from workstation.services.replies import Replies


class Tasks(Protocol):
    """Starts a coroutine and reports its failure; never lost, cancelled with its owner."""

    def start(self, coro: Coroutine[Any, Any, Any], *, name: str, owner: object) -> object:
        """Start ``coro``."""
        ...


class Services(Protocol):
    """The services this room asks (a part of the desk)."""

    case_desk: CaseDesk
    decisions: Decisions
    replies: Replies
    attachments: Attachments


class CaseDeskViewModel(QObject):
    """One case at a time. Views show what the properties hold and refresh on the signals."""

    file_changed = Signal(bool)
    """True: another case than before."""
    hold_changed = Signal()
    notice_changed = Signal()
    composer_changed = Signal()
    text_replaced = Signal()
    """The composer's text was set by us, not by typing."""
    lines_wanted = Signal(object)
    """A proposal that needs its lines chosen."""
    loading = Signal()
    said = Signal(str, bool)
    """A sentence for the screen reader, and whether it is urgent."""
    toast = Signal(str)
    file_ready = Signal(object)
    """A fetched attachment (FetchedFile) to open."""
    save_wanted = Signal(object, object)
    """A fetched attachment and the place to copy it to."""

    def __init__(
        self,
        services: Services,
        tasks: Tasks,
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
        self._writer = ConversationWriter(formats, errors)
        self.case_id = ""
        self.file: CaseFile | None = None
        self.hold: HeldDecision | None = None
        self.notice: NoticeShown | None = None
        self._notice_acts: dict[str, Callable[[], None]] = {}
        self.mode: ComposerMode = "reply"
        self.text = ""
        self._texts: dict[ComposerMode, str] = {"reply": "", "note": ""}
        self._draft: Draft | None = None
        self._deviations: tuple[FactDeviation, ...] = ()
        self._connection: Connection | None = None
        self._amount_for: Proposal | None = None
        self._amount_offer: Proposal | None = None
        self._lines_for: Proposal | None = None
        self._is_sending = False

    # -- showing
    @property
    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    @property
    def is_online(self) -> bool:
        """Whether the hub answers."""
        return self._connection is None or self._connection.state in ("online", "stale")

    def lines(self) -> tuple[ConversationLine, ...]:
        """The conversation of the open case."""
        return self._writer.lines(self.file, self.now) if self.file else ()

    def header(self) -> HeaderShown:
        """The head of the open case."""
        file = self.file
        if file is None:
            return HeaderShown("", "")
        case = file.case
        number = str(case.number) if case.number is not None else translate("CaseHeader", "Neu · {code}")
        words, tone, spoken = self._due(file)
        assignee = file.people.get(case.assignee_id)
        presence = tuple(
            (
                translate("CaseHeader", "{name} schreibt")
                if who.is_typing
                else translate("CaseHeader", "{name} liest mit")
            ).format(name=who.name.split()[0] if who.name else "?")
            for who in file.presence
        )
        return HeaderShown(
            title=case.subject or translate("CaseHeader", "(ohne Betreff)"),
            number=translate("CaseHeader", "Fall {number}").format(number=number.format(code=file.code)),
            due_words=words,
            due_tone=tone,
            due_spoken=spoken,
            presence=presence,
            assignee=translate("CaseHeader", "bei {name}").format(name=assignee.name) if assignee else "",
            is_solved=case.status == "solved",
            is_no_case=case.status == "no_case",
            snoozed_until=case.snoozed_until,
        )

    def _due(self, file: CaseFile) -> tuple[str, Any, str]:
        due = file.case.due
        if due is None or file.case.status in ("solved", "no_case"):
            return "", "no", ""
        words, level = self._formats.due(due.at, self.now, timedelta(minutes=30))
        kind = {
            "promise": translate("CaseHeader", "Zusage"),
            "first_response": translate("CaseHeader", "Antwort"),
            "next_response": translate("CaseHeader", "Antwort"),
            "undelivered": translate("CaseHeader", "Nicht zugestellt"),
            "approval": translate("CaseHeader", "Freigabe"),
            "follow_up": translate("CaseHeader", "Nachfrage"),
            "snooze": translate("CaseHeader", "Wiedervorlage"),
        }[due.kind]
        template = {
            "overdue": translate("CaseHeader", "{what} überfällig {when}"),
            "soon": translate("CaseHeader", "{what} in {when}"),
            "later": translate("CaseHeader", "{what} bis {when}"),
        }[level]
        tone = {"overdue": "danger", "soon": "ask", "later": "no"}[level]
        spoken = f"{kind} {self._formats.distance(due.at, self.now)}"
        return template.format(what=kind, when=words), tone, spoken

    def faces(self) -> tuple[DecisionFace, ...]:
        """The decision buttons, results of what was decided here first."""
        return self._offers.faces(self.file, is_online=self.is_online, now=self.now) if self.file else ()

    def limit_words(self) -> tuple[str, str]:
        """«Dein Rahmen: …» and the rule behind it."""
        return self._offers.limit_words(self.file.allowance) if self.file else ("", "")

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
            channel=file.case.channel if file and file.case.channel in ("mail", "chat") else "mail",
            language=file.case.language if file else "de",
            send_word=word,
            facts=self._facts(),
            attachments=draft.attachments if draft else (),
            snippets=self.snippets(),
            is_enabled=file is not None and not self._is_sending,
        )

    def _is_booked(self, decision_id: str) -> bool:
        records = self.file.decisions if self.file else ()
        return any(item.decision_id == decision_id and item.state == "booked" for item in records)

    def _facts(self) -> tuple[FactShown, ...]:
        if self._draft is None:
            return ()
        wrong = {deviation.slot: deviation for deviation in self._deviations}
        return tuple(self._offers.fact(fact, wrong.get(fact.slot)) for fact in self._draft.facts)

    def snippets(self) -> tuple[Snippet, ...]:
        """Text blocks that fit any case, with the facts of this one."""
        return self._offers.snippets(self.file) if self.file else ()

    def wrong_words(self) -> tuple[str, ...]:
        """Words in the text that differ from the booking."""
        return tuple(deviation.found for deviation in self._deviations if deviation.found)

    # -- opening
    def open(self, case_id: str) -> None:
        """Show another case; what was written on the one before is kept."""
        if case_id == self.case_id:
            return
        self.save_text(self.text)
        self.case_id = case_id
        self.hold = None
        self._set_notice(None)
        self.loading.emit()
        self._start(self._load(case_id, is_new=True), "case.open")

    def close(self) -> None:
        """Show nothing."""
        self.save_text(self.text)
        self.case_id, self.file, self.hold = "", None, None
        self._set_notice(None)
        self.file_changed.emit(True)

    def on_changes(self, changes: Changes) -> None:
        """Refresh if this case, its customer or the reference data changed."""
        file = self.file
        if not self.case_id or file is None:
            return
        if self.case_id in changes.cases or file.case.customer_id in changes.customers or changes.reference:
            self._start(self._load(self.case_id, is_new=False), "case.refresh")

    def on_connection(self, connection: Connection) -> None:
        """Take note of the state of the line; words on buttons follow it."""
        was_online = self.is_online
        self._connection = connection
        if was_online != self.is_online and self.file is not None:
            self.file_changed.emit(False)
            self.composer_changed.emit()

    async def _load(self, case_id: str, *, is_new: bool) -> None:
        file = await self._services.case_desk.open(case_id)
        if case_id != self.case_id:
            return
        before = self.file
        self.file = file
        if is_new:
            self._take_drafts(file)
        self.hold = next(
            (
                held
                for held in self._services.decisions.held()
                if held.case_id == case_id and not held.is_from_crash
            ),
            None,
        )
        self._look_for_news(before, file, is_new=is_new)
        self.file_changed.emit(is_new)
        self.hold_changed.emit()
        self.composer_changed.emit()
        newest = file.newest_inbound
        if newest is not None and self._person_id() not in file.case.read_by:
            await self._services.case_desk.mark_read(case_id, newest.message_id)

    def _take_drafts(self, file: CaseFile) -> None:
        self._draft = file.draft
        labels = self._offers.late_labels(file.case.language)
        self._texts = {
            "reply": shown(file.draft.text, labels) if file.draft else "",
            "note": file.note_draft.text if file.note_draft else "",
        }
        self.mode = "reply"
        self.text = self._texts["reply"]
        self._check_facts()
        self.text_replaced.emit()

    def _look_for_news(self, before: CaseFile | None, file: CaseFile, *, is_new: bool) -> None:
        failed = self._offers.failure(file)
        if failed is not None:
            self._set_notice(failed, {"hide": lambda: self._set_notice(None)})
        elif is_new or before is None or before.case.case_id != file.case.case_id:
            self._set_notice(None)
        else:
            self._look_for_answers(before, file)

    def _look_for_answers(self, before: CaseFile, file: CaseFile) -> None:
        known = {message.message_id for message in before.messages}
        for message in file.messages:
            if message.message_id in known or message.author_id == self._person_id():
                continue
            if message.kind == "outbound" and self.text.strip():
                self._conflict(message.author_name or "?", message.at, "")
            elif message.kind == "inbound":
                self.said.emit(translate("CaseDesk", "Neue Nachricht in diesem Fall"), False)

    def _conflict(self, name: str, at: datetime, newest: str) -> None:
        title = translate("CaseDesk", "{name} hat um {time} geantwortet.").format(
            name=name, time=self._formats.time(at)
        )
        self._set_notice(
            NoticeShown(
                "accent",
                title,
                translate("CaseDesk", "Dein Entwurf bleibt gespeichert."),
                (
                    ("show", translate("CaseDesk", "Antwort zeigen")),
                    ("force", translate("CaseDesk", "Trotzdem senden")),
                ),
            ),
            {"show": self._on_seen, "force": lambda: self.send(solves=False, is_forced=True)},
        )

    def _on_seen(self) -> None:
        self._set_notice(None)
        self.file_changed.emit(True)

    # -- notices
    def _set_notice(
        self, notice: NoticeShown | None, acts: dict[str, Callable[[], None]] | None = None
    ) -> None:
        if notice == self.notice:
            return
        self.notice = notice
        self._notice_acts = acts or {}
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
        if error.code == "reply.stale":
            name = str(error.params.get("name", "")) or translate("CaseDesk", "Jemand")
            self._conflict(name, self.now, str(error.params.get("message_id", "")))
            return
        self._set_notice(
            NoticeShown(
                "danger",
                translate("CaseDesk", "Das ging nicht"),
                self._errors.sentence(error.code, error.params),
            ),
        )

    # -- decisions
    def choose(self, index: int) -> None:
        """The person clicked button ``index``."""
        if self.file is None or self.hold is not None:
            return
        offer = self._offers.offer_at(self.file, index)
        if offer is None:
            return
        if offer.needs_line_choice and not offer.steps:
            self._lines_for = offer
            self.lines_wanted.emit(offer)
            return
        self._decide(offer)

    def _decide(self, offer: Proposal) -> None:
        file = self.file
        if file is None:
            return
        refusal = self._offers.refusal(offer)
        if refusal is not None:
            self._set_notice(refusal, {"other": lambda: self._take_alternative(offer)})
            return
        self._start(self._hold(file.case.case_id, offer), "decision.hold")

    def _take_alternative(self, offer: Proposal) -> None:
        self._set_notice(None)
        index = self._offers.alternative_of(self.file, offer) if self.file else None
        if index is not None:
            self.choose(index)

    async def _hold(self, case_id: str, offer: Proposal) -> None:
        held = await self._services.decisions.hold(case_id, offer)
        if case_id != self.case_id or self.file is None:
            return
        self.hold = held
        self._set_notice(None)
        self.hold_changed.emit()
        self.said.emit(self._offers.hold_words(held)[0], True)
        draft = await self._services.replies.draft_for(case_id, held.cmd_id)
        if case_id != self.case_id:
            return
        if draft.text and not self.text.strip():
            self._draft = draft
            self.mode = "reply"
            self.text = shown(draft.text, self._offers.late_labels(self.file.case.language))
        elif self._draft is not None:
            self._draft = replace(self._draft, facts=draft.facts, waits_for=draft.waits_for)
        else:
            self._draft = replace(draft, text=self.text)
        self._texts["reply"] = self.text
        self._check_facts()
        self.text_replaced.emit()
        self.composer_changed.emit()

    def choose_lines(self, quantities: dict[str, int]) -> None:
        """The lines meant are chosen."""
        offer, self._lines_for = self._lines_for, None
        if offer is None or self.file is None:
            return
        self._decide(self._offers.with_lines(self.file, offer, quantities))

    def cancel_choice(self) -> None:
        """Back to the buttons."""
        self._lines_for = self._amount_for = self._amount_offer = None
        self.file_changed.emit(False)

    def begin_amount(self, index: int) -> tuple[str, DecisionFace] | None:
        """Begin to change the amount of button ``index``: the text of the field and the face."""
        if self.file is None:
            return None
        offer = self._offers.offer_at(self.file, index)
        if offer is None or not offer.steps:
            return None
        self._amount_for = self._amount_offer = offer
        return self._offers.amount_text(offer), self._offers.face(offer, 0, is_online=self.is_online)

    def edit_amount(self, text: str) -> DecisionFace | None:
        """Return the button this text would make; ``None`` while it is no amount."""
        if self.file is None or self._amount_for is None:
            return None
        offer = self._offers.with_amount(self.file, self._amount_for, text)
        self._amount_offer = offer
        return self._offers.face(offer, 0, is_online=self.is_online) if offer is not None else None

    def accept_amount(self) -> None:
        """Take the new amount."""
        offer, self._amount_for = self._amount_offer, None
        if offer is not None:
            self._decide(offer)

    def undo(self) -> None:
        """Take the held decision back; nothing of it has left."""
        held = self.hold
        if held is None:
            return
        self.hold = None
        self._start(self._undo(held), "decision.undo")

    async def _undo(self, held: HeldDecision) -> None:
        await self._services.decisions.undo(held.cmd_id)
        self.said.emit(translate("CaseDesk", "Zurückgenommen"), True)
        if held.case_id != self.case_id:
            return
        if self._draft is not None and self._draft.waits_for == held.cmd_id:
            self._draft = None
            self.text = self._texts["reply"] = ""
            self._deviations = ()
            await self._services.replies.discard_draft(held.case_id)
            self.text_replaced.emit()
        self.hold_changed.emit()
        self.composer_changed.emit()

    def book_now(self) -> None:
        """End the hold at once."""
        held, self.hold = self.hold, None
        if held is not None:
            self._start(self._services.decisions.release(held.cmd_id), "decision.release")
        self.hold_changed.emit()

    def hold_elapsed(self) -> None:
        """The bar has run down; the service releases the decision by itself."""
        self.hold = None
        self.hold_changed.emit()

    def pause(self, is_paused: bool) -> None:
        """Hover or focus pauses the hold."""
        if self.hold is None:
            return
        decisions = self._services.decisions
        act = decisions.pause if is_paused else decisions.resume
        self._start(act(self.hold.cmd_id), "decision.pause")

    def hold_words(self) -> tuple[str, str]:
        """Title and sub of the undo bar."""
        return self._offers.hold_words(self.hold) if self.hold else ("", "")

    # -- writing
    def set_mode(self, mode: ComposerMode) -> None:
        """Switch between reply and note; each keeps its own text."""
        if mode == self.mode:
            return
        self._texts[self.mode] = self.text
        self.save_text(self.text)
        self.mode = mode
        self.text = self._texts[mode]
        self.text_replaced.emit()
        self.composer_changed.emit()

    def save_text(self, text: str) -> None:
        """Keep what is written, on disk."""
        file = self.file
        if file is None or (text == self.text and text == self._texts[self.mode] and self._draft is not None):
            if file is None or text == self._texts[self.mode]:
                return
        self.text = text
        self._texts[self.mode] = text
        self._check_facts()
        draft = self._draft_now(file, text)
        self._start(self._services.replies.save_draft(draft), "draft.save")
        if self.mode == "reply":
            self._draft = draft
            self.composer_changed.emit()

    def _draft_now(self, file: CaseFile, text: str) -> Draft:
        if self.mode == "note":
            return Draft(file.case.case_id, self._person_id(), text, kind="note")
        written = stored(text, self._offers.late_labels(file.case.language))
        if self._draft is not None:
            return replace(self._draft, text=written)
        newest = file.newest_inbound
        return Draft(
            file.case.case_id,
            self._person_id(),
            written,
            to=self.recipients(),
            subject=file.case.subject,
            seen_inbound_id=newest.message_id if newest else "",
        )

    def _check_facts(self) -> None:
        facts = self._draft.facts if self._draft else ()
        text = stored(
            self._texts["reply"], self._offers.late_labels(self.file.case.language if self.file else "de")
        )
        self._deviations = tuple(self._services.replies.check_facts(text, facts)) if facts else ()

    def send(self, *, solves: bool, is_forced: bool = False) -> None:
        """Send the reply (after the booking it states, if there is one)."""
        file = self.file
        if file is None or self._is_sending:
            return
        if not self.text.strip():
            self._set_notice(
                NoticeShown(
                    "ask",
                    translate("CaseDesk", "Noch kein Text"),
                    translate("CaseDesk", "Schreibe zuerst eine Antwort."),
                ),
            )
            return
        self._is_sending = True
        self._start(
            self._send(self._draft_now(file, self.text), solves=solves, is_forced=is_forced), "reply.send"
        )

    async def _send(self, draft: Draft, *, solves: bool, is_forced: bool) -> None:
        try:
            await self._services.replies.send(draft, solves=solves, is_forced=is_forced)
        finally:
            self._is_sending = False
            self.composer_changed.emit()
        if draft.case_id != self.case_id:
            return
        waits = bool(draft.waits_for) and not self._is_booked(draft.waits_for)
        self._draft = None
        self.text = self._texts["reply"] = ""
        self._deviations = ()
        self._set_notice(None)
        self.text_replaced.emit()
        self.composer_changed.emit()
        words = (
            translate("CaseDesk", "Antwort geht raus, sobald gebucht ist")
            if waits
            else translate("CaseDesk", "Antwort gesendet")
        )
        if not self.is_online:
            words = translate("CaseDesk", "Antwort liegt im Ausgang")
        self.toast.emit(words)

    def save_note(self) -> None:
        """Keep the note on the case."""
        file = self.file
        if file is None or not self.text.strip():
            return
        text, self.text = self.text.strip(), ""
        self._texts["note"] = ""
        self.mode = "reply"
        self.text = self._texts["reply"]
        self._start(self._services.case_desk.add_note(file.case.case_id, text), "note.add")
        self.text_replaced.emit()
        self.composer_changed.emit()

    def set_recipients(self, to: tuple[str, ...], cc: tuple[str, ...]) -> None:
        """Change who gets the answer."""
        if self.file is not None:
            self._draft = replace(self._draft_now(self.file, self.text), to=to, cc=cc)
            self._start(self._services.replies.save_draft(self._draft), "draft.save")
            self.composer_changed.emit()

    def insert_snippet(self, key: str) -> str:
        """Return the text of a block to insert."""
        return next((snippet.text for snippet in self.snippets() if snippet.key == key), "")

    # -- attachments
    def attach(self, paths: tuple[Path, ...]) -> None:
        """Attach files to the reply."""
        if self.file is not None:
            self._start(self._attach(self.file, paths), "attachment.put")

    async def _attach(self, file: CaseFile, paths: tuple[Path, ...]) -> None:
        for path in paths:
            meta = await self._services.attachments.put(path)
            if file.case.case_id != self.case_id:
                return
            draft = self._draft_now(file, self.text)
            self._draft = replace(draft, attachments=(*draft.attachments, meta))
            await self._services.replies.save_draft(self._draft)
            self.composer_changed.emit()

    def detach(self, sha256: str) -> None:
        """Take a file off the reply."""
        if self._draft is not None:
            kept = tuple(meta for meta in self._draft.attachments if meta.sha256 != sha256)
            self._draft = replace(self._draft, attachments=kept)
            self._start(self._services.replies.save_draft(self._draft), "draft.save")
            self.composer_changed.emit()

    def open_attachment(self, meta: AttachmentMeta) -> None:
        """Fetch an attachment and hand it to the window for opening."""
        self._start(self._fetch(meta, None), "attachment.open")

    def save_attachment(self, meta: AttachmentMeta, place: Path) -> None:
        """Fetch an attachment and copy it to ``place``."""
        self._start(self._fetch(meta, place), "attachment.save")

    async def _fetch(self, meta: AttachmentMeta, place: Path | None) -> None:
        fetched = await self._services.attachments.fetch(meta)
        if place is None:
            self.file_ready.emit(fetched)
        else:
            self.save_wanted.emit(fetched, place)

    # -- the case as a whole
    def act(self, coro: Coroutine[Any, Any, Any], words: str = "") -> None:
        """Carry out an act of the case desk and say that it is done."""
        self._start(self._acted(coro, words), "case.act")

    async def _acted(self, coro: Coroutine[Any, Any, Any], words: str) -> None:
        await coro
        if words:
            self.toast.emit(words)

    def _start(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        self._tasks.start(self._guarded(coro), name=name, owner=self)

    async def _guarded(self, coro: Coroutine[Any, Any, Any]) -> None:
        try:
            await coro
        except RuleViolation as error:
            self._violated(error)
        except StoreUnusable as error:
            self._set_notice(
                NoticeShown(
                    "danger",
                    translate("CaseDesk", "Konnte nicht gespeichert werden"),
                    self._errors.sentence(error.code, error.params),
                )
            )
