"""What must always hold of the books: credit notes without gaps, taken back once, tax that adds up, stock."""

from __future__ import annotations

from workstation.hub.storage.invariants_look import Look, Violations

_SERIES = (("credit_note", "GS"), ("credit_note_reversal", "GS-S"))


def i24_credit_notes_have_no_gaps(look: Look) -> Violations:
    """Every number that was drawn this year or any other stands on one booking, from 1 to the last."""
    found: Violations = ()
    for series, letters in _SERIES:
        found += look.ask(
            """
SELECT n.name FROM number_series n
LEFT JOIN (
  SELECT substr(credit_note_number, :year_at, 4) AS year, count(*) AS notes,
         min(CAST(substr(credit_note_number, :number_at) AS BIGINT)) AS least,
         max(CAST(substr(credit_note_number, :number_at) AS BIGINT)) AS most
  FROM book_booking
  WHERE tenant_id = :tenant_id AND credit_note_number LIKE :notes
  GROUP BY substr(credit_note_number, :year_at, 4)
) b ON b.year = substr(n.name, :name_at)
WHERE n.tenant_id = :tenant_id AND n.name LIKE :series
  AND (coalesce(b.notes, 0) <> n.last OR coalesce(b.least, 1) <> 1 OR coalesce(b.most, n.last) <> n.last)
""",
            year_at=len(letters) + 2,
            number_at=len(letters) + 7,
            name_at=len(series) + 2,
            # A year begins with a digit, which tells the one series from the other.
            notes=f"{letters}-2%",
            series=f"{series}_2%",
        )
    return found


def i25_taken_back_once(look: Look) -> Violations:
    """A withdrawn booking has one counter booking of its amount, is unpaid, and no other has one."""
    return look.ask(
        """
SELECT b.booking_id FROM book_booking b
LEFT JOIN book_booking c ON c.tenant_id = b.tenant_id AND c.reverses = b.booking_id
WHERE b.tenant_id = :tenant_id
  AND ((b.is_withdrawn = 1 AND (c.booking_id IS NULL OR c.amount <> b.amount OR b.paid_at IS NOT NULL))
       OR (b.is_withdrawn = 0 AND c.booking_id IS NOT NULL))
""",
        """
SELECT c.booking_id FROM book_booking c
LEFT JOIN book_booking b ON b.tenant_id = c.tenant_id AND b.booking_id = c.reverses
WHERE c.tenant_id = :tenant_id AND c.reverses <> '' AND b.booking_id IS NULL
""",
    )


def i26_tax_is_the_amount(look: Look) -> Violations:
    """Net and tax of a booking sum up to its amount."""
    return look.ask(
        """
SELECT b.booking_id FROM book_booking b
JOIN (
  SELECT booking_id, sum(net + tax) AS amount FROM book_tax
  WHERE tenant_id = :tenant_id GROUP BY booking_id
) t ON t.booking_id = b.booking_id
WHERE b.tenant_id = :tenant_id AND t.amount <> b.amount
"""
    )


def i27_rows_are_their_documents(look: Look) -> Violations:
    """Stock, vouchers and payments say the same in their row as in what desks are shown."""
    available = look.field("d.body", "available")
    status = look.field("d.body", "status")
    return look.ask(
        f"""
SELECT s.stock_id FROM book_stock s
LEFT JOIN document d ON d.tenant_id = s.tenant_id AND d.entity = 'stock' AND d.entity_id = s.stock_id
WHERE s.tenant_id = :tenant_id
  AND (d.entity_id IS NULL OR CAST({available} AS BIGINT) <> s.available)
""",
        f"""
SELECT v.voucher_id FROM book_voucher v
LEFT JOIN document d ON d.tenant_id = v.tenant_id AND d.entity = 'voucher' AND d.entity_id = v.voucher_id
WHERE v.tenant_id = :tenant_id
  AND (d.entity_id IS NULL OR coalesce({status}, 'open') <> v.state)
""",
    )
