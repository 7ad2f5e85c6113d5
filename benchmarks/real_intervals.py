"""What do groups change on real data? Every two of three models on sets whose items hang together, and on sets that
do not: the interval and p as if every item stood for itself, and as they are.

python -m benchmarks.real_intervals FOLDER [--save FOLDER] [--only NAME …]   (FOLDER holds kind/name/*.parquet)
"""

import argparse
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd

from engine import plugins
from engine.datasets import mapping
from engine.datasets.reading.application import apply
from engine.datasets.reading.choices import Choices
from engine.encoding.encode import encode
from engine.metrics.groups import COLUMN, COLUMNS
from engine.models import catalogue
from engine.readers.choice import read
from engine.runs.evaluate import documents
from engine.statistics.judged_items import judged
from engine.statistics.paired_tests import compare_all
from engine.types import Comparison, Dataset, Task

MODELS = ("all-MiniLM-L6-v2", "tfidf", "bm25")
SETS = {
    "xquad_en": ("retrieval/xquad_en", "retrieval", 0),
    "cranfield": ("retrieval/cranfield", "retrieval", 0),
    "summeval": ("summarization/summeval", "summarization", 0),
    "oewn_glosses, 2 levels": ("clustering/oewn_glosses", "clustering", 1_200),
    "banking77": ("classification/banking77", "classification", 0),
    "stsb_en": ("sts/stsb_en", "sts", 0),
    "tatoeba_deu_eng": ("bitext_mining/tatoeba_deu_eng", "bitext_mining", 0),
    "covid_question_pairs": ("pair_classification/covid_question_pairs", "pair_classification", 0),
    "medquad_same_topic": ("reranking/medquad_same_topic", "reranking", 0),
}


def dataset(folder: Path, task: str, rows: int) -> Dataset:
    """A set as it is, or some of its rows; labels such as noun.animal become two levels."""
    found = dict(read(folder).tables)
    if "test" in found:
        wanted = ("train", "test") if task == "classification" else ("test",)
        found = {name: found[name] for name in wanted}
    if rows:
        found = {name: table.sample(rows, random_state=0, ignore_index=True) for name, table in found.items()}
    tables = dict(apply(found, mapping.guess(found, Choices(task=task))).tables)
    if task == "clustering":
        table = tables["documents"]
        tables["documents"] = table.assign(label=[[one.split(".")[0], one] for one in table["label"]])
    return Dataset(folder.name, task, tables)


def items(data: Dataset, task: Task) -> dict[str, pd.DataFrame]:
    """The item table of every model that applies."""
    texts, found = task.texts(data), {}
    for name in MODELS:
        entry = catalogue.find(name)
        tasks = plugins.families()[entry.family].tasks
        if tasks and task.name not in tasks:
            continue
        encoder = catalogue.load(entry, "float32").fit(documents(texts))
        vectors = {side: encode(encoder, one).vectors for side, one in texts.items()}
        found[name] = task.judge(data, vectors, encoder.similarity)
    return found


def alone(task: Task, tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], Comparison]:
    """The comparisons as if every item stood for itself."""
    plain = {name: table.drop(columns=[*COLUMNS], errors="ignore").assign(**{COLUMN: table["item"]})
             for name, table in tables.items()}  # fmt: skip
    return compare_all(replace(task, repeated=None), plain)


def row(name: str, task: Task, pair: tuple[str, str], before: Comparison, after: Comparison) -> dict[str, str]:
    """One line of the table."""
    return {
        "data": name,
        "judged": str(judged(task, pd.Series(after.__dict__))),
        "models": " − ".join(pair),
        "gap": f"{after.gap:+.4f}",
        "items alone": f"[{before.low:+.4f}, {before.high:+.4f}], p {before.corrected:.2g}",
        "as they hang together": f"[{after.low:+.4f}, {after.high:+.4f}], p {after.corrected:.2g}",
        "design effect": f"{after.design:.2f}",
    }


def main() -> None:
    """Prints a row per set and pair of models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--only", nargs="+", default=list(SETS))
    asked = parser.parse_args()
    for number, name in enumerate(asked.only):
        place, kind, rows = SETS[name]
        data, task = dataset(asked.folder / place, kind, rows), plugins.tasks()[kind]
        tables = items(data, task)
        if asked.save:
            asked.save.mkdir(parents=True, exist_ok=True)
            for model, table in tables.items():
                table.to_parquet(asked.save / f"{kind}@{name}@{model}.parquet")
        before, after = alone(task, tables), compare_all(task, tables)
        for pair in combinations(tables, 2):
            line = row(name, task, pair, before[pair], after[pair])
            if not number and pair == next(combinations(tables, 2)):
                print("| " + " | ".join(line) + " |\n|" + "---|" * len(line))
            print("| " + " | ".join(line.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
