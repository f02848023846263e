"""The tasks that rooms offer to the queue: a name and a function, declared in each room's `tasks.py`.

@task("needs.embed", label=_("Make needs findable by meaning"))
def embed_need(work: WorkContext) -> None: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from django.conf import settings
from django.utils.functional import Promise

from ringar.core.rules import Viewer
from ringar.robots.rules.work import ATTEMPTS


class CannotWork(Exception):
    """Trying again can not help: the work fails at once, and the text says why."""


class Report(Protocol):
    def __call__(self, progress: float, message: str = "") -> None: ...


class Payload(dict[str, Any]):
    """What `queue_work` was given; asking for a name that is not there ends the work, and says so."""

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.name = name

    def __missing__(self, key: str) -> Any:
        raise CannotWork(f"The payload of {self.name!r} lacks {key!r}.")


@dataclass(frozen=True)
class WorkContext:
    """What a task is given.

    `payload` is what `queue_work` was given. `by` is the robot as a viewer in the work's organisation, for
    actions. `key` is the same each time that this work is tried: outside effects use it as idempotency key.
    `report(progress, message)` tells the page how far it has come (0 to 1). `owner` is the process that does it.
    """

    payload: Payload
    by: Viewer
    key: str
    report: Report
    owner: str


TaskFunction = Callable[[WorkContext], object]


@dataclass(frozen=True)
class Task:
    """A registered task: tried at most `attempts` times; urgent ones do not wait behind the others."""

    name: str
    run: TaskFunction
    label: str | Promise
    is_urgent: bool
    attempts: int


TASKS: dict[str, Task] = {}


def task(
    name: str, *, label: str | Promise = "", is_urgent: bool = False, attempts: int = ATTEMPTS
) -> Callable[[TaskFunction], TaskFunction]:
    """Registers the function under the name ("room.verb"). The label is what pages call it."""

    def register(function: TaskFunction) -> TaskFunction:
        known = TASKS.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(
                f"Two tasks are called {name!r}: in {known.run.__module__} and {function.__module__}."
            )
        TASKS[name] = Task(name, function, label or name, is_urgent, attempts)
        return function

    return register


@dataclass(frozen=True)
class Watch:
    """Something a worker does every `every` seconds: looks down for work that waits, and queues it."""

    name: str
    look: Callable[[], object]
    every: float


WATCHES: dict[str, Watch] = {}


def watch(name: str, *, every: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Registers a quick look that every worker takes; two at once must do no harm."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        WATCHES[name] = Watch(name, function, every)
        return function

    return register


@cache
def find_tasks() -> None:
    """Imports the `tasks.py` of each room, which fills TASKS and WATCHES. Once: later calls cost nothing."""
    for room in settings.ROOMS:
        if find_spec(f"ringar.{room}.tasks"):
            import_module(f"ringar.{room}.tasks")


def task_named(name: str) -> Task | None:
    """The task with that name, or None."""
    find_tasks()
    return TASKS.get(name)


def processes_beside() -> list[tuple[str, ...]]:
    """What rooms want kept running beside the pages: Python modules with their arguments, told by their `beside.py`."""
    rooms = [room for room in settings.ROOMS if find_spec(f"ringar.{room}.beside")]
    return [each for room in rooms for each in import_module(f"ringar.{room}.beside").processes()]
