"""The commands of ``workstation-hub``, one file a task."""

from workstation.hub.commands import (
    books,
    devices,
    doctor,
    effects,
    importing,
    init,
    keeping,
    mailbox,
    people,
    rules,
    serve,
    verify,
)

COMMANDS = (init, serve, people, devices, mailbox, rules, importing, books, effects, keeping, doctor, verify)
"""In the order the help shows them."""
