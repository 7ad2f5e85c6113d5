"""What does bfloat16 do to the main scores of the eight tasks, and does it change who is better?

python -m benchmarks.precision DATA [--rows 600] [--models all-MiniLM-L6-v2 ...]

DATA holds folders TASK/NAME as in `datasets`; of each, a part of the rows is taken, sized by --rows. Every model is
scored twice on the same vectors but for their precision. Ranking: whether two models, or two lengths that one model's
vectors are cut to, change places on a dataset.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from engine import plugins
from engine.datasets import mapping
from engine.datasets.reading.application import apply
from engine.datasets.reading.choices import Choices
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.types import Dataset, Encoder, Texts

CHOSEN = (
    "sts/stsb_en",
    "pair_classification/covid_question_pairs",
    "bitext_mining/tatoeba_deu_eng",
    "classification/banking77",
    "clustering/stackoverflow_titles",
    "retrieval/cranfield",
    "reranking/medquad_same_topic",
    "summarization/summeval",
)
ALLOWED = 0.001
LENGTHS = (384, 192, 96)


def part(folder: Path, task: str, rows: int) -> Dataset:
    """The dataset cut to about so many judged rows: whole queries, and a corpus with all that is judged."""
    found = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    if "test" in found:
        wanted = ("train", "test") if task == "classification" else ("test",)
        found = {name: some(found[name], rows) for name in wanted}
    tables = apply(found, mapping.guess(found, Choices(task=task))).tables
    return Dataset(folder.name, task, fewer_documents(tables, rows) if task == "retrieval" else tables)


def some(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """A random part of the rows, or of the queries or documents with all of theirs."""
    whole = next((name for name in ("query_id", "doc_id") if name in table), None)
    if whole is None:
        return table.sample(min(rows, len(table)), random_state=0).reset_index(drop=True)
    groups = table[whole].drop_duplicates().sample(frac=1, random_state=0)
    sizes = table[whole].value_counts().loc[groups].cumsum()
    return table[table[whole].isin(sizes.index[sizes <= rows])].reset_index(drop=True)


def fewer_documents(tables: dict[str, pd.DataFrame], rows: int) -> dict[str, pd.DataFrame]:
    """Some of the queries with all their judged documents, and others besides up to twice the rows."""
    queries = tables["queries"].sample(min(rows // 6, len(tables["queries"])), random_state=0)
    judged = tables["qrels"][tables["qrels"]["query_id"].isin(queries["id"])]
    corpus = tables["corpus"]
    needed = corpus["id"].isin(judged["corpus_id"])
    others = corpus[~needed].sample(min((~needed).sum(), max(0, 2 * rows - needed.sum())), random_state=0)
    return {"queries": queries, "corpus": pd.concat([corpus[needed], others]), "qrels": judged}


def scores(dataset: Dataset, encoder: Encoder) -> dict[str, float]:
    """The main score with whole vectors and with vectors cut short."""
    task = plugins.pick(plugins.tasks(), dataset.task, "task")
    texts: dict[str, Texts] = task.texts(dataset)
    whole = {name: encode(encoder, one).vectors for name, one in texts.items()}
    found = {}
    for length in LENGTHS:
        vectors = {name: np.ascontiguousarray(one[:, :length]) for name, one in whole.items()}
        found[f"{encoder.name} {length}"] = float(
            task.metrics(task.judge(dataset, vectors, encoder.similarity))[task.main_metric]
        )
    return found


def swaps(one: dict[str, float], other: dict[str, float]) -> int:
    """How many pairs are the other way round."""
    a, b = (np.array([found[name] for name in one]) for found in (one, other))
    return int(((a[:, None] > a) & (b[:, None] < b)).sum())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--models", nargs="+", default=["all-MiniLM-L6-v2"])
    parser.add_argument("--datasets", nargs="+", default=CHOSEN)
    wanted = parser.parse_args()
    worst, changed = 0.0, 0
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        print("| dataset | task | float32 | bfloat16 | difference | places changed |\n|---|---|--:|--:|--:|--:|")
        for name in wanted.datasets:
            dataset = part(wanted.data / name, name.split("/")[0], wanted.rows)
            found: dict[str, dict[str, float]] = {}
            for precision in ("float32", "bfloat16"):
                found[precision] = {}
                for model in wanted.models:
                    found[precision] |= scores(dataset, catalogue.load(catalogue.find(model), precision))
            exact, quick = found["float32"], found["bfloat16"]
            for model in (f"{one} {LENGTHS[0]}" for one in wanted.models):
                worst = max(worst, abs(quick[model] - exact[model]))
                line = f"{exact[model]:.5f} | {quick[model]:.5f} | {quick[model] - exact[model]:+.5f}"
                print(f"| {name.split('/')[1]} | {dataset.task} | {line} | {swaps(exact, quick)} |", flush=True)
            changed += swaps(exact, quick)
    verdict = "within" if worst <= ALLOWED else "beyond"
    print(f"largest difference of a main score {worst:.5f}, {verdict} {ALLOWED}; {changed} changes of place")


if __name__ == "__main__":
    main()
