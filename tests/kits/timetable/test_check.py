import ast
from pathlib import Path

import pytest

import ringar_kits.timetable.check
from ringar_kits.timetable import Meeting, Wish, check_plan

WISHES = [Wish("Bo", "a", 1), Wish("Bo", "b", 1), Wish("Alva", "a", 1), Wish("Alva", "b", 0)]
RULES = {"slots": 3, "unavailable": [("b", 2)], "rooms": 2, "max_per_party": {"a": 2}}


def test_check_when_a_plan_is_right_then_nothing_is_said() -> None:
    plan = [Meeting("Bo", "a", 0, 1), Meeting("Bo", "b", 1, 1), Meeting("Alva", "a", 1, 2)]
    assert check_plan(plan, WISHES, **RULES) == []


@pytest.mark.parametrize(
    ("meetings", "words"),
    [
        ([Meeting("Bo", "a", 0), Meeting("Bo", "b", 0)], "Bo meets a and b at once"),
        ([Meeting("Bo", "a", 0), Meeting("Alva", "a", 0)], "a meets Bo and Alva at once"),
        ([Meeting("Bo", "b", 2)], "b can not come in slot 2"),
        ([Meeting("Bo", "a", 3)], "slot 3, which does not exist"),
        ([Meeting("Bo", "a", -1)], "slot -1, which does not exist"),
        ([Meeting("Bo", "a", 0, 3)], "room 3, which does not exist"),
        ([Meeting("Bo", "a", 0, 0)], "room 0, which does not exist"),
        ([Meeting("Bo", "b", 0, 1), Meeting("Alva", "a", 0, 1)], "room 1 holds"),
        ([Meeting("Alva", "b", 0)], "said no"),
        ([Meeting("Cilla", "b", 0)], "no wish"),
        ([Meeting("Bo", "a", 0), Meeting("Bo", "a", 1)], "meet twice"),
    ],
)
def test_check_when_a_plan_is_wrong_then_the_fault_is_named(meetings: list[Meeting], words: str) -> None:
    assert any(words in fault for fault in check_plan(meetings, WISHES, **RULES))


def test_check_when_limits_are_passed_then_the_fault_is_named() -> None:
    plan = [Meeting("Bo", "a", 0), Meeting("Alva", "a", 1)]
    assert check_plan(plan, WISHES, slots=2, max_per_party=1) == ["a has 2 meetings, and may have 1"]
    assert check_plan(plan, WISHES, slots=2, max_per_party={"a": 1}) == ["a has 2 meetings, and may have 1"]
    three = [Meeting("Bo", "a", 0), Meeting("Alva", "b", 0)]
    assert "slot 0 has 2 meetings at once, and there are 1 rooms" in check_plan(
        three, WISHES, slots=1, rooms=1
    )


def test_check_when_read_then_it_takes_nothing_from_the_planner() -> None:
    tree = ast.parse(Path(ringar_kits.timetable.check.__file__).read_text(encoding="utf-8"))
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in taken if name.startswith("ringar")} == {"ringar_kits.timetable.model"}
