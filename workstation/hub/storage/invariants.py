"""What must always hold in the hub's data, each as a question whose answer is empty when all is well."""

from __future__ import annotations

from collections.abc import Callable

from workstation.hub.storage.sql import Session

Violations = tuple[str, ...]

_BUDGET_PARTS = """
SELECT b.budget_id FROM budget b
LEFT JOIN (
  SELECT tenant_id, budget_id,
         sum(CASE WHEN state = 'reserved' THEN amount ELSE 0 END) AS reserved,
         sum(CASE WHEN state = 'spent' THEN amount ELSE 0 END) AS spent
  FROM budget_use GROUP BY tenant_id, budget_id
) u ON u.tenant_id = b.tenant_id AND u.budget_id = b.budget_id
WHERE b.tenant_id = :tenant_id AND (b.reserved <> coalesce(u.reserved, 0) OR b.spent <> coalesce(u.spent, 0))
"""
_OVERDRAWN = """
SELECT budget_id FROM budget WHERE tenant_id = :tenant_id
  AND (limit_amt - spent - reserved - leased < 0 OR spent < 0 OR reserved < 0 OR leased < 0)
"""
_LEDGER = """
SELECT transaction_id FROM ledger WHERE tenant_id = :tenant_id
GROUP BY transaction_id, currency HAVING sum(amount) <> 0
"""
_TOO_EARLY = """
SELECT effect_id FROM effect WHERE tenant_id = :tenant_id AND first_sent_at < not_before
"""
_WORDS_BEFORE_MONEY = """
SELECT e.effect_id FROM effect e
LEFT JOIN effect b ON b.tenant_id = e.tenant_id AND b.effect_id = e.after_effect_id
WHERE e.tenant_id = :tenant_id AND e.after_effect_id <> '' AND e.first_sent_at IS NOT NULL
  AND coalesce(b.state, '') <> 'confirmed'
"""
_NOT_BOOKED_ONCE = """
SELECT e.effect_id FROM effect e
LEFT JOIN book_booking b ON b.tenant_id = e.tenant_id AND b.reference = e.effect_id
WHERE e.tenant_id = :tenant_id AND e.kind = 'refund' AND e.target = 'house_books'
  AND ((e.state = 'confirmed' AND b.booking_id IS NULL)
       OR (e.state IN ('failed', 'held_back', 'cancelled') AND b.booking_id IS NOT NULL))
"""
_FEED_NUMBERS = """
SELECT f.entity_id FROM feed f JOIN scope s ON s.tenant_id = f.tenant_id AND s.scope_id = f.scope_id
WHERE f.tenant_id = :tenant_id AND f.seq > s.head_seq
"""
_FEED_WITHOUT_DOCUMENT = """
SELECT f.entity_id FROM feed f
LEFT JOIN document d ON d.tenant_id = f.tenant_id AND d.entity = f.entity AND d.entity_id = f.entity_id
WHERE f.tenant_id = :tenant_id AND f.gone = 0
  AND (d.entity_id IS NULL OR d.rev <> f.rev OR ' ' || d.scopes || ' ' NOT LIKE '% ' || f.scope_id || ' %')
"""
_DOCUMENT_WITHOUT_FEED = """
SELECT d.entity_id FROM document d
WHERE d.tenant_id = :tenant_id AND d.scopes <> ''
  AND length(d.scopes) - length(replace(d.scopes, ' ', '')) + 1 <> (
    SELECT count(*) FROM feed f WHERE f.tenant_id = d.tenant_id AND f.entity = d.entity
      AND f.entity_id = d.entity_id AND f.gone = 0)
"""
_CASE_CHILD_ELSEWHERE = """
SELECT d.entity_id FROM document d JOIN document c
  ON c.tenant_id = d.tenant_id AND c.entity = 'case' AND c.entity_id = d.case_id
WHERE d.tenant_id = :tenant_id AND d.scopes <> c.scopes
"""

_QUESTIONS: dict[str, str] = {
    "budget.not_overdrawn": _OVERDRAWN,
    "budget.parts_are_their_uses": _BUDGET_PARTS,
    "ledger.sums_to_zero": _LEDGER,
    "effect.not_before_its_time": _TOO_EARLY,
    "effect.money_before_words": _WORDS_BEFORE_MONEY,
    "effect.booked_once": _NOT_BOOKED_ONCE,
    "feed.numbers_up_to_head": _FEED_NUMBERS,
    "feed.rows_have_documents": _FEED_WITHOUT_DOCUMENT,
    "feed.documents_have_rows": _DOCUMENT_WITHOUT_FEED,
    "scope.case_and_its_parts": _CASE_CHILD_ELSEWHERE,
}


def check(session: Session, tenant_id: str, most: int = 20) -> dict[str, Violations]:
    """Return what does not hold: name of the rule -> ids (at most ``most``); empty when all is well."""
    found: dict[str, Violations] = {}
    for name, sql in _QUESTIONS.items():
        rows = session.rows(f"{sql.strip()} LIMIT :most", tenant_id=tenant_id, most=most)
        if rows:
            found[name] = tuple(str(row[0]) for row in rows)
    return found


def checker(tenant_id: str) -> Callable[[Session], dict[str, Violations]]:
    """Return the work that checks one tenant."""
    return lambda session: check(session, tenant_id)
