"""What every write on needs does first: tidies text, decides on flags, fills in what search needs."""

from django.utils.translation import gettext as _

from ringar.core.rules import Refused, Visibility
from ringar.core.search import scope_words
from ringar.core.text import tidy_text
from ringar.needs.flags import Flagged, decide_flags
from ringar.needs.models import Need
from ringar.needs.rules import LONGEST_TEXT
from ringar_kits.texts.analyse import analyse, guess_language
from ringar_kits.texts.normalise import text_hash, words


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


__all__ = ["Flagged", "decide_flags", "index_need", "tidy"]
