"""A case file of the broken bowl for tests of the rooms: real values, real proposals, no services."""

from __future__ import annotations

from typing import Any

from tests.casework import builders
from workstation.casework.case_facts import CaseFacts
from workstation.casework.money import Money
from workstation.casework.proposals import propose, usual
from workstation.services.views import Allowance, CaseFile
from workstation.system.texts import load_texts


def case_file(facts: CaseFacts | None = None, **more: Any) -> CaseFile:
    """Return the file of the broken bowl as the case desk would open it."""
    known = facts or builders.facts()
    offers = propose(known, load_texts().topics)
    values: dict[str, Any] = {
        "case": known.case,
        "customer": known.customer,
        "messages": known.messages,
        "decisions": (),
        "promises": (),
        "approvals": (),
        "orders": known.orders,
        "payments": known.payments,
        "shipments": known.shipments,
        "returns": (),
        "bookings": (),
        "invoices": (),
        "notices": (),
        "commitments": (),
        "people": {person.person_id: person for person in (builders.AGENT, builders.LEAD)},
        "tenant": known.tenant,
        "offers": offers,
        "usual": {offer.key: amounts for offer in offers if (amounts := usual(offer, known))},
        "allowance": Allowance(Money(5000), Money(21200), "Erstattung, Stufe Agent"),
        **more,
    }
    return CaseFile(**values)
