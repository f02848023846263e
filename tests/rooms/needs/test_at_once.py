"""Two windows, or two people, at the same moment: one draft, one joining, and nothing half done."""

import threading
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.needs.actions import save_draft
from ringar.needs.models import Need
from tests.people import People
from tests.rooms.needs.cast import SYMPTOM, draft_of, shared_by


@pytest.mark.django_db(transaction=True)
def test_save_draft_when_the_page_saves_it_by_itself_at_the_same_moment_then_one_draft(
    people: People,
) -> None:
    by, key, started = viewer_of(people.bo), uuid.uuid4(), threading.Barrier(6)
    wrong: list[BaseException] = []

    def save() -> None:
        connection.ensure_connection()
        started.wait()
        try:
            save_draft(by=by, uuid=key, symptom=SYMPTOM)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert Need.objects.get().uuid == key


def test_need_join_when_the_draft_was_thrown_away_in_another_window_then_joined(
    people: People, logged_in
) -> None:
    other, mine = shared_by(people.dag), draft_of(people.bo)
    data = {"unit": people.care.pk, "draft": str(mine.uuid), "discard": "on"}
    mine.delete()
    response = logged_in(people.bo).post(reverse("need_join", args=[other.uuid]), data)
    assert response["Location"] == other.get_absolute_url()
    assert other.joinings.count() == 1
