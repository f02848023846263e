"""Robots that cost little: of five steps, three of which write a line in a file that holds the truth; and of one.

The file knows no keys: a line that stands twice was written twice. Loaded by robot processes (RINGAR_ROBOTS).
"""

import os
from typing import Any

from ringar.robots.authoring import effect, reads, robot

TRUTH = "RINGAR_BENCH_TRUTH"  # where the file is


def write(what: str, number: str) -> str:
    """One line, whole, whoever else writes."""
    file = os.open(os.environ[TRUTH], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, f"{what} {number}\n".encode())
    finally:
        os.close(file)
    return number


@reads(bpmn_id="Find")
def find(number: str) -> str:
    return number


@reads(bpmn_id="Check")
def check(number: str) -> bool:
    return bool(number)


@effect(key="credit", bpmn_id="Credit")
def credit(number: str, key: str) -> str:
    return write("credit", number)


@effect(key="reply", bpmn_id="Reply")
def reply(number: str, key: str) -> str:
    return write("reply", number)


@effect(key="enter", bpmn_id="Enter")
def enter(number: str, key: str) -> str:
    return write("enter", number)


@robot("bench-append", label="Write lines", queue="bench", process_map="bench-append@1")
def append(payload: dict[str, Any], case: Any) -> str:
    number = find(payload["number"])
    if check(number):
        credit(number)
        reply(number)
        enter(number)
    return str(number)


@robot("bench-line", label="Write a line", queue="bench", process_map="bench-line@1")
def write_one(payload: dict[str, Any], case: Any) -> str:
    return str(credit(payload["number"]))
