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
    stock,
    verify,
    vouchers,
)

COMMANDS = (
    init,
    serve,
    people,
    devices,
    mailbox,
    rules,
    importing,
    books,
    vouchers,
    stock,
    effects,
    keeping,
    doctor,
    verify,
)
"""In the order the help shows them."""
