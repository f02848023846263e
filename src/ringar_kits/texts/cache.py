"""Keeps vectors between runs of a command, in one file per model."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.texts.model import Vector
from ringar_kits.texts.normalise import text_hash

KEY_BYTES = 16
"""Length of a text's hash, the key of its vector."""


def cache_folder() -> Path:
    """Return where the user's caches are kept (`XDG_CACHE_HOME`, else ~/.cache), in a folder of ours."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ringar"


class VectorCache:
    """Vectors by the hash of their text: a file of fixed-length records, only ever added to."""

    def __init__(self, folder: Path, name: str, dimension: int) -> None:
        self.path = folder / f"vectors-{name.replace('/', '-')}.bin"
        self._record = np.dtype([("key", f"S{2 * KEY_BYTES}"), ("vector", np.float32, (dimension,))])
        self._known: dict[str, Vector] = {}
        self._read()

    def _read(self) -> None:
        if self.path.is_file():
            # a run cut short may have left half a record: read whole ones only
            whole = self.path.stat().st_size // self._record.itemsize
            for key, vector in np.fromfile(self.path, dtype=self._record, count=whole):
                self._known[key.decode()] = vector

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return the texts without a vector, each once."""
        return list({text_hash(text): text for text in texts if text_hash(text) not in self._known}.values())

    def fill(
        self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vector], tell: Callable[[int], object]
    ) -> None:
        """Embed the texts that are missing, batch by batch, keeping each batch at once; `tell` gets its size."""
        missing = sorted(self.missing(texts), key=len)
        for start in range(0, len(missing), 256):
            batch = missing[start : start + 256]
            vectors = embed(batch)
            keys = [text_hash(text) for text in batch]
            self._append(keys, vectors)
            self._known.update(zip(keys, vectors, strict=True))
            tell(len(batch))

    def _append(self, keys: Sequence[str], vectors: Vector) -> None:
        records = np.zeros(len(keys), dtype=self._record)
        records["key"], records["vector"] = keys, vectors
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                # after a record cut short, begin at a whole one
                file.truncate(file.tell() // self._record.itemsize * self._record.itemsize)
                file.write(records.tobytes())
        except OSError as error:
            raise InputError(
                f"vectors cannot be kept ({error.strerror})",
                place=str(self.path),
                remedy="Choose --cache FOLDER",
            ) from error

    def __getitem__(self, text: str) -> Vector:
        return self._known[text_hash(text)]
