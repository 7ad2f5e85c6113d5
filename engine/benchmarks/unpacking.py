"""How does the data of a loaded mteb task become the tables of our task?"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from engine.types import BadDataset


def tables_of(task: Any, kind: str, *, subset: str, split: str) -> dict[str, pd.DataFrame]:
    """The tables of one subset and split of a loaded mteb task, under the names of our task of that kind."""
    if getattr(task, "parallel_subsets", False):
        sides = dict(zip(subset.split("-"), ("sentence1", "sentence2"), strict=True))
        return {"pairs": _frame(task.dataset[split], list(sides)).rename(columns=sides)}
    tables = _UNPACK[kind](task, _subset(task, subset), split)
    return tables | ({"changed": task.changed} if hasattr(task, "changed") else {})


def changed_relevance(task: Any, subset: str) -> pd.DataFrame:
    """Of which documents a changed instruction changes the relevance, which mteb reads only once it scores."""
    import datasets

    config = "qrel_diff" if subset == "default" else f"qrel_diff-{subset.rpartition('-')[2]}"
    place = task.metadata.dataset
    rows = datasets.load_dataset(place["path"], config, split="qrel_diff", revision=place["revision"])
    named = {"query-id": "query_id", "corpus-ids": "corpus_id"}
    return _frame(rows, list(named)).explode("corpus-ids", ignore_index=True).rename(columns=named)


def _subset(task: Any, subset: str) -> Any:
    """mteb leaves the level of subsets out where a task has none."""
    return task.dataset.get(subset, task.dataset)


def _frame(rows: Any, columns: list[str] | None = None) -> pd.DataFrame:
    table = rows.to_pandas()
    return table[columns] if columns else table


def _named(rows: Any, names: Mapping[str, str]) -> pd.DataFrame:
    """Columns under our names, those first; what else a row holds stays behind them."""
    table = _frame(rows)
    rest = [column for column in table if column not in names and column not in names.values()]
    return table[[*names, *rest]].rename(columns=dict(names))


def _sts(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    first, second = task.column_names
    return {"pairs": _named(data[split], {first: "sentence1", second: "sentence2", "score": "score"})}


def _pairs(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    """Pairs with labels; the first version of mteb kept a whole dataset as lists in one row."""
    sides = {task.input1_column_name: "sentence1", task.input2_column_name: "sentence2"}
    table = _named(data[split], {**sides, task.label_column_name: "label"})
    if len(table) == 1:
        table = table[["sentence1", "sentence2", "label"]].explode(["sentence1", "sentence2", "label"])
    return {"pairs": table.reset_index(drop=True)}


def _bitext(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    return {"pairs": _named(data[split], {"sentence1": "sentence1", "sentence2": "sentence2"})}


def _classification(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    names = {task.input_column_name: "text", task.label_column_name: "label"}
    return {"train": _named(data[task.train_split], names), "test": _named(data[split], names)}


def _clustering(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    """A row per document; in the older kind of task a row of the data is a set of documents of its own."""
    table = _named(data[split], {task.input_column_name: "text", task.label_column_name: "label"})
    if not hasattr(task, "max_documents_per_cluster"):
        sets = table[["text", "label"]].assign(set=[str(row) for row in range(len(table))])
        table = sets.explode(["text", "label"], ignore_index=True)
    return {"documents": table}


def _retrieval(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    """mteb puts an instruction behind its query, with a space between."""
    one = data[split]
    queries = _frame(one["queries"])
    if "instruction" in queries:
        queries = queries.assign(text=queries["text"] + " " + queries["instruction"])
    judged = [
        (query, document, score) for query, scores in one["relevant_docs"].items() for document, score in scores.items()
    ]
    tables = {
        "corpus": _first(_frame(one["corpus"]), ["id", "title", "text"]),
        "queries": _first(queries, ["id", "text"]),
        "qrels": pd.DataFrame(judged, columns=["query_id", "corpus_id", "score"]),
    }
    if one.get("top_ranked"):
        ranked = [(query, document) for query, documents in one["top_ranked"].items() for document in documents]
        tables["candidates"] = pd.DataFrame(ranked, columns=["query_id", "corpus_id"])
    return tables


def _first(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    known = [name for name in names if name in table]
    return table[[*known, *(column for column in table if column not in known)]]


def _summaries(task: Any, data: Any, split: str) -> dict[str, pd.DataFrame]:
    """A row per machine summary, with the human summaries of its text."""
    table = _frame(data[split])
    table["text_id"] = [str(row) for row in range(len(table))]
    lists = [task.machine_summaries_column_name, task.relevancy_column_name]
    long = table.explode(lists, ignore_index=True).rename(
        columns={
            lists[0]: "machine_summary",
            lists[1]: "score",
            task.human_summaries_column_name: "human_summaries",
            task.text_column_name: "text",
        }
    )
    return {"summaries": _first(long, ["text_id", "machine_summary", "human_summaries", "score"])}


_UNPACK: Mapping[str, Callable[[Any, Any, str], dict[str, pd.DataFrame]]] = {
    "sts": _sts,
    "pair_classification": _pairs,
    "bitext_mining": _bitext,
    "classification": _classification,
    "clustering": _clustering,
    "retrieval": _retrieval,
    "reranking": _retrieval,
    "summarization": _summaries,
}


def expect_split(task: Any, entry_name: str, *, subset: str, split: str) -> None:
    """Raises BadDataset where what was loaded has no such subset or split."""
    data = _subset(task, subset) if not getattr(task, "parallel_subsets", False) else task.dataset
    if split not in data:
        raise BadDataset(
            "The data of {task} has no split {split!r}; it has {splits}.",
            task=entry_name,
            split=split,
            splits=", ".join(data),
        )
