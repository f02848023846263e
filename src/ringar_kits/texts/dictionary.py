"""Swedish words and how they are joined, read from a hunspell dictionary.

The files (`index.dic`, `index.aff` of the npm package dictionary-sv, LGPL-3.0) are put beside this file by the
set-up and are no part of the project. Hunspell's own rules are followed: a word with flag X, or a form that an
affix marks so ("omsorgs" of "omsorg"), may begin a compound; U may stand in its middle; Y may end it.
"""

import os
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

PLACES = (Path(__file__).parent / "dictionary" / "index.dic", Path("/usr/share/hunspell/sv_SE.dic"))
SHORTEST_PART = 3
"""Letters; shorter parts ("is", "ö") split far more words wrongly than rightly."""

_JOINING = frozenset("XU")

Joint = tuple[str, str, str, re.Pattern[str]]
"""An affix that makes the first part of a compound: its flag, what it strips, what it adds, and where."""


def dictionary_path() -> Path | None:
    """Return where the Swedish word list is, or None: the set-up's, `RINGAR_DICTIONARY`, or the system's."""
    chosen = os.environ.get("RINGAR_DICTIONARY")
    places = (PLACES[0], *([Path(chosen)] if chosen else []), *PLACES[1:])
    return next((place for place in places if place.is_file()), None)


class Dictionary:
    """The words of one hunspell dictionary: `split` takes compounds apart, `base` undoes inflection."""

    def __init__(self, path: Path) -> None:
        self._flags: dict[str, str] = {}
        self._endings: dict[str, list[tuple[str, str, re.Pattern[str], str]]] = defaultdict(list)
        self._longest_ending = 0
        self._read_words(path)
        joints = self._read_affixes(path.with_suffix(".aff"))
        self._starts = self._compound_starts(joints)
        self.split = lru_cache(maxsize=100_000)(self._split)
        self.base = lru_cache(maxsize=100_000)(self._base)

    def _read_words(self, path: Path) -> None:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[1:]:
            word, _, flags = line.split("\t")[0].partition("/")
            if "%" not in flags and word.islower():
                self._flags[word] = self._flags.get(word, "") + flags

    def _read_affixes(self, path: Path) -> list[Joint]:
        joints = []
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            fields = line.split()
            if len(fields) < 5 or fields[0] != "SFX":
                continue
            flag, strip, (added, _, marks) = fields[1], fields[2].replace("0", ""), fields[3].partition("/")
            added, condition = added.replace("0", ""), re.compile(f"{fields[4]}$")
            if _JOINING & set(marks):
                joints.append((flag, strip, added, condition))
            else:
                self._endings[added].append((flag, strip, condition, marks))
                self._longest_ending = max(self._longest_ending, len(added))
        return joints

    def _compound_starts(self, joints: list[Joint]) -> dict[str, str]:
        """Map every form that may begin a compound to its plain word."""
        starts: dict[str, str] = {}
        by_flag: dict[str, list[Joint]] = defaultdict(list)
        for joint in joints:
            by_flag[joint[0]].append(joint)
        for word, flags in self._flags.items():
            if _JOINING & set(flags):
                starts[word.rstrip("-")] = self._plain_start(word.rstrip("-"))
            for flag in flags:
                for _, strip, added, condition in by_flag.get(flag, ()):
                    if word.endswith(strip) and condition.search(word):
                        starts.setdefault(word[: len(word) - len(strip)] + added, word)
        return {form: word for form, word in starts.items() if len(form) >= SHORTEST_PART}

    def _plain_start(self, form: str) -> str:
        """Return the free-standing word behind a form that only begins compounds ("förskole": förskola)."""
        if "Z" not in self._flags.get(form, ""):
            return form
        tried = (form[:-1] + "a", form[:-1], form + "a", form + "e", form[:-1] + "e")
        return next((word for word in tried if "Z" not in self._flags.get(word, "Z")), form)

    def _plain_words(self, form: str) -> list[str]:
        """Return the dictionary's words that `form` is an inflection of, itself first."""
        found = [form] if "Z" not in self._flags.get(form, "Z") else []
        for cut in range(max(1, len(form) - self._longest_ending), len(form) + 1):
            for flag, strip, condition, _ in self._endings.get(form[cut:], ()):
                word = form[:cut] + strip
                if flag in self._flags.get(word, "") and condition.search(word) and word not in found:
                    found.append(word)
        return found

    def _base(self, form: str) -> str:
        """Return the word that `form` is an inflection of; `form` itself when unknown or not sure."""
        found = self._plain_words(form)
        return found[0] if found else form

    def _split(self, word: str) -> tuple[str, ...]:
        """Return the smallest plain parts of a compound ("äldreomsorgens" gives äldre, omsorg), or nothing.

        The split with the longest last part wins: Swedish compounds carry their meaning at the end.
        """
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            ends = [end for end in self._plain_words(word[cut:]) if "Y" in self._flags[end]]
            first = self._split_start(word[:cut]) if ends else ()
            if ends and not first and word[cut - 1] == word[cut]:
                # three equal letters are written as two: "fall" + "lucka" is "fallucka"
                first = self._split_start(word[: cut + 1])
            if first:
                return (*first, *(self._split(ends[0]) or (ends[0],)))
        return ()

    def _split_start(self, start: str) -> tuple[str, ...]:
        if start in self._starts:
            word = self._starts[start]
            return self._split(word) or (word,)
        for cut in range(SHORTEST_PART, len(start) - SHORTEST_PART + 1):
            if start[cut:] in self._starts:
                first = self._split_start(start[:cut])
                if first:
                    return (*first, self._starts[start[cut:]])
        return ()


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary | None:
    """Return the Swedish dictionary, read once per process, or None when there is none on this machine."""
    path = dictionary_path()
    return Dictionary(path) if path else None
