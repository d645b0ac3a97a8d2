"""Reading a case: which order it is about, which topics it touches, and which lines each topic means."""

from __future__ import annotations

import msgspec

from workstation.casework.case_facts import CaseFacts
from workstation.casework.proposal import Topics, TopicWords
from workstation.casework.records import Invoice, Order, OrderLine
from workstation.casework.words import (
    Tokens,
    clauses_of,
    is_about,
    joined,
    lines_named,
    mentions,
    sentences_of,
    tokens_of,
)

_NEWEST = 5
_LONGEST = 4000
"""Words are looked for in the newest messages and this many characters: a case opens at once."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a case seems to be about; ``named`` are lines its words point at alone."""

    order: Order | None
    topics: tuple[str, ...]
    named: tuple[OrderLine, ...]
    by_topic: dict[str, tuple[OrderLine, ...]]
    invoice: Invoice | None = None
    """The invoice the case is tied to or names, else the one that was dunned, else the order's."""

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
    newest = reversed((spoken or calls)[-_NEWEST:])
    text = joined([facts.case.subject, *(message.text for message in newest)])[:_LONGEST]
    tokens = tokens_of(text)
    order = _order(facts, tokens)
    found = tuple(item for item in topics.topics if is_about(tokens, item))
    names = tuple(item.topic for item in found)
    invoice = _invoice(facts, tokens, order)
    if order is None:
        return Reading(order=None, topics=names, named=(), by_topic={}, invoice=invoice)
    named = lines_named(tokens, order.lines)
    if not named and len(order.lines) == 1:
        named = order.lines
    units = _units(text)
    by_topic = {item.topic: _meant(item, units, order) for item in found}
    return Reading(order=order, topics=names, named=named, by_topic=by_topic, invoice=invoice)


def _units(text: str) -> tuple[tuple[Tokens, ...], ...]:
    """Return the words of all clauses, and of all sentences."""
    sentences = sentences_of(text)
    clauses = (clause for sentence in sentences for clause in clauses_of(sentence))
    return tuple(map(tokens_of, clauses)), tuple(map(tokens_of, sentences))


def _meant(topic: TopicWords, units: tuple[tuple[Tokens, ...], ...], order: Order) -> tuple[OrderLine, ...]:
    """Return the lines named in the same clause as ``topic``, else in the same sentence, else none."""
    for parts in units:
        meant = {
            line.line_id
            for tokens in parts
            if is_about(tokens, topic)
            for line in lines_named(tokens, order.lines)
        }
        if meant:
            return tuple(line for line in order.lines if line.line_id in meant)
    return ()


def _order(facts: CaseFacts, tokens: Tokens) -> Order | None:
    """Return the order tied to the case, else numbered, else named by its goods, else the newest."""
    tied = next((order for order in facts.orders if order.order_id == facts.order_id), None)
    if tied is not None:
        return tied
    newest = sorted(
        # A replacement is meant only where somebody says so: the matter is about what was bought.
        (
            order
            for order in facts.orders
            if order.placed_at <= facts.now
            and (not order.replaces_order_id or mentions(tokens, order.number))
        ),
        key=lambda order: (order.placed_at, order.order_id),
        reverse=True,
    )
    numbered = next((order for order in newest if mentions(tokens, order.number)), None)
    if numbered is not None:
        return numbered
    named = next((order for order in newest if lines_named(tokens, order.lines)), None)
    return named or next((order for order in newest if order.status != "cancelled"), None)


def _invoice(facts: CaseFacts, tokens: Tokens, order: Order | None) -> Invoice | None:
    tied = next((item for item in facts.invoices if item.invoice_id == facts.invoice_id), None)
    if tied is not None:
        return tied
    newest = sorted(facts.invoices, key=lambda item: (item.issued_on, item.invoice_id), reverse=True)
    numbered = next((item for item in newest if mentions(tokens, item.number)), None)
    dunned = next((item for item in newest if is_dunned(item)), None)
    of_order = next((item for item in newest if order is not None and item.order_id == order.order_id), None)
    return numbered or dunned or of_order


def is_dunned(invoice: Invoice) -> bool:
    """Return whether reminders were sent for an invoice that is still open, or a fee of theirs is."""
    return (invoice.dunning_level > 0 and bool(invoice.open)) or bool(invoice.fee_open)
