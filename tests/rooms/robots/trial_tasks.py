"""Tasks for the tests. What they do is seen in a folder: `log` holds a line for each start and each effect."""

import os
import time
from pathlib import Path

from ringar.core.rules import Refused
from ringar.robots.registry import WorkContext, task

FOLDER = "RINGAR_TRIAL_FOLDER"


def folder() -> Path:
    return Path(os.environ[FOLDER])


def note(line: str) -> None:
    with (folder() / "log").open("a") as file:
        file.write(line + "\n")


def lines() -> list[str]:
    path = folder() / "log"
    return path.read_text().splitlines() if path.exists() else []


@task("trial.note")
def trial_note(work: WorkContext) -> None:
    note(f"effect {work.payload['what']}")


@task("trial.slow")
def trial_slow(work: WorkContext) -> None:
    """Waits for the file `go`; its effect is guarded by the work's key, as any outside effect must be."""
    note(f"start {work.payload['what']}")
    work.report(0.5, "Halvvägs")
    while not (folder() / "go").exists():
        time.sleep(0.02)
    try:
        (folder() / work.key).touch(exist_ok=False)
    except FileExistsError:
        return
    note(f"effect {work.payload['what']}")


@task("trial.deadly")
def trial_deadly(work: WorkContext) -> None:
    note("start deadly")
    os._exit(9)


@task("trial.flaky")
def trial_flaky(work: WorkContext) -> None:
    """Fails as many times as the payload says."""
    note("start flaky")
    if lines().count("start flaky") <= work.payload["failures"]:
        raise ConnectionError("The other side does not answer. \0\ud800")


@task("trial.refused")
def trial_refused(work: WorkContext) -> None:
    note("start refused")
    raise Refused("The invoice is paid already. Nothing to cancel.")
