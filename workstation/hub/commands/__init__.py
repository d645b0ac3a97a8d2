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
    verify,
)

COMMANDS = (init, serve, people, devices, mailbox, rules, importing, books, keeping, doctor, verify)
"""In the order the help shows them."""
