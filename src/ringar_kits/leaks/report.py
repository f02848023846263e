"""Gathers what is done to the rows on the way in, so that nothing is changed or kept out unsaid."""

from collections.abc import Sequence

from ringar_kits.errors import Said
from ringar_kits.leaks.model import Fact, Remark, Report

MOST_NAMES = 200  # of columns named in a remark
MOST_ROWS = 8  # named one by one in a remark; the count tells how many there are


class Notes:
    """A report as it is being written."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def used(self, place: str, words: str, count: int = 0, /, **facts: Fact) -> None:
        """Say what a column or file is taken for."""
        self._add("used", place, words, count, "", facts)

    def changed(self, place: str, words: str, count: int, remedy: str = "", /, **facts: Fact) -> None:
        """Say what was repaired; nothing is said of 0 rows."""
        if count:
            self._add("changed", place, words, count, remedy, facts)

    def dropped(self, place: str, words: str, count: int, remedy: str = "", /, **facts: Fact) -> None:
        """Say what is kept out of what follows; nothing is said of 0 rows."""
        if count:
            self._add("dropped", place, words, count, remedy, facts)

    def report(self) -> Report:
        """Return what has been said so far."""
        return Report(tuple(self.remarks))

    def _add(
        self, kind: str, place: str, words: str, count: int, remedy: str, facts: dict[str, Fact]
    ) -> None:
        told = {key: value if isinstance(value, int) else str(value) for key, value in facts.items()}
        told.setdefault("count", count)
        self.remarks.append(Remark(kind, place, Said(words, told), count, Said(remedy, told)))


def rows_in_words(rows: Sequence[int]) -> str:
    """Return row numbers as people write them: the first few, and an ellipsis where there are more.

    >>> rows_in_words([4, 9, 12])
    '4, 9, 12'
    """
    named = ", ".join(str(row) for row in rows[:MOST_ROWS])
    return f"{named}, …" if len(rows) > MOST_ROWS else named


def names_in_words(names: Sequence[str]) -> str:
    """Return names of columns one after the other, and an ellipsis where there are very many."""
    told = ", ".join(names[:MOST_NAMES])
    return f"{told}, …" if len(names) > MOST_NAMES else told
