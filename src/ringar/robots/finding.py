"""Finds robots: in each room's `robots.py`, and in the modules that RINGAR_ROBOTS names."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from ringar.robots.authoring import ROBOTS, RobotCode


@cache
def find_robots() -> None:
    """Imports what holds robots, which fills ROBOTS. Once: later calls cost nothing."""
    for room in settings.ROOMS:
        if find_spec(f"ringar.{room}.robots"):
            import_module(f"ringar.{room}.robots")
    for module in settings.RINGAR_ROBOTS:
        import_module(module)


def robot_named(name: str) -> RobotCode | None:
    """The robot of that name, or None."""
    find_robots()
    return ROBOTS.get(name)


def known_robots() -> list[str]:
    """The names of the robots whose code is at hand in this process."""
    find_robots()
    return sorted(ROBOTS)
