"""What would an approximate index lose on this dataset, and what would it save? Nothing is encoded again."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine import plugins
from engine.comparison import studies
from engine.comparison.compression import DEPTH, DRAWS, MARGIN, SEED, sampled, smallest
from engine.comparison.costs import Axis
from engine.metrics.names import title
from engine.metrics.ranked_items import Judgements, apply_settings, item_table, read_judgements
from engine.notation import alike, fixed, interval
from engine.rankings import Ranking
from engine.search.index_kinds import KINDS, Kind
from engine.search.indexes import Distinct, Index, one_core, prepared, refuse_few
from engine.search.similarity import one_each
from engine.search.top_k import top_k
from engine.statistics.family import Family
from engine.types import Dataset, Message, ModelEntry, Similarity, SingleVectors, Step, Task, UserError, Vectors

K = 10
"""Documents that recall is counted in."""
TIMED = 200
"""Queries that are timed, one at a time."""
WARM_UP = 5
COSTS: Mapping[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis("p50", Message("milliseconds per query (median)")),
        Axis("p95", Message("milliseconds per query (95 of 100 are faster)")),
        Axis("bytes", Message("bytes of memory")),
        Axis("build", Message("seconds to build")),
    )
}


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `indexes`: the study of the run whose id is given, kept on disk."""
    run = str(arguments["run"])
    studies.keep("indexes", run, study(*studies.of_run(run), step))
    return {"run": run}


def known(run: str) -> pd.DataFrame | None:
    """The study of a run as `study` gives it, if it is there and sound."""
    return studies.known("indexes", run)


def refuse(task: Task) -> None:
    """Raises UserError where queries do not search a corpus."""
    if task.name != "retrieval":
        raise UserError(
            "Only a retrieval dataset has a corpus that an index could hold; {task} has none.", task=task.title
        )


def check(entry: ModelEntry, dataset: Dataset, margin: float = MARGIN) -> None:
    """What can be known before anything is encoded.

    Raises:
        UserError: no corpus, a model without one dense vector a text, too few different documents, or no such margin.
    """
    if not 0 <= margin < 1:
        raise UserError("A margin of {margin} is no loss: give one from 0 to below 1.", margin=margin)
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    refuse(task)
    family = plugins.pick(plugins.families(), entry.family, "family")
    if family.gives != "vectors" or family.tokens or family.sparse:
        raise UserError(
            "These indexes hold one dense vector a text; {model} is of the kind {family}, which gives none.",
            model=entry.name,
            family=family.title,
        )
    refuse_corpus(dataset)


def refuse_corpus(dataset: Dataset) -> None:
    """Raises UserError where a corpus has too few different texts for an index."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    refuse_few(len(set(task.texts(dataset)["corpus"].items)))


def study(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity, step: Step) -> pd.DataFrame:
    """Every kind of index at every effort, the exact search first.

    Columns: kind, setting and effort (of the search), n (queries), recall (share of the exact first ten that it finds),
    score, low and high (95 % interval), gap (score − exact score), gap_low and gap_high, least (what the gap is at
    least, 97.5 % sure for all at once), p50 and p95 (milliseconds a query on one core), build (seconds on one core) and
    bytes (of memory). Times are the processor's.

    Raises:
        UserError: the vectors are sparse, several a text, too few, or of a similarity that no index has.
    """
    given = {name: one_each(one) for name, one in vectors.items()}
    if any(sparse.issparse(one) for one in given.values()):
        raise UserError("These indexes hold dense vectors only; those of a lexical model are sparse.")
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    refuse(task)
    trial = Trial(task, sampled(task, dataset), given, similarity)
    rows, items = [], []
    for number, kind in enumerate(KINDS.values()):
        step(0.9 * number / len(KINDS), Message("Building and searching: {kind}", {"kind": kind.title}))
        for row, table in trial.of(kind):
            rows.append(row)
            items.append(table.sort_values("item", ignore_index=True))
            step(0.9 * (number + 0.5) / len(KINDS), Message("Building and searching: {kind}", {"kind": kind.title}))
    step(0.9, Message("Resampling {n} items", {"n": len(items[0])}))
    family = Family(task, items, SEED, wanted=DRAWS, forms=True)
    return studies.with_gaps(pd.DataFrame(rows).assign(n=len(items[0]), score=family.scores), family)


@dataclass(frozen=True)
class Trial:
    """A corpus and its judged queries, ready for one kind of index after another."""

    task: Task
    dataset: Dataset
    given: Mapping[str, SingleVectors]
    similarity: Similarity

    @cached_property
    def judged(self) -> Judgements:
        """What the qrels say."""
        return read_judgements(self.dataset.tables)

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """The places of the document ids."""
        return self.judged.order()

    @cached_property
    def distinct(self) -> Distinct:
        """What is indexed."""
        return Distinct.of(self.given["corpus"], self.similarity)

    @cached_property
    def queries(self) -> npt.NDArray[np.float32]:
        """The judged queries as an index is asked."""
        return prepared(self.given["queries"][self.judged.query_rows], self.similarity)

    @cached_property
    def exact(self) -> Ranking:
        """What an exact search finds."""
        asked = self.given["queries"][self.judged.query_rows]
        return top_k(asked, self.given["corpus"], DEPTH, similarity=self.similarity, order=self.order)

    def of(self, kind: Kind) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
        """What an index of this kind costs and finds, at each effort: a row of the study and an item table."""
        distinct = self.distinct
        with one_core():
            start = time.process_time()
            index = Index(kind, distinct)
            build = time.process_time() - start
            for effort in index.efforts(DEPTH):
                found = self.exact
                if kind.name != "flat":
                    found = distinct.documents(index.search(self.queries, DEPTH, effort), self.order, DEPTH)
                row = {"kind": kind.name, "setting": kind.effort, "effort": effort, "recall": self._recall(found[0])}
                p50, p95 = self._latency(index, effort)
                judged = apply_settings(found, self.judged, self.dataset.settings)
                yield (
                    row | {"p50": p50, "p95": p95, "build": build, "bytes": index.bytes},
                    item_table(self.judged, judged, self.task.main_metric),
                )

    def _recall(self, rows: npt.NDArray[np.int64]) -> float:
        """The share of the exact first ten that is among the found first ten, averaged over the queries."""
        both = [len(np.intersect1d(one[one >= 0], other)) / (one >= 0).sum()
                for one, other in zip(self.exact[0][:, :K], rows[:, :K], strict=True)]  # fmt: skip
        return float(np.mean(both))

    def _latency(self, index: Index, effort: int) -> tuple[float, float]:
        """The median and the 95th of 100 of one query at a time, in milliseconds of the processor: whatever else it
        does meanwhile is not counted."""
        chosen = np.random.default_rng(SEED).permutation(len(self.queries))[:TIMED]
        seconds = []
        for row in [*chosen[:WARM_UP], *chosen]:
            start = time.thread_time()
            index.search(self.queries[row : row + 1], DEPTH, effort)
            seconds.append(time.thread_time() - start)
        p50, p95 = (1000 * float(value) for value in np.quantile(seconds[WARM_UP:], [0.5, 0.95]))
        return p50, p95


def cheapest(table: pd.DataFrame, cost: str = "p50", margin: float = MARGIN) -> pd.Series:
    """The row of least cost that surely loses less than the margin; the exact search where none surely does."""
    return smallest(table, margin, cost)


def called(row: pd.Series) -> Message:
    """An index and its effort, as people say it: `HNSW graph with efSearch 64`."""
    kind = KINDS[row["kind"]]
    if not kind.effort:
        return kind.title
    return Message(
        "{kind} with {setting} {effort}", {"kind": kind.title, "setting": kind.effort, "effort": row["effort"]}
    )


def verdict(table: pd.DataFrame, cost: str, margin: float, metric: str) -> Message:
    """The cheapest index whose loss is within the margin, in one sentence."""
    exact, best = table.iloc[0], cheapest(table, cost, margin)
    amount, other = alike(float(best[cost]), float(exact[cost]))
    values: dict[str, object] = {
        "n": int(exact["n"]), "margin": margin, "metric": title(metric), "axis": COSTS[cost].title,
        "index": called(best), "cost": amount, "other": other,
        "recall": float(best["recall"]), "gap": interval(best["gap"], best["gap_low"], best["gap_high"], sign=True),
        "least": fixed(best["least"], sign=True),
    }  # fmt: skip
    if best["kind"] != "flat":
        return Message(
            "On {n} queries, the cheapest index that surely loses less than {margin} {metric} is {index}: {cost} "
            "against {other} {axis}, recall@10 {recall:.3f}; the score changes by {gap} "
            "({least} at worst, all indexes counted).",
            values,
        )
    if (table[cost] < exact[cost]).any():
        return Message(
            "On {n} queries, no index that does better in {axis} surely loses less than {margin} {metric}: search "
            "exactly, or allow more, or judge more queries.",
            values,
        )
    return Message("No index does better in {axis} than the exact search: search exactly.", values)
