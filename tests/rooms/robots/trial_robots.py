"""Robots for the tests. The system that they work in is a folder: `log` holds a line for each effect done in it.

`credit` is an effect whose target knows no keys and can be asked, `post` one whose target knows keys.
"""

import os
import time
from typing import Any

from ringar.robots.authoring import NeedsHuman, TargetDown, effect, reads, robot
from tests.rooms.robots.trial_tasks import folder, lines, note


def is_there(name: str) -> bool:
    return (folder() / name).exists()


def was_credited(key: str, number: str) -> dict[str, str] | None:
    note(f"verify {number}")
    return {"no": f"K{number}"} if f"credit {number}" in lines() else None


@reads(bpmn_id="Find")
def find(number: str) -> dict[str, str]:
    note(f"find {number}")
    if is_there("down"):
        raise TargetDown("The finance system does not answer.")
    return {"no": number}


@effect(key="credit", verify=was_credited, bpmn_id="Credit")
def credit(number: str) -> dict[str, str]:
    note(f"try {number}")
    while is_there("hold") and not is_there("go"):
        time.sleep(0.02)
    note(f"credit {number}")
    if is_there("die-after-credit"):
        (folder() / "die-after-credit").unlink()
        os._exit(9)
    return {"no": f"K{number}"}


@effect(key="post", bpmn_id="Post")
def post(number: str, key: str) -> str:
    """The target: the same key is the same posting."""
    try:
        (folder() / f"post-{key.replace(':', '-')}").touch(exist_ok=False)
    except FileExistsError:
        return "known"
    note(f"post {number}")
    return "new"


@robot("trial-credit", label="Credit an invoice", queue="trial", process_map="trial@1")
def trial_credit(payload: dict[str, Any], case: Any) -> str:
    number = payload["no"]
    invoice = find(number)
    if payload.get("ask") and not case.approved:
        raise NeedsHuman("May this one be credited?", number=number)
    if payload.get("deadly"):
        note("deadly")
        os._exit(9)
    if payload.get("broken"):
        raise ValueError("Nobody thought of this.")
    done = credit(invoice["no"])
    case.log("Credited", credit=done["no"])
    post(number)
    return done["no"]


@robot("trial-unguarded", label="Unguarded", queue="trial", process_map="trial@1")
def trial_unguarded(payload: dict[str, Any], case: Any) -> None:
    send(payload)


@effect()
def send(payload: dict[str, Any]) -> None:
    note("send")
