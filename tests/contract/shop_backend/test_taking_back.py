"""What every shop backend has to hold of taking a booked step back: once, while nobody has carried it out."""

from collections.abc import Callable

import pytest

from tests.contract.shop_backend.asking import (
    a_voucher,
    at_the_till,
    cancelling,
    less_to_pay,
    replacing,
    shipping_back,
    taking_back,
)
from tests.contract.shop_backend.test_goods_and_vouchers import at_once, refused
from tests.contract.shop_backend.test_shop_backend import a_refund, a_return
from tests.contract.shop_backend.world import World
from tests.hub.small_firm import BOWLS, ORDER, PAYMENT
from workstation.casework.money import Money
from workstation.casework.records import LineQuantity
from workstation.hub.ports_backend import BackendRefused, RefundRequest, ShopBackend, Till

MONEY: list[tuple[str, Callable[[], RefundRequest]]] = [
    ("refund", a_refund),
    ("refund_shipping", shipping_back),
    ("price_adjustment", less_to_pay),
]


@pytest.mark.parametrize(("kind", "asking"), MONEY, ids=[kind for kind, _ in MONEY])
def test_money_that_nobody_paid_out_stays_here(
    backend: ShopBackend, world: World, kind: str, asking: Callable[[], RefundRequest]
) -> None:
    request = asking()
    before = world.order(ORDER).lines
    booked = backend.refund(request)
    undo = taking_back(request.reference, kind)
    assert backend.find_reversal(undo) is None
    done = backend.reverse(undo)
    assert (done.amount, done.is_repeat) == (request.amount, False)
    assert done.credit_note_number not in ("", booked.credit_note_number)
    assert world.refunded(PAYMENT) == 0
    assert world.order(ORDER).lines == before
    again = backend.reverse(undo)
    assert (again.ext_ref, again.is_repeat) == (done.ext_ref, True)
    found = backend.find_reversal(undo)
    assert found is not None
    assert found.credit_note_number == done.credit_note_number
    other = taking_back(request.reference, kind, "undo-2")
    assert refused(lambda: backend.reverse(other)).code == "reversal.already"
    assert backend.refund(request).is_repeat, "its reference stays used"
    assert world.refunded(PAYMENT) == 0


def test_shipping_may_go_back_again_after_it_was_taken_back(backend: ShopBackend, world: World) -> None:
    backend.refund(shipping_back())
    backend.reverse(taking_back("shipping-1", "refund_shipping"))
    backend.refund(shipping_back("shipping-2"))
    assert world.refunded(PAYMENT) == 490


def test_money_that_was_paid_out_is_gone(backend: ShopBackend, world: World) -> None:
    backend.refund(a_refund())
    world.do_work("transfer")
    undo = taking_back("effect-1", "refund")
    assert refused(lambda: backend.reverse(undo)).code == "reversal.already_paid"
    assert backend.find_reversal(undo) is None
    assert world.refunded(PAYMENT) == 2490


def test_two_who_take_the_same_back_at_once_do_it_once(backend: ShopBackend, world: World) -> None:
    backend.refund(a_refund())
    undoings = [taking_back("effect-1", "refund", f"undo-{n}") for n in range(3)]
    told = at_once(*(lambda undo=undo: backend.reverse(undo) for undo in undoings))
    assert told.count("reversal.already") == 2
    assert world.refunded(PAYMENT) == 0


def test_a_cancelled_order_lives_again(backend: ShopBackend, world: World) -> None:
    backend.refund(a_refund())
    backend.cancel(cancelling(amount=Money(5880)))
    assert world.order(ORDER).status == "cancelled"
    done = backend.reverse(taking_back("cancel-1", "cancel_order"))
    assert done.amount == Money(5880)
    order = world.order(ORDER)
    assert order.status == "placed"
    assert all(line.cancelled_quantity == 0 for line in order.lines)
    assert {line.line_id: line.refunded_quantity for line in order.lines}[BOWLS] == 1
    assert world.refunded(PAYMENT) == 2490


def test_a_cancellation_without_money_is_taken_back(backend: ShopBackend, world: World) -> None:
    backend.cancel(cancelling(amount=Money(0), payment_id=""))
    done = backend.reverse(taking_back("cancel-1", "cancel_order"))
    assert (done.amount, done.credit_note_number) == (None, "")
    assert world.order(ORDER).status == "placed"


def test_goods_that_were_put_back_stay_there(backend: ShopBackend, world: World) -> None:
    backend.cancel(cancelling())
    world.do_work("stop_goods")
    undo = taking_back("cancel-1", "cancel_order")
    assert refused(lambda: backend.reverse(undo)).code == "reversal.goods_stopped"
    assert (world.order(ORDER).status, world.refunded(PAYMENT)) == ("cancelled", 8370)


def test_a_replacement_goes_back_into_the_stock(backend: ShopBackend, world: World) -> None:
    world.has_stock("SCHALE-1", 3)
    done = backend.replace(replacing(lines=(LineQuantity(BOWLS, 2),)))
    backend.reverse(taking_back("replace-1", "replacement"))
    assert world.stock("SCHALE-1") == 3
    assert world.order(done.ext_ref).status == "cancelled"
    assert {line.line_id: line.replaced_quantity for line in world.order(ORDER).lines}[BOWLS] == 0
    assert backend.replace(replacing("replace-2")).number != done.number


def test_a_replacement_on_its_way_is_not_taken_back(backend: ShopBackend, world: World) -> None:
    world.has_stock("SCHALE-1", 3)
    done = backend.replace(replacing())
    world.do_work("ship_goods")
    assert world.order(done.ext_ref).status == "shipped"
    undo = taking_back("replace-1", "replacement")
    assert refused(lambda: backend.reverse(undo)).code == "reversal.already_shipped"
    assert world.stock("SCHALE-1") == 2
    again = cancelling(order_id=done.ext_ref, amount=Money(0), payment_id="")
    assert refused(lambda: backend.cancel(again)).code == "order.is_replacement"


def test_a_return_is_taken_back_until_it_has_come(backend: ShopBackend, world: World) -> None:
    backend.authorise_return(a_return())
    backend.reverse(taking_back("effect-2", "return_authorisation"))
    backend.authorise_return(a_return("effect-3", lines=(LineQuantity(BOWLS, 2),)))
    world.do_work("expect_parcel")
    undo = taking_back("effect-3", "return_authorisation")
    assert refused(lambda: backend.reverse(undo)).code == "reversal.already_received"


def test_a_voucher_is_taken_back_while_it_is_open(backend: ShopBackend) -> None:
    backend.issue_voucher(a_voucher())
    undo = taking_back("voucher-1", "goodwill_voucher")
    assert backend.reverse(undo).amount is None
    assert backend.reverse(undo).is_repeat


def test_only_what_was_done_is_taken_back_and_only_as_what_it_was(backend: ShopBackend) -> None:
    kinds = (
        "refund",
        "cancel_order",
        "replacement",
        "return_authorisation",
        "goodwill_voucher",
        "till_order",
    )
    for kind in kinds:
        undo = taking_back("nobody", kind, f"undo-{kind}")
        with pytest.raises(BackendRefused, match=r"reversal\.no_record"):
            backend.reverse(undo)
    backend.refund(a_refund())
    assert refused(lambda: backend.reverse(taking_back("effect-1", "refund_shipping"))).code == (
        "reversal.no_record"
    )
    backend.reverse(taking_back("effect-1", "refund"))
    back = taking_back("undo-effect-1", "reversal")
    assert refused(lambda: backend.reverse(back)).code == "reversal.not_possible"
    used = taking_back("effect-9", "refund", "undo-effect-1")
    assert refused(lambda: backend.reverse(used)).code == "reference.other_request"


def test_the_till_is_asked_once_and_takes_from_the_payment(till: Till, world: World) -> None:
    assert till.find(at_the_till()) is None
    done = till.order(at_the_till())
    assert done.number
    assert done.credit_note_number
    assert done.slip_sha256
    again = till.order(at_the_till())
    assert (again.number, again.slip_sha256, again.is_repeat) == (done.number, done.slip_sha256, True)
    found = till.find(at_the_till())
    assert found is not None
    assert (found.number, found.slip_sha256) == (done.number, done.slip_sha256)
    assert world.refunded(PAYMENT) == 2490
    assert {line.line_id: line.refunded_quantity for line in world.order(ORDER).lines}[BOWLS] == 1
    more = at_the_till("till-2", amount=Money(8000), lines=())
    assert refused(lambda: till.order(more)).code == "refund.above_refundable"
    assert till.find(more) is None


def test_the_till_takes_back_what_it_has_not_paid(backend: ShopBackend, till: Till, world: World) -> None:
    till.order(at_the_till())
    done = backend.reverse(taking_back("till-1", "till_order"))
    assert done.amount == Money(2490)
    assert world.refunded(PAYMENT) == 0
    assert {line.line_id: line.refunded_quantity for line in world.order(ORDER).lines}[BOWLS] == 0
    till.order(at_the_till("till-2", payment_id="", lines=(), order_id=""))
    assert world.refunded(PAYMENT) == 0
    till.order(at_the_till("till-3"))


def test_what_the_till_paid_is_gone(backend: ShopBackend, till: Till, world: World) -> None:
    till.order(at_the_till())
    world.do_work("till")
    undo = taking_back("till-1", "till_order")
    assert refused(lambda: backend.reverse(undo)).code == "reversal.till_paid"
    assert world.refunded(PAYMENT) == 2490
