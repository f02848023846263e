"""Finds the texts that answer a need, in Swedish and English, and says why.

>>> from ringar_kits.texts import Document, Index, rank
>>> index = Index([
...     Document("a", "Mötesplats för seniorer", "Bryter ensamhet bland äldre i stadsdelen"),
...     Document("b", "Sensorer på vattenrör", "Hittar läckor innan gatan grävs upp"),
... ])
>>> rank(index, "Vattenläckor hittas för sent")[0].id
'b'
"""

from ringar_kits.texts.analyse import analyse, guess_language, search_words
from ringar_kits.texts.dictionary import dictionary_path
from ringar_kits.texts.duplicates import find_duplicates, similar
from ringar_kits.texts.embed import Embedder, load_embedder
from ringar_kits.texts.explain import Explainer
from ringar_kits.texts.index import Index
from ringar_kits.texts.learn import Judgement, Preferences, explore, learn
from ringar_kits.texts.model import Document, Hit, Pair, Ranking, Reason
from ringar_kits.texts.normalise import clean_text, cut_text, text_hash
from ringar_kits.texts.query import Query
from ringar_kits.texts.rank import rank

__all__ = [
    "Document",
    "Embedder",
    "Explainer",
    "Hit",
    "Index",
    "Judgement",
    "Pair",
    "Preferences",
    "Query",
    "Ranking",
    "Reason",
    "analyse",
    "clean_text",
    "cut_text",
    "dictionary_path",
    "explore",
    "find_duplicates",
    "guess_language",
    "learn",
    "load_embedder",
    "rank",
    "search_words",
    "similar",
    "text_hash",
]
