"""The customer pane: head, three figures, filter, search inside, timeline."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workstation.ui.customer_pane.delegates import GROUP_HEIGHT, TimelineDelegate
from workstation.ui.customer_pane.models import GroupItem, TimelineItem
from workstation.ui.customer_pane.view_model import CustomerViewModel, TimelineFilter
from workstation.ui.shared.avatar import Avatar
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.empty_state import EmptyState
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.row_list import RowList
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.segmented import Segmented
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.text_field import SearchField
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate

SEARCH_AFTER_MS = 150


class CustomerPane(QFrame):
    """Who writes and what happened. Signals carry the item; call and edit appear only if switched on."""

    item_opened = Signal(object)
    """Enter or double click: the TimelineItem whose document is wanted."""
    item_previewed = Signal(object)
    """Space: the TimelineItem."""
    reference_wanted = Signal(str)
    """L: the reference of the item goes into the reply."""
    call_clicked = Signal(str)
    edit_clicked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        view_model: CustomerViewModel,
        *,
        can_call: bool = False,
        can_edit: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._view_model = theme, view_model
        self._can_call, self._can_edit = can_call, can_edit
        self.setProperty("surface", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_property(self, "line", "left")
        self._avatar = Avatar(theme, 40, parent=self)
        self._name = ElidingLabel(theme, role="h2", parent=self)
        self._about = ElidingLabel(theme, role="caption", tone="secondary", parent=self)
        self.call_button = self._icon_button("phone")
        self.edit_button = self._icon_button("at-sign")
        self._figures: list[tuple[ElidingLabel, ElidingLabel]] = []
        self.tabs = Segmented(theme, parent=self)
        self.search_button = self._icon_button("search")
        self.search = SearchField(theme, "", parent=self)
        self.search.hide()
        self.list = _TimelineList(self, view_model)
        self.list.setModel(view_model.model)
        self.list.setItemDelegate(TimelineDelegate(theme, view_model, self.list))
        self._empty = EmptyState(theme, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._skeleton = Skeleton(theme, "timeline", self._stack)
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_AFTER_MS)
        self._body = QWidget(self)
        self._build()
        self._connect()
        self._on_theme_changed()
        self._retranslate()
        self._on_head_changed()

    def _icon_button(self, icon: str) -> QPushButton:
        button = QPushButton(self)
        self._theme.style(button, "body", kind="icon-ghost")
        self._theme.set_icon(button, icon, "text.secondary", 16)
        return button

    def _build(self) -> None:
        px = self._theme.px
        head = QHBoxLayout()
        head.setContentsMargins(px(20), px(16), px(16), 0)
        head.setSpacing(px(8))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._about)
        head.addWidget(self._avatar)
        head.addLayout(words, 1)
        head.addWidget(self.call_button)
        head.addWidget(self.edit_button)
        figures = QHBoxLayout()
        figures.setContentsMargins(px(20), px(12), px(20), px(16))
        figures.setSpacing(px(12))
        for stretch in (4, 2, 3):
            figures.addLayout(self._figure(), stretch)
        line = QFrame(self)
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        filters = QHBoxLayout()
        filters.setContentsMargins(px(14), px(8), px(8), px(4))
        filters.setSpacing(0)
        filters.addWidget(self.tabs, 1)
        filters.addWidget(self.search_button)
        search = QHBoxLayout()
        search.setContentsMargins(px(20), px(4), px(20), px(4))
        search.addWidget(self.search)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for row in (head, figures):
            inside.addLayout(row)
        inside.addWidget(line)
        inside.addLayout(filters)
        inside.addLayout(search)
        inside.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self._body)

    def _figure(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        value = ElidingLabel(self._theme, role="bodyStrong.figures", parent=self)
        label = ElidingLabel(self._theme, role="caption", tone="secondary", parent=self)
        column.addWidget(value)
        column.addWidget(label)
        self._figures.append((value, label))
        return column

    def _connect(self) -> None:
        view_model = self._view_model
        view_model.head_changed.connect(self._on_head_changed)
        view_model.loading_changed.connect(self._on_loading_changed)
        view_model.model.modelReset.connect(self._show_place)
        self.tabs.chosen.connect(lambda key: view_model.choose_filter(TimelineFilter(key)))
        self.search_button.clicked.connect(self.open_search)
        self.search.text_changed.connect(lambda _text: self._search_timer.start())
        self.search.left.connect(self.close_search)
        self._search_timer.timeout.connect(lambda: view_model.search(self.search.text()))
        self.list.opened.connect(self._on_opened)
        self.call_button.clicked.connect(self._on_call)
        self.edit_button.clicked.connect(lambda: self.edit_clicked.emit(view_model.customer_id))
        self._skeleton.cancelled.connect(self._show_place)
        self._theme.changed.connect(self._on_theme_changed)

    # -- for the shell
    def open_search(self) -> None:
        """Open the search inside the timeline and go there (Ctrl+F)."""
        self.search.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_search(self) -> None:
        """Close the search, show all again and go back to the list."""
        self.search.clear()
        self.search.hide()
        self._search_timer.stop()
        self._view_model.search("")
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_list(self) -> None:
        """Give the focus to the timeline."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- reactions
    def _on_head_changed(self) -> None:
        head = self._view_model.head
        is_known = head is not None
        self._avatar.setVisible(is_known)
        self._name.set_text(head.name if head else "")
        self._about.set_text(head.about if head else "")
        if head:
            self._avatar.set_name(head.name)
        figures = head.figures if head else ()
        for number, (value, label) in enumerate(self._figures):
            value.set_text(figures[number].value if number < len(figures) else "")
            label.set_text(figures[number].label if number < len(figures) else "")
        self.call_button.setVisible(bool(self._can_call and head and head.phone))
        self.edit_button.setVisible(self._can_edit and is_known)
        self._show_place()

    def _on_loading_changed(self, is_loading: bool) -> None:
        if is_loading and self._view_model.model.rowCount() == 0:
            self._skeleton.resize(self._stack.size())
            self._skeleton.start()
        elif not is_loading:
            self._skeleton.stop()
            self._show_place()

    def _show_place(self) -> None:
        is_empty = self._view_model.model.rowCount() == 0 and not self._view_model.is_loading
        if is_empty:
            self._say_why_empty()
        self._stack.setCurrentWidget(self._empty if is_empty else self.list)

    def _say_why_empty(self) -> None:
        if not (self._view_model.customer_id or self._view_model.has_case):
            self._empty.show_words("user", translate("Timeline", "Nichts ausgewählt"))
        elif not self._view_model.customer_id:
            self._empty.show_words("user", translate("Timeline", "Noch kein Kunde zugeordnet"))
        elif self._view_model.text:
            self._empty.show_words("search", translate("Timeline", "Nichts gefunden"))
        elif self._view_model.filter is not TimelineFilter.ALL:
            self._empty.show_words("list-filter", translate("Timeline", "Nichts mit diesem Filter"))
        else:
            self._empty.show_words("archive", translate("Timeline", "Noch kein Verlauf"))

    def _on_opened(self, index: QModelIndex) -> None:
        item = index.data(RowRole)
        if isinstance(item, TimelineItem):
            self.item_opened.emit(item)

    def _on_call(self) -> None:
        if self._view_model.head is not None:
            self.call_clicked.emit(self._view_model.head.phone)

    def _on_theme_changed(self) -> None:
        self.list.set_group_height(self._theme.px(GROUP_HEIGHT))
        self.list.set_row_height(self._theme.px(self._theme.tokens.size["timelineRow"]))
        self.list.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._skeleton.resize(self._stack.size())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        words = {
            TimelineFilter.ALL: translate("Timeline", "Alles"),
            TimelineFilter.ORDERS: translate("Timeline", "Bestellungen"),
            TimelineFilter.MONEY: translate("Timeline", "Geld"),
            TimelineFilter.CONTACTS: translate("Timeline", "Kontakte"),
        }
        self.tabs.show_items([(wanted.value, words[wanted], None) for wanted in TimelineFilter])
        self.search.set_placeholder(translate("Timeline", "Im Verlauf suchen"))
        self.list.setAccessibleName(translate("Timeline", "Verlauf"))
        for button, name in (
            (self.call_button, translate("Timeline", "Anrufen")),
            (self.edit_button, translate("Timeline", "Adressen und Verknüpfungen")),
            (self.search_button, translate("Timeline", "Im Verlauf suchen")),
        ):
            button.setAccessibleName(name)
            set_tip(button, name)


class _TimelineList(RowList):
    """The list itself: Space previews and L takes the reference, on top of what every list does."""

    def __init__(self, pane: CustomerPane, view_model: CustomerViewModel) -> None:
        self._pane, self._rows = pane, view_model.model
        self._group_height = GROUP_HEIGHT
        super().__init__(self._key, self._height, pane)

    def set_group_height(self, height: int) -> None:
        """Set the height of group titles (before ``set_row_height``)."""
        self._group_height = height

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentIndex().data(RowRole) if self.currentIndex().isValid() else None
        if isinstance(item, TimelineItem) and not event.modifiers():
            if event.key() == Qt.Key.Key_Space:
                self._pane.item_previewed.emit(item)
                return
            if event.key() == Qt.Key.Key_L and item.reference:
                self._pane.reference_wanted.emit(item.reference)
                return
        super().keyPressEvent(event)

    def _key(self, row: int) -> str:
        items = self._rows.items
        item = items[row] if 0 <= row < len(items) else None
        return item.item_id if isinstance(item, TimelineItem) else ""

    def _height(self, row: int) -> int | None:
        return self._group_height if isinstance(self._rows.items[row], GroupItem) else None
