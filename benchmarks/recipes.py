"""What does each recipe give on real data: on what it learns, and on what it does not? One row at a time.

python -m benchmarks.recipes FOLDER --home HOME [--only NAME …]   (FOLDER holds kind/name/*.parquet)

A row is made by `engine.adaptation` in a process of its own; what is made already is not made again, so that several
may work at once on rows of their own. HOME keeps models and runs, HOME/rows the verdicts of which the table is printed.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from benchmarks.real_intervals import dataset
from engine.adaptation import work
from engine.adaptation.plans import Plan
from engine.datasets import library
from engine.metrics.names import title
from engine.notation import interval

BASE = "all-MiniLM-L6-v2"
GUARDS = ("sts16", "xquad_en")


@dataclass(frozen=True)
class Row:
    """One adaptation: on what it is judged, how it is made, and of which earlier row's model where not of MiniLM's."""

    recipe: str
    data: str
    said: str = ""
    learn: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    add: tuple[str, ...] = ()
    base: str = BASE
    old: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    rows: int = 0
    guards: tuple[str, ...] = GUARDS


FAST = {"precision": "bfloat16"}
WORDS = {"epochs": 3, "learning_rate": 1e-4, "max_length": 32, **FAST}
LORA = {"epochs": 3, "learning_rate": 1e-3, "max_length": 32, **FAST}
CHINESE = {"epochs": 2, "learning_rate": 1e-4, "max_length": 128, **FAST}
ZH = {"data": "stsb_zh", "learn": "stsb_zh_dev", "guards": ("stsb_en", "xquad_en")}
LATE_SETS = {"data": "xquad_late", "guards": ("sts16",)}
ROWS = {
    "cosent-zh": Row("cosent", **ZH, settings=CHINESE),
    "cosent-zh-l2sp": Row("cosent", **ZH, settings=CHINESE, add=("l2sp",)),
    "cosent-zh-ewc": Row("cosent", **ZH, settings=CHINESE, add=("ewc",), old=("stsb_en_train", "oewn")),
    "cosent-zh-merge": Row("merge", **ZH, settings={"other": "cosent-zh", "share": 0.5}),
    "contrastive-en": Row("contrastive", "oewn", settings=WORDS),
    "hard-negatives-en": Row("hard_negatives", "oewn", settings=WORDS),
    "adapter-en": Row("adapter", "oewn"),
    "lora-en": Row("contrastive", "oewn", settings=LORA, add=("lora",)),
    "matryoshka-en": Row("contrastive", "oewn", settings=WORDS, add=("matryoshka",)),
    "retromae-en": Row("retromae", "oewn", settings={"epochs": 1, "learning_rate": 1e-4, "max_length": 32, **FAST}),
    "retromae-contrastive-en": Row("contrastive", "oewn", "after RetroMAE", base="retromae-en", settings=WORDS),
    "positions-stella": Row("positions", **LATE_SETS, said="1,024 tokens, alpha 0.2", settings={"length": 1024}),
    "positions-su": Row("positions", **LATE_SETS, said="1,024 tokens, alpha 0.4",
                        settings={"length": 1024, "alpha": 0.4}),
    "reranker-en": Row("reranker", "medquad_short", guards=(),
                       settings={"negatives": 3, "max_length": 256, "batch_size": 16, "learning_rate": 5e-5, **FAST}),
    "labels-en": Row("labels", "banking77", rows=1500, settings={"max_length": 64, **FAST}),
    "static-table-sts": Row("static_table", "stsb_en"),
    "cosent-en": Row("cosent", "stsb_en", learn="stsb_en_train",
                     settings={"epochs": 1, "learning_rate": 5e-5, **FAST}),
    "contrastive-zh": Row("contrastive", "xquad_zh", settings=CHINESE),
    "labels-zh": Row("labels", "tnews_fewclue", rows=1500, settings={"max_length": 64, "learning_rate": 1e-4, **FAST}),
    "mixed-zh": Row("mixed", **ZH, further=("xquad_zh",), settings=CHINESE),
}  # fmt: skip
SETS = {
    "stsb_en": ("sts/stsb_en", "sts", "test"),
    "stsb_en_train": ("sts/stsb_en", "sts", "train"),
    "stsb_zh": ("sts/stsb_zh", "sts", "test"),
    "stsb_zh_dev": ("sts/stsb_zh", "sts", "dev"),
    "sts16": ("sts/sts16", "sts", "test"),
    "xquad_zh": ("retrieval/xquad_zh", "retrieval", ""),
    "banking77": ("classification/banking77", "classification", ""),
    "tnews_fewclue": ("classification/tnews_fewclue", "classification", ""),
}
"""By name: where it lies, its task, and which of its files it is."""
GLOSSES, PARAGRAPHS = 5_000, 120
LATE = 2_600
"""Characters of other texts before what is asked for: more than 512 tokens."""


def fill(folder: Path) -> None:
    """Puts the sets into the library, once."""
    known = library.entries()
    for name, (place, task, part) in SETS.items():
        if name not in known:
            found = dataset(folder / place, task, 0) if not part else _part(folder / place, task, part)
            library.save(name, task, found.tables)
    if "oewn" not in known:
        library.save("oewn", "retrieval", _few(dataset(folder / "retrieval/oewn_gloss_107k", "retrieval", 0).tables))
    if "medquad_short" not in known:
        table = pd.read_parquet(folder / "reranking/medquad_same_topic/test.parquet")
        library.save("medquad_short", "reranking", _short(table))
    if "xquad_late" not in known:
        filler = dataset(folder / "retrieval/cranfield", "retrieval", 0).tables["corpus"]["text"]
        few = _fewer(dataset(folder / "retrieval/xquad_en", "retrieval", 0).tables)
        library.save("xquad_en", "retrieval", few)
        library.save("xquad_late", "retrieval", _late(few, list(filler)))


def _part(folder: Path, task: str, part: str):
    """One of the files of a set."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as place:
        (Path(place) / "test.parquet").symlink_to(folder / f"{part}.parquet")
        return dataset(Path(place), task, 0)


def _few(tables):
    """The glosses that answer a query, and others drawn, 5,000 in all."""
    corpus, wanted = tables["corpus"], set(tables["qrels"]["corpus_id"])
    right = corpus["id"].isin(wanted)
    others = corpus[~right].sample(max(GLOSSES - int(right.sum()), 0), random_state=0)
    return {**tables, "corpus": pd.concat([corpus[right], others]).sort_index().reset_index(drop=True)}


def _short(table: pd.DataFrame):
    """The questions that have an answer and two other candidates among the documents of at most 700 characters."""
    table = table[table["doc"].str.len() <= 700]
    known = table.groupby("query_id")["label"].agg(["max", "size"])
    table = table[table["query_id"].isin(known.index[(known["max"] == 1) & (known["size"] > 2)])]
    named = {"doc_id": "corpus_id", "label": "score"}
    judged = table.rename(columns=named)[["query_id", "corpus_id", "score"]].reset_index(drop=True)
    return {
        "queries": _texts(table, "query_id", "query"), "corpus": _texts(table, "doc_id", "doc"),
        "qrels": judged[judged["score"] > 0].reset_index(drop=True), "candidates": judged[["query_id", "corpus_id"]],
    }  # fmt: skip


def _texts(table: pd.DataFrame, name: str, text: str) -> pd.DataFrame:
    return table[[name, text]].drop_duplicates(name).set_axis(["id", "text"], axis=1).reset_index(drop=True)


def _fewer(tables):
    """The first 120 paragraphs with their questions."""
    corpus = tables["corpus"].head(PARAGRAPHS)
    qrels = tables["qrels"][tables["qrels"]["corpus_id"].isin(corpus["id"])].reset_index(drop=True)
    queries = tables["queries"][tables["queries"]["id"].isin(qrels["query_id"])].reset_index(drop=True)
    return {**tables, "corpus": corpus, "queries": queries, "qrels": qrels}


def _late(tables, filler: list[str]):
    """Each paragraph behind more than 512 tokens of abstracts about aeronautics."""
    long = [text for text in filler if len(text) > 700]
    texts = []
    for at, text in enumerate(tables["corpus"]["text"]):
        before, place = "", 7 * at
        while len(before) < LATE:
            before += long[place % len(long)] + " "
            place += 1
        texts.append(before + text)
    return {**tables, "corpus": tables["corpus"].assign(text=texts)}


def made(name: str, row: Row, path: Path) -> None:
    """Writes the verdict of a row with what it took; made in a process of its own, whose memory can be told."""
    plan = Plan(
        name=name, base=row.base, dataset=row.data, recipe=row.recipe, learnt=row.learn, further=row.further,
        added=row.add, settings=row.settings, guards=row.guards, old=row.old, rows=row.rows,
    )  # fmt: skip
    process = get_context("fork").Process(target=_adapted, args=(plan, path))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{name} failed")
    print(path.read_text(), flush=True)


def _adapted(plan: Plan, path: Path) -> None:
    found = work.adapt(plan, lambda share, said: print(f"{plan.name} {share:.2f} {said}", file=sys.stderr, flush=True))
    path.write_text(json.dumps(found | {"cpu": time.process_time()}))


def table(found: dict[str, dict]) -> pd.DataFrame:
    """What is printed: base, adapted, gap with interval, guards, minutes of processor time, memory."""
    lines = []
    for name, row in ROWS.items():
        if name in found:
            one = found[name]
            test = one["test"]
            guards = ", ".join(
                f"{guard['dataset']} {interval(guard['gap'], guard['low'], guard['high'], sign=True)}"
                for guard in one["guards"]
            )
            what = " + ".join([row.recipe, *row.add]) + (f" ({row.said})" if row.said else "")
            lines.append({
                "row": name, "recipe": what, "data": f"{row.data}, {title(test['metric'])}, {test['n']:,} items",
                "examples": f"{one['rows']:,}", "base": f"{test['old']:.3f}", "adapted": f"{test['new']:.3f}",
                "gap (95 %)": interval(test["gap"], test["low"], test["high"], sign=True), "p": f"{test['p']:.2g}",
                "elsewhere (95 %)": guards or "none", "CPU min": f"{one['cpu'] / 60:.1f}",
                "memory, GB": f"{one['memory'] / 1e9:.1f}",
            })  # fmt: skip
    return pd.DataFrame(lines)


def markdown(lines: pd.DataFrame) -> str:
    """The table as Markdown."""
    rows = [list(lines), ["---"] * len(lines.columns), *lines.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def main() -> None:
    """Makes what is not made yet and prints the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--only", nargs="*", choices=list(ROWS), default=list(ROWS))
    said = asked.parse_args()
    said.home.mkdir(parents=True, exist_ok=True)
    os.environ["PARALLAX_HOME"] = str(said.home.resolve())
    fill(said.folder)
    rows = said.home / "rows"
    rows.mkdir(exist_ok=True)
    for name in said.only:
        if not (rows / f"{name}.json").exists():
            made(name, ROWS[name], rows / f"{name}.json")
    found = {path.stem: json.loads(path.read_text()) for path in rows.glob("*.json")}
    print(markdown(table(found)))


if __name__ == "__main__":
    main()
