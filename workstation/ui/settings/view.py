"""The settings sheet: look, language, text size, density, undo time, single keys, motion."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from workstation.ui.shared.preferences import Preferences
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.tokens import SCALES
from workstation.ui.shared.words import translate


class SettingsSheet(Sheet):
    """Every change takes effect at once; there is nothing to save."""

    changed = Signal(dict)

    def __init__(self, theme: Theme, current: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, translate("Settings", "Einstellungen"), translate("Settings", "Fertig"), parent
        )
        self.back.hide()
        self._choice(
            translate("Settings", "Darstellung"),
            "scheme",
            (
                ("system", translate("Settings", "Wie das System")),
                ("light", translate("Settings", "Hell")),
                ("dark", translate("Settings", "Dunkel")),
            ),
            current.scheme,
        )
        self._choice(
            translate("Settings", "Sprache"),
            "language",
            (("", translate("Settings", "Wie das System")), ("de", "Deutsch"), ("en", "English")),
            current.language,
        )
        self._choice(
            translate("Settings", "Textgröße"),
            "text_scale",
            tuple((scale, f"{round(scale * 100)} %") for scale in SCALES),
            current.text_scale,
        )
        self._choice(
            translate("Settings", "Zeilen im Eingang"),
            "density",
            (
                ("comfortable", translate("Settings", "Bequem")),
                ("compact", translate("Settings", "Kompakt")),
            ),
            current.density,
        )
        self._choice(
            translate("Settings", "Zeit zum Zurücknehmen"),
            "undo_s",
            (
                (None, translate("Settings", "Wie vom Betrieb festgelegt")),
                (8, "8 s"),
                (15, "15 s"),
                (30, "30 s"),
            ),
            current.undo_s,
        )
        self._check(
            translate("Settings", "Einzelne Buchstaben als Tastenkürzel"),
            "has_single_keys",
            current.has_single_keys,
        )
        self._check(
            translate("Settings", "Bewegung reduzieren"), "is_motion_reduced", current.is_motion_reduced
        )

    def _choice(
        self, words: str, name: str, options: tuple[tuple[object, str], ...], current: object
    ) -> None:
        box = QComboBox()
        for value, word in options:
            box.addItem(word, value)
        values = [value for value, _word in options]
        box.setCurrentIndex(values.index(current) if current in values else 0)
        box.activated.connect(lambda index: self.changed.emit({name: values[index]}))
        self.add_field(words, box)

    def _check(self, words: str, name: str, is_on: bool) -> None:
        box = QCheckBox(words)
        self._theme.style(box, "body")
        box.setChecked(is_on)
        box.toggled.connect(lambda value: self.changed.emit({name: value}))
        self.body.addWidget(box)
