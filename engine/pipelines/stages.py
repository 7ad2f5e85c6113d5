"""What does a pipeline rank first, stage by stage, and what could its last stage have reached at best?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.metrics.ranked_items import SETTINGS, read_judgements
from engine.models import catalogue
from engine.pipelines import fusion, kept, reranking
from engine.pipelines.checks import cut
from engine.pipelines.measured import Measured
from engine.pipelines.retrieval import Chunked, Found, retrieve
from engine.rankings import Ranking, Request
from engine.statistics.draws import groups_of
from engine.types import BadModel, Dataset, Message, ModelEntry, Pipeline, Ranked, Step, Task

DEPTHS = (5, 10, 20, 50, 100, 200, 500, 1000)
"""At which a reranker's gain is told, up to its own depth."""
Tell = Callable[[ModelEntry], ModelEntry]
"""An entry -> that with the prompts for the dataset."""


@dataclass
class _Work:
    """A pipeline on a dataset, and what has come of it so far."""

    entry: ModelEntry
    dataset: Dataset
    ranked: Ranked
    request: Request
    precision: str
    stages: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    footprints: list[Mapping[str, float]] = field(default_factory=list)
    """What the vectors of each part that has any take, as of `footprint`."""
    before: Ranking | None = None
    """What the reranker was given."""

    @property
    def pipeline(self) -> Pipeline:
        assert self.entry.pipeline
        return self.entry.pipeline

    @property
    def chunks(self) -> Chunked | None:
        """How documents are cut before they are searched."""
        how = cut(self.pipeline)
        return Chunked(how, self.pipeline.best) if how else None

    def items(self, found: Ranking) -> pd.DataFrame:
        return self.ranked.judge(self.dataset, found)

    def measure(self, found: Ranking) -> npt.NDArray[np.float64]:
        return self.items(found)["measure"].to_numpy(np.float64)

    def add(self, kind: str, model: str, found: Ranking, **notes: Any) -> None:
        """One stage more, and how each query went after it: in a column of the item table."""
        column = f"stage_{len(self.stages)}"
        self.columns[column] = self.measure(found)
        self.stages.append({"kind": kind, "model": model, "column": column, **notes})


def measure(entry: ModelEntry, dataset: Dataset, precision: str, *, tell: Tell, step: Step) -> Measured:
    """The item table of a pipeline, with a column of the main measure after every stage.

    `settings["vectors"]` says what the vectors of its parts take together, as of `footprint`.

    `settings["stages"]` says what they were, in their order: kind (retriever, fusion, reranker), model, column, `ms` a
    query by itself; `settings["depths"]` at which depths a reranker was told too (columns `depth_N`, and `ceiling_N`
    for the best that any order of these N documents could reach, the others behind them); `settings["ceiling"]` the
    mean of the last one.

    Raises:
        BadModel: a part is missing or cannot do what its stage asks.
    """
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    assert task.ranked
    work = _Work(entry, dataset, task.ranked, task.ranked.request(dataset), precision)
    start = time.perf_counter()
    if entry.pipeline and (name := entry.pipeline.reranker) and catalogue.available(catalogue.find(name)) is not True:
        catalogue.load(catalogue.find(name), precision)  # fetched, or refused, before anything is searched for it
    found, stems, counts = _retrieved(work, tell, step)
    fused = time.perf_counter()
    timings = {"retrieve": fused - start}  # with loading and searching: no speed of encoding
    reranker = ""
    if work.pipeline.reranker:
        found, reranker = _reranked(work, found, counts, tell, step)
        timings["rerank"] = time.perf_counter() - fused
    items = work.items(found).assign(**work.columns)
    if work.before:
        items = items.assign(**_moved(work, items))
    settings: dict[str, Any] = {"stages": work.stages, "pipeline": entry.name}
    ceilings = {name: float(values.mean()) for name, values in work.columns.items() if name.startswith("ceiling")}
    if work.footprints:
        parts = pd.DataFrame(work.footprints)
        settings["vectors"] = {name: float(parts[name].sum()) for name in parts if parts[name].notna().all()}
    if ceilings:
        settings |= {"depths": [int(name.split("_")[1]) for name in ceilings], "ceiling": [*ceilings.values()][-1]}
    return Measured(items, kept.pipeline_key(work.pipeline, stems, reranker), timings | counts, settings)


def _retrieved(work: _Work, tell: Tell, step: Step) -> tuple[Ranking, list[str], dict[str, float]]:
    """What the retrievers find together, the key of each list, and counts of texts."""
    lists: list[Found] = []
    names = work.pipeline.retrievers
    width = (0.4 if work.pipeline.reranker else 0.9) / len(names)
    for place, name in enumerate(names):

        def part(share: float, message: Message, start: float = place * width) -> None:
            step(start + width * share, message)

        entry = tell(catalogue.find(name))
        lists.append(
            retrieve(entry, work.request, work.dataset.fingerprint, precision=work.precision, step=part,
                     chunks=work.chunks)
        )  # fmt: skip
        work.footprints.append(lists[-1].notes["footprint"])
        work.add("retriever", name, lists[-1].ranking, ms=lists[-1].notes["ms"], cached=lists[-1].cached)
    counts: dict[str, float] = dict.fromkeys(("texts", "distinct", "cached", "tokens"), 0)
    for one in lists:
        known = one.notes["counts"]
        counts |= {name: counts[name] + known.get(name, 0) for name in counts}
        counts["cached"] += known.get("distinct", 0) - known.get("cached", 0) if one.cached else 0
    counts |= {"encoded": counts["distinct"] - counts["cached"]}
    found = lists[0].ranking if len(lists) == 1 else _fused(work, lists)
    return found, [one.key for one in lists], counts


def _fused(work: _Work, lists: list[Found]) -> Ranking:
    """The lists as one; two lists are also fused by the tuned weight, which is what a reranker has to beat."""
    rankings, pipeline = [one.ranking for one in lists], work.pipeline
    start = time.perf_counter()
    found = fusion.reciprocal(rankings, work.request)
    ms = 1000 * (time.perf_counter() - start) / max(len(found.rows), 1)
    if len(lists) != 2:
        work.add("fusion", "rrf", found, ms=ms)
        return found
    unions = fusion.unions(rankings)
    held, weights = _tuned(work, unions)
    if held is not None:
        work.columns["tuned_fusion"] = work.measure(held)
    if pipeline.fusion == "rrf":
        work.add("fusion", "rrf", found, ms=ms)
        return found
    if pipeline.weight is not None:
        held = fusion.weighted(unions, np.full(len(unions), pipeline.weight), work.request)
        weights = (pipeline.weight, pipeline.weight)
    if held is None:
        raise BadModel(
            "{name}: a weight cannot be tuned where queries are merged into one; give the pipeline a weight.",
            name=work.entry.name,
        )
    work.add("fusion", "weighted", held, ms=ms, weights=weights, tuned=pipeline.weight is None)
    return held


def _tuned(work: _Work, unions: list[fusion.Union]) -> tuple[Ranking | None, tuple[float, float]]:
    """Fused by tuned weights; nothing where items are not the queries one by one."""
    items = work.items(fusion.weighted(unions, np.full(len(unions), 0.5), work.request))
    if len(items) != len(unions):
        return None, (float("nan"), float("nan"))
    return fusion.tuned(unions, work.request, work.measure, groups_of(items).codes)


def _reranked(work: _Work, found: Ranking, counts: dict[str, float], tell: Tell, step: Step) -> tuple[Ranking, str]:
    """The reranked list with what stood behind it, and the reranker's key; the depths below are told from the same
    scores."""
    pipeline, before = work.pipeline, found
    entry = tell(catalogue.find(pipeline.reranker))

    def part(share: float, message: Message) -> None:
        step(0.4 + 0.5 * share, message)

    depth = pipeline.depth
    scored = reranking.score(entry, found, work.request, depth=depth, precision=work.precision, step=part)
    for one in [*(one for one in DEPTHS if one < depth), depth]:
        work.columns[f"depth_{one}"] = work.measure(scored.ranking(one, work.request))
        work.columns[f"ceiling_{one}"] = work.measure(_best(work, before, one))
    found = scored.ranking(depth, work.request)
    notes = {name: scored.notes[name] for name in ("ms", "pairs", "scored")}
    work.add("reranker", pipeline.reranker, found, depth=depth, **notes)
    if "footprint" in scored.notes:
        work.footprints.append(scored.notes["footprint"])
    work.before = before
    counts["tokens"] += scored.notes.get("tokens", 0)
    counts["pairs"] = scored.notes["pairs"]
    if entry.price is not None:
        counts["price"] = counts["tokens"] * entry.price / 1e6
    return found, scored.key


def _best(work: _Work, found: Ranking, depth: int) -> Ranking:
    """The first `depth` documents in the best order that judgements allow, then the others as they stood."""
    judged = read_judgements(work.dataset.tables)
    grades: dict[tuple[int, int], int] = dict(
        zip(zip(judged.queries.tolist(), judged.documents.tolist(), strict=True), judged.grades.tolist(), strict=True)
    )
    rows = found.rows.copy()
    first = 1 if {**SETTINGS, **work.dataset.settings}["skip_first_result"] else 0  # which is left out anyway
    for query, line in enumerate(rows):
        own = np.array([grades.get((query, int(row)), 0) if row >= 0 else -np.inf for row in line[first:depth]])
        line[first:depth] = line[first:depth][np.argsort(-own, kind="stable")]
    scores = np.where(rows >= 0, -np.arange(rows.shape[1], dtype=np.float32), np.float32("nan"))
    return Ranking(rows, scores.astype(np.float32))


def _moved(work: _Work, items: pd.DataFrame) -> Mapping[str, list[Any]]:
    """Of each relevant document the rank and score before and after the reranker; 0 and nan where there is none."""
    assert work.before
    before, depth = work.items(work.before), work.pipeline.depth
    ranks = before["relevant_ranks"].tolist()
    after = [np.where(np.asarray(one) > depth, np.nan, own) for one, own in zip(ranks, _scores(items), strict=True)]
    return {"before_ranks": ranks, "before_scores": _scores(before), "after_scores": after}


def _scores(items: pd.DataFrame) -> list[npt.NDArray[np.float64]]:
    found = []
    for ids, scores, relevant in zip(items["top_ids"], items["top_scores"], items["relevant_ids"], strict=True):
        known = dict(zip(ids, np.asarray(scores, np.float64).tolist(), strict=True))
        found.append(np.array([known.get(one, np.nan) for one in relevant], np.float64))
    return found
