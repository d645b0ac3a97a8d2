"""The parts of the pane of a case, each made when it is first named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from workstation.ui.case_desk.view_composer import Composer
from workstation.ui.case_desk.view_decisions import DecisionPanel
from workstation.ui.case_desk.view_header import CaseHeader
from workstation.ui.case_desk.view_kin import KinStrip
from workstation.ui.case_desk.view_messages import Conversation
from workstation.ui.case_desk.view_work import WorkStrip
from workstation.ui.shared.theme import Theme


class CaseParts:
    """One for each pane. ``one_by_one`` makes them with pauses, for a window that must not stand still."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    @cached_property
    def header(self) -> CaseHeader:
        """Who, what, since when."""
        return CaseHeader(self._theme)

    @cached_property
    def kin(self) -> KinStrip:
        """The cases this one belongs with."""
        return KinStrip(self._theme)

    @cached_property
    def work(self) -> WorkStrip:
        """What is to be done by hand."""
        return WorkStrip(self._theme)

    @cached_property
    def conversation(self) -> Conversation:
        """What was written."""
        return Conversation(self._theme)

    @cached_property
    def decisions(self) -> DecisionPanel:
        """What can be decided."""
        return DecisionPanel(self._theme)

    @cached_property
    def composer(self) -> Composer:
        """Where the answer is written."""
        return Composer(self._theme)

    def one_by_one(self) -> Iterator[object]:
        """Make them all, one for each step."""
        yield self.header
        yield self.kin
        yield self.work
        yield self.conversation
        yield self.decisions
        yield self.composer
