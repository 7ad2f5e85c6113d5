"""How much smaller may a model's vectors become before its score falls? Nothing is encoded again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine import plugins
from engine.comparison import studies
from engine.metrics.ranked_items import Judgements, apply_settings, item_table, read_judgements
from engine.models import quantisation
from engine.models.quantisation import BINARY, RESCORED, Form
from engine.rankings import Ranking
from engine.search.similarity import one_each
from engine.search.top_k import top_k
from engine.statistics.family import Family
from engine.types import Dataset, Message, Similarity, Step, Task, UserError, Vectors

SEED = 0
DRAWS = 1_999
MARGIN = 0.01
"""A loss of the main metric that nobody would mind."""
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
    run = str(arguments["run"])
    studies.keep("compression", run, curves(*studies.of_run(run), step))
    return {"run": run}


def known(run: str) -> pd.DataFrame | None:
    """The curves of a run as `curves` gives them, if they are there and sound; older ones lack the promise."""
    table = studies.known("compression", run)
    return table if table is not None and "least" in table else None


def curves(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity, step: Step) -> pd.DataFrame:
    """The main score of the vectors in every form, the full float32 ones first.

    Columns: method, dimension, precision, bytes (per vector), n (items), score, low and high (95 % interval), gap
    (score − full score), gap_low and gap_high, and least: what the gap is at least, 97.5 % sure for all forms at once.
    The intervals are from 2,000 resamples of the groups of items, the same ones for every form.

    Raises:
        UserError: the vectors are sparse, or a text has many.
    """
    given = {name: one_each(one) for name, one in vectors.items()}
    if any(sparse.issparse(one) for one in vectors.values()):
        raise UserError("Only dense vectors can be shortened and rounded; those of a lexical model are sparse.")
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    judging = Judging(task, sampled(task, dataset), similarity)
    source = quantisation.Source(given, similarity)
    forms = source.forms(rescoring="corpus" in vectors)
    parts: list[tuple[float, pd.DataFrame]] = []
    for number, form in enumerate(forms):
        said = {"done": number, "total": len(forms), "dimension": form.dimension, "precision": form.precision}
        step(0.9 * number / len(forms), Message("{done} of {total} forms: {dimension} × {precision}", said))
        items = judging.items(source, form)
        parts.append((float(task.metrics(items)[task.main_metric]), items.sort_values("item", ignore_index=True)))
    step(0.9, Message("Resampling {n} items", {"n": len(parts[0][1])}))
    family = Family(task, [items for _, items in parts], SEED, wanted=DRAWS, forms=True)
    rows = [asdict(form) | {"bytes": form.bytes, "n": len(parts[0][1]), "score": score} for form, (score, _) in
            zip(forms, parts, strict=True)]  # fmt: skip
    return studies.with_gaps(pd.DataFrame(rows), family)


def smallest(table: pd.DataFrame, margin: float = MARGIN, cost: str = "bytes") -> pd.Series:
    """The row of fewest bytes, or of another cost, that surely loses less than the margin; the first if none does.

    Non-inferiority (Walker & Nowacki 2011, https://doi.org/10.1007/s11606-010-1513-8), for all forms at once: the fewer
    the items, the less is recommended.
    """
    good = table[(table["least"] > -margin) | (table.index == table.index[0])]
    return good.sort_values([cost, "score"], ascending=[True, False], kind="stable").iloc[0]


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
        return Ranking(rows[:, :DEPTH].copy(), np.where(rows < 0, np.float32("nan"), scores)[:, :DEPTH])


def sampled(task: Task, dataset: Dataset) -> Dataset:
    """A retrieval set with as many judged queries as take seconds; anything else as it is."""
    if task.name != "retrieval":
        return dataset
    qrels, most = dataset.tables["qrels"], max(SCORES // len(dataset.tables["corpus"]), 200)
    queries = np.sort(qrels["query_id"][qrels["query_id"].isin(dataset.tables["queries"]["id"])].unique())
    if len(queries) <= most:
        return dataset
    kept = np.random.default_rng(SEED).choice(queries, most, replace=False)
    return replace(dataset, tables={**dataset.tables, "qrels": qrels[qrels["query_id"].isin(kept)]})
