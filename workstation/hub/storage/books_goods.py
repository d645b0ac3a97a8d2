"""Acts by their reference, vouchers and stock in SQL: once for ever, redeemed once, never below nothing."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.records import StockLevel, Voucher
from workstation.hub.ports_books import BookAct
from workstation.hub.storage.books_rows import BookRows
from workstation.hub.storage.sql import micros, moment

_ACT = "reference, kind, subject_id, fingerprint, undoes, made_at"
_ADD_ACT = f"""
INSERT INTO book_act (tenant_id, {_ACT})
VALUES (:tenant_id, :reference, :kind, :subject_id, :fingerprint, :undoes, :made_at)
ON CONFLICT (tenant_id, reference) DO NOTHING
"""
_ADD_VOUCHER = """
INSERT INTO book_voucher (tenant_id, voucher_id, code, currency, amount, state)
VALUES (:tenant_id, :voucher_id, :code, :currency, :amount, 'open')
ON CONFLICT DO NOTHING
"""
_CLOSE_VOUCHER = """
UPDATE book_voucher SET state = :state
WHERE tenant_id = :tenant_id AND voucher_id = :voucher_id AND state = 'open'
"""
_KEEP_STOCK = """
INSERT INTO book_stock (tenant_id, stock_id, sku, available)
VALUES (:tenant_id, :stock_id, :sku, :available)
ON CONFLICT (tenant_id, stock_id) DO UPDATE SET available = excluded.available
"""
_TAKE_STOCK = """
UPDATE book_stock SET available = available - :pieces
WHERE tenant_id = :tenant_id AND stock_id = :stock_id AND available >= :pieces
"""
_GIVE_STOCK = """
UPDATE book_stock SET available = available + :pieces
WHERE tenant_id = :tenant_id AND stock_id = :stock_id
"""


class GoodsRows(BookRows):
    """Mixed into the books."""

    def act(self, reference: str) -> BookAct | None:
        """Return what was done under a reference."""
        return self._act("reference", reference)

    def act_undoing(self, reference: str) -> BookAct | None:
        """Return what took back the act or booking with that reference."""
        return self._act("undoes", reference) if reference else None

    def _act(self, column: str, value: str) -> BookAct | None:
        row = self._session.row(
            f"SELECT {_ACT} FROM book_act WHERE tenant_id = :tenant_id AND {column} = :value",
            tenant_id=self._tenant_id,
            value=value,
        )
        if row is None:
            return None
        return BookAct(
            reference=str(row[0]),
            kind=str(row[1]),
            subject_id=str(row[2]),
            fingerprint=str(row[3]),
            undoes=str(row[4]),
            made_at=moment(row[5]),
        )

    def add_act(self, act: BookAct) -> bool:
        """Store an act; False (and nothing stored) when its reference is used already."""
        added = self._do(
            _ADD_ACT,
            reference=act.reference,
            kind=act.kind,
            subject_id=act.subject_id,
            fingerprint=act.fingerprint,
            undoes=act.undoes,
            made_at=micros(act.made_at),
        )
        return added == 1

    def add_voucher(self, voucher: Voucher, folded_code: str) -> bool:
        """Store a voucher; False (and nothing stored) when its code is taken."""
        added = self._do(
            _ADD_VOUCHER,
            voucher_id=voucher.voucher_id,
            code=folded_code,
            currency=voucher.amount.currency,
            amount=voucher.amount.minor_units,
        )
        return added == 1

    def voucher_by_code(self, folded_code: str, *, lock: bool = False) -> str | None:
        """Return the id of the voucher with that code; with ``lock`` nobody else closes it meanwhile."""
        found = self._session.value(
            "SELECT voucher_id FROM book_voucher WHERE tenant_id = :tenant_id AND code = :code"
            + (" FOR UPDATE" if lock and self._session.is_postgresql else ""),
            tenant_id=self._tenant_id,
            code=folded_code,
        )
        return None if found is None else str(found)

    def close_voucher(self, voucher: Voucher) -> bool:
        """Say that an open voucher is redeemed or withdrawn; False when it was not open any more."""
        return self._do(_CLOSE_VOUCHER, voucher_id=voucher.voucher_id, state=voucher.status) == 1

    def stock_by_skus(self, skus: Sequence[str]) -> dict[str, str]:
        """Return ids of stock levels by article number, for those that exist (compared without case)."""
        return self._by_number("book_stock", "sku", "stock_id", skus)

    def keep_stock(self, level: StockLevel, folded_sku: str) -> None:
        """Remember how many pieces of an article there are."""
        self._do(_KEEP_STOCK, stock_id=level.stock_id, sku=folded_sku, available=level.available)

    def take_stock(self, stock_id: str, pieces: int) -> bool:
        """Take pieces out of the stock; False (and nothing taken) when there are not so many."""
        return self._do(_TAKE_STOCK, stock_id=stock_id, pieces=pieces) == 1

    def give_stock(self, stock_id: str, pieces: int) -> None:
        """Put pieces back into the stock."""
        self._do(_GIVE_STOCK, stock_id=stock_id, pieces=pieces)
