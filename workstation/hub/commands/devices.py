"""``devices``: which PCs may speak to the hub."""

from __future__ import annotations

import argparse

from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.words import Words


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    devices = commands.add_parser("devices", help=words.line("help.devices"))
    acts = devices.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("list", help=words.line("help.devices.list")).set_defaults(run=_list)
    approve = acts.add_parser("approve", help=words.line("help.devices.approve"))
    approve.add_argument("code")
    approve.set_defaults(run=_approve)
    revoke = acts.add_parser("revoke", help=words.line("help.devices.revoke"))
    revoke.add_argument("device", metavar="CODE|ID")
    revoke.set_defaults(run=_revoke)


def _list(context: Context) -> int:
    with context.hub() as hub:
        devices = hub.devices.list()
    columns = ("code", "state", "name", "since", "id")
    rows = [
        (
            device.code,
            context.words.line(f"state.{device.state}"),
            device.name,
            f"{device.enrolled_at:%Y-%m-%d %H:%M}",
            device.device_id,
        )
        for device in devices
    ]
    print(table([tuple(context.words.line(f"column.{name}") for name in columns), *rows]))
    return DONE


def _approve(context: Context) -> int:
    with context.hub() as hub:
        device = hub.devices.approve(context.arguments.code, "cli")
    context.say("devices.approved", name=device.name)
    return DONE


def _revoke(context: Context) -> int:
    with context.hub() as hub:
        device = hub.devices.revoke(context.arguments.device, "cli")
    context.say("devices.revoked", name=device.name)
    return DONE
