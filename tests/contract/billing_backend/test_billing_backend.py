"""What every billing backend has to hold, whichever system is behind it."""

import threading
from datetime import date
from typing import Any

import pytest

from tests.hub.billing.ground import INVOICE
from tests.hub.small_firm import TENANT
from workstation.casework.money import Money
from workstation.hub.ports_backend import BackendRefused
from workstation.hub.ports_billing import (
    BillingBackend,
    BlockRequest,
    CopyRequest,
    DunningChanged,
    UnblockRequest,
    WaiveRequest,
)

UNTIL = date(2026, 12, 4)


def a_block(reference: str = "effect-1", **changes: Any) -> BlockRequest:
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "reference": reference,
        "invoice_id": INVOICE,
        "actor": "person:lisa",
        "reason": "complaint",
        "until": UNTIL,
    }
    return BlockRequest(**{**values, **changes})


def an_unblock(reference: str = "effect-2", **changes: Any) -> UnblockRequest:
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "reference": reference,
        "invoice_id": INVOICE,
        "actor": "person:lisa",
    }
    return UnblockRequest(**{**values, **changes})


def a_waiver(reference: str = "effect-3", **changes: Any) -> WaiveRequest:
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "reference": reference,
        "invoice_id": INVOICE,
        "amount": Money(500),
        "actor": "person:lisa",
    }
    return WaiveRequest(**{**values, **changes})


def a_copy(**changes: Any) -> CopyRequest:
    return CopyRequest(**{"tenant_id": TENANT, "reference": "effect-4", "invoice_id": INVOICE, **changes})


def test_a_block_is_set_and_found_again(backend: BillingBackend) -> None:
    assert backend.find_block(a_block()) is None
    changed = backend.block(a_block())
    assert (changed.invoice_number, changed.blocked_until) == ("R-2026-00017", UNTIL)
    found = backend.find_block(a_block())
    assert found is not None
    assert (found.ext_ref, found.blocked_until, found.is_repeat) == (changed.ext_ref, UNTIL, True)


def test_the_same_reference_is_answered_the_same(backend: BillingBackend) -> None:
    first = backend.waive_fee(a_waiver())
    again = [backend.waive_fee(a_waiver()) for _ in range(3)]
    assert not first.is_repeat
    assert all(one.is_repeat and one.fee_waived == Money(500) for one in again)


@pytest.mark.parametrize("other", [{"until": date(2026, 12, 5)}, {"invoice_id": "another"}])
def test_the_same_reference_for_something_else_is_refused(
    backend: BillingBackend, other: dict[str, Any]
) -> None:
    backend.block(a_block())
    with pytest.raises(BackendRefused) as refused:
        backend.block(a_block(**other))
    assert refused.value.code == "billing.other_request"


def test_the_block_that_holds_longest_is_told(backend: BillingBackend) -> None:
    backend.block(a_block())
    shorter = backend.block(a_block("effect-9", until=date(2026, 11, 25)))
    assert shorter.blocked_until == UNTIL


def test_an_unblock_lifts_every_block(backend: BillingBackend) -> None:
    backend.block(a_block())
    backend.block(a_block("effect-9", until=date(2026, 11, 25)))
    assert backend.unblock(an_unblock()).blocked_until is None
    with pytest.raises(BackendRefused) as refused:
        backend.unblock(an_unblock("effect-10"))
    assert refused.value.code == "dunning.not_blocked"
    assert backend.find_unblock(an_unblock()) is not None
    assert backend.find_unblock(an_unblock("effect-10")) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"invoice_id": "nobody"}, "invoice.unknown"),
        ({"until": date(2026, 11, 19)}, "dunning.end_past"),
    ],
)
def test_a_refused_block_leaves_no_trace(backend: BillingBackend, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.block(a_block(**changes))
    assert refused.value.code == code
    assert backend.find_block(a_block(**changes)) is None
    with pytest.raises(BackendRefused):
        backend.unblock(an_unblock())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(0)}, "dunning.no_fee"),
        ({"amount": Money(-100)}, "dunning.no_fee"),
        ({"amount": Money(501)}, "dunning.over_fee"),
        ({"amount": Money(500, "USD")}, "money.currency_mismatch"),
        ({"invoice_id": "nobody"}, "invoice.unknown"),
    ],
)
def test_never_more_fees_are_dropped_than_are_open(
    backend: BillingBackend, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.waive_fee(a_waiver(**changes))
    assert refused.value.code == code
    assert backend.find_waiver(a_waiver(**changes)) is None
    assert backend.waive_fee(a_waiver("effect-9")).fee_waived == Money(500)


def test_many_waivers_at_once_never_pass_the_open_fee(backend: BillingBackend) -> None:
    done: list[DunningChanged] = []
    refused: list[str] = []

    def waive(number: int) -> None:
        try:
            done.append(backend.waive_fee(a_waiver(f"effect-{number}", amount=Money(200))))
        except BackendRefused as error:
            refused.append(error.code)

    threads = [threading.Thread(target=waive, args=(number,)) for number in range(10, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    assert refused == ["dunning.over_fee"] * 3


def test_many_at_once_with_one_reference_do_it_once(backend: BillingBackend) -> None:
    done: list[DunningChanged] = []
    threads = [threading.Thread(target=lambda: done.append(backend.waive_fee(a_waiver()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert sum(not one.is_repeat for one in done) == 1


def test_a_second_copy_is_a_pdf_and_always_the_same(backend: BillingBackend) -> None:
    made = backend.second_copy(a_copy())
    assert made.content.startswith(b"%PDF-")
    assert (made.invoice_number, made.content_type) == ("R-2026-00017", "application/pdf")
    assert made.name.endswith(".pdf")
    assert backend.second_copy(a_copy()).content == made.content


def test_no_copy_of_an_unknown_invoice(backend: BillingBackend) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.second_copy(a_copy(invoice_id="nobody"))
    assert refused.value.code == "invoice.unknown"
