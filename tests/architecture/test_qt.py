"""What Qt and the icon package have to keep: no reference to None is lost, every icon that is used exists."""

import gc
import sys
import warnings
from collections.abc import Callable

from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 1_000


def _none_lost_by(call: Callable[[], object]) -> int:
    for _ in range(10):
        call()
    # What earlier tests have left would give its references back in the middle of the count.
    gc.collect()
    gc.disable()
    try:
        before = sys.getrefcount(None)
        for _ in range(CALLS):
            call()
        return before - sys.getrefcount(None)
    finally:
        gc.enable()


def test_calls_that_return_nothing_lose_no_reference_to_none(qtbot: QtBot) -> None:
    # Before Python 3.12 None can die: a Qt release that loses one reference a call kills the program.
    widget = QWidget()
    qtbot.addWidget(widget)
    pixmap, pen = QPixmap(10, 10), QPen()
    painter = QPainter(pixmap)
    try:
        losses = {
            "setPen": _none_lost_by(lambda: painter.setPen(pen)),
            "save": _none_lost_by(painter.save),
            "restore": _none_lost_by(painter.restore),
            "resize": _none_lost_by(lambda: widget.resize(10, 10)),
            "setToolTip": _none_lost_by(lambda: widget.setToolTip("x")),
        }
    finally:
        painter.end()
    assert {name: loss for name, loss in losses.items() if abs(loss) > 5} == {}


def test_every_icon_that_is_used_exists() -> None:
    import lucide

    from workstation.ui.shared.icons import NAMES

    with warnings.catch_warnings():
        # An older name warns, an unknown one would give a placeholder without a word.
        warnings.simplefilter("error")
        known = set(lucide.get_icon_list())
        assert set(NAMES) - known == set()
        assert [name for name in sorted(NAMES) if "<svg" not in str(lucide.lucide_icon(name))] == []
