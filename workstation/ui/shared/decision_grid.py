"""The grid of decisions: two columns, equal height in a row, at most six, the rest under «Mehr»."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared.decision_button import DecisionButton, DecisionFace
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

MOST = 6
GAP = 8


class DecisionGrid(QWidget):
    """Shows faces in the order given; both signals carry the index of the face."""

    chosen = Signal(int)
    change_amount_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._faces: tuple[DecisionFace, ...] = ()
        self.buttons: list[DecisionButton] = []
        self._more = QPushButton(self)
        self._more.hide()
        self._more.clicked.connect(self._on_more)
        theme.style(self._more, "bodyMedium", kind="ghost")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._arrange)

    def show_faces(self, faces: Sequence[DecisionFace]) -> None:
        """Show these decisions; buttons are kept and rebound, so focus stays where it is."""
        self._faces = tuple(faces)
        while len(self.buttons) < min(MOST, len(self._faces)):
            self.buttons.append(self._make_button(len(self.buttons)))
        for index, button in enumerate(self.buttons):
            is_used = index < len(self._faces)
            if is_used:
                button.show_face(self._faces[index])
            button.setVisible(is_used)
        rest = len(self._faces) - MOST
        self._more.setVisible(rest > 0)
        self._more.setText(translate("Decision", "Mehr ({count})").format(count=max(0, rest)))
        self._arrange()

    def press(self, index: int) -> None:
        """Click decision ``index`` (0 is Alt+1); nothing happens beyond the last."""
        if 0 <= index < len(self._faces):
            self.chosen.emit(index)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that shows every reason in full at ``width``."""
        return self._place(width, is_real=False)

    def sizeHint(self) -> QSize:
        width = max(self.width(), self.minimumSizeHint().width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(240), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _make_button(self, index: int) -> DecisionButton:
        button = DecisionButton(self._theme, self)
        button.clicked.connect(lambda: self.chosen.emit(index))
        button.change_amount_requested.connect(lambda: self.change_amount_requested.emit(index))
        return button

    def _place(self, width: int, *, is_real: bool) -> int:
        shown = self.buttons[: min(MOST, len(self._faces))]
        gap = self._theme.px(GAP)
        columns = 2 if width >= 2 * self._theme.px(232) + gap and len(shown) > 1 else 1
        each = (width - gap * (columns - 1)) // columns
        y = 0
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            height = max(button.heightForWidth(each) for button in row)
            for place, button in enumerate(row):
                if is_real:
                    button.setGeometry(QRect(place * (each + gap), y, each, height))
            y += height + gap
        if len(self._faces) > MOST:
            size = self._more.sizeHint()
            if is_real:
                self._more.setGeometry(QRect(0, y, size.width(), size.height()))
            y += size.height() + gap
        return max(0, y - gap)

    def _arrange(self) -> None:
        # Before the first layout the width is a guess of Qt's: a narrow one would stretch the window.
        height = self._place(max(self.width(), self.minimumSizeHint().width()), is_real=True)
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _on_more(self) -> None:
        menu = QMenu(self)
        menu.setFont(self._theme.font("body"))
        for index, face in enumerate(self._faces[MOST:], MOST):
            action = menu.addAction(f"{face.title} · {face.shown_word()} · {face.reason}")
            action.triggered.connect(lambda _=False, number=index: self.chosen.emit(number))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))
