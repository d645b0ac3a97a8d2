"""Texts with fact slots: cards, sentences for codes and buttons, facts of a decision; desk and hub alike."""

from __future__ import annotations

from workstation.casework.slots import fill, filled_where_known, slots_in
from workstation.casework.texts.book import (
    LANGUAGES,
    TEXT_FILES,
    Card,
    Texts,
    phrase,
    proposal_text,
    render_card,
    texts_from,
    topics_from,
)
from workstation.casework.texts.checking import Deviation, deviations
from workstation.casework.texts.facts import (
    FactSources,
    as_mapping,
    drop_off_text,
    facts_of_decision,
    greeting,
    letter_facts,
)
from workstation.casework.texts.formats import (
    date_text,
    hours_text,
    moment_text,
    money_text,
    param_text,
    weekday_date_text,
)

__all__ = [
    "LANGUAGES",
    "TEXT_FILES",
    "Card",
    "Deviation",
    "FactSources",
    "Texts",
    "as_mapping",
    "date_text",
    "deviations",
    "drop_off_text",
    "facts_of_decision",
    "fill",
    "filled_where_known",
    "greeting",
    "hours_text",
    "letter_facts",
    "moment_text",
    "money_text",
    "param_text",
    "phrase",
    "proposal_text",
    "render_card",
    "slots_in",
    "texts_from",
    "topics_from",
    "weekday_date_text",
]
