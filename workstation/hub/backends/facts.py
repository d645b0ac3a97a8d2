"""From what a backend did to the facts a reply may state, by the name of their slot; nothing empty."""

from __future__ import annotations

from workstation.casework.params import money_param
from workstation.hub.ports_backend import (
    Booked,
    ReplacementBooked,
    ReturnBooked,
    Reversed,
    TillOrdered,
    VoucherIssued,
)
from workstation.hub.ports_values import Done

Outcome = Booked | ReturnBooked | ReplacementBooked | VoucherIssued | Reversed | TillOrdered


def done(outcome: Outcome) -> Done:
    """Return the outside name of what was done, and its facts."""
    facts = {slot: value for slot, value in _facts(outcome).items() if value}
    return Done(ext_ref=outcome.ext_ref, facts=facts)


def _facts(outcome: Outcome) -> dict[str, str]:
    match outcome:
        case Booked():
            return {
                "booked_at": outcome.booked_at.isoformat(),
                "amount": money_param(outcome.amount) if outcome.amount else "",
                "credit_note_no": outcome.credit_note_number,
                "credited": money_param(outcome.credited) if outcome.credited else "",
                "credited_invoice": outcome.credited_invoice,
                "left_open": money_param(outcome.left_open) if outcome.left_open is not None else "",
            }
        case ReturnBooked():
            return {
                "booked_at": outcome.created_at.isoformat(),
                "return_no": outcome.number,
                "deadline": outcome.deadline.isoformat(),
                "label_code": outcome.label_code,
                "return_label": outcome.label_code,
            }
        case ReplacementBooked():
            return {"booked_at": outcome.created_at.isoformat(), "replacement_no": outcome.number}
        case VoucherIssued():
            return {
                "booked_at": outcome.created_at.isoformat(),
                "amount": money_param(outcome.amount),
                "voucher_code": outcome.code,
                "voucher_expires_on": outcome.expires_on.isoformat() if outcome.expires_on else "",
            }
        case Reversed():
            return {
                "booked_at": outcome.reversed_at.isoformat(),
                "amount": money_param(outcome.amount) if outcome.amount else "",
                "credit_note_no": outcome.credit_note_number,
            }
        case TillOrdered():
            return {
                "booked_at": outcome.ordered_at.isoformat(),
                "amount": money_param(outcome.amount),
                "slip_no": outcome.number,
                "slip_sha256": outcome.slip_sha256,
                "credit_note_no": outcome.credit_note_number,
            }
