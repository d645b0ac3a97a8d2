"""The commands of ``workstation-hub``, one file a task."""

from workstation.hub.commands import (
    books,
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

COMMANDS = (init, serve, people, devices, mailbox, rules, importing, books, keeping, doctor)
"""In the order the help shows them."""
