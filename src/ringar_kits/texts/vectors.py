"""Vectors of texts in one growing table, compared around the centre of them all."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ringar_kits.texts.model import Scores, Vector


class VectorTable:
    """Rows by id; adding, replacing and dropping cost the rows concerned only."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._free: list[int] = []
        self._matrix = np.zeros((0, 0), dtype=np.float32)
        self._sum = np.zeros(0, dtype=np.float64)
        self._norms: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Set the vectors of these ids."""
        for id_, vector in vectors.items():
            row = self.rows.get(id_)
            if row is None:
                row = self._free.pop() if self._free else self._new_row(len(vector))
                self.rows[id_] = row
            self._sum += np.asarray(vector, dtype=np.float64) - self._matrix[row]
            self._matrix[row] = vector
        self._norms = None

    def drop(self, ids: Iterable[str]) -> None:
        """Forget these ids; those without a vector are passed over."""
        for id_ in ids:
            row = self.rows.pop(id_, None)
            if row is not None:
                self._sum -= self._matrix[row]
                self._matrix[row] = 0
                self._free.append(row)
        self._norms = None

    def row_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the table row of each id, -1 (the last of any table) where it has no vector."""
        return np.fromiter((self.rows.get(id_, -1) for id_ in ids), dtype=np.int64)

    def scores(self, vector: Vector, query_centre: Vector | None) -> Scores:
        """Return for each table row the cosine to `vector`, both seen from their own centre.

        Vectors of a language model crowd into a narrow cone; taking the common part away (Mu & Viswanath 2018)
        lets what is particular to each text decide.
        """
        if self._norms is None:
            self._norms = self._distances(self._matrix)
        return self._compare(vector, query_centre, self._matrix, self._norms)

    def cosines(self, vector: Vector, query_centre: Vector | None, rows: Vector) -> Scores:
        """Return the same for rows that are not in the table."""
        if not self._sum.size:  # nothing in the table yet: its centre lies at nought
            self._sum = np.zeros(rows.shape[1], dtype=np.float64)
        return self._compare(vector, query_centre, rows, self._distances(rows))

    def _distances(self, rows: Vector) -> Vector:
        """Return how far each row lies from the centre."""
        centre = self.centre
        squares = np.einsum("ij,ij->i", rows, rows) - 2 * rows @ centre + centre @ centre
        return np.sqrt(np.maximum(squares, 1e-9))

    def _compare(self, vector: Vector, query_centre: Vector | None, rows: Vector, norms: Vector) -> Scores:
        seen = vector if query_centre is None else vector - query_centre
        seen = np.asarray(seen / max(float(np.linalg.norm(seen)), 1e-9), dtype=np.float32)
        return np.asarray((rows @ seen - self.centre @ seen) / norms, dtype=np.float64)

    @property
    def centre(self) -> Vector:
        """The mean of all vectors in the table."""
        return np.asarray(self._sum / max(len(self.rows), 1), dtype=np.float32)

    def _new_row(self, dimension: int) -> int:
        used = len(self.rows) + len(self._free)
        if used >= len(self._matrix):
            grown = np.zeros((max(64, 2 * used), dimension), dtype=np.float32)
            grown[:used, : self._matrix.shape[1]] = self._matrix[:used]
            self._matrix = grown
            self._sum = self._sum if self._sum.size else np.zeros(dimension, dtype=np.float64)
        return used
