"""One person, many addresses: linked to one customer at a time, unlinked with history, never merged away."""

from __future__ import annotations

import pytest

from tests.casework.acting import at, refused
from tests.casework.builders import CASE_ID, CUSTOMER, NOW, new_case, new_id
from workstation.casework.case import Kinship
from workstation.casework.case_state import CaseState, with_, with_case
from workstation.casework.customer import Customer, Identity, normalise
from workstation.casework.projection import apply
from workstation.casework.wire import commands as c

OTHER = Customer(customer_id="c2", name="E. Muster")
SECOND_ADDRESS = "Erika.Zwei@Web.Example"


def identity(value: str = SECOND_ADDRESS, normalised: str = "") -> Identity:
    return Identity(
        identity_id=new_id(value),
        kind="email",
        value=value,
        normalised=normalised or normalise("email", value),
        linked_at=NOW,
    )


def linking(customer_id: str = "c1", **more: str) -> c.LinkIdentity:
    return c.LinkIdentity(case_id=CASE_ID, customer_id=customer_id, identity=identity(**more))


def unlinking(customer_id: str = "c1", value: str = SECOND_ADDRESS) -> c.UnlinkIdentity:
    return c.UnlinkIdentity(case_id=CASE_ID, customer_id=customer_id, identity=identity(value))


def linked(state: CaseState, minutes: float = 5) -> CaseState:
    return apply(state, linking(), at(minutes, command_id=f"link-{minutes}"))


def the_customer(state: CaseState) -> Customer:
    assert state.customer is not None
    return state.customer


def test_a_link_says_since_when_and_by_whom() -> None:
    state = linked(new_case())
    found = the_customer(state).linked("email")[-1]
    assert (found.linked_at, found.linked_by) == (at(5).at, "p-lisa")
    assert state.messages[-1].code == "identity.linked"
    assert linked(state, 6) == state


def test_unlinking_keeps_the_history_and_relinking_adds_to_it() -> None:
    state = apply(linked(new_case()), unlinking(), at(10, command_id="off"))
    gone = the_customer(state).identities[-1]
    assert (gone.unlinked_at, gone.unlinked_by) == (at(10).at, "p-lisa")
    assert the_customer(state).linked("email") == CUSTOMER.linked("email")
    assert apply(state, unlinking(), at(11, command_id="again")) == state
    again = linked(state, 12)
    assert [item.unlinked_at for item in the_customer(again).identities[-2:]] == [at(10).at, None]


def test_messages_stay_where_they_are_when_an_address_is_unlinked() -> None:
    before = linked(new_case())
    after = apply(before, unlinking(), at(10, command_id="off"))
    assert [item for item in after.messages if item.kind != "system"] == [
        item for item in before.messages if item.kind != "system"
    ]
    assert after.the_case.customer_id == "c1"


def test_an_address_belongs_to_one_customer_at_a_time() -> None:
    holder = with_(OTHER, identities=(identity(),))
    state = with_(new_case(), others=(holder,))
    refused("identity.linked_elsewhere", state, linking())
    freed = apply(state, unlinking("c2"), at(5, command_id="free"))
    taken = apply(freed, linking(), at(6, command_id="take"))
    assert the_customer(taken).linked("email")[-1].normalised == "erika.zwei@web.example"
    assert taken.others[0].linked("email") == ()


def test_what_is_no_link_says_so() -> None:
    refused("identity.not_linked", new_case(), unlinking(value="nie@gesehen.example"))
    refused("customer.unknown", new_case(), linking("nobody"))
    refused("identity.malformed", new_case(), linking(normalised="something@else.example"))


def test_linking_answers_the_hint_and_a_case_of_nobody_becomes_theirs() -> None:
    hint = Kinship(customer_id="c1", customer_name="Anna Bergmann", value=SECOND_ADDRESS, why="order")
    state = with_case(new_case(), kinship=hint, customer_id="", customer_name="x")
    state = linked(state)
    assert state.the_case.kinship is None
    assert state.the_case.customer_id == "c1"


def test_a_case_tied_by_a_wrong_link_is_untied() -> None:
    tied = with_case(new_case(), order_id="o1", invoice_id="i1")
    free = apply(tied, c.TieCase(case_id=CASE_ID, is_untied=True), at(5, command_id="free")).the_case
    assert (free.customer_id, free.order_id, free.invoice_id) == ("", "", "")
    assert free.customer_name == "anna.bergmann@posteo.example"


@pytest.mark.parametrize("order_id", ["", "o9"])
def test_an_order_of_the_former_customer_goes_with_them(order_id: str) -> None:
    tied = with_(with_case(new_case(), order_id="o1"), others=(OTHER,))
    body = c.TieCase(case_id=CASE_ID, customer_id="c2", order_id=order_id)
    after = apply(tied, body, at(5)).the_case
    assert (after.customer_id, after.customer_name, after.order_id) == ("c2", "E. Muster", order_id)
