"""`ringar match rank` and `ringar match duplicates`: from table files to table files, on this machine only."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ringar_kits.errors import InputError
from ringar_kits.tables import read_rows, write_csv
from ringar_kits.texts.cache import VectorCache, cache_folder
from ringar_kits.texts.dictionary import dictionary_path
from ringar_kits.texts.duplicates import find_duplicates
from ringar_kits.texts.embed import Embedder, load_embedder
from ringar_kits.texts.explain import Explainer
from ringar_kits.texts.index import Index
from ringar_kits.texts.model import Document, Hit, Ranking, Reason, Vector
from ringar_kits.texts.normalise import cut_text
from ringar_kits.texts.query import Query
from ringar_kits.texts.rank import rank

NOTHING_FITS = "nothing fits"
DEEP = 1
"""Hits per need whose meaning is tried when no shared word explains them; each costs some readings of the text."""

Group = Callable[[str], Any]


def add_commands(group: Group) -> None:
    """Add this kit's commands to the group `match`."""
    match = group("match")
    ranker = match.add_parser("rank", help="rank solutions for each need, with reasons")
    ranker.add_argument("--needs", required=True, help="table with columns id, title, text")
    ranker.add_argument("--solutions", required=True, help="table with columns id, title, text")
    ranker.add_argument("--top", type=_count, default=10, help="solutions per need (10)")
    ranker.add_argument("--out", required=True, help="CSV: need_id, solution_id, rank, score, reasons")
    _add_shared(ranker)
    ranker.set_defaults(run=run_rank)
    finder = match.add_parser("duplicates", help="find needs that say nearly the same")
    finder.add_argument("--needs", required=True, help="table with columns id, title, text")
    finder.add_argument("--out", required=True, help="CSV: first_id, second_id, score, why")
    _add_shared(finder)
    finder.set_defaults(run=run_duplicates)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-semantic", action="store_true", help="compare words only, without the model")
    parser.add_argument("--cache", type=Path, help="folder where vectors are kept between runs")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def run_rank(args: argparse.Namespace) -> int:
    """Rank the solutions for each need and write them; returns the exit code."""
    needs, solutions = read_documents(args.needs), read_documents(args.solutions)
    embedder = _embedder(args)
    index = Index(_progress(solutions, "reading solutions", "solution"))
    queries = [Query.of(need) for need in needs]
    if embedder is not None:
        cache = VectorCache(args.cache or cache_folder(), embedder.name, embedder.dimension)
        kept = _vectors(cache, [s.whole for s in solutions], embedder.embed_passages, "solutions")
        index.set_vectors({s.id: vector for s, vector in zip(solutions, kept, strict=True)})
        asked = VectorCache(args.cache or cache_folder(), f"{embedder.name}-query", embedder.dimension)
        kept = _vectors(asked, [q.text for q in queries], embedder.embed_queries, "needs")
        queries = [Query.of(query, vector) for query, vector in zip(queries, kept, strict=True)]
    index.learn_needs(queries)
    explainer, fitless = Explainer(index, embedder), 0
    rows: list[Sequence[object]] = []
    for need, query in zip(_progress(needs, "ranking", "need"), queries, strict=True):
        ranking = rank(index, query, args.top)
        fitless += not ranking.fits
        rows.extend(_rows(need, ranking, explain_hits(explainer, query, ranking)))
    write_csv(args.out, ("need_id", "solution_id", "rank", "score", "reasons"), rows)
    _say(f"{len(needs)} needs, {len(solutions)} solutions, {NOTHING_FITS} for {fitless} needs: {args.out}")
    return 0


def explain_hits(explainer: Explainer, query: Query, ranking: Ranking) -> dict[str, list[Reason]]:
    """Return tried reasons by id: by words for all hits; by meaning for the first where words say nothing."""
    found = explainer.explain(query, ranking.hits)
    if explainer.embedder is not None:
        for hit in ranking.hits[:DEEP]:
            if not found[hit.id]:
                found |= explainer.explain(query, [hit], deep=1)
    return found


def _rows(need: Document, ranking: Ranking, found: dict[str, list[Reason]]) -> Iterable[Sequence[object]]:
    for hit in ranking:
        yield need.id, hit.id, hit.rank, f"{hit.score:.6f}", _reasons(ranking, hit, found.get(hit.id, []))


def _reasons(ranking: Ranking, hit: Hit, reasons: Sequence[Reason]) -> str:
    told = (" + " if reasons and reasons[0].together else "; ").join(str(reason) for reason in reasons)
    if not told:
        told = f"near in meaning ({hit.parts['meaning']:.2f})" if hit.parts.get("meaning", 0) > 0 else ""
    return "; ".join(filter(None, ["" if ranking.fits else NOTHING_FITS, told]))


def run_duplicates(args: argparse.Namespace) -> int:
    """Find near-duplicates among the needs and write the pairs; returns the exit code."""
    needs = read_documents(args.needs)
    embedder = _embedder(args)
    vectors: list[Vector] | None = None
    if embedder is not None:
        cache = VectorCache(args.cache or cache_folder(), embedder.name, embedder.dimension)
        vectors = _vectors(cache, [need.whole for need in needs], embedder.embed_passages, "needs")
    pairs = find_duplicates(needs, vectors)
    write_csv(
        args.out,
        ("first_id", "second_id", "score", "why"),
        ((pair.first, pair.second, f"{pair.score:.4f}", pair.why) for pair in pairs),
    )
    _say(f"{len(needs)} needs, {len(pairs)} pairs that seem to say the same: {args.out}")
    return 0


def read_documents(path: str | Path) -> list[Document]:
    """Return the rows of a table with columns id, title, text (title or text may be absent or empty).

    Rows with the same id are one document. Raises `InputError` where the file, the columns or an id is at fault.
    """
    found: dict[str, Document] = {}
    name = Path(path).name
    for number, row in read_rows(path, tell=_say):
        cells = {key.lower(): "" if cell is None else str(cell) for key, cell in row.items()}
        place = f"{name}, row {number}"
        if "id" not in cells or not cells.keys() & {"title", "text"}:
            raise InputError(
                f"the columns are {', '.join(row)}", place=name, remedy="There must be id, and title or text"
            )
        id_ = cells["id"].strip()
        if not id_:
            raise InputError("the id is empty", place=place, remedy="Give each row its own id")
        document = Document(id_, cells.get("title", ""), cells.get("text", ""))
        if id_ in found and found[id_] != document:
            _say(f"{place}: the id '{id_}' stands there twice; its texts are read as one")
            document = Document(id_, found[id_].title, f"{found[id_].text}\n{document.whole}")
        found[id_] = document
    if not found:
        raise InputError("there are no rows below the header", place=name, remedy="Give at least one")
    return list(found.values())


def _embedder(args: argparse.Namespace) -> Embedder | None:
    if dictionary_path() is None:
        _say("no Swedish word list: compounds are not split (see docs/howto/matching.md)")
    if args.no_semantic:
        return None
    embedder = load_embedder("all")
    if embedder is None:
        _say("no language model (the extra [semantic] is not installed): comparing words only")
    return embedder


def _vectors(
    cache: VectorCache, texts: list[str], embed: Callable[[Sequence[str]], Vector], what: str
) -> list[Vector]:
    missing, start = cache.missing(texts), time.perf_counter()
    with _bar(len(missing), f"reading {what} for meaning", "text") as bar:
        cache.fill(texts, embed, bar.update)
    if missing:
        rate = len(missing) / max(time.perf_counter() - start, 1e-9)
        letters = sum(len(cut_text(text)) for text in missing) / len(missing)
        _say(
            f"read {len(missing)} {what} for meaning, {rate:.0f} a second; they have {letters:.0f} letters on average,"
            " the model's time grows with them, and it uses every core that is free"
        )
    return [cache[text] for text in texts]


def _progress(items: Sequence[Document], what: str, unit: str) -> Iterable[Document]:
    return tqdm(items, desc=what, unit=f" {unit}", file=sys.stderr, disable=None, leave=False)


def _bar(total: int, what: str, unit: str) -> Any:
    return tqdm(total=total, desc=what, unit=f" {unit}", file=sys.stderr, disable=None, leave=False)


def _say(message: object) -> None:
    print(message, file=sys.stderr)
