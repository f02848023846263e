"""Rounds of the tests, made through actions only."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.needs.actions import (
    Choosing,
    Weighed,
    add_criterion,
    add_evidence,
    close_round,
    decide_round,
    edit_need,
    hand_in_scores,
    open_round,
    save_score,
)
from ringar.needs.models import Need
from ringar.needs.queries import need_for
from ringar.needs.round_models import Round, RoundNeed
from tests.people import People
from tests.rooms.needs.cast import shared_by

CRITERIA = (
    Weighed("Nytta", "Märks knappt", "Förändrar dagen", 3),
    Weighed("Enkelhet", "Tar år", "Kan börja i morgon", 1),
)
TITLES = ("Ensamma kvällar", "Bilbrist", "Kalla rum", "Långa köer")


def need_of(person: Person, title: str, visibility: str = "organisation") -> Need:
    """A shared need that lacks nothing that the choice asks for."""
    by = viewer_of(person)
    need = shared_by(person, f"Det här är fel: {title.lower()}.", title, visibility)
    add_evidence(by=by, need=need, kind="interview", summary="Hon hade inte sagt ett ord.", met="en boende")
    add_criterion(by=by, need=need, text="Minst ett samtal om dagen")
    changes = {"who_affected": "De boende", "good_effect": "Färre larm", "owner": person}
    edit_need(by=by, need=need, changes=changes)
    return need_for(by, need.uuid)


def round_of(people: People, **changes: Any) -> Round:
    """Alva opens a round on four needs of Bo; Alva, Cilla and Dag score until in a week."""
    told: dict[str, Any] = {
        "title": "Våromgången",
        "criteria": CRITERIA,
        "assessors": [people.alva, people.cilla, people.dag],
        "deadline": now() + timedelta(days=7),
        "may_choose": 2,
        "by": viewer_of(people.alva),
    }
    told |= changes
    if "needs" not in told:
        told["needs"] = [need_of(people.bo, title) for title in TITLES]
    return open_round(**told)


def entry_of(round: Round, title: str) -> RoundNeed:
    """The need with that title in the round."""
    return round.entries.select_related("need", "round").get(need__title=title)


def score_all(
    person: Person, round: Round, values: Mapping[str, Sequence[int | None]], reason: str = ""
) -> None:
    """The person's values for each title."""
    for title, given in values.items():
        save_score(by=viewer_of(person), entry=entry_of(round, title), values=given, reason=reason)


def scores(*values: int) -> dict[str, tuple[int, int]]:
    """The same value on both criteria for each of TITLES."""
    return {title: (value, value) for title, value in zip(TITLES, values, strict=True)}


def add_rounds(made: dict[str, list[object]], people: People) -> None:
    """A round that runs, one that has closed and one that is decided, for the table of rights. Cilla has handed in."""
    alva, cilla = viewer_of(people.alva), viewer_of(people.cilla)
    for name, title, reason in (
        ("round", "OMGÅNGEN", "BEDÖMARENS skäl"),
        ("closed-round", "Stängd omgång", "STÄNGDA skäl"),
        ("decided-round", "Avgjord omgång", "Öppna skäl"),
    ):
        needs = [need_of(people.alva, f"{each} {name[:3]}") for each in TITLES[:3]]
        round = round_of(people, title=title, needs=needs, assessors=[people.bo, people.cilla])
        values = {need.title: (4, 5 - place) for place, need in enumerate(needs)}
        score_all(people.cilla, round, values, reason=reason)
        hand_in_scores(by=cilla, round=round)
        made[name] = [round]
        made[f"{name}-need"] = [round, needs[0]]
        if name != "round":
            close_round(by=alva, round=round)
    decided = made["decided-round"][0]
    assert isinstance(decided, Round)
    chosen = {entry.pk: Choosing(False, "BESLUTETS skäl") for entry in decided.entries.all()}
    decide_round(by=viewer_of(people.dag), round=decided, choices=chosen)
