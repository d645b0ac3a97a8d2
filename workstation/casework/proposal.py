"""What a proposal is: steps ready to click, its title, its judgement, and what still has to be chosen."""

from __future__ import annotations

import msgspec

from workstation.casework.decision import Decision
from workstation.casework.limit import Judgement
from workstation.casework.money import Money


class LineChoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order line the person can choose: ``most`` pieces at ``unit_price`` are still possible."""

    line_id: str
    name: str
    most: int
    unit_price: Money
    quantity: int = 0
    """Preselected."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision button.

    ``title_key`` and ``sub_key`` are keys of the proposal texts. ``steps`` are empty while a line has
    to be chosen first (``needs_line_choice``).
    """

    key: str
    """Stable within a case, e.g. ``refund``, ``damaged_item``."""
    steps: tuple[Decision, ...]
    title_key: str
    judgement: Judgement
    macro: str = ""
    title_params: dict[str, str] = {}
    sub_key: str = ""
    sub_params: dict[str, str] = {}
    needs_line_choice: tuple[LineChoice, ...] = ()
    """Not empty: the person chooses first, the steps come with ``with_lines``."""
    lines: tuple[LineChoice, ...] = ()
    """All lines that could be chosen, with what is preselected."""
    reply_card: str = ""
    """Key of the reply card that fits."""
    icon: str = ""
    """Lucide name."""
    reason: str = ""
    """Reason code of the steps."""
    order_id: str = ""


class TopicWords(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words that speak for a topic, lower case, German and English; ``*`` at the end = any ending."""

    topic: str
    de: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Topics(msgspec.Struct, frozen=True):
    """All topics, in order of precedence."""

    topics: tuple[TopicWords, ...] = ()
