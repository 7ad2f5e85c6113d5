"""How should documents be cut for each model? Models × ways to cut as one job; no text is encoded twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from engine import plugins
from engine.comparison.chunking import kept
from engine.comparison.chunking.evidence import Evidence, Measured, evidence, given
from engine.comparison.chunking.grid import EQUAL, WHOLE, Grid, arm
from engine.comparison.chunking.kept import BUDGET, SCORE, SHARE, Study
from engine.comparison.compression import DRAWS, SEED
from engine.datasets import library
from engine.metrics.ranked_items import read_judgements
from engine.models import catalogue, truncation
from engine.models.rulers import ruler
from engine.pipelines import chunked
from engine.pipelines.chunks import Chunks, Cut, chunks, whole
from engine.rankings import Request
from engine.runs.instructions import told
from engine.statistics import paired_tests
from engine.statistics.family import Family
from engine.types import Dataset, Message, ModelEntry, Step, Task, UserError

NO_CUT = {"splitter": "", "size": 0, "overlap": 0}


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `chunking`: the study of a dataset, kept in the place of the one before."""
    dataset = library.load(str(arguments["dataset"]))
    found = study(dataset, Grid.read(arguments), step, precision=str(arguments.get("precision") or ""))
    kept.keep(dataset.fingerprint, found)
    return {"dataset": dataset.name}


def refuse(dataset: Dataset) -> None:
    """Raises UserError where there is no corpus that could be cut."""
    if dataset.task != "retrieval":
        raise UserError(
            "Chunks are searched for in a corpus, and {dataset} has none: choose a retrieval dataset.",
            dataset=dataset.name,
        )


def study(dataset: Dataset, grid: Grid, step: Step, *, precision: str = "") -> Study:
    """Every model over every way to cut, over whole documents, and over the texts that all models read to their end.

    Raises:
        UserError: the dataset has no corpus, or the grid is none.
        BadModel: a model cannot be loaded.
    """
    refuse(dataset)
    cuts = grid.cuts()
    trial = _Trial(dataset, grid, precision)
    arms = len(cuts) + 1 + (trial.equal is not None)
    cells: list[dict[str, Any]] = []
    for entry in trial.entries.values():
        for called, cut, made in trial.arms(entry, cuts):
            share, width = 0.95 * len(cells) / (arms * len(grid.models)), 0.95 / (arms * len(grid.models))

            def tell(part: float, message: Message, share: float = share, width: float = width) -> None:
                step(share + width * part, message)

            tell(0.0, Message("{model} over {arm}", {"model": entry.name, "arm": called}))
            how = {"splitter": cut.splitter, "size": cut.size, "overlap": cut.overlap} if cut else NO_CUT
            cells.append({"model": entry.name, "arm": called} | how | trial.measure(entry, called, made, tell))
    step(0.95, Message("Resampling {n} items", {"n": len(trial.request.queries)}))
    return trial.study(cells)


@dataclass
class _Trial:
    """A dataset with what every arm needs, and what came of each."""

    dataset: Dataset
    grid: Grid
    precision: str
    items: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    readers: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def task(self) -> Task:
        task: Task = plugins.tasks()["retrieval"]
        return task

    @cached_property
    def request(self) -> Request:
        assert self.task.ranked is not None
        return self.task.ranked.request(self.dataset)

    @cached_property
    def documents(self) -> list[str]:
        return whole(self.request.corpus).texts

    @cached_property
    def entries(self) -> dict[str, ModelEntry]:
        return {name: told(catalogue.find(name), self.dataset) for name in self.grid.models}

    @cached_property
    def measured(self) -> Measured:
        return Measured(self.documents)

    @cached_property
    def evidence(self) -> Evidence | None:
        return evidence(self.dataset, read_judgements(self.dataset.tables), self.measured)

    @cached_property
    def equal(self) -> list[str] | None:
        """The documents cut to what every model reads; None where there is one model, or all read all."""
        if len(self.grid.models) < 2:
            return None
        ends = [self._ends(entry, self.documents) for entry in self.entries.values()]
        least = np.min(ends, axis=0)
        if all(end == len(text) for end, text in zip(least, self.documents, strict=True)):
            return None
        return [text[:end] for text, end in zip(self.documents, least.tolist(), strict=True)]

    def arms(self, entry: ModelEntry, cuts: Sequence[Cut]) -> Iterator[tuple[str, Cut | None, Chunks]]:
        """What a model searches, one after another: whole documents, equal texts, and the chunks of every cut."""
        yield WHOLE, None, whole(self.documents)
        if self.equal is not None:
            yield EQUAL, None, whole(self.equal)
        measure = ruler(entry)
        for cut in cuts:
            yield arm(cut), cut, chunks(self.documents, cut, measure, self.request.titles)

    def _ends(self, entry: ModelEntry, texts: Sequence[str]) -> list[int]:
        """At which character the model stops reading each text."""
        found = truncation.ends(entry, texts, entry.prompts.get("document", ""))
        return [len(text) if end is None else end for end, text in zip(found, texts, strict=True)]

    def measure(self, entry: ModelEntry, called: str, cut: Chunks, step: Step) -> dict[str, Any]:
        """What one arm of one model costs; what it finds is kept here."""
        found = chunked.search(entry, self.request, cut, self.precision, step)
        ranking = found.documents(self.request, self.grid.best)
        assert self.task.ranked is not None
        place = entry.name, called
        self.items[place] = self.task.ranked.judge(self.dataset, ranking).sort_values("item", ignore_index=True)
        if self.evidence is not None and called != EQUAL:
            reader = given(found.first(), cut, self.measured, self.evidence)
            names = read_judgements(self.dataset.tables).query_ids
            self.readers[place] = reader.assign(item=names).sort_values("item", ignore_index=True)
        low, high = self.measured.spans(cut)
        words, empty = int((high - low).sum()), cut.empty
        letters = sum(map(len, cut.texts))
        return {
            "vectors": len(cut.texts),
            "bytes": _bytes(found.vectors),
            "words": words,
            "repeated": words / max(int(self.measured.first[-1]), 1) - 1 if called != EQUAL else 0.0,
            "empty": empty,
            "unread": 1 - sum(self._ends(entry, cut.texts)) / letters if letters else 0.0,
            "fresh": found.held.distinct - found.held.cached,
            "seconds": found.held.seconds,
        }

    def study(self, cells: list[dict[str, Any]]) -> Study:
        """All comparisons."""
        judged: list[dict[str, Any]] = []
        seconds: list[dict[str, Any]] = []
        for name in self.grid.models:
            for by, tables in self._compared(name).items():
                rows, second = _compare(self.task, tables)
                judged += [{"model": name, "by": by} | row for row in rows]
                if second:
                    seconds.append({"model": name, "by": by} | second)
        curve = [
            {"model": model, "arm": called} | reader.drop(columns="item").mean().to_dict()
            for (model, called), reader in self.readers.items()
        ]
        facts = asdict(self.grid) | {
            "dataset": self.dataset.name,
            "queries": len(self.request.queries),
            "documents": len(self.documents),
            "empty": sum(not text.strip() for text in self.documents),
            "words": int(self.measured.first[-1]),
            "evidence": sum(len(one) > 0 for one in self.evidence.tokens) if self.evidence else 0,
            "lost": self.evidence.lost if self.evidence else 0,
            "equal": sum(map(len, self.equal)) / max(sum(map(len, self.documents)), 1) if self.equal else None,
        }
        return Study(facts, *(pd.DataFrame(one) for one in (cells, judged, seconds, self._pairs(), curve)))

    def _compared(self, name: str) -> dict[str, dict[str, pd.DataFrame]]:
        """The item tables of a model's arms, by what they are compared by."""
        own = {called: items for (model, called), items in self.items.items() if model == name and called != EQUAL}
        found = {SCORE: own}
        if self.readers:
            found[SHARE] = {
                called: items.assign(measure=self.readers[name, called][f"share_{BUDGET}"].to_numpy()).dropna(
                    subset="measure", ignore_index=True
                )
                for called, items in own.items()
            }
        return found

    def _pairs(self) -> list[dict[str, Any]]:
        """Every two models on whole documents, and on the texts that all read."""
        rows = []
        for called in (WHOLE, EQUAL) if self.equal is not None else (WHOLE,):
            tables = {name: self.items[name, called] for name in self.grid.models}
            for (a, b), one in paired_tests.compare_all(self.task, tables).items():
                p = one.p if np.isnan(one.corrected) else one.corrected
                rows.append({"a": a, "b": b, "arm": called, "gap": one.gap, "low": one.low, "high": one.high, "p": p})
        return rows


def _compare(task: Task, tables: Mapping[str, pd.DataFrame]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The arms of one model by the mean of `measure`; and its best two ways to cut against one another."""
    family = Family(task, list(tables.values()), SEED, wanted=DRAWS)
    low, high = family.own()
    value = {name: float(one["measure"].mean()) for name, one in tables.items()}
    compared = paired_tests.compare_all(task, tables)
    rows = []
    for place, name in enumerate(tables):
        row = {"arm": name, "value": value[name], "low": float(low[place]), "high": float(high[place])}
        rows.append(row | _gap(compared, name, WHOLE))
    ways = sorted((name for name in tables if name != WHOLE), key=lambda name: -value[name])
    if not ways:
        return rows, {}
    second = ways[1] if len(ways) > 1 else WHOLE
    return rows, {"best": ways[0], "second": second, "ways": len(ways)} | _gap(compared, ways[0], second)


def _gap(compared: Mapping[tuple[str, str], Any], one: str, other: str) -> dict[str, float]:
    """How much better one arm is than another, and the p corrected for all pairs of arms."""
    if one == other:
        return {"gap": 0.0, "gap_low": 0.0, "gap_high": 0.0, "p": float("nan")}
    turned = (one, other) not in compared
    found = compared[(other, one) if turned else (one, other)]
    p = found.p if np.isnan(found.corrected) else found.corrected
    if turned:
        return {"gap": -found.gap, "gap_low": -found.high, "gap_high": -found.low, "p": p}
    return {"gap": found.gap, "gap_low": found.low, "gap_high": found.high, "p": p}


def _bytes(vectors: Any) -> int:
    if sparse.issparse(vectors):
        return int(vectors.data.nbytes + vectors.indices.nbytes + vectors.indptr.nbytes)
    return int(vectors.nbytes)
