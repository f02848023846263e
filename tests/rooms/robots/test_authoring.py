"""What an author's decorators make of functions, and what steps may give back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from ringar.robots.authoring import effect, reads, robot
from ringar.robots.case_values import NotPlain, plain
from tests.rooms.robots import trial_robots


def test_steps_when_a_robot_names_them_then_all_are_found_with_their_places_on_the_map() -> None:
    steps = trial_robots.trial_credit.steps
    assert {step.name: step.bpmn_id for step in steps} == {"find": "Find", "credit": "Credit", "post": "Post"}


def test_steps_when_named_by_way_of_another_function_then_they_are_found_too() -> None:
    assert [step.name for step in by_way.steps] == ["look"]


@reads
def look() -> int:
    return 1


def inner() -> int:
    return look()


@robot("trial-by-way", label="By way", queue="trial", process_map="trial@1")
def by_way(payload: object, case: object) -> list[int]:
    return [inner() for _ in range(2)]


def test_effect_when_it_has_a_key_it_takes_or_a_way_to_verify_then_it_is_guarded() -> None:
    def takes(key: str) -> None: ...
    def bare() -> None: ...

    assert effect(key="a")(takes).is_guarded
    assert effect(verify=lambda key: None)(bare).is_guarded
    assert not effect()(bare).is_guarded
    assert not effect(key="a")(bare).is_guarded, "a key that nobody is given guards nothing"
    assert not effect()(takes).is_guarded


def test_step_when_called_outside_a_run_then_it_says_what_to_call() -> None:
    with pytest.raises(RuntimeError, match=r"look\.function"):
        look()
    assert look.function() == 1


def test_robot_when_two_modules_use_one_name_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="trial-credit"):
        robot("trial-credit", label="", queue="q", process_map="m@1")(plain)


@dataclass
class Invoice:
    amount: Decimal
    due: date


def test_plain_when_given_what_robots_read_then_it_is_json_as_it_is_read_back() -> None:
    assert plain({"i": Invoice(Decimal("10.50"), date(2026, 1, 2)), "t": (1, None)}) == {
        "i": {"amount": "10.50", "due": "2026-01-02"}, "t": [1, None],
    }  # fmt: skip
    for value in (object(), float("inf"), "x" * 1_000_001):
        with pytest.raises(NotPlain):
            plain(value)
