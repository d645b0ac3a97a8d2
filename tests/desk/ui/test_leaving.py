"""The sheet before leaving: nobody goes without a copy of what waits; the foot of the outbox."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, formats
from tests.fakes.running import in_loop
from workstation.casework.decision import Decision, Refund, Reverse
from workstation.casework.message import AttachmentMeta
from workstation.casework.money import Money
from workstation.casework.wire.commands import Decide, SendMessage
from workstation.ports import OutboxItem
from workstation.system.texts import load_texts
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.outbox.view import OutboxPopover
from workstation.ui.outbox.view_leaving import LeavingSheet
from workstation.ui.outbox.view_model import OutboxLine, OutboxWriter
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words
from workstation.ui.shell.leaving import LeavingFlow

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


def test_one_may_go_only_once_a_copy_is_written(theme: Theme, words: Words, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = LeavingSheet(theme, [f"Interne Notiz · Krug {n} (13:12)" for n in range(7)], window)
    assert sheet.windowTitle() == "7 Vorgänge sind noch nicht gesendet"
    sheet.open()
    assert not sheet.main.isEnabled()
    with qtbot.waitSignal(sheet.copy_wanted):
        sheet.copy_button.click()
    sheet.show_unwritten("Die Kopie ließ sich nicht schreiben.")
    assert not sheet.main.isEnabled() and sheet._problem.isVisible()
    before = sheet.height()
    sheet.show_written("Dokumente/kopie.json")
    layout = sheet.layout()
    assert layout is not None and sheet.height() >= max(before, layout.totalHeightForWidth(sheet.width()))
    assert sheet.main.isEnabled() and not sheet._problem.isVisible()
    assert sheet._written.accessibleName() == "Gesichert: Dokumente/kopie.json"
    with qtbot.waitSignal(sheet.accepted):
        sheet.main.click()


def test_the_sheet_says_that_files_are_not_in_the_copy(theme: Theme, words: Words, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)

    def said(*, has_files: bool) -> str:
        sheet = LeavingSheet(theme, ["Antwort · Krug (13:12)"], window, has_files=has_files)
        return " ".join(label.text() for label in sheet.findChildren(QLabel))

    assert "Die Dateien stehen nicht in der Kopie" in said(has_files=True)
    assert "Die Dateien stehen nicht in der Kopie" not in said(has_files=False)
    words.use("en")
    assert "the files are not in the copy" in said(has_files=True)


class Rooms(QWidget):
    """The window, as far as leaving touches it; remembers who was let go."""

    def __init__(self, theme: Theme, *items: OutboxItem) -> None:
        super().__init__()
        self.items, self.gone = items, 0
        window = QWidget(self)
        window.theme = theme  # type: ignore[attr-defined]
        self.window_shown, errors = window, ErrorText("de", formats())
        self.outbox_writer = OutboxWriter(formats(), errors)
        view = SimpleNamespace(mine=self._mine, subjects=self._subjects)
        leaving = SimpleNamespace(sign_out=self._sign_out)
        self.desk = SimpleNamespace(
            outbox_view=view, leaving=leaving, clock=SimpleNamespace(now=lambda: NOW), tasks=AtOnce()
        )

    @property
    def window(self) -> QWidget:  # type: ignore[override]
        return self.window_shown

    async def _mine(self) -> tuple[OutboxItem, ...]:
        return self.items

    async def _subjects(self, items: object) -> dict[str, str]:
        return {}

    async def _sign_out(self) -> None:
        self.gone += 1

    def close_case(self) -> None:
        """Nothing is open."""


def an_answer(*files: AttachmentMeta) -> OutboxItem:
    body = SendMessage(case_id="c", message_id="m", text="Hallo", to=("k@x.de",), attachments=files)
    return OutboxItem(
        cmd_id="1",
        device_seq=1,
        case_id="c",
        type="message.send",
        body=body,
        state="queued",
        wall=NOW,
        person_id="p",
    )


def test_whoever_has_files_waiting_is_told_and_whoever_has_nothing_just_goes(
    theme: Theme, words: Words, qtbot: QtBot
) -> None:
    def asked(*items: OutboxItem) -> tuple[LeavingSheet | None, int]:
        rooms = Rooms(theme, *items)
        qtbot.addWidget(rooms)
        flow = LeavingFlow(cast("DeskWindow", rooms))
        in_loop(flow.ask)
        return flow.sheet, rooms.gone

    def mentions(sheet: LeavingSheet | None) -> bool:
        assert sheet is not None
        return any("Antworten mit Anhang" in label.text() for label in sheet.findChildren(QLabel))

    file = AttachmentMeta(sha256="0" * 64, name="bild.png", size=1)
    assert mentions(asked(an_answer(file))[0])
    assert not mentions(asked(an_answer())[0])
    assert asked() == (None, 1)


def test_acts_of_another_are_named_and_cannot_be_touched() -> None:
    item = replace(an_answer(), state="held")

    def line(author: str | None) -> OutboxLine:
        writer = OutboxWriter(formats(), ErrorText("de", formats()), lambda item: author)
        return writer.lines((item,), {}, NOW, is_online=True)[0]

    assert (line(None).act, line(None).word) == ("answer", "Wartet auf dich")
    assert (line("Jonas").act, line("Jonas").word) == ("", "Wartet")
    assert line("Jonas").sub == "Noch nicht gebucht. Das entscheidet Jonas nach dem Anmelden."
    item = replace(item, state="queued")
    assert line(None).act == "withdraw"
    assert line("").act == "" and line("").sub.startswith("jemand anderes · ")


def test_a_decision_that_waits_is_named_as_its_button_was() -> None:
    refund = Refund(order_id="o", payment_id="pay", amount=Money(2490), reason="damaged")
    back = Reverse(decision_id="d", step=0, undoes="refund", reason="other")
    offers = OfferWriter(formats(), ErrorText("de", formats()), load_texts())
    writer = OutboxWriter(formats(), ErrorText("de", formats()), decided=offers.decided)

    def title(*steps: Decision) -> str:
        body = Decide(case_id="c", customer_id="k", steps=steps)
        item = replace(an_answer(), type="decision.make", body=body)
        return writer.lines((item,), {"c": "Krug"}, NOW, is_online=False)[0].title

    assert title(refund) == "24,90\N{NO-BREAK SPACE}€ erstatten · Krug"
    assert title(back) == "Zurückholen · Krug"


def test_sending_is_the_other_way_out(theme: Theme, words: Words, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = LeavingSheet(theme, ["Antwort · Krug (13:12)"], window)
    assert sheet.windowTitle() == "1 Vorgang ist noch nicht gesendet"
    sheet.open()
    with qtbot.waitSignal(sheet.send_wanted):
        sheet.send_button.click()
    sheet.reject()


def test_the_outbox_says_when_it_was_compared_and_brings_a_copy_back(
    theme: Theme, words: Words, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    outbox = OutboxPopover(theme, window)
    outbox.show_lines((), "Zuletzt verglichen 14:03, 0 Abweichungen")
    assert outbox._compared.full_text() == "Zuletzt verglichen 14:03, 0 Abweichungen"
    with qtbot.waitSignal(outbox.bring_back_wanted):
        outbox.bring_back.click()
