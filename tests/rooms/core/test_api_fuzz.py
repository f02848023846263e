"""The JSON interface, sent whatever its description allows and forbids: it never fails, and answers as it says."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection

from ringar.config.wsgi import application
from ringar.core import api as core_api
from ringar.core.actions.tokens import make_token
from ringar.core.queries import viewer_of
from ringar.core.rules import SCOPES
from tests.people import People
from tests.rooms.core.world import World

PLAIN = {"Accept-Encoding": "identity"}
EXAMPLES = 12
ROWS = {
    "needs": ("draft", "need", "public"),
    "suppliers": ("startup", "trader", "hidden"),
    "solutions": ("offered", "sketch"),
    "calls": ("open-call", "draft-call"),
    "talk": ("need", "public"),
    "meeting-days": ("meeting-day", "draft-day"),
    "rounds": ("round-plan",),
    "pilots": ("planned", "open-pilot"),
    "sensors": ("sensor", "open-sensor", "series", "open-series"),
    "data-sets": ("pipes-data", "open-data"),
}
"""Rows that are there, by the first part of the address."""


@cache
def described() -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@pytest.fixture
def key(people: People, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Bo's key with all scopes, that may write as often as it likes."""
    monkeypatch.setattr(core_api, "WRITES_A_MINUTE", 100_000)
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: the test's transaction stays open
        signal.disconnect(close_old_connections)
    yield make_token(by=viewer_of(people.bo), name="Allt", scopes=SCOPES, days=1)[1]
    for signal in signals:
        signal.connect(close_old_connections)


def uuids(world: World, path: str) -> "st.SearchStrategy[UUID]":
    there = [world.args[row][0] for row in ROWS[path.split("/")[2]]]
    return st.sampled_from([*there, uuid4()])  # type: ignore[list-item]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_operations_when_sent_anything_then_answer_as_described(
    world: World,
    key: str,
    mode: GenerationMode,
) -> None:
    faults = []
    for found in described().get_all_operations():
        operation = found.ok()
        if mode.is_negative and not (list(operation.iter_parameters()) or operation.body):
            continue  # it takes nothing, so there is nothing to get wrong
        try:
            send_anything(operation, mode, uuids(world, operation.path), key)
        except FailureGroup as group:
            faults.append(f"{operation.label}: {group}")
    assert not faults, "\n\n".join(faults)


def send_anything(operation: Any, mode: GenerationMode, rows: "st.SearchStrategy[UUID]", key: str) -> None:
    """Raises FailureGroup with all that was wrong. What is written is taken back after each request."""

    @seed(20_261)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode), uuid=rows, with_key=st.booleans(), is_there=st.booleans())
    def send(case: Case, uuid: UUID, with_key: bool, is_there: bool) -> None:
        headers = PLAIN | ({"Authorization": f"Bearer {key}"} if with_key else {})
        if is_there and case.path_parameters:
            case.path_parameters |= {"uuid": str(uuid)}
            case.path_parameters |= {"kind": "need"} if "kind" in case.path_parameters else {}
        # What was wrong may have been the address or the key, and is right now.
        unsure = [negative_data_rejection] if with_key or is_there else []
        with transaction.atomic():
            case.call_and_validate(headers=headers, excluded_checks=unsure)
            transaction.set_rollback(True)

    send()
