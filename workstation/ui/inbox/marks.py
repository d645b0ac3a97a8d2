"""Which cases of the queue are marked, to be acted on together; only what the list shows can be marked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from workstation.ui.inbox.models import QueueModel


class Marks(QObject):
    """Marked case ids. They stay through every new order of the list and leave with their cases."""

    changed = Signal()

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._marked: frozenset[str] = frozenset()
        self._anchor = ""
        self._base: frozenset[str] = frozenset()
        model.modelReset.connect(self._drop_gone)

    def __contains__(self, case_id: str) -> bool:
        return case_id in self._marked

    def __len__(self) -> int:
        return len(self._marked)

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The marked cases in the order of the list."""
        return tuple(sorted(self._marked, key=self._model.position))

    def toggle(self, case_id: str) -> None:
        """Mark a case, or unmark it; what is extended next begins here."""
        if self._model.position(case_id) >= 0:
            self._set(self._marked ^ {case_id})
            self.begin_at(case_id)

    def extend(self, case_id: str, start: str = "") -> None:
        """Mark everything from where the marking began to this case; ``start`` counts where it has not."""
        if self._model.position(self._anchor) < 0:
            self.begin_at(start or case_id)
        first, last = sorted((self._model.position(self._anchor), self._model.position(case_id)))
        if first >= 0:
            between = (row.case_id for row in self._model.rows_between(first, last))
            self._set(self._base | frozenset(between))

    def begin_at(self, case_id: str) -> None:
        """Let what is extended next begin at this case; what is marked stays."""
        self._anchor, self._base = case_id, self._marked

    def mark_all(self) -> None:
        """Mark all cases that are loaded."""
        self.mark(row.case_id for row in self._model.rows())

    def mark(self, case_ids: Iterable[str]) -> None:
        """Mark these cases instead; those the list does not show are left out."""
        self._anchor, self._base = "", frozenset()
        self._set(frozenset(one for one in case_ids if self._model.position(one) >= 0))

    def clear(self) -> None:
        """Mark nothing."""
        self.mark(())

    def _set(self, marked: frozenset[str]) -> None:
        if marked != self._marked:
            self._marked = marked
            self._model.retell()
            self.changed.emit()

    def _drop_gone(self) -> None:
        self._base = frozenset(one for one in self._base if self._model.position(one) >= 0)
        self._set(frozenset(one for one in self._marked if self._model.position(one) >= 0))
