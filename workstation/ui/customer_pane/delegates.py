"""Paints timeline items: a node with icon on a line, title, meta, amount or time, and status."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workstation.ui.customer_pane.models import GroupItem, ItemKind, TimelineItem
from workstation.ui.customer_pane.view_model import CustomerViewModel
from workstation.ui.shared import paint
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.theme import Theme

GROUP_HEIGHT, NODE, NODE_X, TEXT_X, INSET = 36, 30, 36, 61, 20
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ICONS: dict[ItemKind, str] = {
    "message": "mail",
    "call": "phone",
    "chat": "message-square",
    "note": "sticky-note",
    "order": "package",
    "payment": "credit-card",
    "shipment": "truck",
    "invoice": "file-text",
    "dunning": "triangle-alert",
    "chargeback": "triangle-alert",
    "refund": "banknote",
    "goodwill": "gift",
    "return": "rotate-ccw",
    "booking": "receipt",
    "promise": "handshake",
    "complaint": "flag",
    "other": "circle",
}


class TimelineDelegate(QStyledItemDelegate):
    """One ``data`` call a row; elided texts are kept by width."""

    def __init__(self, theme: Theme, view_model: CustomerViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._view_model = theme, view_model
        self._elider = paint.Elider()
        theme.changed.connect(self._elider.clear)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        is_group = isinstance(index.data(RowRole), GroupItem)
        height = GROUP_HEIGHT if is_group else self._theme.tokens.size["timelineRow"]
        return QSize(200, self._theme.px(height))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item = index.data(RowRole)
        rect = QRectF(option.rect)
        painter.save()
        if isinstance(item, GroupItem):
            self._paint_group(painter, rect, item)
        elif isinstance(item, TimelineItem):
            self._paint_ground(painter, rect, option.state)
            next_item = index.model().index(index.row() + 1, 0).data(RowRole)
            self._paint_node(painter, rect, item, is_last=not isinstance(next_item, TimelineItem))
            self._paint_words(painter, rect, item)
        painter.restore()

    def _paint_group(self, painter: QPainter, rect: QRectF, item: GroupItem) -> None:
        px, line = self._theme.px, self._theme.line("caption")
        spot = QRectF(rect.left() + px(INSET), rect.top() + px(12), rect.width() - 2 * px(INSET), line)
        color = self._theme.color("text.secondary")
        paint.text(painter, spot, item.title, self._theme.font("captionStrong"), color)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        theme = self._theme
        box = rect.adjusted(theme.px(8), 0, -theme.px(8), -theme.px(4))
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        if state & QStyle.StateFlag.State_Selected and has_focus:
            paint.box(painter, box, theme.px(8), theme.color("bg.selected"))
        elif state & QStyle.StateFlag.State_MouseOver:
            paint.box(painter, box, theme.px(8), theme.color("bg.hover"))
        if has_focus:
            paint.box(painter, box, theme.px(8), None, theme.color("focus"), 2)

    def _paint_node(self, painter: QPainter, rect: QRectF, item: TimelineItem, *, is_last: bool) -> None:
        theme = self._theme
        center = QPointF(rect.left() + theme.px(NODE_X), rect.top() + theme.px(19))
        radius = theme.px(NODE) / 2
        painter.setPen(theme.color("border.strong"))
        gap = radius + theme.px(4)
        end = rect.bottom() - (theme.px(6) if is_last else -theme.px(1))
        painter.drawLine(QPointF(center.x(), center.y() + gap), QPointF(center.x(), end))
        ground = "ask.bg" if item.is_warning else "bg.pressed"
        tone = "ask.text" if item.is_warning else "text.secondary"
        paint.disc(painter, center, radius, theme.color(ground))
        if theme.is_high_contrast:
            around = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
            paint.box(painter, around, radius, None, theme.color("text.primary"))
        half = theme.px(16) / 2
        picture = theme.pixmap(_ICONS[item.kind], tone, 16, painter.device().devicePixelRatioF())
        painter.drawPixmap(QPointF(round(center.x() - half), round(center.y() - half)), picture)

    def _paint_words(self, painter: QPainter, rect: QRectF, item: TimelineItem) -> None:
        theme = self._theme
        px = theme.px
        left, right = rect.left() + px(TEXT_X), rect.right() - px(INSET)
        first = QRectF(left, rect.top() + px(8), right - left, theme.line("body"))
        used = self._paint_right(painter, first, item)
        self._line(painter, first.adjusted(0, 0, -used, 0), item.title, "bodyMedium", "text.primary")
        second = QRectF(left, first.bottom(), right - left, theme.line("caption"))
        used = self._paint_status(painter, second, item)
        self._line(painter, second.adjusted(0, 0, -used, 0), item.meta, "caption", "text.secondary")

    def _paint_right(self, painter: QPainter, line: QRectF, item: TimelineItem) -> float:
        if item.amount is not None:
            words, role, tone = (
                self._view_model.formats.money(item.amount),
                "bodyMedium.figures",
                "text.primary",
            )
        else:
            words, role, tone = self._view_model.when(item), "body.figures", "text.secondary"
        font = self._theme.font(role)
        paint.text(painter, line, words, font, self._theme.color(tone), _RIGHT)
        return self._elider.metrics(role, font).horizontalAdvance(words) + self._theme.px(8)

    def _paint_status(self, painter: QPainter, line: QRectF, item: TimelineItem) -> float:
        if not item.status:
            return 0.0
        font = self._theme.font("captionStrong")
        tone = "text.secondary" if item.status_tone == "secondary" else f"{item.status_tone}.text"
        paint.text(painter, line, item.status, font, self._theme.color(tone), _RIGHT)
        return self._elider.metrics("captionStrong", font).horizontalAdvance(item.status) + self._theme.px(8)

    def _line(self, painter: QPainter, line: QRectF, words: str, role: str, tone: str) -> None:
        font = self._theme.font(role)
        shown = self._elider.elide(words, role, font, max(0, int(line.width())))
        paint.text(painter, line, shown, font, self._theme.color(tone))
