"""What every shop backend has to hold, whichever system is behind it."""

import threading
from datetime import date
from typing import Any

import pytest

from tests.hub.small_firm import BOWLS, GLASSES, ORDER, PAYMENT, TENANT
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.hub.ports_backend import BackendRefused, Booked, RefundRequest, ReturnRequest, ShopBackend


def a_refund(reference: str = "effect-1", **changes: Any) -> RefundRequest:
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "reference": reference,
        "order_id": ORDER,
        "payment_id": PAYMENT,
        "amount": Money(2490),
        "lines": (LineQuantity(BOWLS, 1),),
        "decision_id": "decision-1",
    }
    return RefundRequest(**{**values, **changes})


def a_return(reference: str = "effect-2", **changes: Any) -> ReturnRequest:
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "reference": reference,
        "order_id": ORDER,
        "lines": (LineQuantity(BOWLS, 1),),
        "deadline": date(2026, 12, 4),
        "decision_id": "decision-1",
    }
    return ReturnRequest(**{**values, **changes})


def test_a_refund_is_booked_and_found_again(backend: ShopBackend) -> None:
    assert backend.find_refund(a_refund()) is None
    booked = backend.refund(a_refund())
    assert booked.amount == Money(2490)
    assert booked.credit_note_number
    assert not booked.is_repeat
    found = backend.find_refund(a_refund())
    assert found is not None
    assert (found.ext_ref, found.credit_note_number) == (booked.ext_ref, booked.credit_note_number)


def test_the_same_reference_is_booked_once(backend: ShopBackend) -> None:
    first = backend.refund(a_refund())
    again = [backend.refund(a_refund()) for _ in range(4)]
    assert {one.credit_note_number for one in again} == {first.credit_note_number}
    assert all(one.is_repeat for one in again)


def test_the_same_reference_for_another_amount_is_refused(backend: ShopBackend) -> None:
    backend.refund(a_refund())
    with pytest.raises(BackendRefused) as refused:
        backend.refund(a_refund(amount=Money(100), lines=()))
    assert refused.value.code == "refund.other_request"


def test_never_more_goes_back_than_was_captured(backend: ShopBackend) -> None:
    backend.refund(a_refund(amount=Money(8000), lines=()))
    with pytest.raises(BackendRefused) as refused:
        backend.refund(a_refund("effect-3", amount=Money(371), lines=()))
    assert refused.value.code == "refund.above_refundable"
    assert refused.value.params["refundable"] == "3.70 EUR"
    assert backend.find_refund(a_refund("effect-3")) is None
    backend.refund(a_refund("effect-4", amount=Money(370), lines=()))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(0), "lines": ()}, "refund.nothing"),
        ({"amount": Money(-5), "lines": ()}, "refund.nothing"),
        ({"amount": Money(2490, "USD")}, "money.currency_mismatch"),
        ({"payment_id": "nobody"}, "payment.unknown"),
        ({"order_id": "nobody"}, "order.unknown"),
        ({"lines": (LineQuantity("nobody", 1),)}, "line.unknown"),
        ({"lines": (LineQuantity(BOWLS, 3),)}, "line.above_ordered"),
        ({"lines": (LineQuantity(BOWLS, 0),)}, "line.above_ordered"),
    ],
)
def test_a_refusal_books_nothing(backend: ShopBackend, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.refund(a_refund(**changes))
    assert refused.value.code == code
    assert backend.find_refund(a_refund(**changes)) is None
    assert backend.refund(a_refund("effect-9", amount=Money(8370), lines=())).amount == Money(8370)


def test_many_at_once_with_one_reference_are_one_booking(backend: ShopBackend) -> None:
    booked: list[Booked] = []
    errors: list[Exception] = []

    def book() -> None:
        try:
            booked.append(backend.refund(a_refund()))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=book) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len({one.credit_note_number for one in booked}) == 1
    assert sum(not one.is_repeat for one in booked) == 1


def test_many_at_once_never_pass_the_captured_sum_and_leave_no_gap(backend: ShopBackend) -> None:
    outcomes: list[str] = []

    def book(index: int) -> None:
        try:
            outcomes.append(
                backend.refund(a_refund(f"effect-{index}", amount=Money(2500), lines=())).credit_note_number
            )
        except BackendRefused as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=book, args=(index,)) for index in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(one for one in outcomes if one.startswith("GS-"))
    assert numbers == ["GS-2026-00001", "GS-2026-00002", "GS-2026-00003"]
    assert outcomes.count("refund.above_refundable") == 2


def test_a_return_is_opened_once_and_found_again(backend: ShopBackend) -> None:
    assert backend.find_return(a_return()) is None
    opened = backend.authorise_return(a_return())
    assert opened.number
    assert opened.label_code
    assert opened.deadline == date(2026, 12, 4)
    again = backend.authorise_return(a_return())
    assert again.is_repeat
    assert again.number == opened.number
    found = backend.find_return(a_return())
    assert found is not None
    assert found.ext_ref == opened.ext_ref


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": ()}, "return.no_lines"),
        ({"lines": (LineQuantity(GLASSES, 3),)}, "line.above_ordered"),
        ({"lines": (LineQuantity(GLASSES, 1), LineQuantity(GLASSES, 2))}, "line.above_ordered"),
        ({"lines": (LineQuantity("nobody", 1),)}, "line.unknown"),
        ({"order_id": "nobody"}, "order.unknown"),
        ({"deadline": date(2026, 11, 19)}, "return.deadline_passed"),
    ],
)
def test_a_return_that_cannot_be_is_refused(backend: ShopBackend, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.authorise_return(a_return(**changes))
    assert refused.value.code == code
    assert backend.find_return(a_return(**changes)) is None


def test_pieces_under_way_cannot_be_returned_twice(backend: ShopBackend) -> None:
    backend.authorise_return(a_return(lines=(LineQuantity(BOWLS, 2),)))
    with pytest.raises(BackendRefused) as refused:
        backend.authorise_return(a_return("effect-3", lines=(LineQuantity(BOWLS, 1),)))
    assert refused.value.code == "line.above_ordered"
