"""Late fact slots in the composer: shown as ⟨words⟩ on grey ground, kept as {slot} in the draft."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from workstation.ui.shared.theme import Theme

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SHOWN = re.compile(r"⟨[^⟨⟩\n]+⟩")


def shown(text: str, labels: Mapping[str, str]) -> str:
    """Return ``text`` with each ``{slot}`` written as ``⟨label⟩``; unknown slots stay as they are."""
    return _SLOT.sub(lambda found: f"⟨{labels[found[1]]}⟩" if found[1] in labels else found[0], text)


def stored(text: str, labels: Mapping[str, str]) -> str:
    """Return ``text`` with each ``⟨label⟩`` written as its ``{slot}`` again."""
    back = {label: slot for slot, label in labels.items()}
    return _SHOWN.sub(
        lambda found: f"{{{back[found[0][1:-1]]}}}" if found[0][1:-1] in back else found[0], text
    )


class SlotHighlighter(QSyntaxHighlighter):
    """Paints late slots grey and facts that were edited away from their booking red."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._wrong: tuple[str, ...] = ()
        theme.changed.connect(self.rehighlight)

    def mark_wrong(self, words: tuple[str, ...]) -> None:
        """Mark each of ``words`` red wherever it stands."""
        if words != self._wrong:
            self._wrong = words
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        late = QTextCharFormat()
        late.setBackground(self._theme.color("bg.pressed"))
        late.setForeground(self._theme.color("text.secondary"))
        for found in _SHOWN.finditer(text):
            self.setFormat(found.start(), found.end() - found.start(), late)
        wrong = QTextCharFormat()
        wrong.setBackground(self._theme.color("danger.bg"))
        wrong.setForeground(self._theme.color("danger.text"))
        for words in self._wrong:
            start = text.find(words) if words else -1
            while start >= 0:
                self.setFormat(start, len(words), wrong)
                start = text.find(words, start + len(words))
