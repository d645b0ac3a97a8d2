"""Invoices and dunning in the hub's own books: one transaction each, a reference is answered once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Invoice, Order, Shipment
from workstation.hub.documents.invoice_copy import CopyOf, render_copy
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import BackendRefused, BackendTraits
from workstation.hub.ports_billing import (
    Billing,
    Block,
    BlockRequest,
    CopyMade,
    CopyRequest,
    DunningChanged,
    OpenBilling,
    UnblockRequest,
    WaiveRequest,
    seller_in,
)
from workstation.hub.services.dunning_state import block, lift, shown, taken, waive

_TRIES = 3
_Request = BlockRequest | UnblockRequest | WaiveRequest


class _Raced(Exception):
    """Another worker used the same reference while we worked."""


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a reference: what was wanted, and what was answered."""

    wanted: str
    changed: DunningChanged | None = None


class HouseBilling:
    """Implements :class:`workstation.hub.ports_billing.BillingBackend` over the hub's database."""

    name = "house_books"
    traits = BackendTraits(effect_class="A", visibility_lag_s=0.0, key_retention_s=None)

    def __init__(self, database: Database, open_billing: OpenBilling) -> None:
        self._database = database
        self._open_billing = open_billing

    def block(self, request: BlockRequest) -> DunningChanged:
        """Stop reminders for an invoice, or return what the same reference did before.

        Raises:
            BackendRefused: ``invoice.unknown``, ``dunning.end_past`` or ``billing.other_request``.
        """

        def work(tx: Tx, billing: Billing) -> DunningChanged:
            wanted = Block(
                invoice_id=request.invoice_id,
                source=request.reference,
                actor=request.actor,
                set_at=tx.now,
                reason=request.reason,
                case_id=request.case_id if request.until is None else "",
                until=request.until,
            )
            changed = _changed(tx, request.reference, block(tx, billing, wanted))
            # A block of the case may hold longer without an end: what was asked for is told then.
            until = changed.blocked_until or request.until
            return msgspec.structs.replace(changed, blocked_until=until)

        wanted = f"{request.invoice_id}/{request.until or ''}"
        return self._once(request, "dunning_block", wanted, work)

    def find_block(self, request: BlockRequest) -> DunningChanged | None:
        """Return what the request's reference has done."""
        return self._found(request)

    def unblock(self, request: UnblockRequest) -> DunningChanged:
        """Lift every block of an invoice, or return what the same reference did before.

        Raises:
            BackendRefused: ``invoice.unknown``, ``dunning.not_blocked`` or ``billing.other_request``.
        """

        def work(tx: Tx, billing: Billing) -> DunningChanged:
            invoice = taken(tx, billing, request.invoice_id)
            blocks = billing.blocks_of(invoice.invoice_id)
            if not blocks:
                raise RuleViolation("dunning.not_blocked", invoice=invoice.number)
            lift(tx, billing, blocks)
            return _changed(tx, request.reference, shown(tx, billing, invoice.invoice_id))

        return self._once(request, "dunning_unblock", request.invoice_id, work)

    def find_unblock(self, request: UnblockRequest) -> DunningChanged | None:
        """Return what the request's reference has done."""
        return self._found(request)

    def waive_fee(self, request: WaiveRequest) -> DunningChanged:
        """Drop open fees, or return what the same reference dropped before.

        Raises:
            BackendRefused: ``invoice.unknown``, ``dunning.no_fee``, ``dunning.over_fee``,
                ``money.currency_mismatch`` or ``billing.other_request``.
        """

        def work(tx: Tx, billing: Billing) -> DunningChanged:
            invoice = waive(tx, billing, request.invoice_id, request.amount, request.reference)
            return _changed(tx, request.reference, invoice, request.amount)

        amount = request.amount
        wanted = f"{request.invoice_id}/{amount.minor_units}/{amount.currency}"
        return self._once(request, "waive_dunning_fee", wanted, work)

    def find_waiver(self, request: WaiveRequest) -> DunningChanged | None:
        """Return what the request's reference has done."""
        return self._found(request)

    def second_copy(self, request: CopyRequest) -> CopyMade:
        """Render a second copy; asked again, it is rendered again and is the same.

        Raises:
            BackendRefused: ``invoice.unknown``, ``billing.seller_missing``.
        """
        try:
            source = self._database.read(request.tenant_id, lambda tx: self._source(tx, request.invoice_id))
        except RuleViolation as error:
            raise BackendRefused(error.code, **error.params) from error
        return CopyMade(
            ext_ref=f"copy/{request.reference}",
            invoice_number=source.invoice.number,
            name=source.file_name,
            content=render_copy(source),
        )

    def find_copy(self, request: CopyRequest) -> CopyMade | None:
        """Return nothing: rendering leaves no trace, and doing it again changes nothing."""
        return None

    def _source(self, tx: Tx, invoice_id: str) -> CopyOf:
        billing = self._open_billing(tx)
        return copy_of(tx, billing, invoice_id)

    def _once(
        self,
        request: _Request,
        kind: str,
        wanted: str,
        work: Callable[[Tx, Billing], DunningChanged],
    ) -> DunningChanged:
        def whole(tx: Tx) -> DunningChanged:
            billing = self._open_billing(tx)
            before = billing.done_before(request.reference)
            if before is None:
                # Whoever does the same at this moment is waited for; then their answer is ours.
                taken(tx, billing, request.invoice_id)
                before = billing.done_before(request.reference)
            if before is not None:
                known = msgspec.json.decode(before, type=_Known)
                if known.wanted != f"{kind}/{wanted}" or known.changed is None:
                    raise RuleViolation("billing.other_request", reference=request.reference)
                return msgspec.structs.replace(known.changed, is_repeat=True)
            changed = work(tx, billing)
            answer = msgspec.json.encode(_Known(wanted=f"{kind}/{wanted}", changed=changed))
            if not billing.remember(request.reference, kind, request.invoice_id, answer, tx.now):
                raise _Raced
            tx.audit(
                f"billing.{kind}",
                actor=request.actor,
                subject=request.invoice_id,
                detail={"reference": request.reference, "case": request.case_id},
            )
            return changed

        for _ in range(_TRIES):
            try:
                return self._database.run(request.tenant_id, whole)
            except _Raced:
                continue
            except RuleViolation as error:
                raise BackendRefused(error.code, **error.params) from error
        return self._database.run(request.tenant_id, whole)

    def _found(self, request: _Request) -> DunningChanged | None:
        def look(tx: Tx) -> DunningChanged | None:
            before = self._open_billing(tx).done_before(request.reference)
            if before is None:
                return None
            changed = msgspec.json.decode(before, type=_Known).changed
            return None if changed is None else msgspec.structs.replace(changed, is_repeat=True)

        return self._database.read(request.tenant_id, look)


def copy_of(tx: Tx, billing: Billing, invoice_id: str) -> CopyOf:
    """Return all that a second copy of an invoice says.

    Raises:
        RuleViolation: ``invoice.unknown``, ``order.unknown``, ``billing.seller_missing``.
    """
    invoice = tx.get(Invoice, invoice_id)
    if invoice is None:
        raise RuleViolation("invoice.unknown", invoice_id=invoice_id)
    order = tx.get(Order, invoice.order_id)
    if order is None:
        raise RuleViolation("order.unknown", order_id=invoice.order_id)
    seller = seller_in(billing)
    if seller is None:
        raise RuleViolation("billing.seller_missing")
    return CopyOf(
        invoice=invoice,
        order=order,
        customer=tx.get(Customer, invoice.customer_id),
        seller=seller,
        supplied_on=_supplied_on(tx, order),
    )


def _supplied_on(tx: Tx, order: Order) -> date | None:
    """Return the local day on which the last parcel of an order was handed over, if all of them were."""
    parcels = [one for one in tx.records_of(order.customer_id, Shipment) if one.order_id == order.order_id]
    handed = [one.delivered_at for one in parcels if one.delivered_at is not None]
    if not handed or len(handed) < len(parcels):
        return None
    return max(handed).astimezone(ZoneInfo(tx.reference().tenant.time_zone)).date()


def _changed(tx: Tx, reference: str, invoice: Invoice, waived: Money | None = None) -> DunningChanged:
    return DunningChanged(
        ext_ref=reference,
        invoice_number=invoice.number,
        at=tx.now,
        blocked_until=invoice.dunning_blocked_until,
        fee_waived=waived,
    )
