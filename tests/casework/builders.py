"""The broken bowl and its surroundings: values the tests of the rules start from."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

from workstation.casework.calendar import Calendar, Holiday
from workstation.casework.case import Case
from workstation.casework.case_facts import CaseFacts
from workstation.casework.case_state import CaseState, Given
from workstation.casework.customer import Customer, PostalAddress
from workstation.casework.decision import Decision, DecisionRecord, Refund, Step, total_cost
from workstation.casework.ids import derived_id, effect_id
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person, Tenant
from workstation.casework.projection import opened
from workstation.casework.records import (
    DropOffPoint,
    LineQuantity,
    OpeningSpan,
    Order,
    OrderLine,
    ParcelEvent,
    Payment,
    Shipment,
)
from workstation.casework.sla import SlaPolicy
from workstation.casework.usage import usage_seen

NOW = datetime(2026, 11, 23, 9, 11, tzinfo=UTC)  # Monday, 10:11 in Berlin
TENANT = Tenant(tenant_id="t1", name="Backhaus Lindner", mail_domain="lindner.example")
AGENT = Person(person_id="p-lisa", name="Lisa Sommer", login="lisa", role="agent", team_id="team1")
LEAD = Person(person_id="p-tanja", name="Tanja Weiß", login="tanja", role="lead", team_id="team1")
CUSTOMER = Customer(
    customer_id="c1",
    name="Anna Bergmann",
    salutation="Frau",
    given_name="Anna",
    family_name="Bergmann",
    address=PostalAddress(street="Wiehre 3", postcode="79102", city="Freiburg", lat=47.9870, lon=7.8540),
)
OFFICE = Calendar(
    calendar_id="cal1",
    name="Kundenservice",
    spans=(OpeningSpan((1, 2, 3, 4, 5), "08:00", "18:00"), OpeningSpan((6,), "09:00", "13:00")),
    breaks=(OpeningSpan((1, 2, 3, 4, 5), "12:00", "12:30"),),
    holidays=(Holiday(date(2026, 12, 25), "1. Weihnachtstag"),),
)
POLICY = SlaPolicy(sla_policy_id="s1", name="60 Minuten")

GLASS = OrderLine(line_id="l-glass", name="Glas klar 0,3 l", quantity=2, unit_price=Money(1450))
BOWL = OrderLine(line_id="l-bowl", name="Schale Meteor Grey", quantity=2, unit_price=Money(2490))
ORDER = Order(
    order_id="o1",
    number="B-10482",
    customer_id="c1",
    placed_at=NOW - timedelta(days=5),
    lines=(GLASS, BOWL),
    shipping=Money(490),
    status="delivered",
)
PAYMENT = Payment(
    payment_id="pay1",
    order_id="o1",
    customer_id="c1",
    method="card",
    captured=ORDER.total,
    refunded=Money(0),
    captured_at=NOW - timedelta(days=5),
    account_hint="4242",
)
SHIPMENT = Shipment(
    shipment_id="s1",
    order_id="o1",
    customer_id="c1",
    carrier="DHL",
    tracking_number="00340",
    events=(ParcelEvent(at=NOW - timedelta(days=1), code="delivered"),),
)
POINTS = tuple(
    DropOffPoint(
        point_id=f"d{index}",
        name=name,
        address=f"{street}, 79102 Freiburg",
        lat=47.9870 + index * 0.004,
        lon=7.8540,
        hours=(OpeningSpan((1, 2, 3, 4, 5), "08:00", "18:30"), OpeningSpan((6,), "09:00", "14:00")),
    )
    for index, (name, street) in enumerate(
        (
            ("Kiosk Yilmaz", "Schwarzwaldstr. 12"),
            ("Schreibwaren Kern", "Günterstalstr. 5"),
            ("Getränke Rombach", "Lorettostr. 40"),
            ("Bahnhof Service", "Bismarckallee 9"),
        )
    )
)
LIMIT = Limit(
    limit_id="lim1",
    name="Erstattung, Stufe Agent",
    role="agent",
    kinds=("money_back",),
    per_decision=5000,
    per_customer=CustomerWindow(15000, 90),
)
LEAD_LIMIT = Limit(
    limit_id="lim2", name="Erstattung, Stufe Lead", role="lead", kinds=("money_back",), per_decision=50000
)

MAIL = (
    "Guten Tag,\nheute kam mein Paket. Eine Schale ist auf dem Transport zerbrochen, die andere sieht nicht "
    "so aus wie auf dem Bild. Was soll ich tun?\nViele Grüße\nAnna Bergmann"
)


def new_id(*parts: object) -> str:
    """Return a UUID that depends on nothing but ``parts``."""
    return derived_id("test", *map(str, parts))


CASE_ID = new_id("case")


def inbound(text: str = MAIL, at: datetime = NOW, name: str = "in1", **more: object) -> Message:
    """Return a mail of the customer."""
    return Message(
        message_id=new_id(name),
        case_id=CASE_ID,
        kind="inbound",
        at=at,
        author_id="customer",
        author_name="Anna Bergmann",
        from_address="anna.bergmann@posteo.example",
        subject="Schale kaputt",
        text=text,
        rfc_message_id=f"{name}@posteo.example",
        **more,  # type: ignore[arg-type]
    )


def given(at: datetime = NOW, person: Person = AGENT, **more: object) -> Given:
    """Return who acts when, by the office's hours and targets."""
    return Given(
        at=at,
        person_id=person.person_id,
        person_name=person.name,
        policy=POLICY,
        calendar=OFFICE,
        **more,  # type: ignore[arg-type]
    )


def new_case(at: datetime = NOW, text: str = MAIL) -> CaseState:
    """Return the case the mail opened."""
    return opened(inbound(text, at), given(at, number=48213), team_id="team1", customer=CUSTOMER)


def case_of(**more: object) -> Case:
    """Return a bare case of the customer."""
    values: dict[str, object] = {
        "case_id": CASE_ID,
        "team_id": "team1",
        "opened_at": NOW,
        "customer_id": "c1",
        "customer_name": "Anna Bergmann",
        **more,
    }
    return Case(**values)  # type: ignore[arg-type]


def facts(text: str = MAIL, decisions: tuple[DecisionRecord, ...] = (), **more: object) -> CaseFacts:
    """Return all facts of the broken bowl, with usage as the decisions make it."""
    state = new_case(text=text)
    values: dict[str, object] = {
        "case": state.case,
        "person": AGENT,
        "tenant": TENANT,
        "now": NOW + timedelta(minutes=2),
        "customer": CUSTOMER,
        "messages": state.messages,
        "orders": (ORDER,),
        "payments": (PAYMENT,),
        "shipments": (SHIPMENT,),
        "decisions": decisions,
        "drop_off_points": POINTS,
        "limits": (LIMIT, LEAD_LIMIT),
        "usage": usage_seen(
            person=AGENT, case_ids=(CASE_ID,), customer_id="c1", now=NOW, decisions=decisions, limits=(LIMIT,)
        ),
        **more,
    }
    return CaseFacts(**values)  # type: ignore[arg-type]


def bowl_refund(units: int = 2490, quantity: int = 1) -> Refund:
    """Return the refund of bowls."""
    return Refund(
        order_id="o1",
        payment_id="pay1",
        amount=Money(units),
        lines=(LineQuantity("l-bowl", quantity),),
        reason="damaged_in_transit",
    )


def record(
    *steps: Decision,
    name: object = "dec",
    case_id: str = CASE_ID,
    at: datetime = NOW,
    state: str = "booked",
    step_state: str = "booked",
    person: Person = AGENT,
) -> DecisionRecord:
    """Return a decision as it is stored."""
    decision_id = new_id("decision", name)
    return DecisionRecord(
        decision_id=decision_id,
        case_id=case_id,
        customer_id="c1",
        person_id=person.person_id,
        decided_at=at,
        steps=tuple(
            Step(decision=step, effect_id=effect_id(decision_id, index), state=step_state)  # type: ignore[arg-type]
            for index, step in enumerate(steps)
        ),
        state=state,  # type: ignore[arg-type]
        amount=total_cost(steps),
    )


def is_uuid(text: str) -> bool:
    """Return whether ``text`` is a canonical UUID."""
    return str(uuid.UUID(text)) == text
