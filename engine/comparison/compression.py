"""How much smaller may a model's vectors become before its score falls? Nothing is encoded again."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine import config, plugins
from engine.datasets import library
from engine.encoding import stored
from engine.metrics.ranked_items import Judgements, apply_settings, item_table, read_judgements
from engine.models import quantisation
from engine.models.quantisation import BINARY, RESCORED, Form
from engine.results.store import Results
from engine.search.top_k import Ranking, top_k
from engine.statistics import resampling
from engine.types import Dataset, Message, Similarity, Step, Task, UserError, Vectors

SEED = 0
DRAWS = 2_000
BLOCK = 4_000_000
SCORES = 100_000_000
"""Query × document products of a retrieval set for one form; above, the queries are a seeded sample of 200 or more."""
DEPTH = 12
"""Documents ranked: nDCG@10 needs ten, and a dataset's settings may take two away."""
CANDIDATES = 40
"""Documents that binary vectors hand over to rescoring: four times ten, as is usual."""
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `compression`: the curves of the run whose id is given, kept on disk."""
    results, run = Results(), str(arguments["run"])
    result = results.result(run)
    dataset = library.load(result.dataset)
    if dataset.fingerprint != result.fingerprint:
        raise UserError("The dataset {dataset} has changed since; run the model on it again.", dataset=dataset.name)
    task: Task = plugins.pick(plugins.tasks(), result.task, "task")
    vectors = stored.vectors_of(result.model, result.encoder_key, result.settings, task.texts(dataset))
    table = curves(dataset, vectors, result.settings["similarity"], step)
    path = _path(run)
    path.parent.mkdir(exist_ok=True)
    table.to_parquet(path.with_suffix(".unfinished"), index=False)
    path.with_suffix(".unfinished").replace(path)
    return {"run": run}


def known(run: str) -> pd.DataFrame | None:
    """The curves of a run as `curves` gave them, if they have been computed."""
    return pd.read_parquet(_path(run)) if _path(run).exists() else None


def curves(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity, step: Step) -> pd.DataFrame:
    """The main score of the vectors in every form, the full float32 ones first.

    Columns: method, dimension, precision, bytes (per vector), n (items), score, low and high (95 % interval), gap
    (score − full score), gap_low and gap_high; the intervals are from 2,000 resamples of the items, the same ones for
    every form.

    Raises:
        UserError: the vectors are sparse.
    """
    if any(sparse.issparse(one) for one in vectors.values()):
        raise UserError("Only dense vectors can be shortened and rounded; those of a lexical model are sparse.")
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    judging = Judging(task, _sampled(task, dataset), similarity)
    source = quantisation.Source(vectors, similarity)
    forms = source.forms(rescoring="corpus" in vectors)
    parts: list[tuple[float, pd.DataFrame]] = []
    for number, form in enumerate(forms):
        said = {"done": number, "total": len(forms), "dimension": form.dimension, "precision": form.precision}
        step(0.9 * number / len(forms), Message("{done} of {total} forms: {dimension} × {precision}", said))
        items = judging.items(source, form)
        parts.append((float(task.metrics(items)[task.main_metric]), items.sort_values("item", ignore_index=True)))
    step(0.9, Message("Resampling {n} items", {"n": len(parts[0][1])}))
    resampled = _resampled(task, [items for _, items in parts])
    rows = [asdict(form) | {"bytes": form.bytes, "n": len(parts[0][1]), "score": score} for form, (score, _) in
            zip(forms, parts, strict=True)]  # fmt: skip
    table = pd.DataFrame(rows)
    table["gap"] = table["score"] - table["score"].iloc[0]
    table[["low", "high"]] = _intervals(resampled, table["score"])
    table[["gap_low", "gap_high"]] = _intervals(resampled - resampled[0], table["gap"])
    return table


def smallest(table: pd.DataFrame) -> pd.Series:
    """The form of fewest bytes whose loss against the full vectors may be luck: the interval of its gap holds 0."""
    level = table[table["gap_high"] >= 0].sort_values(["bytes", "score"], ascending=[True, False], kind="stable")
    return (level if len(level) else table).iloc[0]


@dataclass(frozen=True)
class Judging:
    """A task with its data, ready to judge one form after another."""

    task: Task
    dataset: Dataset
    similarity: Similarity
    _near: dict[tuple[str, int], Ranking] = field(default_factory=dict)

    @cached_property
    def judged(self) -> Judgements:
        """What a retrieval set's qrels say."""
        return read_judgements(self.dataset.tables)

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """The places of the document ids."""
        return self.judged.order()

    def items(self, source: quantisation.Source, form: Form) -> pd.DataFrame:
        """The item table of the vectors in this form, as far as the main metric needs it."""
        vectors = source.vectors(form)
        searching = "corpus" in vectors
        similarity = "dot" if searching and form.precision in (BINARY, RESCORED) else self.similarity
        if self.task.name != "retrieval":
            return self.task.judge(self.dataset, vectors, similarity)
        asked, corpus = vectors["queries"][self.judged.query_rows], vectors["corpus"]
        if form.precision in (BINARY, RESCORED):
            found = self._by_signs(asked, corpus, form)
        else:
            found = top_k(asked, corpus, DEPTH, similarity=similarity, order=self.order)
        return item_table(self.judged, apply_settings(found, self.judged, self.dataset.settings), self.task.main_metric)

    def _by_signs(self, queries: Floats32, corpus: Floats32, form: Form) -> Ranking:
        """Ranked by Hamming distance; rescored are the nearest of them, by the float query's product with the signs."""
        place = form.method, form.dimension
        if place not in self._near:
            self._near.clear()
            signs = quantisation.signs(queries)
            self._near[place] = top_k(signs, corpus, CANDIDATES, similarity="dot", order=self.order)
        rows, scores = self._near[place]
        if form.precision == RESCORED:
            scores = np.einsum("qd,qkd->qk", queries, corpus[rows])
            scores[rows < 0] = -np.inf
            best = np.lexsort((-self.order[rows], -scores))
            rows, scores = np.take_along_axis(rows, best, 1), np.take_along_axis(scores, best, 1)
        return rows[:, :DEPTH].copy(), np.where(rows < 0, np.float32("nan"), scores)[:, :DEPTH]


def _sampled(task: Task, dataset: Dataset) -> Dataset:
    """A retrieval set with as many judged queries as take seconds; anything else as it is."""
    if task.name != "retrieval":
        return dataset
    qrels, most = dataset.tables["qrels"], max(SCORES // len(dataset.tables["corpus"]), 200)
    queries = np.sort(qrels["query_id"][qrels["query_id"].isin(dataset.tables["queries"]["id"])].unique())
    if len(queries) <= most:
        return dataset
    kept = np.random.default_rng(SEED).choice(queries, most, replace=False)
    return replace(dataset, tables={**dataset.tables, "qrels": qrels[qrels["query_id"].isin(kept)]})


def _resampled(task: Task, tables: list[pd.DataFrame]) -> Floats:
    """The main metric of every form under the same resamples of the items, shape (forms, draws)."""
    if task.mean_measure:
        measures = np.stack([items["measure"].to_numpy(np.float64) for items in tables], axis=1)
        return np.concatenate([counts @ measures / len(measures) for counts in _counts(len(measures))]).T
    return np.stack(
        [
            np.concatenate([task.resampled(items, counts)[task.main_metric] for counts in _counts(len(items))])
            for items in tables
        ]
    )


def _intervals(resampled: Floats, middles: pd.Series) -> list[tuple[float, float]]:
    """The 95 % interval around each form's own figure."""
    rows = zip(resampled, middles, strict=True)
    return [resampling.interval(resampling.centred(values, middle)) for values, middle in rows]


def _counts(n: int) -> Iterator[npt.NDArray[np.int64]]:
    """How often each of n items stands in each draw, in blocks of shape (some draws, n)."""
    rng, left = np.random.default_rng(SEED), DRAWS
    while left:
        size = min(left, max(BLOCK // n, 1))
        yield rng.multinomial(n, np.full(n, 1 / n), size)
        left -= size


def _path(run: str) -> Path:
    return config.home() / "compression" / f"{run}.parquet"
