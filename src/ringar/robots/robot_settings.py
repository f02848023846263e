"""What a robot is told by whoever runs it: addresses and passwords, from the environment or files.

RINGAR_ROBOT_<NAME>_<WORD>, or RINGAR_ROBOT_<NAME>_<WORD>_FILE for a file that holds it. A secret that was read never
comes into a row or a log: what is written goes through `without_secrets`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise

_secrets: set[str] = set()
HIDDEN = "•••"


@dataclass(frozen=True)
class Told:
    """One thing that a robot is told: its word in the setting's name, and what it is, for pages. No value."""

    word: str
    what: str | Promise
    is_secret: bool = False
    is_needed: bool = True


class NotSet(OSError):
    """A setting that the robot needs is not there: technical, so its cases wait until it is."""


def name_of(robot: str, word: str) -> str:
    """The setting's name: RINGAR_ROBOT_<ROBOT>_<WORD> ("cancel-invoice" is CANCEL_INVOICE)."""
    return f"RINGAR_ROBOT_{robot}_{word}".upper().replace("-", "_")


def is_set(robot: str, word: str) -> bool:
    """Whether this process is told it, or is told a file that can be read. The value is not looked at."""
    name = name_of(robot, word)
    if path := os.environ.get(f"{name}_FILE"):
        return os.access(path, os.R_OK) and Path(path).is_file()
    return name in os.environ


def setting(robot: str, word: str, default: str | None = None) -> str:
    """What the setting of that robot and word says. Raises NotSet."""
    name = name_of(robot, word)
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise NotSet(f"Set {name}, or {name}_FILE, where the robots run.")
    return value


def secret(robot: str, word: str) -> str:
    """The same for a secret: from now on it is left out of everything that robots write."""
    value = setting(robot, word)
    if value:
        _secrets.add(value)
    return value


def without_secrets(text: str) -> str:
    """The text with each secret that was read replaced by dots."""
    for value in sorted(_secrets, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text
