"""What happens in one step, with a bias: what is rare in an office and hard on the program happens often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from tests.faults.sim.desk import SimDesk
from tests.faults.sim.firm import (
    CUSTOMERS,
    LINES_EACH,
    ORDERS_EACH,
    PEOPLE,
    QUANTITY,
    TEAMS,
    TENANT,
    UNIT,
    device_key,
    line_id,
    order_id,
    payment_id,
)
from tests.faults.sim.seldom import SELDOM, back_up, restore
from tests.faults.sim.world import World
from workstation.casework.case import Case
from workstation.casework.decision import AuthoriseReturn, Decision, MakePromise, Refund
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import LineQuantity
from workstation.casework.wire.codec import encode, sha256_hex
from workstation.casework.wire.commands import (
    AddNote,
    AssignCase,
    Body,
    Decide,
    Envelope,
    MarkRead,
    OpenCase,
    ReopenCase,
    SendMessage,
    SnoozeCase,
    SolveCase,
    signed_bytes,
    type_of,
)
from workstation.hub.ports import Tx
from workstation.ports import GenerationChanged, HubUnavailable
from workstation.system import keys
from workstation.system.clock import new_id

Step = Callable[[World], None]
TEN_YEARS_S = 3653 * 86_400.0


def _desk(world: World) -> SimDesk:
    return world.chance.random.choice(world.desks)


def _case(world: World, desk: SimDesk) -> Case | None:
    cases = sorted(desk.replica.all_of(Case), key=lambda case: case.case_id)
    own = sorted({item.case_id for item in desk.outbox.pending() if item.type == "case.open"})
    if own and world.chance.hit(0.3):
        return Case(
            case_id=world.chance.random.choice(own), team_id=desk.person.team_id, opened_at=world.time.at
        )
    # Few cases, much on each: that is where things meet.
    return world.chance.random.choice(cases[-4:]) if cases else None


def _write(world: World, desk: SimDesk, body: Body, **more: object) -> str:
    """Do an act at a desk; returns the id of what was saved, "" when it was not possible."""

    async def act() -> str:
        try:
            item = await desk.writer.write(body, **more)  # type: ignore[arg-type]
        except RuleViolation:
            return ""
        desk.saved.append(item.cmd_id)
        return item.cmd_id

    return str(world.do(desk.guarded(act())) or "")


def open_case(world: World) -> None:
    """A new matter begun at a desk."""
    desk, customer = _desk(world), world.chance.random.randrange(len(CUSTOMERS))
    _write(
        world,
        desk,
        OpenCase(
            case_id=new_id(desk.clock),
            channel="mail",
            subject="Neu",
            team_id=desk.person.team_id,
            customer_id=CUSTOMERS[customer],
            customer_name=f"Kunde {customer}",
            address="kunde0@kundin.test",
        ),
    )


def mail_comes(world: World) -> None:
    """A customer writes, sometimes the same mail twice, sometimes in answer to another."""
    random = world.chance.random
    if world.mail_ids and world.chance.hit(0.25):
        world.hub.mails.append(random.choice(world.hub.mails))
        return
    message_id = f"m{len(world.mail_ids)}@kundin.test"
    answered = random.choice(world.mail_ids) if world.mail_ids and world.chance.hit(0.4) else ""
    world.mail_ids.append(message_id)
    world.hub.write_mail(random.randrange(len(CUSTOMERS)), f"Mail {message_id}", message_id, answered)


def mail_is_read(world: World) -> None:
    """The hub reads its mailbox."""
    world.at_hub(world.hub.take_mail)


def small_act(world: World) -> None:
    """A note, a snooze, a solving, a reopening, a reading, an assignment."""
    desk = _desk(world)
    case = _case(world, desk)
    if case is None:
        return
    one, random = case.case_id, world.chance.random
    body: Body = random.choice(
        (
            AddNote(case_id=one, message_id=new_id(desk.clock), text=f"Notiz {len(desk.saved)}"),
            AddNote(case_id=one, message_id=new_id(desk.clock), text=f"Notiz {len(desk.saved)}"),
            SnoozeCase(case_id=one, until=desk.clock.now() + timedelta(minutes=random.choice((1, 10)))),
            SolveCase(case_id=one, without_answer="answered_elsewhere"),
            ReopenCase(case_id=one),
            MarkRead(case_id=one, message_id=case.last_inbound_id or ""),
            AssignCase(case_id=one, person_id=random.choice(PEOPLE).person_id),
            AssignCase(case_id=one, team_id=random.choice(TEAMS)),
        )
    )
    _write(world, desk, body)


def _steps(world: World, customer_id: str) -> tuple[Decision, ...]:
    random = world.chance.random
    customer = CUSTOMERS.index(customer_id) if customer_id in CUSTOMERS else 0
    order, line = random.randrange(ORDERS_EACH), random.randrange(LINES_EACH)
    pieces = random.choice((1, 1, 2, QUANTITY))
    lines = (LineQuantity(line_id(customer, order, line), pieces),)
    refund = Refund(
        order_id=order_id(customer, order),
        payment_id=payment_id(customer, order),
        amount=Money(min(pieces * UNIT, random.choice((700, 2000, 8000, 8000)))),
        lines=lines,
    )
    back = AuthoriseReturn(
        order_id=order_id(customer, order), lines=lines, deadline=(world.time.at + timedelta(days=14)).date()
    )
    promise = MakePromise(
        promise_id=derived_id("promise", str(random.random())),
        what="call_back",
        due_at=world.time.at + timedelta(minutes=5),
    )
    return random.choice(((refund,), (refund, back), (refund, back, promise), (promise,)))


def decide(world: World) -> None:
    """Money back, held for a while; often with an answer that waits for it."""
    desk = _desk(world)
    case = _case(world, desk)
    if case is None:
        return
    random = world.chance.random
    body = Decide(
        case_id=case.case_id,
        customer_id=case.customer_id,
        steps=_steps(world, case.customer_id),
        undo_left_s=random.choice((0, 0, 20)),
    )
    held = {"held_until": desk.clock.now() + timedelta(seconds=8)} if world.chance.hit(0.6) else {}
    cmd_id = _write(world, desk, body, **held)
    if cmd_id and world.chance.hit(0.6):
        reply(world, desk, case, cmd_id)


def reply(world: World, desk: SimDesk, case: Case, waits_for: str = "") -> None:
    """An answer to the customer."""
    body = SendMessage(
        case_id=case.case_id,
        message_id=new_id(desk.clock),
        text="Guten Tag, das Geld kommt." if waits_for else "Guten Tag, wir sehen nach.",
        to=("kunde0@kundin.test",),
        waits_for=waits_for,
        is_forced=True,
        solves=world.chance.hit(0.3),
    )
    _write(world, desk, body, depends_on=(waits_for,) if waits_for else ())


def answer(world: World) -> None:
    """An answer without any decision."""
    desk = _desk(world)
    case = _case(world, desk)
    if case is not None:
        reply(world, desk, case)


def undo(world: World) -> None:
    """Take something back: here while it has not left, else by asking the hub."""
    desk = _desk(world)
    items = [item for item in desk.outbox.items() if item.type in ("decision.make", "note.add")]
    if not items:
        return
    item = world.chance.random.choice(items[:6])

    async def act() -> None:
        try:
            if item.type == "note.add":
                is_gone = await desk.decisions.withdraw_act(item.cmd_id)
            else:
                before = {one.cmd_id for one in desk.outbox.items()}
                is_gone = await desk.decisions.withdraw(item.cmd_id)
                desk.saved += [one.cmd_id for one in desk.outbox.items() if one.cmd_id not in before]
        except RuleViolation:
            return
        if is_gone:
            desk.undone.add(item.cmd_id)

    world.do(desk.guarded(act()))


def let_go(world: World) -> None:
    """The undo time of something is over."""
    desk = _desk(world)
    held = desk.outbox.held()
    if held:
        world.do(desk.guarded(desk.decisions.release(world.chance.random.choice(held).cmd_id)))


async def _push(desk: SimDesk) -> None:
    try:
        await desk.sync.push_once()
    except HubUnavailable:
        return


async def _pull(desk: SimDesk) -> None:
    try:
        await desk.sync.pull_once()
    except (HubUnavailable, GenerationChanged):
        return


def push(world: World) -> None:
    """A desk hands over what may leave."""
    desk = _desk(world)
    world.do(desk.guarded(_push(desk)))
    if world.chance.hit(0.5):
        world.do(desk.guarded(desk.tasks.run()))


def pull(world: World) -> None:
    """A desk takes what is new."""
    desk = _desk(world)
    if world.chance.hit(0.2):
        desk.remember_replica()
    world.do(desk.guarded(_pull(desk)))
    if world.chance.hit(0.7):
        world.do(desk.guarded(desk.tasks.run()))
    if world.chance.hit(0.5):
        desk.flushed()


def show(world: World) -> None:
    """The lists of a desk catch up."""
    desk = _desk(world)
    world.do(desk.guarded(desk.tasks.run()))


def work(world: World) -> None:
    """The hub carries out an effect."""
    world.at_hub(lambda: world.hub.work(world.chance.random.randrange(2)))


def time_passes(world: World) -> None:
    """Seconds or minutes pass, and the hub looks what that brings."""
    world.time.go(world.chance.random.choice((1, 5, 10, 31, 130, 600)))
    if world.chance.hit(0.4):
        world.at_hub(world.hub.tick)


def late_batch(world: World) -> None:
    """A batch arrives that nobody waits for any more."""
    world.delayed.deliver()


def desk_dies(world: World) -> None:
    """The power of a desk goes."""
    desk = _desk(world)
    world.do(desk.die())


def hub_dies(world: World) -> None:
    """The hub's process ends."""
    world.hub.died()


def cut(world: World) -> None:
    """A desk loses its line, or gets it back."""
    desk = _desk(world)
    desk.line.is_cut = not desk.line.is_cut


def wrong_clock(world: World) -> None:
    """A desk's clock is set to another time."""
    shifts = (0.0, 1.0, -1.0, 300.0, -300.0, 3600.0, -90000.0, 90000.0)
    _desk(world).clock.offset_s = world.chance.random.choice(shifts)


def hub_clock_jumps(world: World) -> None:
    """The hub's clock is set to another time, or right again."""
    ahead = (1.0, 300.0, 3600.0, 90_000.0, TEN_YEARS_S)
    shifts = (0.0, 0.0, *ahead, *(-one for one in ahead))
    # A hub looks at its clock every few seconds.
    world.at_hub(world.hub.tick)
    world.hub.clock.offset_s = world.chance.random.choice(shifts)
    world.at_hub(world.hub.tick)


def person_moves(world: World) -> None:
    """Somebody changes to the other team: what they may read changes with it."""
    known = world.chance.random.choice(PEOPLE[:2])

    def move(tx: Tx) -> None:
        person = tx.get(Person, known.person_id) or known
        team_id = TEAMS[1] if person.team_id == TEAMS[0] else TEAMS[0]
        tx.put(msgspec.structs.replace(person, team_id=team_id))

    world.has_moved = True
    world.at_hub(lambda: world.hub.node.database.run(TENANT, move))


def copied_desk(world: World) -> None:
    """A cloned device file: a known id with other words, and a known number with another id."""
    desk = _desk(world)
    known = [item for item in desk.outbox.items() if item.verdict is not None and item.state == "settled"]
    if not known or world.hub.is_restored:
        return
    item = world.chance.random.choice(known)
    body = AddNote(case_id=item.case_id, message_id=new_id(desk.clock), text="aus der Kopie")
    raw = encode(body)
    envelope = Envelope(
        cmd_id=item.cmd_id if world.chance.hit(0.5) else new_id(desk.clock),
        case_id=item.case_id,
        type=type_of(body),
        body=msgspec.Raw(raw),
        sha256=sha256_hex(raw),
        device_id=desk.outbox.note("device_id"),
        outbox_epoch=desk.outbox.note("outbox_epoch"),
        device_seq=item.device_seq,
        person_id=desk.person.person_id,
        signature="",
        wall=desk.clock.now(),
    )
    signature = keys.b64(keys.sign(device_key(desk.name), signed_bytes(envelope)))
    world.cloned.append(body.message_id)
    items = [encode(msgspec.structs.replace(envelope, signature=signature))]
    world.at_hub(lambda: world.heard.note(items, world.hub.receive(desk.name, items)))


WEIGHTS: tuple[tuple[Step, int], ...] = (
    (open_case, 4),
    (mail_comes, 4),
    (mail_is_read, 4),
    (small_act, 12),
    (decide, 14),
    (answer, 4),
    (undo, 7),
    (let_go, 6),
    (push, 22),
    (pull, 20),
    (show, 4),
    (work, 22),
    (time_passes, 10),
    (late_batch, 5),
    (desk_dies, 3),
    (hub_dies, 3),
    (cut, 1),
    (wrong_clock, 1),
    (hub_clock_jumps, 2),
    (back_up, 2),
    (restore, 2),
    (person_moves, 1),
    (copied_desk, 8),
    *SELDOM,
)
CALAMITIES = frozenset(
    {desk_dies, hub_dies, cut, wrong_clock, hub_clock_jumps, restore, person_moves, copied_desk}
)
STEPS = tuple(step for step, _ in WEIGHTS)
SHARES = tuple(weight for _, weight in WEIGHTS)
