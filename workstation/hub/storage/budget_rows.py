"""Budget rows under lock, what each decision took from them, and the double-entry ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from workstation.casework.budget import Budget, BudgetLevel
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import BudgetNeed
from workstation.hub.ports_values import BudgetRow, BudgetUse, LedgerEntry
from workstation.hub.storage.effect_rows import EffectRows
from workstation.hub.storage.sql import micros

_RETURNED = "budget_id, level, subject_id, kind_group, period, limit_amt, spent, reserved, leased, currency"
_USED = "budget.spent + budget.reserved + budget.leased"
_LOCK = f"""
INSERT INTO budget
  (tenant_id, budget_id, level, subject_id, kind_group, period, currency, limit_amt, window_days)
VALUES {{rows}}
ON CONFLICT (tenant_id, budget_id) DO UPDATE SET limit_amt =
  CASE WHEN excluded.limit_amt > {_USED} THEN excluded.limit_amt ELSE {_USED} END
RETURNING {_RETURNED}
"""
_LOCK_ROW = (
    "(:tenant_id, :budget_id{n}, :level{n}, :subject_id{n}, :kind_group{n}, :period{n}, :currency{n},"
    " :limit_amt{n}, :window_days{n})"
)
_AGE = """
UPDATE budget_use SET state = 'aged'
WHERE tenant_id = :tenant_id AND budget_id = :budget_id AND state = 'spent' AND at < :before
RETURNING amount
"""
_AGED = """
UPDATE budget SET spent = spent - :amount, limit_amt = CASE
  WHEN :limit_amt > spent - :amount + reserved + leased THEN :limit_amt
  ELSE spent - :amount + reserved + leased END
WHERE tenant_id = :tenant_id AND budget_id = :budget_id
RETURNING budget_id, level, subject_id, kind_group, period, limit_amt, spent, reserved, leased, currency
"""
_RESERVE = """
UPDATE budget SET reserved = reserved + :amount WHERE tenant_id = :tenant_id AND budget_id = :budget_id
"""
_USE = """
INSERT INTO budget_use (tenant_id, budget_id, decision_id, step, amount, at, state)
VALUES (:tenant_id, :budget_id, :decision_id, :step, :amount, :at, 'reserved')
"""
_SETTLE_USE = """
UPDATE budget_use SET state = :state
WHERE tenant_id = :tenant_id AND decision_id = :decision_id AND step = :step AND state = 'reserved'
RETURNING budget_id, amount
"""
_SETTLE = """
UPDATE budget SET reserved = reserved - :amount, spent = spent + :spent
WHERE tenant_id = :tenant_id AND budget_id = :budget_id
"""
_GIVE_BACK_USE = """
UPDATE budget_use SET state = 'released'
WHERE tenant_id = :tenant_id AND decision_id = :decision_id AND step = :step AND state = 'spent'
  AND budget_id LIKE :level
RETURNING budget_id, amount
"""
_GIVE_BACK = """
UPDATE budget SET spent = spent - :amount WHERE tenant_id = :tenant_id AND budget_id = :budget_id
"""
_BOOK = """
INSERT INTO ledger (tenant_id, transaction_id, line, account, amount, currency, reference, at)
VALUES (:tenant_id, :transaction_id, :line, :account, :amount, :currency, :reference, :at)
"""


def budget_id(need: BudgetNeed) -> str:
    """Return the key of the row a need is about."""
    return "|".join((need.level, need.subject_id, need.group, need.period, need.currency))


def _budget(row: Any) -> Budget:
    return Budget(
        budget_id=row[0],
        level=row[1],
        subject_id=row[2],
        group=row[3],
        period=row[4],
        limit_amt=row[5],
        spent=row[6],
        reserved=row[7],
        leased=row[8],
        currency=row[9],
    )


class BudgetRows(EffectRows):
    """Mixed into the transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: defaultdict[str, int] = defaultdict(int)
        self._uses: list[dict[str, Any]] = []

    def lock_budgets(self, needs: Sequence[BudgetNeed], now: datetime) -> tuple[BudgetRow, ...]:
        """Return the rows of ``needs`` in their order, made if missing, aged, and locked until the end."""
        self._check_may_write()
        if not needs:
            return ()
        # Sorted, so that two decisions that need the same rows never wait for one another in a circle.
        ordered = sorted({budget_id(need): need for need in needs}.items())
        params: dict[str, Any] = {"tenant_id": self.tenant_id}
        for index, (key, need) in enumerate(ordered):
            params |= {
                f"budget_id{index}": key,
                f"level{index}": need.level,
                f"subject_id{index}": need.subject_id,
                f"kind_group{index}": need.group,
                f"period{index}": need.period,
                f"currency{index}": need.currency,
                f"limit_amt{index}": need.limit_amt,
                f"window_days{index}": need.window_days,
            }
        rows = ", ".join(_LOCK_ROW.format(n=index) for index in range(len(ordered)))
        shown = [key for key, need in ordered if need.level == "person_day"]
        locked, documents = self.session.batch(
            [(_LOCK.format(rows=rows), params), self.documents_question("budget", shown)]
        )
        self.documents_answered("budget", shown, documents)
        found = {row[0]: _budget(row) for row in locked}
        for key, need in ordered:
            if need.window_days and found[key].spent:
                found[key] = self._aged(found[key], need, now)
        return tuple(BudgetRow(budget=found[budget_id(need)], need=need) for need in needs)

    def _aged(self, budget: Budget, need: BudgetNeed, now: datetime) -> Budget:
        before = now - timedelta(days=need.window_days)
        rows = self.session.rows(
            _AGE, tenant_id=self.tenant_id, budget_id=budget.budget_id, before=micros(before)
        )
        if not rows:
            return budget
        row = self.session.row(
            _AGED,
            tenant_id=self.tenant_id,
            budget_id=budget.budget_id,
            amount=sum(int(row[0]) for row in rows),
            limit_amt=need.limit_amt,
        )
        return _budget(row)

    def reserve(self, row: BudgetRow, use: BudgetUse) -> None:
        """Reserve an amount on a locked row.

        Raises:
            RuleViolation: ``budget.exhausted`` when the rest is too small.
        """
        key = row.budget.budget_id
        if self._taken[key] + use.amount > row.budget.rest:
            raise RuleViolation("budget.exhausted", level=row.budget.level, rest=row.budget.rest)
        self._taken[key] += use.amount
        self._uses.append(
            {
                "tenant_id": self.tenant_id,
                "budget_id": key,
                "decision_id": use.decision_id,
                "step": use.step,
                "amount": use.amount,
                "at": micros(use.at),
            }
        )
        if row.budget.level == "person_day":
            reserved = row.budget.reserved + self._taken[key]
            self.put(_with_parts(row.budget, reserved, row.budget.spent))

    def write_budgets(self) -> None:
        """Write what was reserved."""
        if not self._uses:
            return
        self.session.later(
            _RESERVE,
            [
                {"tenant_id": self.tenant_id, "budget_id": key, "amount": amount}
                for key, amount in sorted(self._taken.items())
            ],
        )
        self.session.later(_USE, self._uses)
        self._taken.clear()
        self._uses = []

    def settle(self, decision_id: str, step: int, *, is_spent: bool, at: datetime) -> None:
        """Turn what a step reserved into spent, or give it back; a second call changes nothing."""
        self._check_may_write()
        self.write_budgets()
        rows = self.session.rows(
            _SETTLE_USE,
            tenant_id=self.tenant_id,
            decision_id=decision_id,
            step=step,
            state="spent" if is_spent else "released",
        )
        amounts = {str(row[0]): int(row[1]) for row in rows}
        if not amounts:
            return
        self.session.later(
            _SETTLE,
            [
                {
                    "tenant_id": self.tenant_id,
                    "budget_id": key,
                    "amount": amount,
                    "spent": amount if is_spent else 0,
                }
                for key, amount in sorted(amounts.items())
            ],
        )
        for key in sorted(amounts):
            if key.startswith("person_day|"):
                self._show(key)

    def give_back(self, decision_id: str, step: int, level: BudgetLevel) -> None:
        """Make free again what a booked step took from rows of one level; a second call changes nothing."""
        self._check_may_write()
        self.write_budgets()
        rows = self.session.rows(
            _GIVE_BACK_USE,
            tenant_id=self.tenant_id,
            decision_id=decision_id,
            step=step,
            level=f"{level}|%",
        )
        if rows:
            self.session.later(
                _GIVE_BACK,
                [
                    {"tenant_id": self.tenant_id, "budget_id": str(key), "amount": int(amount)}
                    for key, amount in sorted((row[0], row[1]) for row in rows)
                ],
            )
        for key in sorted(str(row[0]) for row in rows):
            if key.startswith("person_day|"):
                self._show(key)

    def _show(self, key: str) -> None:
        row = self.session.row(
            f"SELECT {_RETURNED} FROM budget WHERE tenant_id = :tenant_id AND budget_id = :key",
            tenant_id=self.tenant_id,
            key=key,
        )
        self.put(_budget(row))

    def book(self, transaction_id: str, entries: Sequence[LedgerEntry], at: datetime) -> None:
        """Append a double-entry booking whose amounts sum to zero per currency.

        Raises:
            ValueError: they do not.
        """
        self._check_may_write()
        sums: defaultdict[str, int] = defaultdict(int)
        for entry in entries:
            sums[entry.currency] += entry.amount
        if any(sums.values()) or not entries:
            raise ValueError(f"the booking does not sum to zero: {dict(sums)}")
        self.session.later(
            _BOOK,
            [
                {
                    "tenant_id": self.tenant_id,
                    "transaction_id": transaction_id,
                    "line": line,
                    "account": entry.account,
                    "amount": entry.amount,
                    "currency": entry.currency,
                    "reference": entry.reference,
                    "at": micros(at),
                }
                for line, entry in enumerate(entries, 1)
            ],
        )


def _with_parts(budget: Budget, reserved: int, spent: int) -> Budget:
    return Budget(
        budget_id=budget.budget_id,
        level=budget.level,
        subject_id=budget.subject_id,
        group=budget.group,
        period=budget.period,
        limit_amt=budget.limit_amt,
        spent=spent,
        reserved=reserved,
        leased=budget.leased,
        currency=budget.currency,
    )
