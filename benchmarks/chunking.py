"""What does cutting documents change on a real corpus? Every model over every cut, with what a reader would be given.

python -m benchmarks.chunking FOLDER MODEL,MODEL [--join BY] [--sizes 64,128] [--splitters tokens,sentences]

FOLDER holds corpus, queries and qrels as Parquet. --join puts passages together as one article, by `title`, by what
stands in their `id` before a last hyphen, or so many neighbours (`5`): then the passage that answers a query is the
evidence, and its characters in the article are known.
"""

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

from engine.comparison.chunking import kept, verdict
from engine.comparison.chunking.grid import Grid
from engine.comparison.chunking.study import study
from engine.datasets import library
from engine.types import Dataset, Message


def main() -> None:
    """Makes the dataset, runs the study, and prints its table and its sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("models")
    parser.add_argument("--join", default="")
    parser.add_argument("--sizes", default="64,128")
    parser.add_argument("--splitters", default="tokens,sentences")
    parser.add_argument("--overlaps", default="0,0.25")
    asked = parser.parse_args()
    tables = {name: pd.read_parquet(asked.folder / f"{name}.parquet") for name in ("corpus", "queries", "qrels")}
    tables = {name: table.rename(columns={"doc_id": "id"}) for name, table in tables.items()}
    tables["queries"] = tables["queries"].rename(columns={"query_id": "id"})
    tables["qrels"] = tables["qrels"].rename(columns={"id": "corpus_id"})
    name = f"{asked.folder.name}_{'articles' if asked.join else 'documents'}"
    dataset = library.save(name, "retrieval", joined(tables, asked.join) if asked.join else tables, replace=True)
    parts = [one.split(",") for one in (asked.models, asked.splitters, asked.sizes, asked.overlaps)]
    grid = Grid(tuple(parts[0]), tuple(parts[1]), tuple(map(int, parts[2])), tuple(map(float, parts[3])))
    wall, processor = time.perf_counter(), time.process_time()
    found = study(dataset, grid, told)
    kept.keep(dataset.fingerprint, found)
    show(dataset, found)
    print(f"{time.perf_counter() - wall:.0f} s, {time.process_time() - processor:.0f} s of processor")


def told(share: float, message: Message) -> None:
    """Progress on standard error."""
    print(f"{share:4.0%} {message}", file=sys.stderr)


def joined(tables: dict[str, pd.DataFrame], by: str) -> dict[str, pd.DataFrame]:
    """Passages that belong together as one article, a paragraph each; judgements name the characters of theirs."""
    place, articles = {}, {}
    for number, row in enumerate(tables["corpus"].itertuples()):
        prefix = row.id.rpartition("-")[0] or row.id
        article = row.title if by == "title" else prefix if by == "id" else number // int(by)
        before = articles.get(article, "")
        before = f"{before}\n\n" if before else ""
        place[row.id] = (article, len(before), len(before) + len(row.text))
        articles[article] = before + row.text
    ids = {article: f"a{number:05d}" for number, article in enumerate(articles)}
    qrels = tables["qrels"][["query_id", "corpus_id", "score"]].copy()
    of, starts, ends = zip(*(place[one] for one in qrels["corpus_id"]), strict=True)
    qrels = qrels.assign(corpus_id=[ids[article] for article in of], start=starts, end=ends)
    made = pd.DataFrame({"id": list(ids.values()), "text": list(articles.values())})
    return {"corpus": made, "queries": tables["queries"][["id", "text"]], "qrels": qrels}


def show(dataset: Dataset, found: kept.Study) -> None:
    """The table of all arms, and what is said of them."""
    table = found.cells.drop(columns=["splitter", "size", "overlap", "empty"])
    for by in verdict.measures(found):
        own = found.judged[found.judged["by"] == by][["model", "arm", "value", "low", "high", "gap", "p"]]
        table = table.merge(
            own.rename(columns={one: f"{by} {one}" for one in own.columns[2:]}), "left", ["model", "arm"]
        )
    print(f"{dataset.name}: {found.facts}")
    print(table.round(4).to_string(index=False))
    if len(found.curve):
        print(found.curve.round(3).to_string(index=False))
    print(found.pairs.round(4).to_string(index=False))
    for model in found.facts["models"]:
        for by in verdict.measures(found):
            print(verdict.best(found, model, by))
    for said in [verdict.length(found), *verdict.notes(found)]:
        if said is not None:
            print(said)


if __name__ == "__main__":
    main()
