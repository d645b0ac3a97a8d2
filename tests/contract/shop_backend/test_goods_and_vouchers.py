"""What every shop backend has to hold of shipping, prices, cancellations, replacements and vouchers."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.contract.shop_backend.asking import (
    a_voucher,
    cancelling,
    less_to_pay,
    replacing,
    shipping_back,
)
from tests.contract.shop_backend.test_shop_backend import a_refund
from tests.contract.shop_backend.world import World
from tests.hub.small_firm import BOWLS, GLASSES, ORDER, PAYMENT
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.hub.ports_backend import BackendRefused, ShopBackend

Ask = Callable[[], object]


def refused(ask: Ask) -> BackendRefused:
    with pytest.raises(BackendRefused) as caught:
        ask()
    return caught.value


def at_once(*asks: Ask) -> list[object]:
    """Ask all in threads of their own; returns answers, and codes of what was refused."""
    told: list[object] = []

    def one(ask: Ask) -> None:
        try:
            told.append(ask())
        except BackendRefused as error:
            told.append(error.code)

    threads = [threading.Thread(target=one, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(asks)
    return told


def test_shipping_goes_back_once_an_order(backend: ShopBackend, world: World) -> None:
    first = backend.refund(shipping_back())
    assert first.credit_note_number
    assert backend.refund(shipping_back()).credit_note_number == first.credit_note_number
    assert refused(lambda: backend.refund(shipping_back("shipping-2"))).code == "shipping.already_refunded"
    more = refused(lambda: backend.refund(shipping_back("shipping-3", amount=Money(491))))
    assert (more.code, more.params["shipping"]) == ("shipping.above_paid", "4.90 EUR")
    assert world.refunded(PAYMENT) == 490


def test_shipping_goes_back_once_when_asked_for_at_the_same_time(backend: ShopBackend, world: World) -> None:
    told = at_once(*(lambda n=n: backend.refund(shipping_back(f"shipping-{n}")) for n in range(4)))
    assert told.count("shipping.already_refunded") == 3
    assert world.refunded(PAYMENT) == 490


def test_a_part_of_the_price_counts_with_every_other_refund(backend: ShopBackend, world: World) -> None:
    backend.refund(less_to_pay(amount=Money(8000)))
    assert refused(lambda: backend.refund(less_to_pay("price-2"))).code == "refund.above_refundable"
    other = refused(lambda: backend.refund(less_to_pay(amount=Money(8000), kind="refund")))
    assert other.code == "refund.other_request"
    assert world.refunded(PAYMENT) == 8000


def test_an_order_is_cancelled_once_and_found_again(backend: ShopBackend, world: World) -> None:
    assert backend.find_cancellation(cancelling()) is None
    done = backend.cancel(cancelling())
    assert done.amount == Money(8370)
    assert done.credit_note_number
    assert backend.cancel(cancelling()).is_repeat
    found = backend.find_cancellation(cancelling())
    assert found is not None
    assert (found.ext_ref, found.credit_note_number) == (done.ext_ref, done.credit_note_number)
    order = world.order(ORDER)
    assert order.status == "cancelled"
    assert all(line.cancelled_quantity == line.quantity for line in order.lines)
    assert refused(lambda: backend.cancel(cancelling("cancel-2"))).code == "refund.above_refundable"
    again = cancelling("cancel-3", amount=Money(0), payment_id="")
    assert refused(lambda: backend.cancel(again)).code == "order.already_cancelled"
    assert refused(lambda: backend.refund(shipping_back())).code == "refund.above_refundable"
    assert refused(lambda: backend.replace(replacing())).code == "order.already_cancelled"


def test_lines_are_cancelled_and_the_rest_stays(backend: ShopBackend, world: World) -> None:
    one = cancelling(lines=(LineQuantity(BOWLS, 1),), amount=Money(2490))
    backend.cancel(one)
    order = world.order(ORDER)
    assert order.status == "placed"
    assert {line.line_id: line.cancelled_quantity for line in order.lines} == {GLASSES: 0, BOWLS: 1}
    too_many = cancelling("cancel-2", lines=(LineQuantity(BOWLS, 2),), amount=Money(4980))
    assert refused(lambda: backend.cancel(too_many)).code == "line.above_ordered"
    assert refused(lambda: backend.cancel(cancelling(amount=Money(1)))).code == "reference.other_request"
    backend.refund(a_refund(lines=(LineQuantity(BOWLS, 1),)))
    rest = backend.cancel(cancelling("cancel-3", amount=Money(2900)))
    assert rest.amount == Money(2900)
    assert world.order(ORDER).status == "cancelled"
    assert world.refunded(PAYMENT) == 2490 + 2490 + 2900


def test_what_was_never_paid_is_cancelled_without_money(backend: ShopBackend, world: World) -> None:
    done = backend.cancel(cancelling(amount=Money(0), payment_id=""))
    assert not done.amount
    assert not done.credit_note_number
    found = backend.find_cancellation(cancelling(amount=Money(0), payment_id=""))
    assert found is not None
    assert found.ext_ref == done.ext_ref
    assert (world.order(ORDER).status, world.refunded(PAYMENT)) == ("cancelled", 0)


def test_what_was_sent_is_not_cancelled(backend: ShopBackend, world: World) -> None:
    world.send_order(ORDER)
    assert refused(lambda: backend.cancel(cancelling())).code == "order.already_shipped"
    assert backend.find_cancellation(cancelling()) is None
    assert world.refunded(PAYMENT) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order_id": "nobody"}, "order.unknown"),
        ({"payment_id": "nobody"}, "payment.unknown"),
        ({"amount": Money(-1)}, "refund.nothing"),
        ({"amount": Money(8371)}, "refund.above_refundable"),
        ({"lines": (LineQuantity("nobody", 1),)}, "line.unknown"),
        ({"lines": (LineQuantity(BOWLS, 0),)}, "line.above_ordered"),
    ],
)
def test_a_cancellation_that_cannot_be_changes_nothing(
    backend: ShopBackend, world: World, changes: dict[str, Any], code: str
) -> None:
    assert refused(lambda: backend.cancel(cancelling(**changes))).code == code
    assert (world.order(ORDER).status, world.refunded(PAYMENT)) == ("placed", 0)


def test_a_replacement_takes_its_pieces_out_of_the_stock(backend: ShopBackend, world: World) -> None:
    world.has_stock("SCHALE-1", 1, date(2026, 12, 1))
    assert backend.find_replacement(replacing()) is None
    done = backend.replace(replacing())
    assert done.number
    again = backend.replace(replacing())
    assert (again.number, again.is_repeat) == (done.number, True)
    found = backend.find_replacement(replacing())
    assert found is not None
    assert found.ext_ref == done.ext_ref
    assert world.stock("SCHALE-1") == 0
    assert {line.line_id: line.replaced_quantity for line in world.order(ORDER).lines}[BOWLS] == 1
    out = refused(lambda: backend.replace(replacing("replace-2")))
    assert out.code == "stock.not_enough"
    assert (out.params["available"], out.params["wanted"]) == ("0", "1")
    assert out.params["expected_on"] == "2026-12-01"
    assert backend.find_replacement(replacing("replace-2")) is None


def test_no_piece_is_promised_twice_at_the_same_time(backend: ShopBackend, world: World) -> None:
    world.has_stock("SCHALE-1", 1)
    told = at_once(*(lambda n=n: backend.replace(replacing(f"replace-{n}")) for n in range(2)))
    assert told.count("stock.not_enough") == 1
    assert world.stock("SCHALE-1") == 0


def test_more_is_not_replaced_than_was_ordered(backend: ShopBackend, world: World) -> None:
    world.has_stock("SCHALE-1", 9)
    backend.replace(replacing(lines=(LineQuantity(BOWLS, 2),)))
    assert refused(lambda: backend.replace(replacing("replace-2"))).code == "line.above_ordered"
    assert refused(lambda: backend.replace(replacing("replace-3", lines=()))).code == "replacement.no_lines"
    assert world.stock("SCHALE-1") == 7


def test_an_article_whose_stock_nobody_keeps_is_replaced(backend: ShopBackend, world: World) -> None:
    world.has_stock("GLAS-1", 0)
    assert backend.replace(replacing()).number
    glass = replacing("replace-2", lines=(LineQuantity(GLASSES, 1),))
    assert refused(lambda: backend.replace(glass)).code == "stock.not_enough"


def test_a_voucher_is_issued_once_with_a_code_of_its_own(backend: ShopBackend) -> None:
    assert backend.find_voucher(a_voucher()) is None
    done = backend.issue_voucher(a_voucher())
    again = backend.issue_voucher(a_voucher())
    assert (again.code, again.is_repeat, done.is_repeat) == (done.code, True, False)
    found = backend.find_voucher(a_voucher())
    assert found is not None
    assert (found.code, found.expires_on) == (done.code, date(2029, 12, 31))
    codes = {backend.issue_voucher(a_voucher(f"voucher-{n}")).code for n in range(2, 22)}
    assert len(codes | {done.code}) == 21


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(0)}, "voucher.nothing"),
        ({"amount": Money(-1)}, "voucher.nothing"),
        ({"expires_on": date(2026, 11, 19)}, "voucher.expiry_past"),
        ({"customer_id": "nobody"}, "customer.unknown"),
    ],
)
def test_a_voucher_that_cannot_be_is_refused(
    backend: ShopBackend, changes: dict[str, Any], code: str
) -> None:
    assert refused(lambda: backend.issue_voucher(a_voucher(**changes))).code == code
    assert backend.find_voucher(a_voucher(**changes)) is None
