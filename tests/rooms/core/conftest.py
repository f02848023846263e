"""The world that the tables of rights are tried on, for all tests of this room."""

from tests.rooms.core.world import kept_world, world

__all__ = ["kept_world", "world"]
