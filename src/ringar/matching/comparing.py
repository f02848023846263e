"""One need held against the index of solutions by the kit: places, scores and reasons as stored matches keep them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringar.core.clock import today
from ringar.matching.index import Shelf
from ringar.matching.queries import learned_weights, newcomers, offers_of
from ringar.matching.rules import KEPT, NOTHING, SHOWN, chance_of, fact_parts, trial_seed
from ringar.needs.models import Need
from ringar_kits.texts import Hit, Query, Reason, analyse, explore, rank
from ringar_kits.texts.analyse import is_telling

DEEP = 3
"""First hits whose meaning is tried word by word, though shared words explain them already."""

REACH = 3 * KEPT
"""Hits among which learned weights of facts may move one to the top."""

MOST_MISSING = 6


@dataclass(frozen=True)
class Compared:
    """One solution's place for the need, and why; `texts` says which versions of the two texts were compared.

    `chance`: how likely it is that this one fits, 0 to 1.
    """

    solution_id: int
    rank: int
    score: float
    texts: str
    chance: float
    parts: Mapping[str, float] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    to_explain: bool = False
    is_trial: bool = False


@dataclass(frozen=True)
class Comparison:
    """The best solutions for a need, those asked for, and whether the first truly fits."""

    found: list[Compared]
    confidence: float
    by_meaning: bool
    is_learned: bool


def compare(held: Shelf, need: Need, asked: Collection[int]) -> Comparison:
    """The KEPT best solutions of the index for the need, and those asked for, wherever they stand.

    Reasons are by shared words; by meaning for those asked for, later (`explain_deeply`) for the first ones.
    """
    query, weights = query_of(held, need), learned_weights(need.organisation_id)
    ranking = rank(held.index, query, len(held.index) if asked else REACH, weights=weights or None)
    wanted = {str(pk) for pk in asked}
    hits, trial = place(need, [hit for hit in ranking if hit.rank <= REACH or hit.id in wanted], weights)
    hits = [hit for hit in hits if hit.rank <= KEPT or hit.id in wanted]
    deep = [hit for hit in hits if hit.id in wanted]
    reasons = held.explainer.explain(query, [hit for hit in hits if hit.rank <= SHOWN])
    reasons |= held.explainer.explain(query, deep, deep=len(deep))
    may_explain = ranking.semantic and ranking.confidence >= NOTHING
    return Comparison(
        found=[
            Compared(
                solution_id=int(hit.id),
                rank=hit.rank,
                score=hit.score,
                texts=texts_of(held, need, hit.id),
                chance=chance_of(hit.parts),
                parts=dict(hit.parts),
                reasons=as_data(reasons.get(hit.id, [])),
                missing=missing_words(held, query, hit.id) if hit.id in wanted else [],
                to_explain=may_explain and hit.id not in wanted and is_worth_it(hit, reasons),
                is_trial=hit.id == trial,
            )
            for hit in hits
        ],
        confidence=ranking.confidence if hits else 0.0,
        by_meaning=ranking.semantic,
        is_learned=bool(weights),
    )


def query_of(held: Shelf, need: Need) -> Query:
    """The need as the kit asks with it."""
    return Query(need.match_text, held.question_vector(need.match_text))


def place(need: Need, hits: list[Hit], weights: Mapping[str, float]) -> tuple[list[Hit], str | None]:
    """The hits in the order they are shown, their facts among their parts; and the id of a newcomer put forward.

    Facts count as judgements have taught. In a few of the rankings one newcomer that may fit is lifted to be seen.
    """
    offers = offers_of(int(hit.id) for hit in hits)
    told = [
        with_facts(hit, fact_parts(offers[int(hit.id)]), weights) for hit in hits if int(hit.id) in offers
    ]
    told.sort(key=lambda hit: -hit.score)
    worth = (int(hit.id) for hit in told[:KEPT] if chance_of(hit.parts) >= NOTHING)
    new = newcomers(need.organisation_id, worth)
    shown, trial = explore(told, [str(pk) for pk in new], seed=trial_seed(need.pk, today()))
    far = {hit.id: hit.rank for hit in hits if hit.rank > REACH}
    return [replace(hit, rank=far.get(hit.id, place)) for place, hit in enumerate(shown, 1)], trial


def with_facts(hit: Hit, facts: Mapping[str, float], weights: Mapping[str, float]) -> Hit:
    """The hit with its facts among its parts, and in its score as they weigh."""
    score = hit.score + sum(weights.get(name, 0.0) * value for name, value in facts.items())
    return replace(hit, score=score, parts={**hit.parts, **facts})


def texts_of(held: Shelf, need: Need, id_: str) -> str:
    """What names these versions of the two texts."""
    return f"{need.text_hash}-{held.stamps[int(id_)]:%Y%m%d%H%M%S%f}"


def is_worth_it(hit: Hit, reasons: Mapping[str, list[Reason]]) -> bool:
    """Whether a hit's meaning should be tried word by word: the first few, and those that no shared word explains."""
    return hit.rank <= DEEP or (hit.rank <= SHOWN and not reasons[hit.id])


def explain_deeply(held: Shelf, need: Need, id_: str) -> list[dict[str, Any]]:
    """The reasons for one solution, by meaning too: the language model reads its text some ten times for it."""
    hit = Hit(id_, 0, 0.0)
    return as_data(held.explainer.explain(query_of(held, need), [hit], deep=1)[id_])


def missing_words(held: Shelf, query: Query, id_: str) -> list[str]:
    """The need's rarest words that the solution says nothing of, in any form: at most MOST_MISSING."""
    theirs = set(analyse(held.index.documents[id_].whole))
    weights = held.index.score(query).roots
    found: dict[str, float] = {}
    for word in telling_words(query):
        stems = analyse(word, query.language)
        if not theirs & set(stems):
            found[word] = max((weights.get(stem, 0.0) for stem in stems), default=0.0)
    return sorted((word for word in found if found[word]), key=lambda word: -found[word])[:MOST_MISSING]


def telling_words(query: Query) -> Iterable[str]:
    """The query's words that carry meaning, each once."""
    return (word for word in dict.fromkeys(query.words) if len(word) > 2 and is_telling(word, query.language))


def as_data(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The reasons as they are stored; words of one or two letters tell a reader nothing."""
    return [
        {
            "kind": reason.kind,
            "need_word": reason.need_word,
            "solution_words": list(reason.solution_words),
            "weight": reason.weight,
        }
        for reason in reasons
        if max(map(len, reason.solution_words)) > 2
    ]
