"""What must always hold in the hub's data: one function a rule, whose answer is empty when it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workstation.hub.storage import invariants_books as books
from workstation.hub.storage import invariants_feed as feed
from workstation.hub.storage import invariants_joined as joined
from workstation.hub.storage import invariants_money as money
from workstation.hub.storage.invariants_look import Invariant, Look, Violations
from workstation.hub.storage.sql import Session

if TYPE_CHECKING:
    from workstation.hub.storage.database import SqlDatabase

INVARIANTS: tuple[Invariant, ...] = (
    money.i01_money_is_conserved,
    money.i02_booked_at_most_once,
    money.i03_no_budget_overdrawn,
    money.i04_budgets_are_their_uses,
    feed.i08_one_verdict_a_command,
    feed.i09_commands_in_order,
    money.i10_nothing_before_what_it_waits_for,
    feed.i11_feed_is_the_documents,
    feed.i12_no_row_beyond_the_head,
    feed.i15_four_eyes,
    money.i16_nothing_leaves_too_early,
    feed.i17_a_case_is_where_its_team_is,
    feed.i18_revoked_devices_do_nothing,
    money.i19_times_are_the_hubs_own,
    feed.i20_tenants_are_apart,
    money.i22_ledger_sums_to_zero,
    money.i23_no_words_before_money,
    books.i24_credit_notes_have_no_gaps,
    books.i25_taken_back_once,
    books.i26_tax_is_the_amount,
    books.i27_rows_are_their_documents,
    joined.i28_merged_cases_agree,
)
"""All questions to one tenant's data, by number; the gaps are questions that need the desks as well."""

_ROWS = {"i01": "book_booking", "i02": "effect", "i03": "budget", "i04": "budget_use", "i08": "command_log"}
_ROWS |= {"i09": "command_log", "i10": "effect", "i11": "feed", "i12": "scope", "i15": "document"}
_ROWS |= {"i16": "effect", "i17": "document", "i18": "command_log", "i19": "effect", "i20": "document"}
_ROWS |= {"i22": "ledger", "i23": "effect"}
_ROWS |= {
    "i24": "book_booking",
    "i25": "book_booking",
    "i26": "book_tax",
    "i27": "document",
    "i28": "case_row",
}


class Finding:
    """What one rule found: its name, how many rows it is about, and the ids that break it."""

    def __init__(self, name: str, rows: int, broken: Violations) -> None:
        self.name = name
        self.rows = rows
        self.broken = broken


def check(session: Session, tenant_id: str, most: int = 20) -> dict[str, Violations]:
    """Return what does not hold: name of the rule -> ids (at most ``most``); empty when all is well."""
    look = Look(session, tenant_id, most)
    answers = {rule.__name__: rule(look) for rule in INVARIANTS}
    return {name: broken for name, broken in answers.items() if broken}


def survey(database: SqlDatabase, tenant_id: str, most: int = 20) -> tuple[Finding, ...]:
    """Return a finding for every rule, also for those that hold; all read on one state of the data."""
    return database.look(lambda session: _survey(Look(session, tenant_id, most)))


def _survey(look: Look) -> tuple[Finding, ...]:
    rows: dict[str, int] = {}
    findings: list[Finding] = []
    for rule in INVARIANTS:
        table = _ROWS[rule.__name__[:3]]
        if table not in rows:
            rows[table] = look.count(table)
        findings.append(Finding(rule.__name__, rows[table], rule(look)))
    return tuple(findings)


def checker(tenant_id: str) -> Callable[[Session], dict[str, Violations]]:
    """Return the work that checks one tenant."""
    return lambda session: check(session, tenant_id)
