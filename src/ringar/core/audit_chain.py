"""The audit trail's chain: each row's hash covers its own content and the hash before it. No database, no clock.

A row that is changed, taken out, put in between or moved then no longer fits its hash. Who can write to the
database could compute the whole chain anew; that shows against a head (position and hash) kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

CONTENT = (
    *("id", "at", "organisation_id", "person_id", "label", "unit_id", "unit_label"),
    *("action", "target_kind", "target_id", "target_label", "changes"),
)
"""The columns that the hash covers, in order."""

START = "0" * 64
"""What stands for the hash before the first row."""

EXACT = 2**53  # whole numbers up to here are the same in every JSON reader


@dataclass(frozen=True)
class Link:
    """A row's place in the chain, as kept: its content is the values of CONTENT."""

    position: int
    chain_hash: str
    content: tuple[object, ...]

    @property
    def row(self) -> int | None:
        """The id of the audit row; None where it has been made something else than a number."""
        return self.content[0] if isinstance(self.content[0], int) else None


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold. `row` is the id of the audit row there."""

    position: int
    row: int | None
    text: str


def plain(value: object) -> object:
    """The value as every database gives it back: times in UTC, numbers that a double can hold."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return int(value) if abs(value) < EXACT and value == int(value) else float(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    raise TypeError(f"An audit row holds no {type(value).__name__}.")


def link_hash(before: str, content: Iterable[object]) -> str:
    """The hash of a row: SHA-256 (hex) of the hash before it and of its content as canonical JSON."""
    text = json.dumps([before, *map(plain, content)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def chained(position: int, before: str, contents: Iterable[tuple[object, ...]]) -> Iterator[Link]:
    """The contents in order as links after the given head (0 and START where the chain is empty)."""
    for content in contents:
        position, before = position + 1, link_hash(before, content)
        yield Link(position, before, content)


@dataclass
class Check:
    """Goes along the chain, link by link, and keeps the first break and the head."""

    position: int = 0
    head: str = START
    first_break: Break | None = None
    is_head_met: bool = False
    known: tuple[str, int | None] | None = None

    def follow(self, link: Link) -> None:
        """The next link by position. What comes after a break is still counted, not judged."""
        if self.first_break is None:
            if link.position != self.position + 1:
                self.broken(self.position + 1, link.row, missing_text(self.position + 1, link.position))
            elif link.chain_hash != link_hash(self.head, link.content):
                self.broken(link.position, link.row, "the row is not as it was when it was sealed")
        self.position, self.head = link.position, link.chain_hash
        self.meet_head(link)

    def meet_head(self, link: Link) -> None:
        """Compares the link with the head that was kept elsewhere, where its place is reached."""
        if self.known is None:
            return
        kept, at = self.known
        self.is_head_met |= link.chain_hash == kept and at in (None, link.position)

    def finish(self) -> None:
        """After the last link: the kept head must have been met."""
        if self.known and not self.is_head_met and self.first_break is None:
            at = self.known[1]
            where = self.position if at is None else min(at, self.position)
            self.broken(where, None, "the head that was kept elsewhere is not in this chain")

    def broken(self, position: int, row: int | None, text: str) -> None:
        self.first_break = Break(position, row, text)


def missing_text(expected: int, found: int) -> str:
    """What is said of positions that are not there."""
    if found < expected:
        return "the position stands twice"
    many = found - expected
    return "the row is missing" if many == 1 else f"{many} rows are missing"
