"""What `ringar run` keeps beside the pages in the demo: the world that the robots work in."""

from django.conf import settings

from ringar.demo.surroundings import world_folder

DELAY_MS = 700
"""A finance system as slow as many are, so that a person can watch a case move."""


def processes() -> list[tuple[str, ...]]:
    """The keeper of the finance system and the mail server; none outside the demo."""
    if not settings.DEMO:
        return []
    folder, delay = str(world_folder()), str(DELAY_MS)
    return [("ringar.demo.world", "keep", "--folder", folder, "--delay-ms", delay)]
