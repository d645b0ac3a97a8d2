"""Net and tax of money that goes back: by the rates of the lines it is for, exact to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workstation.casework.money import Money
from workstation.casework.records import LineQuantity, Order, TaxShare

_WHOLE = 10_000


def tax_shares(
    order: Order, amount: Money, lines: Sequence[LineQuantity] = (), earlier: Iterable[TaxShare] = ()
) -> tuple[TaxShare, ...]:
    """Return ``amount`` (gross, zero or more) split by tax rate, lowest rate first.

    With ``lines`` their own rates count; what goes beyond their price, and every amount without lines, has
    the mix of rates of the whole order's goods, as shipping has. Net and tax of all shares sum up to
    ``amount`` exactly. An order without lines has no rates: nothing is returned.

    ``earlier``: what went back before. Rounding goes on where it stopped there, so that money back in many
    parts has the tax of the same money back at once, to the cent.
    """
    whole = _prices(order, ((line.line_id, line.quantity) for line in order.lines))
    if not any(whole.values()):
        whole = _pieces(order)
    if not whole or not amount:
        return ()
    named = _prices(order, ((one.line_id, one.quantity) for one in lines))
    for_goods = min(amount.minor_units, sum(named.values()))
    parts: dict[int, int] = {}
    if for_goods:
        _add(parts, Money(for_goods, amount.currency), named)
    if amount.minor_units > for_goods:
        _add(parts, Money(amount.minor_units - for_goods, amount.currency), whole)
    before = _summed(earlier)
    return tuple(
        _share(rate, Money(parts[rate], amount.currency), *before.get(rate, (0, 0)))
        for rate in sorted(parts)
        if parts[rate]
    )


def _summed(shares: Iterable[TaxShare]) -> dict[int, tuple[int, int]]:
    """Return rate -> gross and tax of ``shares``, minor units."""
    found: dict[int, tuple[int, int]] = {}
    for one in shares:
        gross, tax = found.get(one.rate_bp, (0, 0))
        units = one.net.minor_units + one.tax.minor_units
        found[one.rate_bp] = gross + units, tax + one.tax.minor_units
    return found


def _prices(order: Order, wanted: Iterable[tuple[str, int]]) -> dict[int, int]:
    """Return rate -> gross price (minor units) of the pieces named."""
    pieces: dict[str, int] = {}
    for line_id, quantity in wanted:
        pieces[line_id] = pieces.get(line_id, 0) + max(quantity, 0)
    prices: dict[int, int] = {}
    for line in order.lines:
        price = line.unit_price.minor_units * pieces.get(line.line_id, 0)
        prices[line.tax_rate_bp] = prices.get(line.tax_rate_bp, 0) + price
    return prices


def _pieces(order: Order) -> dict[int, int]:
    """Return rate -> pieces: what an order is weighed by where nothing has a price."""
    pieces: dict[int, int] = {}
    for line in order.lines:
        pieces[line.tax_rate_bp] = pieces.get(line.tax_rate_bp, 0) + line.quantity
    return pieces


def _add(parts: dict[int, int], amount: Money, weights: dict[int, int]) -> None:
    rates = sorted(weights)
    for rate, share in zip(rates, amount.split([weights[rate] for rate in rates]), strict=True):
        parts[rate] = parts.get(rate, 0) + share.minor_units


def _share(rate: int, gross: Money, earlier_gross: int = 0, earlier_tax: int = 0) -> TaxShare:
    """Return net and tax of a gross amount after what went back before; half a cent of tax is rounded up."""
    divisor = _WHOLE + rate
    all_of_it = earlier_gross + gross.minor_units
    units = (2 * all_of_it * rate + divisor) // (2 * divisor) - earlier_tax
    tax = Money(min(max(units, 0), gross.minor_units), gross.currency)
    return TaxShare(rate_bp=rate, net=gross - tax, tax=tax)
