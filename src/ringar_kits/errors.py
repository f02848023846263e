"""How every kit says that what it was given cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Said:
    """English words with {places} for facts: what shows it in another language looks it up by the words."""

    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words.format(**self.facts) if self.facts else self.words


class InputError(ValueError):
    """Input that cannot be used, told so that its owner can mend it.

    `place` is where (file, row, column as the user sees them), `problem` what is wrong there and `remedy`
    what to do about it; `facts` fill the {places} of both. The command line prints it as one line and ends with exit
    code 2.
    """

    def __init__(
        self,
        problem: str,
        *,
        place: str = "",
        remedy: str = "",
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        self.words = (Said(problem, facts or {}), Said(remedy, facts or {}))
        self.problem, self.remedy = str(self.words[0]), str(self.words[1])
        self.place = place
        super().__init__(". ".join(part.rstrip(".") for part in (self._where(), self.remedy) if part) + ".")

    def _where(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem


Broken = Callable[[InputError], None]


def tell_or_raise(error: InputError, broken: Broken | None) -> None:
    """Hand an error to the one who wants to know of broken rows and go on; raise it where nobody does."""
    if broken is None:
        raise error
    broken(error)
