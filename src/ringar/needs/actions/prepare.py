"""What every write on needs does first: tidies text, decides on flags, fills in what search needs."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from ringar.core.rules import Refused, Visibility
from ringar.core.search import scope_words
from ringar.core.text import tidy_text
from ringar.needs.flags import Flag, find_flags, open_flags
from ringar.needs.models import Need
from ringar.needs.rules import LONGEST_TEXT
from ringar_kits.texts.analyse import analyse, guess_language
from ringar_kits.texts.normalise import text_hash, words


class Flagged(Refused):
    """Something in the text must be looked at before others see it; `flags` says what and where."""

    def __init__(self, flags: list[Flag]) -> None:
        super().__init__(_("Some words need a decision before others see this."))
        self.flags = flags


def tidy(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as it is kept. Raises Refused where it is too long; nothing is cut in silence."""
    text = tidy_text(text).strip()
    if len(text) > longest:
        raise Refused(
            _(
                "The text has %(length)d characters; at most %(longest)d fit. Shorten it, or put the rest in evidence."
            )
            % {"length": len(text), "longest": longest}
        )
    return text


def index_need(need: Need) -> None:
    """Fills in what search needs: language, search words with who may find them, and the key of the vector."""
    need.language = guess_language(words(need.match_text))
    found = dict.fromkeys(analyse(need.match_text, need.language))
    scopes = scope_words(
        organisation_id=None if need.is_draft else need.organisation_id,
        person_id=need.created_by_id,
        is_public=not need.is_draft and need.visibility == Visibility.PUBLIC,
    )
    need.words = " ".join([*found, *scopes])
    need.text_hash = text_hash(need.match_text)


def decide_flags(
    texts: Mapping[str, str], *, shared: Mapping[str, str], kept: Iterable[str]
) -> dict[str, object]:
    """What the audit row says of flags that were kept: kind, field and line, never the words themselves.

    Raises Flagged where some are still without a decision.
    """
    kept = set(kept)
    if flags := open_flags(texts, shared=shared, kept=kept):
        raise Flagged(flags)
    decided = [f for f in find_flags(texts) if f.key in kept]
    return {"flags_kept": [[f.kind, f.field, f.line] for f in decided]} if decided else {}
