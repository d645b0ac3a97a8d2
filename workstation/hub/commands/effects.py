"""``effects``: what is on its way outside, and saying what became of what nobody could look up."""

from __future__ import annotations

import argparse
import sys
from typing import get_args

import msgspec

from workstation.casework.decision import Decision, value_of
from workstation.casework.params import money_param
from workstation.casework.wire.codec import decode
from workstation.casework.wire.commands import SettleEffect
from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.ports import Tx
from workstation.hub.ports_values import Effect, EffectState
from workstation.hub.services.case_acts import MAIL, Act
from workstation.hub.services.settling import settle
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.overview import effects_in
from workstation.system.clock import new_id

MOST_LISTED = 500
"""So many are shown at once; it is said when there are more."""


class _Shown(msgspec.Struct, frozen=True):
    """An effect as JSON; times are ISO, ``amount`` is empty for what costs nothing."""

    effect_id: str
    kind: str
    state: str
    case_id: str
    target: str
    amount: str
    sent_at: str
    reference: str
    code: str


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    effects = commands.add_parser("effects", help=words.line("help.effects"))
    acts = effects.add_subparsers(required=True, metavar="ACT")
    show = acts.add_parser("list", help=words.line("help.effects.list"))
    show.add_argument("--state", choices=get_args(EffectState), help=words.line("help.effects.state"))
    show.add_argument("--skip", type=int, default=0, metavar="NUMBER", help=words.line("help.skip"))
    show.add_argument("--json", action="store_true", help=words.line("help.json"))
    show.set_defaults(run=_list)
    one = acts.add_parser("settle", help=words.line("help.effects.settle"))
    one.add_argument("id")
    outcome = one.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--done", metavar="REFERENCE", help=words.line("help.effects.done"))
    outcome.add_argument("--not-done", action="store_true", help=words.line("help.effects.not_done"))
    one.add_argument("--by", required=True, metavar="LOGIN", help=words.line("help.effects.by"))
    one.add_argument("--note", default="", help=words.line("help.effects.note"))
    one.set_defaults(run=_settle)


def _list(context: Context) -> int:
    with context.hub() as hub:
        skip = max(context.arguments.skip, 0)
        state = context.arguments.state or ""
        found = effects_in(hub.database, hub.tenant_id, state, MOST_LISTED + 1, skip)
    shown = [_shown(effect) for effect in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        print(context.words.line("list.more", skip=skip + MOST_LISTED), file=sys.stderr)
    if context.arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(shown)).decode() + "\n")
        return DONE
    columns = ("id", "work", "state", "amount", "account", "since")
    rows = [
        (one.effect_id, one.kind, one.state, one.amount, one.target, one.sent_at[:16].replace("T", " "))
        for one in shown
    ]
    print(table([tuple(context.words.line(f"column.{name}") for name in columns), *rows]))
    return DONE


def _shown(effect: Effect) -> _Shown:
    sent_at = effect.first_sent_at
    return _Shown(
        effect_id=effect.effect_id,
        kind=effect.kind,
        state=effect.state,
        case_id=effect.case_id,
        target=effect.target,
        amount=_amount(effect),
        sent_at=sent_at.isoformat() if sent_at is not None else "",
        reference=effect.ext_ref,
        code=effect.failure_code,
    )


def _amount(effect: Effect) -> str:
    if effect.kind == MAIL:
        return ""
    try:
        cost = value_of(decode(effect.payload, Decision))  # type: ignore[arg-type]
    except msgspec.MsgspecError:
        return ""
    return money_param(cost) if cost else ""


def _settle(context: Context) -> int:
    given = context.arguments
    with context.hub() as hub:
        person = hub.people.find(given.by)
        if not person.is_active:
            raise failed("person.inactive")

        def work(tx: Tx) -> None:
            effect = tx.effect(given.id)
            body = SettleEffect(
                case_id=effect.case_id if effect is not None else "",
                effect_id=given.id,
                outcome="not_done" if given.not_done else "done",
                reference=given.done or "",
                note=given.note,
            )
            settle(tx, Act(new_id(hub.clock), body, person, tx.reference()), body, open_billing)

        hub.database.run(hub.tenant_id, work)
    context.say("effects.settled", id=given.id)
    return DONE
