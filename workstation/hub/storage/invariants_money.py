"""What must always hold of money and of what leaves the house: budgets, effects, bookings, the ledger."""

from __future__ import annotations

from workstation.hub.storage.invariants_look import Look, Violations

LONGEST_WAIT_S = 120
"""The longest undo time the hub grants a command; no effect waits longer for its own moment."""


def i01_money_is_conserved(look: Look) -> Violations:
    """Each booking belongs to an effect that happened, with the amount the ledger has for it."""
    return look.ask(
        """
SELECT b.reference FROM book_booking b
JOIN effect e ON e.tenant_id = b.tenant_id AND e.effect_id = b.reference
LEFT JOIN (
  SELECT transaction_id, sum(amount) AS amount FROM ledger
  WHERE tenant_id = :tenant_id AND account LIKE 'cost/%' GROUP BY transaction_id
) l ON l.transaction_id = e.effect_id
WHERE b.tenant_id = :tenant_id
  AND (e.state IN ('failed', 'held_back', 'cancelled')
       OR (e.state = 'confirmed'
           AND coalesce(l.amount, 0) <> CASE WHEN b.reverses = '' THEN b.amount ELSE -b.amount END))
""",
        """
SELECT p.payment_id FROM book_payment p
JOIN (
  SELECT payment_id, sum(amount - credited) AS amount FROM book_booking
  WHERE tenant_id = :tenant_id AND is_withdrawn = 0 AND reverses = '' GROUP BY payment_id
) b ON b.payment_id = p.payment_id
WHERE p.tenant_id = :tenant_id AND b.amount > p.refunded
""",
    )


def i02_booked_at_most_once(look: Look) -> Violations:
    """A confirmed effect of ours is in the books once; no two of them are the same thing outside."""
    return look.ask(
        """
SELECT e.effect_id FROM effect e
LEFT JOIN book_booking b ON b.tenant_id = e.tenant_id AND b.reference = e.effect_id
WHERE e.tenant_id = :tenant_id AND e.target = 'house_books'
  AND e.kind IN ('refund', 'refund_shipping', 'price_adjustment')
  AND e.state = 'confirmed' AND b.booking_id IS NULL
""",
        """
SELECT e.effect_id FROM effect e
LEFT JOIN book_act a ON a.tenant_id = e.tenant_id AND a.reference = e.effect_id
WHERE e.tenant_id = :tenant_id AND e.target = 'house_books'
  AND e.kind IN ('cancel_order', 'replacement', 'goodwill_voucher', 'till_order', 'reversal')
  AND ((e.state = 'confirmed' AND a.reference IS NULL)
       OR (e.state IN ('failed', 'held_back', 'cancelled') AND a.reference IS NOT NULL))
""",
        """
SELECT e.effect_id FROM effect e
LEFT JOIN billing_act a ON a.tenant_id = e.tenant_id AND a.reference = e.effect_id
WHERE e.tenant_id = :tenant_id AND e.target = 'house_books'
  AND e.kind IN ('dunning_block', 'dunning_unblock', 'waive_dunning_fee')
  AND ((e.state = 'confirmed' AND a.reference IS NULL)
       OR (e.state IN ('failed', 'held_back', 'cancelled') AND a.reference IS NOT NULL))
""",
        """
SELECT r.notice_id FROM billing_reminder r
JOIN effect e ON e.tenant_id = r.tenant_id AND e.effect_id = r.effect_id
WHERE r.tenant_id = :tenant_id
  AND ((r.status = 'sent' AND e.state <> 'confirmed')
       OR (r.status = 'planned' AND e.state IN ('confirmed', 'failed', 'held_back', 'cancelled')))
""",
        """
SELECT min(effect_id) FROM effect
WHERE tenant_id = :tenant_id AND state = 'confirmed' AND ext_ref <> ''
  AND kind IN ('refund', 'refund_shipping', 'price_adjustment', 'return_authorisation', 'cancel_order',
               'replacement', 'goodwill_voucher', 'till_order', 'mail')
GROUP BY target, kind, ext_ref HAVING count(*) > 1
""",
    )


def i03_no_budget_overdrawn(look: Look) -> Violations:
    """No budget is overdrawn, and no part of one is below zero."""
    return look.ask(
        """
SELECT budget_id FROM budget WHERE tenant_id = :tenant_id
  AND (limit_amt - spent - reserved - leased < 0 OR spent < 0 OR reserved < 0 OR leased < 0)
"""
    )


def i04_budgets_are_their_uses(look: Look) -> Violations:
    """What budgets call spent and reserved is the sum of what decisions took; what has ended is settled."""
    return look.ask(
        """
SELECT b.budget_id FROM budget b
LEFT JOIN (
  SELECT tenant_id, budget_id,
         sum(CASE WHEN state = 'reserved' THEN amount ELSE 0 END) AS reserved,
         sum(CASE WHEN state = 'spent' THEN amount ELSE 0 END) AS spent
  FROM budget_use GROUP BY tenant_id, budget_id
) u ON u.tenant_id = b.tenant_id AND u.budget_id = b.budget_id
WHERE b.tenant_id = :tenant_id AND (b.reserved <> coalesce(u.reserved, 0) OR b.spent <> coalesce(u.spent, 0))
""",
        """
SELECT u.decision_id FROM budget_use u
JOIN effect e ON e.tenant_id = u.tenant_id AND e.decision_id = u.decision_id AND e.step = u.step
WHERE u.tenant_id = :tenant_id AND u.state = 'reserved' AND e.kind <> 'mail'
  AND e.state IN ('confirmed', 'failed', 'held_back', 'cancelled')
""",
    )


def i10_nothing_before_what_it_waits_for(look: Look) -> Violations:
    """No step has left while the step it waits for was not confirmed."""
    return look.ask(
        """
SELECT e.effect_id FROM effect e
LEFT JOIN effect b ON b.tenant_id = e.tenant_id AND b.effect_id = e.after_effect_id
WHERE e.tenant_id = :tenant_id AND e.after_effect_id <> '' AND e.first_sent_at IS NOT NULL
  AND e.kind <> 'mail' AND coalesce(b.state, '') <> 'confirmed'
"""
    )


def i16_nothing_leaves_too_early(look: Look) -> Violations:
    """Nothing leaves before its time, before its approval, or after it was taken back."""
    state, verdict = look.field("d.body", "state"), look.field("c.verdict", "verdict")
    of_decision, answer = look.field("a.body", "decision_id"), look.field("a.body", "state")
    return look.ask(
        "SELECT effect_id FROM effect WHERE tenant_id = :tenant_id AND first_sent_at < not_before",
        f"""
SELECT e.effect_id FROM effect e
JOIN document d ON d.tenant_id = e.tenant_id AND d.entity = 'decision' AND d.entity_id = e.decision_id
WHERE e.tenant_id = :tenant_id AND e.kind <> 'mail' AND e.first_sent_at IS NOT NULL
  AND {state} IN ('needs_approval', 'rejected', 'cancelled')
""",
        f"""
SELECT e.effect_id FROM effect e
JOIN command_log c ON c.tenant_id = e.tenant_id AND c.cmd_id = e.decision_id
WHERE e.tenant_id = :tenant_id AND e.kind <> 'mail' AND e.first_sent_at IS NOT NULL
  AND {verdict} = 'needs_approval' AND NOT EXISTS (
    SELECT 1 FROM document a WHERE a.tenant_id = :tenant_id AND a.entity = 'approval'
      AND {of_decision} = e.decision_id AND {answer} = 'granted')
""",
    )


def i19_times_are_the_hubs_own(look: Look) -> Violations:
    """The moment a decision's step may leave comes from the hub's clock, whatever clock the desk has."""
    return look.ask(
        """
SELECT effect_id FROM effect
WHERE tenant_id = :tenant_id AND attempt = 0
  AND (not_before < created_at OR not_before > created_at + :longest)
""",
        longest=LONGEST_WAIT_S * 1_000_000,
    )


def i22_ledger_sums_to_zero(look: Look) -> Violations:
    """Every booking sums to zero in each currency, and the database itself forbids to change one."""
    needed = ("ledger_kept",) if look.is_postgresql else ("ledger_kept", "ledger_unchanged")
    broken = look.ask(
        """
SELECT transaction_id FROM ledger WHERE tenant_id = :tenant_id
GROUP BY transaction_id, currency HAVING sum(amount) <> 0
"""
    )
    return (*broken, *look.missing_triggers(needed))


def i23_no_words_before_money(look: Look) -> Violations:
    """No mail leaves while a booking it states is not confirmed."""
    waits_for = look.field("d.body", "waits_for")
    return look.ask(
        """
SELECT e.effect_id FROM effect e
LEFT JOIN effect b ON b.tenant_id = e.tenant_id AND b.effect_id = e.after_effect_id
WHERE e.tenant_id = :tenant_id AND e.after_effect_id <> '' AND e.first_sent_at IS NOT NULL
  AND e.kind = 'mail' AND coalesce(b.state, '') <> 'confirmed'
""",
        f"""
SELECT m.effect_id FROM effect m
JOIN document d ON d.tenant_id = m.tenant_id AND d.entity = 'message' AND d.entity_id = m.message_id
WHERE m.tenant_id = :tenant_id AND m.kind = 'mail' AND m.state = 'confirmed' AND EXISTS (
  SELECT 1 FROM effect s WHERE s.tenant_id = m.tenant_id AND s.decision_id = {waits_for}
    AND s.kind <> 'mail' AND s.state <> 'confirmed')
""",
    )
