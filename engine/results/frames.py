"""Which frames do the pages draw? Results turned into leaderboards, duels and rankings, at full precision."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from engine.types import Comparison, Dataset, Message

WRONG, RIGHT = False, True


def latest(runs: pd.DataFrame) -> pd.DataFrame:
    """The newest run of every model at every precision on every state of a dataset, with the name that people see.

    A precision other than float32 is part of the name, so that rows of different precision are never mixed unseen.
    """
    if runs.empty:
        return runs.assign(label=pd.Series(dtype=str))
    newest = runs.sort_values("sequence").drop_duplicates(["model", "dataset", "fingerprint", "precision"], keep="last")
    suffix = np.where(newest["precision"].isin(["float32", ""]), "", " · " + newest["precision"].astype(str))
    return newest.assign(label=newest["model"].astype(str) + suffix)


def loading(runs: pd.DataFrame, models: Collection[str]) -> dict[str, float]:
    """The most seconds that each of these models has taken to load on this machine: one held in memory takes none."""
    timed = runs[runs["model"].isin(models) & (runs["load"] > 0) & (runs["example"] == "")]
    return {str(model): float(seconds) for model, seconds in timed.groupby("model")["load"].max().items()}


def mixed_precision(runs: pd.DataFrame) -> Message | None:
    """What to say where vectors of different precision stand side by side; None where they do not."""
    found = sorted(set(runs["precision"]) - {""})
    if len(found) < 2:
        return None
    return Message(
        "Vectors of different precision stand side by side here ({precisions}): a small difference may be theirs and "
        "not the models'.",
        {"precisions": ", ".join(found)},
    )


def warnings(kept: str) -> list[Message]:
    """What there was to say before a run: a cell of the column `warnings`; nothing of runs that did not keep it."""
    return [Message(one["template"], one["values"]) for one in json.loads(kept)]


def board(runs: pd.DataFrame, letters: Mapping[str, str]) -> pd.DataFrame:
    """One dataset's runs by falling score, with their rank (equal scores share it) and their letters of ties."""
    table = runs.sort_values(["score", "label"], ascending=[False, True], ignore_index=True)
    table["rank"] = table["score"].rank(method="min", ascending=False).astype("Int64")
    table["group"] = [letters.get(label, "") for label in table["label"]]
    return table


def metric_of(runs: pd.DataFrame, metrics: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The runs with another metric as their score, and its interval where one was computed."""
    chosen = metrics[metrics["metric"] == metric].set_index("id")[["value", "low", "high"]]
    kept = runs[runs["id"].isin(chosen.index)].drop(columns=["score", "low", "high"])
    kept = kept.assign(bca_low=np.nan, bca_high=np.nan)  # known of the main metric only
    return kept.join(chosen.rename(columns={"value": "score"}), on="id")


def matrix(runs: pd.DataFrame) -> pd.DataFrame:
    """Models × datasets of main scores; empty where a model has not been run."""
    return runs.pivot_table(index="label", columns="dataset", values="score", aggfunc="last")


def summary(scores: pd.DataFrame, tasks: Mapping[str, str]) -> pd.DataFrame:
    """Mean over datasets, mean over task types, each type's mean and Borda rank of a models × datasets matrix.

    As mteb aggregates: a mean is empty where a score is missing; Borda gives a model (models - rank) points on each
    dataset, ties averaged, none where it has no score, and depends on the models that are in view.
    """
    by_task = scores.T.groupby([tasks[name] for name in scores.columns]).mean(skipna=False).T
    table = pd.DataFrame({"borda": borda(scores), "mean": scores.mean(axis=1, skipna=False)})
    table["mean_by_task"] = by_task.mean(axis=1, skipna=False)
    return table.join(by_task.add_prefix("task:")).sort_values(["borda", "mean"], ascending=[True, False])


def borda(scores: pd.DataFrame) -> pd.Series:
    """Borda rank of every row of a models × datasets matrix, 1 the best, ties sharing the better rank."""
    points = (len(scores) - scores.rank(ascending=False, method="average")).fillna(0.0).sum(axis=1)
    return points.rank(ascending=False, method="min").astype(int)


def duel(items_a: pd.DataFrame, items_b: pd.DataFrame) -> pd.DataFrame:
    """The items that both models were judged on, with `a`, `b` and `difference` (a − b), largest gaps first."""
    joined = items_a[["item", "measure"]].rename(columns={"measure": "a"})
    if items_a["item"].equals(items_b["item"]):
        joined = joined.assign(b=items_b["measure"].to_numpy())
    else:
        joined = joined.merge(items_b[["item", "measure"]].rename(columns={"measure": "b"}), on="item")
    joined["difference"] = joined["a"] - joined["b"]
    order = np.argsort(-joined["difference"].abs().to_numpy(), kind="stable")
    return joined.iloc[order].reset_index(drop=True)


def quadrants(pairs: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """2 × 2 counts of a duel's items: rows whether A was right (measure ≥ threshold), columns whether B was."""
    right_a, right_b = ((pairs[name] >= threshold).to_numpy() for name in ("a", "b"))
    counts = [
        [int(((right_a == one) & (right_b == other)).sum()) for other in (RIGHT, WRONG)] for one in (RIGHT, WRONG)
    ]
    return pd.DataFrame(counts, index=[RIGHT, WRONG], columns=[RIGHT, WRONG])


def ranking(item: pd.Series, dataset: Dataset, limit: int = 10) -> pd.DataFrame:
    """What one query found: rank, id, score, grade (empty: unjudged), title and text of the first documents."""
    found = pd.DataFrame({"corpus_id": list(item["top_ids"]), "score": list(item["top_scores"])}).head(limit)
    found.insert(0, "rank", range(1, len(found) + 1))
    grades = dict(zip(item["relevant_ids"], item["relevant_grades"], strict=True))
    judged = judgements(dataset, str(item["item"])) | grades
    found["grade"] = found["corpus_id"].map(judged).astype("Float64")
    return found.join(documents(dataset, found["corpus_id"]), on="corpus_id")


def missed(item: pd.Series, dataset: Dataset) -> pd.DataFrame:
    """What one query should have found, and at which rank it stood (empty: not among the first 1,000)."""
    table = pd.DataFrame(
        {
            "corpus_id": list(item["relevant_ids"]),
            "grade": list(item["relevant_grades"]),
            "rank": pd.array([rank or None for rank in item["relevant_ranks"]], dtype="Int64"),
        }
    )
    table = table[table["grade"] > 0].reset_index(drop=True)
    return table.join(documents(dataset, table["corpus_id"]), on="corpus_id")


def judgements(dataset: Dataset, query: str) -> dict[str, float]:
    """Every judged document of a query with its grade."""
    qrels = dataset.tables["qrels"]
    rows = qrels[qrels["query_id"] == query]
    return (
        dict(zip(rows["corpus_id"], rows["score"], strict=True))
        if "score" in rows
        else dict.fromkeys(rows["corpus_id"], 1.0)
    )


def documents(dataset: Dataset, ids: pd.Series) -> pd.DataFrame:
    """Title and text of these documents, by id."""
    corpus = dataset.tables["corpus"]
    rows = _rows_of(corpus, ids)
    wanted = corpus.iloc[rows[rows >= 0]].drop_duplicates("id").set_index("id")
    return wanted[[name for name in ("title", "text") if name in wanted]]


def between(first: str, second: str, comparisons: pd.DataFrame) -> Comparison | None:
    """The stored comparison of two runs, whichever way round it was made; None where they were never compared."""
    one, other = comparisons["a"].to_numpy(), comparisons["b"].to_numpy()
    for mine, sign in (((one == first) & (other == second), 1), ((one == second) & (other == first), -1)):
        if mine.any():
            found = Comparison(**comparisons.iloc[int(mine.argmax())].drop(["a", "b"]).to_dict())
            return found if sign == 1 else turned(found)
    return None


def turned(found: Comparison) -> Comparison:
    """A comparison seen from the other side."""
    return replace(
        found, gap=-found.gap, low=-found.high, high=-found.low, won=found.lost, lost=found.won, effect=-found.effect
    )


# task -> (the table that its items are rows of, the columns that a person reads)
ITEM_TEXTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "retrieval": ("queries", ("text",)),
    "reranking": ("queries", ("text",)),
    "sts": ("pairs", ("sentence1", "sentence2")),
    "pair_classification": ("pairs", ("sentence1", "sentence2")),
    "bitext_mining": ("pairs", ("sentence1", "sentence2")),
    "classification": ("test", ("text",)),
    "clustering": ("documents", ("text",)),
    "summarization": ("summaries", ("machine_summary",)),
}


def item_texts(dataset: Dataset, items: pd.DataFrame) -> pd.DataFrame:
    """The texts of judged items, row for row, with the dataset's extra columns (language, topic …) behind them."""
    name, columns = ITEM_TEXTS[dataset.task]
    table = dataset.tables[name]
    if name == "queries":  # other tables may have ids too, but their items are rows
        places = _rows_of(table, items["item"])
        if (places < 0).any():
            raise KeyError(items["item"].iloc[int(np.argmin(places))])
        rows = table.iloc[places].drop(columns="id")
    else:
        rows = table.iloc[row_numbers(items)]
    extra = [column for column in rows if column not in columns and not str(column).startswith("_")]
    return rows[[*columns, *extra]].reset_index(drop=True)


class _Same:
    """A table by what it is and not by what it holds: those of a dataset never change."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.table is other.table


def _rows_of(table: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    """The first row of each id; -1 where there is none."""
    index, first = _places(_Same(table))
    found = index.get_indexer(pd.Index(ids, dtype=object))
    return np.where(found < 0, -1, first[found])


@lru_cache(maxsize=4)
def _places(table: _Same) -> tuple[pd.Index, np.ndarray]:
    """Every id and where it stands first: pages look up a few of many, again and again."""
    first = np.flatnonzero(~table.table["id"].duplicated().to_numpy())
    return pd.Index(table.table["id"].to_numpy(object)[first], dtype=object), first


def row_numbers(items: pd.DataFrame) -> np.ndarray:
    """The table rows (from 0) that the items of a task without ids stand for: of several levels, before the level.

    By their names alone: a list of items need not keep its other columns, and may have a `row` of the data's own.
    """
    return np.array([int(str(item).partition("/")[0]) for item in items["item"]], dtype=np.int64)
