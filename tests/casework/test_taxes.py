"""The tax split of money that goes back: exact to the cent, by the rates of what it is for."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workstation.casework.money import Money
from workstation.casework.records import LineQuantity, Order, OrderLine, TaxShare
from workstation.casework.taxes import tax_shares

RATES = (0, 700, 1900)


def an_order(*lines: tuple[int, int, int], shipping: int = 0) -> Order:
    """Return an order of (quantity, unit price, rate) lines."""
    return Order(
        order_id="order",
        number="B-1",
        customer_id="erika",
        placed_at=datetime(2026, 11, 20, tzinfo=UTC),
        lines=tuple(
            OrderLine(
                line_id=f"line-{index}",
                name="Ware",
                quantity=count,
                unit_price=Money(price),
                tax_rate_bp=rate,
            )
            for index, (count, price, rate) in enumerate(lines)
        ),
        shipping=Money(shipping),
    )


def share(rate: int, net: int, tax: int) -> TaxShare:
    return TaxShare(rate_bp=rate, net=Money(net), tax=Money(tax))


orders = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 99_999), st.sampled_from(RATES)), min_size=1, max_size=6
).map(lambda lines: an_order(*lines))


@given(order=orders, amount=st.integers(0, 500_000), data=st.data())
def test_net_and_tax_sum_up_to_the_amount_whatever_the_lines(
    order: Order, amount: int, data: st.DataObject
) -> None:
    picked = data.draw(st.lists(st.sampled_from(order.lines), unique_by=lambda line: line.line_id))
    lines = [LineQuantity(line.line_id, data.draw(st.integers(1, line.quantity))) for line in picked]
    shares = tax_shares(order, Money(amount), lines)
    assert sum(one.net.minor_units + one.tax.minor_units for one in shares) == amount
    assert [one.rate_bp for one in shares] == sorted({one.rate_bp for one in shares})
    assert {one.rate_bp for one in shares} <= {line.tax_rate_bp for line in order.lines}
    for one in shares:
        gross = one.net.minor_units + one.tax.minor_units
        exact = gross * one.rate_bp / (10_000 + one.rate_bp)
        assert gross > 0
        assert abs(one.tax.minor_units - exact) <= 0.5


@given(order=orders)
def test_all_lines_at_their_price_have_the_rates_of_their_lines(order: Order) -> None:
    lines = [LineQuantity(line.line_id, line.quantity) for line in order.lines]
    by_rate: dict[int, int] = {}
    for line in order.lines:
        by_rate[line.tax_rate_bp] = by_rate.get(line.tax_rate_bp, 0) + line.total.minor_units
    shares = tax_shares(order, order.total, lines)
    gross = {one.rate_bp: one.net.minor_units + one.tax.minor_units for one in shares}
    assert gross == {rate: sum_ for rate, sum_ in by_rate.items() if sum_}


def test_a_line_has_its_own_rate_and_an_amount_the_mix_of_the_order() -> None:
    order = an_order((1, 1070, 700), (2, 1190, 1900))
    assert tax_shares(order, Money(1070), [LineQuantity("line-0", 1)]) == (share(700, 1000, 70),)
    assert tax_shares(order, Money(345)) == (share(700, 100, 7), share(1900, 200, 38))


def test_what_goes_beyond_the_lines_has_the_mix_as_shipping_has() -> None:
    order = an_order((1, 1070, 700), (2, 1190, 1900), shipping=345)
    everything = [LineQuantity("line-0", 1), LineQuantity("line-1", 2)]
    assert tax_shares(order, order.total, everything) == (share(700, 1100, 77), share(1900, 2200, 418))


def test_an_order_of_gifts_is_weighed_by_pieces_and_one_without_lines_has_no_rates() -> None:
    assert tax_shares(an_order((1, 0, 700), (1, 0, 1900)), Money(226)) == (
        share(700, 106, 7),
        share(1900, 95, 18),
    )
    assert tax_shares(an_order(), Money(100)) == ()
    assert tax_shares(an_order((1, 0, 700)), Money(0)) == ()
