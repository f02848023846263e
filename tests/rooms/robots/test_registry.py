"""Every name that any room queues is the name of a task."""

import ast
from pathlib import Path

import pytest

import ringar
from ringar.robots.registry import TASKS, find_tasks, task, task_named

SOURCE = Path(ringar.__file__).parent


def queued_names() -> dict[str, str]:
    """The first argument of each call of `queue_work` in the source → where it stands."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "") or getattr(
                getattr(node, "func", None), "attr", ""
            )
            if isinstance(node, ast.Call) and name == "queue_work":
                assert node.args, f"{path}:{node.lineno}: the task's name comes first"
                if isinstance(node.args[0], ast.Constant):
                    found[node.args[0].value] = f"{path}:{node.lineno}"
    return found


def test_queue_work_when_called_anywhere_then_its_name_is_a_task() -> None:
    names = queued_names()
    assert "robots.send_mail" in names
    assert {name: place for name, place in names.items() if task_named(name) is None} == {}


def test_task_when_registered_then_its_name_begins_with_its_room() -> None:
    find_tasks()
    wrong = [name for name, one in TASKS.items() if f".{name.split('.')[0]}." not in f"{one.run.__module__}."]
    assert [name for name in wrong if not name.startswith("trial.")] == []


def test_task_when_the_name_is_taken_by_another_module_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"robots\.send_mail"):
        find_tasks()
        task("robots.send_mail")(lambda work: None)
