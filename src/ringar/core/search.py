"""Full-text search that stays quick as tables grow: analysed words in, ranked row ids out, in one query.

A table with a `words` column (words of `ringar_kits.texts.analyse`, joined by blanks, and scope words of
`scope_words`) gets a word index by `add_word_index(table)` in its migration: FTS5 kept by triggers on SQLite,
a GIN index on PostgreSQL. SQLite loses triggers when a later migration rebuilds the table: run it there again.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from math import log

from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MOST_WORDS = 40
"""Words of a query that are looked up; a pasted page is searched by its first ones."""

CANDIDATES = 400
"""Rows looked at for each word, newest first: the cost of a search does not grow with the table."""

LEAST_ALONE = 0.4
"""Share of the weight of all the words that one of several must have, to be enough by itself."""

_WORD = re.compile(r"^[^\W]+$")
_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {t}_fts USING fts5(words, content='{t}', content_rowid='id',"
    " tokenize=\"ascii tokenchars '_'\", detail=none, columnsize=0)",
    "CREATE TRIGGER IF NOT EXISTS {t}_fts_new AFTER INSERT ON {t} BEGIN"
    " INSERT INTO {t}_fts(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER IF NOT EXISTS {t}_fts_gone AFTER DELETE ON {t} BEGIN"
    " INSERT INTO {t}_fts({t}_fts, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER IF NOT EXISTS {t}_fts_changed AFTER UPDATE OF words ON {t} WHEN old.words <> new.words BEGIN"
    " INSERT INTO {t}_fts({t}_fts, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO {t}_fts(rowid, words) VALUES (new.id, new.words); END",
    "INSERT INTO {t}_fts({t}_fts) VALUES ('rebuild')",
)
# No text parser in between: exactly the words that were analysed are the lexemes.
_POSTGRES_VECTOR = "array_to_tsvector(string_to_array(words, ' '))"


def add_word_index(table: str) -> migrations.RunPython:
    """The migration operation that gives `table` (with columns id and words) its word index."""

    def forwards(apps: object, schema: BaseDatabaseSchemaEditor) -> None:
        if schema.connection.vendor == "sqlite":
            with schema.connection.cursor() as cursor:
                for statement in _SQLITE:
                    cursor.execute(statement.format(t=table))
        else:
            schema.execute(
                f"CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING gin ({_POSTGRES_VECTOR})"
            )

    def backwards(apps: object, schema: BaseDatabaseSchemaEditor) -> None:
        if schema.connection.vendor == "sqlite":
            for trigger in ("new", "gone", "changed"):
                schema.execute(f"DROP TRIGGER IF EXISTS {table}_fts_{trigger}")
            schema.execute(f"DROP TABLE IF EXISTS {table}_fts")
        else:
            schema.execute(f"DROP INDEX IF EXISTS {table}_words")

    return migrations.RunPython(forwards, backwards)


def scope_words(
    *, organisation_id: int | None = None, person_id: int | None = None, is_public: bool = False
) -> list[str]:
    """Words stored with a row that say who may find it, and given as `within` by who searches.

    They only keep the candidates near; what a viewer may see is still `core.queries.visible_to`'s to say.
    """
    words = [f"org_{organisation_id}"] if organisation_id is not None else []
    words += [f"by_{person_id}"] if person_id is not None else []
    return words + (["public_"] if is_public else [])


def match_words(
    table: str, words: Iterable[str], *, within: Iterable[str] = (), limit: int = 200, drop_weak: bool = False
) -> list[tuple[int, float]]:
    """The ids of rows of `table` that hold any of the words, best first, with a score > 0. One query.

    Each word weighs by its rarity, ln(1 + 400/n) with n its rows (at most 400 counted); rows that hold all of
    the words come on top. `within`: only rows with one of these scope words. At most `limit` rows.

    `drop_weak` leaves out rows that hold but one of several words, where a rarer one was found or where it weighs
    less than LEAST_ALONE of them all (words that no row holds weigh as one that a single row holds).
    """
    found = [w for w in dict.fromkeys(words) if _WORD.match(w)][:MOST_WORDS]
    scopes = [w for w in within if _WORD.match(w)]
    if not found:
        return []
    lookups = [[word] for word in found] + ([found] if len(found) > 1 else [])
    one = _one_sqlite(table) if connection.vendor == "sqlite" else _one_postgres(table)
    union = " UNION ALL ".join(one.format(place=place) for place in range(len(lookups)))
    strong = _strong(len(found)) if drop_weak and len(found) > 1 else ""
    sql = (
        f"WITH hits AS ({union}), sizes AS"  # noqa: S608
        f" (SELECT place, ln(1 + {CANDIDATES}.0 / count(*)) AS weight FROM hits GROUP BY place)"
        " SELECT id, sum(weight) AS score FROM hits JOIN sizes USING (place)"
        f" GROUP BY id {strong} ORDER BY score DESC, id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(_expression(lookup, scopes) for lookup in lookups), limit])
        return [(int(row[0]), float(row[1])) for row in cursor.fetchall()]


def has_several(text: str) -> bool:
    """Whether a search is for several words: a compound alone is one, and whatever shares a part of it is near."""
    return len(text.split()) > 1


def rank_few(texts: Sequence[Collection[str]], words: Iterable[str], *, drop_weak: bool = False) -> list[int]:
    """The places of those texts (their analysed words) that hold any of the words, best first.

    The same as `match_words`, for texts so few that they need no index.
    """
    found = list(dict.fromkeys(words))[:MOST_WORDS]
    counts = {word: sum(word in text for text in texts) for word in found}
    weights = {word: log(1 + CANDIDATES / max(n, 1)) for word, n in counts.items()}
    rarest = max((weights[word] for word, n in counts.items() if n), default=0.0)
    enough = max(rarest, LEAST_ALONE * sum(weights.values())) if drop_weak else 0.0
    scores = {}
    for place, text in enumerate(texts):
        held = [weights[word] for word in found if word in text]
        if len(held) > 1 or (held and held[0] >= enough):
            scores[place] = (len(held) == len(found), sum(held))
    return sorted(scores, key=lambda place: scores[place], reverse=True)


def _strong(count: int) -> str:
    """What a row must hold of `count` words not to be weak: two, or one that is the rarest and weighs enough."""
    missing = f"({count} - count(*)) * ln(1 + {CANDIDATES}.0)"
    return (
        "HAVING count(*) > 1 OR"  # noqa: S608
        f" (sum(weight) >= (SELECT max(weight) FROM sizes WHERE place < {count}) AND sum(weight) >="
        f" (SELECT {LEAST_ALONE} * (sum(weight) + {missing}) FROM sizes WHERE place < {count}))"
    )


def _one_sqlite(table: str) -> str:
    return (
        f"SELECT * FROM (SELECT {{place}} AS place, rowid AS id FROM {table}_fts"  # noqa: S608 (names of our own tables)
        f" WHERE {table}_fts MATCH %s ORDER BY rowid DESC LIMIT {CANDIDATES})"
    )


def _one_postgres(table: str) -> str:
    return (
        f"(SELECT {{place}} AS place, id FROM {table}"  # noqa: S608 (names of our own tables)
        f" WHERE {_POSTGRES_VECTOR} @@ %s::tsquery LIMIT {CANDIDATES})"
    )


def _expression(words: list[str], scopes: list[str]) -> str:
    """All of the words, and one of the scopes, in the database's own language."""
    quote, both, either = ('"', " AND ", " OR ") if connection.vendor == "sqlite" else ("'", " & ", " | ")
    parts = both.join(f"{quote}{word}{quote}" for word in words)
    if not scopes:
        return parts
    return f"({parts}){both}({either.join(f'{quote}{scope}{quote}' for scope in scopes)})"
