"""Inter as a variable font: loading it, and one QFont per role and text size."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from workstation.ui.shared.tokens import FontRole, Tokens

_WEIGHT_AXIS = QFont.Tag("wght")
_TABULAR = QFont.Tag("tnum")
MINIMUM_PX = 12


@cache
def load_inter() -> str:
    """Register the packaged Inter with Qt (once); return its family, or nothing if the package is empty."""
    spec = find_spec("fontpkg_inter")
    if spec is None or spec.origin is None:
        return ""
    for path in sorted((Path(spec.origin).parent / "files").glob("Inter[[]*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families:
            return families[0]
    return ""


def make_font(tokens: Tokens, role: FontRole, scale: float, *, is_tabular: bool = False) -> QFont:
    """Return the font of ``role`` at text size ``scale``, its weight on the variable axis.

    Tabular figures let amounts and times align and tick without a jump. They widen the hyphen too
    («Marie-Luise», «B-10482»), so names and running text go without.

    Only the axis carries the weight: ``setWeight`` would draw 500 and 600 like 400 and double a bold.
    The caption never falls below 12 px, whatever the scale.
    """
    family = load_inter() or tokens.family
    font = QFont([family, *tokens.fallback])
    font.setPixelSize(max(MINIMUM_PX, round(role.px * scale)))
    font.setVariableAxis(_WEIGHT_AXIS, float(role.weight))
    font.setFeature(_TABULAR, int(is_tabular))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
