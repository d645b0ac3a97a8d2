"""What the palette offers for a text: hits from the replica and commands, in groups, umlauts forgiven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.ports import FindHit
from workstation.services.search import OlderHits
from workstation.ui.shared.case_words import number_words, status_words
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate

MOST = 9
MOST_OLDER = 5
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})


def folded(text: str) -> str:
    """Return ``text`` as it is compared: lower case, ``ä``, ``ae`` and ``a`` alike, ``ß`` as ``s``."""
    plain = text.casefold().replace("ß", "s").translate(_FOLD)
    for written, meant in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s")):
        plain = plain.replace(written, meant)
    return plain


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """One row: ``key`` says what Enter does; ``shortcut`` teaches."""

    group: Literal["case", "customer", "order", "command", "decision", "older"]
    key: str
    title: str
    meta: str = ""
    icon: str = "search"
    shortcut: str = ""
    is_forbidden: bool = False


class Finder(Protocol):
    """Plain find over cases, customers and orders of this device."""

    async def find(self, text: str) -> tuple[FindHit, ...]:
        """Return the best hits, newest first."""
        ...

    async def older(self, text: str) -> OlderHits:
        """Return cases that lie at the hub and not here."""
        ...


def hit_meta(hit: FindHit) -> str:
    """Return what tells hits with the same title apart: «Anna Bergmann · #48213 · offen»."""
    parts = [hit.meta]
    if hit.entity == "case":
        parts += [number_words(hit.number, hit.code), status_words(hit.status)]
    return " · ".join(part for part in parts if part)


_ICONS = {"case": "inbox", "customer": "user", "order": "package"}


class PaletteViewModel(QObject):
    """Asks 60 ms after the last key; hits of an older question are dropped."""

    rows_changed = Signal()

    def __init__(
        self, finder: Finder, tasks: TaskStarter, commands: Callable[[], Sequence[PaletteRow]]
    ) -> None:
        super().__init__()
        self._finder = finder
        self._tasks = tasks
        self._commands = commands
        self.rows: tuple[PaletteRow, ...] = ()
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(60)
        self._timer.timeout.connect(self._ask)
        # The hub is asked once the typing has come to rest; what it finds is put below all else.
        self._online_timer = QTimer(self)
        self._online_timer.setSingleShot(True)
        self._online_timer.setInterval(400)
        self._online_timer.timeout.connect(self._ask_online)

    def set_text(self, text: str) -> None:
        """Look for ``text``; ``#`` cases only, ``@`` customers only, ``>`` commands only."""
        self._text = text.strip()
        self.rows = self._command_rows()
        self.rows_changed.emit()
        if self._text and not self._text.startswith(">"):
            self._timer.start()
            self._online_timer.start()
        else:
            self._timer.stop()
            self._online_timer.stop()

    def _command_rows(self) -> tuple[PaletteRow, ...]:
        if self._text.startswith(("#", "@")):
            return ()
        wanted = folded(self._text.removeprefix(">").strip())
        rows = [row for row in self._commands() if wanted in folded(f"{row.title} {row.meta}")]
        rows.sort(key=lambda row: (row.group != "decision", row.is_forbidden))
        return tuple(rows[:MOST])

    def _ask(self) -> None:
        self._tasks.start(self._find(self._text), name="palette.find", owner=self)

    async def _find(self, text: str) -> None:
        hits = await self._finder.find(text.lstrip("#@ "))
        if text != self._text:
            return
        only = {"#": "case", "@": "customer"}.get(text[:1], "")
        found = tuple(
            PaletteRow(
                hit.entity,
                f"{hit.entity}:{hit.entity_id}:{hit.case_id}:{hit.customer_id}",
                hit.title,
                hit_meta(hit),
                _ICONS[hit.entity],
            )
            for hit in hits
            if not only or hit.entity == only
        )
        commands = self._command_rows()
        older = tuple(row for row in self.rows if row.group == "older")
        self.rows = (*(*found[: max(3, MOST - len(commands))], *commands)[:MOST], *older)
        self.rows_changed.emit()

    def _ask_online(self) -> None:
        if not self._text.startswith("@"):
            self._tasks.start(self._find_older(self._text), name="palette.older", owner=self)

    async def _find_older(self, text: str) -> None:
        found = await self._finder.older(text.lstrip("#@ "))
        if text != self._text:
            return
        rows = [
            PaletteRow(
                "older",
                f"case:{hit.entity_id}:{hit.case_id}:{hit.customer_id}",
                hit.title,
                hit_meta(hit),
                _ICONS["case"],
            )
            for hit in found.hits[:MOST_OLDER]
        ]
        if not found.is_answered:
            words = translate("Palette", "Offline: ältere Fälle sind gerade nicht erreichbar")
            rows = [PaletteRow("older", "", words, "", "wifi-off", is_forbidden=True)]
        kept = tuple(row for row in self.rows if row.group != "older")
        self.rows = (*kept, *rows)
        self.rows_changed.emit()

    @staticmethod
    def group_words(group: str) -> str:
        """Return the title of a group."""
        return {
            "decision": translate("Palette", "Für diesen Fall"),
            "case": translate("Palette", "Fälle"),
            "customer": translate("Palette", "Kunden"),
            "order": translate("Palette", "Bestellungen"),
            "command": translate("Palette", "Befehle"),
            "older": translate("Palette", "Ältere Fälle am Server"),
        }[group]
