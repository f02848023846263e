"""What the author of a robot writes with: `robot`, `reads`, `effect`, `NeedsHuman`, `TargetDown`.

@reads
def find_invoice(number): return finance.get(number)

@effect(key="credit", verify=finance.credit_by_key)
def credit(invoice, key): return finance.credit(invoice["no"], idempotency_key=key)

@robot("cancel-invoice", label="Cancel an invoice", queue="finance", process_map="cancel-invoice@3")
def cancel_invoice(mail, case): ...

A step's arguments are free; what it gives back is JSON (decimals and dates become text), the same when it has just
been done and when it is read again after a crash. A robot must take the same steps for the same answers: the time,
chance and files are read in a step.
"""

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any, Protocol, overload

from django.utils.functional import Promise

from ringar.robots.robot_settings import Told
from ringar.robots.rules.cases import StepKind


class NeedsHuman(Exception):
    """A person must decide: the case waits with this text and these facts, and is not tried again by itself."""

    def __init__(self, text: str, **facts: object) -> None:
        self.text, self.facts = text, facts
        super().__init__(text)


class TargetDown(Exception):
    """The system that the robot works in does not answer: the case is tried again later.

    An OSError, a timeout and any exception that nobody thought of count as the same.
    """


@dataclass(frozen=True)
class Item:
    """Something that has come in: its `reference` in the outside world makes two of them the same case."""

    reference: str
    title: str
    payload: dict[str, Any]


class Source(Protocol):
    """Where a robot's cases come from."""

    def new_items(self) -> Iterable[Item]:
        """What has come in and is not acknowledged. The same may come many times."""

    def acknowledge(self, item: Item) -> None:
        """Its case stands, safely: it need not be told again."""


@dataclass(frozen=True)
class StepFunction:
    """A read or an effect: called in a robot, it goes by way of the run, which keeps what came of it."""

    function: Callable[..., Any]
    kind: StepKind
    name: str
    key: str = ""
    verify: Callable[..., Any] | None = None
    bpmn_id: str = ""
    takes_key: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        recorder = _current.get()
        if recorder is None:
            raise RuntimeError(f"{self.name} is a robot's step: outside a run, call {self.name}.function.")
        return recorder.do(self, args, kwargs)

    @property
    def is_guarded(self) -> bool:
        """A read, or an effect that can not happen twice: the target knows its key, or can be asked."""
        return self.kind == StepKind.READ or self.takes_key or self.verify is not None


class Recorder(Protocol):
    """What a run does with each step."""

    def do(self, step: StepFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...


_current: ContextVar[Recorder | None] = ContextVar("robot_run", default=None)


def call_recorded(recorder: Recorder, run: Callable[[], Any]) -> Any:
    """Calls the robot with its steps going by way of the recorder."""
    token = _current.set(recorder)
    try:
        return run()
    finally:
        _current.reset(token)


@overload
def reads(function: Callable[..., Any], /) -> StepFunction: ...
@overload
def reads(*, bpmn_id: str = "") -> Callable[[Callable[..., Any]], StepFunction]: ...
def reads(
    function: Callable[..., Any] | None = None, /, *, bpmn_id: str = ""
) -> StepFunction | Callable[[Callable[..., Any]], StepFunction]:
    """Marks a function that only reads: it may be called any number of times."""

    def mark(function: Callable[..., Any]) -> StepFunction:
        return StepFunction(function, StepKind.READ, function.__name__, bpmn_id=bpmn_id)

    return mark if function is None else mark(function)


def effect(
    *, key: str = "", verify: Callable[..., Any] | None = None, bpmn_id: str = ""
) -> Callable[[Callable[..., Any]], StepFunction]:
    """Marks a function that changes something outside.

    `key` names the effect within its case; a function with a parameter `key` is given the whole key, the same in
    every run, to hand to the target as idempotency key. `verify(key)`, or `verify(key, *arguments)`, asks the
    target whether it is done already: gives back what the effect gave, or None. Without either, the robot can not
    be published.
    """

    def mark(function: Callable[..., Any]) -> StepFunction:
        takes_key = bool(key) and "key" in inspect.signature(function).parameters
        name = function.__name__
        return StepFunction(function, StepKind.EFFECT, name, key or name, verify, bpmn_id, takes_key)

    return mark


@dataclass(frozen=True)
class RobotCode:
    """A robot as its code says."""

    name: str
    label: str | Promise
    queue: str
    process_map: str
    run: Callable[..., Any]
    source: Source | None = None
    max_per_hour: int | None = None
    settings: tuple[Told, ...] = ()

    @property
    def steps(self) -> list[StepFunction]:
        """The steps that its code names, also by way of functions of its own module."""
        found: dict[str, StepFunction] = {}
        _collect(self.run, found, set())
        return list(found.values())

    @property
    def source_hash(self) -> str:
        """Of its module's text: another text is another robot."""
        return _hash_of(inspect.getmodule(self.run))


@functools.cache
def _hash_of(module: ModuleType | None) -> str:
    return hashlib.sha256(inspect.getsource(module).encode()).hexdigest() if module else ""


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _collect(function: Callable[..., Any], found: dict[str, StepFunction], seen: set[object]) -> None:
    code = getattr(function, "__code__", None)
    if code is None or function in seen:
        return
    seen.add(function)
    names = list(_names(code))
    known = function.__globals__
    values = [known[name] for name in names if name in known]
    values += [
        getattr(value, name, None) for value in values if isinstance(value, ModuleType) for name in names
    ]
    for value in values:
        if isinstance(value, StepFunction):
            found[value.name] = value
        elif callable(value) and getattr(value, "__module__", "") == function.__module__:
            _collect(value, found, seen)


ROBOTS: dict[str, RobotCode] = {}


def robot(
    name: str,
    *,
    label: str | Promise,
    queue: str,
    process_map: str,
    source: Source | None = None,
    max_per_hour: int | None = None,
    settings: tuple[Told, ...] = (),
) -> Callable[[Callable[..., Any]], RobotCode]:
    """Registers a robot: a function of a case's payload and the case. `process_map` is "slug@version".

    `settings` are what it is told by whoever runs it: the robot's page names them, and says which are set.
    """

    def register(function: Callable[..., Any]) -> RobotCode:
        known = ROBOTS.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            places = f"{known.run.__module__} and {function.__module__}"
            raise ValueError(f"Two robots are called {name!r}: in {places}.")
        ROBOTS[name] = RobotCode(name, label, queue, process_map, function, source, max_per_hour, settings)
        return ROBOTS[name]

    return register
