"""What a robot is told by whoever runs it: addresses and passwords, from the environment or files.

RINGAR_ROBOT_<NAME>_<WORD>, or RINGAR_ROBOT_<NAME>_<WORD>_FILE for a file that holds it. A secret that was read never
comes into a row or a log: what is written goes through `without_secrets`.
"""

import os
from pathlib import Path

_secrets: set[str] = set()
HIDDEN = "•••"


class NotSet(OSError):
    """A setting that the robot needs is not there: technical, so its cases wait until it is."""


def setting(robot: str, word: str, default: str | None = None) -> str:
    """What RINGAR_ROBOT_<ROBOT>_<WORD> says ("cancel-invoice" is CANCEL_INVOICE). Raises NotSet."""
    name = f"RINGAR_ROBOT_{robot}_{word}".upper().replace("-", "_")
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
