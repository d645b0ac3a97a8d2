"""Paints queue rows: due chip, reason, presence; rows, chips and elided texts are kept ready."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workstation.ui.inbox.models import QueueRow, Section, SectionItem
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.inbox.words import RowWords, section_word
from workstation.ui.shared import paint
from workstation.ui.shared.chips import Tone, chip_pixmap
from workstation.ui.shared.formats import DueLevel
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

INSET, TEXT_X, BOX_INSET = 20, 48, 8
_TONES: dict[DueLevel, Tone] = {"overdue": "danger", "soon": "ask"}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LOOKS = (
    QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
).value
_KEPT_ROWS = 96
"""Pictures of rows that are kept: a few screens, about 10 MB."""


def row_height(theme: Theme, *, is_section: bool) -> int:
    """Return the height of a row or a section title at the chosen density and text size."""
    heights = theme.tokens.size["queueRow"]
    return theme.px(heights["section"] if is_section else heights[theme.density])


class QueueDelegate(QStyledItemDelegate):
    """One ``data`` call a row; rows and chips are pictures, elided texts are kept by width."""

    def __init__(self, theme: Theme, view_model: QueueViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._view_model = theme, view_model
        self._elider = paint.Elider()
        self._chips = paint.PixmapCache()
        self._rows = paint.PixmapCache(_KEPT_ROWS)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        is_section = isinstance(index.data(RowRole), SectionItem)
        return QSize(200, row_height(self._theme, is_section=is_section))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        item = index.data(RowRole)
        if isinstance(item, QueueRow):
            painter.drawPixmap(option.rect.topLeft(), self._picture(painter, option, item))
        elif isinstance(item, SectionItem):
            has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.save()
            self._paint_section(painter, QRectF(option.rect), item, has_focus)
            painter.restore()

    def _picture(self, painter: QPainter, option: QStyleOptionViewItem, row: QueueRow) -> QPixmap:
        """Return the row as it looks now; drawn anew only when something of it has changed."""
        ratio = painter.device().devicePixelRatioF()
        size, words = option.rect.size(), self._view_model.words(row)
        is_marked = row.case_id in self._view_model.marks
        look = option.state.value & _LOOKS
        key = (row, words, look, is_marked, size.width(), size.height(), ratio)
        found = self._rows.get(key)
        return found or self._rows.put(key, self._drawn(size, ratio, row, words, option.state, is_marked))

    def _drawn(
        self,
        size: QSize,
        ratio: float,
        row: QueueRow,
        words: RowWords,
        state: QStyle.StateFlag,
        is_marked: bool,
    ) -> QPixmap:
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        # Opaque, so that text keeps the smoothing it has on a screen.
        picture.fill(self._theme.color("bg.panel"))
        painter = QPainter(picture)
        rect = QRectF(0, 0, size.width(), size.height())
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        self._paint_ground(painter, rect, state, has_focus, is_marked=is_marked)
        if self._theme.density == "comfortable":
            self._paint_three_lines(painter, rect, row, words)
        else:
            self._paint_two_lines(painter, rect, row, words)
        painter.end()
        return picture

    # -- parts
    def _paint_section(self, painter: QPainter, rect: QRectF, item: SectionItem, has_focus: bool) -> None:
        theme = self._theme
        px, font = theme.px, theme.font("captionStrong")
        line = QRectF(
            rect.left() + px(INSET), rect.top() + px(12), rect.width() - 2 * px(INSET), theme.line("caption")
        )
        if has_focus:
            around = rect.adjusted(px(BOX_INSET), px(4), -px(BOX_INSET), -px(2))
            paint.box(painter, around, px(6), None, theme.color("focus"), 2)
        tone = "danger.text" if item.section is Section.OVERDUE else "text.secondary"
        if item.section is Section.WAITING:
            icon = "chevron-right" if item.is_folded else "chevron-down"
            self._icon(painter, icon, "text.secondary", 14, line.left(), line.center().y())
            line.setLeft(line.left() + px(20))
        paint.text(painter, line, section_word(item.section), font, theme.color(tone))
        count_color = theme.color("text.secondary")
        paint.text(painter, line, str(item.count), theme.font("caption.figures"), count_color, _RIGHT)

    def _paint_ground(
        self,
        painter: QPainter,
        rect: QRectF,
        state: QStyle.StateFlag,
        has_focus: bool,
        *,
        is_marked: bool,
    ) -> None:
        theme = self._theme
        inset = theme.px(BOX_INSET)
        box = rect.adjusted(inset, 2, -inset, -2)
        radius = float(theme.px(8))
        if state & QStyle.StateFlag.State_Selected:
            paint.box(painter, box, radius, theme.color("bg.selected"))
            if theme.is_high_contrast:
                paint.box(painter, box, radius, None, theme.color("text.primary"))
        elif is_marked:
            paint.box(painter, box, radius, theme.color("accent.bg"))
        elif state & QStyle.StateFlag.State_MouseOver:
            paint.box(painter, box, radius, theme.color("bg.hover"))
        if has_focus:
            paint.box(painter, box, radius, None, theme.color("focus"), 2)

    def _paint_three_lines(self, painter: QPainter, rect: QRectF, row: QueueRow, words: RowWords) -> None:
        px, line = self._theme.px, self._theme.line("body")
        left, right = rect.left() + px(TEXT_X), rect.right() - px(INSET)
        top = rect.top() + px(11)
        self._paint_head(painter, QRectF(left, top, right - left, line), row, words)
        top += line
        self._paint_subject(painter, QRectF(left, top, right - left, line), row)
        top += line + px(1)
        last = QRectF(left, top, right - left, self._theme.line("caption"))
        used = self._paint_presence(painter, last, row)
        last.setRight(last.right() - used)
        self._icon(painter, words.reason_icon, self._reason_tone(words), 14, left, last.center().y())
        last.setLeft(left + px(20))
        self._line(painter, last, words.reason, "caption", self._reason_tone(words))

    def _paint_two_lines(self, painter: QPainter, rect: QRectF, row: QueueRow, words: RowWords) -> None:
        px, line = self._theme.px, self._theme.line("body")
        left, right = rect.left() + px(TEXT_X), rect.right() - px(INSET)
        top = rect.top() + px(10)
        self._paint_head(painter, QRectF(left, top, right - left, line), row, words)
        second = QRectF(left, top + line, right - left, line)
        used = self._paint_presence(painter, second, row)
        second.setRight(second.right() - used)
        self._icon(
            painter,
            words.reason_icon,
            self._reason_tone(words),
            14,
            second.right() - px(14),
            second.center().y(),
        )
        second.setRight(second.right() - px(20))
        self._paint_subject(painter, second, row)

    def _paint_head(self, painter: QPainter, line: QRectF, row: QueueRow, words: RowWords) -> None:
        px = self._theme.px
        middle = line.center().y()
        x = line.left() - px(TEXT_X - INSET)
        if row.case_id in self._view_model.marks:
            self._paint_tick(painter, QPointF(x + px(8), middle))
        else:
            self._icon(painter, words.channel_icon, "text.secondary", 16, x, middle)
        used = self._paint_due(painter, line, words)
        name = QRectF(line)
        name.setRight(line.right() - used)
        self._line(painter, name, row.customer_name, "bodyStrong" if row.is_unread else "bodyMedium")

    def _paint_tick(self, painter: QPainter, center: QPointF) -> None:
        """A ticked box in the place of the channel: marked rows differ in shape, not by colour alone."""
        theme = self._theme
        half = theme.px(18) / 2
        box = QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half)
        paint.box(painter, box, theme.px(4), theme.color("accent.solid"))
        left, middle = center.x() - theme.px(12) / 2, center.y()
        ratio = painter.device().devicePixelRatioF()
        tick = theme.pixmap("check", "text.onSolid", 12, ratio)
        painter.drawPixmap(QPointF(round(left), round(middle - theme.px(12) / 2)), tick)

    def _paint_subject(self, painter: QPainter, line: QRectF, row: QueueRow) -> None:
        if row.is_unread:
            px = self._theme.px
            center = QPointF(line.left() - px(TEXT_X - INSET - 8), line.center().y())
            paint.disc(painter, center, px(7) / 2, self._theme.color("accent.solid"))
        self._line(painter, line, row.subject, "body")

    def _paint_due(self, painter: QPainter, line: QRectF, words: RowWords) -> float:
        if not words.due:
            return 0.0
        theme = self._theme
        tone = _TONES.get(words.level) if words.level is not None else None
        if tone is None:
            font = theme.font("caption.figures")
            paint.text(painter, line, words.due, font, theme.color("text.secondary"), _RIGHT)
            return self._elider.metrics("caption.figures", font).horizontalAdvance(words.due) + theme.px(8)
        chip = self._chip(words.due, tone, painter.device().devicePixelRatioF())
        size = chip.deviceIndependentSize()
        painter.drawPixmap(QPointF(line.right() - size.width(), line.center().y() - size.height() / 2), chip)
        return size.width() + theme.px(8)

    def _paint_presence(self, painter: QPainter, line: QRectF, row: QueueRow) -> float:
        if not row.typing_initials:
            return 0.0
        theme, font = self._theme, self._theme.font("captionStrong")
        words = translate("Queue", "{who} schreibt").format(who=row.typing_initials)
        width = self._elider.metrics("captionStrong", font).horizontalAdvance(words)
        paint.text(painter, line, words, font, theme.color("accent.text"), _RIGHT)
        x = line.right() - width - theme.px(18)
        self._icon(painter, "pencil", "accent.text", 14, x, line.center().y())
        return width + theme.px(26)

    # -- small acts
    def _reason_tone(self, words: RowWords) -> str:
        return "danger.text" if words.level == "overdue" else "text.secondary"

    def _line(
        self, painter: QPainter, line: QRectF, words: str, role: str, tone: str = "text.primary"
    ) -> None:
        font = self._theme.font(role)
        shown = self._elider.elide(words, role, font, max(0, int(line.width())))
        paint.text(painter, line, shown, font, self._theme.color(tone))

    def _icon(self, painter: QPainter, name: str, tone: str, size: int, x: float, middle: float) -> None:
        ratio = painter.device().devicePixelRatioF()
        picture = self._theme.pixmap(name, tone, size, ratio)
        painter.drawPixmap(QPointF(round(x), round(middle - self._theme.px(size) / 2)), picture)

    def _chip(self, words: str, tone: Tone, ratio: float) -> QPixmap:
        key = (words, tone, ratio)
        found = self._chips.get(key)
        if found is None:
            found = self._chips.put(key, chip_pixmap(self._theme, words, tone, "", ratio))
        return found

    def _on_theme_changed(self) -> None:
        self._elider.clear()
        self._chips.clear()
        self._rows.clear()
