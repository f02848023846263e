"""Followers of a row who follow along to the one that it becomes."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from ringar.core.clock import now
from ringar.core.registry import subject_kind
from ringar.talk.models import Follow


@transaction.atomic
def pass_on_follows(*, source: Any, target: Any) -> list[int]:
    """Who follows `source` follows `target` too; returns the ids of those who did not before.

    Call it inside the action that makes one row of the other, whose audit row tells of it. They are told of
    `target` only what they may see (`tell_people`).
    """
    already = set(Follow.objects.filter(row=target.uuid).values_list("person_id", flat=True))
    rows = Follow.objects.filter(row=source.uuid).values_list("person_id", flat=True)
    new = sorted(set(rows) - already)
    Follow.objects.bulk_create(
        Follow(row=target.uuid, kind=subject_kind(target).kind, person_id=person, followed_at=now())
        for person in new
    )
    return new


@transaction.atomic
def take_back_follows(*, row: Any, people: Collection[int]) -> None:
    """Takes back what `pass_on_follows` did; those who have stopped following since are left as they are."""
    Follow.objects.filter(row=row.uuid, person_id__in=people).delete()
