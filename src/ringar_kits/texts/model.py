"""What goes into the kit and what comes out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Document:
    """One text to be found. Words of the title weigh more; either field may be empty."""

    id: str
    title: str = ""
    text: str = ""

    @property
    def whole(self) -> str:
        """Title and text as one, the form that is embedded."""
        return f"{self.title}\n{self.text}".strip()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text was found: what in the need met what in the solution.

    `kind` is "word" (the same word, in any inflection), "part" (a shared part of compounds), "kindred" (words of
    nearly the same meaning), "letters" (words that look alike) or "meaning" (the language model reads them as
    akin). `weight` is how far the hit's score falls when `solution_words` are taken out of its text; `together`
    says that the hit keeps its place unless the words of all its reasons go.
    """

    kind: str
    need_word: str
    solution_words: tuple[str, ...]
    weight: float
    together: bool = False

    def __str__(self) -> str:
        theirs = ", ".join(f"'{word}'" for word in self.solution_words)
        return theirs if self.kind == "word" else f"{theirs} ← '{self.need_word}' [{self.kind}]"


@dataclass(frozen=True, slots=True)
class Hit:
    """A text at its place in a ranking; `parts` is what its score is made of, each before it is weighed:
    "words", "letters", "meaning" (a cosine) and "crowding" (what the text gives every need)."""

    id: str
    rank: int
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking(Sequence[Hit]):
    """The best hits of one query, best first, and how sure it is that the first one truly fits (0 to 1)."""

    hits: tuple[Hit, ...]
    confidence: float
    semantic: bool

    @property
    def fits(self) -> bool:
        """False is "nothing fits": the best there is, is most likely not an answer."""
        return bool(self.hits) and self.confidence >= 0.5

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        return self.hits[place]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that seem to say the same; `why` are the shared words, or says that the meaning is shared."""

    first: str
    second: str
    score: float
    why: str
