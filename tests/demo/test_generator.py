"""The invented firm: always the same, large enough, nobody real, and its books add up."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.demo.conftest import NOW
from workstation.demo.generator import make_data_set
from workstation.demo.materials import load_materials
from workstation.demo.shapes import Answered, DataSet, Promised, Refunded, Wrote

# Ranges the regulators keep free for films: nobody answers there.
FREE_NUMBERS = re.compile(r"(0171 39200\d\d|030 23125\d{3}|069 90009\d{3}|\+44 1632 960\d{3})$")
STORIES = {"wrong_parcel", "silence_parcel", "dunning", "three_attempts", "catering"}


def test_the_same_moment_gives_the_same_firm(firm: DataSet) -> None:
    assert make_data_set(NOW) == firm


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 12, 25, 3, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_any_day_and_hour_will_do(now: datetime) -> None:
    other = make_data_set(now)
    assert len(other.open) == 44 and len(other.buyers) == 120
    assert all(case.beats[0].at <= now for case in (*other.open, *other.past))
    assert all(owed.on > now.date() for owed in other.commitments)


def test_it_is_large_enough(firm: DataSet) -> None:
    assert len(firm.buyers) == 120
    assert len(firm.open) == 44
    assert len(firm.past) >= 120
    assert len(firm.purchases) >= 400
    oldest = min(purchase.placed_at for purchase in firm.purchases)
    assert timedelta(days=600) < NOW - oldest <= timedelta(days=740)
    assert len(firm.arrivals) >= 5


def test_the_stories_are_among_the_cases(firm: DataSet) -> None:
    assert {case.key for case in firm.open} >= STORIES
    first = firm.arrivals[0]
    assert first.mail.key == "broken_bowl" and first.after == 20
    order = next(one for one in firm.purchases if one.number == first.order)
    assert (order.method, order.hint) == ("card", "4242")
    assert order.total == 2 * 1450 + 2 * 2490 + 490
    assert order.parcel is not None and order.parcel.events[-1].code == "delivered"
    assert timedelta(hours=12) < NOW - order.parcel.events[-1].at < timedelta(hours=36)
    catering = firm.commitments[0]
    assert "150" in catering.what


def test_nobody_is_real(firm: DataSet) -> None:
    mails = [buyer.mail for buyer in firm.buyers] + [one.mail.sender for one in firm.arrivals]
    mails += [case.mail.sender for case in firm.open if case.mail]
    assert all(mail.endswith(".example") for mail in mails)
    assert [buyer.phone for buyer in firm.buyers if not FREE_NUMBERS.match(buyer.phone)] == []
    streets = set(load_materials().names["streets"])
    assert {buyer.address.street.rpartition(" ")[0] for buyer in firm.buyers} <= streets


def test_numbers_and_addresses_are_of_one_buyer_each(firm: DataSet) -> None:
    for values in (
        [buyer.number for buyer in firm.buyers],
        [buyer.name for buyer in firm.buyers],
        [buyer.mail for buyer in firm.buyers],
        [buyer.phone for buyer in firm.buyers],
        [order.number for order in firm.purchases],
        [order.payment_number for order in firm.purchases],
        [order.parcel.tracking_number for order in firm.purchases if order.parcel],
        [order.bill.number for order in firm.purchases if order.bill],
        [case.key for case in (*firm.open, *firm.past)],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_never_more_goes_back_than_was_paid(firm: DataSet) -> None:
    for order in firm.purchases:
        assert order.refunded <= (order.total if order.paid_at else 0), order.number
        if order.bill is not None:
            assert 0 <= order.bill.open <= order.total
            assert order.bill.issued_on <= order.bill.due_on
    back = Counter[str]()
    for case in (*firm.open, *firm.past):
        for beat in case.beats:
            if isinstance(beat, Refunded):
                back[case.order] += beat.amount
    assert {order.number: order.refunded for order in firm.purchases if order.refunded} == dict(back)


def test_no_line_is_refunded_twice(firm: DataSet) -> None:
    orders = {order.number: order for order in firm.purchases}
    taken = Counter[tuple[str, int]]()
    for case in (*firm.open, *firm.past):
        for beat in case.beats:
            if isinstance(beat, Refunded):
                for place, quantity in beat.lines:
                    taken[case.order, place] += quantity
    for (number, place), quantity in taken.items():
        assert quantity <= orders[number].lines[place - 1][1]


def test_time_runs_forward(firm: DataSet) -> None:
    for order in firm.purchases:
        assert order.placed_at <= NOW
        events = order.parcel.events if order.parcel else ()
        times = [order.placed_at, *(event.at for event in events)]
        assert times == sorted(times), order.number
        assert times[-1] <= NOW, order.number
    for case in (*firm.open, *firm.past):
        beats = [beat.at for beat in case.beats]
        assert beats == sorted(beats), case.key
        assert beats[-1] <= NOW, case.key


def test_open_cases_are_of_every_kind(firm: DataSet) -> None:
    assert {case.channel for case in firm.open} == {"mail", "phone", "chat", "form", "counter"}
    beats = [beat for case in firm.open for beat in case.beats]
    assert any(isinstance(beat, Answered) and beat.fails for beat in beats)
    promises = [beat.due_at for beat in beats if isinstance(beat, Promised)]
    assert min(promises) < NOW < max(promises)
    waits = [NOW - case.beats[0].at for case in firm.open if len(case.beats) == 1]
    assert sum(wait > timedelta(minutes=60) for wait in waits) >= 2
    assert sum(timedelta(minutes=30) < wait < timedelta(minutes=60) for wait in waits) >= 5
    assert sum(case.mail is not None and bool(case.mail.attach) for case in firm.open) >= 6
    assert sum(case.mail is not None and case.mail.is_html for case in firm.open) >= 3


def test_texts_have_no_slot_left(firm: DataSet) -> None:
    for case in (*firm.open, *firm.past):
        for beat in case.beats:
            if isinstance(beat, Wrote | Answered):
                assert beat.text and not re.search(r"\{\w*\}", beat.text), case.key
        assert not re.search(r"\{\w*\}", case.subject)
