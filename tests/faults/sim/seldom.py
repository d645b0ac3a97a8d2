"""What happens now and then in a firm: reminders, closed cases that leave, whole copies, a restore."""

from __future__ import annotations

from tests.faults.sim.desk import SimDesk
from tests.faults.sim.firm import CUSTOMERS, invoice_id
from tests.faults.sim.world import World
from workstation.casework.case import Case
from workstation.casework.decision import ResendInvoice
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import Decide
from workstation.ports import GenerationChanged, HubUnavailable

_DAYS = (0, 1, 14)


def dun(world: World) -> None:
    """The day's reminders are written; sometimes days after the last ones."""
    world.days_pass(world.chance.random.choice(_DAYS))

    def run() -> None:
        try:
            world.hub.node.dunning.run(world.hub.clock.now().date())
        except RuleViolation as violation:
            # The clock has gone back behind the last run; nobody is reminded until that day has come again.
            if violation.code != "dunning.run_before_last":
                raise

    world.at_hub(run)


def resend(world: World) -> None:
    """A customer gets a second copy of their invoice."""
    desk = world.chance.random.choice(world.desks)
    cases = [case for case in desk.replica.all_of(Case) if case.customer_id in CUSTOMERS]
    if not cases:
        return
    case = world.chance.random.choice(sorted(cases, key=lambda one: one.case_id))
    step = ResendInvoice(invoice_id=invoice_id(CUSTOMERS.index(case.customer_id)))
    body = Decide(case_id=case.case_id, customer_id=case.customer_id, steps=(step,))

    async def act() -> None:
        try:
            desk.saved.append((await desk.writer.write(body)).cmd_id)
        except RuleViolation:
            return

    world.do(desk.guarded(act()))


def closed_cases_leave(world: World) -> None:
    """What has been closed for long leaves the desks; sometimes a month has passed since."""
    if world.chance.hit(0.3):
        world.days_pass(31)
    world.at_hub(world.hub.node.working_set.tidy)


def make_snapshots(world: World) -> None:
    """The hub writes a file of each scope; only a hub with a folder has room for them."""
    builder = world.hub.node.snapshots
    if builder is not None:
        world.at_hub(builder.build_due)


def read_anew(world: World) -> None:
    """A desk forgets how far it has read, and loads everything again."""
    desk = world.chance.random.choice(world.desks)
    world.do(desk.guarded(_read_anew(desk)))


async def _read_anew(desk: SimDesk) -> None:
    generation, _ = desk.replica.cursors()
    desk.replica.reset(generation)
    try:
        await desk.read()
    except (HubUnavailable, GenerationChanged):
        return


def back_up(world: World) -> None:
    """The hub's data is copied."""
    world.hub.back_up()


def restore(world: World) -> None:
    """The hub's data is put back to the copy."""
    if world.hub.restore():
        rows = world.hub.node.database.look(lambda session: session.rows("SELECT cmd_id FROM command_log"))
        world.heard.forget_since({str(row[0]) for row in rows})
        world.delayed.lose()
        world.hub.trouble(world.hub.post.trouble)


def restored_and_read(world: World) -> None:
    """The same, and every desk hears of it."""
    restore(world)
    for desk in world.desks:
        world.do(desk.guarded(_heard(desk)))


async def _heard(desk: SimDesk) -> None:
    try:
        await desk.read()
    except (HubUnavailable, GenerationChanged):
        return


SELDOM = ((dun, 1), (resend, 2), (closed_cases_leave, 1), (make_snapshots, 1), (read_anew, 1))
"""Each of these is at home in some seeds only."""
