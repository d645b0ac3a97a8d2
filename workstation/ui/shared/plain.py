"""Words from outside, shown letter by letter: Qt reads what looks like markup, and loads its pictures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def set_tip(widget: QWidget, text: str) -> None:
    """Give ``widget`` a tooltip that says ``text`` and nothing else.

    A tooltip has no switch for plain text. The subject of a mail with a picture tag in it would make the
    program load that picture, from another machine too where such a path names one.
    """
    widget.setToolTip(plain_tip(text))


def plain_tip(text: str) -> str:
    """Return what a tooltip has to be given so that it reads ``text``."""
    if "<" not in text and "&" not in text:
        return text
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>"
