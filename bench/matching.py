"""How well needs find their solutions, beside bm25s, TF-IDF and SQLite FTS5, and how it grows.

    python bench/matching.py --data ../shared/data --json [--quick] [--refit]

Quality is nDCG@10 on judged sets; what is simulated (tastes of an organisation, texts at scale) says so.
The last line is JSON. `--quick` takes 60 needs a set, no large set and no more than 1,000 texts at scale.
"""

import argparse
import json
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import snowballstemmer
from sklearn.feature_extraction.text import TfidfVectorizer

from ringar_kits.tables import read_rows
from ringar_kits.texts import (
    Document,
    Embedder,
    Explainer,
    Index,
    Judgement,
    Query,
    find_duplicates,
    learn,
    load_embedder,
    rank,
)
from ringar_kits.texts.cache import VectorCache, cache_folder
from ringar_kits.texts.commands import read_documents
from ringar_kits.texts.explain import without_words
from ringar_kits.texts.fits import LINES, fit_line
from ringar_kits.texts.fuse import fuse
from ringar_kits.texts.normalise import words
from ringar_kits.texts.rank import best_rows

HERE = Path(__file__).parent
JUDGED_SETS = ("swefaq", "almedalen", "government")
SHOWN = 10
Ranker = Callable[[str], Sequence[int]]


@dataclass
class Judged:
    """Needs, solutions, and which solutions (by place) are relevant to which need (by place), how much."""

    name: str
    needs: list[Document]
    solutions: list[Document]
    relevant: list[dict[int, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--refit", action="store_true", help="fit the lines of `fits.py` anew and print them")
    parser.add_argument("--needs", type=int, default=300, help="most needs of a set")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    args = parser.parse_args()
    say = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
    if not args.data.is_dir():
        print(f"no data at {args.data}: nothing measured", file=sys.stderr)
        print(json.dumps({"matching": None}))
        return 0
    if args.quick:
        args.needs, args.sizes = 60, [1_000]
    embedder = load_embedder("all")
    found = measure(args, embedder, say)
    print(json.dumps({"matching": found}, ensure_ascii=False))
    return 0


def measure(
    args: argparse.Namespace, embedder: Embedder | None, say: Callable[[str], None]
) -> dict[str, object]:
    sets = list(judged_sets(args))
    found: dict[str, object] = {"model": embedder.name if embedder else None}
    quality, bench = {}, []
    for judged in sets:
        prepared = {False: Prepared(judged, None)}
        if embedder:
            prepared[True] = Prepared(judged, embedder)
        quality[judged.name] = quality_of(judged, prepared)
        say(f"{judged.name}: {quality[judged.name]}")
        bench.append(prepared)
    found["quality"] = quality
    found["ratio_to_bm25"] = {
        kind: round(
            float(
                np.mean([q[kind] for q in quality.values()]) / np.mean([q["bm25s"] for q in quality.values()])
            ),
            3,
        )
        for kind in ("words", "meaning")
        if all(kind in q for q in quality.values())
    }
    judged_only = [p for p in bench if p[False].judged.name in JUDGED_SETS]
    kind = embedder is not None
    found["nothing_fits"] = {p[False].judged.name: fits_rates(p[kind]) for p in judged_only}
    if args.refit:
        found["lines"] = refit(judged_only)
        say(f"now {LINES}, anew {found['lines']}")
    found["reasons"] = {
        p[False].judged.name: reasons_true(p[kind], embedder, 10 if args.quick else 30)
        for p in judged_only[:2]
    }
    say(f"reasons: {found['reasons']}")
    found["feedback_simulated_taste"] = {p[False].judged.name: feedback_gain(p[kind]) for p in judged_only}
    found["duplicates"] = duplicates(args.data, embedder, 200 if args.quick else 600)
    found["scale"] = [scale(sets, size) for size in args.sizes]
    found["embedding"] = embedding_rate(sets, embedder)
    for key in (
        "ratio_to_bm25",
        "nothing_fits",
        "feedback_simulated_taste",
        "duplicates",
        "scale",
        "embedding",
    ):
        say(f"{key}: {found[key]}")
    return found


# --- the sets ---------------------------------------------------------------------------------------------------


def judged_sets(args: argparse.Namespace) -> Sequence[Judged]:
    names = JUDGED_SETS[:2] if args.quick else JUDGED_SETS
    sets = [read_judged(args.data / f"judged_{name}", name, args.needs) for name in names]
    sets.append(reworded_answers(sets[0]))
    proposals = args.data / "goteborgsforslaget" / "proposals_2017-2020.json"
    if proposals.is_file():
        rows = {
            row["Rubrik"]: row for _, row in read_rows(proposals) if row["Rubrik"] and row["Sammanfattning"]
        }
        needs = [Document(str(place), title) for place, title in enumerate(rows)]
        texts = [Document(str(place), "", row["Sammanfattning"]) for place, row in enumerate(rows.values())]
        sets.append(Judged("proposals", needs, texts, [{place: 1.0} for place in range(len(texts))]))
        sets.append(reworded_needs(texts[:136]))
    return [sampled(judged, args.needs) for judged in sets]


def read_judged(folder: Path, name: str, most: int) -> Judged:
    needs, solutions = read_documents(folder / "needs.csv"), read_documents(folder / "solutions.csv")
    places = {document.id: place for place, document in enumerate(solutions)}
    relevant: dict[str, dict[int, float]] = {}
    for _, row in read_rows(folder / "judgements.csv"):
        if row["solution_id"] in places:
            relevant.setdefault(row["need_id"], {})[places[row["solution_id"]]] = float(row["relevance"])
    needs = [need for need in needs if need.id in relevant]
    return Judged(name, needs, solutions, [relevant[need.id] for need in needs])


def reworded_answers(faq: Judged) -> Judged:
    """Needs of our own for the set's answers, in other words than theirs."""
    places = {document.id: place for place, document in enumerate(faq.solutions)}
    rows = [row for _, row in read_rows(HERE / "reworded_swefaq.csv")]
    needs = [Document(row["need_id"], row["need"]) for row in rows]
    return Judged(
        "reworded_answers", needs, faq.solutions, [{places[row["solution_id"]]: 1.0} for row in rows]
    )


def reworded_needs(distractors: Sequence[Document]) -> Judged:
    """Pairs of our own that share no word, among other texts."""
    rows = [row for _, row in read_rows(HERE / "reworded.csv")]
    needs = [Document(row["id"], row["need"]) for row in rows]
    solutions = [Document(row["id"], "", row["solution"]) for row in rows]
    others = [Document(f"other-{other.id}", "", other.text) for other in distractors]
    return Judged(
        "reworded_needs", needs, [*solutions, *others], [{place: 1.0} for place in range(len(rows))]
    )


def sampled(judged: Judged, most: int) -> Judged:
    chosen = sorted(random.Random(1).sample(range(len(judged.needs)), min(most, len(judged.needs))))
    needs, relevant = [judged.needs[i] for i in chosen], [judged.relevant[i] for i in chosen]
    return Judged(judged.name, needs, judged.solutions, relevant)


class Prepared:
    """An index over a set, its needs as queries, and each need's score parts."""

    def __init__(self, judged: Judged, embedder: Embedder | None) -> None:
        self.judged = judged
        self.index = Index(judged.solutions)
        self.queries = [Query.of(need) for need in judged.needs]
        if embedder:
            texts = [solution.whole for solution in judged.solutions]
            vectors = kept_vectors(embedder.name, embedder.embed_passages, texts)
            self.index.set_vectors(dict(zip(self.index.documents, vectors, strict=True)))
            asked = kept_vectors(
                f"{embedder.name}-query", embedder.embed_queries, [q.text for q in self.queries]
            )
            self.queries = [Query.of(q, vector) for q, vector in zip(self.queries, asked, strict=True)]
        self.index.learn_needs(self.queries)
        places = {document.id: place for place, document in enumerate(judged.solutions)}
        scored = [self.index.score(query) for query in self.queries]
        order = np.argsort([places[id_] for id_ in scored[0].ids])
        self.parts = [{name: part[order] for name, part in each.parts.items()} for each in scored]


def kept_vectors(
    name: str, embed: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]
) -> list[np.ndarray]:
    cache = VectorCache(cache_folder(), name, 384)
    cache.fill(texts, embed, lambda _: None)
    return [cache[text] for text in texts]


# --- quality ----------------------------------------------------------------------------------------------------


def ndcg(places: Sequence[int], relevant: dict[int, float]) -> float:
    gained = sum(relevant.get(place, 0) / np.log2(r + 2) for r, place in enumerate(places[:SHOWN]))
    ideal = sorted(relevant.values(), reverse=True)[:SHOWN]
    return float(gained / sum(value / np.log2(r + 2) for r, value in enumerate(ideal)))


def quality_of(judged: Judged, prepared: dict[bool, Prepared]) -> dict[str, float]:
    texts = [solution.whole for solution in judged.solutions]
    peers = {"bm25s": peer_bm25s(texts), "tfidf": peer_tfidf(texts), "fts5": peer_fts5(texts)}
    rows = list(zip(judged.needs, judged.relevant, strict=True))
    found = {name: float(np.mean([ndcg(peer(n.whole), r) for n, r in rows])) for name, peer in peers.items()}
    for semantic, each in prepared.items():
        scores = [
            ndcg(best_rows(fuse(parts), SHOWN), r)
            for parts, r in zip(each.parts, judged.relevant, strict=True)
        ]
        found["meaning" if semantic else "words"] = float(np.mean(scores))
    return {name: round(value, 4) for name, value in found.items()}


def peer_bm25s(texts: Sequence[str]) -> Ranker:
    stemmer = snowballstemmer.stemmer("swedish")
    cut = {"stopwords": "sv", "stemmer": stemmer.stemWords, "show_progress": False}
    peer = bm25s.BM25()
    peer.index(bm25s.tokenize(list(texts), **cut), show_progress=False)

    def ranked(text: str) -> Sequence[int]:
        tokens = bm25s.tokenize([text], return_ids=False, **cut)[0]
        return np.argsort(-peer.get_scores(tokens), kind="stable")[:SHOWN].tolist() if tokens else []

    return ranked


def peer_tfidf(texts: Sequence[str]) -> Ranker:
    vectoriser = TfidfVectorizer(sublinear_tf=True)
    matrix = vectoriser.fit_transform(texts)
    return lambda text: np.argsort(-(matrix @ vectoriser.transform([text]).T).toarray().ravel())[
        :SHOWN
    ].tolist()


def peer_fts5(texts: Sequence[str]) -> Ranker:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
    database.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", list(enumerate(texts)))

    def ranked(text: str) -> Sequence[int]:
        sought = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(text)))
        if not sought:
            return []
        rows = database.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (sought, SHOWN))
        return [row[0] for row in rows]

    return ranked


# --- nothing fits, reasons, feedback, duplicates ----------------------------------------------------------------


def tops(prepared: Prepared) -> tuple[list[dict[str, np.ndarray]], list[dict[str, np.ndarray]]]:
    """Return each need's score parts with all texts, and with its answers taken out."""
    absent = []
    for parts, relevant in zip(prepared.parts, prepared.judged.relevant, strict=True):
        kept = np.ones(len(prepared.judged.solutions), dtype=bool)
        kept[list(relevant)] = False
        absent.append({name: part[kept] for name, part in parts.items()})
    return prepared.parts, absent


def fits_rates(prepared: Prepared) -> dict[str, float]:
    from_line = LINES["meaning" in prepared.parts[0], "crowding" in prepared.parts[0]]
    turn = -from_line[1] / from_line[0]
    rates = [float(np.mean([fuse(parts).max() < turn for parts in each])) for each in tops(prepared)]
    return {"said_when_taken_out": round(rates[1], 3), "said_when_there": round(rates[0], 3)}


def refit(bench: Sequence[dict[bool, Prepared]]) -> dict[str, tuple[float, float]]:
    lines = {}
    for semantic in bench[0]:
        for learnt in (True, False):
            best: tuple[list[float], list[float]] = ([], [])
            for prepared in bench:
                for place, each in enumerate(tops(prepared[semantic])):
                    best[place].extend(
                        float(fuse({k: v for k, v in parts.items() if learnt or k != "crowding"}).max())
                        for parts in each
                    )
            line = fit_line(*best)
            lines[f"model {semantic}, needs learnt {learnt}"] = (round(line[0], 2), round(line[1], 2))
    return lines


def reasons_true(prepared: Prepared, embedder: Embedder | None, most: int) -> dict[str, float]:
    """Take the words of each reason (of reasons stated together: of all) out of a hit's text and rank anew."""
    index, falls = prepared.index, {"each": [], "all": []}
    explainer = Explainer(index, embedder)
    for query in prepared.queries[:most]:
        ranking = rank(index, query, len(index))
        for hit in ranking[:3]:
            reasons = explainer.explain(query, [hit])[hit.id]
            every = tuple(word for reason in reasons for word in reason.solution_words)
            taken = [("each", reason.solution_words) for reason in reasons if not reason.together]
            taken += [("each", every)] if reasons and reasons[0].together else []
            taken += [("all", every)] if reasons else []
            for kind, gone in taken:
                text = without_words(index.documents[hit.id].whole, gone)
                after = scored_as(index, query, hit.id, text, embedder)
                others = sum(other.score > after for other in ranking if other.id != hit.id)
                falls[kind].append((after < hit.score, others + 1 > hit.rank))
    shares = {kind: np.mean(found, axis=0).round(3).tolist() for kind, found in falls.items() if found}
    return {
        "stated": len(falls["each"]),
        **{
            f"{kind}_{what}_falls": share[i]
            for kind, share in shares.items()
            for i, what in enumerate(("score", "rank"))
        },
    }


def scored_as(index: Index, query: Query, id_: str, text: str, embedder: Embedder | None) -> float:
    """Return the score of a text of the index were it written so; the index is as before afterwards."""
    document = index.documents[id_]
    changed = Document(id_, "", text)
    index.add([changed], {id_: embedder.embed_passages([text])[0]} if embedder else None)
    scored = index.score(query)
    score = float(fuse(scored.parts)[scored.ids.index(id_)])
    vector = kept_vectors(embedder.name, embedder.embed_passages, [document.whole])[0] if embedder else None
    index.add([document], None if vector is None else {id_: vector})
    return score


def feedback_gain(prepared: Prepared, judgements: int = 20, draws: int = 20) -> dict[str, object]:
    """Simulated: organisations that accept only the half of the solutions that has some fact; 20 judgements each."""
    gains = []
    for seed in range(draws):
        chance = random.Random(seed)
        fact = np.array([float(chance.random() < 0.5) for _ in prepared.judged.solutions])
        wanted = [{p: v for p, v in relevant.items() if fact[p]} for relevant in prepared.judged.relevant]
        parts = [{**each, "fact": fact} for each in prepared.parts]
        order = [place for place, each in enumerate(wanted) if each]
        chance.shuffle(order)
        given: list[Judgement] = []
        while len(given) < judgements and order:
            need = order.pop()
            for place, row in enumerate(best_rows(fuse(parts[need]), 4), 1):
                seen = {name: float(values[row]) for name, values in parts[need].items()}
                given.append(Judgement(str(need), str(row), row in wanted[need], seen, place))
        learnt = learn(given[:judgements], seed=seed)
        gained = [
            ndcg(best_rows(fuse(parts[n], learnt.weights), SHOWN), wanted[n])
            - ndcg(best_rows(fuse(parts[n]), SHOWN), wanted[n])
            for n in order
        ]
        gains.append(float(np.mean(gained)) if gained else 0.0)
    spread = np.random.default_rng(0).choice(gains, (2000, len(gains))).mean(axis=1)
    low, high = np.percentile(spread, [2.5, 97.5])
    return {
        "gain": round(float(np.mean(gains)), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "worst": round(min(gains), 4),
    }


def duplicates(data: Path, embedder: Embedder | None, most: int) -> dict[str, object]:
    rows = [row for _, row in read_rows(data / "pairs_sweparaphrase" / "sweparaphrase_dev.jsonl")][:most]
    labels = {frozenset((row["sentence_1"], row["sentence_2"])): row["label"] for row in rows}
    texts = list(dict.fromkeys(text for row in rows for text in (row["sentence_1"], row["sentence_2"])))
    found: dict[str, object] = {}
    for name in ("words", "meaning") if embedder else ("words",):
        vectors = kept_vectors(embedder.name, embedder.embed_passages, texts) if name == "meaning" else None
        pairs = find_duplicates([Document(text, "", text) for text in texts], vectors)
        judged = [labels[key] for pair in pairs if (key := frozenset((pair.first, pair.second))) in labels]
        right = sum(label >= 4 for label in judged)
        found[name] = {
            "shown": len(pairs),
            "judged": len(judged),
            "precision": round(right / max(len(judged), 1), 3),
        }
    return found


# --- growth -----------------------------------------------------------------------------------------------------


def scale(sets: Sequence[Judged], size: int) -> dict[str, float]:
    """Time and memory at `size` texts put together from real sentences, with random vectors (as dear as real ones)."""
    chance = random.Random(2)
    pool = [s.strip() for judged in sets for d in judged.solutions for s in d.text.split(". ") if len(s) > 30]
    texts = [Document(str(i), "", ". ".join(chance.sample(pool, 3))) for i in range(size)]
    queries = [
        Query.of(chance.choice(sets[0].needs).whole + " " + chance.choice(pool)[:60]) for _ in range(40)
    ]
    maker = np.random.default_rng(3)
    vectors = maker.standard_normal((size, 384), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = [Query.of(query, vectors[place]) for place, query in enumerate(queries)]
    before, start = memory(), time.perf_counter()
    index = Index(texts, {text.id: vector for text, vector in zip(texts, vectors, strict=True)})
    built = time.perf_counter() - start
    rank(index, queries[0])
    taken = []
    for query in queries[1:]:
        start = time.perf_counter()
        rank(index, query)
        taken.append((time.perf_counter() - start) * 1000)
    start = time.perf_counter()
    index.add([Document("new", "", texts[0].text)])
    rank(index, queries[0])
    return {
        "texts": size,
        "index_s": round(built, 2),
        "query_ms_median": round(float(np.median(taken)), 1),
        "query_ms_p95": round(float(np.percentile(taken, 95)), 1),
        "add_one_and_query_ms": round((time.perf_counter() - start) * 1000, 1),
        "memory_mb": round(memory() - before, 1),
    }


def memory() -> float:
    """Return the highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def embedding_rate(sets: Sequence[Judged], embedder: Embedder | None) -> dict[str, float] | None:
    """Return texts a second, uncached, for paragraphs of about 250 letters."""
    if embedder is None:
        return None
    texts = [s.text[:250] for judged in sets for s in judged.solutions if len(s.text) >= 250][:128]
    embedder.embed_passages(texts[:8])
    start = time.perf_counter()
    embedder.embed_passages(texts)
    return {
        "letters": 250,
        "per_second": round(len(texts) / (time.perf_counter() - start), 1),
        "threads": embedder.threads,
    }


if __name__ == "__main__":
    sys.exit(main())
