"""Where the demo's robots find their world: a folder beside the database, told to them as any robot is told."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from ringar.demo.letters import ADDRESS, LIMIT
from ringar.demo.world.__main__ import PASSWORD

ROBOT = "cancel-invoice"


def world_folder() -> Path:
    """Ground truth, addresses and the lock of whoever keeps the world."""
    return Path(settings.VAR) / "world"


def robot_environment(folder: Path) -> dict[str, str]:
    """What the robot is told. Addresses are files, which are read each time: a world that moves is found again."""
    told = {
        "ADDRESS": ADDRESS,
        "LIMIT": str(LIMIT),
        "SENDERS": f"@{ADDRESS.partition('@')[2]}",
        "MAIL_PASSWORD": PASSWORD,
        "FINANCE_TOKEN": PASSWORD,
        "FINANCE_URL_FILE": str(folder / "finance_url"),
    }
    for which in ("IMAP", "SMTP"):
        told |= {f"{which}_HOST": "127.0.0.1", f"{which}_SECURITY": "none"}
        told[f"{which}_PORT_FILE"] = str(folder / f"{which.lower()}_port")
    return {f"RINGAR_ROBOT_{ROBOT.upper().replace('-', '_')}_{name}": value for name, value in told.items()}


def missing_from(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Those settings that nobody has given otherwise."""
    told = robot_environment(folder)
    return {
        name: value
        for name, value in told.items()
        if name not in environment and name.removesuffix("_FILE") not in environment
    }
