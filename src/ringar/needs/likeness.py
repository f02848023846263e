"""Who else has the same need: candidates by words and by meaning, ranked by the kit, with what is shared told.

The vectors of an organisation's newest needs are kept in the process between requests; a need written in the
last seconds is found by its words until the robots have made its vector.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringar.core.rules import Viewer
from ringar.core.vectors import as_query, vectors_for
from ringar.needs.models import Need
from ringar.needs.queries import found_ids
from ringar.needs.rules import NeedState, can_join
from ringar_kits.texts import Document, Index, analyse, load_embedder, rank
from ringar_kits.texts.analyse import content_words, is_telling

NEWEST = 5_000
"""Needs of an organisation that are compared by meaning; older ones are found by their words."""

FROM_EACH = 20
"""Candidates by words and by meaning; the ranking looks closely at these only."""

MOST_KEPT = 40_000
LEAST_MEANING = 0.12
"""Cosine around the centre; pairs of different needs in the demo's data seldom reach it, same ones mostly do."""

LEAST_SHARE = 0.34
"""Share of the written text's own words that stand in the other need too."""

_kept: dict[str, NDArray[np.float32]] = {}


@dataclass(frozen=True)
class Similar:
    """A need that may be the same: the words that both hold, and whether the meaning is near."""

    need: Need
    words: tuple[str, ...]
    is_near: bool


def need_vectors(viewer: Viewer) -> dict[int, NDArray[np.float32]]:
    """{need id: vector} of the newest needs in the viewer's organisation that have one. 1–2 queries when warm."""
    embedder = load_embedder(1)
    if embedder is None:
        return {}
    rows = list(
        Need.objects.filter(organisation_id=viewer.organisation_id or 0, is_draft=False)
        .exclude(state=NeedState.CLOSED)
        .order_by("-changed_at", "-id")
        .values_list("id", "text_hash")[:NEWEST]
    )
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    if lacking := {text_hash for _, text_hash in rows if text_hash not in _kept}:
        _kept.update(vectors_for(lacking, as_query(embedder.name)))
    return {pk: _kept[text_hash] for pk, text_hash in rows if text_hash in _kept}


def kept_vector(need: Need, model: str) -> NDArray[np.float32] | None:
    """The need's vector, or None while the robots have not made it. 1 query."""
    return vectors_for([need.text_hash], as_query(model)).get(need.text_hash)


def nearness(vector: NDArray[np.float32], vectors: dict[int, NDArray[np.float32]]) -> dict[int, float]:
    """Cosine of each vector to `vector`, all seen from their common centre; {} below three vectors."""
    if len(vectors) < 3:
        return {}
    table = np.stack(list(vectors.values()))
    centre = table.mean(axis=0)
    table, sought = table - centre, vector - centre
    scores = table @ sought / np.maximum(np.linalg.norm(table, axis=1) * np.linalg.norm(sought), 1e-9)
    return dict(zip(vectors, (float(score) for score in scores), strict=True))


def shared_words(text: str, need: Need, most: int = 6) -> tuple[tuple[str, ...], float]:
    """The words of `text` that the need holds too (as written, longest first), and their share of all its words."""
    theirs = set(need.words.split())
    found: dict[str, str] = {}
    own = dict.fromkeys(content_words(text))
    for word, stem in own:
        if stem in theirs or theirs & set(analyse(word)):
            found.setdefault(stem, word)
    words = sorted((w for w in found.values() if len(w) > 2 and is_telling(w, "sv")), key=len, reverse=True)
    return tuple(words[:most]), len(found) / max(1, len({stem for _, stem in own}))


def similar_needs(viewer: Viewer, text: str, *, exclude: Need | None = None, limit: int = 3) -> list[Similar]:
    """Needs in the viewer's organisation that may be the same as what is written, likest first; never merged.

    A text that is being written is read with one thread (about 30 ms of CPU for a paragraph). Of a need that is
    saved (`exclude`) the vector that the robots made is used; until it is there, and without the model, words decide.
    """
    if not viewer.is_inside or len(text.strip()) < 8:
        return []
    vectors, near = need_vectors(viewer), dict[int, float]()
    vector = None
    embedder = load_embedder(1)
    if embedder is not None and len(vectors) >= 3:
        vector = kept_vector(exclude, embedder.name) if exclude else embedder.embed_queries([text])[0]
        near = nearness(vector, vectors) if vector is not None else near
    nearest = sorted(near, key=lambda pk: -near[pk])[:FROM_EACH]
    ids = {pk for pk, _ in found_ids(viewer, text)[:FROM_EACH]} | set(nearest)
    rows = Need.objects.filter(pk__in=ids, is_draft=False).select_related("unit")
    needs = {str(row.pk): row for row in rows if can_join(viewer, row.facts) and row != exclude}
    index = Index(
        [Document(key, need.title, need.symptom) for key, need in needs.items()],
        {key: vectors[need.pk] for key, need in needs.items() if need.pk in vectors},
    )
    found = []
    for hit in rank(index, text, limit * 3, vector=vector):
        words, share = shared_words(text, needs[hit.id])
        is_near = near.get(needs[hit.id].pk, 0.0) >= LEAST_MEANING
        if is_near or (share >= LEAST_SHARE and len(words) > 1):
            found.append(Similar(needs[hit.id], words, is_near))
    return found[:limit]
