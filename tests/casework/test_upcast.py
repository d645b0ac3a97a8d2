"""Commands of older programs are raised to today's shape, one version after the other."""

from typing import Any

import msgspec
import pytest

from workstation.casework.decision import CancelOrder
from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import Body, Decide
from workstation.casework.wire.upcast import Raise, newest_version, raised, version_of


def with_words(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called the text «words»."""
    return {**{key: value for key, value in fields.items() if key != "words"}, "text": fields["words"]}


def with_message(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 2 had no id of its own."""
    return {**fields, "message_id": "m-" + fields["case_id"]}


RAISES: dict[tuple[str, int], Raise] = {("note.add", 1): with_words, ("note.add", 2): with_message}


def test_each_version_takes_all_steps_after_it() -> None:
    first = b'{"type":"note.add","case_id":"c","words":"Hallo"}'
    body: Body = msgspec.json.decode(raised(first, "note.add", 1, RAISES), type=Body)
    assert (body.text, body.message_id) == ("Hallo", "m-c")  # type: ignore[union-attr]
    second = b'{"type":"note.add","case_id":"c","text":"Hallo"}'
    assert msgspec.json.decode(raised(second, "note.add", 2, RAISES))["message_id"] == "m-c"
    third = b'{"type":"note.add","case_id":"c","text":"Hallo","message_id":"m"}'
    assert raised(third, "note.add", 3, RAISES) is third
    assert newest_version("note.add", RAISES) == 3 and newest_version("case.open", RAISES) == 1


@pytest.mark.parametrize("version", [0, -1, 4, 99])
def test_versions_nobody_knows_are_said(version: int) -> None:
    with pytest.raises(RuleViolation, match=r"command\.unknown_type"):
        raised(b"{}", "note.add", version, RAISES)


def deciding(credited: int) -> Decide:
    step = CancelOrder(order_id="o", credited=Money(credited))
    return Decide(case_id="c", customer_id="k", steps=(step,))


def test_what_only_credits_is_not_carried_out_by_a_hub_that_does_not_know_credits() -> None:
    plain, credit = deciding(0), deciding(8370)
    assert (version_of(plain), version_of(credit)) == (1, 2)
    assert raised(encode(plain), "decision.make", version_of(plain), {})
    # What such a hub would read is a cancellation that costs nothing and leaves the invoice open.
    with pytest.raises(RuleViolation, match=r"command\.unknown_type"):
        raised(encode(credit), "decision.make", version_of(credit), {})


@pytest.mark.parametrize("version", [1, 2])
def test_todays_hub_reads_both(version: int) -> None:
    raw = encode(deciding(8370))
    assert msgspec.json.decode(raised(raw, "decision.make", version), type=Body) == deciding(8370)
