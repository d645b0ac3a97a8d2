"""The grid of decisions: two columns, equal height in a row, at most six or fewer, the rest under «Mehr»."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared.decision_button import DecisionButton, DecisionFace
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

MOST = 6
FEW, FEWEST = 4, 2
"""Two rows or one: what a low window shows, so that the conversation keeps its room."""
GAP = 8


class DecisionGrid(QWidget):
    """Shows faces in the order given; all signals carry the index of the face."""

    chosen = Signal(int)
    change_amount_requested = Signal(int)
    quick_chosen = Signal(int, int)
    """Index of the face, and the place among its usual amounts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._faces: tuple[DecisionFace, ...] = ()
        self._most = MOST
        self._has_given_more = False
        self.buttons: list[DecisionButton] = []
        self._more = QPushButton(self)
        self._more.hide()
        self._more.clicked.connect(self._on_more)
        theme.style(self._more, "bodyMedium", kind="link")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._arrange)

    def show_faces(self, faces: Sequence[DecisionFace]) -> None:
        """Show these decisions; buttons are kept and rebound, so focus stays where it is."""
        self._faces = tuple(faces)
        self._show()

    def set_most(self, most: int) -> None:
        """Show at most this many as buttons (1 to ``MOST``); keys reach the rest as before."""
        if most == self._most:
            return
        self._most = most
        had_focus = any(button.hasFocus() for button in self.buttons[most:])
        self._show()
        if had_focus:
            self._more.setFocus()

    def give_more(self) -> QPushButton:
        """Return the button «Mehr» for a place of the caller's, where it takes no row of its own."""
        self._has_given_more = True
        return self._more

    def show_more(self, is_shown: bool) -> None:
        """Show or hide «Mehr» where it was given to; it stays hidden while all are buttons."""
        self._more.setVisible(is_shown and len(self._faces) > self._most)

    def _show(self) -> None:
        while len(self.buttons) < min(self._most, len(self._faces)):
            self.buttons.append(self._make_button(len(self.buttons)))
        for index, button in enumerate(self.buttons):
            is_used = index < min(self._most, len(self._faces))
            if is_used:
                button.show_face(self._faces[index])
            button.setVisible(is_used)
        rest = max(0, len(self._faces) - self._most)
        self._more.setText(translate("Decision", "Mehr ({count})").format(count=rest))
        self._more.setAccessibleName(
            translate("Decision", "Weitere Entscheidungen: {count}").format(count=rest)
        )
        self.show_more(is_shown=True)
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
        if index == 0:
            self.setFocusProxy(button)
        button.clicked.connect(lambda: self.chosen.emit(index))
        button.change_amount_requested.connect(lambda title: self._change_amount(index, title))
        button.quick_chosen.connect(lambda title, usual: self._choose_usual(index, title, usual))
        return button

    # A menu may outlive what it was opened on: what was read in it is done, wherever it stands by now.
    def _now_at(self, index: int, title: str) -> int | None:
        """Return where the decision of that title stands, ``None`` when it is gone or not the only one."""
        found = [place for place, face in enumerate(self._faces) if face.title == title]
        if index in found:
            return index
        return found[0] if len(found) == 1 else None

    def _on_menu(self, action: QAction) -> None:
        index, title, *usual = action.data()
        place = self._now_at(index, title)
        if usual and usual[0]:
            self._choose_usual(index, title, usual[0])
        elif usual:
            self._change_amount(index, title)
        elif place is not None:
            self.chosen.emit(place)

    def _change_amount(self, index: int, title: str) -> None:
        place = self._now_at(index, title)
        if place is not None and self._faces[place].may_change_amount:
            self.change_amount_requested.emit(place)

    def _choose_usual(self, index: int, title: str, usual: str) -> None:
        place = self._now_at(index, title)
        titles = [words for words, _state in self._faces[place].quick] if place is not None else []
        if place is not None and usual in titles:
            self.quick_chosen.emit(place, titles.index(usual))

    def _place(self, width: int, *, is_real: bool) -> int:
        shown = self.buttons[: min(self._most, len(self._faces))]
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
        if len(self._faces) > self._most and not self._has_given_more:
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
        menu = self.more_menu()
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def more_menu(self) -> QMenu:
        """Return the decisions that are no buttons, each with its key and the way to another amount."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self._theme.font("body"))
        menu.triggered.connect(self._on_menu)
        for index, face in enumerate(self._faces[self._most :], self._most):
            words = " · ".join(part for part in (face.title, face.shown_word(), face.reason) if part)
            action = menu.addAction(_menu_words(words, face.key))
            action.setData([index, face.title])
            for title, word in face.quick:
                usual = menu.addAction(_menu_words(f"{title} · {word}"))
                usual.setData([index, face.title, title])
            if face.may_change_amount:
                words = translate("Decision", "{title}: Betrag ändern …").format(title=face.title)
                change = menu.addAction(self._theme.icon("pencil"), _menu_words(words))
                change.setData([index, face.title, ""])
        return menu


def _menu_words(words: str, key: str = "") -> str:
    """In menus a single & underlines a letter, and what follows a tab stands where keys do."""
    escaped = words.replace("&", "&&")
    return f"{escaped}\t{key}" if key else escaped
