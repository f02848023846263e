"""How often something may be tried: shared by all who count, begun anew when the span ends, refusals told."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ringar.core.actions.limits import allow, count_try, prune_counts, seconds_left, take_back_tries
from ringar.core.models import AuditEvent, RateCount


def tries(number: int, who: str = "bo", most: int = 3) -> list[bool]:
    return [allow("write", who, most=most, seconds=60) for _ in range(number)]


@pytest.mark.django_db
def test_allow_when_tried_too_often_then_the_rest_are_refused() -> None:
    assert tries(5) == [True, True, True, False, False]


@pytest.mark.django_db
def test_allow_when_others_try_then_each_has_a_count_of_their_own() -> None:
    assert tries(4)[-1] is False
    assert tries(1, who="alva") == [True]
    assert allow("read", "bo", most=3, seconds=60)
    assert allow("write", "bo", most=3, seconds=600)


@pytest.mark.django_db
def test_allow_when_the_span_has_ended_then_it_begins_anew() -> None:
    assert tries(4)[-1] is False
    RateCount.objects.update(ends_at=timezone.now() - timedelta(microseconds=1))
    assert tries(4) == [True, True, True, False]
    assert RateCount.objects.get().ends_at > timezone.now() + timedelta(seconds=50)


@pytest.mark.django_db
def test_allow_when_tried_on_and_on_then_the_span_is_not_drawn_out() -> None:
    tries(1)
    ends_at = RateCount.objects.get().ends_at
    tries(10)
    assert RateCount.objects.get().ends_at == ends_at


@pytest.mark.django_db
def test_allow_when_refused_then_one_audit_row_tells_and_each_refusal_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="ringar.limits"):
        tries(13)
    told = AuditEvent.objects.filter(action="refuse_many_tries")
    assert [row.changes for row in told] == [{"what": "write", "who": "bo", "most": 3, "seconds": 60}]
    assert len(caplog.records) == 10


@pytest.mark.django_db
def test_allow_when_who_is_odd_then_it_counts_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    odd = "\ud800\x00😀\r\nforged line" + "x" * 50_000
    assert tries(2, who=odd, most=1) == [True, False]
    assert "\r" not in caplog.text.replace("\\r", "")


@pytest.mark.django_db
def test_seconds_left_when_counting_then_tells_when_the_span_ends() -> None:
    assert seconds_left("write", "bo", seconds=60) == 0
    tries(1)
    assert 55 <= seconds_left("write", "bo", seconds=60) <= 60


@pytest.mark.django_db
def test_take_back_tries_when_one_went_well_then_it_alone_is_uncounted() -> None:
    assert tries(4)[-1] is False
    take_back_tries([("write", "bo", 60), ("write", "nobody", 60)])
    take_back_tries([("write", "bo", 60)])
    assert tries(2) == [True, False]


@pytest.mark.django_db
def test_prune_counts_when_some_have_ended_then_those_alone_go() -> None:
    count_try("write", "bo", seconds=60)
    count_try("write", "alva", seconds=6000)
    assert prune_counts(timezone.now() + timedelta(seconds=61)) == 1
    assert RateCount.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_allow_when_many_try_at_once_then_no_more_are_let_through() -> None:
    found: list[bool] = []

    def one() -> None:
        try:
            found.extend(allow("write", "everyone", most=20, seconds=60) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40 and sum(found) == 20
