"""The commands of ``workstation-hub``, one file a task."""

from workstation.hub.commands import (
    devices,
    doctor,
    importing,
    init,
    keeping,
    mailbox,
    people,
    rules,
    serve,
)

COMMANDS = (init, serve, people, devices, mailbox, rules, importing, keeping, doctor)
"""In the order the help shows them."""
