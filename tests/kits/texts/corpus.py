"""Texts that the tests of this kit share, and a small language model of our own behind the kit's port."""

from collections.abc import Sequence

import numpy as np

from ringar_kits.texts import Document, analyse
from ringar_kits.texts.analyse import stem
from ringar_kits.texts.model import Vector

SOLUTIONS = [
    Document(
        "meet", "Mötesplats för seniorer", "Bryter ensamhet bland äldre med fika och promenader i grupp."
    ),
    Document("pipes", "Sensorer på vattenrör", "Hittar vattenläckor innan gatan måste grävas upp."),
    Document("bills", "Robot för fakturor", "Krediterar felaktiga fakturor och bokför dem på rätt enhet."),
    Document("tales", "Sagor på flera språk", "Stöd för språket i förskolan, på barnens modersmål."),
    Document("glasses", "VR-glasögon inför jobbet", "Vänj dig vid en arbetsplats innan du börjar där."),
    Document("rides", "Samåkning till vården", "Resor till vårdcentralen för den som saknar bil."),
    Document("talk", "Digital medborgardialog", "Invånare röstar fram förslag till nämnden."),
    Document(
        "english", "Fall detection", "A sensor that calls home care when an older person falls at night."
    ),
]

AKIN = {"själ": "äldre", "dyster": "ensamhet", "rör": "vattenläcka"}
KIN_STEMS = {stem(word): stem(kin) for word, kin in AKIN.items()}


class KinEmbedder:
    """A model of 64 dimensions that knows a few kindred words: small, quick, and the same on every machine."""

    name = "kin-64"
    dimension = 64
    threads = 1

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        rows = np.stack([self._row(text) for text in texts]) if texts else np.zeros((0, self.dimension))
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def _row(self, text: str) -> np.ndarray:
        row = np.full(self.dimension, 0.01)
        for root in analyse(text):
            kin = KIN_STEMS.get(root, root)
            row += np.random.default_rng(int.from_bytes(kin.encode()[:8], "big")).standard_normal(
                self.dimension
            )
        return row
