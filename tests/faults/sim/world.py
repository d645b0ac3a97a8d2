"""One run: a firm, three desks, and what happens to them step by step until everything is healed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.faults.sim.chance import Chance, Died, TrueTime
from tests.faults.sim.desk import SimDesk
from tests.faults.sim.firm import PEOPLE
from tests.faults.sim.hub import SimHub
from tests.faults.sim.line import Delayed, Line
from tests.faults.sim.on_disk import KeptList
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import decode, encode
from workstation.casework.wire.commands import PARKED, CommandsAnswer, Envelope, IdReuse
from workstation.hub.services.parking import WAITS_FOR
from workstation.ports import HubUnavailable

HEAL_ROUNDS = 40
HOURS_APART = 12
_DAY_S = 86_400.0
OPEN_EFFECTS = """
SELECT e.kind, e.state, e.next_at, e.attempt FROM effect e
LEFT JOIN effect b ON b.tenant_id = e.tenant_id AND b.effect_id = e.after_effect_id
LEFT JOIN document d ON d.tenant_id = e.tenant_id AND d.entity = 'decision' AND d.entity_id = e.decision_id
WHERE e.tenant_id = :tenant_id AND e.state IN ('pending', 'claimed', 'sent', 'unknown')
  AND coalesce(b.state, '') <> 'manual' AND coalesce(d.body ->> 'state', '') <> 'needs_approval'
"""
"""What nobody can say anything about any more but the hub itself; the rest waits for a person."""

_CLAIMED = "SELECT command_id FROM effect WHERE state = 'claimed' AND decision_id <> ''"


@dataclass
class Heard:
    """Every verdict the hub has ever given, to notice when one changes."""

    verdicts: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, items: list[bytes], answer: CommandsAnswer) -> None:
        """Compare what the hub says with what it has said before (invariant 8)."""
        hashes = {one.cmd_id: one.sha256 for one in (decode(item, Envelope) for item in items)}
        for verdict in answer.verdicts:
            sha256 = hashes.get(verdict.cmd_id, "")
            said = encode(msgspec.structs.replace(verdict, seqs={}))
            known = self.verdicts.get(verdict.cmd_id)
            if known is None:
                if not isinstance(verdict, IdReuse):
                    self.verdicts[verdict.cmd_id] = (sha256, said)
            elif known[0] != sha256:
                if not isinstance(verdict, IdReuse):
                    self.broken.append(f"i08: {verdict.cmd_id} was taken again with another body")
            elif known[1] != said:
                self.broken.append(f"i08: {verdict.cmd_id} was {known[1]!r} and is now {said!r}")

    def forget_since(self, known: set[str]) -> None:
        """The hub's data was put back: of other commands it has never said anything."""
        self.verdicts = {one: said for one, said in self.verdicts.items() if one in known}


class Observer:
    """Follows the feed of one scope by its cursor alone and keeps what it was given (invariant 12)."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.generation = ""
        self.at = 0
        self.rows: dict[tuple[str, str], int] = {}

    def look(self, hub: SimHub) -> None:
        """Take what has come since the last look."""
        database = hub.node.database
        if database.generation != self.generation:
            self.generation, self.at = database.generation, 0
            self.rows.clear()
        from tests.faults.sim.firm import TENANT

        while True:
            page = database.pull(TENANT, (self.scope,), {self.scope: self.at}, 50, 1 << 20)
            if page.below_floor and self.at:
                # What has gone since is not told any more: read all of it anew, as a desk does.
                self.at = 0
                self.rows.clear()
                continue
            for row in page.rows:
                if row.gone:
                    self.rows.pop((row.entity, row.id), None)
                else:
                    self.rows[(row.entity, row.id)] = row.rev
            self.at = page.cursors.get(self.scope, self.at)
            if not page.more:
                return


class World:
    """Everything of one run."""

    def __init__(self, seed: int, folder: Path | None = None) -> None:
        self.seed = seed
        self._folder = folder
        self.chance = Chance(seed)
        self.time = TrueTime()
        if folder is not None:
            # Time goes on from one process to the next, whatever passed in the one before.
            starts = KeptList(folder / "starts")
            self._days: list[Any] = KeptList(folder / "days")
            self.time.go(HOURS_APART * 3600.0 * len(starts) + _DAY_S * sum(int(one) for one in self._days))
            starts.append("start")
        else:
            self._days = []
        self.loop = asyncio.new_event_loop()
        self.heard = Heard()
        self.hub = SimHub(self.chance, self.time, folder)
        self.delayed = Delayed(self.hub, self.chance, self.heard.note)
        self.desks = [self._desk(person.login) for person in PEOPLE]
        from tests.faults.sim.firm import TEAMS

        self.observers = [Observer(f"team:{team_id}") for team_id in TEAMS]
        self.mail_ids: list[str] = [f"m{number}@kundin.test" for number in range(len(self.hub.mails))]
        self.has_moved = False
        """Somebody has changed the team: what they read anew they had read before."""
        self.cloned: list[str] = []
        """Messages that only a cloned device file knows of."""
        self.log: list[str] = []
        self.chance.between.append(self._between)
        self.in_between = 0.0
        for desk in self.desks:
            self.do(self._first_day(desk))

    def _desk(self, name: str) -> SimDesk:
        line = Line(name, self.hub, self.chance, self.delayed, self.heard.note)
        return SimDesk(name, line, self.chance, self.time, self._folder / name if self._folder else None)

    async def _first_day(self, desk: SimDesk) -> None:
        """Nobody works before their desk has read once who works here."""
        await desk.start()
        await desk.read()
        await desk.tasks.run()

    def days_pass(self, days: int) -> None:
        """Let days pass, for whoever comes after this process, too."""
        self._days.append(str(days))
        self.time.go(_DAY_S * days)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something of a desk to its end."""
        return self.loop.run_until_complete(work)

    def at_hub(self, work: Any) -> Any:
        """Let the hub do something by itself; when it dies on the way, it starts again."""
        try:
            return work()
        except Died:
            self.hub.died()
            return None

    def _between(self, place: str) -> None:
        """Something else happens while somebody is at a break point."""
        if place == "effect.claimed" and self.in_between and not self.loop.is_running():
            # Nothing has left yet: the last moment at which it can be taken back.
            if self.chance.hit(0.3):
                self._take_back()
            return
        if not self.chance.hit(self.in_between):
            return
        kind = self.chance.random.choice(("late batch", "worker", "time", "push"))
        if kind == "late batch":
            self.delayed.deliver()
        elif kind == "worker":
            self.at_hub(lambda: self.hub.work(self.chance.random.randrange(2)))
        elif kind == "time":
            self.time.go(self.chance.random.choice((1, 31, 130)))
        elif not self.loop.is_running():
            desk = self.chance.random.choice(self.desks)
            self.do(desk.guarded(_pushed(desk)))

    def _take_back(self) -> None:
        """Whoever made the decision that a worker has just claimed takes it back."""
        rows = self.hub.node.database.look(lambda session: session.rows(_CLAIMED))
        claimed = {str(row[0]) for row in rows}
        for desk in self.desks:
            for cmd_id in sorted(claimed & set(desk.saved)):
                self.do(desk.guarded(_taken_back(desk, cmd_id)))

    # ------------------------------------------------------------------ the end

    def heal(self) -> bool:
        """No more faults: everything that waits gets its turn; whether all came to rest."""
        self.chance.death_rate = self.in_between = 0.0
        self.hub.trouble(0.0)
        self.at_hub(self.hub.tick)
        self.hub.clock.offset_s = 0.0
        self.at_hub(self.hub.tick)
        while self.delayed.deliver():
            pass
        for desk in self.desks:
            desk.line.trouble, desk.line.is_cut = 0.0, False
        if self._comes_to_rest():
            return True
        if not any(item.last_error == PARKED for desk in self.desks for item in desk.outbox.pending()):
            return False
        # After a restore acts wait for what another desk may bring, and not for ever.
        self.days_pass(WAITS_FOR.days + 1)
        return self._comes_to_rest()

    def _comes_to_rest(self) -> bool:
        for _ in range(HEAL_ROUNDS):
            self.at_hub(self.hub.take_mail)
            self._work_off()
            for desk in self.desks:
                self.do(self._catch_up(desk))
            self.time.go(130)
            self.hub.tick()
            if self._rests():
                for desk in self.desks:
                    self.do(self._catch_up(desk))
                return True
        return False

    def _work_off(self) -> None:
        for _ in range(400):
            if not (self.hub.work(0) or self.hub.work(1)):
                return

    async def _catch_up(self, desk: SimDesk) -> None:
        for held in desk.outbox.held():
            await desk.decisions.release(held.cmd_id)
        for _ in range(20):
            await desk.tasks.run()
            try:
                was_settled = await desk.sync.push_once()
            except HubUnavailable as error:
                self.log.append(f"no answer after all was healed: {error}")
                was_settled = False
            await desk.read()
            await desk.tasks.run()
            if not was_settled:
                return

    def _rests(self) -> bool:
        from tests.faults.sim.firm import TENANT

        open_effects = self.hub.node.database.look(
            lambda session: session.rows(OPEN_EFFECTS, tenant_id=TENANT)
        )
        return not open_effects and all(desk.outbox.unsettled() == 0 for desk in self.desks)

    def close(self) -> None:
        """Throw everything away."""
        for desk in self.desks:
            desk.close()
        self.hub.close()
        self.loop.close()


async def _taken_back(desk: SimDesk, cmd_id: str) -> None:
    before = {one.cmd_id for one in desk.outbox.items()}
    try:
        await desk.decisions.withdraw(cmd_id)
    except RuleViolation:
        return
    desk.saved += [one.cmd_id for one in desk.outbox.items() if one.cmd_id not in before]
    await _pushed(desk)


async def _pushed(desk: SimDesk) -> None:
    try:
        await desk.sync.push_once()
    except HubUnavailable:
        return


def quiet() -> None:
    """Faults on purpose are no news: keep the product's warnings about them out of the output."""
    for name in ("workstation", "psycopg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
