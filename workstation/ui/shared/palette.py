"""QPalette from the tokens of one scheme, for the parts of Qt that no style sheet reaches."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor, QPalette

_ROLES: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "bg.app"),
    (QPalette.ColorRole.WindowText, "text.primary"),
    (QPalette.ColorRole.Base, "bg.panel"),
    (QPalette.ColorRole.AlternateBase, "bg.sunken"),
    (QPalette.ColorRole.Text, "text.primary"),
    (QPalette.ColorRole.Button, "bg.panel"),
    (QPalette.ColorRole.ButtonText, "text.primary"),
    (QPalette.ColorRole.BrightText, "text.onSolid"),
    (QPalette.ColorRole.PlaceholderText, "text.secondary"),
    (QPalette.ColorRole.Highlight, "accent.solid"),
    (QPalette.ColorRole.HighlightedText, "text.onSolid"),
    (QPalette.ColorRole.Accent, "accent.solid"),
    (QPalette.ColorRole.Link, "text.link"),
    (QPalette.ColorRole.LinkVisited, "text.link"),
    (QPalette.ColorRole.ToolTipBase, "bg.tooltip"),
    (QPalette.ColorRole.ToolTipText, "text.onSolid"),
    (QPalette.ColorRole.Light, "bg.hover"),
    (QPalette.ColorRole.Midlight, "bg.hover"),
    (QPalette.ColorRole.Mid, "border.strong"),
    (QPalette.ColorRole.Dark, "border.strong"),
    (QPalette.ColorRole.Shadow, "border.strong"),
)


def make_palette(colors: Mapping[str, str]) -> QPalette:
    """Return the palette of one scheme; ``colors`` maps token names to ``#rrggbb``."""
    palette = QPalette()
    for role, name in _ROLES:
        palette.setColor(role, QColor(colors[name]))
    grey = QColor(colors["text.disabled"])
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, grey)
    return palette
