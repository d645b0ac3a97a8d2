"""Small reference data kept in memory: people, teams, limits, calendars, targets, texts, the firm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workstation.casework.budget import Budget
from workstation.casework.calendar import Calendar
from workstation.casework.card import CustomCard
from workstation.casework.case_state import AROUND_THE_CLOCK, STANDARD_TARGETS
from workstation.casework.limit import Limit
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.records import DropOffPoint, Order, StockLevel
from workstation.casework.sla import SlaPolicy
from workstation.ports import Replica, Workers

NO_TENANT = Tenant(tenant_id="", name="")


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Everything small that is read often."""

    tenant: Tenant = NO_TENANT
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    limits: tuple[Limit, ...] = ()
    budgets: tuple[Budget, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    policies: tuple[SlaPolicy, ...] = ()
    points: tuple[DropOffPoint, ...] = ()
    cards: tuple[CustomCard, ...] = ()
    stock: dict[str, StockLevel] = field(default_factory=dict)
    """By article number."""

    def person(self, person_id: str) -> Person | None:
        """Return a person who works here."""
        return next((item for item in self.people if item.person_id == person_id), None)

    def team(self, team_id: str) -> Team | None:
        """Return a team."""
        return next((item for item in self.teams if item.team_id == team_id), None)

    def stock_of(self, orders: Iterable[Order]) -> tuple[StockLevel, ...]:
        """Return the stock of the articles of ``orders``, as far as it is kept."""
        skus = dict.fromkeys(line.sku for order in orders for line in order.lines)
        return tuple(self.stock[sku] for sku in skus if sku in self.stock)

    def calendar_of(self, team_id: str) -> Calendar:
        """Return the opening hours of a team; around the clock where none are settled."""
        team = self.team(team_id)
        wanted = team.calendar_id if team is not None else ""
        found = next((item for item in self.calendars if item.calendar_id == wanted), None)
        return found or (self.calendars[0] if self.calendars else AROUND_THE_CLOCK)

    def policy_of(self, team_id: str) -> SlaPolicy:
        """Return the answer targets of a team."""
        team = self.team(team_id)
        wanted = team.sla_policy_id if team is not None else ""
        found = next((item for item in self.policies if item.sla_policy_id == wanted), None)
        return found or (self.policies[0] if self.policies else STANDARD_TARGETS)


class Reference:
    """Keeps :class:`ReferenceData` fresh; ``data`` may be read at any time on the event loop."""

    def __init__(self, replica: Replica, workers: Workers) -> None:
        self._replica = replica
        self._workers = workers
        self.data = ReferenceData()

    async def load(self) -> None:
        """Read all of it anew."""
        self.data = await self._workers.run("read", self._read)

    def _read(self) -> ReferenceData:
        tenants = self._replica.all_of(Tenant)
        return ReferenceData(
            tenant=tenants[0] if tenants else NO_TENANT,
            people=self._replica.all_of(Person),
            teams=self._replica.all_of(Team),
            limits=self._replica.all_of(Limit),
            budgets=self._replica.all_of(Budget),
            calendars=self._replica.all_of(Calendar),
            policies=self._replica.all_of(SlaPolicy),
            points=self._replica.all_of(DropOffPoint),
            cards=self._replica.all_of(CustomCard),
            stock={level.sku: level for level in self._replica.all_of(StockLevel)},
        )
