"""Reading a case: which order it is about, which topics it touches, and which lines each topic means."""

from __future__ import annotations

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.proposal import Topics
from workstation.casework.records import Order, OrderLine
from workstation.casework.words import (
    clauses_of,
    joined,
    lines_named,
    mentions,
    sentences_of,
    tokens_of,
    topics_in,
)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a case seems to be about; ``named`` are lines its words point at alone."""

    order: Order | None
    topics: tuple[str, ...]
    named: tuple[OrderLine, ...]
    by_topic: dict[str, tuple[OrderLine, ...]]

    def has(self, *topics: str) -> bool:
        """Return whether one of ``topics`` was found."""
        return any(topic in self.topics for topic in topics)

    def lines_for(self, *topics: str) -> tuple[OrderLine, ...]:
        """Return the lines meant by the first of ``topics`` that names some, else all named ones."""
        return next((self.by_topic[topic] for topic in topics if self.by_topic.get(topic)), self.named)


def read_case(facts: CaseFacts, topics: Topics) -> Reading:
    """Return the reading of the customer's own words (quoted history left out) and of the records."""
    spoken = [message for message in facts.messages if message.is_customer_speaking]
    calls = [message for message in facts.messages if message.kind in ("call", "note")]
    text = joined([facts.case.subject, *(message.text for message in (spoken or calls))])
    order = _order(facts, text)
    found = topics_in(tokens_of(text), topics)
    if order is None:
        return Reading(order=None, topics=found, named=(), by_topic={})
    named = lines_named(tokens_of(text), order.lines)
    if not named and len(order.lines) == 1:
        named = order.lines
    by_topic = {topic: _meant(topic, text, order, topics) for topic in found}
    return Reading(order=order, topics=found, named=named, by_topic=by_topic)


def _meant(topic: str, text: str, order: Order, topics: Topics) -> tuple[OrderLine, ...]:
    """Return the lines named in the same clause as ``topic``, else in the same sentence, else none."""
    sentences = sentences_of(text)
    clauses = tuple(clause for sentence in sentences for clause in clauses_of(sentence))
    for units in (clauses, sentences):
        meant = [
            line
            for unit in units
            if topic in topics_in(tokens_of(unit), topics)
            for line in lines_named(tokens_of(unit), order.lines)
        ]
        if meant:
            ids = {line.line_id for line in meant}
            return tuple(line for line in order.lines if line.line_id in ids)
    return ()


def _order(facts: CaseFacts, text: str) -> Order | None:
    """Return the order tied to the case, else numbered, else named by its goods, else the newest."""
    tied = next((order for order in facts.orders if order.order_id == facts.case.order_id), None)
    if tied is not None:
        return tied
    tokens = tokens_of(text)
    newest = sorted(
        (order for order in facts.orders if order.placed_at <= facts.now),
        key=lambda order: (order.placed_at, order.order_id),
        reverse=True,
    )
    numbered = next((order for order in newest if mentions(tokens, order.number)), None)
    if numbered is not None:
        return numbered
    named = next((order for order in newest if lines_named(tokens, order.lines)), None)
    return named or next((order for order in newest if order.status != "cancelled"), None)
