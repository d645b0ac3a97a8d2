"""Bugs planted on purpose, one at a time: each must be found soon, or the simulation is blind to its kind."""

from __future__ import annotations

from tests.faults.sim import bugs_of_the_desk, bugs_of_the_hub
from tests.faults.sim.planting import BUGS, planted

PLACES = (bugs_of_the_hub, bugs_of_the_desk)
"""Where they are written down; loading these registers them."""

__all__ = ["BUGS", "PLACES", "planted"]
