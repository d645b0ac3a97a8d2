"""The one style sheet of the window: colours, borders, radii and padding only; fonts are set in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Template

# Selectors use the dynamic properties kind, tone and surface. A 2 px focus border takes its second pixel
# from the padding, because a style sheet has no outline offset and the control would jump.
_SHEET = Template("""
QWidget { color: $text_primary; }
QMainWindow, QDialog { background: $bg_app; }
QToolTip { background: $bg_tooltip; color: #ffffff; border: 0; padding: ${p6}px ${p8}px; }

QFrame[surface="app"], QWidget[surface="app"] { background: $bg_app; }
QFrame[surface="panel"], QWidget[surface="panel"] { background: $bg_panel; }
QFrame[surface="rail"], QWidget[surface="rail"] { background: $bg_rail; }
QFrame[surface="sunken"], QWidget[surface="sunken"] { background: $bg_sunken; }
QFrame[surface="card"] { background: $bg_panel; border: 1px solid $border_subtle; border-radius: 8px; }
QFrame[surface="popover"] { background: $bg_panel; border: 1px solid $border_strong; border-radius: 12px; }
QFrame[surface="toast"] { background: $bg_panel; border: 1px solid $border_strong; border-radius: 8px; }
QFrame[line="right"] { border: 0; border-right: 1px solid $border_subtle; }
QFrame[line="left"] { border: 0; border-left: 1px solid $border_subtle; }
QFrame[line="bottom"] { border: 0; border-bottom: 1px solid $border_subtle; }
QFrame[line="top"] { border: 0; border-top: 1px solid $border_subtle; }
QFrame[kind="line"] { background: $border_subtle; border: 0; }
QFrame[kind="notice"] { border-radius: 8px; border: 1px solid transparent; }
QFrame[kind="notice"][tone="danger"] { background: $danger_bg; border-color: $notice_danger_border; }
QFrame[kind="notice"][tone="accent"] { background: $accent_bg; border-color: $accent_border; }
QFrame[kind="notice"][tone="ask"] { background: $ask_bg; border-color: $ask_border; }
QFrame[kind="notice"][tone="go"] { background: $go_bg; border-color: $go_border; }
QFrame[kind="banner"] { background: $ask_bg; border: 0; border-bottom: 1px solid $ask_border; }
QFrame[kind="banner"][tone="danger"] { background: $danger_bg; border-bottom: 1px solid $danger_border; }

QFrame[kind="bubble-in"] { background: $bubble_in; border: 1px solid transparent; border-radius: 10px; }
QFrame[kind="bubble-out"] { background: $bubble_out; border: 1px solid transparent; border-radius: 10px; }
QFrame[kind="bubble-note"] { background: $note_bg; border: 1px dashed $note_border; border-radius: 10px; }
QFrame[kind="note-field"] { background: $note_bg; border: 1px dashed $note_border; border-radius: 8px; }
QFrame[kind="reply-field"] { background: transparent; border: 0; }
QPushButton[kind="tile"] { background: $bg_pressed; border: 1px solid transparent; padding: 0 ${p10}px; }
QPushButton[kind="tile"]:hover { border-color: $border_strong; }
QPushButton[kind="tile"]:focus { border: 2px solid $focus; padding: 0 ${p9}px; }
QPushButton[kind="find"] { background: $bg_panel; border: 1px solid $border_strong; border-radius: 8px;
  padding: 0; min-height: ${p32}px; }
QPushButton[kind="find"]:hover { background: $bg_hover; }
QPushButton[kind="find"]:focus { border: 2px solid $focus; }
QPushButton[kind="row"] { background: transparent; border: 0; border-radius: 8px; padding: 0;
  min-height: ${p44}px; }
QPushButton[kind="row"]:hover { background: $bg_hover; }
QPushButton[kind="row"][tone="selected"] { background: $bg_selected; }
QPushButton[kind="card"] { background: $bg_panel; border: 1px solid $border_strong; border-radius: 8px;
  padding: 0; min-height: ${p68}px; text-align: left; }
QPushButton[kind="card"]:hover { background: $bg_hover; border-color: $accent_border; }
QPushButton[kind="card"]:focus { border: 2px solid $focus; }

QLabel { background: transparent; border: 0; }
*[tone="secondary"] { color: $text_secondary; }
QLabel[tone="accent"] { color: $accent_text; }
QLabel[tone="go"] { color: $go_text; }
QLabel[tone="ask"] { color: $ask_text; }
QLabel[tone="danger"] { color: $danger_text; }
QLabel[tone="note"] { color: $note_text; }
QLabel[tone="link"] { color: $text_link; }

QPushButton { background: $bg_panel; color: $text_primary; border: 1px solid $border_strong;
  border-radius: 6px;
  padding: 0 ${p11}px; min-height: ${p32}px; margin: 0; outline: 0; }
QPushButton:hover { background: $bg_hover; }
QPushButton:pressed { background: $bg_pressed; }
QPushButton:focus { border: 2px solid $focus; padding: 0 ${p11m}px; min-height: ${p32m}px; }
QPushButton:disabled { color: $text_disabled; background: $bg_sunken; }
QPushButton[kind="primary"] { background: $accent_solid; color: #ffffff; border-color: $accent_solid; }
QPushButton[kind="primary"]:hover { background: $accent_solidHover; border-color: $accent_solidHover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text_primary; }
QPushButton[kind="primary"]:disabled { background: $bg_sunken; color: $text_disabled;
  border-color: $border_strong; }
QPushButton[kind="go"] { background: $go_solid; color: #ffffff; border-color: $go_solid; }
QPushButton[kind="go"]:hover { background: $go_solidHover; border-color: $go_solidHover; }
QPushButton[kind="go"]:focus { border: 2px solid $text_primary; }
QPushButton[kind="danger"] { color: $danger_text; }
QPushButton[kind="ghost"] { background: transparent; border-color: transparent; }
QPushButton[kind="ghost"]:hover { background: $hover_veil; }
QPushButton[kind="ghost"]:focus { border: 2px solid $focus; }
QPushButton[kind="link"] { background: transparent; border: 2px solid transparent; color: $text_link;
  padding: 0; min-height: ${p24}px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: $focus; }
QPushButton[kind="icon"] { padding: 0; min-width: ${p32}px; max-width: ${p32}px; }
QPushButton[kind="icon"]:focus { padding: 0; min-width: ${p32m}px; max-width: ${p32m}px; }
QPushButton[kind="icon-ghost"] { padding: 0; min-width: ${p32}px; max-width: ${p32}px;
  background: transparent;
  border-color: transparent; }
QPushButton[kind="icon-ghost"]:hover { background: $hover_veil; }
QPushButton[kind="icon-ghost"]:focus { padding: 0; min-width: ${p32m}px; max-width: ${p32m}px;
  border: 2px solid $focus; }
QPushButton[kind="segment"] { background: transparent; border: 1px solid transparent;
  color: $text_secondary;
  min-height: ${p24}px; padding: 0 ${p10}px; }
QPushButton[kind="segment"][tone="tight"] { padding: 0 ${p6}px; }
QPushButton[kind="segment"]:hover { background: $bg_hover; color: $text_primary; }
QPushButton[kind="segment"]:checked { background: $bg_pressed; color: $text_primary; }
QPushButton[kind="segment"]:focus { border: 2px solid $focus; padding: 0 ${p9}px; min-height: ${p22}px; }
QPushButton[kind="tab"] { background: transparent; border: 0; border-bottom: 2px solid transparent;
  border-radius: 0;
  color: $text_secondary; padding: 0 ${p6}px; }
QPushButton[kind="tab"]:hover { color: $text_primary; }
QPushButton[kind="tab"]:checked { color: $text_primary; border-bottom: 2px solid $accent_solid; }
QPushButton[kind="tab"]:focus { border: 2px solid $focus; border-radius: 4px; padding: 0 ${p4}px; }
QPushButton[kind="tab"][surface="note"]:checked { border-bottom: 2px solid $note_border; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QDateEdit, QTimeEdit,
  QComboBox {
  background: $bg_panel; color: $text_primary; border: 1px solid $border_input; border-radius: 6px;
  padding: ${p4}px ${p8}px; selection-background-color: $accent_solid; selection-color: #ffffff;
  placeholder-text-color: $text_secondary; }
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QDateEdit, QTimeEdit {
  min-height: ${p22}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus,
  QDoubleSpinBox:focus,
QDateTimeEdit:focus, QDateEdit:focus, QTimeEdit:focus {
  border: 2px solid $focus; padding: ${p3}px ${p7}px; }
QLineEdit[tone="danger"] { border-color: $danger_border; }
QLineEdit:disabled, QComboBox:disabled { color: $text_disabled; background: $bg_sunken; }
QLineEdit[kind="bare"], QPlainTextEdit[kind="bare"], QTextEdit[kind="bare"], QTextBrowser[kind="bare"] {
  border: 0; background: transparent; padding: 0; }
QPlainTextEdit[kind="note"], QTextEdit[kind="note"] { background: $note_bg; border: 1px dashed $note_border;
  border-radius: 8px; padding: ${p8}px; }
QPlainTextEdit[kind="note"]:focus, QTextEdit[kind="note"]:focus { border: 2px solid $note_border;
  padding: ${p7}px; }
QFrame[kind="search"] { background: $bg_panel; border: 1px solid $border_strong; border-radius: 8px; }
QFrame[kind="search"][tone="focus"] { border: 2px solid $focus; }
QLabel[kind="key"] { border: 1px solid $border_strong; border-radius: 4px; padding: 0 ${p4}px;
  color: $text_secondary; }

QComboBox::drop-down { border: 0; width: ${p24}px; }
QComboBox::down-arrow { image: $picture_down; width: ${p16}px; height: ${p16}px; }
QPushButton::menu-indicator { image: $picture_down; width: ${p12}px; height: ${p12}px;
  subcontrol-position: right center; right: ${p4}px; }
QComboBox QAbstractItemView { background: $bg_panel; border: 1px solid $border_strong; outline: 0;
  selection-background-color: $bg_selected; selection-color: $text_primary; }
QCheckBox, QRadioButton { spacing: ${p8}px; min-height: ${p24}px; border: 2px solid transparent;
  border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator { width: ${p14}px;
  height: ${p14}px; background: $bg_panel; border: 1px solid $border_input; }
QCheckBox::indicator, QListView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: ${p8}px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent_border; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent_solid;
  border-color: $accent_solid; image: $picture_check; }
QRadioButton::indicator:checked { border: 5px solid $accent_solid; width: ${p6}px; height: ${p6}px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: ${p20}px;
  border: 0; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: $picture_up; width: ${p12}px; height: ${p12}px; }
QAbstractSpinBox::down-arrow { image: $picture_down; width: ${p12}px; height: ${p12}px; }
QDateTimeEdit::drop-down { border: 0; width: ${p24}px; subcontrol-origin: border;
  subcontrol-position: center right; }
QDateTimeEdit::down-arrow { image: $picture_down; width: ${p12}px; height: ${p12}px; }
QGroupBox { border: 1px solid $border_subtle; border-radius: 8px; margin-top: ${p12}px; padding: ${p12}px; }
QGroupBox::title { subcontrol-origin: margin; left: ${p12}px; padding: 0 ${p4}px; color: $text_secondary; }

QTableView, QListView, QTreeView { background: transparent; border: 0; outline: 0;
  selection-background-color: $bg_selected; selection-color: $text_primary; }
QTableView[kind="rows"] { selection-background-color: transparent; }
QTableView[kind="data"], QListWidget, QTreeView[kind="data"] { background: $bg_panel;
  border: 1px solid $border_subtle; border-radius: 8px; }
QListWidget::item { padding: ${p6}px ${p8}px; border: 0; }
QListWidget::item:hover { background: $bg_hover; }
QListWidget::item:selected { background: $bg_selected; color: $text_primary; }
QListWidget:focus { border: 2px solid $focus; }
QHeaderView::section { background: $bg_sunken; color: $text_secondary; border: 0;
  border-bottom: 1px solid $border_subtle; padding: ${p6}px ${p8}px; }
QScrollArea, QScrollArea > QWidget > QWidget[surface="clear"] { background: transparent; border: 0; }
QTextBrowser { border: 0; background: transparent; }

QMenu { background: $bg_panel; border: 1px solid $border_strong; padding: ${p4}px; }
QMenu::icon { margin-left: ${p6}px; }
QMenu::item { padding: ${p6}px ${p24}px ${p6}px ${p8}px; border-radius: 4px; color: $text_primary; }
QMenu::item:selected { background: $bg_selected; }
QMenu::item:disabled { color: $text_secondary; }
QMenu::indicator { width: ${p14}px; height: ${p14}px; margin-left: ${p6}px; image: none; }
QMenu::indicator:checked { image: $picture_menu_check; }
QMenu::separator { height: 1px; background: $border_subtle; margin: ${p4}px ${p8}px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${p32}px; }
QScrollBar::handle:horizontal { min-width: ${p32}px; }
QScrollBar::handle:hover { background: $border_input; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_border; }
QProgressBar { background: $bg_sunken; border: 1px solid $border_subtle; border-radius: 4px;
  text-align: center; }
QProgressBar::chunk { background: $accent_solid; border-radius: 3px; }
""")


_PICTURES = (
    ("check", "check", "text.onSolid"),
    ("menu_check", "check", "text.primary"),
    ("down", "chevron-down", "text.secondary"),
    ("up", "chevron-up", "text.secondary"),
)


def make_sheet(
    colors: Mapping[str, str], px: Callable[[float], int], picture: Callable[[str, str], str]
) -> str:
    """Return the sheet for one scheme: ``colors`` by token names, ``px`` scales a size.

    ``picture(icon, colour)`` gives the path of a picture file, with forward slashes ('' for none).
    """
    values: dict[str, str] = {name.replace(".", "_"): color for name, color in colors.items()}
    for name, icon, tone in _PICTURES:
        path = picture(icon, colors[tone])
        values[f"picture_{name}"] = f'url("{path}")' if path else "none"
    values["notice_danger_border"] = colors["danger.bg"]
    if colors["border.subtle"] == colors["text.primary"]:  # more contrast asked for
        values["notice_danger_border"] = colors["danger.border"]
    values["hover_veil"] = colors["bg.pressed"]
    for size in (3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 22, 24, 32, 44, 68):
        values[f"p{size}"] = str(px(size))
    values["p11m"] = str(px(11) - 1)
    values["p32m"] = str(px(32) - 2)
    return _SHEET.substitute(values)
