"""Vectors of texts, kept in the database by the hash of the text and the model's name."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ringar.core.models import TextVector

BATCH = 500


def vectors_for(hashes: Iterable[str], model: str) -> dict[str, NDArray[np.float32]]:
    """The kept vectors (float32, one dimension) of the texts with these hashes; those not there are left out."""
    wanted = sorted(set(hashes))
    found: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(wanted), BATCH):
        rows = TextVector.objects.filter(model=model, text_hash__in=wanted[start : start + BATCH])
        for text_hash, vector in rows.values_list("text_hash", "vector"):
            found[text_hash] = np.frombuffer(bytes(vector), dtype=np.float32)
    return found


def save_vectors(vectors: Mapping[str, NDArray[np.float32]], model: str) -> None:
    """Keeps the vectors, {hash: vector}; those already there are left as they are."""
    TextVector.objects.bulk_create(
        [
            TextVector(
                text_hash=text_hash, model=model, vector=np.asarray(vector, dtype=np.float32).tobytes()
            )
            for text_hash, vector in vectors.items()
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def as_query(model: str) -> str:
    """The name under which vectors of texts read as questions (needs) are kept, apart from those of answers."""
    return f"{model}/query"
