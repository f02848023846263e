"""The tables of the room."""

from ringar.robots.models import cases, maps, webhooks, work  # noqa: F401 (Django finds tables here)
