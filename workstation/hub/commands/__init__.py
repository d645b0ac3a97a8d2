"""The commands of ``workstation-hub``, one file a task."""

from workstation.hub.commands import devices, init, people, rules, serve

COMMANDS = (init, serve, people, devices, rules)
"""In the order the help shows them."""
