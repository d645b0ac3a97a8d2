"""Taking back from the history of a customer: offered with the line, decided on the case it came from."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import msgspec
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.desk.materials import NOW, PERSON, an_id
from tests.desk.services.bench import CASE
from tests.desk.services.test_offers import LIMITS
from tests.desk.ui.samples import formats
from tests.desk.ui.test_writing import OTHER, Room, play
from workstation.casework.decision import DecisionRecord, GoodwillVoucher, Reverse, Step
from workstation.casework.limit import Allowed, Refused
from workstation.casework.money import Money
from workstation.casework.records import Voucher
from workstation.ui.customer_pane.models import TimelineItem
from workstation.ui.shared.decision_button import DecisionFace, DecisionState
from workstation.ui.shared.theme import Theme
from workstation.ui.shell.document_popover import DocumentPopover
from workstation.ui.shell.taking_back import TakingBack

DECISION = an_id("decision")
RECORD = DecisionRecord(
    decision_id=DECISION,
    case_id=CASE.case_id,
    customer_id=CASE.customer_id,
    person_id=PERSON.person_id,
    decided_at=NOW - timedelta(minutes=5),
    state="booked",
    steps=(
        Step(
            decision=GoodwillVoucher(customer_id=CASE.customer_id, amount=Money(1000)),
            effect_id="e-voucher",
            state="booked",
        ),
    ),
    rev=1,
)
VOUCHER = Voucher(
    voucher_id=an_id("voucher"),
    code="DANKE",
    customer_id=CASE.customer_id,
    amount=Money(1000),
    created_at=NOW,
    reference="e-voucher",
    decision_id=DECISION,
    rev=1,
)
LINE = TimelineItem(item_id=f"voucher:{VOUCHER.voucher_id}:0", kind="goodwill", at=NOW, title="Gutschein")


class Document:
    """Stands for the popover."""

    def __init__(self) -> None:
        self.item_id = LINE.item_id
        self.faces: tuple[DecisionFace, ...] = ()
        self.closed = 0

    def show_decisions(self, item_id: str, faces: tuple[DecisionFace, ...]) -> None:
        self.faces = faces

    def close_popover(self) -> None:
        self.closed += 1


async def begin(room: Room, *entities: object) -> tuple[TakingBack, Document]:
    """The firm lets agents take back, the voucher is booked, another case is open."""
    room.desk.give(RECORD, *entities)  # type: ignore[arg-type]
    room.desk.replica.apply_page(room.desk.feed.page(*LIMITS, scope="reference"))
    await room.desk.reference.load()
    await room.show(OTHER.case_id)
    document = Document()
    rooms = SimpleNamespace(
        desk=SimpleNamespace(tasks=room.desk.tasks, history=room.desk.history, case_desk=room.desk.case_desk),
        document=document,
        case_model=room.model,
        open_case=room.model.open,
    )
    return TakingBack(rooms), document  # type: ignore[arg-type]


def test_a_line_is_taken_back_on_the_case_that_decided_it(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        taking_back, document = await begin(room, VOUCHER)
        taking_back.look(LINE)
        await room.settle()
        (face,) = document.faces
        assert face.state is DecisionState.NOW and face.title == "Gutschein 10\N{NO-BREAK SPACE}€ zurückholen"
        taking_back.choose(7)
        taking_back.choose(0)
        await room.settle()
        assert room.model.case_id == CASE.case_id and document.closed == 1
        held = room.model.hold
        assert held is not None and held.steps == ("reversal",) and room.model.text
        (item,) = [item for item in room.desk.outbox.items(limit=9) if item.type == "decision.make"]
        (step,) = item.body.steps  # type: ignore[union-attr]
        assert isinstance(step, Reverse) and step.decision_id == DECISION

    play(acts)


def test_what_was_redeemed_stays_and_says_why(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        taking_back, document = await begin(room, msgspec.structs.replace(VOUCHER, status="redeemed"))
        taking_back.look(LINE)
        await room.settle()
        (face,) = document.faces
        assert face.state is DecisionState.BLOCKED and face.reason and face.rule
        taking_back.choose(0)
        await room.settle()
        assert room.model.case_id == OTHER.case_id and document.closed == 0

    play(acts)


def test_whoever_goes_on_before_the_case_is_shown_has_decided_nothing(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        taking_back, _ = await begin(room, VOUCHER)
        taking_back.look(LINE)
        await room.settle()
        taking_back.choose(0)
        room.model.open(OTHER.case_id)
        await room.settle()
        await room.show(CASE.case_id)
        assert room.model.hold is None and room.sent("decision.make") == 0

    play(acts)


def test_a_line_nobody_decided_offers_nothing(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        bare = msgspec.structs.replace(VOUCHER, decision_id="")
        taking_back, document = await begin(room, bare)
        taking_back.look(LINE)
        await room.settle()
        assert document.faces == ()
        assert await room.desk.history.decided_by("message", an_id("message")) == ("", "")
        offers = await room.desk.case_desk.reversals(CASE.case_id, DECISION)
        assert all(isinstance(one.judgement, Allowed | Refused) for one in offers) and offers
        assert await room.desk.case_desk.reversals(OTHER.case_id, DECISION) == ()

    play(acts)


def test_the_popover_shows_buttons_of_its_own_line_only(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    popover = DocumentPopover(theme, window, formats())
    face = DecisionFace(DecisionState.NOW, "10 € zurückholen", "solange es noch nicht ausgeführt ist")
    chosen: list[int] = []
    popover.chosen.connect(chosen.append)
    popover.show_item(LINE, window)
    before = popover.height()
    popover.show_decisions("voucher:other:0", [face])
    assert popover.decisions == []
    popover.show_decisions(LINE.item_id, [face])
    (button,) = popover.decisions
    assert popover.height() > before and button.accessibleName() == "Sofort: 10 € zurückholen"
    button.click()
    assert chosen == [0]
    popover.show_item(LINE, window)
    assert popover.decisions == []
