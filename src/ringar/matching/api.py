"""Which solutions fit a need, in the JSON interface, with what speaks for and against each."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ringar.core.api import ERRORS, AccessKey, caller
from ringar.matching import day_api, plan_api
from ringar.matching.cards import Card, card_of
from ringar.matching.queries import candidates_of, need_to_match
from ringar.matching.rules import Finding
from ringar.matching.wording import plain

router = Router(tags=["needs"])


class MatchOut(Schema):
    """One solution at its place, in sentences of the language that is asked for (Accept-Language)."""

    place: int
    solution: UUID
    name: str
    supplier: str
    speaks_for: list[str]
    speaks_against: list[str]
    missing: Annotated[list[str], Field(description="telling words of the need that it says nothing of")]
    said_to_fit: Annotated[int, Field(description="how many in the organisation say that it fits")]
    said_not_to_fit: int
    is_here: Annotated[bool, Field(description="in use already where the need is")]
    url: str


class MatchList(Schema):
    """The ranking only suggests. `finding` and `computed_at` are null while the need waits to be ranked."""

    finding: Finding | None
    computed_at: datetime | None
    is_old: Annotated[bool, Field(description="the need has changed since")]
    items: list[MatchOut]


class MatchFilter(Schema):
    everything: Annotated[bool, Field(description="all that are ranked, not only the first")] = False


def as_told(card: Card) -> dict[str, Any]:
    """The card of a match as the interface tells it."""
    match, verdicts = card.candidate.match, card.candidate.verdicts
    solution = match.solution
    return {
        "place": card.candidate.place,
        "solution": solution.uuid,
        "name": solution.name,
        "supplier": solution.solver.name,
        "speaks_for": [plain(sentence) for sentence in card.speaks_for],
        "speaks_against": [plain(sentence) for sentence in card.speaks_against],
        "missing": match.missing,
        "said_to_fit": verdicts.fits,
        "said_not_to_fit": verdicts.does_not,
        "is_here": match.is_here,
        "url": solution.get_absolute_url(),
    }


@router.get(
    "/{uuid:uuid}/matches",
    response={200: MatchList, **ERRORS},
    auth=[AccessKey("needs:read")],
    summary="Solutions that fit",
)
def list_matches(request: HttpRequest, uuid: UUID, wanted: Query[MatchFilter]) -> Any:
    """Best first. Only those who work where the need is may read it: nobody outside learns what comes up."""
    viewer = caller(request)
    need = need_to_match(viewer, uuid)
    ranking = getattr(need, "ranking", None)
    candidates = candidates_of(viewer, need, everything=wanted.everything) if ranking else []
    return {
        "finding": ranking.finding if ranking else None,
        "computed_at": ranking.computed_at if ranking else None,
        "is_old": bool(ranking and ranking.text_hash != need.text_hash),
        "items": [as_told(card_of(need, each)) for each in candidates],
    }


ROUTERS = [("/needs", router), ("/meeting-days", day_api.router), ("/rounds", plan_api.router)]
