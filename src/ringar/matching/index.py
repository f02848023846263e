"""The kit's index over published solutions, kept by each worker process and grown as solutions come and change.

Web processes never load it: their pages read stored matches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

import numpy as np
from django.db.models import Max

from ringar.core.models import TextVector
from ringar.core.vectors import as_query, save_vectors, vectors_for
from ringar.matching.queries import solutions_mark
from ringar.needs.models import Need
from ringar.solvers.queries import offered_solutions
from ringar_kits.texts import Document, Embedder, Index, Query, load_embedder, text_hash
from ringar_kits.texts.explain import Explainer
from ringar_kits.texts.model import Vector

BATCH = 500
OVERLAP = 1000
"""Vectors read once more: a row's transaction may end after that of a later row."""
MOST_NEEDS = 300
"""The latest needs, which are enough to tell what all needs have in common."""


class Shelf:
    """Published solutions as the kit reads them. One thread at a time may hold it."""

    def __init__(self) -> None:
        self.index = Index()
        self.embedder: Embedder | None = load_embedder()
        self.explainer = Explainer(self.index, self.embedder)
        self.mark = ""
        self.stamps: dict[int, datetime] = {}
        self._hashes: dict[str, str] = {}
        self._waiting: dict[str, set[str]] = {}  # without a vector as yet: text hash → ids in the index
        self._last_vector = 0
        self._learned = 0, 0

    @property
    def model(self) -> str:
        """The language model's name, "" without one."""
        return self.embedder.name if self.embedder else ""

    def refresh(self) -> None:
        """Takes in what is new or changed, takes out what is no longer offered, and gives vectors made meanwhile."""
        offered = dict(offered_solutions().prefetch_related(None).values_list("id", "changed_at"))
        gone = self.stamps.keys() - offered.keys()
        self.index.remove(str(pk) for pk in gone)
        changed = sorted(pk for pk, stamp in offered.items() if self.stamps.get(pk) != stamp)
        self._take_vectors()
        for start in range(0, len(changed), BATCH):
            self._take_in(changed[start : start + BATCH])
        self.stamps = offered
        self._learn_needs()
        self.explainer = Explainer(self.index, self.embedder)

    def _take_in(self, ids: list[int]) -> None:
        """Puts some solutions in, in place of what was there of them."""
        rows = list(offered_solutions().filter(pk__in=ids))
        self.index.add(
            Document(str(row.pk), row.name, row.match_text.removeprefix(row.name).strip()) for row in rows
        )
        hashes = {str(row.pk): row.text_hash for row in rows}
        self._hashes |= hashes
        known = vectors_for(hashes.values(), self.model) if self.model else {}
        self.index.set_vectors({id_: known[key] for id_, key in hashes.items() if key in known})
        for id_, key in hashes.items():
            if self.model and key not in known:
                self._waiting.setdefault(key, set()).add(id_)

    def _take_vectors(self) -> None:
        """Gives waiting solutions the vectors that the robots have made since the last time."""
        kept = TextVector.objects.filter(model=self.model)
        newest = kept.aggregate(last=Max("id"))["last"] or 0
        first = min(self._last_vector, newest) - OVERLAP
        self._last_vector = newest
        if not self._waiting:
            return
        for key, vector in kept.filter(id__gt=first).values_list("text_hash", "vector"):
            owners = self._waiting.pop(key, set())
            found = np.frombuffer(bytes(vector), dtype=np.float32)
            current = [id_ for id_ in owners if self._hashes.get(id_) == key and id_ in self.index]
            self.index.set_vectors(dict.fromkeys(current, found))

    def question_vector(self, text: str) -> Vector | None:
        """The vector of a need read as a question, kept; None without the model."""
        if self.embedder is None:
            return None
        key, model = text_hash(text), as_query(self.model)
        kept = vectors_for([key], model).get(key)
        if kept is None:
            kept = self.embedder.embed_queries([text])[0]
            save_vectors({key: kept}, model)
        return kept

    def _learn_needs(self) -> None:
        """Tells the index what needs have in common, when it or they have grown or shrunk by a tenth since."""
        rows = Need.objects.filter(is_draft=False).order_by("-id")
        sizes = len(self.index), min(rows.count(), MOST_NEEDS)
        if all(abs(new - old) * 10 <= old for new, old in zip(sizes, self._learned, strict=True)):
            return
        texts = {need.text_hash: need.match_text for need in rows.defer("words")[:MOST_NEEDS]}
        kept = vectors_for(texts, as_query(self.model)) if self.model else {}
        self.index.learn_needs([Query(text, kept.get(key)) for key, text in texts.items()])
        self._learned = sizes


_lock = Lock()
_shelf: Shelf | None = None


@contextmanager
def shelf() -> Iterator[Shelf]:
    """This process's shelf, up to date, for one thread at a time: hold it for a second or so, not longer."""
    global _shelf
    with _lock:
        if _shelf is None or _shelf.embedder is not load_embedder():
            _shelf = Shelf()  # the first time; or the model came or went since, as in tests
        mark = solutions_mark(_shelf.model)
        if _shelf.mark != mark:
            _shelf.refresh()
            _shelf.mark = mark
        yield _shelf
