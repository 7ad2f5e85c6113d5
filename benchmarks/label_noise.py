"""Are planted mistakes found? 3 % of the judgements of a dataset of each kind are spoilt, then looked for.

PARALLAX_HOME=… python -m benchmarks.label_noise FOLDER [KIND …]

FOLDER holds the datasets as they are named below. The finder sees all-MiniLM-L6-v2, TF-IDF and, where it applies,
BM25. Precision and recall are taken at n = the number of planted mistakes, where they are equal.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_intervals import dataset
from engine import plugins
from engine.encoding.encode import encode
from engine.inspection.label_noise.finder import suspects
from engine.inspection.label_noise.opinions import Opinion, place
from engine.models import catalogue
from engine.runs.evaluate import documents
from engine.types import Dataset

SHARE = 0.03
MODELS = ("all-MiniLM-L6-v2", "tfidf", "bm25")
Rng = np.random.Generator
Spoilt = tuple[dict[str, pd.DataFrame], dict[str, set[str]]]
"""The tables, and by group the places of what was planted."""


@dataclass(frozen=True)
class Kind:
    """Data of one task: where they lie, how many rows of them are taken, what is planted and how."""

    task: str
    path: str
    most: int
    spoil: Callable[[dict[str, pd.DataFrame], Rng], Spoilt]


def chosen(count: int, rng: Rng, among: np.ndarray | None = None) -> np.ndarray:
    """3 % of the rows, out of those among which a mistake makes sense."""
    rows = np.arange(count) if among is None else among
    return np.sort(rng.choice(rows, max(1, round(SHARE * count)), replace=False))


def another_label(table: str) -> Callable[[dict[str, pd.DataFrame], Rng], Spoilt]:
    """Another label of the dataset, drawn evenly."""

    def spoil(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
        frame = tables[table].copy()
        names = frame["label"].unique()
        rows = chosen(len(frame), rng)
        frame["label"] = frame["label"].astype(object)
        for row in rows:
            frame.at[row, "label"] = rng.choice([name for name in names if name != frame.at[row, "label"]])
        return tables | {table: frame.infer_objects()}, {"label": {place(table, int(row)) for row in rows}}

    return spoil


def other_class(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
    """0 becomes 1 and 1 becomes 0."""
    pairs = tables["pairs"].copy()
    rows = chosen(len(pairs), rng)
    pairs.loc[rows, "label"] = 1 - pairs.loc[rows, "label"]
    return {"pairs": pairs}, {"label": {place("pairs", int(row)) for row in rows}}


def far_score(table: str) -> Callable[[dict[str, pd.DataFrame], Rng], Spoilt]:
    """The score of another item, at least half the scale away."""

    def spoil(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
        frame = tables[table].copy()
        scores = frame["score"].to_numpy(float)
        half = (scores.max() - scores.min()) / 2
        rows = chosen(len(frame), rng)
        for row in rows:
            frame.loc[row, "score"] = rng.choice(scores[np.abs(scores - scores[row]) >= half])
        return {table: frame}, {"score": {place(table, int(row)) for row in rows}}

    return spoil


def exchanged_lines(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
    """The translations of the chosen lines are handed round among them."""
    pairs = tables["pairs"].copy()
    rows = chosen(len(pairs), rng)
    pairs.loc[rows, "sentence2"] = pairs["sentence2"].to_numpy()[np.roll(rows, 1)]
    return {"pairs": pairs}, {"line": {place("pairs", int(row)) for row in rows}}


def moved_judgement(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
    """A judgement goes from its document to one drawn from the whole corpus: one is lacking and one is wrong."""
    qrels = tables["qrels"].reset_index(drop=True).copy()
    qrels["query_id"], qrels["corpus_id"] = qrels["query_id"].astype(str), qrels["corpus_id"].astype(str)
    taken = set(zip(qrels["query_id"], qrels["corpus_id"], strict=True))
    ids = tables["corpus"]["id"].astype(str).to_numpy()
    right = np.flatnonzero(qrels["score"].to_numpy() > 0) if "score" in qrels else np.arange(len(qrels))
    gone, wrong = set(), set()
    for row in chosen(len(right), rng, right):
        query, document = qrels.loc[row, "query_id"], qrels.loc[row, "corpus_id"]
        other = next(one for one in rng.permutation(ids) if (query, one) not in taken)
        qrels.loc[row, "corpus_id"] = other
        gone.add(place("qrels", query, document))
        wrong.add(place("qrels", query, str(other)))
    return tables | {"qrels": qrels}, {"lacking": gone, "wrong": wrong}


def other_relevance(tables: dict[str, pd.DataFrame], rng: Rng) -> Spoilt:
    """Relevant becomes not relevant and the reverse."""
    qrels = tables["qrels"].reset_index(drop=True).copy()
    rows = chosen(len(qrels), rng)
    was = qrels.loc[rows, "score"] > 0
    qrels.loc[rows, "score"] = np.where(was, 0.0, 1.0)
    places = [place("qrels", str(q), str(d)) for q, d in qrels.loc[rows, ["query_id", "corpus_id"]].to_numpy()]
    lacking = {one for one, now_lacking in zip(places, was, strict=True) if now_lacking}
    return tables | {"qrels": qrels}, {"lacking": lacking, "wrong": set(places) - lacking}


KINDS = (
    Kind("classification", "classification/banking77", 3_080, another_label("test")),
    Kind("clustering", "clustering/stackoverflow_titles", 3_000, another_label("documents")),
    Kind("sts", "sts/stsb_en/test.parquet", 1_379, far_score("pairs")),
    Kind("pair_classification", "pair_classification/covid_question_pairs", 488, other_class),
    Kind("bitext_mining", "bitext_mining/tatoeba_deu_eng", 1_000, exchanged_lines),
    Kind("retrieval", "retrieval/xquad_en", 0, moved_judgement),
    Kind("retrieval", "retrieval/cranfield", 0, moved_judgement),
    Kind("reranking", "reranking/medquad_same_topic", 40, other_relevance),
    Kind("summarization", "summarization/summeval", 0, far_score("summaries")),
)


def small(dataset: Dataset, most: int) -> dict[str, pd.DataFrame]:
    """The tables, one of which has at most so many rows, drawn evenly."""
    main = next((name for name in ("test", "documents", "pairs") if name in dataset.tables), "")
    cut = {name: frame.reset_index(drop=True) for name, frame in dataset.tables.items()}
    if main and most and len(cut[main]) > most:
        cut[main] = cut[main].sample(most, random_state=0).reset_index(drop=True)
    return of_some_queries(cut, most) if "candidates" in cut and most else cut


def of_some_queries(tables: dict[str, pd.DataFrame], most: int) -> dict[str, pd.DataFrame]:
    """So many queries, drawn evenly, with their own candidates and judgements alone."""
    queries = tables["queries"].sample(most, random_state=0).reset_index(drop=True)
    cut = {name: tables[name][tables[name]["query_id"].isin(queries["id"])] for name in ("qrels", "candidates")}
    corpus = tables["corpus"][tables["corpus"]["id"].isin(cut["candidates"]["corpus_id"])]
    rest = {name: frame.reset_index(drop=True) for name, frame in cut.items()}
    return rest | {"queries": queries, "corpus": corpus.reset_index(drop=True)}


def opinion(name: str, dataset: Dataset) -> Opinion:
    """What one model says of a dataset; vectors come from the store where they are there."""
    task = plugins.tasks()[dataset.task]
    texts = task.texts(dataset)
    encoder = catalogue.load(catalogue.find(name)).fit(documents(texts))
    vectors = {field: encode(encoder, one).vectors for field, one in texts.items()}
    items = task.judge(dataset, vectors, encoder.similarity)
    score = float(task.metrics(items)[task.main_metric])
    return Opinion(name, items, score, lambda: vectors, encoder.similarity)


def fits(name: str, task: str) -> bool:
    family = plugins.families()[catalogue.find(name).family]
    return not family.tasks or task in family.tasks


def found_of(table: pd.DataFrame, group: str) -> pd.DataFrame:
    """The suspects that a group of planted mistakes is looked for among."""
    kinds = {"lacking": ("unjudged", "relevant"), "wrong": ("irrelevant",)}
    return table[table["kind"].isin(kinds[group])] if group in kinds else table


def main(folder: Path, wanted: list[str]) -> None:
    """Prints one line per kind and group of mistakes."""
    print(
        "| data | planted | n | named | precision = recall at n | recall of all named | models' main scores | seconds |"
    )
    print("|---|---|--:|--:|--:|--:|---|--:|")
    for kind in KINDS:
        if wanted and kind.task not in wanted:
            continue
        clean = dataset(folder / kind.path, kind.task, 0)
        tables, planted = kind.spoil(small(clean, kind.most), np.random.default_rng(1))
        spoilt = replace(clean, tables=tables, fingerprint="spoilt")
        opinions = [opinion(name, spoilt) for name in MODELS if fits(name, kind.task)]
        start = time.perf_counter()
        table = suspects(spoilt, opinions)
        seconds = time.perf_counter() - start
        scores = ", ".join(f"{one.label} {one.score:.3f}" for one in opinions)
        for group, places in planted.items():
            if not places:
                continue
            named = found_of(table, group)["place"]
            hits, all_hits = (len(places & set(some)) / len(places) for some in (named.head(len(places)), named))
            print(f"| {kind.path} | {group} | {len(places)} | {len(named)} | {hits:.2f} | {all_hits:.2f} "
                  f"| {scores} | {seconds:.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
