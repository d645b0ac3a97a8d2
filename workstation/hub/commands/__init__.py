"""The commands of ``workstation-hub``, one file a task."""

from workstation.hub.commands import (
    books,
    devices,
    doctor,
    dunning,
    effects,
    importing,
    init,
    keeping,
    mailbox,
    people,
    restore,
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
    dunning,
    effects,
    keeping,
    restore,
    doctor,
    verify,
)
"""In the order the help shows them."""
