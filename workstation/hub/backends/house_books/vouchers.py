"""Vouchers: a code nobody can guess, with a character that shows typing errors; each is redeemed once."""

from __future__ import annotations

import secrets

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.records import Order, Voucher
from workstation.hub.backends.house_books.acts import Raced, add_act, known_act
from workstation.hub.backends.house_books.numbers import local_day
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import VoucherIssued, VoucherRequest
from workstation.hub.ports_books import BookAct, Books
from workstation.hub.ports_values import LedgerEntry

VOUCHER = "goodwill_voucher"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U: nothing that is read wrong or spells a word."""
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_GUESSES = 11
"""Letters drawn by chance: 55 bits."""


def issue(tx: Tx, books: Books, request: VoucherRequest) -> VoucherIssued:
    """Issue a voucher, once for its reference.

    Raises:
        RuleViolation: ``voucher.nothing``, ``voucher.expiry_past``, ``customer.unknown``.
    """
    act = known_act(books, request)
    if act is not None:
        return issued(tx, act, is_repeat=True)
    if request.amount.minor_units <= 0:
        raise RuleViolation("voucher.nothing")
    if request.expires_on is not None and request.expires_on < local_day(tx):
        raise RuleViolation("voucher.expiry_past", expires_on=request.expires_on.isoformat())
    if tx.get(Customer, request.customer_id) is None:
        raise RuleViolation("customer.unknown", customer_id=request.customer_id)
    voucher = Voucher(
        voucher_id=derived_id(tx.tenant_id, "voucher", request.reference),
        code=new_code(),
        customer_id=request.customer_id,
        amount=request.amount,
        created_at=tx.now,
        reference=request.reference,
        expires_on=request.expires_on,
        decision_id=request.decision_id,
        reason=request.reason,
    )
    add_act(tx, books, request, VOUCHER, voucher.voucher_id)
    while not books.add_voucher(voucher, folded_code(voucher.code)):
        voucher = msgspec.structs.replace(voucher, code=new_code())
    tx.put(voucher)
    return _told(voucher)


def issued(tx: Tx, act: BookAct, *, is_repeat: bool) -> VoucherIssued:
    """Return a voucher as the outside is told of it."""
    return msgspec.structs.replace(_told(_voucher(tx, act.subject_id)), is_repeat=is_repeat)


def redeem(tx: Tx, books: Books, code: str, order_number: str, *, actor: str) -> Voucher:
    """Use a voucher up for an order; it can be done once.

    Raises:
        RuleViolation: ``voucher.malformed``, ``voucher.unknown``, ``voucher.already_redeemed``,
            ``voucher.withdrawn``, ``voucher.expired`` or ``order.number_unknown``.
    """
    voucher = known_voucher(tx, books, code)
    order_id = books.orders_by_numbers((order_number,)).get(order_number)
    if order_id is None:
        raise RuleViolation("order.number_unknown", number=order_number)
    if voucher.expires_on is not None and voucher.expires_on < local_day(tx):
        raise RuleViolation("voucher.expired", expires_on=voucher.expires_on.isoformat())
    used = msgspec.structs.replace(voucher, status="redeemed", redeemed_at=tx.now, redeemed_order_id=order_id)
    close(tx, books, used)
    amount, currency = voucher.amount.minor_units, voucher.amount.currency
    tx.book(
        derived_id("redeemed", voucher.voucher_id),
        (
            LedgerEntry("payout/house_books", amount, currency, voucher.voucher_id),
            LedgerEntry("voucher/redeemed", -amount, currency, order_id),
        ),
        tx.now,
    )
    tx.audit("voucher.redeemed", actor=actor, subject=voucher.voucher_id, detail={"order_id": order_id})
    return used


def known_voucher(tx: Tx, books: Books, code: str) -> Voucher:
    """Return the open voucher with that code, however it is spelled.

    Raises:
        RuleViolation: ``voucher.malformed``, ``voucher.unknown``, ``voucher.already_redeemed``,
            ``voucher.withdrawn``.
    """
    folded = folded_code(code)
    if not is_well_formed(folded):
        raise RuleViolation("voucher.malformed")
    # Locked before it is read: what is read is what whoever was first left behind.
    voucher_id = books.voucher_by_code(folded, lock=True)
    if voucher_id is None:
        raise RuleViolation("voucher.unknown")
    voucher = _voucher(tx, voucher_id)
    _check_open(tx, voucher)
    return voucher


def close(tx: Tx, books: Books, voucher: Voucher) -> None:
    """Store a voucher that is not open any more.

    Raises:
        Raced: it was closed since it was read.
    """
    if not books.close_voucher(voucher):
        raise Raced
    tx.put(voucher)


def _check_open(tx: Tx, voucher: Voucher) -> None:
    if voucher.status == "redeemed":
        order = tx.get(Order, voucher.redeemed_order_id)
        raise RuleViolation(
            "voucher.already_redeemed",
            at=voucher.redeemed_at.isoformat() if voucher.redeemed_at else "",
            order=order.number if order else "",
        )
    if voucher.status == "withdrawn":
        raise RuleViolation("voucher.withdrawn")


def _voucher(tx: Tx, voucher_id: str) -> Voucher:
    voucher = tx.get(Voucher, voucher_id)
    if voucher is None:
        raise RuleViolation("voucher.unknown")
    return voucher


def _told(voucher: Voucher) -> VoucherIssued:
    return VoucherIssued(
        ext_ref=voucher.voucher_id,
        code=voucher.code,
        amount=voucher.amount,
        created_at=voucher.created_at,
        expires_on=voucher.expires_on,
    )


def new_code() -> str:
    """Return a new code such as ``7K3M-9QXT-4H2C``; its last letter is made from the others."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_GUESSES))
    whole = drawn + _check_letter(drawn)
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def folded_code(code: str) -> str:
    """Return a code as codes are compared: capitals, no dashes, letters for the digits they look like."""
    return code.strip().upper().translate(_MEANT)[:64]


def is_well_formed(folded: str) -> bool:
    """Say whether length, letters and the last letter are right."""
    return (
        len(folded) == _GUESSES + 1
        and all(letter in _LETTERS for letter in folded)
        and _check_letter(folded[:-1]) == folded[-1]
    )


def _check_letter(drawn: str) -> str:
    """Luhn's rule over 32 letters: one wrong letter never passes, two swapped hardly ever."""
    total = 0
    for position, letter in enumerate(reversed(drawn)):
        value = _LETTERS.index(letter) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _LETTERS[-total % 32]
