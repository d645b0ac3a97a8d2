"""The pane of a case: header, notice, conversation, decisions, composer; built once, rebound per case."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.casework.message import AttachmentMeta
from workstation.casework.proposals import Proposal
from workstation.services.file_names import is_openable, safe_name
from workstation.services.views import FetchedFile
from workstation.ui.case_desk.parts import CaseParts
from workstation.ui.case_desk.slots import SlotHighlighter
from workstation.ui.case_desk.view_model import CaseDeskViewModel
from workstation.ui.shared.decision_button import DecisionFace
from workstation.ui.shared.decision_grid import FEW, FEWEST, MOST
from workstation.ui.shared.empty_state import EmptyState
from workstation.ui.shared.keymap import SINGLE_KEYS
from workstation.ui.shared.notice import Notice
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

_LOW, _LOWEST = 1000, 680
"""A pane lower than this shows two rows of decisions, or one (px at scale 1)."""


class CaseDeskView(QFrame):
    """Shows what the view model holds. ``left`` asks for the focus to go back to the queue."""

    left = Signal()
    context_requested = Signal()
    sheet_requested = Signal(str)
    """assign, snooze, promise, call, tie, recipient: the shell opens the sheet."""
    acted = Signal(str)
    """solve, reopen, no_case_spam, no_case_newsletter, is_case, copy_number."""
    toast = Signal(str)

    def __init__(self, theme: Theme, model: CaseDeskViewModel, parts: CaseParts | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self.setProperty("surface", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._stack = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._empty = EmptyState(theme)
        self._stack.addWidget(self._empty)
        self._case = QWidget()
        self._stack.addWidget(self._case)
        self._build(parts or CaseParts(theme))
        self._connect()
        self.show_empty()

    def _build(self, parts: CaseParts) -> None:
        theme = self._theme
        box = QVBoxLayout(self._case)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.header = parts.header
        box.addWidget(self.header)
        self.kin = parts.kin
        box.addWidget(self.kin)
        self._notice_slot = QWidget()
        slot = QVBoxLayout(self._notice_slot)
        slot.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), 0)
        self.notice = Notice(theme)
        slot.addWidget(self.notice)
        self._notice_slot.hide()
        box.addWidget(self._notice_slot)
        self.work = parts.work
        box.addWidget(self.work)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        talk = QWidget()
        column = QVBoxLayout(talk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._talk = QStackedWidget()
        self.conversation = parts.conversation
        self.conversation.setProperty(SINGLE_KEYS, True)
        self._skeleton = Skeleton(theme, "messages")
        self._talk.addWidget(self.conversation)
        self._talk.addWidget(self._skeleton)
        self.decisions = parts.decisions
        column.addWidget(self._talk, 1)
        column.addWidget(self.decisions)
        self.composer = parts.composer
        self._highlighter = SlotHighlighter(self.composer.editor.document(), theme)
        self.splitter.addWidget(talk)
        self.splitter.addWidget(self.composer)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setSizes([theme.px(560), theme.px(180)])
        box.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        model, head, composer, decisions = self._model, self.header, self.composer, self.decisions
        model.file_changed.connect(self._on_file)
        model.hold_changed.connect(self._on_hold)
        model.notice_changed.connect(self._on_notice)
        model.composer_changed.connect(self._on_composer)
        model.text_replaced.connect(self._on_text_replaced)
        model.text_wanted.connect(self.composer.flush)
        model.lines_wanted.connect(self._on_lines_wanted)
        model.reason_wanted.connect(self._on_reason_wanted)
        model.loading.connect(self._on_loading)
        model.toast.connect(self.toast)
        model.file_ready.connect(self._on_file_ready)
        model.save_wanted.connect(self._on_save_wanted)
        head.assign_requested.connect(lambda: self.sheet_requested.emit("assign"))
        head.snooze_requested.connect(lambda: self.sheet_requested.emit("snooze"))
        head.solve_requested.connect(lambda: self.acted.emit("solve"))
        head.reopen_requested.connect(lambda: self.acted.emit("reopen"))
        head.context_requested.connect(self.context_requested)
        head.acted.connect(self._on_menu)
        self.notice.first_clicked.connect(lambda: model.press_notice(0))
        self.notice.second_clicked.connect(lambda: model.press_notice(1))
        self.conversation.attachment_opened.connect(model.open_attachment)
        self.conversation.attachment_saved.connect(self._on_save_asked)
        self.conversation.pictures_wanted.connect(model.load_pictures)
        self.conversation.left.connect(self.left)
        self.work.settled.connect(model.settle)
        self.work.confirmed.connect(model.confirm_work)
        self.work.slip_wanted.connect(model.open_slip)
        decisions.chosen.connect(model.choose)
        decisions.amount_wanted.connect(self._on_amount_wanted)
        decisions.usual_chosen.connect(model.choose_usual)
        decisions.amount_edited.connect(model.edit_amount)
        model.amount_shown.connect(self._on_amount_shown)
        decisions.amount_accepted.connect(model.accept_amount)
        decisions.lines_chosen.connect(model.choose_lines)
        decisions.choice_cancelled.connect(model.cancel_choice)
        decisions.undo_bar.book_now.connect(model.book_now)
        decisions.undo_bar.undone.connect(model.undo)
        decisions.undo_bar.elapsed.connect(model.hold_elapsed)
        decisions.undo_bar.pause_changed.connect(model.pause)
        composer.text_edited.connect(self._on_edited)
        composer.mode_chosen.connect(self._on_mode)
        composer.send_requested.connect(self._on_send)
        composer.note_requested.connect(model.save_note)
        composer.recipient_requested.connect(lambda: self.sheet_requested.emit("recipient"))
        composer.snooze_requested.connect(lambda: self.sheet_requested.emit("snooze"))
        composer.attach_requested.connect(self._on_attach)
        composer.attachment_removed.connect(model.detach)
        composer.snippet_chosen.connect(self._on_snippet)
        composer.language_chosen.connect(model.set_language)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        px, height = self._theme.px, self.height()
        self.decisions.grid.set_most(FEWEST if height < px(_LOWEST) else FEW if height < px(_LOW) else MOST)

    # -- states
    def show_empty(self) -> None:
        """Nothing is selected."""
        self._empty.show_words(
            "inbox",
            translate("CaseDesk", "Nichts ausgewählt"),
            translate("CaseDesk", "J öffnet den nächsten fälligen Fall."),
        )
        self._stack.setCurrentWidget(self._empty)

    def _on_loading(self) -> None:
        self._stack.setCurrentWidget(self._case)
        self._talk.setCurrentWidget(self._skeleton)
        self._skeleton.start()

    def _on_file(self, is_new: bool) -> None:
        if self._model.file is None:
            self.show_empty()
            return
        self._skeleton.stop()
        self._show_what_can_be_done()
        self._stack.setCurrentWidget(self._case)
        self._talk.setCurrentWidget(self.conversation)
        self.header.show_case(self._model.header())
        self.work.show_work(self._model.open_work())
        self.conversation.show_lines(self._model.lines(), is_new_case=is_new)
        if self._model.hold is None:
            self._show_faces()

    def _show_what_can_be_done(self) -> None:
        """Of a case that went into another one: what runs out here, and what is still being written."""
        is_gone = self._model.header().is_merged
        self.decisions.setVisible(not is_gone or self._model.hold is not None)
        self.composer.setVisible(not is_gone or self._model.is_written_on)

    def tick(self) -> None:
        """Half a minute has passed: due words move on."""
        if self._model.file is not None:
            self.header.show_case(self._model.header())

    def _show_faces(self) -> None:
        if self.decisions.lines.isVisible() or self.decisions.amount.isVisible():
            return
        self.decisions.show_faces(self._model.faces())
        self.decisions.show_limit(*self._model.limit_words())

    def _on_hold(self) -> None:
        held = self._model.hold
        self._show_what_can_be_done()
        if held is None:
            self.decisions.undo_bar.stop()
            self.decisions.show_faces(self._model.faces())
            self.decisions.show_limit(*self._model.limit_words())
            return
        title, sub = self._model.hold_words()
        had_focus = self.decisions.isAncestorOf(QApplication.focusWidget() or self)
        self.decisions.show_hold(title, sub, held.undo_s, held.left_s)
        if had_focus:
            # The button that was clicked is gone; on the bar the focus would stop the clock.
            self.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_notice(self) -> None:
        notice = self._model.notice
        self.work.release()
        self._notice_slot.setVisible(notice is not None)
        if notice is None:
            return
        words = [word for _key, word in notice.buttons]
        self.notice.show_notice(
            notice.tone,
            notice.title,
            notice.text,
            first=words[0] if words else "",
            second=words[1] if len(words) > 1 else "",
            details=notice.details,
        )

    def _on_composer(self) -> None:
        self.composer.show_state(self._model.composer())
        self._highlighter.mark_wrong(self._model.wrong_words())

    def _on_text_replaced(self) -> None:
        self.composer.set_text(self._model.text)
        self._fit_composer()

    def _fit_composer(self) -> None:
        """Give a written answer room to be read, an empty box no more than it needs."""
        total = sum(self.splitter.sizes()) or self.height()
        wanted = self._theme.px(320 if self._model.text.strip() else 188)
        wanted = min(wanted, total // 2)
        self.splitter.setSizes([total - wanted, wanted])

    def _on_lines_wanted(self, offer: Proposal) -> None:
        self.decisions.show_line_choice(
            translate("Decision", "Um welche Position geht es?"), offer.needs_line_choice
        )

    def _on_reason_wanted(self, offer: Proposal, what: str, known: str) -> None:
        from workstation.ui.case_desk.dialogs import ReasonSheet

        sheet = ReasonSheet(self._theme, what, known, self)
        sheet.accepted.connect(lambda: self._model.decide_because(offer, sheet.text))
        sheet.open()

    def _on_amount_wanted(self, index: int) -> None:
        begun = self._model.begin_amount(index)
        if begun is not None:
            self.decisions.show_amount(*begun)

    def _on_amount_shown(self, face: DecisionFace | None) -> None:
        self.decisions.amount.show_face(face)

    def _on_snippet(self, key: str) -> None:
        self.composer.flush()
        self._model.take_snippet(key)

    # -- acts
    def _on_edited(self, text: str) -> None:
        self._model.save_text(text)

    def _on_mode(self, mode: str) -> None:
        self.composer.flush()
        self._model.set_mode("note" if mode == "note" else "reply")
        self.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_send(self, solves: bool) -> None:
        self.composer.flush()
        self._model.send(solves=solves)

    def _on_menu(self, key: str) -> None:
        if key in ("promise", "call", "tie"):
            self.sheet_requested.emit(key)
        else:
            self.acted.emit(key)

    def press_decision(self, number: int) -> None:
        """Alt+``number``."""
        self.decisions.press(number)

    def press_undo(self) -> None:
        """Alt+Z."""
        self._model.undo()

    def press_send(self, *, solves: bool) -> None:
        """Ctrl+Enter, with Shift: and solve."""
        if self._model.mode == "note":
            self.composer.flush()
            self._model.save_note()
        else:
            self._on_send(solves)

    def reply(self) -> None:
        """R."""
        self.composer.focus_mode("reply")

    def note(self) -> None:
        """N."""
        self.composer.focus_mode("note")

    def panes(self) -> Sequence[QWidget]:
        """The parts F6 walks through; each gives the focus to its first button."""
        work = (self.work,) if self.work.buttons() else ()
        decisions = self.decisions
        return (
            self.kin,
            *work,
            self.conversation,
            decisions.grid,
            decisions.undo_bar,
            self.composer.editor,
        )

    # -- files
    def _on_attach(self) -> None:
        names, _filter = QFileDialog.getOpenFileNames(self, translate("CaseDesk", "Dateien anhängen"))
        if names:
            self._model.attach(tuple(Path(name) for name in names))

    def _on_save_asked(self, meta: AttachmentMeta) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, translate("CaseDesk", "Anhang speichern"), str(Path.home() / safe_name(meta.name))
        )
        if name:
            self._model.save_attachment(meta, Path(name))

    def _on_file_ready(self, fetched: FetchedFile) -> None:
        if not is_openable(fetched.path):
            self._on_save_asked(fetched.meta)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(fetched.path)))

    def _on_save_wanted(self, fetched: FetchedFile, place: Path) -> None:
        try:
            shutil.copyfile(fetched.path, place)
        except OSError as error:
            self.toast.emit(
                translate("CaseDesk", "Konnte nicht gespeichert werden: {why}").format(
                    why=os.strerror(error.errno) if error.errno else str(error)
                )
            )
            return
        self.toast.emit(translate("CaseDesk", "Gespeichert: {name}").format(name=place.name))
