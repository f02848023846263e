"""Takes from the invoice robot its keys and its looking before doing again: the bench must then count what is double.

Loaded by robot processes after the robot, never published: publishing would refuse it.
"""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from ringar.robots.authoring import StepFunction
from ringar.robots.library import cancel_invoice
from ringar.robots.library.finance import Finance
from ringar.robots.library.mailbox import Mailbox
from ringar.robots.rules.cases import StepKind

ask, answer = Finance.ask, Mailbox.answer


def ask_anew(
    self: Finance, method: str, path: str, body: bytes | None = None, *, key: str = "", **other: Any
) -> Any:
    return ask(self, method, path, body, key=key and uuid4().hex, **other)


Finance.ask = ask_anew  # type: ignore[method-assign]  # that is the point
Mailbox.answer = lambda self, letter, text, key: answer(self, letter, text, f"{uuid4()}:answer")  # type: ignore[method-assign]
for name, step in list(vars(cancel_invoice).items()):
    if isinstance(step, StepFunction) and step.kind == StepKind.EFFECT:
        setattr(cancel_invoice, name, replace(step, verify=None))
